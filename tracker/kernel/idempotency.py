"""A POST that arrives twice takes effect once: its key is stored in the transaction of the effect."""

import hashlib
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from tracker.kernel.errors import Invalid, Refused
from tracker.kernel.models import IdempotentCall

LONGEST = 80


def fingerprint_call(method: str, path: str, body: bytes) -> str:
    return hashlib.sha256(b"\x1f".join([method.encode(), path.encode(), body])).hexdigest()


def claim_call(*, actor: str, key: str, fingerprint: str, at: datetime) -> IdempotentCall | None:
    """None: go on, the key is yours once you commit. A call: it has been answered, repeat that answer.

    Runs inside the transaction of the effect; a second call with the same key waits for the first to end.
    Raises Invalid for a key that is too long, Refused (`key_reused`) where the key belonged to something else.
    """
    if len(key) > LONGEST:
        raise Invalid(_("An idempotency key has at most %(count)s characters.") % {"count": LONGEST})
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO tracker_idempotentcall (actor, key, fingerprint, at, answer) VALUES (%s, %s, %s, %s, '')"
            " ON CONFLICT DO NOTHING",
            [actor, key, fingerprint, at],
        )
        if cursor.rowcount:
            return None
    earlier = IdempotentCall.objects.get(actor=actor, key=key)
    if earlier.fingerprint != fingerprint:
        raise Refused(_("This key was used for something else."), code="key_reused")
    return earlier


def keep_answer(*, actor: str, key: str, status: int, answer: str) -> None:
    IdempotentCall.objects.filter(actor=actor, key=key).update(status=status, answer=answer)


def forget_call(*, actor: str, key: str) -> None:
    """The call had no effect: the same key may be sent again, corrected."""
    IdempotentCall.objects.filter(actor=actor, key=key).delete()
