from django.urls import URLPattern, URLResolver, include, path

from tracker.web import elements_page, health

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("elements/", elements_page.elements_page, name="elements"),
    path("", include("tracker.web.urls_home")),
    path("", include("tracker.web.urls_people")),
    path("", include("tracker.web.urls_imports")),
    path("", include("tracker.web.urls_follow")),
    path("", include("tracker.web.urls_requests")),
    path("", include("tracker.web.urls_backlog")),
    path("", include("tracker.web.urls_cases")),
    path("", include("tracker.web.urls_promises")),
    path("", include("tracker.web.urls_projects")),
]
