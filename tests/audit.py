"""Questions to the whole history: is it complete, and is it what was written?"""

from django.apps import apps
from django.db import connection

from tracker.kernel.models import Versioned

CHAIN = """
SELECT count(*) FROM tracker_entry e LEFT JOIN tracker_entry last
  ON last.subject = e.subject AND last.subject_id = e.subject_id AND last.version = e.version - 1
WHERE e.seal <> sha256(coalesce(last.seal, '') || convert_to(concat_ws(chr(31), e.subject, e.subject_id, e.version,
  e.actor, e.verb, extract(epoch from e.at), e.reason, e.changes::text), 'UTF8'))
"""


def broken_seals() -> int:
    with connection.cursor() as cursor:
        cursor.execute(CHAIN)
        found: int = cursor.fetchone()[0]
    return found


def holes() -> list[str]:
    """Records whose version is not the number of their entries; empty is complete."""
    found = []
    for model in apps.get_models():
        if not issubclass(model, Versioned):
            continue
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT r.id, r.version, count(e.id), coalesce(max(e.version), 0) FROM {model._meta.db_table} r"
                " LEFT JOIN tracker_entry e ON e.subject = %s AND e.subject_id = r.id GROUP BY r.id, r.version"
                " HAVING r.version <> count(e.id) OR r.version <> coalesce(max(e.version), 0)",
                [model.subject],
            )
            found += [f"{model.subject} {row}" for row in cursor.fetchall()]
    return found
