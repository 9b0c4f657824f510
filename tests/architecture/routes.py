"""Who may do what on which route: written by hand from the table of powers (docs/reference/powers.md), not from code.

Placeholders are records of tests/architecture/world.py. There the analyst files every request, Web (led by the
platform lead) does the work, the front-end lead owns the host and the SRE delivers what was agreed. Who is not named
on a line may not: they are refused, or do not learn that the record exists, and nothing changes.
"""

from collections.abc import Iterable
from typing import Any

from tests.architecture.walker import Visit
from tests.architecture.world import EVERYBODY, FINDINGS, NEWCOMER, PEOPLE, SPANISH, TICKETS

NOBODY: tuple[str, ...] = ()
ANYBODY = EVERYBODY
COLLEAGUES = PEOPLE
SIGNED_IN = (*PEOPLE, NEWCOMER)
FILERS = tuple(name for name in PEOPLE if name != "admin")
CHIEFS = ("cmo", "cto", "coo")

BACKERS = tuple(name for name in FILERS if name != "coo")

ADMIN = ("admin",)
CTO = ("cto",)
COO = ("coo",)
ESCALATE = ("analyst", "platform_lead", "cmo", "cto")
SPEAK = ("analyst", "platform_lead", "cmo", "cto")
"""Parties: who asks, the lead who decides, and the two chiefs; each for their side."""
REQUESTER = ("analyst",)
TRIAGE = ("platform_lead", "cto")
SEE_RESTRICTED = ("analyst", "platform_lead", *CHIEFS)
EDIT_BUSINESS = ("analyst", "seo_lead", "cmo")
RESTRICT = ("analyst", "seo_lead", "platform_lead", "cto")
PROPOSE = ("analyst", "frontend_lead", "platform_lead", *CHIEFS)
ASK_FOR_RANK = ("analyst", "platform_lead", *CHIEFS)
EMBED_RESTRICTED = ("analyst", "platform_lead", *CHIEFS)
PROJECT = ("frontend_lead", "platform_lead", "cto")
DELIVER = ("sre", "frontend_lead", "platform_lead", "cto")
AGREE_TO_DROP = ("analyst", "cmo")
MEASURE = ("analyst", "seo_lead", "cmo")
SITES = ("cmo", "cto", "admin")
AREAS_OF_WEB = ("platform_lead", "cmo", "cto", "admin")
HOURS_OF_WEB = ("platform_lead", *CHIEFS, "admin")
KEEP_SHARED = ("analyst", "admin")
"""Its owner, and an administrator what is shared."""
LEADS = ("seo_lead", "content_lead", "platform_lead")
IMPORTS_OF_WEB = ("platform_lead", *CHIEFS, "admin")
OLD_TICKETS = ("seo_lead", "content_lead", "platform_lead", "cmo", "cto", "admin")
ROADMAP = ("seo_lead", "platform_lead", *CHIEFS)
"""The owners of the product and those above."""
ADD_PROJECTS = (*LEADS, "sre", "frontend_lead", "cto")
"""Of their own: engineers what they own, leads what their team does."""


def may(who: Iterable[str], line: str, *, writes: bool | None = None, told: Iterable[int] = (), **body: Any) -> Visit:
    """`line` is the method and the path; what is sent to be changed has to change, what is read has to change nothing."""
    method, path = line.split(" ", 1)
    changes = (method != "GET") if writes is None else writes
    return Visit(method, path, frozenset(who), body, changes, frozenset(told))


def either(visit: Visit) -> Visit:
    """It may change something and need not."""
    return Visit(visit.method, visit.path, visit.who, visit.body, None, visit.told)


Body = dict[str, Any]

PERSON: Body = {"name": "Max O. Orlov", "email": "sre@lumen.example", "title": "SRE", "team": "web"}
INVITATION: Body = {"name": "Nina New", "email": "nina@lumen.example", "roles": ["engineer"]}
SITE: Body = {"name": "Blog", "url": "https://blog.lumen.example"}
AREA: Body = {"name": "Basket", "pattern": "/basket/*", "team": "web"}
TYPE: Body = {"name_en": "Letters", "name_ru": "Письма"}
FIELD: Body = {"label_en": "Vendor", "kind": "text", "stage": "filing"}
TERMS: Body = {"days": "2", "reminders": "40, 80", "chiefs_after": "1", "docket_after": "1"}
HOURS: Body = {"zone": "Europe/Moscow", "country": "RU", "monday": "9:00–13:00, 14:00–18:00"}
DAY_OFF: Body = {"on": "2031-12-31", "hours": ""}
TEAM: Body = {"name": "Growth", "side": "marketing"}
CAPACITY: Body = {"gross": "160", "reserve_percent": "25", "allowance": "0"}
PERIOD: Body = {"key": "2031-Q3", "starts_on": "{after_next}", "ends_on": "{end_of_that}"}
REQUEST: Body = {"type": "{type}", "title": "Prices in results", "area": "product-pages", "why": "More clicks"}
MAPPING: Body = {"kind": "epic", "types": ["Epic"], "team": "web", "default_stage": "planned"}
EXAMPLES = ["https://lumen.example/p/7"]
OWNED_BY_SRE: Body = {"title": "Edge cache", "owner": "{sre}"}
EMBED: Body = {"host": "{host}", "added_weeks": "1.5"}
WANTED: Body = {"reason": "risk", "wanted": "May it be done?"}
RULING: Body = {"kind": "deny", "sentence": "Not now.", "due_on": "{day}"}
OUTRANK: Body = {"after": "{edge}", "weeks": "2", "orphans_accepted": True}

PRODUCT: Body = {"name": "Content", "business_owner": "{seo_lead}", "delivery_owner": "{platform_lead}"}
OBJECTIVE: Body = {"title": "Half the errors", "kpi": "errors", "baseline": "40", "target": "20"}
PLAN: Body = {"title": "Prices in results", "origin": "search"}

