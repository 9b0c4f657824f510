"""The evidence of a request, held against what is known."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import serializers

from tracker.api.requests import Requests
from tracker.intake.evidence import FROZEN_DEADLINE, OUTSIDE_AREA, find_evidence


class FindingOut(serializers.Serializer[Any]):
    code = serializers.ChoiceField([OUTSIDE_AREA, FROZEN_DEADLINE])
    field = serializers.CharField(help_text="The field that holds it.")
    value = serializers.CharField(help_text="What does not fit: a web address, a day.")
    facts = serializers.DictField(help_text="What it was held against.")


class EvidenceOut(serializers.Serializer[Any]):
    findings = FindingOut(many=True)


class RequestEvidence(Requests):
    tagged = False

    @extend_schema(responses=EvidenceOut)
    def get(self, request: HttpRequest, key: str) -> HttpResponse:
        """What does not fit about its evidence. A finding is told and hinders nothing."""
        ask = self.find(key, self.rows().select_related("type", "form", "area__site", "team"))
        findings = [
            {"code": one.code, "field": one.field, "value": one.value, "facts": one.facts}
            for one in find_evidence(ask, self.at.date())
        ]
        return self.answer({"findings": findings})
