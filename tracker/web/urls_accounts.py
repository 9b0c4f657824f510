"""The pages of the sign-in library that Tandem uses; what is not listed here does not exist."""

from allauth.account import views
from django.urls import path, re_path
from django.views.decorators.http import require_http_methods

# The views of the library answer PUT as they answer POST: here nothing does.
for_forms = require_http_methods(["GET", "HEAD", "POST"])

urlpatterns = [
    path("login/", for_forms(views.login), name="account_login"),
    path("logout/", for_forms(views.logout), name="account_logout"),
    path("inactive/", for_forms(views.account_inactive), name="account_inactive"),
    path("password/change/", for_forms(views.password_change), name="account_change_password"),
    path("password/set/", for_forms(views.password_set), name="account_set_password"),
    path("password/reset/", for_forms(views.password_reset), name="account_reset_password"),
    path("password/reset/done/", for_forms(views.password_reset_done), name="account_reset_password_done"),
    path(
        "password/reset/key/done/",
        for_forms(views.password_reset_from_key_done),
        name="account_reset_password_from_key_done",
    ),
    re_path(
        r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$",
        for_forms(views.password_reset_from_key),
        name="account_reset_password_from_key",
    ),
]
