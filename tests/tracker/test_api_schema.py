"""The description of the API is what the API does: shapes, statuses, errors; and nothing that is sent breaks it."""

import itertools
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pytest
import schemathesis
from django.core.management import call_command
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections, connection, transaction
from django.test import Client
from drf_spectacular.generators import SchemaGenerator
from hypothesis import HealthCheck, given, settings
from jsonschema import Draft202012Validator
from schemathesis.specs.openapi import checks as schemathesis_checks

from roadmap.products.actions import add_objective, share_roadmap
from tests.callers import Caller
from tests.kept import Kept
from tests.makers import NOON, make_cast
from tests.roadmap.makers import by, make_plan, make_product, tie
from tests.tracker.cases import LATER, Court
from tests.tracker.portfolio import Portfolio, make_portfolio, make_request
from tests.tracker.test_old_tickets import imported
from tests.tracker.test_promises import owe
from tracker.escalations.actions import NewCondition
from tracker.escalations.models import Condition
from tracker.escalations.rules import Act, Effect
from tracker.intake.actions import add_attachments, back_request, check_markup, make_follow_link, start_expedite
from tracker.intake.files import hold_file
from tracker.intake.models import Comment, HeldMail
from tracker.integrations.models import OldTicket
from tracker.launches.models import Check
from tracker.measures.actions import add_kpi
from tracker.people.access import Role
from tracker.people.actions import add_absence, save_view, set_rota
from tracker.people.models import Firm, Level
from tracker.projects.models import Capacity
from tracker.promises.actions import ensure_policies
from tracker.promises.models import Promise
from tracker.sites.actions import add_freeze

generator: Any = SchemaGenerator
SCHEMA: dict[str, Any] = generator().get_schema(request=None, public=True)
OPERATIONS = [(path, method) for path, methods in SCHEMA["paths"].items() for method in methods]
BYTES = {"/api/v1/requests/{key}/attachments/{file}/"}
"""What answers with the bytes of a file, of whatever type."""
READ = [path for path, method in OPERATIONS if method == "get" and path not in BYTES]
STATUSES = {"get": {"200"}, "post": {"200", "201"}, "patch": {"200"}}


@dataclass
class World:
    """A portfolio with an item in every column that may be empty or not; `names` fill the placeholders of a path."""

    web: Portfolio
    call: Caller
    names: dict[str, dict[str, str]]

    @property
    def known(self) -> dict[str, str]:
        """What fields of a body may name."""
        cast = self.web.cast
        keys = {"host": self.web.host.key, "team": "web", "area": "search", "site": "shop", "type": cast.type.key}
        people = {"owner": cast.cto.email, "delivery_owner": cast.cto.email}
        return keys | people | {"period": cast.period.key, "after": self.web.edge.key, "answer": "agree"}

    def address(self, path: str, **more: str) -> str:
        part = path.split("/")[3]
        return path.format(**{**self.names["all"], **self.names.get(part, {}), **more})


