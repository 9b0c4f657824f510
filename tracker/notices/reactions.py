"""Who hears of what: reactions to the events of the rooms below, in the transaction of the change."""

from collections.abc import Mapping

from tracker.backlog.events import ItemsChanged, RankAsked
from tracker.intake.events import CommentAdded, CommentEdited, RequestAssigned, RequestBacked, RequestsMoved
from tracker.intake.models import CHIEFS, Backing
from tracker.kernel.prepared import fetch_rows
from tracker.notices.actions import Telling, Turn, person_in, tell
from tracker.notices.texts import TURNS
from tracker.people.access import Role
from tracker.people.events import DeputyNamed
from tracker.people.models import User

AUDIENCE: Mapping[str, tuple[str, ...]] = {
    "proposed": ("host_owner",),
    "countered": ("business_owner", "proposed_by"),
    "counter_declined": ("host_owner",),
    "agreed": ("business_owner", "proposed_by"),
    "outranked": ("business_owner", "delivery_owner"),
    "refused": ("business_owner", "proposed_by"),
    "orphaned": ("business_owner", "delivery_owner"),
    "carried": ("business_owner", "delivery_owner"),
    "shipped": ("business_owner",),
    "measured": ("delivery_owner", "host_owner"),
    "dropped": ("business_owner", "delivery_owner", "host_owner"),
}
"""What happened → who hears of it."""
TO_BOTH = ("orphaned", "carried")
"""Whoever caused it may own it as well, and must hear it all the same."""
OF_REQUESTS = (
    "item_agreed",
    "item_agreed_conditions",
    "item_outranked",
    "item_refused",
    "item_countered",
    "item_orphaned",
    "item_shipped",
    "item_measured",
)
"""What an item does that is a turn of its request."""
TO_REQUESTER: Mapping[str, str] = {
    "ask": "request_asked",
    "accept": "request_accepted",
    "decline": "request_declined",
    "park": "request_parked",
    "return": "request_back",
    "merge": "request_merged",
    "take_in": "request_took_in",
    "unmerge": "request_unmerged",
    "uphold": "request_upheld",
    "reopen": "request_reopened",
}
TO_WATCHERS: Mapping[str, str] = {
    **TO_REQUESTER,
    "answer": "request_answered",
    "contest": "request_decision_contested",
    "withdraw": "request_withdrawn",
}
"""Whoever watches, backs, or had theirs merged into it hears of each turn."""
TELL_OF_COMMENT = """
WITH said AS (
    SELECT comment.id, comment.text, comment.internal_to, comment.ask_id,
           author.id AS author_id, coalesce(author.name, comment.guest) AS name, ask.key, ask.title,
           ask.requester_id, ask.restricted, ask.parties, ask.team_id
    FROM tracker_comment comment LEFT JOIN tracker_user author ON author.id = comment.author_id
    JOIN tracker_workrequest ask ON ask.id = comment.ask_id WHERE comment.id = %(comment)s
), heard AS (
    SELECT person.id AS person, said.*,
           said.author_id IS NOT NULL AND position('@' || lower(person.name) IN lower(said.text)) > 0 AS mentioned
    FROM said JOIN tracker_user person ON person.is_active AND person.name <> '' AND person.id IS DISTINCT FROM said.author_id
    LEFT JOIN tracker_team team ON team.id = person.team_id
    WHERE (said.internal_to = '' OR said.internal_to = team.side)
      AND (NOT said.restricted OR person.id = said.requester_id OR person.id = ANY(said.parties)
           OR person.roles::text[] && %(chiefs)s::text[]
           OR person.team_id = said.team_id AND 'lead' = ANY(person.roles))
)
INSERT INTO tracker_notice (user_id, kind, facts, url, source, at)
SELECT person, CASE WHEN mentioned THEN 'comment_mention' ELSE 'comment_added' END,
       jsonb_build_object('request', key, 'title', title, 'person', name, 'reason', left(text, 500)),
       '/requests/' || key || '/#story', 'comment:' || id, %(at)s
FROM heard WHERE mentioned OR person = requester_id AND NOT EXISTS (
    SELECT FROM tracker_watch watch WHERE watch.ask_id = heard.ask_id AND watch.person_id = person AND watch.muted)
"""
"""Only who may read the comment, as `visible_to` of the request and of the comment have it; who has no account calls
nobody by name."""
TELL_OF_EDIT = f"""
{TELL_OF_COMMENT.partition("FROM heard WHERE")[0].replace("'comment:' || id", "'comment:' || id || ':' || %(version)s")}
FROM heard WHERE mentioned AND position('@' || lower((SELECT name FROM tracker_user WHERE id = person)) IN lower(%(before)s)) = 0
"""  # noqa: S608  made of constants
TO_TEAM: Mapping[str, str] = {
    "file": "request_filed",
    "answer": "request_answered",
    "return": "request_returned",
    "unmerge": "request_returned",
    "reopen": "request_returned",
    "contest": "request_decision_contested",
}


