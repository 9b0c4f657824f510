"""Whether what a page shows has changed since: asked every two seconds while it is looked at."""

import re

from django.http import Http404, HttpResponse
from django.views.decorators.http import require_GET

from tracker.history.queries import stamp_of
from tracker.web.viewer import SignedInRequest, signed_in

SUBJECTS = re.compile(r"[a-z-]{1,20}(\.[a-z-]{1,20}){0,9}")


@require_GET
@signed_in
def tell_stamp(request: SignedInRequest) -> HttpResponse:
    """204 with the stamp of these kinds of records as ETag; 304 while it is the one that is known."""
    subjects = request.GET.get("of", "")
    if not SUBJECTS.fullmatch(subjects):
        raise Http404
    tag = f'"{stamp_of(subjects)}"'
    known = request.headers.get("If-None-Match", "").removeprefix("W/") == tag
    return HttpResponse(status=304 if known else 204, headers={"ETag": tag, "Cache-Control": "no-store"})
