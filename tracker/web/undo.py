"""What has just been done can be undone where a verb takes it back: the message that tells of it carries a button.

All that the inverse verb needs (record, former place, the version that the act produced) stands in the form of the
button, written as an address: its path is posted to, its query are the fields, its fragment names the row that the
focus returns to (the element `flash` reads it). After somebody else's change that version is an old one, and the verb says so.
"""

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest
from django.utils.functional import Promise
from django.utils.http import url_has_allowed_host_and_scheme

Values = Mapping[str, str | int | Sequence[str]]


def undo_by(url: str, fields: Values, *, row: str = "") -> str:
    """The address of an undo; `row` is the id of the row in which it happened."""
    return f"{url}?{urlencode(fields, doseq=True)}{f'#{row}' if row else ''}"


def tell_done(request: HttpRequest, text: str | Promise, undo: str = "") -> None:
    """The message of success, with an undo where there is one."""
    messages.success(request, str(text), extra_tags=undo)


def way_back(request: HttpRequest, otherwise: str) -> str:
    """The page that a form came from (`back`), if it is one of ours."""
    back = request.POST.get("back", "") or request.GET.get("back", "")
    ours = back.startswith("/") and url_has_allowed_host_and_scheme(back, allowed_hosts=None)
    return back if ours and "\x00" not in back else otherwise
