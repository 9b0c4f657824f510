"""The structured data of a request's sample pages, on its page: what was found, and how to look again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.forms import Form
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from tracker.intake.actions import MOST_PAGES
from tracker.intake.catalog import find_field
from tracker.intake.markup.models import MarkupCheck
from tracker.intake.markup.rules import CHECKED
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.people.access import Power, Viewer, may
from tracker.web.forms.markup import MarkupForm

KIND_FIELD = "schema_type"
"""The question of a type that asks which structured data is meant; only such requests have samples looked at."""
CLOSED = (State.DECLINED, State.MERGED, State.WITHDRAWN)
FAULTS: Mapping[str, str | Promise] = {
    "refused": gettext_lazy("not asked: only public addresses, written as usual, are"),
    "unresolved": gettext_lazy("nobody knows this name"),
    "unreachable": gettext_lazy("nobody answered"),
    "too_slow": gettext_lazy("no answer within 10 seconds"),
    "too_large": gettext_lazy("larger than 1 MiB"),
    "too_many_hops": gettext_lazy("led on more than five times"),
    "broken": gettext_lazy("the answer broke off or could not be unpacked"),
}


@dataclass(frozen=True)
class PageRow:
    """One page in words; `url` is empty for what was pasted."""

    url: str
    text: str
    valid: bool


@dataclass(frozen=True)
class MarkupCard:
    check: MarkupCheck | None
    form: Form
    may_check: bool
    pages: int
    """How many samples would be asked."""

    @property
    def waiting(self) -> bool:
        return self.check is not None and self.check.done_at is None

    @property
    def rows(self) -> list[PageRow]:
        return rows_of(self.check) if self.check and self.check.done_at else []

    @property
    def sentence(self) -> str:
        if self.check is None:
            return _("Nobody has looked yet at what the example pages hold.")
        if self.waiting:
            count = len(self.check.urls)
            return ngettext("%(count)s page is being looked at.", "%(count)s pages are being looked at.", count) % {
                "count": count
            }
        return say_result(self.check, self.rows)


def read_markup_card(ask: WorkRequest, viewer: Viewer, refused: Mapping[str, Form]) -> MarkupCard | None:
    """One statement; None, and no statement, where structured data is not the matter."""
    if find_field(ask.fields, KIND_FIELD) is None:
        return None
    check = MarkupCheck.objects.filter(ask=ask).select_related("asked_by__team").order_by("-pk").first()
    chosen = ask.answers.get(KIND_FIELD, "")
    wanted = check.wanted if check else chosen if chosen in CHECKED else ""
    form = MarkupForm(initial={"wanted": wanted}, auto_id="markup-%s")
    form.show_needed()
    may_check = ask.state not in CLOSED and may(viewer, Power.COMMENT, ask.ties)
    return MarkupCard(check, refused.get("markup") or form, may_check, min(len(ask.example_urls), MOST_PAGES))


def say_result(check: MarkupCheck, rows: Sequence[PageRow]) -> str:
    valid, count = sum(row.valid for row in rows), len(rows)
    if not check.urls and check.wanted:
        said = _("What was pasted holds a valid %(type)s.") if valid else _("What was pasted holds no valid %(type)s.")
        return said % {"type": check.wanted}
    if not check.urls:
        return _("What was pasted is valid.") if valid else _("What was pasted holds nothing valid.")
    values = {"valid": valid, "count": count, "type": check.wanted}
    if check.wanted:
        said = ngettext(
            "%(valid)s of %(count)s URL holds a valid %(type)s.",
            "%(valid)s of %(count)s URLs hold a valid %(type)s.",
            count,
        )
    else:
        said = ngettext(
            "%(valid)s of %(count)s URL holds valid structured data.",
            "%(valid)s of %(count)s URLs hold valid structured data.",
            count,
        )
    return said % values


def rows_of(check: MarkupCheck) -> list[PageRow]:
    return [_row_of(one, check.wanted) for one in check.found]


def _row_of(one: Mapping[str, Any], wanted: str) -> PageRow:
    if one["fault"]:
        return PageRow(one["url"], _say_fault(one), False)
    items = [item for item in one["items"] if not wanted or item["type"] == wanted]
    good = next((item for item in items if not item["missing"]), None)
    said = [_("%(type)s, valid") % {"type": good["type"]}] if good else [_say_missing(item) for item in items[:3]]
    if not items:
        said = [_say_absent(one["items"], wanted)]
    said += [
        _("a block of JSON-LD cannot be read on at its line %(line)s") % {"line": line} for line in one["broken"][:3]
    ]
    return PageRow(one["url"], "; ".join(said), good is not None)


def _say_missing(item: Mapping[str, Any]) -> str:
    return _("%(type)s without %(properties)s") % {"type": item["type"], "properties": ", ".join(item["missing"])}


def _say_absent(items: Sequence[Mapping[str, Any]], wanted: str) -> str:
    held = ", ".join(dict.fromkeys(item["type"] for item in items))
    if not wanted:
        return _("no structured data")
    if held:
        return _("no %(type)s, only %(others)s") % {"type": wanted, "others": held}
    return _("no %(type)s") % {"type": wanted}


def _say_fault(one: Mapping[str, Any]) -> str:
    if one["fault"] == "status":
        return _("answered with status %(status)s") % {"status": one["detail"]}
    if one["fault"] == "not_a_page":
        return _("no web page, but %(type)s") % {"type": one["detail"] or "?"}
    return str(FAULTS.get(one["fault"], one["fault"]))
