"""python manage.py issue_token EMAIL [--scope read --scope write --scope manage] [--days N]: prints a token, once."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people.access import Scope
from tracker.people.actions import issue_token
from tracker.people.models import User


class Command(BaseCommand):
    help = "Prints a bearer token for this person, once; only its hash is kept."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")
        parser.add_argument("--scope", action="append", choices=Scope.values, help="read where none is given")
        parser.add_argument("--days", type=int, help="how long it works; without end where not given")
        parser.add_argument("--name", default="", help="what it is for")

    def handle(self, *args: Any, **options: Any) -> None:
        person = User.objects.active().filter(email=options["email"].lower()).first()
        if person is None:
            raise CommandError(f"There is nobody active with the address {options['email']}.")
        try:
            _token, secret = issue_token(
                actor=person.viewer(),
                at=clock.now(),
                person=person,
                name=options["name"],
                scopes=options["scope"] or [Scope.READ],
                days=options["days"],
                reason="manage.py issue_token",
            )
        except Refused as refused:
            raise CommandError(str(refused)) from refused
        self.stdout.write(secret)
