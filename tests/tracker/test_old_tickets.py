"""Old tickets: read as they are, grouped by template and issue, decided in bulk, and never twice."""

import random
from pathlib import Path
from typing import Any

import orjson
import pytest

from tests.makers import NOON, Cast
from tracker.history.models import Entry
from tracker.intake.actions import ensure_request_types
from tracker.intake.models import WorkRequest
from tracker.integrations import actions, groups, uploads
from tracker.integrations.models import ImportRun, OldTicket, PlannedRequest
from tracker.kernel.errors import Invalid, NotAllowed, NotFound, Refused
from tracker.people.models import User

FIXTURES = Path(__file__).parents[1] / "fixtures"
GITHUB = (FIXTURES / "findings" / "github_issues.json").read_bytes()
SAMPLES = Path(__file__).parents[2].parent / "shared" / "samples"
ISSUES = (
    *("canonical missing", "duplicate titles", "meta description too long", "H1 missing", "404 from the menu"),
    *("redirect chain", "not in the sitemap", "noindex left over", "breadcrumb markup", "Product schema invalid"),
    *("hreflang without return", "alt text missing", "LCP above 4 s", "CLS on load", "pagination broken"),
)
TEMPLATES = (
    "Product page",
    "category pages",
    "search results",
    "checkout",
    "home page",
    "blog",
    "brand page",
    "landing",
)


def ticket(number: int, title: str, **more: Any) -> dict[str, Any]:
    base = f"https://github.com/lumen/shop/issues/{number}"
    return {
        "number": number,
        "title": title,
        "html_url": base,
        "created_at": "2024-01-02T03:04:05Z",
        "state": "open",
    } | more


def old_list(count: int, pulls: int = 0) -> bytes:
    """So many tickets and pull requests: 8 templates × 15 issues, each said in several ways."""
    chance = random.Random(count)
    said = [f"{issue} on {template}" for template in TEMPLATES for issue in ISSUES]
    titles = [*said, *(chance.choice(said) for _more in range(count - len(said)))]
    made = [
        ticket(number, f"[SEO-{number}] {title.capitalize()} #{number}") for number, title in enumerate(titles[:count])
    ]
    made += [ticket(10_000 + number, f"Fix {number}", pull_request={"url": "x"}) for number in range(pulls)]
    chance.shuffle(made)
    return orjson.dumps(made)


def imported(user: User, content: bytes = GITHUB, source: str = "github", **choice: Any) -> ImportRun:
    viewer = user.viewer()
    run = uploads.upload_tickets(actor=viewer, at=NOON, source=source, filename="tickets", content=content)
    if choice:
        uploads.choose_tickets(actor=viewer, at=NOON, run=run, expected=run.version, **choice)
    actions.plan_import(actor=viewer, at=NOON, run=run)
    actions.run_import(actor=viewer, at=NOON, run=run, ring=False)
    actions.carry_import(run=run.pk)
    run.refresh_from_db()
    return run


def told(run: ImportRun, *names: str) -> tuple[int, ...]:
    return tuple(run.counts[name] for name in names)


def test_issues_come_in_and_pull_requests_among_them_do_not(cast: Cast) -> None:
    run = imported(cast.seo_lead)
    assert told(run, "rows", "new", "skipped", "pull_requests", "unclear") == (5, 3, 1, 1, 1)
    one = OldTicket.objects.get(external_id="lumen/shop#7")
    assert (one.title, one.status, str(one.opened_on)) == ("Canonical missing on product pages", "open", "2023-08-19")
    assert (one.template, one.issue) == ("Product page", "canonical"), "the area that such pages are in"
    assert OldTicket.objects.get(external_id="lumen/shop#8").group == one.group
    assert Entry.objects.get(subject="old-ticket", subject_id=one.pk).verb == "add_old_ticket"
    assert not WorkRequest.objects.exists()


