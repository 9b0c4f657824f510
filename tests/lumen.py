"""The demo company as the ground of tests: filled once a class, what a test changes is undone."""

from time import perf_counter
from typing import ClassVar

from django.test import Client, TestCase

from tests.callers import Caller
from tests.kept import Kept
from tracker.management.commands.fill_demo import fill_demo
from tracker.people.models import User


@Kept
def make_lumen_market() -> float:
    """How many seconds it took."""
    started = perf_counter()
    fill_demo()
    return perf_counter() - started


class OnLumenMarket(TestCase):
    """`filled_in` is how many seconds the first filling took."""

    filled_in: ClassVar[float]

    @classmethod
    def setUpTestData(cls) -> None:
        cls.filled_in = make_lumen_market()


def find_person(role: str) -> User:
    return User.objects.get(email=f"{role}@lumen.example")


def sign_in(role: str) -> Client:
    """A browser without JavaScript in which this person is signed in."""
    client = Client()
    client.force_login(find_person(role))
    return client


def call_as(role: str) -> Caller:
    """The API with a token of this person."""
    return Caller(find_person(role))
