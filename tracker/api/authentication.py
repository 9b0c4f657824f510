"""Bearer tokens; the doorway has looked up the owner already."""

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from tracker.api.doorway import ApiViewer


class TokenAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`."""

    def authenticate(self, request: Request) -> tuple[ApiViewer, str] | None:
        if not hasattr(request._request, "token_owner"):
            return None
        owner: ApiViewer | None = request._request.token_owner
        if owner is None:
            raise AuthenticationFailed(_("This token is unknown, revoked or expired."))
        return owner, "token"

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"
