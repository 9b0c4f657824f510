"""Every route, HTML and API, as everybody of the cast: who may is let in, everybody else is refused and changes
nothing. The table stands in routes.py."""

import json
import logging
import re
from functools import partial
from typing import ClassVar

import pytest
from django.test import TestCase

from tests.architecture.routes import API, PAGES, ROUTES, SEE_RESTRICTED, may
from tests.architecture.walker import METHODS, Visit, Walker, known_routes, route_of
from tests.architecture.world import CANARY, EVERYBODY, NEWCOMER, STRANGER, World, make_world
from tests.callers import Caller
from tests.reference.routes import MANAGED

pytestmark = pytest.mark.walks

REFUSALS = {401, 403, 404}
ADDED_BESIDE = (
    *(
        "/comments/",
        "/attachments/",
        "/backings/",
        "/backings/{backing}/withdraw/",
        "/watch/",
        "/mute/",
        "/snooze/",
        "/unsnooze/",
        "/markup-checks/",
    ),
    *("/links/", "/links/{follow_link}/revoke/"),
)
"""Rows beside a request: they leave its version alone."""
UNVERSIONED = {
    "/people/invite/",
    "/teams/new/",
    "/sites/new/",
    "/freezes/new/",
    "/kpis/new/",
    "/types/new/",
    "/types/{own_type}/fields/new/",
    "/ask/shop/",
    "/sites/shop/areas/new/",
    "/profile/tokens/new/",
    "/profile/tokens/{token}/revoke/",
    "/imports/new/",
    "/imports/findings/",
    "/imports/tickets/",
    "/tickets/decide/",
    "/tickets/{declined_ticket}/reopen/",
    "/requests/new/",
    "/requests/selected/",
    "/requests/selected/undo/",
    "/views/new/",
    "/requests/{filed}/comment/",
    "/requests/{restricted}/comment/",
    "/requests/{filed}/markup/",
    "/requests/{restricted}/markup/",
    "/requests/{filed}/back/",
    "/requests/{accepted}/backings/{backing}/withdraw/",
    "/requests/{asked}/links/new/",
    "/requests/{filed}/watch/",
    "/requests/{restricted}/watch/",
    "/requests/{filed}/mute/",
    "/profile/absences/",
    "/by-mail/{mail_secret}/",
    "/requests/{filed}/unsnooze/",
    "/teams/web/triage/",
    "/requests/{filed}/escalate/",
    "/requests/{accepted}/embed/",
    "/requests/{restricted}/embed/",
    "/requests/{accepted}/outrank/",
    "/capacity/quarter/",
    "/calendars/teams/mobile/own/",
    "/projects/new/",
    "/accounts/password/set/",
    "/roadmap/products/new/",
    "/roadmap/{product}/objectives/new/",
    "/roadmap/{product}/items/new/",
    "/roadmap/{product}/links/new/",
}
"""Forms that add a record instead of changing the one that was looked at."""
PART = {"HX-Request": "true", "HX-Target": "part"}
"""Pages without their frame: what a view decides is the same, and a walk takes half the time."""


def drafts(visit: Visit) -> bool:
    """Findings become drafts of who imports them: that takes the scope write, as filing does."""
    return "{planned_findings}" in visit.path or visit.body.get("what") == "findings"


class OnTheWorld(TestCase):
    """The world is made once for a class; what a visit changes is undone."""

    world: ClassVar[World]
    walker: ClassVar[Walker]

    @classmethod
    def setUpClass(cls) -> None:
        super().setUpClass()
        quiet = logging.getLogger("django.request")
        level = quiet.level
        quiet.setLevel(logging.CRITICAL)
        cls.addClassCleanup(quiet.setLevel, level)
        cls.world = make_world()
        cls.walker = Walker(cls.world)


def judge(visit: Visit, person: str, walker: Walker) -> str:
    """What is wrong with this visit of this person; empty where nothing is."""
    outcome = walker.pay(visit, person, **({} if visit.api else PART))
    if CANARY in outcome.text and person not in SEE_RESTRICTED:
        return f"{person} reads of a restricted request: {outcome}"
    if person in visit.who:
        if not outcome.let_in:
            return f"{person} may, but: {outcome}"
        if visit.writes is not None and outcome.changed is not visit.writes:
            return f"{person}: the database should {'change' if visit.writes else 'stay'}, but: {outcome}"
        return ""
    if not outcome.sent_away and outcome.status not in REFUSALS | visit.told:
        return f"{person} may not, but: {outcome}"
    return f"{person} was refused, but changed something: {outcome}" if outcome.changed else ""


