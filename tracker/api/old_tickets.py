"""Old tickets in groups that say the same: listed, read, and declined, kept or opened again several at once."""

from collections.abc import Callable, Sequence
from typing import Any, ClassVar

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import serializers

from tracker.api.imports import reading
from tracker.api.paging import read_place, refuse_unknown, write_cursor
from tracker.api.resource import Resource
from tracker.api.schema import REFUSALS, ErrorOut
from tracker.intake.models import WorkRequest
from tracker.integrations import groups
from tracker.integrations.groups import DECLINED, KEPT, MOST_GROUPS, OPEN, PAGE, STANDINGS, Decided, Group
from tracker.integrations.models import OldTicket
from tracker.integrations.words import say_issue, say_template
from tracker.kernel.errors import Invalid, NotFound
from tracker.people.access import Power, require

LARGEST = 2**63 - 1
"""A number that the database can hold."""
CURSOR = OpenApiParameter("cursor", str, description="The `next` of the page before.")
WRONG = OpenApiResponse(ErrorOut, description=REFUSALS[400])


class GroupOut(serializers.Serializer[Any]):
    """`number` is the id of its first ticket and names the group; `request` is what it became, as far as you may see it."""

    number = serializers.IntegerField()
    source = serializers.CharField()  # type: ignore[assignment]  # a field of the body, not where one is read from
    state = serializers.ChoiceField(STANDINGS)
    title = serializers.CharField()
    template = serializers.CharField()
    issue = serializers.CharField()
    tickets = serializers.IntegerField()
    oldest = serializers.DateField(allow_null=True)
    example = serializers.CharField()
    example_key = serializers.CharField()
    reason = serializers.CharField()
    request = serializers.CharField(allow_null=True)


class OldTicketOut(serializers.Serializer[Any]):
    id = serializers.IntegerField()
    key = serializers.CharField()
    title = serializers.CharField()
    text = serializers.CharField()
    status = serializers.CharField()
    url = serializers.CharField()
    opened_on = serializers.DateField(allow_null=True)


class NumbersIn(serializers.Serializer[Any]):
    numbers = serializers.ListField(
        child=serializers.IntegerField(min_value=1, max_value=LARGEST), min_length=1, max_length=MOST_GROUPS
    )


class GroupsDeclineIn(NumbersIn):
    reason = serializers.CharField(max_length=300, help_text="It stands on every ticket of these groups.")


class LeftOut(serializers.Serializer[Any]):
    number = serializers.IntegerField()
    detail = serializers.CharField()


class DecidedOut(serializers.Serializer[Any]):
    """How many groups and tickets; `requests` are the drafts that were written, `refused` what is left out and why."""

    preview = serializers.BooleanField()
    groups = serializers.IntegerField()
    tickets = serializers.IntegerField()
    requests = serializers.ListField(child=serializers.CharField())
    refused = LeftOut(many=True)


class OldTickets(Resource):
    tagged = versioned = polled = False

    def find_group(self, number: int) -> tuple[str, Group]:
        """The group and its outcome: what waits for a decision goes before what was decided."""
        require(reading(self.viewer), Power.IMPORT_TICKETS)
        outcomes = ("", DECLINED, KEPT) if number <= LARGEST else ()
        for outcome in outcomes:
            found = groups.find_groups(outcome, [number])
            if found:
                return outcome, found[0]
        raise NotFound(_("There is no such group."))

    def tell(self, found: Sequence[Group], outcome: str) -> list[dict[str, Any]]:
        ids = {group.ask for group in found if group.ask}
        rows = WorkRequest.objects.visible_to(reading(self.viewer)).filter(pk__in=ids)
        keys: dict[int | None, str] = dict(rows.values_list("pk", "key")) if ids else {}
        return [
            {
                "number": group.pick,
                "source": group.source,
                "state": outcome or OPEN,
                "title": group.title,
                "template": say_template(group.template),
                "issue": say_issue(group.issue),
                "tickets": group.count,
                "oldest": group.oldest,
                "example": group.example,
                "example_key": group.example_key,
                "reason": group.reason,
                "request": keys.get(group.ask),
            }
            for group in found
        ]


class GroupList(OldTickets):
    @extend_schema(
        parameters=[OpenApiParameter("state", str, enum=STANDINGS, default=OPEN), CURSOR],
        responses=GroupOut(many=True),
        operation_id="list_old_ticket_groups",
    )
    def get(self, request: HttpRequest) -> HttpResponse:
        """Groups by template and issue, the largest first, 100 on a page: those that wait for a decision, or what became
        of the others."""
        require(reading(self.viewer), Power.IMPORT_TICKETS)
        refuse_unknown(request, {"state", "cursor"})
        state = request.GET.get("state", OPEN)
        if state not in STANDINGS:
            text = _("Choose among: %(choices)s.") % {"choices": ", ".join(STANDINGS)}
            raise Invalid(text, fields={"state": text})
        outcome = "" if state == OPEN else state
        place = read_place(request.GET.get("cursor", ""), 2)
        found = groups.list_groups(outcome, (place[0], place[1]) if place else None)
        shown = found[:PAGE]
        after = write_cursor(f"{shown[-1].count}.{shown[-1].pick}") if len(found) > PAGE else None
        return self.answer({"results": self.tell(shown, outcome), "next": after})


