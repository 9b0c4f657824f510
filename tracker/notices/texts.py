"""The sentences of notices: what happened, why this person hears it, what they can do. One entry a kind.

Facts are JSON, so that a notice is said in the language of whoever reads it, when they read it.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from tracker.projects.words import say_weeks
from tracker.promises.models import Kind

Text = str | Promise


@dataclass(frozen=True)
class Words:
    """`what` and `then` have named places for the facts; `why` says why this person hears it; `bare` is `what` where
    nobody gave a reason."""

    what: Text
    why: Text
    then: Text = ""
    bare: Text = ""


WATCHED = "watched_"
"""Before a kind: somebody hears it who only follows the request; `because` among the facts says why."""


@dataclass(frozen=True)
class Told:
    what: str
    why: str
    then: str


PROPOSED = _("You filed the request or proposed it.")
DECIDES = _("You own the project that would carry it.")
ASKED = _("You filed the request.")
NAMED = _("You are named in it.")
DELIVERS = _("You deliver it.")
OWNS = _("You are one of its two owners.")
STANDS = _("You stand for the public form of the site.")
TRIAGES = _("Your team owns the area.")
RANKS = _("You rank the projects.")
OWES = _("The answer is yours.")
LATE = _("You owe the answer, or lead the team that does.")
SETTLES = _("You owe the answer, or are one of the two who can settle it.")
MEDIATES = _("You owe the answer, or mediate.")
ANSWERS = _("You are the next above who decided.")
NAMED_AS_BACKER = _("You are named as a backer, or lead the team that is.")
OTHER_SIDE = _("You lead or decide for the other side.")
BOTH_SIDES = _("You stand for one of its two sides, or have a part in it.")
PARTY = _("You are a party to it, or mediate.")
SPEAKS = _("You speak for your side.")
KEEPS = _("The condition is yours.")
BECAUSE: Mapping[str, Text] = {
    "watches": _("You watch it."),
    "backs": _("You back it, or lead the team that does."),
    "merged": _("Yours was merged into it."),
}

KINDS: Mapping[str, Words] = {
    "item_proposed": Words(
        _("%(request)s %(title)s wants to join %(project)s for %(weeks)s."),
        DECIDES,
        _("Accept it, with conditions if you like, or refuse it with a reason."),
    ),
    "comment_mention": Words(
        _("%(person)s mentions you in %(request)s %(title)s: %(reason)s"), NAMED, _("Answer where it was said.")
    ),
    "comment_added": Words(
        _("%(person)s comments on %(request)s %(title)s: %(reason)s"), ASKED, _("Answer where it was said.")
    ),
    "item_agreed": Words(
        _("%(project)s carries %(request)s %(title)s."), ASKED, _("Its state follows the project from now on.")
    ),
    "item_agreed_conditions": Words(
        _("%(project)s carries %(request)s %(title)s, on a condition: %(conditions)s"),
        ASKED,
        _("Its state follows the project from now on."),
    ),
    "item_outranked": Words(
        _("%(request)s %(title)s is a project of its own now: %(project)s."), ASKED, _("See where it stands.")
    ),
    "item_refused": Words(
        _("%(project)s does not take %(request)s %(title)s: %(reason)s"),
        ASKED,
        _("Propose it to another project, or ask for a rank."),
    ),
    "item_countered": Words(
        _("%(project)s offers something else for %(request)s %(title)s: %(offer)s, for %(weeks)s."),
        PROPOSED,
        _("Compare the two and accept it, or decline it."),
    ),
    "item_counter_declined": Words(
        _("%(request)s %(title)s: what you offered for %(project)s is declined: %(reason)s"),
        DECIDES,
        _("Answer the proposal as it was made: accept or refuse it."),
    ),
    "item_orphaned": Words(
        _("%(item)s lost its project: %(project)s fell below the line, and %(request)s %(title)s with it."),
        OWNS,
        _("Propose it to another project."),
    ),
    "item_carried": Words(
        _("%(project)s is above the line again and carries %(request)s %(title)s."), OWNS, _("Nothing is left to do.")
    ),
    "item_shipped": Words(
        _("%(request)s %(title)s is live."), ASKED, _("Say what came of it when it can be measured.")
    ),
    "item_measured": Words(
        _("%(request)s %(title)s was measured: %(outcome)s."), DELIVERS, _("Look at what was found.")
    ),
    "item_dropped": Words(
        _("%(request)s %(title)s is out of %(project)s."), OWNS, _("What it drew has gone back to the project.")
    ),
    "promise_remind": Words(
        _("%(key)s %(title)s waits for your %(promise)s until %(due)s."),
        OWES,
        _("If nobody answers by then, the lead hears of it, then the CTO and the CMO."),
    ),
    "promise_breach": Words(
        _("%(key)s %(title)s: the %(promise)s of %(holder)s was due %(due)s."),
        LATE,
        _("If it stays so, the CTO and the CMO hear of it."),
    ),
    "promise_chiefs": Words(
        _("%(key)s %(title)s: the %(promise)s of %(holder)s was due %(due)s."),
        SETTLES,
        _("The CTO and the CMO settle it between them, or it goes on the COO's docket."),
    ),
    "promise_docket": Words(
        _("%(key)s %(title)s: the %(promise)s of %(holder)s was due %(due)s and is on the docket."),
        MEDIATES,
        _("The COO may take it up; an answer still ends it."),
    ),
    "case_raised": Words(
        _("%(case)s: the COO is asked to rule on %(request)s %(title)s: %(wanted)s"),
        PARTY,
        _("Both sides write a position; settle it before, if you can."),
    ),
    "case_aged": Words(
        _("%(case)s: %(request)s %(title)s is undecided for 90 days and goes to the COO."),
        PARTY,
        _("Both sides write a position; a decision ends it at once."),
    ),
    "case_taken": Words(
        _("%(case)s: the COO took up %(request)s %(title)s."), PARTY, _("Say what is missing before there is a ruling.")
    ),
    "case_position_due": Words(
        _("%(case)s: your side's position on %(request)s %(title)s is asked for."),
        SPEAKS,
        _("Without it the COO rules on what the other side says."),
    ),
    "case_position": Words(
        _("%(case)s: a position on %(request)s %(title)s is in."), PARTY, _("It opens when both are in, or time is up.")
    ),
    "case_opened": Words(
        _("%(case)s: the positions on %(request)s %(title)s are open."), PARTY, _("Read them; you may still settle.")
    ),
    "case_proposed": Words(
        _("%(case)s: one side would settle %(request)s %(title)s: %(sentence)s"),
        PARTY,
        _("The other side confirms it, or proposes something else."),
    ),
    "case_settled": Words(
        _("%(case)s: the sides settled %(request)s %(title)s: %(sentence)s"), PARTY, _("Nobody rules on it any more.")
    ),
    "case_decided": Words(
        _("%(case)s: %(request)s %(title)s was decided without the COO."), PARTY, _("Nobody rules on it any more.")
    ),
    "case_settled_without": Words(
        _("%(case)s was settled without you: %(person)s agreed on %(request)s %(title)s: %(sentence)s"),
        PARTY,
        _("Nobody rules on it any more."),
    ),
    "case_decided_without": Words(
        _("%(case)s was settled without you: %(person)s decided on %(request)s %(title)s."),
        PARTY,
        _("Nobody rules on it any more."),
    ),
    "case_withdrawn_without": Words(
        _("%(case)s was settled without you: %(person)s took %(request)s %(title)s back from the COO."),
        PARTY,
        _("Nothing is left to do."),
    ),
    "case_ruled": Words(
        _("%(case)s: the COO ruled on %(request)s %(title)s: %(sentence)s"), PARTY, _("See the ruling.")
    ),
    "case_sent_back": Words(
        _("%(case)s: the COO sent %(request)s %(title)s back: %(sentence)s"), PARTY, _("It is yours to decide.")
    ),
    "case_withdrawn": Words(
        _("%(case)s: %(request)s %(title)s was taken back from the COO."), PARTY, _("Nothing is left to do.")
    ),
    "case_condition_owed": Words(
        _("%(case)s: on %(request)s %(title)s a condition is yours: %(condition)s"),
        KEEPS,
        _("Say when it holds; a broken one brings the case back to the COO."),
    ),
    "case_condition_broken": Words(
        _("%(case)s: a condition of the ruling on %(request)s %(title)s was broken: %(condition)s"),
        PARTY,
        _("The case is on the docket again."),
    ),
    "case_condition_met": Words(
        _("%(case)s: a condition of the ruling on %(request)s %(title)s holds: %(condition)s"),
        PARTY,
        _("Nothing is left to do."),
    ),
    "rank_asked": Words(
        _("%(request)s %(title)s asks for a rank of its own."),
        RANKS,
        _("Make it a project, or leave it to be embedded."),
    ),
    "request_filed": Words(
        _("%(request)s %(title)s was filed."), TRIAGES, _("Accept it, ask, park it or decline it with a reason.")
    ),
    "request_assigned": Words(
        _("%(person)s assigned %(request)s %(title)s to you."),
        _("It is yours to triage."),
        _("Accept it, ask, park it or decline it with a reason."),
    ),
    "request_public": Words(
        _("%(request)s %(title)s came by the public form."), STANDS, _("See that it has what triage needs.")
    ),
    "deputy_named": Words(
        _("%(person)s is away from %(starts_on)s to %(ends_on)s, and you stand in."),
        _("You are the deputy."),
        _("On these days what they triage is in your inbox too."),
    ),
    "request_returned": Words(_("%(request)s %(title)s is back in triage."), TRIAGES, _("Decide on it anew.")),
    "request_back": Words(_("%(request)s %(title)s is back in triage."), ASKED, _("It waits for triage again.")),
    "request_asked": Words(_("A question about %(request)s %(title)s: %(reason)s"), ASKED, _("Answer it.")),
    "request_answered": Words(
        _("The question about %(request)s %(title)s is answered: %(reason)s"), TRIAGES, _("Go on with its triage.")
    ),
    "request_accepted": Words(
        _("%(request)s %(title)s is accepted."), ASKED, _("Choose its way up: embed it, or outrank.")
    ),
    "request_declined": Words(_("%(request)s %(title)s is declined: %(reason)s"), ASKED, _("Read the reason.")),
    "request_parked": Words(
        _("%(request)s %(title)s is parked: %(reason)s"),
        ASKED,
        _("It comes back by itself on its review date."),
        bare=_("%(request)s %(title)s is parked."),
    ),
    "request_withdrawn": Words(_("%(request)s %(title)s is withdrawn."), ASKED, _("Nothing is left to do.")),
    "request_merged": Words(
        _("%(request)s %(title)s was merged into %(reason)s."),
        ASKED,
        _("Follow it there; if they are not the same, object."),
    ),
    "request_took_in": Words(
        _("%(reason)s was merged into %(request)s %(title)s."),
        ASKED,
        _("Its comments, backers and watchers are here now."),
    ),
    "request_unmerged": Words(
        _("%(request)s %(title)s is on its own again, back in triage."), ASKED, _("It waits for triage again.")
    ),
    "request_contested": Words(
        _("The decision on %(request)s %(title)s is contested: %(reason)s"),
        ANSWERS,
        _("Answer it: the decision stands, or the request goes back to triage."),
    ),
    "request_decision_contested": Words(
        _("The decision on %(request)s %(title)s is contested: %(reason)s"),
        TRIAGES,
        _("The next above answers it."),
    ),
    "request_upheld": Words(
        _("The decision on %(request)s %(title)s stands: %(reason)s"), ASKED, _("It stands unless you ask the COO.")
    ),
    "request_reopened": Words(
        _("The decision on %(request)s %(title)s was overturned: %(reason)s"), ASKED, _("It waits for triage again.")
    ),
    "expedite_owned": Words(
        _("Emergency: %(request)s %(title)s is yours now. %(reason)s"),
        _("You are named as its owner."),
        _("Answer within 30 minutes and fix it within 4 hours, both by the clock."),
    ),
    "expedite_asked": Words(
        _("Emergency: %(person)s expedites %(request)s %(title)s. %(reason)s"),
        OTHER_SIDE,
        _("Confirm it by %(until)s, or refuse it; otherwise it lapses."),
    ),
    "expedite_started": Words(
        _("Emergency: %(person)s expedites %(request)s %(title)s, and %(owner)s owns it. %(reason)s"),
        BOTH_SIDES,
        _("It passes the rank by until it is fixed."),
    ),
    "expedite_confirmed": Words(
        _("%(person)s confirmed the emergency %(request)s %(title)s."), BOTH_SIDES, _("Nothing is left to sign.")
    ),
    "expedite_refused": Words(
        _("%(person)s refused the emergency %(request)s %(title)s: %(reason)s"),
        BOTH_SIDES,
        _("The request goes its usual way."),
    ),
    "expedite_lapsed": Words(
        _("Nobody of the other side confirmed the emergency %(request)s %(title)s in time: it lapsed."),
        BOTH_SIDES,
        _("What is not fixed yet goes its usual way; it is counted as not confirmed."),
    ),
    "expedite_withdrawn": Words(
        _("The emergency %(request)s %(title)s was taken back: %(reason)s"),
        BOTH_SIDES,
        _("The request goes its usual way."),
        bare=_("The emergency %(request)s %(title)s ended with its request."),
    ),
    "expedite_answered": Words(
        _("%(person)s answered the emergency %(request)s %(title)s: %(reason)s"), BOTH_SIDES, _("The fix comes next.")
    ),
    "expedite_fixed": Words(
        _("The emergency %(request)s %(title)s is fixed: %(reason)s"),
        BOTH_SIDES,
        _("The next step is the lesson."),
        bare=_("The emergency %(request)s %(title)s is fixed; its cause is still to be said."),
    ),
    "expedite_explained": Words(
        _("What caused the emergency %(request)s %(title)s: %(reason)s"), BOTH_SIDES, _("Nothing is left to do.")
    ),
    "request_backed": Words(
        _("%(person)s wrote down that you back %(request)s %(title)s."),
        NAMED_AS_BACKER,
        _("If that is not so, withdraw it."),
    ),
}
TURNS = frozenset(
    {
        "case_condition_owed",
        "case_position_due",
        "case_proposed",
        "case_sent_back",
        "comment_mention",
        "deputy_named",
        "expedite_asked",
        "expedite_owned",
        "item_counter_declined",
        "item_countered",
        "item_orphaned",
        "item_proposed",
        "promise_breach",
        "promise_chiefs",
        "promise_docket",
        "promise_remind",
        "rank_asked",
        "request_asked",
        "request_assigned",
        "request_contested",
        "request_filed",
        "request_returned",
    }
)
"""What waits for its reader; the other kinds are news."""
URGENT = "expedite_"
"""Kinds that begin so are mailed at once, whatever somebody chose, and wait for no others to come along."""
OF_TRIAGE = ("request_filed", "request_returned", "request_answered", "request_assigned")
"""What asks whoever triages a team's requests to answer."""
GUARDED = {"title": "", "reason": "", "wanted": "", "sentence": "", "condition": "", "conditions": "", "offer": ""}
DAY_AND_TIME = "j E, H:i"
OUTCOMES: Mapping[str, Text] = {"met": _("met"), "partly_met": _("partly met"), "not_met": _("not met")}


