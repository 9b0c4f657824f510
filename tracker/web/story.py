"""History in words: an entry becomes what somebody did, in the reader's language.

A sentence is a predicate, the name of who did it stands before it ("Pavel Sorokin moved it behind P-17"). Rooms add
theirs to SENTENCES: (subject, verb) → a text with placeholders of the changed fields' new values, or a function of the
changes where the words depend on them.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tracker.history.queries import Moment, story_of
from tracker.intake.models import FollowLink
from tracker.people.models import User
from tracker.projects.words import say_weeks
from tracker.templatetags.times import number

Changes = Mapping[str, Any]
Sentence = str | Promise | Callable[[Changes], str]


@dataclass(frozen=True)
class Actor:
    """Whoever did it, as pages show people."""

    name: str
    side: str = ""


@dataclass(frozen=True)
class Told:
    """One entry of a story."""

    id: int
    version: int
    who: Actor
    at: datetime
    text: str
    reason: str


FIELDS: dict[str, str | Promise] = {
    "title": gettext_lazy("title"),
    "summary": gettext_lazy("summary"),
    "owner": gettext_lazy("owner"),
    "team": gettext_lazy("team"),
    "stage": gettext_lazy("stage"),
    "starts_on": gettext_lazy("start"),
    "ends_on": gettext_lazy("end"),
    "areas": gettext_lazy("areas"),
    "value_per_week": gettext_lazy("value per week"),
    "confidence": gettext_lazy("confidence"),
    "similar_to_id": gettext_lazy("similar case"),
    "measure_id": gettext_lazy("KPI"),
    "gross": gettext_lazy("gross capacity"),
    "reserve_percent": gettext_lazy("reserve"),
    "allowance": gettext_lazy("allowance"),
    "issues_total": gettext_lazy("number of issues"),
    "issues_done": gettext_lazy("issues done"),
    "weeks": gettext_lazy("effort in weeks"),
}


def new_values(changes: Changes) -> dict[str, Any]:
    return {name: pair[1] for name, pair in changes.items() if isinstance(pair, list) and len(pair) == 2}


def say_changed(changes: Changes) -> str:
    """What an edit touched, by the names of the fields."""
    names = [str(FIELDS.get(name, name.replace("_", " "))) for name in changes]
    return _("changed: %(fields)s") % {"fields": ", ".join(names)} if names else _("saved it unchanged")


def say_renewed(changes: Changes) -> str:
    """What an import touched; the number of the import stands among the changes."""
    names = [str(FIELDS.get(name, name)) for name in changes if name != "import"]
    words = {"number": new_values(changes).get("import", ""), "fields": ", ".join(names)}
    return _("changed by import %(number)s: %(fields)s") % words


def say_moved(changes: Changes) -> str:
    behind = new_values(changes).get("after")
    return _("moved it behind %(key)s") % {"key": behind} if behind else _("moved it to the first place")


def say_effort(changes: Changes) -> str:
    before, after = changes.get("effort", [None, None])
    if after is None:
        return _("took the estimate of %(team)s back") % {"team": (before or {}).get("team", "")}
    words = {"team": after["team"], "weeks": say_weeks(Decimal(after["weeks"])), "period": after["period"]}
    if before is None:
        return _("estimated %(weeks)s of %(team)s in %(period)s") % words
    words["before"] = number(Decimal(before["weeks"]))
    return _("changed the estimate of %(team)s in %(period)s from %(before)s to %(weeks)s") % words


def say_taken_on(changes: Changes) -> str:
    before, after = (Decimal(value) for value in changes.get("embedded", ["0", "0"]))
    words = {"team": new_values(changes).get("team", ""), "weeks": say_weeks(abs(after - before))}
    if after < before:
        return _("took %(weeks)s of embedded work in %(team)s off it") % words
    return _("put %(weeks)s of embedded work in %(team)s on it") % words


def say_drawn(changes: Changes) -> str:
    before, after = (Decimal(value) for value in changes.get("drawn", ["0", "0"]))
    words = {"weeks": say_weeks(abs(after - before)), "project": new_values(changes).get("project", "")}
    if after < before:
        return _("gave %(weeks)s back to the allowance, of %(project)s") % words
    return _("drew %(weeks)s of the allowance for %(project)s") % words


SENTENCES: dict[tuple[str, str], Sentence] = {
    ("project", "add_project"): gettext_lazy("added it"),
    ("project", "edit_project"): say_changed,
    ("project", "renew_project"): say_renewed,
    ("project", "set_effort"): say_effort,
    ("project", "take_on_effort"): say_taken_on,
    ("project", "move_project"): say_moved,
    ("project", "pin_project"): gettext_lazy("pinned it: %(pin_reason)s"),
    ("project", "unpin_project"): gettext_lazy("unpinned it"),
    ("project", "start_project"): gettext_lazy("started it"),
    ("project", "launch_project"): gettext_lazy("launched it"),
    ("project", "drop_project"): gettext_lazy("dropped it"),
    ("capacity", "set_capacity"): say_changed,
    ("capacity", "draw_allowance"): say_drawn,
}


def say(subject: str, verb: str, changes: Changes) -> str:
    """What was done; a verb without a sentence is told by the fields it changed."""
    sentence = SENTENCES.get((subject, verb), say_changed)
    if not isinstance(sentence, str | Promise):
        return sentence(changes)
    text = str(sentence)
    if "%(" not in text:
        return text
    try:
        return text % new_values(changes)
    except KeyError:
        return say_changed(changes)


def people_of(keys: Iterable[str]) -> dict[str, Actor]:
    """Actor keys ("user:5", "link:2", "mail:5") to people, in one statement, one more where some came by a link; "system"
    is Tandem itself."""
    ids = {(key[:5], int(key[5:])) for key in keys if key[:5] in ("user:", "link:", "mail:") and key[5:].isdigit()}
    users = {number for kind, number in ids if kind != "link:"}
    links = {number for kind, number in ids if kind == "link:"}
    found = {user.key: Actor(user.name, user.side) for user in User.objects.filter(pk__in=users)} if users else {}
    for kind, person in ids:
        if kind == "mail:" and f"user:{person}" in found:
            by = found[f"user:{person}"]
            found[f"mail:{person}"] = Actor(_("%(name)s, by mail link") % {"name": by.name}, by.side)
    for link in FollowLink.objects.filter(pk__in=links) if links else ():
        words = {"name": link.name, "number": link.pk}
        said = _("%(name)s, by link %(number)s") if link.made_by_id else _("%(name)s (public form)")
        found[f"link:{link.pk}"] = Actor(said % words)
    return found


def parties_added(moment: Moment) -> list[str]:
    """Those whom somebody else brought in, or assigned it to."""
    if moment.verb == "assign_request":
        to = new_values(moment.changes).get("assigned_to")
        return [f"user:{to}"] if to else []
    before, after = moment.changes.get("parties") or [None, None]
    keys = [f"user:{person}" for person in after or () if person not in (before or ())]
    return [key for key in keys if key != moment.actor]


def name_parties(moment: Moment, people: Mapping[str, Actor]) -> Changes:
    """The changes with the names of the people that came in."""
    names = [people[key].name for key in parties_added(moment) if key in people]
    return {**moment.changes, "people": [None, ", ".join(names)]} if names else moment.changes


def tell_moments(subject: str, moments: Sequence[Moment]) -> list[Told]:
    people = people_of({moment.actor for moment in moments} | {key for one in moments for key in parties_added(one)})
    tandem = Actor("Tandem")
    return [
        Told(
            moment.id,
            moment.version,
            people.get(moment.actor, tandem),
            moment.at,
            say(moment.subject or subject, moment.verb, name_parties(moment, people)),
            moment.reason,
        )
        for moment in moments
    ]


def tell_story(subject: str, subject_id: int, *, limit: int = 50) -> list[Told]:
    """The story of a record, latest first (two statements)."""
    return tell_moments(subject, story_of(subject, subject_id, limit=limit))
