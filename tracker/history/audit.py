"""Questions to the whole history: is it complete, and is it what was written?"""

from django.apps import apps

from tracker.history.actions import SEAL
from tracker.kernel.models import Versioned
from tracker.kernel.prepared import fetch_rows

CHAIN = f"""
SELECT count(*) FROM tracker_entry fresh LEFT JOIN tracker_entry last
  ON last.subject = fresh.subject AND last.subject_id = fresh.subject_id AND last.version = fresh.version - 1
WHERE fresh.seal <> {SEAL.format(before="coalesce(last.seal, '')")}
"""  # noqa: S608  filled in with constants
HOLES = """
SELECT '{subject}' AS subject, r.id FROM {table} r
LEFT JOIN (SELECT subject_id, count(*) AS entries, max(version) AS last FROM tracker_entry WHERE subject = '{subject}'
           GROUP BY 1) told ON told.subject_id = r.id
WHERE r.version IS DISTINCT FROM told.entries OR r.version IS DISTINCT FROM told.last
"""
MISSING = """
SELECT coalesce(sum(abs(kept.versions - coalesce(told.entries, 0))), 0)
FROM ({kept}) kept LEFT JOIN (SELECT subject, count(*) AS entries FROM tracker_entry GROUP BY 1) told USING (subject)
"""
VERSIONS = "SELECT '{subject}' AS subject, coalesce(sum(version), 0) AS versions FROM {table}"


def broken_seals() -> int:
    """How many entries are not what was written (one statement over the whole history)."""
    found: int = fetch_rows(CHAIN, [])[0][0]
    return found


def holes() -> list[str]:
    """Records whose version is not the number of their entries, such as "request 41"; empty is complete."""
    return [f"{subject} {number}" for subject, number in fetch_rows(_of_all(HOLES), [])]


def missing_entries() -> int:
    """How many entries are missing or too many, counted subject by subject: quick enough for a page."""
    return int(fetch_rows(MISSING.format(kept=_of_all(VERSIONS)), [])[0][0])


def _of_all(statement: str) -> str:
    kept = [model for model in apps.get_models() if issubclass(model, Versioned)]
    return " UNION ALL ".join(statement.format(subject=model.subject, table=model._meta.db_table) for model in kept)
