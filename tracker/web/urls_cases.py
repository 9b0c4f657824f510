"""Pages of the docket, of cases and of limbo."""

from django.urls import path

from tracker.web import cases, limbo

urlpatterns = [
    path("docket/", cases.show_docket, name="docket"),
    path("limbo/", limbo.show_limbo, name="limbo"),
    path("cases/<str:key>/", cases.show_case, name="case"),
    path("cases/<str:key>/rule/", cases.rule, name="case-rule"),
    path("cases/<str:key>/conditions/<int:number>/meet/", cases.meet, name="case-meet"),
    *(
        path(f"cases/<str:key>/{name}/", cases.take_case_step, {"name": name}, name=f"case-{name}")
        for name in cases.STEPS
    ),
    path("requests/<str:key>/escalate/", cases.escalate, name="request-escalate"),
    path("requests/<str:key>/take-up/", cases.take_request, name="request-take-up"),
    path("requests/<str:key>/acknowledge/", cases.acknowledge, name="request-acknowledge"),
]