class TestTheMatrix(OnTheWorld):
    def check(self, visits: list[Visit]) -> None:
        wrong = []
        for visit in visits:
            people = (STRANGER, NEWCOMER) if visit.who == set(EVERYBODY) else EVERYBODY
            found = [judge(visit, person, self.walker) for person in people]
            wrong += [f"{visit.name}: {text}" for text in found if text]
        assert not wrong, "\n".join(wrong)

    def test_every_page_lets_in_who_may_and_nobody_else(self) -> None:
        self.check(PAGES)

    def test_every_resource_lets_in_who_may_and_nobody_else(self) -> None:
        self.check(API)


class TestTheTable(OnTheWorld):
    def listed(self) -> dict[str, Visit]:
        """A visit to each route that the table lists."""
        return {route_of(self.walker.path(visit)): visit for visit in ROUTES}

    def test_every_route_is_listed_and_every_listed_route_exists(self) -> None:
        assert set(known_routes()) == set(self.listed())

    def test_a_method_that_is_not_listed_is_refused_and_changes_nothing(self) -> None:
        methods: dict[str, set[str]] = {}
        for visit in ROUTES:
            methods.setdefault(route_of(self.walker.path(visit)), set()).add(visit.method)
        wrong = []
        for route, sample in self.listed().items():
            for method in sorted(set(METHODS) - methods[route]):
                visit = Visit(method, sample.path, frozenset(), sample.body)
                for person in ("cto", "admin"):
                    outcome = self.walker.pay(visit, person, **{"If-Match": '"1"', **PART})
                    if outcome.status not in REFUSALS | {405} or outcome.changed:
                        wrong.append(f"{visit.name} of {person}: {outcome}")
        assert not wrong, "\n".join(wrong)


class TestVersions(OnTheWorld):
    """No update is lost: whoever looked at an older version is told, over every route."""

    def first(self, visit: Visit) -> str:
        return sorted(visit.who)[0]

    def test_a_patch_without_if_match_is_refused(self) -> None:
        for visit in (visit for visit in API if visit.method == "PATCH"):
            outcome = self.walker.pay(visit, self.first(visit), **{"If-Match": None})
            assert (outcome.status, outcome.changed) == (428, False), visit.name
            assert "precondition_required" in outcome.text

    def test_a_patch_of_an_older_version_is_refused_with_the_version_of_now(self) -> None:
        for visit in (visit for visit in API if visit.method == "PATCH"):
            version = int(self.walker.tag(visit).strip('"'))
            for stale in (f'"{version - 1}"', f'"{version + 1}"', "*", "x"):
                outcome = self.walker.pay(visit, self.first(visit), **{"If-Match": stale})
                assert (outcome.status, outcome.changed) == (412, False), f"{visit.name} {stale}: {outcome}"
                assert json.loads(outcome.text)["facts"]["version"] == version, visit.name

    def test_a_verb_with_an_older_if_match_is_refused(self) -> None:
        wrong = []
        for visit in (visit for visit in API if visit.method == "POST" and "{" in visit.path and visit.who):
            outcome = self.walker.pay(visit, self.first(visit), **{"If-Match": '"999"'})
            if (outcome.status, outcome.changed) != (412, False) and not visit.path.endswith(ADDED_BESIDE):
                wrong.append(f"{visit.name}: {outcome}")
        assert not wrong, "\n".join(wrong)

    def test_a_form_that_was_filled_in_on_an_older_version_changes_nothing(self) -> None:
        wrong = []
        for visit in (visit for visit in PAGES if visit.method == "POST" and visit.writes and visit.who):
            old = Visit(visit.method, visit.path, visit.who, {**visit.body, "version": "999"})
            outcome = self.walker.pay(old, self.first(visit), **PART)
            if outcome.changed is not (visit.path in UNVERSIONED):
                wrong.append(f"{visit.name}: {outcome}")
        assert not wrong, "\n".join(wrong)


class TestTokens(OnTheWorld):
    """A token only shrinks what its owner may do."""

    def refused(self, visits: list[Visit], scopes: list[str]) -> list[str]:
        wrong = []
        clients = {name: Caller(person, scopes).client for name, person in self.world.people.items()}
        self.walker.look_around()
        for visit in visits:
            client = clients[sorted(visit.who)[0]]
            match = {"If-Match": self.walker.tag(visit)} if visit.method == "PATCH" else {}
            outcome = self.walker.undone(client, partial(self.walker.send, visit, client, match))
            if outcome.status not in REFUSALS or outcome.changed:
                wrong.append(f"{visit.name} with {scopes}: {outcome}")
        return wrong

    def test_scopes_shrink_a_token(self) -> None:
        owned = [visit for visit in API if visit.who and visit.who != set(EVERYBODY)]
        reads = [visit for visit in owned if visit.method == "GET"]
        writes = [visit for visit in owned if visit.method != "GET"]
        managing = [visit for visit in writes if visit.path.split("/")[3] in MANAGED and not drafts(visit)]
        assert managing
        wrong = self.refused(writes, ["read"]) + self.refused(reads, ["write", "manage"])
        wrong += self.refused(managing, ["write"])
        wrong += self.refused([visit for visit in writes if visit not in managing], ["manage"])
        assert not wrong, "\n".join(wrong)