def test_closed_tickets_are_left_out_where_that_is_chosen(cast: Cast) -> None:
    run = imported(cast.seo_lead, closed=False)
    assert told(run, "new", "skipped") == (2, 2)
    assert PlannedRequest.objects.get(run=run, external_id="lumen/shop#8").reason == "closed"


def test_a_jira_export_comes_in_with_its_keys(cast: Cast) -> None:
    run = imported(cast.cto, (FIXTURES / "jira" / "spanish.csv").read_bytes(), "jira")
    assert told(run, "rows", "new", "unclear") == (7, 7, 0)
    assert OldTicket.objects.filter(source="jira", external_id="TIENDA-1", title="Nuevo catálogo").exists()


def test_479_entries_are_262_issues_and_217_pull_requests(cast: Cast) -> None:
    run = imported(cast.seo_lead, old_list(262, pulls=217))
    assert told(run, "rows", "new", "pull_requests") == (479, 262, 217)


def test_a_second_import_adds_only_what_is_new(cast: Cast) -> None:
    imported(cast.seo_lead)
    before = list(OldTicket.objects.order_by("pk").values_list("external_id", "version"))
    again = imported(cast.cmo)
    assert told(again, "new", "exists") == (0, 3)
    assert list(OldTicket.objects.order_by("pk").values_list("external_id", "version")) == before
    more = [*orjson.loads(GITHUB), ticket(77, "Canonical again on product pages")]
    assert told(imported(cast.seo_lead, orjson.dumps(more)), "new", "exists") == (1, 3)


def test_the_real_list_of_a_large_project(cast: Cast) -> None:
    sample = SAMPLES / "github" / "rails_issues_rest_200.json"
    if not sample.exists():
        pytest.skip(f"the real list is not beside the repository: {sample.name}")
    run = imported(cast.seo_lead, sample.read_bytes())
    assert told(run, "rows", "new", "pull_requests") == (200, 52, 148)
    assert told(imported(cast.seo_lead, sample.read_bytes()), "new", "exists") == (0, 52)


def test_the_real_export_of_jira(cast: Cast) -> None:
    sample = SAMPLES / "jira" / "jira_cloud_es_export_anonymised.csv"
    if not sample.exists():
        pytest.skip(f"the real export is not beside the repository: {sample.name}")
    run = imported(cast.seo_lead, sample.read_bytes(), "jira")
    assert told(run, "rows", "new", "unclear") == (106, 106, 0)


# Groups


def test_1400_tickets_are_120_groups_of_which_85_are_declined_and_35_become_drafts(cast: Cast) -> None:
    ensure_request_types(at=NOON)
    imported(cast.seo_lead, old_list(1_400))
    assert groups.count_groups()[""] == (1_400, 120)
    found = groups.list_groups("")
    assert len(found) == groups.PAGE + 1
    assert [one.count for one in found] == sorted((one.count for one in found), reverse=True)
    picks = [one.pick for one in found[:100]]
    rest = groups.list_groups("", after=(found[99].count, found[99].pick))
    picks += [one.pick for one in rest]
    assert len(set(picks)) == 120
    viewer = cast.seo_lead.viewer()
    declined = groups.decline_groups(actor=viewer, at=NOON, picks=picks[:85], reason="superseded")
    kept = groups.keep_groups(actor=viewer, at=NOON, picks=picks[85:])
    assert (declined.groups, kept.groups, len(kept.asks)) == (85, 35, 35)
    assert declined.tickets + kept.tickets == 1_400
    totals = groups.count_groups()
    assert "" not in totals
    assert totals["kept"][1] == 35
    assert WorkRequest.objects.filter(state="draft", requester=cast.seo_lead).count() == 35
    for one in OldTicket.objects.filter(outcome="kept").select_related("ask")[:50]:
        assert one.ask is not None
        assert one.external_id in one.ask.why
    assert not OldTicket.objects.filter(outcome="declined").exclude(reason="superseded").exists()
    some = OldTicket.objects.filter(outcome="declined")[0]
    assert some.version == Entry.objects.filter(subject="old-ticket", subject_id=some.pk).count() == 2