@Kept
def make_world() -> tuple[Portfolio, dict[str, dict[str, str]]]:
    cast = make_cast()
    Firm.objects.update_or_create(pk=1, defaults={"name": "Lumen Market", "level": Level.COMPANY})
    ensure_policies(at=NOON)
    web = make_portfolio(cast)
    web.set_allowance("1")
    owe(cast)
    item = web.agreed(delivery_owner=cast.frontend_lead)
    make_request(cast, cast.analyst, team=None, area=None, measure_on=None, filed_at=None, state="draft")
    said = Comment.objects.create(ask=web.ask, author=cast.cto, text="Good.", at=item.created_at)
    files = [hold_file("plan.txt", None, [b"On Monday."])]
    (file,) = add_attachments(**by(cast.cto), ask=web.ask, files=files)
    back_request(**by(cast.analyst), ask=web.ask, stake="budget", amount=Decimal(40_000))
    make_follow_link(**by(cast.cto), ask=web.ask, name="Maria")
    court = Court(web)
    heard = court.heard(court.raised(ask=make_request(cast)))
    new = NewCondition("A stop rule is in place.", cast.sre, LATER)
    court.rule(heard, kind="deny", acts=[Act(Effect.DECLINE)], conditions=[new])
    cast.cto.roles = [Role.CTO, Role.ADMIN, Role.CMO]
    cast.cto.save()
    check = Check.objects.filter(source=item.key)[0]
    product = make_product(cast)
    objective = add_objective(**by(cast.cmo), product=product, title="More clicks")
    plan = tie(cast, tie(cast, make_plan(cast, product, "Structured data", objective=objective), item), web.edge)
    link, _secret = share_roadmap(**by(cast.cmo), product=product)
    view = save_view(**by(cast.cto), name="Waiting", query="state=filed", shared=True)
    run = imported(cast.cto)
    absence = add_absence(**by(cast.cto), person=cast.analyst, deputy=cast.sre, starts_on=LATER, ends_on=LATER)
    set_rota(**by(cast.cto), team=cast.web, people=[cast.sre], starts_on=LATER)
    urgent: dict[str, Any] = {"reason": "Clicks fall.", "owner": cast.sre}
    expedite = start_expedite(**by(cast.seo_lead), ask=make_request(cast), **urgent)
    check_markup(**by(cast.cto), ask=web.ask, wanted="Product", pasted='{"@type": "Product", "name": "Lamp"}')
    freeze = add_freeze(**by(cast.cto), site=cast.site, reason="The sale", starts_on=LATER, ends_on=LATER)
    kpi = add_kpi(**by(cast.cto), name="Clicks", unit="clicks")
    HeldMail.objects.create(message_id="1@x", sender="x@x.example", title="Hm", text="Hm.", why="unsigned", at=NOON)
    names = {
        "absences": {"number": str(absence.pk)},
        "all": {"number": str(cast.analyst.pk), "check": str(check.pk), "team": "web", "period": cast.period.key},
        "areas": {"key": "search"},
        "backlog-items": {"key": item.key},
        "escalations": {"key": heard.key},
        "expedites": {"number": str(expedite.pk)},
        "freezes": {"number": str(freeze.pk)},
        "kpis": {"number": str(kpi.pk)},
        "imports": {"number": str(run.pk)},
        "old-ticket-groups": {"number": str(OldTicket.objects.earliest("pk").pk)},
        "conditions": {"number": str(Condition.objects.get().pk)},
        "capacities": {"number": str(Capacity.objects.get(team=cast.web).pk)},
        "periods": {"key": cast.period.key},
        "objectives": {"number": str(objective.pk)},
        "products": {"key": product.key},
        "projects": {"key": web.host.key},
        "request-types": {"key": cast.type.key},
        "policies": {"key": "triage"},
        "promises": {"number": str(Promise.objects.get(source="R-41:triage").pk)},
        "requests": {"key": web.ask.key, "comment": str(said.pk), "file": str(file.pk)},
        "roadmap-items": {"number": str(plan.pk)},
        "share-links": {"number": str(link.pk)},
        "sites": {"key": "shop"},
        "teams": {"key": "web"},
        "views": {"number": str(view.pk)},
    }
    return web, names


@pytest.fixture
def world(db: None) -> World:
    web, names = make_world()
    return World(web, Caller(web.cast.cto), names)


def closed(part: Any) -> Any:
    """The same schema where every described object has all its fields and no others."""
    if isinstance(part, list):
        return [closed(one) for one in part]
    if not isinstance(part, dict):
        return part
    found = {name: closed(one) for name, one in part.items()}
    if "properties" in part and "type" in part:
        found["additionalProperties"] = False
    return found


def described(path: str, method: str = "get", status: str = "200") -> Any:
    content = SCHEMA["paths"][path][method]["responses"][status]["content"]["application/json"]["schema"]
    components = {"schemas": closed(SCHEMA["components"]["schemas"])}
    told = {**content, "components": components}
    return Draft202012Validator(told, format_checker=Draft202012Validator.FORMAT_CHECKER)


def test_the_description_is_valid_and_leaves_no_warning() -> None:
    call_command("spectacular", validate=True, fail_on_warn=True, file="/dev/null")
    assert SCHEMA["openapi"].startswith("3.1")


