"""Who is behind a session: read with the teams that they stand in for, in the same statement."""

from typing import Any

from allauth.account.auth_backends import AuthenticationBackend

from tracker.people.models import User


class Backend(AuthenticationBackend):
    def get_user(self, user_id: Any) -> User | None:
        person = User.objects.with_standing().filter(pk=user_id).first()
        return person if person is not None and self.user_can_authenticate(person) else None