class GroupDetail(OldTickets):
    @extend_schema(responses=GroupOut)
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """One group."""
        outcome, group = self.find_group(number)
        return self.answer(self.tell([group], outcome)[0])


class GroupTickets(OldTickets):
    @extend_schema(
        parameters=[CURSOR], responses={200: OldTicketOut(many=True), 400: WRONG}, operation_id="list_old_tickets"
    )
    def get(self, request: HttpRequest, number: int) -> HttpResponse:
        """The tickets of one group in the order they came, 100 on a page."""
        outcome, group = self.find_group(number)
        refuse_unknown(request, {"cursor"})
        place = read_place(request.GET.get("cursor", ""), 1)
        found = groups.read_tickets_of(group, outcome, place[0] if place else 0)
        shown = found[:PAGE]
        after = write_cursor(shown[-1].pk) if len(found) > PAGE else None
        return self.answer({"results": [_tell_ticket(one) for one in shown], "next": after})


def _tell_ticket(one: OldTicket) -> dict[str, Any]:
    told = {name: getattr(one, name) for name in ("id", "title", "text", "status", "url", "opened_on")}
    return {**told, "key": one.external_id}


PREVIEW = OpenApiParameter("preview", str, enum=["1"], description="Only says what would be done and what is refused.")


class GroupsStep(OldTickets):
    """`outcome` is what the tickets have to stand at, `decided` what is said of those that do not."""

    given: ClassVar[type[NumbersIn]] = NumbersIn
    powers: ClassVar[tuple[Power, ...]] = (Power.IMPORT_TICKETS,)
    outcome: ClassVar[str] = ""
    decided: ClassVar[str | Promise] = gettext_lazy("Somebody decided about this group before you.")
    verb: ClassVar[Callable[..., Decided]]

    def post(self, request: HttpRequest) -> HttpResponseBase:
        given = self.read(self.given)
        refuse_unknown(request, {"preview"})
        numbers = given.pop("numbers")
        for power in self.powers:
            require(self.viewer, power)
        if "preview" in request.GET:
            return self._preview(request.GET["preview"], numbers)
        return self.once(lambda: self._decide(numbers, given))

    def _preview(self, value: str, numbers: list[int]) -> HttpResponse:
        if value != "1":
            text = _("Choose among: %(choices)s.") % {"choices": "1"}
            raise Invalid(text, fields={"preview": text})
        found = groups.find_groups(self.outcome, numbers)
        return self._tell(
            Decided(len(found), sum(group.count for group in found)), self._left_out(numbers), preview=True
        )

    @transaction.atomic
    def _decide(self, numbers: list[int], given: dict[str, Any]) -> HttpResponse:
        left_out = self._left_out(numbers)
        done = type(self).verb(actor=self.viewer, at=self.at, picks=numbers, **given)
        return self._tell(done, left_out)

    def _left_out(self, numbers: list[int]) -> list[dict[str, Any]]:
        same = OldTicket.objects.filter(source=OuterRef("source"), group=OuterRef("group"), outcome=self.outcome)
        rows = OldTicket.objects.filter(pk__in=numbers).annotate(stands=Exists(same))
        stands = dict(rows.values_list("pk", "stands"))
        return [
            {"number": number, "detail": str(self.decided if number in stands else _("There is no such group."))}
            for number in dict.fromkeys(numbers)
            if not stands.get(number)
        ]

    def _tell(self, done: Decided, left_out: list[dict[str, Any]], *, preview: bool = False) -> HttpResponse:
        rows = WorkRequest.objects.filter(pk__in=done.asks).order_by("pk")
        told = {
            "preview": preview,
            "groups": done.groups,
            "tickets": done.tickets,
            "requests": list(rows.values_list("key", flat=True)) if done.asks else [],
            "refused": left_out,
        }
        return self.answer(told)


class GroupsDecline(GroupsStep):
    given, verb = GroupsDeclineIn, staticmethod(groups.decline_groups)

    @extend_schema(parameters=[PREVIEW], request=GroupsDeclineIn, responses=DecidedOut, operation_id="decline_groups")
    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Declines all open tickets of these groups with one reason, at most 200 groups at once."""
        return super().post(request)


class GroupsKeep(GroupsStep):
    powers = (Power.IMPORT_TICKETS, Power.FILE_REQUEST)
    verb = staticmethod(groups.keep_groups)

    @extend_schema(parameters=[PREVIEW], request=NumbersIn, responses=DecidedOut, operation_id="keep_groups")
    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Makes one draft of yours of each of these groups, naming all its tickets; tickets that come later to a group
        that was kept join its request. Takes the scope write as well."""
        return super().post(request)


class GroupsReopen(GroupsStep):
    outcome, verb = DECLINED, staticmethod(groups.reopen_groups)
    decided = gettext_lazy("It is not declined.")

    @extend_schema(parameters=[PREVIEW], request=NumbersIn, responses=DecidedOut, operation_id="reopen_groups")
    def post(self, request: HttpRequest) -> HttpResponseBase:
        """Takes a decline back: the tickets of these groups wait for a decision again."""
        return super().post(request)