def test_a_kept_group_becomes_a_draft_with_its_area_type_and_examples(cast: Cast) -> None:
    ensure_request_types(at=NOON)
    imported(cast.seo_lead)
    pick = OldTicket.objects.get(external_id="lumen/shop#8").pk
    groups.keep_groups(actor=cast.seo_lead.viewer(), at=NOON, picks=[pick])
    ask = WorkRequest.objects.get()
    assert (ask.title, ask.area, ask.type.key) == (
        "Canonical addresses: Product page",
        cast.product_pages,
        "crawl-indexing",
    )
    assert ask.example_urls == ["https://lumen.example/p/7"]
    assert "2 old tickets of github say this" in ask.why
    more = [ticket(77, "Canonical again on product pages", html_url="https://github.com/lumen/shop/issues/77")]
    imported(cast.seo_lead, orjson.dumps(more))
    late = OldTicket.objects.get(external_id="lumen/shop#77")
    groups.keep_groups(actor=cast.seo_lead.viewer(), at=NOON, picks=[late.pk])
    late.refresh_from_db()
    assert late.ask == ask
    assert WorkRequest.objects.count() == 1


def test_who_decides_second_is_told_and_changes_nothing(cast: Cast) -> None:
    imported(cast.seo_lead)
    pick = OldTicket.objects.get(external_id="lumen/shop#7").pk
    groups.decline_groups(actor=cast.seo_lead.viewer(), at=NOON, picks=[pick], reason="superseded")
    with pytest.raises(Refused, match="before you"):
        groups.keep_groups(actor=cast.cmo.viewer(), at=NOON, picks=[pick])
    assert not WorkRequest.objects.exists()
    groups.reopen_groups(actor=cast.cmo.viewer(), at=NOON, picks=[pick])
    assert OldTicket.objects.filter(outcome="").count() == 3


def test_a_decline_needs_its_reason_and_a_group_that_is_there(cast: Cast) -> None:
    imported(cast.seo_lead)
    pick = OldTicket.objects.get(external_id="lumen/shop#7").pk
    with pytest.raises(Invalid):
        groups.decline_groups(actor=cast.seo_lead.viewer(), at=NOON, picks=[pick], reason="  ")
    with pytest.raises(NotFound):
        groups.decline_groups(actor=cast.seo_lead.viewer(), at=NOON, picks=[-1], reason="superseded")


def test_old_tickets_are_for_leads_the_cmo_the_cto_and_administrators(cast: Cast) -> None:
    for user in (cast.analyst, cast.sre, cast.coo):
        with pytest.raises(NotAllowed):
            imported(user)
    run = imported(cast.admin)
    assert ImportRun.objects.visible_to(cast.platform_lead.viewer()).filter(pk=run.pk).exists()
    assert not ImportRun.objects.visible_to(cast.analyst.viewer()).filter(pk=run.pk).exists()
    pick = OldTicket.objects.all()[0].pk
    with pytest.raises(NotAllowed):
        groups.keep_groups(actor=cast.admin.viewer(), at=NOON, picks=[pick])


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "empty"),
        (b"[]", "no_rows"),
        (b'[{"name": "x"}]', "no_issues"),
        (b'[{"number": 1,', "json_broken"),
        (b"[" * 200_000, "json_broken"),
        (b"[" + b" " * (33 * 1024 * 1024) + b"]", "too_large"),
        (b"<!doctype html><html>", "html"),
    ],
    ids=["empty", "no issues", "something else", "cut", "nested", "33 MB", "sign-in page"],
)
def test_a_file_that_cannot_be_taken_is_answered_with_what_to_do(cast: Cast, content: bytes, reason: str) -> None:
    with pytest.raises(Invalid) as refused:
        uploads.upload_tickets(actor=cast.seo_lead.viewer(), at=NOON, source="github", filename="a", content=content)
    assert refused.value.facts["reason"] == reason
