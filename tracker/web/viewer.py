"""Who looks at a page."""

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase

from tracker.people.access import Viewer
from tracker.people.models import User

P = ParamSpec("P")


class SignedInRequest(HttpRequest):
    """A request whose person is known; `viewer` is what the powers ask."""

    user: User
    viewer: Viewer


def signed_in(
    view: Callable[Concatenate[SignedInRequest, P], HttpResponseBase],
) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
    """Sends strangers to the sign-in page and gives the view its viewer."""

    @wraps(view)
    def guarded(request: HttpRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        if not isinstance(request.user, User) or not request.user.is_active:
            return redirect_to_login(request.get_full_path())
        known = cast(SignedInRequest, request)
        known.viewer = request.user.viewer()
        return view(known, *args, **kwargs)

    return guarded
