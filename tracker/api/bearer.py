from typing import Any

from rest_framework.authentication import BaseAuthentication


class BearerToken(BaseAuthentication):
    """Names the way in for the description of the API; the doorway and Resource.admit do the work."""

    def authenticate(self, request: Any) -> None:
        return None
