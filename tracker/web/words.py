"""The words of the house, all on one page."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from tracker.templatetags.terms import WORDS
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in


@require_GET
@signed_in
def show_words(request: SignedInRequest) -> HttpResponse:
    context = {
        "title": _("The words of Tandem"),
        "context_line": _("A question mark beside a word opens its meaning where it stands."),
        "words": WORDS,
    }
    return render_page(request, "tracker/words.html", context)
