"""The steps of a request, each a POST below it."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers

from tracker.api.briefs import NothingIn, ReasonIn
from tracker.api.requests import LONGEST, RequestOut, Requests
from tracker.intake import actions
from tracker.intake.models import RequestType, WorkRequest
from tracker.people.access import Viewer
from tracker.people.models import User
from tracker.sites.models import Area


class AcceptIn(serializers.Serializer[Any]):
    effort_weeks = serializers.DecimalField(max_digits=7, decimal_places=2, min_value=0, required=False)


class RequestEffortIn(serializers.Serializer[Any]):
    weeks = serializers.DecimalField(max_digits=7, decimal_places=2, min_value=0, allow_null=True)


class QuestionIn(serializers.Serializer[Any]):
    question = serializers.CharField(max_length=LONGEST)


class QuestionAnswerIn(serializers.Serializer[Any]):
    answer = serializers.CharField(max_length=LONGEST)


class DeclineIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=LONGEST)


class ParkIn(serializers.Serializer[Any]):
    review_on = serializers.DateField()
    reason = serializers.CharField(max_length=LONGEST, required=False, allow_blank=True)


class MergeIn(serializers.Serializer[Any]):
    into = serializers.CharField(max_length=30)


class ContestIn(serializers.Serializer[Any]):
    reason = serializers.CharField(max_length=LONGEST)


class ContestAnswerIn(serializers.Serializer[Any]):
    upholds = serializers.BooleanField()
    reason = serializers.CharField(max_length=LONGEST)


class SnoozeIn(serializers.Serializer[Any]):
    until = serializers.DateField()


class AssignIn(serializers.Serializer[Any]):
    to = serializers.SlugRelatedField(
        "email",
        queryset=User.objects.active(),
        allow_null=True,
        help_text="Who takes it on; null: nobody in particular.",
    )


class RouteIn(serializers.Serializer[Any]):
    area = serializers.SlugRelatedField("key", queryset=Area.objects.select_related("team"), required=False)
    type = serializers.SlugRelatedField("key", queryset=RequestType.objects.all(), required=False)


class RestrictIn(serializers.Serializer[Any]):
    restricted = serializers.BooleanField(required=False, default=True)


class RequestStep(Requests):
    """One verb: If-Match is welcome, not needed; the answer is the request as it is then."""

    given: ClassVar[type[serializers.Serializer[Any]]] = NothingIn
    verb: ClassVar[Callable[..., None]]

    def post(self, request: HttpRequest, key: str) -> HttpResponseBase:
        given, expected, act = self.read(self.given), self.expected(needed=False), type(self).verb

        def effect() -> HttpResponse:
            act(actor=self.viewer, at=self.at, ask=self.ask(key), expected=expected, **given)
            return self.show(key)

        return self.once(effect)


def _step(
    name: str, verb: Callable[..., None], text: str, given: type[serializers.Serializer[Any]] = NothingIn
) -> type[RequestStep]:
    """The resource of one verb, described in the schema."""
    made = type(name, (RequestStep,), {"verb": staticmethod(verb), "given": given, "__doc__": text})
    described = extend_schema_view(
        post=extend_schema(request=given, responses=RequestOut, description=text, operation_id=verb.__name__)
    )
    kept: type[RequestStep] = described(made)
    return kept


def merge_request_by_key(*, actor: Viewer, at: datetime, ask: WorkRequest, into: str, expected: int | None) -> None:
    target = actions.find_mergeable(actor, into)
    actions.merge_request(actor=actor, at=at, ask=ask, into=target, expected=expected)


STEPS = {
    "file": _step("RequestFile", actions.file_draft, "Files a draft that lacks nothing for filing."),
    "ask": _step("RequestAsk", actions.ask_question, "Asks the requester; triage waits for the answer.", QuestionIn),
    "answer": _step(
        "RequestAnswer", actions.answer_question, "Answers what was asked; triage goes on.", QuestionAnswerIn
    ),
    "accept": _step(
        "RequestAccept",
        actions.accept_request,
        "Accepted: it waits for a way up; with `effort_weeks` also what it takes alone.",
        AcceptIn,
    ),
    "decline": _step("RequestDecline", actions.decline_request, "Declined, with a reason.", DeclineIn),
    "park": _step("RequestPark", actions.park_request, "Parked; it comes back by itself on the review date.", ParkIn),
    "return": _step("RequestReturn", actions.unpark_request, "Parked no longer: back in triage before its day."),
    "snooze": _step(
        "RequestSnooze",
        actions.snooze_request,
        "Your triage inbox leaves it out until that day; no clock stops, and nobody else's inbox changes.",
        SnoozeIn,
    ),
    "unsnooze": _step("RequestUnsnooze", actions.unsnooze_request, "Back in your triage inbox at once."),
    "assign": _step(
        "RequestAssign",
        actions.assign_request,
        "One of those who may triage it takes it on and hears of it; its promises keep their holder.",
        AssignIn,
    ),
    "route": _step(
        "RequestRoute",
        actions.route_request,
        "Triage sends it to another area, and so to the team that owns that, or puts it under another type.",
        RouteIn,
    ),
    "merge": _step(
        "RequestMerge",
        merge_request_by_key,
        "Merged: it goes on in the request of the key `into`, or in what that was merged into.",
        MergeIn,
    ),
    "unmerge": _step("RequestUnmerge", actions.unmerge_request, "The merge is taken back: it is in triage on its own."),
    "contest": _step(
        "RequestContest",
        actions.contest_decision,
        "Its requester contests a decline, a second parking or a merge, once; the next above who decided answers.",
        ContestIn,
    ),
    "answer-contest": _step(
        "RequestAnswerContest",
        actions.answer_contest,
        "The decision stands (`upholds`), or the request is back in triage with its clocks anew.",
        ContestAnswerIn,
    ),
    "withdraw": _step("RequestWithdraw", actions.withdraw_request, "The requester takes it back.", ReasonIn),
    "restrict": _step(
        "RequestRestrict",
        actions.restrict_request,
        "From now on only those tied to it see it; with `restricted` false everybody again.",
        RestrictIn,
    ),
    "effort": _step(
        "RequestEffort", actions.set_request_effort, "What it would take alone, in person-weeks.", RequestEffortIn
    ),
}
