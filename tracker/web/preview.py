"""How a text will look, before it is sent."""

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from tracker.templatetags.prose import prose
from tracker.web.viewer import SignedInRequest, signed_in

LONGEST = 20_000


@require_POST
@signed_in
def show_preview(request: SignedInRequest) -> HttpResponse:
    """The field that `of` names, as Markdown; nothing is kept."""
    text = request.POST.get(request.GET.get("of", ""))
    if text is None or len(text) > LONGEST:
        raise Http404
    return HttpResponse(prose(text) or _("Nothing is written yet."))
