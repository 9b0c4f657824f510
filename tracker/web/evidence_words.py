"""What was found when evidence was held against what is known, in words."""

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.intake.evidence import Finding

SHOWN = 3


def say_finding(found: Finding) -> str:
    facts = {**found.facts, "url": found.value}
    if found.facts["pattern"]:
        return _("%(url)s is not in %(area)s (%(pattern)s) of %(host)s.") % facts
    return _("%(url)s is not on %(host)s.") % facts


def say_shortly(findings: Iterable[Finding]) -> str:
    """The first of them, and how many there are besides."""
    said = [say_finding(one) for one in findings]
    more = len(said) - SHOWN
    rest = [ngettext("And %(count)s more.", "And %(count)s more.", more) % {"count": more}] if more > 0 else []
    return " ".join([*said[:SHOWN], *rest])