def test_every_operation_has_a_sentence_a_verb_and_the_token() -> None:
    names = []
    for path, method in OPERATIONS:
        told = SCHEMA["paths"][path][method]
        assert told["description"].endswith("."), f"{method} {path}"
        assert told["security"] == [{"token": []}]
        assert {"401", "403"} <= set(told["responses"])
        names.append(told["operationId"])
    assert len(names) == len(set(names))
    assert not [name for name in names if not re.fullmatch(r"[a-z]+(_[a-z]+)+", name)]


def test_what_needs_if_match_and_what_takes_effect_once_is_said() -> None:
    for path, method in OPERATIONS:
        told = SCHEMA["paths"][path][method]
        headers = {one["name"]: one for one in told["parameters"] if one["in"] == "header"}
        assert ("Idempotency-Key" in headers) == (method == "post")
        if method == "patch":
            assert headers["If-Match"]["required"]
            assert {"412", "428"} <= set(told["responses"])


@pytest.mark.parametrize("path", READ)
def test_what_is_read_has_the_fields_and_types_that_are_described(world: World, path: str) -> None:
    query = "?subject=request" if path.endswith("/history/") else ""
    answer = world.call.get(world.address(path) + query)
    assert answer.status_code == 200, answer.content
    told = answer.json()
    described(path).validate(told)
    if "results" in told and path != "/api/v1/request-types/":
        assert told["results"], "an empty list proves nothing"


@pytest.mark.parametrize("subject", SCHEMA["components"]["schemas"]["SubjectEnum"]["enum"])
def test_the_history_of_every_kind_has_the_fields_that_are_described(world: World, subject: str) -> None:
    answer = world.call.get(f"/api/v1/history/?subject={subject}")
    described("/api/v1/history/").validate(answer.json())


def test_every_described_filter_is_understood_and_an_unknown_one_refused(world: World) -> None:
    for path in READ:
        for one in SCHEMA["paths"][path]["get"]["parameters"]:
            if one["in"] != "query" or one["schema"]["type"] == "object":
                continue  # the names of an exploded object are those of its properties
            base = {"subject": "request"} if path.endswith("/history/") else {}
            answer = world.call.get(world.address(path), data=base | {one["name"]: sample(one["schema"])})
            assert answer.status_code in ({200, 404} if path.endswith("/line/") else {200}), f"{path} {one['name']}"
        if "/{" not in path:
            refused = world.call.get(world.address(path), data={"subject": "request", "nonsense": "1"})
            assert refused.status_code == 400
            described(path, status="400").validate(refused.json())


def sample(values: dict[str, Any]) -> str:
    values = values.get("items", values)
    plain = {"integer": "1", "boolean": "true"}
    return str(values["enum"][0]) if "enum" in values else plain.get(values["type"], "")


def test_errors_have_one_shape_wherever_they_arise(world: World, client: Client) -> None:
    shape = described("/api/v1/sites/", status="400")
    for answer, status in [
        (world.call.get("/api/v1/nonsense/"), 404),
        (client.get("/api/v1/nonsense/deep/"), 404),
        (world.call.get("/api/v1/sites/nonsense/"), 404),
        (world.call.get("/api/v1/projects/P%00/"), 404),
        (client.get("/api/v1/sites/"), 401),
        (world.call.client.delete("/api/v1/sites/shop/"), 405),
        (world.call.client.post("/api/v1/sites/", "{", content_type="application/json"), 400),
        (world.call.client.post("/api/v1/sites/", "[]", content_type="application/json"), 400),
        (world.call.client.post("/api/v1/sites/", "a=1", content_type="text/plain"), 415),
        (world.call.client.post("/api/v1/sites/", " " * 2**21, content_type="application/json"), 413),
        (world.call.get("/api/v1/sites/?" + "&".join(["q"] * 1001)), 400),
        (world.call.patch("/api/v1/sites/shop/", {"name": "Shop"}), 428),
        (world.call.patch("/api/v1/sites/shop/", {"name": "Shop"}, match=9), 412),
    ]:
        assert answer.status_code == status, answer.content
        assert answer.headers["Content-Type"] == "application/json"
        shape.validate(answer.json())


