"""For whoever runs Tandem: whether promises are swept, mails go out and the history is whole, asked of the database."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from tracker.history.audit import missing_entries
from tracker.kernel import clock
from tracker.kernel.heartbeat import last_heartbeat
from tracker.notices.actions import revive_mails
from tracker.notices.actions.posting import SWEEP as MAIL_SWEEP
from tracker.notices.queries import Outbox, dead_mails, read_outbox
from tracker.people.access import Power, require
from tracker.people.invitations import mail_folder
from tracker.promises.queries import Audit, audit_promises
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest, signed_in

FAULTS: Mapping[str, str | Promise] = {
    "overdue": gettext_lazy("Steps overdue by more than five minutes"),
    "stuck": gettext_lazy("Promises that could not be swept; the log says why"),
    "stalled": gettext_lazy("Promises that run without a next step"),
    "early": gettext_lazy("Steps done before they were due"),
    "unfired": gettext_lazy("Promises broken without a word about it"),
    "unrecorded": gettext_lazy("Promises that lack a part of their history"),
}
QUIET = timedelta(minutes=5)
"""A sweep that has not come for so long is told of."""


@dataclass(frozen=True)
class Status:
    at: datetime
    promises: Audit
    outbox: Outbox
    mail_swept: datetime | None
    missing: int

    @property
    def quiet(self) -> bool:
        """Nobody sweeps, the mails least of all: the scheduler or its worker is away."""
        swept = [self.promises.last_sweep, self.mail_swept]
        return any(last is None or self.at - last > QUIET for last in swept)

    @property
    def waits(self) -> bool:
        return self.outbox.oldest is not None and self.at - self.outbox.oldest > QUIET


@require_GET
@signed_in
def show_status(request: SignedInRequest) -> HttpResponse:
    """Asks the database alone, not the broker: it is told while every worker is dead."""
    require(request.viewer, Power.MANAGE_PEOPLE)
    at = clock.now()
    status = Status(
        at=at,
        promises=audit_promises(at),
        outbox=read_outbox(),
        mail_swept=last_heartbeat(MAIL_SWEEP),
        missing=missing_entries(),
    )
    context = {
        "title": say_status(status),
        "context_line": say_promises(status.promises),
        "status": status,
        "faults": [(FAULTS[name], count) for name, count in status.promises.faults.items()],
        "dead": dead_mails(),
        "mail_folder": mail_folder(),
        "nav": "settings",
    }
    return render_page(request, "tracker/status/index.html", context)


@require_POST
@signed_in
@once
def send_again(request: SignedInRequest) -> HttpResponseBase:
    count = revive_mails(actor=request.viewer, at=clock.now())
    text = ngettext("%(count)s mail is tried again.", "%(count)s mails are tried again.", count)
    messages.success(request, text % {"count": count})
    return redirect("status")


def say_status(status: Status) -> str:
    """The worst news first."""
    if status.promises.overdue:
        return ngettext(
            "%(count)s promise is overdue and nobody sweeps it",
            "%(count)s promises are overdue and nobody sweeps them",
            status.promises.overdue,
        ) % {"count": status.promises.overdue}
    if status.quiet:
        return _("No sweep has come for minutes")
    if status.missing:
        return ngettext(
            "%(count)s entry of the history is missing",
            "%(count)s entries of the history are missing",
            status.missing,
        ) % {"count": status.missing}
    if status.promises.faults:
        return _("Promises need a look")
    if status.outbox.dead:
        return ngettext("%(count)s mail could not be sent", "%(count)s mails could not be sent", status.outbox.dead) % {
            "count": status.outbox.dead
        }
    if status.waits:
        return _("Mails wait for the mail server")
    return _("All promises are swept, nothing is overdue")


def say_promises(found: Audit) -> str:
    running = ngettext("%(count)s promise runs", "%(count)s promises run", found.running) % {"count": found.running}
    if not found.broken:
        return _("%(running)s, none of them broken.") % {"running": running}
    broken = ngettext("%(count)s of them broken", "%(count)s of them broken", found.broken) % {"count": found.broken}
    return _("%(running)s, %(broken)s.") % {"running": running, "broken": broken}
