"""What a verb answers when it does not do what it was asked; every face shows these and nothing else."""

from collections.abc import Mapping
from typing import Any

from django.utils.functional import Promise


class Refused(Exception):
    """The verb was not carried out and nothing changed.

    `code` is for machines (snake_case, stable), `message` for people (translated when shown), `fields` maps a
    field of the form to its message, `facts` holds JSON values that help to decide (names, keys, numbers).
    """

    code = "refused"
    status = 409

    def __init__(
        self,
        message: str | Promise,
        *,
        code: str | None = None,
        fields: Mapping[str, str | Promise] | None = None,
        **facts: Any,
    ) -> None:
        super().__init__(message)
        self.message = message
        self.code = code or self.code
        self.fields = dict(fields or {})
        self.facts = facts

    def __str__(self) -> str:
        return str(self.message)


class Invalid(Refused):
    """What was given is wrong; `fields` says where."""

    code = "invalid"
    status = 400


class NotAllowed(Refused):
    """The actor sees the record but may not do this."""

    code = "not_allowed"
    status = 403


class NotFound(Refused):
    """There is no such record, or the actor may not know of it."""

    code = "not_found"
    status = 404


class Stale(Refused):
    """Somebody else changed the record first; `facts["version"]` is the version it has now.

    `since` names the record and the version that was seen (subject, id, version), where the verb knows them.
    """

    code = "stale"
    status = 412
    since: tuple[str, int, int] | None = None


class TooOften(Refused):
    """Too many within an hour; `facts["again_at"]` is when the next is taken."""

    code = "too_often"
    status = 429


class WrongState(Refused):
    """The state of the record does not allow the verb."""

    code = "wrong_state"
