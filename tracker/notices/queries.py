"""What is still to be delivered, and what a person chose to get."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Exists, Min, OuterRef, Q, TextField, Value
from django.db.models.fields.json import KT
from django.db.models.functions import Coalesce, NullIf

from tracker.intake.models import WorkRequest
from tracker.notices.models import Mail, MailChoice, Notice, NoticeQuerySet
from tracker.people.access import Viewer

SHOWN = 50


@dataclass(frozen=True)
class Outbox:
    """How many mails are owed and how many were given up; `oldest` since when the one that waits longest is owed."""

    owed: int
    dead: int
    oldest: datetime | None


def told_to(viewer: Viewer) -> NoticeQuerySet:
    """Annotated with `hidden`: it speaks of a request that the viewer may not see any more."""
    named = Coalesce(NullIf(KT("facts__request"), Value("")), KT("facts__key"), output_field=TextField())
    seen = WorkRequest.objects.visible_to(viewer).values("pk")
    unseen = WorkRequest.objects.filter(key=OuterRef("named")).exclude(pk__in=seen)
    rows = Notice.objects.visible_to(viewer).annotate(named=named)
    # The model declares `hidden` for its readers, and the plugin takes the annotation for a second field.
    return rows.annotate(hidden=Exists(unseen))  # type: ignore[no-redef]


def read_outbox() -> Outbox:
    """One statement."""
    mails = Mail.objects.filter(sent_at=None)
    living = Q(dead_at=None)
    owed, dead = Count("pk", filter=living), Count("pk", filter=~living)
    return Outbox(**mails.aggregate(owed=owed, dead=dead, oldest=Min("at", filter=living)))


def dead_mails() -> list[Mail]:
    """The mails that were given up, latest first."""
    return list(Mail.objects.dead().select_related("user").order_by("-dead_at")[:SHOWN])


def choice_of(viewer: Viewer) -> MailChoice:
    """What they chose, or the defaults as version 0, which is not stored."""
    return MailChoice.objects.filter(user=viewer.id).first() or MailChoice(user_id=viewer.id, version=0)
