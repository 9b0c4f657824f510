"""Verbs of structured data: somebody has the samples looked at, or pastes what is to be read.

What is fetched waits in a row: a worker takes it for a while, asks the pages outside of any transaction, and keeps what
it found. Killed in between, it lets the row go, and the next sweep takes it; after MOST_TRIES the row is told to be
broken instead.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.db import DataError, transaction
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from tracker.history.actions import add_row, change_row
from tracker.intake.actions.checks import CLOSED
from tracker.intake.events import MarkupAwaits
from tracker.intake.markup.models import MarkupCheck
from tracker.intake.markup.rules import CHECKED
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, Refused, Stale, WrongState
from tracker.kernel.events import publish
from tracker.people.access import Power, Viewer, require

if TYPE_CHECKING:
    from tracker.intake.markup.reading import Reading

log = logging.getLogger("tandem.markup")
MOST_PAGES = 5
MOST_TRIES = 3
LONGEST_PASTED = 500_000
LEASE = timedelta(seconds=90)
"""Longer than the pages together may take."""
SYSTEM = "system"


@transaction.atomic
def check_markup(*, actor: Viewer, at: datetime, ask: WorkRequest, wanted: str = "", pasted: str = "") -> MarkupCheck:
    """Reads what was pasted at once; else has the first sample pages fetched. `wanted` is a type of CHECKED, or any."""
    require(actor, Power.COMMENT, ask.ties)
    _check_open(ask)
    if wanted and wanted not in CHECKED:
        text = _("Choose among: %(choices)s.") % {"choices": ", ".join(CHECKED)}
        raise Invalid(text, fields={"wanted": text})
    check = MarkupCheck(ask=ask, wanted=wanted, asked_by_id=actor.id, asked_at=at)
    if pasted.strip():
        check.found, check.done_at = [_read_pasted(pasted)], at
        add_row(check, actor=actor.key, at=at, verb="check_markup")
        return check
    check.urls = ask.example_urls[:MOST_PAGES]
    _check_samples(ask)
    add_row(check, actor=actor.key, at=at, verb="check_markup")
    publish(MarkupAwaits(check.pk))
    return check


def _check_open(ask: WorkRequest) -> None:
    if ask.state in CLOSED:
        closed = _("It is %(state)s and no longer edited.") % {"state": State(ask.state).label}
        raise WrongState(closed, state=ask.state, verb="check_markup")


def _check_samples(ask: WorkRequest) -> None:
    """The request is locked: of two who press the button at once one is told."""
    if not ask.example_urls:
        text = _("It has no example pages: add some, or paste the markup.")
        raise Invalid(text, fields={"pasted": text})
    WorkRequest.objects.select_for_update().filter(pk=ask.pk).first()
    if MarkupCheck.objects.filter(ask=ask, done_at=None).exists():
        raise Refused(_("Its example pages are being checked already."), code="being_checked")


def _read_pasted(text: str) -> dict[str, Any]:
    if len(text) > LONGEST_PASTED:
        said = _("That is too long: paste the source of one page, at most %(most)s characters.")
        raise Invalid(said % {"most": LONGEST_PASTED}, fields={"pasted": said % {"most": LONGEST_PASTED}})
    from tracker.intake.markup.reading import read_markup  # noqa: PLC0415  see reading.py

    reading = read_markup(text)
    if not reading.items and not reading.broken and not text.lstrip().startswith(("<", "{", "[")):
        said = _("This is neither JSON-LD nor HTML: copy the source of the page.")
        raise Invalid(said, fields={"pasted": said})
    return _kept(reading)


def _kept(reading: "Reading", url: str = "") -> dict[str, Any]:
    items = [asdict(item) for item in reading.items]
    return {"url": url, "fault": "", "detail": "", "broken": reading.broken, "items": items}


def carry_markup_checks(*, at: datetime) -> int:
    """All that nobody is at; how many were done."""
    free = Q(leased_until=None) | Q(leased_until__lt=at)
    waiting = list(MarkupCheck.objects.filter(free, done_at=None).order_by("pk").values_list("pk", flat=True)[:20])
    return sum(_carry_or_log(one) for one in waiting)


def _carry_or_log(check: int) -> bool:
    """What goes wrong with one keeps nobody from the others."""
    try:
        return carry_markup_check(check=check)
    except Exception:
        log.exception("The markup check %s failed", check)
        return False


def carry_markup_check(*, check: int) -> bool:
    """Fetches the pages of one; False where somebody else is at it, or it is done."""
    at = clock.now()
    free = Q(leased_until=None) | Q(leased_until__lt=at)
    if not MarkupCheck.objects.filter(free, pk=check, done_at=None).update(
        leased_until=at + LEASE, tries=F("tries") + 1
    ):
        return False
    row = MarkupCheck.objects.get(pk=check)
    found = [_look_at(url) if row.tries <= MOST_TRIES else _unread(url, "broken") for url in row.urls]
    return _keep_found(row, found, at=clock.now())


def _look_at(url: str) -> dict[str, Any]:
    from tracker.intake.markup.reading import read_page  # noqa: PLC0415  see reading.py
    from tracker.kernel.outbound import NotFetched, fetch  # noqa: PLC0415  see outbound.py

    try:
        page = fetch(url)
    except NotFetched as failed:
        return _unread(url, failed.code, failed.detail)
    try:
        return _kept(read_page(page.body, page.charset), url)
    except Exception:
        log.exception("The page %s could not be read", url)
        return _unread(url, "broken")


def _unread(url: str, fault: str, detail: str = "") -> dict[str, Any]:
    return {"url": url, "fault": fault, "detail": detail, "broken": [], "items": []}


def _keep_found(row: MarkupCheck, found: Sequence[Mapping[str, Any]], *, at: datetime) -> bool:
    """What the database cannot hold is told to be broken."""
    try:
        return _finish(row, found, at=at)
    except (DataError, TypeError, ValueError):
        log.exception("What the markup check %s found could not be kept", row.pk)
        return _finish(row, [_unread(url, "broken") for url in row.urls], at=at)


def _finish(row: MarkupCheck, found: Sequence[Mapping[str, Any]], *, at: datetime) -> bool:
    changes = {"found": list(found), "done_at": at, "leased_until": None}
    try:
        with transaction.atomic():
            change_row(row, actor=SYSTEM, at=at, verb="finish_markup_check", changes=changes)
    except Stale:
        return False
    return True
