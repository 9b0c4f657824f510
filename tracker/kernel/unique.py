"""What the database says only once, told to whoever tried to say it twice."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _
from psycopg.errors import UniqueViolation

from tracker.kernel.errors import Invalid


@contextmanager
def refuse_taken(field: str, *others: str) -> Iterator[None]:
    """Turns a broken unique constraint into Invalid about `field`; one that names a column of `others`, about that."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as wrong:
        cause = wrong.__cause__
        if not isinstance(cause, UniqueViolation):
            raise
        broken = f"{cause.diag.constraint_name} {cause.diag.message_detail}"
        name = next((other for other in others if other in broken), field)
        text = _("This is taken already.")
        raise Invalid(text, code="taken", fields={name: text}) from wrong
