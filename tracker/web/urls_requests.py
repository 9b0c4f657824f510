from django.urls import path

from tracker.web import request_steps, requests, triage

urlpatterns = [
    path("requests/", requests.show_requests, name="request-list"),
    path("requests/new/", requests.new_request, name="request-new"),
    path("requests/similar/", requests.show_similar, name="request-similar"),
    path("requests/questions/", requests.show_questions, name="request-questions"),
    path("requests/<str:key>/", requests.show_request, name="request"),
    path("requests/<str:key>/edit/", requests.change_request, name="request-edit"),
    path("requests/<str:key>/comment/", request_steps.comment, name="request-comment"),
    *(
        path(f"requests/<str:key>/{name}/", request_steps.take_step, {"name": name}, name=f"request-{name}")
        for name in request_steps.STEPS
    ),
    path("triage/", triage.show_triage, name="triage"),
]
