"""The demo company from its founding to today, in an installation of its own or around an administrator."""

from datetime import timedelta

from django.db.models import F

from tracker.intake.actions import ensure_request_types
from tracker.intake.models import RequestType
from tracker.kernel import clock
from tracker.management.demo.calendar import ZONE, Calendar
from tracker.management.demo.people import World, found_company, join_company
from tracker.management.demo.story import tell_story
from tracker.notices.models import Notice
from tracker.people.events import DemoLoaded
from tracker.people.models import User
from tracker.promises.actions import ensure_policies

NEWS = timedelta(days=4)
"""Notices older than this have been read."""


def tell_company(admin: User | None = None) -> World:
    """Inside a transaction; without an administrator the demo brings its own."""
    now = clock.now()
    calendar = Calendar(now.astimezone(ZONE).date())
    world = World(calendar, now)
    began = calendar.at((11, 0), 8)
    ensure_policies(at=began, zone=str(ZONE), country="DE")
    if admin is None:
        found_company(world, began)
    else:
        join_company(world, admin, began)
    ensure_request_types(at=began)
    world.types = {kind.key: kind for kind in RequestType.objects.all()}
    tell_story(world)
    _settle_notices(world)
    return world


def follow_demo(event: DemoLoaded) -> None:
    tell_company(User.objects.get(pk=event.admin))


def _settle_notices(world: World) -> None:
    """What the story told has reached its readers: nothing of it is mailed now, and the older part has been read."""
    Notice.objects.update(awaits_mail=False)
    Notice.objects.filter(at__lt=world.now - NEWS).update(read_at=F("at"))
