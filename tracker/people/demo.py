"""The demo company in an installation of one's own: loaded while nothing else is there, removed without a trace."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from django.apps import apps
from django.db import connection, models, transaction
from django.db.models import Exists, Q
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import change_row
from tracker.history.models import Entry
from tracker.kernel.errors import Refused
from tracker.kernel.events import publish
from tracker.kernel.models import Heartbeat, IdempotentCall, Versioned
from tracker.people.access import Power, Viewer, require
from tracker.people.actions import FIRST_ADMIN_LOCK
from tracker.people.events import DemoLoaded, LevelSet
from tracker.people.models import Firm, Level, User

DOMAIN = "lumen.example"
"""Of the addresses of the demo's people. No real person has one: nothing under .example is ever registered."""
KEPT = {"firm", "user", "request-type"}
"""Subjects that outlive the demo: the firm, who is real, and the types of requests, which every firm begins with."""
KEPT_TABLES = {"tracker_typeform"}
"""What has no history of its own and belongs to a record that is kept: the forms of the types."""
QUIET: tuple[type[models.Model], ...] = (Entry, IdempotentCall, Heartbeat)
"""Tables that say what happened or what runs, not what there is."""
OWN = {"token", "mail_choice"}
"""Subjects that are somebody's own and stay with who is real."""
BEFORE = {"policy", "calendar", "view", *OWN}
"""Subjects that may be there before the demo."""


def demo_people() -> models.QuerySet[User]:
    return User.objects.filter(email__endswith=f"@{DOMAIN}")


def real_people() -> models.QuerySet[User]:
    return User.objects.exclude(email__endswith=f"@{DOMAIN}")


def is_of_demo(person: User) -> bool:
    return person.email.endswith(f"@{DOMAIN}")


@transaction.atomic
def load_demo(*, actor: Viewer, at: datetime) -> None:
    """Fills the installation with the demo company, as long as nothing else is in it.

    Its people have no password and get no mail: only an administrator of this installation looks through their eyes.
    The firm goes to level Company until the demo is removed.
    """
    require(actor, Power.MANAGE_PEOPLE)
    firm = _locked_firm()
    if firm.demo:
        raise Refused(_("The demo company is here already."), code="demo_is_here")
    if demo_people().exists():
        text = _("An address under lumen.example belongs to the demo: give the account another one first.")
        raise Refused(text, code="demo_address")
    if not is_empty():
        text = _("There are records already. The demo company is loaded only where nothing else is.")
        raise Refused(text, code="not_empty")
    change_row(firm, actor=actor.key, at=at, verb="load_demo", changes={"demo": True, "level": Level.COMPANY})
    publish(DemoLoaded(at=at, admin=actor.id))


@transaction.atomic
def remove_demo(*, actor: Viewer, at: datetime) -> None:
    """Removes every record of the work, the demo's people and all that is told of them; who is real stays.

    The history of what is removed goes with it: nobody could open what it speaks of, and the audit would miss the
    records. What stays is the entry of the firm: who removed the demo, and when. Where every account belongs to the
    demo, the firm goes too, and the first page asks for an administrator.
    """
    require(actor, Power.MANAGE_PEOPLE)
    firm = _locked_firm()
    if not firm.demo:
        raise Refused(_("There is no demo company here."), code="no_demo")
    names = who_worked()
    if names:
        text = _("%(people)s worked here: their records and those of the demo are one by now, and both would be lost.")
        raise Refused(text % {"people": ", ".join(names)}, code="demo_in_use")
    for person in real_people().filter(team__isnull=False):
        change_row(person, actor=actor.key, at=at, verb="remove_demo", changes={"team": None})
    for model in _work_tables():
        _empty(model)
    demo_people().delete()
    stays = real_people().exists()
    if not stays:
        Firm.objects.all().delete()
    _forget_removed()
    if stays:
        level = _level_before(firm)
        changes: dict[str, Any] = {"demo": False, "level": level, "steps_hidden_at": None}
        change_row(firm, actor=actor.key, at=at, verb="remove_demo", changes=changes)
        if level != Level.START:
            publish(LevelSet(at=at, actor_key=actor.key, level=level, zone=actor.time_zone))


def is_empty() -> bool:
    """Whether nothing was made here but the administrator (one statement)."""
    checked = [model for model in _work_tables() if getattr(model, "subject", "") not in BEFORE]
    others = Exists(User.objects.select_related(None).order_by("pk")[1:2])
    row = Firm.objects.values_list(others, *(Exists(model._base_manager.all()) for model in checked)).first()
    return row is not None and not any(row)


def who_worked() -> list[str]:
    """Real people, apart from administrators, who have made or changed something of the work."""
    colleagues = real_people().exclude(roles__contains=["admin"])
    keys = {person.key: person.name for person in colleagues}
    own = {*KEPT, *BEFORE}
    actors = Entry.objects.filter(actor__in=keys).exclude(subject__in=own).values_list("actor", flat=True).distinct()
    return sorted(keys[actor] for actor in actors)


def _locked_firm() -> Firm:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [FIRST_ADMIN_LOCK])
    return Firm.objects.select_for_update().get()


def _level_before(firm: Firm) -> str:
    entry = Entry.objects.filter(subject=Firm.subject, subject_id=firm.pk, verb="load_demo").order_by("version").last()
    if entry is None or "level" not in entry.changes:
        return firm.level
    return str(entry.changes["level"][0])


def _work_tables() -> Iterator[type[models.Model]]:
    """All tables of the packages that have records with a history, but for what outlives the demo."""
    every = apps.get_models(include_auto_created=True)
    packages = {model._meta.app_label for model in every if issubclass(model, Versioned)}
    for model in every:
        kept = getattr(model, "subject", "") in KEPT or model in QUIET or model._meta.db_table in KEPT_TABLES
        if model._meta.app_label in packages and not kept:
            yield model


def _empty(model: type[models.Model]) -> None:
    """Keys are checked when the transaction ends, so that the order of the tables does not matter."""
    table = connection.ops.quote_name(model._meta.db_table)
    if getattr(model, "subject", "") in OWN:
        return  # goes with its person
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")  # noqa: S608  the name of a table of ours
        key = model._meta.pk
        if isinstance(key, models.AutoField):
            cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, key.column])
            cursor.execute(f"ALTER SEQUENCE {cursor.fetchone()[0]} RESTART")


def _forget_removed() -> None:
    """Entries of records that are no more, so that history and records agree again."""
    stays = Q()
    for model in apps.get_models():
        if issubclass(model, Versioned) and (model.subject in KEPT | OWN):
            stays |= Q(subject=model.subject, subject_id__in=model._base_manager.values("pk"))
    Entry.objects.exclude(stays).delete()