PAGES = [
    may(ANYBODY, "GET /healthz"),
    may(ANYBODY, "GET /readyz"),
    may(NOBODY, "GET /elements/"),
    may(SIGNED_IN, "GET /"),
    may(SIGNED_IN, "GET /search/?q=data"),
    may(SIGNED_IN, "GET /help/words/"),
    may(SIGNED_IN, "POST /preview/?of=why", writes=False, why="More clicks"),
    may(SIGNED_IN, "GET /day/?of=until&until=2027-01-04"),
    may(SIGNED_IN, "GET /live/?of=request"),
    # People, teams, sites, the own profile, the firm
    may(ADMIN, "GET /people/"),
    may(SIGNED_IN, "GET /people/mentions/?q=a"),
    may(ADMIN, "GET /people/invite/"),
    may(ADMIN, "POST /people/invite/", **INVITATION, language="en"),
    may(ADMIN, "GET /people/{sre}/"),
    may(ADMIN, "GET /people/{sre}/edit/"),
    may(ADMIN, "POST /people/{sre}/edit/", **PERSON),
    may(ADMIN, "POST /people/{sre}/roles/", roles=["engineer", "lead"]),
    may(ADMIN, "POST /people/{sre}/deactivate/"),
    may(ADMIN, "POST /people/{left}/reactivate/"),
    may(ADMIN, "POST /people/{invited}/invite/"),
    may(COLLEAGUES, "GET /teams/"),
    may(SITES, "GET /teams/new/"),
    may(SITES, "POST /teams/new/", **TEAM),
    may(SITES, "GET /teams/web/edit/"),
    may(SITES, "POST /teams/web/edit/", name="Web and more", side="technology"),
    may(COLLEAGUES, "GET /sites/"),
    may(SITES, "GET /sites/new/"),
    may(SITES, "POST /sites/new/", **SITE),
    may(SITES, "GET /sites/shop/edit/"),
    may(SITES, "POST /sites/shop/edit/", **SITE),
    may((*LEADS, *SITES), "GET /sites/shop/areas/new/"),
    may(AREAS_OF_WEB, "POST /sites/shop/areas/new/", told=[422], **AREA),
    may(AREAS_OF_WEB, "GET /areas/product-pages/edit/"),
    may(AREAS_OF_WEB, "POST /areas/product-pages/edit/", **AREA),
    may(SITES, "GET /types/"),
    may(SITES, "GET /types/new/"),
    may(SITES, "POST /types/new/", **TYPE),
    may(SITES, "GET /types/{own_type}/"),
    may(SITES, "GET /types/{own_type}/edit/"),
    may(SITES, "POST /types/{own_type}/edit/", **TYPE),
    may(SITES, "POST /types/{own_type}/move/", way="up"),
    may(SITES, "POST /types/{own_type}/retire/"),
    may(SITES, "POST /types/{retired_type}/restore/"),
    may(SITES, "GET /types/{own_type}/fields/new/"),
    may(SITES, "POST /types/{own_type}/fields/new/", **FIELD),
    may(SITES, "GET /types/{own_type}/fields/tool/edit/"),
    may(SITES, "POST /types/{own_type}/fields/tool/edit/", **FIELD),
    may(SITES, "POST /types/{own_type}/fields/tool/move/", way="down"),
    may(SITES, "POST /types/{own_type}/fields/tool/remove/"),
    may(SIGNED_IN, "GET /profile/"),
    may(SIGNED_IN, "POST /profile/", name="Somebody Else", language="en", time_zone="UTC"),
    may(SIGNED_IN, "GET /profile/tokens/"),
    may(SIGNED_IN, "POST /profile/tokens/new/", name="sheets", scopes=["read"], days="30"),
    may(REQUESTER, "POST /profile/tokens/{token}/revoke/"),
    may(ADMIN, "GET /settings/"),
    may(ADMIN, "GET /status/"),
    either(may(ADMIN, "POST /status/mails/")),
    # Policies and working hours
    may(SIGNED_IN, "GET /policies/"),
    may(CHIEFS, "GET /policies/triage/edit/"),
    may(CHIEFS, "POST /policies/triage/edit/", **TERMS),
    may(COLLEAGUES, "GET /calendars/"),
    may(COLLEAGUES, "GET /calendars/firm/"),
    may(CHIEFS, "POST /calendars/firm/", **HOURS),
    may(CHIEFS, "POST /calendars/firm/days/", **DAY_OFF),
    may(CHIEFS, "POST /calendars/firm/days/remove/", on="2031-12-30"),
    may(COLLEAGUES, "GET /calendars/teams/web/"),
    may(HOURS_OF_WEB, "POST /calendars/teams/web/", **HOURS),
    may(HOURS_OF_WEB, "POST /calendars/teams/web/days/", **DAY_OFF),
    may(HOURS_OF_WEB, "POST /calendars/teams/web/days/remove/", on="2031-12-30"),
    may((*CHIEFS, "admin"), "POST /calendars/teams/mobile/own/"),
    may(ADMIN, "POST /settings/", name="Lumen"),
    may(ADMIN, "GET /settings/level/"),
    may(ADMIN, "POST /settings/level/", level="team"),
    may(NOBODY, "GET /settings/demo/"),
    may(NOBODY, "POST /settings/demo/", name="Lumen Market"),
    may(ANYBODY, "POST /language/", writes=False, language="ru", next="/profile/"),
    may(NOBODY, "GET /demo/sign-in/"),
    may(NOBODY, "POST /demo/sign-in/", email="cto@lumen.example"),
    may(NOBODY, "GET /start/"),
    may(
        NOBODY, "POST /start/", name="Eve", email="eve@lumen.example", password="a long password of hers", firm="Eve's"
    ),
    may(ADMIN, "GET /start/next/"),
    may(ADMIN, "POST /start/next/", writes=False),
    may(ADMIN, "POST /start/hide/"),
    may(ADMIN, "POST /start/show/", writes=False),
    may(ADMIN, "POST /start/demo/", writes=False),
    # Imports
    may(COLLEAGUES, "GET /imports/"),
    may((*LEADS, *CHIEFS, "admin"), "GET /imports/new/"),
    may((*LEADS, *CHIEFS, "admin"), "POST /imports/new/", file=SPANISH.read_bytes(), source="jira"),
    may(IMPORTS_OF_WEB, "GET /imports/{import}/"),
    may(IMPORTS_OF_WEB, "GET /imports/{planned_import}/"),
    may(IMPORTS_OF_WEB, "GET /imports/{import}/columns/"),
    may(IMPORTS_OF_WEB, "POST /imports/{import}/columns/"),
    may(IMPORTS_OF_WEB, "GET /imports/{import}/mapping/"),
    may(IMPORTS_OF_WEB, "POST /imports/{import}/mapping/", **MAPPING),
    may(IMPORTS_OF_WEB, "POST /imports/{planned_import}/dates/", date_order="day_first"),
    may(IMPORTS_OF_WEB, "POST /imports/{planned_import}/start/"),
    may(IMPORTS_OF_WEB, "GET /imports/{planned_import}/progress/"),
    may(FILERS, "GET /imports/findings/"),
    may(FILERS, "POST /imports/findings/", file=FINDINGS.read_bytes(), source="crawl"),
    may(REQUESTER, "GET /imports/{planned_findings}/"),
    may(REQUESTER, "GET /imports/{planned_findings}/columns/"),
    may(REQUESTER, "POST /imports/{planned_findings}/columns/", issue="0"),
    may(REQUESTER, "POST /imports/{planned_findings}/anew/", urls="5", share="0", priority="low"),
    may(REQUESTER, "POST /imports/{planned_findings}/start/"),
    may(OLD_TICKETS, "GET /imports/tickets/"),
    may(OLD_TICKETS, "POST /imports/tickets/", file=TICKETS.read_bytes(), source="github"),
    may(OLD_TICKETS, "GET /tickets/"),
    may(OLD_TICKETS, "GET /tickets/{ticket}/"),
    may(OLD_TICKETS, "GET /tickets/decide/?do=decline&pick={ticket}"),
    may(OLD_TICKETS, "POST /tickets/decide/", do="decline", pick=["{ticket}"], reason="superseded"),
    may(OLD_TICKETS, "POST /tickets/{declined_ticket}/reopen/"),
    # Requests
    may(COLLEAGUES, "GET /requests/"),
    may(FILERS, "GET /requests/new/"),
    may(FILERS, "POST /requests/new/", **REQUEST, example_urls=EXAMPLES[0]),
    may(FILERS, "GET /requests/similar/?title=structured+data&area=product-pages"),
    may(FILERS, "GET /requests/questions/?type=structured-data"),
    may(COLLEAGUES, "GET /requests/{filed}/"),
    may(REQUESTER, "GET /requests/{draft}/"),
    may(SEE_RESTRICTED, "GET /requests/{restricted}/"),
    may(SEE_RESTRICTED, "GET /requests/{secret}/"),
    may(EDIT_BUSINESS, "GET /requests/{filed}/edit/"),
    may(EDIT_BUSINESS, "POST /requests/{filed}/edit/", **REQUEST, example_urls=EXAMPLES[0]),
    may(REQUESTER, "POST /requests/{draft}/edit/", **REQUEST, example_urls=EXAMPLES[0]),
    may(["analyst", "cmo"], "POST /requests/{restricted}/edit/", **REQUEST, example_urls=EXAMPLES[0]),
    may(COLLEAGUES, "GET /requests/{filed}/comment/"),
    may(FILERS, "POST /requests/{filed}/comment/", text="Why not sooner?"),
    may(SEE_RESTRICTED, "POST /requests/{restricted}/comment/", text="Why not sooner?"),
    may(COO, "GET /requests/{filed}/comments/{comment}/edit/"),
    may(COO, "POST /requests/{filed}/comments/{comment}/edit/", text="Good, but not before March."),
    may(COLLEAGUES, "GET /requests/{filed}/files/{file}/"),
    may(SEE_RESTRICTED, "GET /requests/{secret}/files/{secret_file}/"),
    may(("platform_lead", "cto", "coo"), "POST /requests/{filed}/files/{file}/remove/"),
    may(FILERS, "POST /files/", writes=False, file=b"On Monday."),
    may(REQUESTER, "GET /requests/{draft}/file/"),
    may(REQUESTER, "POST /requests/{draft}/file/"),
    may(COLLEAGUES, "GET /requests/{filed}/accept/"),
    may(TRIAGE, "POST /requests/{filed}/accept/", size="M"),
    may(TRIAGE, "POST /requests/{restricted}/accept/", size="M"),
    may(COLLEAGUES, "GET /requests/{filed}/ask/"),
    may(TRIAGE, "POST /requests/{filed}/ask/", question="On which pages?"),
    may(COLLEAGUES, "GET /requests/{asked}/answer/"),
    may(REQUESTER, "POST /requests/{asked}/answer/", answer="On all of them."),
    may(COLLEAGUES, "GET /requests/{filed}/decline/"),
    may(TRIAGE, "POST /requests/{filed}/decline/", reason="It is there."),
    may(COLLEAGUES, "GET /requests/{filed}/park/"),
    may(TRIAGE, "POST /requests/{filed}/park/", review_on="{day}"),
    may(COLLEAGUES, "GET /requests/{parked}/return/"),
    may(TRIAGE, "POST /requests/{parked}/return/"),
    may(COLLEAGUES, "GET /requests/{filed}/merge/"),
    may(TRIAGE, "POST /requests/{filed}/merge/", into="{accepted}"),
    may(COLLEAGUES, "GET /requests/{merged}/unmerge/"),
    may(TRIAGE, "POST /requests/{merged}/unmerge/"),
    may(COLLEAGUES, "GET /requests/{declined}/contest/"),
    may(REQUESTER, "POST /requests/{declined}/contest/", reason="It is on every page."),
    may(COLLEAGUES, "GET /requests/{contested}/answer-contest/"),
    may(CTO, "POST /requests/{contested}/answer-contest/", upholds="no", reason="They are right."),
    may(COLLEAGUES, "GET /requests/{filed}/back/"),
    may(BACKERS, "POST /requests/{filed}/back/", stake="kpi", kpi="clicks"),
    may(REQUESTER, "POST /requests/{accepted}/backings/{backing}/withdraw/"),
    may(COLLEAGUES, "POST /requests/{filed}/watch/"),
    may(SEE_RESTRICTED, "POST /requests/{restricted}/watch/"),
    may(COLLEAGUES, "POST /requests/{filed}/mute/"),
    may((*LEADS, "cto"), "GET /requests/selected/?do=decline&pick={filed}&pick={accepted}"),
    may(FILERS, "GET /requests/selected/?do=withdraw&pick={filed}&pick={accepted}"),
    may(FILERS, "GET /requests/selected/?do=move&pick={filed}"),
    may(TRIAGE, "POST /requests/selected/", do="decline", seen="{filed}:1", reason="It is there."),
    may(TRIAGE, "POST /requests/selected/undo/", do="return", seen="{parked}:2"),
    may(COLLEAGUES, "GET /requests/{filed}/withdraw/"),
    may(REQUESTER, "POST /requests/{filed}/withdraw/"),
    may(COLLEAGUES, "GET /requests/{filed}/effort/"),
    may(TRIAGE, "POST /requests/{filed}/effort/", weeks="2.5"),
    may(COLLEAGUES, "GET /requests/{filed}/restrict/"),
    may(RESTRICT, "POST /requests/{filed}/restrict/"),
    may(SEE_RESTRICTED, "GET /requests/{restricted}/open/"),
    may(["analyst", "platform_lead", "cto"], "POST /requests/{restricted}/open/"),
    may(COLLEAGUES, "GET /requests/{accepted}/embed/"),
    may(PROPOSE, "POST /requests/{accepted}/embed/", **EMBED),
    may(EMBED_RESTRICTED, "POST /requests/{restricted}/embed/", **EMBED),
    may(CTO, "GET /requests/{accepted}/outrank/"),
    may(CTO, "POST /requests/{accepted}/outrank/", after="{edge}", weeks="2", owner="{sre}", orphans_accepted="1"),
    either(may(ASK_FOR_RANK, "POST /requests/{accepted}/ask-rank/")),
    may((*LEADS, "cto"), "GET /triage/"),
    may(COLLEAGUES, "GET /requests/?group=team&columns=state&columns=age"),
    may(COLLEAGUES, "GET /views/"),
    may(COLLEAGUES, "GET /views/new/?of=state%3Dfiled"),
    may(COLLEAGUES, "POST /views/new/", name="To triage", query="state=filed", shared="on", is_default="on"),
    may(REQUESTER, "GET /views/{view}/edit/"),
    may(REQUESTER, "POST /views/{view}/edit/", name="Mine", is_default="on"),
    may(KEEP_SHARED, "GET /views/{shared_view}/edit/"),
    may(KEEP_SHARED, "POST /views/{shared_view}/edit/", name="Ours"),
    may(KEEP_SHARED, "POST /views/{shared_view}/replace/", query="state=filed&group=team"),
    may(REQUESTER, "POST /views/{view}/delete/"),
    may(KEEP_SHARED, "POST /views/{shared_view}/delete/"),
    # The backlog
    may(COLLEAGUES, "GET /backlog/"),
    may(COLLEAGUES, "GET /backlog/{agreed_item}/"),
    may(SEE_RESTRICTED, "GET /backlog/{secret_item}/"),
    may(PROJECT, "GET /backlog/{proposed_item}/answer/"),
    may(PROJECT, "POST /backlog/{proposed_item}/answer/", answer="agree", added_weeks="1.5"),
    may(COLLEAGUES, "GET /backlog/{orphan_item}/rehome/"),
    may(PROPOSE, "POST /backlog/{orphan_item}/rehome/", **EMBED),
    may(PROJECT, "POST /backlog/{agreed_item}/move/"),
    may(DELIVER, "POST /backlog/{agreed_item}/checks/{check}/", passed="yes", evidence="seen"),
    may(["platform_lead", "cto"], "POST /backlog/{secret_item}/checks/{secret_check}/", passed="yes", evidence="seen"),
    may(DELIVER, "POST /backlog/{agreed_item}/start/"),
    may(DELIVER, "POST /backlog/{ready_item}/ship/"),
    may(AGREE_TO_DROP, "POST /backlog/{agreed_item}/drop/"),
    may(AGREE_TO_DROP, "POST /backlog/{proposed_item}/drop/"),
    may(MEASURE, "POST /backlog/{shipped_item}/measure/", outcome="met", value="46000"),
    may(DELIVER, "POST /backlog/{agreed_item}/tracker-key/", tracker_key="WEB-77"),
    may(SIGNED_IN, "GET /notices/"),
    may(SIGNED_IN, "GET /notices/mail/"),
    may(SIGNED_IN, "POST /notices/mail/", turn="daily", news="never", hour="7"),
    either(may(SIGNED_IN, "POST /notices/read/")),
    # The docket, cases, limbo
    may(COLLEAGUES, "GET /docket/"),
    may(COLLEAGUES, "GET /limbo/"),
    may(COLLEAGUES, "GET /cases/{case_case}/"),
    may(COLLEAGUES, "GET /cases/{ruled_case}/"),
    may(SEE_RESTRICTED, "GET /cases/{secret_case}/"),
    may(ESCALATE, "GET /requests/{filed}/escalate/"),
    may(ESCALATE, "POST /requests/{filed}/escalate/", **WANTED),
    may(COO, "POST /requests/{filed}/take-up/"),
    may(COO, "POST /cases/{line_case}/take-up/"),
    may(COO, "POST /cases/{case_case}/take-up/"),
    may(SPEAK, "POST /cases/{case_case}/position/", text="Do it.", accepts=["grant"]),
    may(SPEAK, "POST /cases/{secret_case}/settle/", sentence="In stages.", due_on="{day}"),
    may(SPEAK, "POST /cases/{case_case}/settle/", sentence="In stages.", due_on="{day}"),
    may(["platform_lead", "cto"], "POST /cases/{offered_case}/confirm/", told=[422]),
    may(COO, "POST /cases/{case_case}/rule/", **RULING, effects_deny='[{{"effect": "decline"}}]'),
    may(COO, "POST /cases/{case_case}/send-back/", sentence="Ask your lead."),
    may(REQUESTER, "POST /cases/{case_case}/withdraw/", reason="We talked."),
    may(["sre", "coo"], "POST /cases/{ruled_case}/conditions/{condition}/meet/", note="seen"),
    may(["platform_lead"], "POST /requests/{late}/acknowledge/", until="{soon}"),
    # Projects, the line, capacities
    may(COLLEAGUES, "GET /line/"),
    may(COLLEAGUES, "GET /line/?team=web&all=1"),
    may(COLLEAGUES, "GET /line/?team=web&as=svg"),
    may(COLLEAGUES, "GET /capacity/"),
    may(COLLEAGUES, "GET /capacity/?as=svg"),
    may(CTO, "GET /capacity/quarter/"),
    may(CTO, "POST /capacity/quarter/", **PERIOD),
    may(CTO, "GET /capacity/web/{period}/"),
    may(CTO, "GET /capacity/web/{period}/?gross=90&reserve_percent=25&allowance=0&people=-2"),
    may(CTO, "POST /capacity/web/{period}/", **CAPACITY),
    may(COLLEAGUES, "GET /projects/"),
    may(ADD_PROJECTS, "GET /projects/new/"),
    may(["sre", "platform_lead", "cto"], "POST /projects/new/", **OWNED_BY_SRE, team="{web_team}"),
    may(COLLEAGUES, "GET /projects/{host}/"),
    may(COLLEAGUES, "GET /projects/{pinned}/"),
    may(PROJECT, "GET /projects/{host}/edit/"),
    may(PROJECT, "POST /projects/{host}/edit/", title="Rewrite", owner="{frontend_lead}", team="{web_team}"),
    may(PROJECT, "POST /projects/{plain}/effort/", team="web", period="{period}", weeks="6"),
    may(CTO, "POST /projects/{edge}/move/", after="{pinned}", team="web"),
    may(CTO, "POST /projects/{plain}/pin/", reason="law"),
    may(CTO, "POST /projects/{pinned}/unpin/"),
    may(PROJECT, "POST /projects/{plain}/start/"),
    may(PROJECT, "POST /projects/{running}/launch/"),
    may(PROJECT, "POST /projects/{plain}/drop/"),
    # The roadmap
    may(COLLEAGUES, "GET /roadmap/"),
    may(COLLEAGUES, "GET /roadmap/{product}/"),
    may(COLLEAGUES, "GET /roadmap/{product}/?move={plan}"),
    may(COLLEAGUES, "GET /roadmap/{product}/timeline/"),
    may(COLLEAGUES, "GET /roadmap/{product}/timeline/?as=svg"),
    may(CHIEFS, "GET /roadmap/products/new/"),
    may(CHIEFS, "POST /roadmap/products/new/", **PRODUCT),
    may(ROADMAP, "GET /roadmap/{product}/edit/"),
    may(ROADMAP, "POST /roadmap/{product}/edit/", **PRODUCT),
    may(ROADMAP, "GET /roadmap/{product}/objectives/new/"),
    may(ROADMAP, "POST /roadmap/{product}/objectives/new/", **OBJECTIVE),
    may(ROADMAP, "GET /roadmap/objectives/{objective}/edit/"),
    may(ROADMAP, "POST /roadmap/objectives/{objective}/edit/", **OBJECTIVE),
    may(ROADMAP, "GET /roadmap/{product}/items/new/"),
    may(ROADMAP, "POST /roadmap/{product}/items/new/", **PLAN, horizon="next"),
    may(COLLEAGUES, "GET /roadmap/items/{plan}/"),
    may(COLLEAGUES, "GET /roadmap/items/{closed_plan}/"),
    may(ROADMAP, "GET /roadmap/items/{plan}/edit/"),
    may(ROADMAP, "POST /roadmap/items/{plan}/edit/", **PLAN),
    may(ROADMAP, "POST /roadmap/items/{plan}/move/", after="{later_plan}"),
    may(ROADMAP, "POST /roadmap/items/{plan}/tie/", key="{edge}"),
    may(ROADMAP, "POST /roadmap/items/{plan}/untie/", key="{host}"),
    may(ROADMAP, "POST /roadmap/items/{plan}/close/", outcome="dropped", reason="No money."),
    may(ROADMAP, "GET /roadmap/{product}/links/"),
    may(ROADMAP, "POST /roadmap/{product}/links/new/", days="30"),
    may(ROADMAP, "POST /roadmap/links/{link}/revoke/"),
    may(ANYBODY, "GET /shared/{secret_link}/"),
    # Signing in; the sign-in library's own forms
    either(may(ANYBODY, "GET /accounts/login/")),
    may(ANYBODY, "POST /accounts/login/", writes=False, login="cto@lumen.example", password="wrong"),
    may(ANYBODY, "GET /accounts/logout/"),
    may(ANYBODY, "POST /accounts/logout/", writes=False),
    may(ANYBODY, "GET /accounts/inactive/"),
    may(SIGNED_IN, "GET /accounts/password/change/"),
    may(SIGNED_IN, "POST /accounts/password/change/", writes=False),
    may(SIGNED_IN, "GET /accounts/password/set/"),
    may(SIGNED_IN, "POST /accounts/password/set/", password1="a long new password", password2="a long new password"),
    may(ANYBODY, "GET /accounts/password/reset/"),
    may(ANYBODY, "POST /accounts/password/reset/", writes=False, email="cto@lumen.example"),
    may(ANYBODY, "GET /accounts/password/reset/done/"),
    may(ANYBODY, "GET /accounts/password/reset/key/done/"),
    may(ANYBODY, "GET /accounts/password/reset/key/1-set-password/"),
    may(ANYBODY, "POST /accounts/password/reset/key/1-guessed/", writes=False, password1="x" * 12, password2="x" * 12),
]

