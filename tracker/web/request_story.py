"""The story of a request in words: its steps, comments, files, merges and backings, each once, oldest first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import get_language, gettext_lazy, ngettext
from django.utils.translation import gettext as _

from tracker.history.queries import Moment
from tracker.intake.expedites import Expedite
from tracker.intake.models import Delivery, WorkRequest
from tracker.intake.queries import CORE_LABELS
from tracker.people.models import User
from tracker.projects.words import say_weeks
from tracker.web.request_said import File, Said, Wrote
from tracker.web.request_ties import Kin, say_stake
from tracker.web.story import FIELDS, SENTENCES, Actor, Changes, new_values, say_changed, tell_moments


@dataclass(frozen=True)
class Line:
    """`quote` is what they wrote; `internal` marks a note for one side; `part` is the request that the text names;
    `wrote` is the comment that it is, `files` what came with it."""

    who: Actor
    at: datetime
    text: str
    quote: str = ""
    internal: bool = False
    part: str = ""
    wrote: Wrote | None = None
    files: Sequence[File] = ()

    @property
    def anchor(self) -> str:
        return f"comment-{self.wrote.id}" if self.wrote else ""

    @property
    def edit(self) -> str:
        """Where its writer puts it better."""
        return f"{self.wrote.edit}#{self.anchor}" if self.wrote and self.wrote.edit else ""


def tell_request(
    story: Sequence[Moment],
    said: Said,
    parts: Sequence[WorkRequest] = (),
    kin: Kin | None = None,
    expedites: Sequence[Expedite] = (),
) -> list[Line]:
    """`story` is latest first (one statement for names); `said` holds also what was said of what was merged into it;
    `parts` are what was split off it and what it was split off. What happened at one time keeps its order."""
    named = {moment.version: name_part(moment, parts) for moment in story if moment.verb == "split_request"}
    named |= {moment.version: moment.reason for moment in story if moment.verb in NAMING}
    lines = [
        Line(told.who, told.at, told.text, "" if told.reason == part else told.reason, part=part)
        for told in reversed(tell_moments("request", story))
        for part in [named.get(told.version, "")]
    ]
    lines += tell_backings(kin) if kin else []
    lines += [line for row in expedites for line in tell_expedite(row)]
    lines += [
        Line(
            wrote.who,
            wrote.at,
            _("wrote, for the own side") if wrote.internal else _("wrote"),
            wrote.text,
            internal=wrote.internal,
            part=wrote.part,
            wrote=wrote,
            files=wrote.files,
        )
        for wrote in said.wrote
    ]
    lines += tell_files(said)
    return sorted(lines, key=lambda line: line.at)


def tell_files(said: Said) -> list[Line]:
    """What was added apart from comments, all of one time together; and what was taken away again."""
    lines = []
    for together in said.batches:
        first, count = together[0], len(together)
        text = ngettext("added a file", "added %(count)s files", count) % {"count": count}
        lines.append(Line(first.who, first.at, text, part=first.part, files=together))
    for gone in said.removed:
        words = _("put another file in the place of %(name)s") if gone.replaced else _("removed %(name)s")
        lines.append(Line(gone.who, gone.at, words % {"name": gone.name}, part=gone.part))
    return lines


def tell_expedite(row: Expedite) -> list[Line]:
    """An emergency from its start to its end; its people loaded."""
    starter, owner, tandem = _actor(row.started_by), _actor(row.owner), Actor("Tandem")
    named = _("made it an emergency, owned by %(owner)s") % {"owner": row.owner.name}
    told = [
        (starter, row.started_at, named, row.reason),
        (_actor(row.confirmed_by) if row.confirmed_by else tandem, row.confirmed_at, _("confirmed the emergency"), ""),
        (owner, row.answered_at if row.answer else None, _("answered the emergency"), row.answer),
        (owner, row.fixed_at, _("fixed the emergency"), row.cause),
        (tandem, row.lapsed_at, _("let the emergency lapse: nobody of the other side confirmed it"), ""),
    ]
    return [Line(who, at, text, quote) for who, at, text, quote in told if at is not None]


def _actor(person: User) -> Actor:
    return Actor(person.name, person.side)


def tell_backings(kin: Kin) -> list[Line]:
    """Each backing when it was written down, also what was withdrawn since."""
    today, lines = timezone.localtime(kin.now).date(), []
    for row in kin.backings:
        words = {"stake": say_stake(row, today), "backer": (row.person or row.team or row.entered_by).name}
        own = row.person_id == row.entered_by_id
        text = _("backs it: %(stake)s") if own else _("wrote down that %(backer)s backs it: %(stake)s")
        who = Actor(row.entered_by.name, row.entered_by.side)
        lines.append(Line(who, row.at, text % words, row.note, part=kin.members.get(row.ask_id, "")))
    return lines


def say_accepted(changes: Changes) -> str:
    weeks = changes.get("effort_weeks", [None, None])[1]
    if weeks is None:
        return _("accepted it")
    return _("accepted it, effort %(weeks)s") % {"weeks": say_weeks(Decimal(weeks))}


def say_assigned(changes: Changes) -> str:
    people = new_values(changes).get("people")
    return _("assigned it to %(people)s") % {"people": people} if people else _("assigned it to nobody in particular")


def say_estimated(changes: Changes) -> str:
    weeks = changes.get("effort_weeks", [None, None])[1]
    if weeks is None:
        return _("took the effort back")
    return _("said it takes %(weeks)s alone") % {"weeks": say_weeks(Decimal(weeks))}


def say_parked(changes: Changes) -> str:
    on = date.fromisoformat(changes["review_on"][1])
    return _("parked it until %(day)s") % {"day": format_date(on, "j E Y" if get_language() == "ru" else "j F Y")}


def name_part(moment: Moment, parts: Sequence[WorkRequest]) -> str:
    """The key of the rest that was split off, or of what this one was split off."""
    origin = moment.changes.get("split_from", [None, None])[1]
    return next((part.key for part in parts if origin == part.pk or (not origin and part.title == moment.reason)), "")


def say_split(changes: Changes) -> str:
    return _("split it off") if "split_from" in changes else _("split it and parked the rest")


def say_involved(changes: Changes) -> str:
    people = new_values(changes).get("people")
    return _("brought in %(people)s") % {"people": people} if people else _("became a party to it")


NAMING = ("merge_request", "take_in_request", "let_go_request")
"""Verbs whose reason is the key of the other request."""
FOLLOWED = {
    Delivery.WAITING: gettext_lazy("left it without a place above the line"),
    Delivery.SCHEDULED: gettext_lazy("put it on the plan of its project"),
    Delivery.IN_PROGRESS: gettext_lazy("began work on it"),
    Delivery.SHIPPED: gettext_lazy("shipped it"),
    Delivery.MET: gettext_lazy("measured it: met"),
    Delivery.PARTLY_MET: gettext_lazy("measured it: partly met"),
    Delivery.NOT_MET: gettext_lazy("measured it: not met"),
}


def say_followed(changes: Changes) -> str:
    if "delivery" not in changes:
        return _("took a way up, so nobody is asked for a rank any more")
    after = changes["delivery"][1]
    return str(FOLLOWED[Delivery(after)]) if after else _("took its place away")


SENTENCES.update(
    {
        ("request", "draft_request"): gettext_lazy("drafted it"),
        ("request", "file_request"): gettext_lazy("filed it"),
        ("request", "edit_request"): say_changed,
        ("request", "ask_request"): gettext_lazy("asked"),
        ("request", "answer_request"): gettext_lazy("answered"),
        ("request", "accept_request"): say_accepted,
        ("request", "grant_request"): say_accepted,
        ("request", "decline_request"): gettext_lazy("declined it"),
        ("request", "park_request"): say_parked,
        ("request", "assign_request"): say_assigned,
        ("request", "route_request"): say_changed,
        ("request", "return_request"): gettext_lazy("brought it back to triage"),
        ("request", "withdraw_request"): gettext_lazy("withdrew it"),
        ("request", "restrict_request"): gettext_lazy("restricted it to those it concerns"),
        ("request", "open_request"): gettext_lazy("opened it to all"),
        ("request", "set_request_effort"): say_estimated,
        ("request", "split_request"): say_split,
        ("request", "merge_request"): gettext_lazy("merged it"),
        ("request", "unmerge_request"): gettext_lazy("took the merge back"),
        ("request", "take_in_request"): gettext_lazy("merged another one into it"),
        ("request", "let_go_request"): gettext_lazy("took another one out of it again"),
        ("request", "contest_request"): gettext_lazy("contested the decision"),
        ("request", "uphold_request"): gettext_lazy("let the decision stand"),
        ("request", "reopen_request"): gettext_lazy("overturned the decision: back to triage"),
        ("request", "ask_rank"): gettext_lazy("asked the CTO for a rank of its own"),
        ("request", "involve"): say_involved,
        ("request", "follow_delivery"): say_followed,
    }
)
FIELDS.update(
    {
        **CORE_LABELS,
        "type": gettext_lazy("type"),
        "assigned_to": gettext_lazy("who triages it"),
        "answers": gettext_lazy("details of the type"),
        "deadline_on": gettext_lazy("deadline"),
        "value_per_week": gettext_lazy("value per week"),
    }
)
