"""Word to the viewer: what was told, latest first."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.kernel import clock
from tracker.notices.actions import choose_mail, mark_read
from tracker.notices.models import Notice
from tracker.notices.queries import choice_of, told_to
from tracker.notices.texts import say_guarded
from tracker.web.forms.answers import answer_form
from tracker.web.forms.notices import MailChoiceForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.shell import NEWS, count_waiting
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in

PAGE = 50

count_waiting(NEWS, lambda viewer: Notice.objects.visible_to(viewer).unread())


@dataclass(frozen=True)
class Word:
    id: int
    what: str
    why: str
    then: str
    url: str
    at: datetime
    unread: bool


@require_GET
@signed_in
def show_notices(request: SignedInRequest) -> HttpResponse:
    rows = told_to(request.viewer)
    unread = rows.unread().count()
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 19:
        rows = rows.filter(pk__lt=int(after))
    found = list(rows.order_by("-id")[: PAGE + 1])
    news = ngettext("%(count)s new word for you", "%(count)s new words for you", unread) % {"count": unread}
    context = {
        "title": news if unread else _("Nothing new for you"),
        "context_line": _("What comes by mail as well is your choice."),
        "rows": [say_notice(row) for row in found[:PAGE]],
        "unread": unread,
        "next": f"?after={found[PAGE - 1].pk}" if len(found) > PAGE else None,
    }
    return render_page(request, "tracker/notices/index.html", context)


def say_notice(row: Notice) -> Word:
    told = say_guarded(row.kind, row.facts, hidden=row.hidden)
    return Word(row.pk, told.what, told.why, told.then, row.url, row.at, row.read_at is None)


@require_POST
@signed_in
@once
def read_all(request: SignedInRequest) -> HttpResponseBase:
    mark_read(actor=request.viewer, at=clock.now())
    return redirect("notice-list")


@require_http_methods(["GET", "POST"])
@signed_in
@once
def choose_mails(request: SignedInRequest) -> HttpResponse:
    choice = choice_of(request.viewer)
    form = MailChoiceForm(
        request.POST or None, initial={name: getattr(choice, name) for name in ("turn", "news", "hour")}
    )

    def save() -> HttpResponse:
        expected = seen_version(request)
        choose_mail(actor=request.viewer, at=clock.now(), expected=expected, **form.cleaned_data)
        messages.success(request, _("Saved."))
        return redirect("mail-choice")

    context = {
        "title": _("What comes by mail"),
        "context_line": _("Everything is in Tandem; a mail is for what you would miss."),
        "version": choice.version,
    }
    return answer_form(request, form, save, "tracker/notices/choice.html", context)
