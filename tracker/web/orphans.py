"""The warning before a project with embedded items falls: what would be orphaned, and whose it is."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from tracker.backlog.models import BacklogItem
from tracker.kernel.errors import Refused
from tracker.people.models import User
from tracker.web.render import render_page
from tracker.web.viewer import SignedInRequest

GUARDS = ("csrfmiddlewaretoken", "idempotency", "orphans_accepted")


@dataclass(frozen=True)
class Orphan:
    """One item that would lose its host; `ask` and the owners are None where the viewer may not see its request."""

    key: str
    project: str
    ask: str | None = None
    title: str = ""
    business: User | None = None
    delivery: User | None = None


def name_orphans(request: SignedInRequest, items: Sequence[Mapping[str, Any]]) -> list[Orphan]:
    """One statement: the items that the viewer may see, with both owners."""
    found = {
        item.key: item
        for item in BacklogItem.objects.visible_to(request.viewer)
        .filter(key__in=[one["item"] for one in items])
        .select_related("ask", "business_owner__team", "delivery_owner__team")
    }
    named = []
    for one in items:
        item = found.get(one["item"])
        if item is None:
            named.append(Orphan(one["item"], one["project"]))
        else:
            owners = (item.business_owner, item.delivery_owner)
            named.append(Orphan(item.key, one["project"], item.ask.key, item.ask.title, *owners))
    return named


def show_orphans(request: SignedInRequest, refused: Refused, *, leave_url: str) -> HttpResponse:
    """Asks again: the same form with everything in it, sent on as accepted, or left as it is."""
    items = name_orphans(request, refused.facts["items"])
    kept = [(name, value) for name, values in request.POST.lists() if name not in GUARDS for value in values]
    context = {
        "title": ngettext(
            "This would orphan %(count)s embedded item", "This would orphan %(count)s embedded items", len(items)
        )
        % {"count": len(items)},
        "context_line": _("Their host falls below the line; both owners are told and look for another one."),
        "items": items,
        "fall": say_falling(len(refused.facts["falling"]), len(refused.facts["projects"])),
        "projects": refused.facts["projects"],
        "others": [
            key for key in refused.facts["falling"] if key not in {one["key"] for one in refused.facts["projects"]}
        ],
        "kept": [*kept, ("orphans_accepted", "1")],
        "leave_url": leave_url,
        "nav": "line",
    }
    return render_page(request, "tracker/line/orphans.html", context, status=409)


def say_falling(count: int, carrying: int) -> str:
    """How many fall in all, and how many of them carry requests."""
    fall = ngettext(
        "%(count)s project would fall below the line", "%(count)s projects would fall below the line", count
    )
    carry = ngettext("%(count)s of them carries requests", "%(count)s of them carry requests", carrying)
    return f"{fall % {'count': count}}; {carry % {'count': carrying}}"
