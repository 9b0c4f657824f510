"""The routes of Tandem and one bare view to measure them against."""

from django.http import HttpRequest, JsonResponse
from django.urls import include, path


def bare(request: HttpRequest) -> JsonResponse:
    return JsonResponse({"status": "ok"})


urlpatterns = [path("api/v1/bare/", bare), path("", include("tracker.config.urls"))]
