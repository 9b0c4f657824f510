"""The page that the link in a mail opens: one answer, confirmed by a button, without signing in.

Looking at it does nothing. What is forged, over, used, out of date or no longer the reader's to answer says so, and
nothing of the request.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from tracker.backlog.actions import answer_embed
from tracker.backlog.models import BacklogItem
from tracker.backlog.queries import item_of
from tracker.backlog.states import ITEM
from tracker.history.queries import Moment, story_of
from tracker.intake import actions
from tracker.intake.models import WorkRequest
from tracker.intake.queries import needs_of
from tracker.intake.states import REQUEST
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused, Stale, WrongState
from tracker.notices.mail_links import LABELS, Act, ByMail, MailLink, by_mail, read_link
from tracker.people.access import Power, may
from tracker.people.models import User
from tracker.web.follow import hide_addresses, tell_follower
from tracker.web.forms.answers import INVALID, tell_refusal
from tracker.web.forms.by_mail import AgreeForm, RefuseForm
from tracker.web.forms.requests import STEP_FORMS, StepForm
from tracker.web.request_page import LOADED, triagers_of
from tracker.web.request_words import say_where, state_words_of, tone_of
from tracker.web.sealed import sealed

FORMS: Mapping[Act, type[Form]] = {
    Act.ACCEPT: STEP_FORMS["accept"],
    Act.ASK: STEP_FORMS["ask"],
    Act.DECLINE: STEP_FORMS["decline"],
    Act.PARK: STEP_FORMS["park"],
    Act.AGREE: AgreeForm,
    Act.REFUSE: RefuseForm,
}
TITLES: Mapping[Act, str | Promise] = {
    Act.ACCEPT: gettext_lazy("Accept %(key)s?"),
    Act.ASK: gettext_lazy("Ask about %(key)s"),
    Act.DECLINE: gettext_lazy("Decline %(key)s?"),
    Act.PARK: gettext_lazy("Park %(key)s?"),
    Act.AGREE: gettext_lazy("Shall %(project)s carry %(key)s?"),
    Act.REFUSE: gettext_lazy("Shall %(project)s not carry %(key)s?"),
}
STEPS: Mapping[Act, Callable[..., object]] = {
    Act.ACCEPT: actions.accept_request,
    Act.ASK: actions.ask_question,
    Act.DECLINE: actions.decline_request,
    Act.PARK: actions.park_request,
}
VERBS: Mapping[Act, str] = {Act.AGREE: "agree", Act.REFUSE: "refuse"}


@dataclass(frozen=True)
class Case:
    """What the link is about: the request, and the item where a host is asked."""

    link: MailLink
    person: User
    actor: ByMail
    ask: WorkRequest
    item: BacklogItem | None

    @property
    def version(self) -> int:
        return self.item.version if self.item else self.ask.version

    @property
    def allowed(self) -> bool:
        if self.item is not None:
            return may(self.actor, Power.ANSWER_EMBED, self.item.project.ties)
        return may(self.actor, Power.TRIAGE, self.ask.ties)

    @property
    def possible(self) -> bool:
        if self.item is not None:
            return ITEM.allows(self.item.state, VERBS[self.link.act])
        return REQUEST.allows(self.ask.state, self.link.act)

    @property
    def words(self) -> dict[str, str]:
        return {"key": self.ask.key, "project": self.item.project.key if self.item else ""}


@require_http_methods(["GET", "POST"])
@sealed
def answer_by_mail(request: HttpRequest, secret: str) -> HttpResponse:
    """In the language and zone of the person to whom the mail went."""
    link = read_link(secret)
    person = User.objects.with_standing().active().filter(pk=link.person).first() if link else None
    if link is None:
        return show_shut(request, _("This link opens nothing"), _("Check that it was copied as a whole."), 404)
    if person is None:
        return show_shut(request, _("This link opens nothing any more"), "", 410)
    request.LANGUAGE_CODE = person.language
    with translation.override(person.language), timezone.override(ZoneInfo(person.time_zone)):
        return _answer(request, link, person)


def show_shut(request: HttpRequest, title: str, text: str, status: int) -> HttpResponse:
    return render(request, "tracker/follow/closed.html", {"title": title, "text": text}, status=status)


def _answer(request: HttpRequest, link: MailLink, person: User) -> HttpResponse:
    now = clock.now()
    if link.until <= now:
        return show_shut(request, _("This link is over"), _("Sign in to answer, or use the link of a newer mail."), 410)
    case = find_case(link, person)
    if case is None or not case.allowed:
        text = _("You may not give this answer any more.")
        return show_shut(request, _("This link opens nothing any more"), text, 403)
    if case.version != link.version or not case.possible:
        return _show_late(request, case)
    form = FORMS[link.act](request.POST or None, auto_id="mail-%s")
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                act_by_mail(case, form, now)
            except (Stale, WrongState, NotAllowed):
                return _answer_again(request, link, person)
            except Refused as refused:
                status = tell_refusal(form, refused)
            else:
                return HttpResponseRedirect("?done=1")
    return show_case(request, case, form, now, status)


def _answer_again(request: HttpRequest, link: MailLink, person: User) -> HttpResponse:
    """Somebody was quicker: what is there now."""
    case = find_case(link, person)
    if case is None or not case.allowed:
        return show_shut(request, _("This link opens nothing any more"), "", 403)
    return _show_late(request, case)


def find_case(link: MailLink, person: User) -> Case | None:
    """None for what this person may not see any more."""
    actor = by_mail(person.viewer())
    item = None
    rows = WorkRequest.objects.visible_to(actor).select_related(*LOADED)
    if link.of_item:
        item = BacklogItem.objects.filter(pk=link.number).select_related("project__team", "project__owner").first()
    number = item.ask_id if item else link.number
    ask = None if link.of_item and item is None else rows.filter(pk=number).first()
    return Case(link, person, actor, ask, item) if ask is not None else None


@transaction.atomic
def act_by_mail(case: Case, form: Form, at: datetime) -> None:
    """With exactly the powers of this person, and only on the version that the mail was about."""
    told: dict[str, Any] = {"actor": case.actor, "at": at, "expected": case.link.version}
    given = form.arguments() if isinstance(form, StepForm) else form.cleaned_data
    if case.item is not None:
        answer_embed(**told, item=_loaded(case), answer=VERBS[case.link.act], **given)
    else:
        STEPS[case.link.act](**told, ask=case.ask, **given)


def _loaded(case: Case) -> BacklogItem:
    rows = BacklogItem.objects.select_related("ask__type", "ask__form", "ask__team", "project__owner", "team", "period")
    return rows.get(pk=case.link.number)


def _show_late(request: HttpRequest, case: Case) -> HttpResponse:
    """It was answered by this very link, or somebody changed it since; both say where it stands now."""
    used = any(one.actor == case.actor.key for one in _since(case))
    text = _("%(key)s %(title)s is now: %(state)s.") % {
        "key": case.ask.key,
        "title": case.ask.title,
        "state": case.item.get_state_display() if case.item else state_words_of(case.ask),
    }
    if used:
        title = _("Done, thank you") if "done" in request.GET else _("You have answered by this link")
        return show_shut(request, title, text, 200 if "done" in request.GET else 410)
    more = _("Sign in to look at it: %(url)s") % {"url": request.build_absolute_uri(reverse("home"))}
    return show_shut(request, _("It has changed since the mail was written"), f"{text} {more}", 409)


def _since(case: Case) -> list[Moment]:
    record = case.item or case.ask
    return [one for one in story_of(record.subject, record.pk) if one.version > case.link.version]


def show_case(request: HttpRequest, case: Case, form: Form, now: datetime, status: int) -> HttpResponse:
    """Nothing here is more than the requester of this request may read."""
    ask, act = case.ask, case.link.act
    stands = say_where(ask, item_of(ask.pk), triagers_of(ask), needs_of(ask, translation.get_language() or "en"), now)
    context = {
        "title": str(TITLES[act]) % case.words,
        "page": case,
        "ask": ask,
        "item": case.item,
        "form": form,
        "label": LABELS[act],
        "danger": act in (Act.DECLINE, Act.REFUSE),
        "stands": hide_addresses(stands),
        "state_words": state_words_of(ask),
        "tone": tone_of(ask),
        "lines": tell_follower(ask),
        "until": case.link.until,
    }
    answer = render(request, "tracker/by_mail/page.html", context, status=status)
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer
