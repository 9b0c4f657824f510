"""A form that a verb answers: done and elsewhere, or the page again with what was refused."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from tracker.kernel.errors import NotAllowed, Refused, Stale
from tracker.kernel.models import Versioned
from tracker.web.forms.merging import Merge
from tracker.web.meanwhile import meanwhile_of, say_meanwhile
from tracker.web.render import render_page

INVALID, STALE = 422, 409


def tell_refusal(form: forms.BaseForm, refused: Refused) -> int:
    """Adds the refusal to its fields, or to the whole form; the status the page is answered with."""
    told = False
    for name, text in refused.fields.items():
        if name in form.fields:
            form.add_error(name, str(text))
            told = True
    if not told:
        form.add_error(None, say_meanwhile(refused) if isinstance(refused, Stale) else str(refused))
    if isinstance(refused, NotAllowed):
        return refused.status
    return STALE if isinstance(refused, Stale) else INVALID


@contextmanager
def told(request: HttpRequest, done: str = "") -> Iterator[None]:
    """Around a verb that has a button and no form: the next page says that it is done, or why it was refused; who may
    not gets the page of refusals."""
    try:
        yield
    except NotAllowed:
        raise
    except Refused as refused:
        messages.error(request, str(refused))
    else:
        if done:
            messages.success(request, done)


def answer_form(
    request: HttpRequest,
    form: forms.Form,
    save: Callable[[], HttpResponse],
    template: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """Shows the form; when it is sent and good, `save` calls the verb and says where to go on."""
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                return save()
            except Refused as refused:
                status = tell_refusal(form, refused)
    return render_page(request, template, {**context, "form": form, "stale": status == STALE}, status=status)


def answer_edit(
    request: HttpRequest,
    merge: Merge,
    save: Callable[[int | None], HttpResponse],
    template: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """As answer_form, for a record that somebody else may edit at the same time; `save` is told the version to change."""
    if "since" in request.GET and request.method == "GET":
        return tell_since(request, merge.record)
    status, form = 200, merge.form
    if request.method == "POST":
        status, answer = save_merged(request, merge, save)
        if answer is not None:
            return answer
    more = {"form": form, "merging": merge, "stale": status == STALE and not merge.open}
    return render_page(request, template, {**context, **more}, status=status)


def save_merged(
    request: HttpRequest, merge: Merge, save: Callable[[int | None], HttpResponse]
) -> tuple[int, HttpResponse | None]:
    """The answer of `save`, or the status to show the form with; a flash names what was merged."""
    expected = merge.read(request)
    form = merge.form
    good = form.is_valid()
    if merge.open:
        if merge.meanwhile:
            form.add_error(None, str(merge.meanwhile))
        form.add_error(None, merge.say_clashes())
        return STALE, None
    if not good:
        return INVALID, None
    try:
        answer = save(expected)
    except Refused as refused:
        return tell_refusal(form, refused), None
    if merge.meanwhile:
        messages.info(request, _("%(story)s That is kept beside what you changed.") % {"story": merge.meanwhile})
    return answer.status_code, answer


def tell_since(request: HttpRequest, record: Versioned) -> HttpResponse:
    """What others did to the record since the version in `?since=`, as plain text; nothing where nobody did."""
    seen = request.GET["since"]
    told = meanwhile_of(record.subject, record.pk, int(seen)) if seen.isascii() and seen.isdigit() else None
    text = str(told or "")
    return HttpResponse(text, content_type="text/plain; charset=utf-8", headers={"Cache-Control": "no-store"})
