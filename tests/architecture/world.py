"""One record of every kind in every state that a route asks for, made by the verbs; `times` makes more of each."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.test import Client

from roadmap.products import actions as roadmap
from roadmap.products.models import RoadmapItem
from tests.callers import Caller
from tests.kept import Kept
from tests.makers import Cast, make_cast, make_user
from tracker.backlog.actions import answer_embed, counter_embed, embed_request, ship_item
from tracker.backlog.models import BacklogItem
from tracker.escalations import actions as cases
from tracker.escalations.models import Condition, Escalation
from tracker.history.actions import add_row
from tracker.history.models import Entry
from tracker.intake import actions as intake
from tracker.intake.expedites import Expedite
from tracker.intake.files import Held, hold_file
from tracker.intake.models import Attachment, HeldMail, WorkRequest
from tracker.integrations import actions as imports
from tracker.integrations import groups, uploads
from tracker.integrations.jira_csv.mapping import mapping_from_values
from tracker.integrations.models import ImportRun, OldTicket
from tracker.kernel import clock
from tracker.kernel.models import Versioned
from tracker.launches.actions import decide_check
from tracker.launches.models import Check
from tracker.measures.actions import add_kpi, retire_kpi
from tracker.notices.actions import receive_mail
from tracker.notices.incoming import read_message
from tracker.notices.mail_links import LIFE, Act, MailLink, sign_link
from tracker.people import actions as people
from tracker.people.models import Firm, Level, User
from tracker.projects import actions as projects
from tracker.projects.models import Capacity, Project
from tracker.promises.actions import copy_calendar, ensure_policies, set_calendar, settle_promises
from tracker.promises.models import Promise, WorkCalendar
from tracker.promises.states import PromiseState
from tracker.sites.actions import add_area, add_freeze, add_site
from tracker.sites.models import Site
from tracker.sites.publishing import open_public_form

CANARY = "Zibbelwort"
"""Stands in every text of the restricted requests and nowhere else."""
PEOPLE = ("cmo", "seo_lead", "content_lead", "analyst", "cto", "platform_lead", "sre", "frontend_lead", "coo", "admin")
NEWCOMER, STRANGER = "newcomer", "stranger"
EVERYBODY = (*PEOPLE, NEWCOMER, STRANGER)
FIXTURES = Path(__file__).parents[1] / "fixtures"
SPANISH = FIXTURES / "jira" / "spanish.csv"
FINDINGS = FIXTURES / "findings" / "hints.csv"
TICKETS = FIXTURES / "findings" / "github_issues.json"
BACKEND = "tracker.web.backend.Backend"
PADDING = 3
OWNERS = (("seo_lead", "business"), ("platform_lead", "delivery"))
Facts = dict[str, Any]


@dataclass
class World:
    """`names` fill the placeholders of the table of routes."""

    cast: Cast
    at: datetime
    names: dict[str, str]
    people: dict[str, User]

    def signed_in(self, name: str) -> Client:
        client = Client()
        if name in self.people:
            client.force_login(self.people[name], BACKEND)
        return client

    def caller(self, name: str) -> Client:
        return Caller(self.people[name]).client if name in self.people else Client()


@Kept
def make_world() -> World:
    return make_world_of(1)


def make_world_of(times: int) -> World:
    cast, at = make_cast(), clock.now()
    _shift_period(cast, at)
    everybody = {name: getattr(cast, name) for name in PEOPLE}
    everybody[NEWCOMER] = make_user("Nobody Yet", "new@lumen.example", [])
    Firm.objects.update_or_create(pk=1, defaults={"name": "Lumen Market", "level": Level.COMPANY})
    _tell_beginnings()
    ensure_policies(at=at)
    world = World(cast, at, {}, everybody)
    maker = Maker(world)
    maker.make_hours()
    maker.make_freeze(2031)
    maker.make_kpi("kpi")
    maker.make_kpi("retired_kpi")
    maker.make_portfolio()
    maker.make_requests()
    maker.make_items()
    maker.make_secrets()
    maker.make_people()
    maker.make_imports()
    maker.make_roadmap()
    maker.make_cases()
    for number in range(PADDING * times):
        maker.pad(number)
    return world


def _shift_period(cast: Cast, at: datetime) -> None:
    """Pages ask for the running quarter."""
    monday = at.date() - timedelta(days=at.weekday())
    cast.period.starts_on, cast.period.ends_on = monday - timedelta(weeks=4), monday + timedelta(weeks=9, days=-1)
    cast.period.save()


def _tell_beginnings() -> None:
    """Makers write rows without history: here each gets its first entry, as the verbs would."""
    for model in Versioned.__subclasses__():
        for pk in model._base_manager.values_list("pk", flat=True):
            Entry.objects.create(
                subject=model.subject, subject_id=pk, version=1, actor="system", verb="make", at=clock.now(), seal=b""
            )


class Maker:
    def __init__(self, world: World) -> None:
        self.world, self.cast, self.at, self.names = world, world.cast, world.at, world.names

    def viewer(self, name: str) -> Any:
        return self.world.people[name].viewer()

    def by(self, name: str) -> dict[str, Any]:
        return {"actor": self.viewer(name), "at": self.at}

    def make_hours(self) -> None:
        """The firm has a day that differs; Web has hours of its own, which are the same, and Mobile has none."""
        firm = WorkCalendar.objects.get(team=None)
        set_calendar(**self.by("coo"), calendar=firm, changes={"days": {"2031-12-30": [[540, 720]]}})
        copy_calendar(**self.by("coo"), team=self.cast.web)

    def project(self, title: str, weeks: str, owner: User | None = None, **more: Any) -> Project:
        made = projects.add_project(**self.by("cto"), title=title, team=self.cast.web, owner=owner, **more)
        if weeks:
            self.estimate(made, weeks)
        return Project.objects.get(pk=made.pk)

    def estimate(self, project: Project, weeks: str, **more: Any) -> None:
        project = Project.objects.get(pk=project.pk)
        facts: Facts = {"team": self.cast.web, "period": self.cast.period, "weeks": Decimal(weeks)}
        projects.set_effort(**self.by("cto"), project=project, expected=None, **facts, **more)

    def make_portfolio(self) -> None:
        cast = self.cast
        legal = self.project("Consent law", "5", cast.platform_lead)
        projects.pin_project(**self.by("cto"), project=legal, reason="law")
        areas = [cast.product_pages]
        self.host = self.project("Product page rewrite", "14", cast.frontend_lead, areas=areas)
        self.edge = self.project("Search service split", "7", cast.platform_lead, areas=areas)
        plain = self.project("Store locator", "5", cast.frontend_lead)
        running = self.project("Loyalty points", "5", cast.frontend_lead)
        projects.start_project(**self.by("cto"), project=running)
        self.weak = self.project("Returns portal", "60", cast.frontend_lead)
        self.pinned = legal
        self.names |= {"host": self.host.key, "edge": self.edge.key, "plain": plain.key, "pinned": legal.key}
        self.names |= {"running": running.key, "weak": self.weak.key}
        later = cast.period.ends_on + timedelta(days=1)
        period: Facts = {"starts_on": later, "ends_on": later + timedelta(days=90)}
        projects.open_period(**self.by("cto"), key="2031-Q2", **period)
        self.names |= {"period": cast.period.key, "next_period": "2031-Q2"}
        self.names["capacity"] = str(Capacity.objects.get(team=cast.web).pk)
        self.names |= {"after_next": str(later + timedelta(days=91)), "end_of_that": str(later + timedelta(days=180))}

    def ask(self, title: str, *, draft: bool = False, by: str = "analyst", word: str = "", **more: Any) -> WorkRequest:
        """Filed, with all that embedding needs."""
        add = intake.draft_request if draft else intake.file_request
        made = add(
            **self.by(by),
            type=self.cast.type,
            title=title,
            area=self.cast.product_pages,
            example_urls=[f"https://lumen.example/p/1?{word}"],
            why=f"Rich results for 48,000 product pages {word}",
            kpi=f"rich-result clicks {word}",
            baseline=Decimal(41200),
            target=Decimal(46144),
            measure_on=(self.at + timedelta(days=90)).date(),
            confidence="guess",
            acceptance_tests=[f"valid items are at least 95 % {word}", f"price is there {word}"],
            how_to_test=f"Rich results test on five pages {word}",
            **more,
        )
        return self.load_ask(made)

    def load_ask(self, ask: WorkRequest) -> WorkRequest:
        return WorkRequest.objects.select_related("type", "area", "team").get(pk=ask.pk)

    def held(self, name: str) -> Held:
        return hold_file(name, None, [b"On Monday."])

    def make_freeze(self, year: int) -> None:
        days: Facts = {"starts_on": date(year, 6, 1), "ends_on": date(year, 6, 8)}
        freeze = add_freeze(**self.by("admin"), site=self.cast.site, reason="The sale", **days)
        self.names.setdefault("freeze", str(freeze.pk))

    def make_kpi(self, name: str, number: int = 0) -> None:
        kpi = add_kpi(**self.by("admin"), name=f"{name} of {number}", unit="clicks")
        if name == "retired_kpi":
            retire_kpi(**self.by("admin"), kpi=kpi)
        self.names.setdefault(name, str(kpi.pk))

    def make_requests(self) -> None:
        asks = {
            name: self.ask(f"Structured data {name}") for name in ("filed", "asked", "accepted", "parked", "declined")
        }
        asks["draft"] = self.ask("Structured data draft", draft=True)
        lead = self.by("platform_lead")
        intake.ask_question(**lead, ask=asks["asked"], question="On which pages?")
        intake.accept_request(**lead, ask=asks["accepted"], effort_weeks=Decimal(3))
        intake.park_request(**lead, ask=asks["parked"], review_on=(self.at + timedelta(days=60)).date(), reason="later")
        intake.decline_request(**lead, ask=asks["declined"], reason="it is there already")
        said = intake.add_comment(**self.by("coo"), ask=asks["filed"], text="Good.")
        (row,) = intake.add_attachments(**self.by("coo"), ask=asks["filed"], files=[self.held("plan.txt")])
        self.names |= {"comment": str(said.pk), "file": str(row.pk)}
        asks |= {name: self.ask(f"Structured data {name}") for name in ("merged", "contested")}
        intake.merge_request(**lead, ask=asks["merged"], into=asks["accepted"])
        intake.decline_request(**lead, ask=asks["contested"], reason="it is there already")
        contested = WorkRequest.objects.get(pk=asks["contested"].pk)
        intake.contest_decision(**self.by("analyst"), ask=contested, reason="It is not.")
        backing = intake.back_request(**self.by("analyst"), ask=asks["accepted"], stake="kpi", kpi="clicks")
        intake.watch_request(**self.by("analyst"), ask=asks["accepted"])
        link, secret = intake.make_follow_link(**self.by("analyst"), ask=asks["asked"], name="Olga")
        self.names |= {"follow_link": str(link.pk), "follow_secret": secret}
        self.names["backing"] = str(backing.pk)
        self.make_letters()
        self.names |= {name: ask.key for name, ask in asks.items()}
        self.make_expedites()

    def make_letters(self) -> None:
        """The form of the shop is open, and one message is held."""
        site = Site.objects.get(pk=self.cast.site.pk)
        open_public_form(**self.by("admin"), site=site, owner=self.cast.analyst)
        letter = (
            b"From: Eve <eve@elsewhere.example>\r\nSubject: Prices\r\nMessage-ID: <1@elsewhere.example>\r\n\r\nLook."
        )
        receive_mail(at=self.at, message=read_message(letter))
        self.names["held_mail"] = str(HeldMail.objects.get().pk)

    def make_expedites(self) -> None:
        """One is fixed, one runs; it leaves the place free, so that another one may be started."""
        for name in ("fixed", "running"):
            given: Facts = {"reason": "Clicks fall.", "owner": self.cast.sre}
            ask = self.ask(f"Structured data {name}")
            row = intake.start_expedite(**self.by("seo_lead"), ask=ask, **given)
            self.names[f"{name}_expedite"] = str(row.pk)
            if name == "fixed":
                intake.fix_expedite(**self.by("sre"), expedite=row, cause="A merge.")
        Expedite.objects.filter(pk=row.pk).update(slot=2)

    def propose(self, ask: WorkRequest, host: Project, by: str = "cmo", **more: Any) -> BacklogItem:
        host = Project.objects.get(pk=host.pk)
        ask = self.load_ask(ask)
        return embed_request(**self.by(by), ask=ask, host=host, added_weeks=Decimal("0.5"), **more)

    def load(self, item: BacklogItem) -> BacklogItem:
        return BacklogItem.objects.select_related("ask__type", "project__owner", "team", "period").get(pk=item.pk)

    def agree(self, item: BacklogItem, **more: Any) -> BacklogItem:
        answer_embed(**self.by("platform_lead"), item=self.load(item), **more)
        return self.load(item)

    def carried(self, title: str, host: Project, **more: Any) -> BacklogItem:
        return self.agree(self.propose(self.ask(title), host), **more)

    def pass_checks(self, item: BacklogItem) -> BacklogItem:
        for check in Check.objects.filter(source=item.key).select_related("project"):
            decide_check(**self.by("platform_lead"), check=check, passed=True, evidence="seen")
        return self.load(item)

    def make_items(self) -> None:
        sre = self.cast.sre
        items = {"proposed": self.propose(self.ask("Structured data proposed"), self.host)}
        items |= {name: self.carried(f"Structured data {name}", self.host, delivery_owner=sre) for name in ("agreed",)}
        items["ready"] = self.pass_checks(self.carried("Structured data ready", self.host, delivery_owner=sre))
        shipped = self.pass_checks(self.carried("Structured data shipped", self.host, delivery_owner=sre))
        ship_item(**self.by("platform_lead"), item=shipped)
        items["shipped"] = shipped
        items["orphan"] = self.carried("Structured data orphan", self.weak, delivery_owner=sre)
        items["countered"] = self.propose(self.ask("Structured data countered"), self.host)
        offer: Facts = {"offer": "A block in the CMS.", "added_weeks": Decimal("0.5")}
        counter_embed(**self.by("platform_lead"), item=self.load(items["countered"]), **offer)
        self.estimate(self.weak, "110", orphans_accepted=True)
        self.names |= {f"{name}_item": item.key for name, item in items.items()}
        self.names |= {f"of_{name}": self.load(item).ask.key for name, item in items.items()}
        self.names["check"] = str(Check.objects.filter(source=items["agreed"].key).order_by("id")[0].pk)

    def make_secrets(self) -> None:
        """Two restricted requests: one waits for triage, the other is carried by a project."""
        kept = self.ask(f"Hidden {CANARY}", word=CANARY)
        intake.restrict_request(**self.by("analyst"), ask=kept)
        intake.add_comment(**self.by("analyst"), ask=kept, text=f"Word {CANARY}")
        carried = self.ask(f"Embedded {CANARY}", word=CANARY)
        intake.restrict_request(**self.by("analyst"), ask=carried)
        item = self.propose(carried, self.pinned, note=f"note {CANARY}")
        item = self.agree(item, conditions=f"if {CANARY}", tracker_key=f"{CANARY}-1")
        files = [self.held(f"{CANARY}.txt")]
        intake.add_comment(**self.by("cmo"), ask=self.load_ask(carried), text=f"Word {CANARY}", files=files)
        self.names["secret_file"] = str(Attachment.objects.get(name=f"{CANARY}.txt").pk)
        self.names |= {"restricted": kept.key, "secret": carried.key, "secret_item": item.key}
        self.names["secret_check"] = str(Check.objects.filter(source=item.key).order_by("id")[0].pk)

    def make_people(self) -> None:
        cast, admin = self.cast, self.by("admin")
        invited = people.invite_person(**admin, email="invited@lumen.example", name="Ida Invited", roles=["marketer"])
        left = people.invite_person(**admin, email="left@lumen.example", name="Leo Left", roles=["engineer"])
        people.deactivate_person(**admin, person=left)
        token, _secret = people.issue_token(**self.by("analyst"), person=cast.analyst, name="of the analyst")
        self.names |= {"sre": str(cast.sre.pk), "invited": str(invited.pk), "left": str(left.pk)}
        self.names |= {name: str(getattr(cast, name).pk) for name in ("admin", "analyst", "frontend_lead")}
        later = self.at.date() + timedelta(days=90)
        absence = people.add_absence(
            **self.by("analyst"), person=cast.analyst, deputy=cast.sre, starts_on=later, ends_on=later
        )
        people.set_rota(**self.by("cto"), team=cast.mobile, people=[cast.sre], starts_on=later)
        self.names |= {"absence": str(absence.pk), "cto": str(cast.cto.pk)}
        waiting = WorkRequest.objects.get(key=self.names["filed"])
        mailed = MailLink(cast.platform_lead.pk, Act.DECLINE, waiting.pk, waiting.version, self.at + LIFE)
        self.names["mail_secret"] = sign_link(mailed)
        own = people.save_view(**self.by("analyst"), name="Waiting", query="state=filed")
        shared = people.save_view(**self.by("analyst"), name="Of Web", query="team=web", shared=True)
        self.names |= {"view": str(own.pk), "shared_view": str(shared.pk)}
        self.names |= {"token": str(token.pk), "web_team": str(cast.web.pk)}
        day = self.at.date() + timedelta(days=45)
        self.names |= {"day": str(day), "type": cast.type.key}
        fields = [{"key": name, "kind": "text", "stage": "", "label": {"en": name}} for name in ("tool", "span")]
        kind = intake.add_request_type(**admin, name={"en": "Voyage"}, fields=fields)
        old = intake.add_request_type(**admin, name={"en": "Fax"})
        intake.retire_request_type(**admin, kind=old)
        self.names |= {"own_type": kind.key, "retired_type": old.key}

    def make_imports(self) -> None:
        self.names["import"] = str(self.upload().pk)
        planned = self.upload()
        mapping = mapping_from_values({"kind": "epic", "types": ["Epic"]})
        lead = self.by("platform_lead")
        imports.map_import(**lead, run=planned, expected=None, mapping=mapping, team=self.cast.web)
        imports.plan_import(**lead, run=planned)
        self.names["planned_import"] = str(planned.pk)
        self.make_findings()

    def make_findings(self) -> None:
        """Checked findings of the analyst, and old tickets: one group to decide about and one that was declined."""
        analyst, lead = self.by("analyst"), self.by("seo_lead")
        found = uploads.upload_findings(**analyst, source="crawl", filename="a.csv", content=FINDINGS.read_bytes())
        imports.plan_import(**analyst, run=found)
        run = uploads.upload_tickets(**lead, source="github", filename="a.json", content=TICKETS.read_bytes())
        imports.plan_import(**lead, run=run)
        imports.run_import(**lead, run=run, ring=False)
        imports.carry_import(run=run.pk)
        more = uploads.upload_tickets(**lead, source="gitlab", filename="b.json", content=TICKETS.read_bytes())
        imports.plan_import(**lead, run=more)
        waiting, declined = (OldTicket.objects.get(external_id=f"lumen/shop#{number}") for number in (7, 10))
        groups.decline_groups(**lead, picks=[declined.pk], reason="superseded")
        self.names |= {
            "planned_findings": str(found.pk),
            "planned_tickets": str(more.pk),
            "ticket": str(waiting.pk),
            "declined_ticket": str(declined.pk),
        }

    def upload(self) -> ImportRun:
        lead = self.by("platform_lead")
        return imports.upload_import(**lead, source="jira", filename="jira.csv", content=SPANISH.read_bytes())

    def make_roadmap(self) -> None:
        """A product of the SEO lead and the head of platform; one item is delivered by what is restricted."""
        cast, cmo = self.cast, self.by("cmo")
        owners: Facts = {"business_owner": cast.seo_lead, "delivery_owner": cast.platform_lead}
        self.product = roadmap.add_product(**cmo, name="Search", vision="Found first.", **owners)
        objective = roadmap.add_objective(**cmo, product=self.product, title="More clicks", kpi="clicks")
        carried, closed = self.plan("Structured data everywhere"), self.plan("Old sitemap")
        self.tie(carried, self.host)
        self.tie(carried, BacklogItem.objects.get(key=self.names["secret_item"]))
        roadmap.close_item(**cmo, plan=self.load_plan(closed), outcome="done")
        link, secret = roadmap.share_roadmap(**cmo, product=self.product)
        self.names |= {"product": self.product.key, "objective": str(objective.pk), "plan": str(carried.pk)}
        self.names |= {"later_plan": str(self.plan("Fewer redirects", "later").pk), "closed_plan": str(closed.pk)}
        self.names |= {"link": str(link.pk), "secret_link": secret}
        self.names |= {name: str(owners[f"{side}_owner"].pk) for name, side in OWNERS}

    def plan(self, title: str, horizon: str = "now") -> RoadmapItem:
        return roadmap.add_roadmap_item(**self.by("cmo"), product=self.product, title=title, horizon=horizon)

    def load_plan(self, plan: RoadmapItem) -> RoadmapItem:
        return RoadmapItem.objects.select_related("product").get(pk=plan.pk)

    def tie(self, plan: RoadmapItem, deliverer: BacklogItem | Project) -> None:
        found = type(deliverer)._base_manager.get(pk=deliverer.pk)
        roadmap.tie_item(**self.by("cmo"), plan=self.load_plan(plan), deliverer=found)

    def raise_case(self, ask: WorkRequest, word: str = "", **more: Any) -> Escalation:
        words: Facts = {
            "reason": "risk",
            "wanted": f"May it be done? {word}",
            "options": [f"yes {word}"],
            "tried": word,
        }
        made = cases.raise_case(**self.by("analyst"), ask=self.load_ask(ask), **words, **more)
        return self.load_case(made)

    def load_case(self, case: Escalation) -> Escalation:
        return Escalation.objects.select_related("ask__type", "ask__area", "ask__team").get(pk=case.pk)

    def settle(self, case: Escalation, word: str = "") -> None:
        day = (self.at + timedelta(days=45)).date()
        cases.settle_case(**self.by("analyst"), case=case, sentence=f"In stages {word}", due_on=day)

    def rule(self, case: Escalation, word: str = "") -> None:
        day = (self.at + timedelta(days=45)).date()
        condition = cases.NewCondition(f"a stop rule {word}", self.cast.sre, day)
        given: Facts = {"kind": "deny", "sentence": f"Not now {word}", "due_on": day, "conditions": [condition]}
        cases.issue_ruling(**self.by("coo"), case=self.load_case(case), rationale=word, accepted_risk=word, **given)

    def docket(self, ask: WorkRequest) -> Escalation:
        line = Escalation(ask=ask, reason="no_answer", origin="breach", created_at=self.at)
        add_row(line, actor="system", at=self.at, verb="docket_case")
        return line

    def break_promise(self, ask: WorkRequest) -> None:
        calendar = WorkCalendar.objects.get(team=None)
        settle_promises(actor_key="system", at=self.at, ended={f"{ask.key}:triage": PromiseState.LIFTED})
        lead, due = self.cast.platform_lead, self.at - timedelta(days=1)
        promise = Promise(
            kind="triage",
            source=f"{ask.key}:triage",
            matter=f"request:{ask.pk}",
            facts={"key": ask.key, "title": ask.title, "url": f"/requests/{ask.key}/"},
            holder=lead,
            team=lead.team,
            side="technology",
            calendar=calendar,
            started_at=self.at - timedelta(days=5),
            minutes=540,
            due_at=due,
            deeds=["breach", "chiefs", "docket"],
            instants=[due, None, None],
            waits=[0, 540, 1080],
            step=1,
            next_at=self.at + timedelta(days=1),
            breached_at=due,
        )
        add_row(promise, actor="system", at=self.at, verb="open_promise")
        self.names |= {"promise": str(promise.pk)}

    def make_cases(self) -> None:
        """One of every state; the restricted one has its word in every text."""
        names = ("case", "offered", "ruled", "line", "late")
        asks = {name: self.ask(f"Structured data {name}") for name in names}
        made = {name: self.raise_case(asks[name]) for name in ("case", "offered", "ruled")}
        self.settle(made["offered"])
        self.rule(made["ruled"])
        made["line"] = self.docket(asks["line"])
        self.break_promise(asks["late"])
        kept = self.ask(f"Stuck {CANARY}", word=CANARY)
        intake.restrict_request(**self.by("analyst"), ask=kept)
        self.break_promise(self.load_ask(kept))
        ruled = self.raise_case(kept, CANARY)
        cases.write_position(**self.by("analyst"), case=ruled, text=f"Do it {CANARY}")
        day = (self.at + timedelta(days=45)).date()
        given: Facts = {"kind": "deny", "sentence": f"Not now {CANARY}", "due_on": day}
        cases.issue_ruling(**self.by("coo"), case=self.load_case(ruled), rationale=CANARY, **given)
        secret = self.raise_case(kept, CANARY)
        cases.write_position(**self.by("analyst"), case=secret, text=f"Do it {CANARY}")
        cases.write_position(**self.by("cto"), case=self.load_case(secret), text=f"Do not {CANARY}")
        self.settle(self.load_case(secret), CANARY)
        self.names |= {f"{name}_case": case.key for name, case in made.items()} | {"secret_case": secret.key}
        self.names["condition"] = str(Condition.objects.get(escalation=made["ruled"]).pk)
        self.names |= {"late": asks["late"].key, "soon": str(self.at.date() + timedelta(days=5))}

    def pad(self, number: int) -> None:
        """One more of everything."""
        cast, admin, cto = self.cast, self.by("admin"), self.by("cto")
        self.make_freeze(2032 + number)
        self.make_kpi("kpi", number + 1)
        self.project(f"More {number}", "0.1", cast.frontend_lead, areas=[cast.product_pages])
        self.project(f"Unestimated {number}", "")
        ask = self.ask(f"Structured data more {number}")
        intake.add_comment(
            **self.by("coo"), ask=WorkRequest.objects.get(key=self.names["filed"]), text=f"Good {number}"
        )
        self.ask(f"Draft more {number}", draft=True)
        asked = self.ask(f"Asked more {number}")
        intake.ask_question(**self.by("platform_lead"), ask=asked, question="Which?")
        self.propose(ask, self.host)
        self.carried(f"Structured data carried {number}", self.host, delivery_owner=cast.sre)
        self.carried(f"Structured data stranded {number}", self.weak, delivery_owner=cast.sre)
        self.raise_case(self.ask(f"Case more {number}"))
        self.rule(self.raise_case(self.ask(f"Ruled more {number}")))
        self.docket(self.ask(f"Line more {number}"))
        self.break_promise(self.ask(f"Late more {number}"))
        accepted = self.ask(f"Accepted more {number}")
        intake.accept_request(**self.by("platform_lead"), ask=accepted, effort_weeks=Decimal(2))
        team = people.add_team(**admin, name=f"Team {number}", side="technology")
        projects.set_capacity(**cto, team=team, period=cast.period, gross=Decimal(10), reserve_percent=Decimal(0))
        person = f"more-{number}@lumen.example"
        people.invite_person(**admin, email=person, name=f"More {number}", roles=["engineer"], team=cast.web)
        people.issue_token(**self.by("analyst"), person=cast.analyst, name=f"more {number}")
        people.save_view(**self.by("analyst"), name=f"more {number}", query="sort=title", shared=True)
        site = add_site(**admin, name=f"Site {number}", url="https://more.example")
        add_area(**admin, site=site, team=cast.web, name=f"Area {number}", pattern="/more/*")
        starts_on = cast.period.ends_on + timedelta(days=1000 + 10 * number)
        year, quarter = 2035 + number // 4, number % 4 + 1
        projects.open_period(
            **cto, key=f"{year}-Q{quarter}", starts_on=starts_on, ends_on=starts_on + timedelta(days=8)
        )
        self.upload()
        roadmap.add_objective(**self.by("cmo"), product=self.product, title=f"Objective {number}")
        self.tie(self.plan(f"Plan {number}", "next"), Project.objects.order_by("-pk")[0])
        self.tie(self.plan(f"Plan of items {number}"), BacklogItem.objects.order_by("-pk")[0])
        roadmap.share_roadmap(**self.by("cmo"), product=self.product)
