"""How allauth serves Tandem: nobody signs up, people are invited; a new password is a verb with its history."""

from typing import Any, cast

from allauth.account.adapter import DefaultAccountAdapter
from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.http import HttpRequest
from django.urls import reverse
from django.utils import translation

from tracker.kernel import clock
from tracker.people import actions
from tracker.people.models import User


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        actions.set_password(at=clock.now(), person=cast(User, user), password=password)

    def get_password_change_redirect_url(self, request: HttpRequest) -> str:
        return reverse("profile")

    def get_reset_password_from_key_url(self, key: str) -> str:
        """Built on the address of this installation, not on the Host header of whoever asked."""
        number, _dash, token = key.partition("-")
        path = reverse("account_reset_password_from_key", kwargs={"uidb36": number, "key": token})
        return f"{settings.ORIGIN}{path}"

    def send_password_reset_mail(self, user: AbstractBaseUser, email: str, context: dict[str, Any]) -> None:
        """To the address we hold, in the language of its owner."""
        person = cast(User, user)
        with translation.override(person.language):
            super().send_password_reset_mail(person, person.email, context)
