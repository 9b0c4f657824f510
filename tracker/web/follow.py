"""The page that a link to follow a request opens, without an account: where it stands, whose turn, its public story."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from django.conf import settings
from django.db import transaction
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.backlog.queries import item_of
from tracker.history.queries import Moment, story_of
from tracker.intake.actions import answer_by_link, comment_by_link
from tracker.intake.links import Follower, find_link, follower_of, is_open
from tracker.intake.models import Comment, FollowLink, WorkRequest
from tracker.intake.queries import needs_of
from tracker.intake.states import State
from tracker.kernel import clock, idempotency
from tracker.kernel.errors import Refused, TooOften
from tracker.people.access import Role
from tracker.people.invitations import mail_folder
from tracker.people.models import User
from tracker.web.courts import Court, promised_turn, promises_on, running, whose_turn
from tracker.web.forms.answers import INVALID, tell_refusal
from tracker.web.forms.follow import LinkAnswerForm, LinkCommentForm
from tracker.web.request_page import LOADED, Missed, triagers_of
from tracker.web.request_said import actor_of
from tracker.web.request_story import Line
from tracker.web.request_words import say_where, state_words_of, tone_of
from tracker.web.sealed import sealed
from tracker.web.story import tell_moments
from tracker.web.versions import seen_version

TOLD = {
    f"{verb}_request": True for verb in ("ask", "answer", "accept", "decline", "park", "contest", "uphold", "reopen")
} | dict.fromkeys(
    ("file_request", "return_request", "withdraw_request", "merge_request", "unmerge_request", "follow_delivery"), False
)
"""The steps that who follows by a link reads of, and whether with the words that were written: those of a merge name
another request."""
ADDRESS = re.compile(r"[\w.+-]{1,64}@[\w.-]{1,190}")


@dataclass(frozen=True)
class FollowPage:
    """Nothing in it is more than the requester of this request may read."""

    ask: WorkRequest
    link: FollowLink
    stands: str
    court: Court
    ends_on: date | None
    lines: list[Line]

    @property
    def state_words(self) -> str:
        return str(state_words_of(self.ask))

    @property
    def tone(self) -> str:
        return tone_of(self.ask)

    @property
    def until_at(self) -> datetime | None:
        return self.court.until if isinstance(self.court.until, datetime) else None

    @property
    def until_on(self) -> date | None:
        return None if isinstance(self.court.until, datetime) else self.court.until

    @property
    def question(self) -> str:
        return hide_addresses(self.ask.question)

    @property
    def may_comment(self) -> bool:
        return self.ask.merged_into_id is None

    @property
    def asked(self) -> bool:
        return self.ask.state == State.NEEDS_INFORMATION


@dataclass(frozen=True)
class Word:
    """What a follower sends: by which form, and what is done with it."""

    field: str
    done: str
    form: type[Form]
    say: Callable[[HttpRequest, Follower, str], object]


def _answer(request: HttpRequest, actor: Follower, text: str) -> None:
    answer_by_link(actor=actor, at=clock.now(), answer=text, expected=seen_version(request))


def _comment(_request: HttpRequest, actor: Follower, text: str) -> None:
    comment_by_link(actor=actor, at=clock.now(), text=text)


ANSWERING = Word("answer", "?answered=1", LinkAnswerForm, _answer)
COMMENTING = Word("comment", "?commented=1#comment", LinkCommentForm, _comment)


@require_http_methods(["GET", "POST"])
@sealed
def follow(request: HttpRequest, secret: str) -> HttpResponse:
    """What is forged, revoked or over says so and nothing of the request."""
    now = clock.now()
    link = find_link(secret, *LOADED)
    if link is None or not is_open(link, now):
        return show_closed(request, link)
    if request.method == "POST":
        return take_word(request, link, COMMENTING if "comment" in request.POST else ANSWERING)
    return show_follow(request, link)


def show_closed(request: HttpRequest, link: FollowLink | None) -> HttpResponse:
    if link is None:
        title, text = _("This link opens nothing"), _("Check that it was copied as a whole.")
    elif link.revoked_at is not None:
        title, text = _("This link was revoked"), _("Ask whoever sent it for a new one.")
    else:
        title, text = _("This link is over"), _("Ask whoever sent it for a new one.")
    context = {"title": title, "text": text}
    return render(request, "tracker/follow/closed.html", context, status=410 if link else 404)


def show_follow(request: HttpRequest, link: FollowLink, sent: Form | None = None, *, status: int = 200) -> HttpResponse:
    """`sent` is the form that was refused. A browser that may not say where a form comes from sends it as from nowhere,
    and that is refused: the address of the page is told to this installation alone."""
    now = clock.now()
    page = read_follow(link, now)
    context = {
        "title": link.ask.title,
        "page": page,
        "ask": link.ask,
        "form": sent if isinstance(sent, LinkAnswerForm) else LinkAnswerForm(),
        "comment_form": sent if isinstance(sent, LinkCommentForm) else LinkCommentForm(),
        "now": now,
        "filed": "filed" in request.GET and link.made_by_id is None,
        "address": f"{settings.ORIGIN}{request.path}",
        "mailed": not mail_folder(),
        "answered": "answered" in request.GET and not page.asked,
        "commented": "commented" in request.GET,
        "missed": missed_by(sent) if isinstance(sent, LinkAnswerForm) and not page.asked else None,
    }
    answer = render(request, "tracker/follow/page.html", context, status=status)
    answer.headers["Referrer-Policy"] = "same-origin"
    return answer


def missed_by(form: Form) -> Missed:
    """The answer that came too late."""
    return Missed(" ".join(map(str, form.non_field_errors())), [form.data.get("answer", "")])


def take_word(request: HttpRequest, link: FollowLink, kind: Word) -> HttpResponse:
    form, status = kind.form(request.POST), INVALID
    if form.is_valid():
        try:
            say_once(request, follower_of(link), kind, form.cleaned_data[kind.field])
        except Refused as refused:
            status = tell_refusal(form, refused)
            status = refused.status if isinstance(refused, TooOften) else status
            fresh = FollowLink.objects.select_related("ask", *(f"ask__{name}" for name in LOADED)).get(pk=link.pk)
            if not is_open(fresh, clock.now()):
                return show_closed(request, fresh)
            link = fresh
        else:
            return HttpResponseRedirect(kind.done)
    return show_follow(request, link, form, status=status)


def say_once(request: HttpRequest, actor: Follower, kind: Word, text: str) -> None:
    """A second sending of the same form does nothing. Unlike @once it keeps no address: that holds the secret."""
    key = request.POST.get("idempotency", "")
    with transaction.atomic():
        if key and idempotency.claim_call(
            actor=actor.key, key=key, fingerprint=f"{kind.field}_by_link", at=clock.now()
        ):
            return
        kind.say(request, actor, text)


def read_follow(link: FollowLink, now: datetime) -> FollowPage:
    """Needs the request with LOADED; six statements, one more for who is asked for a rank."""
    ask = link.ask
    item, triagers = item_of(ask.pk), triagers_of(ask)
    ranker = User.objects.active().holding(Role.CTO).first() if ask.rank_asked_at else None
    turn = promised_turn(whose_turn(ask, item, triagers, ranker), running(promises_on(ask)))
    return FollowPage(
        ask=ask,
        link=link,
        stands=hide_addresses(say_where(ask, item, triagers, needs_of(ask, get_language() or "en"), now)),
        court=turn,
        ends_on=item.project.ends_on if item and item.live else None,
        lines=tell_follower(ask),
    )


def tell_follower(ask: WorkRequest) -> list[Line]:
    """Steps and what was said to all, oldest first; what was said for one side never. Addresses are left out."""
    moments: list[Moment] = [one for one in story_of("request", ask.pk) if one.verb in TOLD]
    lines = [
        Line(told.who, told.at, told.text, hide_addresses(told.reason) if TOLD[moment.verb] else "")
        for moment, told in reversed(list(zip(moments, tell_moments("request", moments), strict=True)))
    ]
    said = Comment.objects.filter(ask=ask, internal_to="").select_related("author__team").order_by("id")
    lines += [Line(actor_of(one.author, one.guest), one.at, _("wrote"), hide_addresses(one.text)) for one in said]
    return sorted(lines, key=lambda line: line.at)


def hide_addresses(text: str) -> str:
    return ADDRESS.sub("…", text)
