"""What was done to a record, by whom and when: for records that the viewer may see, latest first."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import BigIntegerField, Case, OuterRef, Q, QuerySet, Subquery, When
from django.db.models.functions import Cast, Substr
from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request

from tracker.api.paging import LATEST_FIRST, Filter, answer_list
from tracker.api.resource import Resource
from tracker.api.shapes import Fields
from tracker.backlog.models import BacklogItem
from tracker.escalations.models import Condition, Escalation, Position, Ruling
from tracker.history.models import Entry
from tracker.intake.models import RequestType, WorkRequest
from tracker.integrations.models import ImportRun, OldTicket
from tracker.kernel.errors import Invalid
from tracker.launches.models import Check
from tracker.measures.models import Kpi
from tracker.people.access import Power, Viewer, may
from tracker.people.models import Firm, SavedView, Team, Token, User
from tracker.projects.models import Capacity, Project
from tracker.promises.models import Policy, Promise, WorkCalendar
from tracker.sites.models import Area, Freeze, Site

ENTRY: Fields = {
    "id": "id",
    "subject": "subject",
    "subject_id": "subject_id",
    "version": "version",
    "actor": "actor",
    "actor_name": "actor_name",
    "verb": "verb",
    "at": "at",
    "reason": "reason",
    "changes": "changes",
}


@dataclass(frozen=True)
class Kind:
    """`seen` are the records whose history a viewer may read; `key` names them where they have one."""

    seen: Callable[[Viewer], QuerySet[Any]]
    key: str = "pk"


def _people(viewer: Viewer) -> QuerySet[User]:
    """One's own, and for administrators everybody's: it tells of addresses, roles and coming and going."""
    people = User.objects.visible_to(viewer)
    return people if may(viewer, Power.MANAGE_PEOPLE) else people.filter(pk=viewer.id)


def _firm(viewer: Viewer) -> QuerySet[Firm]:
    return Firm.objects.all() if may(viewer, Power.MANAGE_PEOPLE) else Firm.objects.none()


def _views(viewer: Viewer) -> QuerySet[SavedView]:
    """One's own: what others share was private before."""
    return SavedView.objects.visible_to(viewer).filter(owner=viewer.id)


def _tickets(viewer: Viewer) -> QuerySet[OldTicket]:
    return OldTicket.objects.all() if may(viewer, Power.IMPORT_TICKETS) else OldTicket.objects.none()


def _checks(viewer: Viewer) -> QuerySet[Check]:
    """A check that an embedded item asked for is seen by whoever sees the item."""
    items = BacklogItem.objects.visible_to(viewer).order_by().values("key")
    rows = Check.objects.filter(~Q(source__startswith="I-") | Q(source__in=items))
    return rows if viewer.roles else rows.none()


def _any_role(rows: QuerySet[Any]) -> Callable[[Viewer], QuerySet[Any]]:
    return lambda viewer: rows.all() if viewer.roles else rows.none()


KINDS: Mapping[str, Kind] = {
    "request": Kind(WorkRequest.objects.visible_to, "key"),
    "backlog-item": Kind(BacklogItem.objects.visible_to, "key"),
    "project": Kind(Project.objects.visible_to, "key"),
    "escalation": Kind(Escalation.objects.visible_to, "key"),
    "position": Kind(Position.objects.visible_to),
    "ruling": Kind(Ruling.objects.visible_to),
    "condition": Kind(Condition.objects.visible_to),
    "promise": Kind(Promise.objects.visible_to),
    "policy": Kind(_any_role(Policy.objects.all()), "kind"),
    "calendar": Kind(_any_role(WorkCalendar.objects.all())),
    "check": Kind(_checks),
    "import": Kind(ImportRun.objects.visible_to),
    "old-ticket": Kind(_tickets),
    "capacity": Kind(_any_role(Capacity.objects.all())),
    "request-type": Kind(_any_role(RequestType.objects.all()), "key"),
    "area": Kind(Area.objects.visible_to, "key"),
    "freeze": Kind(Freeze.objects.visible_to),
    "kpi": Kind(Kpi.objects.visible_to),
    "site": Kind(Site.objects.visible_to, "key"),
    "team": Kind(Team.objects.visible_to, "key"),
    "user": Kind(_people),
    "token": Kind(Token.objects.visible_to),
    "firm": Kind(_firm),
    "view": Kind(_views),
}


class EntryOut(serializers.Serializer[Any]):
    """`actor` is user:<id>, mail:<id> (a person who answered by the link in a mail), link:<id> (who follows a request by a link) or system; `changes` maps a field to
    [before, after]."""

    id = serializers.IntegerField()
    subject = serializers.ChoiceField(choices=list(KINDS))
    subject_id = serializers.IntegerField()
    version = serializers.IntegerField()
    actor = serializers.CharField()
    actor_name = serializers.CharField(allow_null=True)
    verb = serializers.CharField()
    at = serializers.DateTimeField()
    reason = serializers.CharField(allow_blank=True)
    changes = serializers.DictField()


def _as_is(rows: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    return rows


def _of_key(kind: Kind) -> Callable[[QuerySet[Any], str, Viewer], QuerySet[Any]]:
    def narrow(rows: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
        return rows.filter(subject_id__in=kind.seen(viewer).filter(**{kind.key: value}).order_by().values("pk"))

    return narrow


def _of_id(rows: QuerySet[Any], value: str, viewer: Viewer) -> QuerySet[Any]:
    return rows.filter(subject_id=int(value))


class HistoryList(Resource):
    shape = ENTRY
    filters = {
        "subject": Filter(_as_is, "The kind of record.", {"type": "string", "enum": list(KINDS)}),
        "key": Filter(_as_is, "R-41, I-12, P-06, or the key of a site, area, team or type."),
        "id": Filter(_of_id, "The number of the record, instead of its key.", {"type": "integer"}),
    }
    orders = LATEST_FIRST

    @extend_schema(
        responses=EntryOut(many=True),
        parameters=[OpenApiParameter("subject", str, "query", required=True, enum=list(KINDS))],
    )
    def get(self, request: Request) -> HttpResponse:
        """Of one record, or with neither key nor id of all records of that kind that you may see."""
        subject = request.GET.get("subject", "")
        rows = entries_of(subject, self.viewer)
        filters = {**self.filters, "key": Filter(_of_key(KINDS[subject]))}
        subjects = [subject, "user"]
        return answer_list(request, lambda: rows, ENTRY, subjects=subjects, filters=filters, orders=self.orders)


def entries_of(subject: str, viewer: Viewer) -> QuerySet[Entry]:
    """Raises Invalid for a kind that nobody listed here."""
    if subject not in KINDS:
        text = _("Choose among: %(choices)s.") % {"choices": ", ".join(KINDS)}
        raise Invalid(text, fields={"subject": text})
    by_person = When(
        Q(actor__startswith="user:") | Q(actor__startswith="mail:"), then=Cast(Substr("actor", 6), BigIntegerField())
    )
    names = User.objects.select_related(None).filter(pk=OuterRef("actor_id")).values("name")
    return (
        Entry.objects.filter(subject=subject, subject_id__in=KINDS[subject].seen(viewer).order_by().values("pk"))
        .annotate(actor_id=Case(by_person, default=None, output_field=BigIntegerField()))
        .annotate(actor_name=Subquery(names))
    )
