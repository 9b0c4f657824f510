from django.urls import include, path
from drf_spectacular.views import SpectacularAPIView, SpectacularSwaggerView

urlpatterns = [
    path("", include("tracker.web.urls")),
    path("accounts/", include("tracker.web.urls_accounts")),
    path("api/v1/schema/", SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[]), name="schema"),
    path(
        "api/v1/docs/",
        SpectacularSwaggerView.as_view(url_name="schema", authentication_classes=[], permission_classes=[]),
        name="api-docs",
    ),
    path("api/v1/", include("tracker.api.urls")),
]
handler403 = "tracker.web.errors.not_allowed"
handler404 = "tracker.web.errors.not_found"
handler500 = "tracker.web.errors.broken"
