from django.urls import path

from tracker.api import request_steps, request_types, requests

urlpatterns = [
    path("request-types/", request_types.RequestTypeList.as_view()),
    path("request-types/<slug:key>/", request_types.RequestTypeDetail.as_view()),
    path("requests/", requests.RequestList.as_view()),
    path("requests/<slug:key>/", requests.RequestDetail.as_view()),
    path("requests/<slug:key>/missing/", requests.RequestMissing.as_view()),
    path("requests/<slug:key>/comments/", request_steps.RequestComments.as_view()),
    *(path(f"requests/<slug:key>/{name}/", step.as_view()) for name, step in request_steps.STEPS.items()),
]