def test_a_server_error_is_told_by_a_number_and_nothing_else(world: World) -> None:
    patient = Client(
        raise_request_exception=False, headers={"Authorization": world.call.client.defaults["HTTP_AUTHORIZATION"]}
    )
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE tracker_site RENAME TO away")
    answer = patient.get("/api/v1/sites/shop/")
    assert answer.status_code == 500
    described("/api/v1/sites/", status="400").validate(answer.json())
    assert re.fullmatch(r"[0-9a-f]{12}", answer.json()["facts"]["id"])
    assert "tracker_site" not in answer.content.decode()


def test_head_and_options_answer_and_no_other_origin_is_let_in(world: World) -> None:
    head = world.call.client.head("/api/v1/sites/shop/")
    assert (head.status_code, head.content, head.headers["ETag"]) == (200, b"", '"1"')
    asked = {"Origin": "https://elsewhere.example", "Access-Control-Request-Method": "PATCH"}
    options = world.call.client.options("/api/v1/sites/shop/", headers=asked)
    assert (options.status_code, options.content) == (204, b"")
    assert set(options.headers["Allow"].split(", ")) == {"GET", "HEAD", "OPTIONS", "PATCH"}
    refused = world.call.client.put("/api/v1/sites/shop/")
    assert "PATCH" in refused.headers["Allow"]
    for answer in (head, options, refused):
        assert not [name for name in answer.headers if name.lower().startswith("access-control")]


CHECKS: list[Any] = [
    schemathesis.checks.not_a_server_error,
    schemathesis_checks.status_code_conformance,
    schemathesis_checks.content_type_conformance,
    schemathesis_checks.response_schema_conformance,
]


def operations() -> Iterator[Any]:
    told = {**SCHEMA, "components": {**SCHEMA["components"], "schemas": closed(SCHEMA["components"]["schemas"])}}
    loaded = schemathesis.openapi.from_dict(told)
    loaded.app = get_wsgi_application()
    found: Any
    for found in loaded.get_all_operations():
        yield found.ok()


class Undone(Exception):
    pass


@contextmanager
def kept_connection() -> Iterator[None]:
    """Calls share the transaction of the test, as they do through Django's own test client."""
    both = (request_started, request_finished)
    for signal in both:
        signal.disconnect(close_old_connections)
    try:
        yield
    finally:
        for signal in both:
            signal.connect(close_old_connections)


def send_all(operation: Any, world: World) -> None:
    """Ten calls; two of three name records that exist, at the version they have. Each is undone."""
    # The caller names gzip by itself and does not unpack it.
    sign_in = world.call.client.defaults["HTTP_AUTHORIZATION"]
    headers = {"Authorization": sign_in, "Accept-Encoding": "identity"}
    names = world.names["all"] | world.names.get(operation.path.split("/")[3], {})
    record = world.address(re.sub(r"(}/)[^{]+/.*", r"\1", operation.path))
    tag = world.call.get(record).headers.get("ETag", "") if "{" in operation.path else ""
    turns = itertools.count()

    @given(case=operation.as_strategy())
    @settings(max_examples=10, deadline=None, database=None, derandomize=True, suppress_health_check=list(HealthCheck))
    def send(case: Any) -> None:
        if next(turns) % 3:
            case.path_parameters = {name: names[name] for name in case.path_parameters or {}}
            if case.headers and "If-Match" in case.headers:
                case.headers["If-Match"] = tag
            if isinstance(case.body, dict):
                case.body |= {name: value for name, value in world.known.items() if type(case.body.get(name)) is str}
        try:
            with transaction.atomic():
                case.call_and_validate(headers=headers, checks=CHECKS)
                raise Undone
        except Undone:
            pass

    with kept_connection():
        send()


@pytest.mark.walks
def test_whatever_is_sent_the_answer_is_one_that_is_described(world: World) -> None:
    wrong = []
    for operation in operations():
        try:
            send_all(operation, world)
        except Exception as failure:
            wrong.append(f"{operation.method} {operation.path}: {failure!r} {getattr(failure, 'exceptions', '')}")
    assert not wrong, "\n\n".join(wrong)
