"""A form that is sent twice takes effect once: its hidden key is kept in the transaction of the effect."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.db import transaction
from django.http import HttpResponseBase, HttpResponseRedirect

from tracker.kernel import clock, idempotency
from tracker.web.viewer import SignedInRequest

P = ParamSpec("P")


def once(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[Concatenate[SignedInRequest, P], HttpResponseBase]:
    """Around a POST view: a second sending of the same form is answered with the redirect of the first."""

    @wraps(view)
    def guarded(request: SignedInRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        key = request.POST.get("idempotency", "") if request.method == "POST" else ""
        if not key:
            return view(request, *args, **kwargs)
        actor = request.viewer.key
        with transaction.atomic():
            earlier = idempotency.claim_call(actor=actor, key=key, fingerprint=request.path[:64], at=clock.now())
            if earlier is not None:
                return HttpResponseRedirect(earlier.answer or request.path)
            answer = view(request, *args, **kwargs)
            if isinstance(answer, HttpResponseRedirect):
                idempotency.keep_answer(actor=actor, key=key, status=answer.status_code, answer=answer.url)
            else:
                idempotency.forget_call(actor=actor, key=key)
        return answer

    return guarded
