"""Numbers in addresses, and the import that one of them names."""

from django.http import Http404, HttpRequest

from tracker.integrations.models import ImportRun
from tracker.web.viewer import SignedInRequest

BIGGEST = 2_147_483_647


def import_or_404(request: SignedInRequest, number: int) -> ImportRun:
    runs = ImportRun.objects.visible_to(request.viewer).select_related("team", "started_by")
    run = runs.filter(pk=number).first() if number <= BIGGEST else None
    if run is None:
        raise Http404
    return run


def number_asked(request: HttpRequest, name: str) -> int | None:
    text = request.GET.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None