API = [
    may(ANYBODY, "GET /api/v1/schema/"),
    may(ANYBODY, "GET /api/v1/docs/"),
    # People, teams, sites, areas, history
    may(SIGNED_IN, "GET /api/v1/notices/"),
    either(may(SIGNED_IN, "POST /api/v1/notices/read/")),
    may(SIGNED_IN, "GET /api/v1/promises/"),
    may((*CHIEFS, "platform_lead"), "GET /api/v1/promises/{promise}/"),
    may(SIGNED_IN, "GET /api/v1/policies/"),
    may(SIGNED_IN, "GET /api/v1/policies/triage/"),
    may(CHIEFS, "PATCH /api/v1/policies/triage/", days="2"),
    may(SIGNED_IN, "GET /api/v1/views/"),
    may(COLLEAGUES, "POST /api/v1/views/", name="To triage", query="state=filed"),
    may(REQUESTER, "GET /api/v1/views/{view}/"),
    may(COLLEAGUES, "GET /api/v1/views/{shared_view}/"),
    may(REQUESTER, "PATCH /api/v1/views/{view}/", name="Mine", default=True),
    may(KEEP_SHARED, "PATCH /api/v1/views/{shared_view}/", name="Ours"),
    may(REQUESTER, "POST /api/v1/views/{view}/delete/"),
    may(KEEP_SHARED, "POST /api/v1/views/{shared_view}/delete/"),
    may(SIGNED_IN, "GET /api/v1/sites/"),
    may(SITES, "POST /api/v1/sites/", **SITE),
    may(COLLEAGUES, "GET /api/v1/sites/shop/"),
    may(SITES, "PATCH /api/v1/sites/shop/", name="Shop"),
    may(SIGNED_IN, "GET /api/v1/areas/"),
    may(AREAS_OF_WEB, "POST /api/v1/areas/", **AREA, site="shop"),
    may(COLLEAGUES, "GET /api/v1/areas/product-pages/"),
    may(AREAS_OF_WEB, "PATCH /api/v1/areas/product-pages/", url_count=48_001),
    may(SIGNED_IN, "GET /api/v1/people/"),
    may(ADMIN, "POST /api/v1/people/", **INVITATION),
    may(COLLEAGUES, "GET /api/v1/people/{sre}/"),
    may(ADMIN, "PATCH /api/v1/people/{sre}/", title="Head of SRE"),
    may(ADMIN, "POST /api/v1/people/{sre}/roles/", roles=["engineer", "lead"]),
    may(ADMIN, "POST /api/v1/people/{sre}/deactivate/"),
    may(ADMIN, "POST /api/v1/people/{left}/reactivate/"),
    may(ADMIN, "POST /api/v1/people/{invited}/invite/"),
    may(SIGNED_IN, "GET /api/v1/teams/"),
    may(SITES, "POST /api/v1/teams/", **TEAM),
    may(COLLEAGUES, "GET /api/v1/teams/web/"),
    may(SITES, "PATCH /api/v1/teams/web/", name="Web and more"),
    may(SIGNED_IN, "GET /api/v1/history/?subject=request"),
    # Requests
    may(SIGNED_IN, "GET /api/v1/request-types/"),
    may(COLLEAGUES, "GET /api/v1/request-types/{type}/"),
    may(SITES, "POST /api/v1/request-types/", name={"en": "Fax line"}),
    may(SITES, "PATCH /api/v1/request-types/{own_type}/", name={"en": "Journey"}),
    may(SITES, "POST /api/v1/request-types/{own_type}/move/", up=True),
    may(SITES, "POST /api/v1/request-types/{own_type}/retire/"),
    may(SITES, "POST /api/v1/request-types/{retired_type}/restore/"),
    may(SIGNED_IN, "GET /api/v1/requests/"),
    may(FILERS, "POST /api/v1/requests/", **REQUEST, example_urls=EXAMPLES),
    may(COLLEAGUES, "GET /api/v1/requests/{filed}/"),
    may(REQUESTER, "GET /api/v1/requests/{draft}/"),
    may(SEE_RESTRICTED, "GET /api/v1/requests/{restricted}/"),
    may(EDIT_BUSINESS, "PATCH /api/v1/requests/{filed}/", target="47000"),
    may(EDIT_BUSINESS, "PATCH /api/v1/requests/{filed}/", title="Structured data, all of it"),
    may(REQUESTER, "PATCH /api/v1/requests/{draft}/", title="Structured data, all of it"),
    may(["analyst", "cmo"], "PATCH /api/v1/requests/{restricted}/", title="Structured data, all of it"),
    may(COLLEAGUES, "GET /api/v1/requests/{filed}/missing/"),
    may(REQUESTER, "GET /api/v1/requests/{draft}/missing/"),
    may(SEE_RESTRICTED, "GET /api/v1/requests/{restricted}/missing/"),
    may(COLLEAGUES, "GET /api/v1/requests/{filed}/comments/"),
    may(SEE_RESTRICTED, "GET /api/v1/requests/{restricted}/comments/"),
    may(FILERS, "POST /api/v1/requests/{filed}/comments/", text="Why not sooner?"),
    may(SEE_RESTRICTED, "POST /api/v1/requests/{restricted}/comments/", text="Why not sooner?"),
    may(COLLEAGUES, "GET /api/v1/requests/{filed}/comments/{comment}/"),
    may(COO, "PATCH /api/v1/requests/{filed}/comments/{comment}/", text="Good, but not before March."),
    may(COLLEAGUES, "GET /api/v1/requests/{filed}/attachments/"),
    may(SEE_RESTRICTED, "GET /api/v1/requests/{secret}/attachments/"),
    may(FILERS, "POST /api/v1/requests/{filed}/attachments/", file=b"On Tuesday."),
    may(COLLEAGUES, "GET /api/v1/requests/{filed}/attachments/{file}/"),
    may(SEE_RESTRICTED, "GET /api/v1/requests/{secret}/attachments/{secret_file}/"),
    may(("platform_lead", "cto", "coo"), "POST /api/v1/requests/{filed}/attachments/{file}/remove/"),
    may(REQUESTER, "POST /api/v1/requests/{draft}/file/"),
    may(TRIAGE, "POST /api/v1/requests/{filed}/ask/", question="On which pages?"),
    may(REQUESTER, "POST /api/v1/requests/{asked}/answer/", answer="On all of them."),
    may(TRIAGE, "POST /api/v1/requests/{filed}/accept/", effort_weeks="3"),
    may(TRIAGE, "POST /api/v1/requests/{restricted}/accept/", effort_weeks="3"),
    may(TRIAGE, "POST /api/v1/requests/{filed}/decline/", reason="It is there."),
    may(TRIAGE, "POST /api/v1/requests/{filed}/park/", review_on="{day}"),
    may(TRIAGE, "POST /api/v1/requests/{parked}/return/"),
    may(TRIAGE, "POST /api/v1/requests/{filed}/merge/", into="{accepted}"),
    may(TRIAGE, "POST /api/v1/requests/{merged}/unmerge/"),
    may(REQUESTER, "POST /api/v1/requests/{declined}/contest/", reason="It is on every page."),
    may(CTO, "POST /api/v1/requests/{contested}/answer-contest/", upholds=False, reason="They are right."),
    may(COLLEAGUES, "GET /api/v1/requests/{filed}/backings/"),
    may(BACKERS, "POST /api/v1/requests/{filed}/backings/", stake="kpi", kpi="clicks"),
    may(REQUESTER, "POST /api/v1/requests/{accepted}/backings/{backing}/withdraw/"),
    may(COLLEAGUES, "POST /api/v1/requests/{filed}/watch/"),
    may(SEE_RESTRICTED, "POST /api/v1/requests/{restricted}/watch/"),
    may(COLLEAGUES, "POST /api/v1/requests/{filed}/mute/"),
    may(REQUESTER, "POST /api/v1/requests/{filed}/withdraw/"),
    may(RESTRICT, "POST /api/v1/requests/{filed}/restrict/"),
    may(TRIAGE, "POST /api/v1/requests/{filed}/effort/", weeks="2.5"),
    # The two ways up, the backlog
    may(COLLEAGUES, "GET /api/v1/requests/{accepted}/hosts/"),
    may(SEE_RESTRICTED, "GET /api/v1/requests/{restricted}/hosts/"),
    may(PROPOSE, "POST /api/v1/requests/{accepted}/embed/", **EMBED),
    may(EMBED_RESTRICTED, "POST /api/v1/requests/{restricted}/embed/", **EMBED),
    may(CTO, "POST /api/v1/requests/{accepted}/outrank/", **OUTRANK, owner="sre@lumen.example"),
    may(SIGNED_IN, "GET /api/v1/backlog-items/"),
    may(COLLEAGUES, "GET /api/v1/backlog-items/{agreed_item}/"),
    may(SEE_RESTRICTED, "GET /api/v1/backlog-items/{secret_item}/"),
    may(DELIVER, "PATCH /api/v1/backlog-items/{agreed_item}/", tracker_key="WEB-77"),
    may(COLLEAGUES, "GET /api/v1/backlog-items/{agreed_item}/text/"),
    may(SEE_RESTRICTED, "GET /api/v1/backlog-items/{secret_item}/text/"),
    may(PROJECT, "POST /api/v1/backlog-items/{proposed_item}/answer/", answer="agree"),
    may(DELIVER, "POST /api/v1/backlog-items/{agreed_item}/start/"),
    may(DELIVER, "POST /api/v1/backlog-items/{ready_item}/ship/"),
    may(AGREE_TO_DROP, "POST /api/v1/backlog-items/{agreed_item}/drop/", reason="not any more"),
    may(MEASURE, "POST /api/v1/backlog-items/{shipped_item}/measure/", outcome="met", value="46000"),
    may(PROJECT, "POST /api/v1/backlog-items/{agreed_item}/move/", after=None),
    may(PROPOSE, "POST /api/v1/backlog-items/{orphan_item}/rehome/", **EMBED),
    may(DELIVER, "POST /api/v1/backlog-items/{agreed_item}/checks/{check}/decide/", passed=True, evidence="seen"),
    # Cases, rulings, conditions, limbo
    may(SIGNED_IN, "GET /api/v1/escalations/"),
    may(ESCALATE, "POST /api/v1/escalations/", told=[400], **WANTED, request="{filed}"),
    may(COLLEAGUES, "GET /api/v1/escalations/{case_case}/"),
    may(SEE_RESTRICTED, "GET /api/v1/escalations/{secret_case}/"),
    may(COLLEAGUES, "GET /api/v1/escalations/{case_case}/positions/"),
    may(SEE_RESTRICTED, "GET /api/v1/escalations/{secret_case}/positions/"),
    may(COO, "POST /api/v1/escalations/{case_case}/take-up/"),
    may(COO, "POST /api/v1/escalations/{line_case}/take-up/"),
    may(SPEAK, "POST /api/v1/escalations/{case_case}/positions/", text="Do it.", accepts=["grant"]),
    may(SPEAK, "POST /api/v1/escalations/{case_case}/settle/", sentence="In stages.", due_on="{day}"),
    may(["platform_lead", "cto"], "POST /api/v1/escalations/{offered_case}/settle/", told=[409]),
    may(COO, "POST /api/v1/escalations/{case_case}/rule/", **RULING),
    may(COO, "POST /api/v1/escalations/{case_case}/send-back/", sentence="Ask your lead."),
    may(REQUESTER, "POST /api/v1/escalations/{case_case}/withdraw/", reason="We talked."),
    may(SIGNED_IN, "GET /api/v1/rulings/"),
    may(SIGNED_IN, "GET /api/v1/conditions/"),
    may(["sre", "coo"], "POST /api/v1/conditions/{condition}/meet/", note="seen"),
    may(COO, "POST /api/v1/requests/{filed}/take-up/"),
    may(["platform_lead"], "POST /api/v1/requests/{late}/acknowledge/", until="{soon}"),
    may(COLLEAGUES, "GET /api/v1/limbo/"),
    # Projects, periods, capacities, the line
    may(SIGNED_IN, "GET /api/v1/projects/"),
    may(["sre", "platform_lead", "cto"], "POST /api/v1/projects/", **OWNED_BY_SRE, team="web"),
    may(COLLEAGUES, "GET /api/v1/projects/{host}/"),
    may(PROJECT, "PATCH /api/v1/projects/{host}/", title="Rewrite"),
    may(CTO, "POST /api/v1/projects/{edge}/move/", after="{pinned}"),
    may(PROJECT, "POST /api/v1/projects/{plain}/effort/", team="web", period="{period}", weeks="6"),
    may(CTO, "POST /api/v1/projects/{plain}/pin/", reason="law"),
    may(CTO, "POST /api/v1/projects/{pinned}/unpin/"),
    may(PROJECT, "POST /api/v1/projects/{plain}/start/"),
    may(PROJECT, "POST /api/v1/projects/{running}/launch/"),
    may(PROJECT, "POST /api/v1/projects/{plain}/drop/"),
    may(SIGNED_IN, "GET /api/v1/periods/"),
    may(CTO, "POST /api/v1/periods/", **PERIOD),
    may(COLLEAGUES, "GET /api/v1/periods/{period}/"),
    may(SIGNED_IN, "GET /api/v1/capacities/"),
    may(CTO, "POST /api/v1/capacities/", **CAPACITY, team="web", period="{next_period}"),
    may(COLLEAGUES, "GET /api/v1/capacities/{capacity}/"),
    may(CTO, "PATCH /api/v1/capacities/{capacity}/", gross="160"),
    may(COLLEAGUES, "GET /api/v1/capacities/web/{period}/"),
    may(CTO, "PATCH /api/v1/capacities/web/{period}/", gross="160"),
    # Products, objectives, roadmaps
    may(SIGNED_IN, "GET /api/v1/products/"),
    may(CHIEFS, "POST /api/v1/products/", **PRODUCT),
    may(COLLEAGUES, "GET /api/v1/products/{product}/"),
    may(ROADMAP, "PATCH /api/v1/products/{product}/", vision="Found and read."),
    may(COLLEAGUES, "GET /api/v1/products/{product}/roadmap/"),
    may(ROADMAP, "POST /api/v1/products/{product}/share/", days=7),
    may(SIGNED_IN, "GET /api/v1/objectives/"),
    may(ROADMAP, "POST /api/v1/objectives/", **OBJECTIVE, product="{product}"),
    may(COLLEAGUES, "GET /api/v1/objectives/{objective}/"),
    may(ROADMAP, "PATCH /api/v1/objectives/{objective}/", target="10"),
    may(SIGNED_IN, "GET /api/v1/roadmap-items/"),
    may(ROADMAP, "POST /api/v1/roadmap-items/", **PLAN, product="{product}", horizon="next"),
    may(COLLEAGUES, "GET /api/v1/roadmap-items/{plan}/"),
    may(ROADMAP, "PATCH /api/v1/roadmap-items/{plan}/", note="Ask Dina."),
    may(ROADMAP, "POST /api/v1/roadmap-items/{plan}/move/", horizon="next"),
    may(ROADMAP, "POST /api/v1/roadmap-items/{plan}/tie/", key="{edge}"),
    may(ROADMAP, "POST /api/v1/roadmap-items/{plan}/untie/", key="{host}"),
    may(ROADMAP, "POST /api/v1/roadmap-items/{plan}/close/", outcome="dropped", reason="No money."),
    may(SIGNED_IN, "GET /api/v1/share-links/"),
    may(ROADMAP, "GET /api/v1/share-links/{link}/"),
    may(ROADMAP, "POST /api/v1/share-links/{link}/revoke/"),
    may(COLLEAGUES, "GET /api/v1/line/"),
    may(COLLEAGUES, "GET /api/v1/line/?team=web"),
]

ROUTES = [*PAGES, *API]