def say(kind: str, facts: Mapping[str, Any]) -> Told:
    """A notice in the language that is active; a kind that is no longer known is shown by its facts."""
    words = KINDS.get(kind.removeprefix(WATCHED))
    if words is None:
        return Told(" ".join(str(value) for value in facts.values()), "", "")
    known = _Facts(facts)
    if "outcome" in facts:
        known["outcome"] = str(OUTCOMES.get(facts["outcome"], facts["outcome"]))
    if "weeks" in facts:
        known["weeks"] = say_weeks(Decimal(facts["weeks"]))
    if "until" in facts:
        known["until"] = date_format(timezone.localtime(datetime.fromisoformat(facts["until"])), DAY_AND_TIME)
    known |= {name: _say_day(facts[name]) for name in ("starts_on", "ends_on") if name in facts}
    if "promise" in facts:
        known["promise"] = str(dict(Kind.choices).get(facts["promise"], facts["promise"]))
        due = timezone.localtime(datetime.fromisoformat(facts["due"]))
        known["due"] = date_format(due, DAY_AND_TIME)
    what = words.what if facts.get("reason") or not words.bare else words.bare
    if kind.startswith(WATCHED):
        return Told(str(what) % known, str(BECAUSE.get(facts.get("because", ""), "")), "")
    then = str(words.then)
    return Told(str(what) % known, str(words.why), then % known if "%(" in then else then)


def _say_day(day: str) -> str:
    return date_format(date.fromisoformat(day), "j E")


def say_guarded(kind: str, facts: Mapping[str, Any], *, hidden: bool) -> Told:
    """As `say`, by its keys alone where the reader may not see the request any more."""
    return say(kind, {**facts, **GUARDED} if hidden else facts)


class _Facts(dict[str, Any]):
    """A fact that an older version did not write is left blank."""

    def __missing__(self, name: str) -> str:
        return ""
