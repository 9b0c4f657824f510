"""What was found when evidence was held against what is known, in words."""

from collections.abc import Iterable
from datetime import date

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.intake.evidence import FROZEN_DEADLINE, Finding
from tracker.intake.models import WorkRequest
from tracker.people.access import Viewer
from tracker.templatetags.times import say_date

SHOWN = 3


def say_finding(found: Finding) -> str:
    if found.code == FROZEN_DEADLINE:
        return say_frozen(found)
    facts = {**found.facts, "url": found.value}
    if found.facts["pattern"]:
        return _("%(url)s is not in %(area)s (%(pattern)s) of %(host)s.") % facts
    return _("%(url)s is not on %(host)s.") % facts


def say_frozen(found: Finding) -> str:
    today = timezone.localdate()
    days = {name: say_date(date.fromisoformat(found.facts[name]), today) for name in DAYS}
    day = say_date(date.fromisoformat(found.value), today)
    words = {"reason": found.facts["reason"], "of": found.facts["of"], "day": day, **days}
    said = _(
        "%(day)s lies in the freeze “%(reason)s” of %(of)s (%(starts_on)s – %(ends_on)s):"
        " what is not live by %(last_day_before)s waits until %(first_day_after)s."
    )
    return said % words


def similar_case(ask: WorkRequest, viewer: Viewer) -> WorkRequest | None:
    """The similar request that the confidence rests on, if the viewer may see it (one statement, where there is one)."""
    if ask.similar_to_id is None:
        return None
    return WorkRequest.objects.visible_to(viewer).filter(pk=ask.similar_to_id).first()


DAYS = ("starts_on", "ends_on", "last_day_before", "first_day_after")


def say_shortly(findings: Iterable[Finding]) -> str:
    """The first of them, and how many there are besides."""
    said = [say_finding(one) for one in findings]
    more = len(said) - SHOWN
    rest = [ngettext("And %(count)s more.", "And %(count)s more.", more) % {"count": more}] if more > 0 else []
    return " ".join([*said[:SHOWN], *rest])