def tell_of_items(event: ItemsChanged) -> None:
    kind = f"item_{event.what}"
    if event.what == "agreed" and event.facts.get("conditions"):
        kind = "item_agreed_conditions"
    tellings, turns = [], []
    for item in event.items:
        facts = {
            "item": item.key,
            "request": item.request,
            "title": item.title,
            "project": item.project,
            "project_title": item.project_title,
            **event.facts,
        }
        source = f"{item.key}:{event.what}:{item.version}"
        people = sorted({getattr(item, name) for name in AUDIENCE[event.what]} - {None})
        tellings += [Telling(kind, facts, f"/backlog/{item.key}/", source, user=person) for person in people]
        if kind in OF_REQUESTS:
            turns.append(Turn(item.request_id, kind, facts, f"/requests/{item.request}/", source))
    actor = 0 if event.what in TO_BOTH else person_in(event.actor_key)
    tell(at=event.at, tellings=tellings, turns=turns, actor=actor)


def tell_of_requests(event: RequestsMoved) -> None:
    """The requester hears what is decided or asked; the leads of the team that owns the area, what came to them."""
    tellings, turns = [], []
    for moved in event.moved:
        facts = {"request": moved.key, "title": moved.title, "reason": moved.reason}
        url = f"/requests/{moved.key}/"
        source = f"{moved.key}:{event.verb}:{event.at.isoformat()}"
        if event.verb in TO_TEAM and moved.team_id:
            tellings.append(Telling(TO_TEAM[event.verb], facts, url, source, leads_of=moved.team_id))
        if event.verb == "file" and event.actor.startswith("link:"):
            tellings.append(Telling("request_public", facts, url, source, user=moved.requester_id))
        if event.verb in TO_REQUESTER:
            kind = TO_REQUESTER[event.verb]
            news_of = None if kind in TURNS else moved.ask_id
            tellings.append(Telling(kind, facts, url, source, user=moved.requester_id, news_of=news_of))
        if moved.above:
            tellings.append(Telling("request_contested", facts, url, source, user=moved.above))
        if event.verb in TO_WATCHERS:
            turns.append(Turn(moved.ask_id, TO_WATCHERS[event.verb], facts, url, source))
    tell(at=event.at, tellings=tellings, turns=turns, actor=person_in(event.actor))


def tell_of_assigning(event: RequestAssigned) -> None:
    """Whoever takes it on hears of it, but for who took it themselves."""
    facts = {"request": event.key, "title": event.title, "person": event.by}
    source = f"{event.key}:assign:{event.version}"
    telling = Telling("request_assigned", facts, f"/requests/{event.key}/", source, user=event.to)
    tell(at=event.at, tellings=[telling], actor=person_in(event.actor))


def tell_of_deputy(event: DeputyNamed) -> None:
    """Whoever is to stand in hears for whom and when."""
    facts = {"person": event.person, "starts_on": event.starts_on, "ends_on": event.ends_on}
    source = f"absence:{event.absence}:{event.version}"
    telling = Telling("deputy_named", facts, "/triage/", source, user=event.deputy)
    tell(at=event.at, tellings=[telling], actor=person_in(event.actor_key))


def tell_of_backing(event: RequestBacked) -> None:
    """Whoever is said to back it, by somebody else, hears of it."""
    row = Backing.objects.select_related("ask", "entered_by").get(pk=event.backing_id)
    facts = {"request": row.ask.key, "title": row.ask.title, "person": row.entered_by.name}
    telling = Telling(
        "request_backed",
        facts,
        f"/requests/{row.ask.key}/#backing",
        f"backing:{row.pk}",
        user=row.person_id,
        leads_of=row.team_id,
    )
    tell(at=event.at, tellings=[telling], actor=person_in(event.actor))


def tell_of_rank(event: RankAsked) -> None:
    """Whoever ranks hears it once a day, however often it is asked."""
    facts = {"request": event.request, "title": event.title}
    source = f"{event.request}:rank_asked:{event.at.date()}"
    chiefs = User.objects.active().holding(Role.CTO).values_list("pk", flat=True)
    url = f"/requests/{event.request}/"
    tellings = [Telling("rank_asked", facts, url, source, user=person) for person in chiefs]
    tell(at=event.at, tellings=tellings, actor=person_in(event.actor_key))


def tell_of_comment(event: CommentAdded) -> None:
    """Its requester hears of it, and whoever is named in it with an @ (one statement)."""
    fetch_rows(TELL_OF_COMMENT, {"comment": event.comment_id, "chiefs": sorted(CHIEFS), "at": event.at})


def tell_of_edit(event: CommentEdited) -> None:
    """Whoever is named in it now and was not before (one statement)."""
    told = {"comment": event.comment_id, "chiefs": sorted(CHIEFS), "at": event.at}
    fetch_rows(TELL_OF_EDIT, {**told, "version": event.version, "before": event.before})