class TestSecrets(OnTheWorld):
    """Who may not see a restricted request does not learn of it: not by asking, counting, filtering or pointing at it."""

    OUTSIDERS = [name for name in EVERYBODY if name not in SEE_RESTRICTED]
    SNOOPING = [
        "/requests/?q=zibbel",
        "/requests/?q={restricted}",
        "/requests/?state=filed",
        "/requests/similar/?title=hidden+zibbel&area=product-pages",
        "/search/?q=zibbel",
        "/search/?q={secret}",
        "/search/?q={secret_item}",
        "/triage/?key={restricted}",
        "/backlog/?project={pinned}",
        "/backlog/?state=agreed",
        "/projects/{pinned}/",
        "/line/?team=web&all=1",
        "/notices/",
        "/",
        "/api/v1/requests/?q=zibbel",
        "/api/v1/requests/?restricted=true",
        "/api/v1/requests/?limit=100",
        "/api/v1/backlog-items/?request={secret}",
        "/api/v1/backlog-items/?project={pinned}",
        "/api/v1/projects/{pinned}/",
        "/api/v1/history/?subject=request&limit=100",
        "/api/v1/history/?subject=request&key={restricted}",
        "/api/v1/history/?subject=request&key={secret}&order=id",
        "/api/v1/history/?subject=backlog-item&key={secret_item}",
        "/api/v1/history/?subject=check&id={secret_check}",
        "/api/v1/history/?subject=check&limit=100",
        "/api/v1/history/?subject=project&key={pinned}",
        "/api/v1/history/?subject=capacity",
        "/api/v1/line/",
        "/roadmap/{product}/",
        "/roadmap/items/{plan}/",
        "/shared/{secret_link}/",
        "/api/v1/roadmap-items/",
        "/api/v1/roadmap-items/{plan}/",
        "/api/v1/products/{product}/roadmap/",
        "/docket/",
        "/limbo/",
        "/api/v1/limbo/",
        "/api/v1/escalations/",
        "/api/v1/escalations/?request={secret}",
        "/api/v1/rulings/",
        "/api/v1/conditions/",
        "/api/v1/history/?subject=escalation",
        "/api/v1/history/?subject=position",
        "/api/v1/history/?subject=ruling",
        "/api/v1/history/?subject=condition",
    ]

    def test_a_restricted_request_is_nowhere_to_be_read(self) -> None:
        found = []
        for path in self.SNOOPING:
            visit = Visit("GET", path, frozenset())
            for person in self.OUTSIDERS:
                text = self.walker.pay(visit, person).text
                found += [f"{person} at {path}: {word}" for word in self.words(path) if word in text]
        assert not found, "\n".join(found)

    def words(self, path: str) -> list[str]:
        """The canary, and the keys of what is restricted where the question did not name them."""
        names = self.world.names
        keys = [] if "{" in path else [names["restricted"], names["secret"], names["secret_item"]]
        return [CANARY, *(f">{key}<" for key in keys), *(f'"{key}"' for key in keys)]

    def test_those_who_may_see_it_find_it_where_the_others_looked(self) -> None:
        """The canary sings: else its silence would prove nothing."""
        silent = ["/roadmap/items/{plan}/", "/api/v1/roadmap-items/{plan}/"]
        silent += [
            "/requests/?q={restricted}",
            "/projects/{pinned}/",
            "/backlog/?project={pinned}",
            "/search/?q=zibbel",
        ]
        silent += [path for path in self.SNOOPING if path.startswith("/api/v1/history/?subject=request")]
        for path in silent:
            assert CANARY in self.walker.pay(Visit("GET", path, frozenset()), "cmo").text, path

    def test_what_may_not_be_seen_looks_like_what_does_not_exist(self) -> None:
        names = self.world.names
        for hidden in (visit for visit in ROUTES if "{restricted}" in visit.path or "{draft}" in visit.path):
            nowhere = hidden.path.replace("{restricted}", "R-999999").replace("{draft}", "R-999999")
            for person in ("sre", "content_lead"):
                match = {"If-Match": '"1"'}
                seen = self.walker.pay(hidden, person, **match)
                unseen = self.walker.pay(Visit(hidden.method, nowhere, frozenset(), hidden.body), person, **match)
                known = seen.text.replace(names["restricted"], "R-999999").replace(names["draft"], "R-999999")
                assert (seen.status, unseen.status) == (404, 404), hidden.name
                assert scrub(known) == scrub(unseen.text), hidden.name

    POINTING: ClassVar[list[tuple[str, Visit]]] = [
        ("frontend_lead", may([], "POST /api/v1/backlog-items/{agreed_item}/move/", after="{secret_item}")),
        ("frontend_lead", may([], "POST /backlog/{agreed_item}/move/", after="{secret_item}")),
        ("frontend_lead", may([], "POST /api/v1/requests/{secret}/embed/", host="{host}", added_weeks="1")),
        ("frontend_lead", may([], "POST /backlog/{agreed_item}/checks/{secret_check}/", passed="yes", evidence="seen")),
        (
            "frontend_lead",
            may([], "POST /api/v1/backlog-items/{agreed_item}/checks/{secret_check}/decide/", passed=True),
        ),
        ("analyst", may([], "POST /api/v1/requests/{accepted}/embed/", host="P-9999", added_weeks="1")),
        ("analyst", may([], "POST /requests/{accepted}/embed/", host="P-9999", added_weeks="1")),
        ("analyst", may([], "PATCH /api/v1/requests/{filed}/", area="nowhere")),
        ("analyst", may([], "PATCH /api/v1/requests/{filed}/", type="nothing")),
        ("cto", may([], "POST /api/v1/projects/{edge}/move/", after="P-9999")),
        ("cto", may([], "POST /projects/{edge}/move/", after="P-9999", team="web")),
        ("cto", may([], "PATCH /api/v1/projects/{host}/", owner=999_999)),
        ("coo", may([], "POST /api/v1/escalations/{case_case}/rule/", kind="deny", sentence="No.", due_on="nothing")),
        (
            "coo",
            may(
                [],
                "POST /api/v1/escalations/{case_case}/rule/",
                kind="grant",
                sentence="Yes.",
                due_on="{day}",
                effects=[{"effect": "pin_project", "project": "P-9999"}],
            ),
        ),
        ("sre", may([], "POST /cases/{case_case}/conditions/{condition}/meet/", note="not of this case")),
        ("analyst", may([], "POST /api/v1/escalations/", reason="risk", wanted="?", request="R-9999")),
        ("cto", may([], "PATCH /api/v1/projects/{host}/", team="nobody")),
        ("cto", may([], "POST /api/v1/projects/{plain}/effort/", team="nobody", period="{period}", weeks="1")),
        (
            "cto",
            may([], "POST /api/v1/requests/{accepted}/outrank/", after="{edge}", weeks="1", owner="left@lumen.example"),
        ),
        (
            "platform_lead",
            may([], "POST /api/v1/backlog-items/{proposed_item}/answer/", answer="agree", delivery_owner="x@y.z"),
        ),
        ("platform_lead", may([], "PATCH /api/v1/areas/product-pages/", team="mobile")),
        ("platform_lead", may([], "POST /api/v1/imports/{import}/mapping/", team="mobile")),
        ("cto", may([], "POST /api/v1/old-ticket-groups/decline/", numbers=[999_999], reason="old")),
        ("platform_lead", may([], "POST /areas/product-pages/edit/", name="Mine", team="mobile")),
        ("seo_lead", may([], "POST /api/v1/areas/", name="Mine", site="shop", team="web")),
        ("analyst", may([], "POST /api/v1/people/{analyst}/roles/", roles=["admin"])),
        ("admin", may([], "POST /api/v1/people/{admin}/roles/", roles=["admin", "cto"])),
        ("admin", may([], "POST /people/{admin}/roles/", roles=["admin", "cto"])),
        ("admin", may([], "POST /people/{admin}/deactivate/")),
        ("seo_lead", may([], "POST /roadmap/items/{later_plan}/tie/", key="{secret_item}")),
        ("seo_lead", may([], "POST /api/v1/roadmap-items/{later_plan}/tie/", key="{secret_item}")),
        ("seo_lead", may([], "POST /api/v1/roadmap-items/{plan}/untie/", key="{secret_item}")),
        ("seo_lead", may([], "POST /api/v1/roadmap-items/{plan}/move/", horizon="next", after=999_999)),
        ("seo_lead", may([], "PATCH /api/v1/products/{product}/", business_owner=999_999)),
    ]

    def test_bodies_cannot_point_at_what_one_may_not_reach(self) -> None:
        wrong = []
        for person, visit in self.POINTING:
            match = {"If-Match": self.version_of(visit)} if visit.method == "PATCH" else {}
            outcome = self.walker.pay(visit, person, **match)
            if outcome.changed or outcome.status >= 500 or (visit.api and outcome.status < 400):
                wrong.append(f"{visit.name} {visit.body} of {person}: {outcome}")
        assert not wrong, "\n".join(wrong)

    def version_of(self, visit: Visit) -> str:
        return self.walker.tag(Visit("GET", visit.path, frozenset({"analyst"})))


def scrub(text: str) -> str:
    """Without what differs between two answers to one question: nonces, tokens against forgery, form keys."""
    return re.sub(r'(nonce|value|name)="[^"]*"', "", text)
