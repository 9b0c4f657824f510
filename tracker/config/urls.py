from django.urls import URLPattern, URLResolver, include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerSplitView

api: list[URLPattern | URLResolver] = [
    path("", include("tracker.api.urls")),
    path("", include("roadmap.api.urls")),
    path("schema/", SpectacularAPIView.as_view(authentication_classes=[]), name="schema"),
    path(
        "docs/",
        SpectacularSwaggerSplitView.as_view(
            url_name="schema", template_name="tracker/api_docs.html", authentication_classes=[]
        ),
        name="api-docs",
    ),
]
urlpatterns = [
    path("api/v1/", include(api)),
    path("", include("tracker.web.urls")),
    path("", include("roadmap.web.urls")),
    path("accounts/", include("tracker.web.urls_accounts")),
]
handler400 = "tracker.web.errors.malformed"
handler403 = "tracker.web.errors.not_allowed"
handler404 = "tracker.web.errors.not_found"
handler500 = "tracker.web.errors.broken"
