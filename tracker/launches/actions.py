"""Verbs of checks."""

from collections.abc import Sequence
from datetime import datetime

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import Fact, change_row, record
from tracker.kernel.errors import Invalid
from tracker.launches.models import Check, CheckState
from tracker.people.access import Power, Viewer, require
from tracker.people.models import User
from tracker.projects.models import Project

LONGEST = 500
MOVE = """
UPDATE tracker_check SET project_id = %s, owner_id = %s, version = version + 1 WHERE source = %s
RETURNING id, version, text
"""


@transaction.atomic
def open_checks(
    *, actor_key: str, at: datetime, project: Project, source: str, texts: Sequence[str], owner: User | None = None
) -> None:
    """Opens the checks of this source that are not there yet and brings along those that are.

    What was decided before stays decided: a check that moves to another host with its item keeps its evidence.
    """
    with connection.cursor() as cursor:
        cursor.execute(MOVE, [project.pk, owner.pk if owner else None, source])
        moved = cursor.fetchall()
    facts = [Fact(Check.subject, pk, version, "move_check") for pk, version, _text in moved]
    known = {text for _pk, _version, text in moved}
    fresh = [text for text in dict.fromkeys(line.strip()[:LONGEST] for line in texts) if text and text not in known]
    made = Check.objects.bulk_create(
        Check(project=project, source=source, owner=owner, text=text, position=position)
        for position, text in enumerate(fresh, start=len(known) + 1)
    )
    facts += [Fact(Check.subject, row.pk, 1, "open_check", changes={"text": [None, row.text]}) for row in made]
    record(actor=actor_key, at=at, facts=facts)


@transaction.atomic
def decide_check(
    *, actor: Viewer, at: datetime, check: Check, passed: bool, evidence: str = "", expected: int | None = None
) -> None:
    """Says whether a check holds; `evidence` is what shows it, and a failed one needs it. Raises NotAllowed, Stale."""
    require(actor, Power.DELIVER, check.ties)
    evidence = evidence.strip()
    if not passed and not evidence:
        text = _("Say what failed.")
        raise Invalid(text, fields={"evidence": text})
    changes = {
        "state": CheckState.PASSED if passed else CheckState.FAILED,
        "evidence": evidence[:LONGEST],
        "decided_by_id": actor.id,
        "decided_at": at,
    }
    change_row(check, actor=actor.key, at=at, verb="decide_check", changes=changes, expected=expected)
