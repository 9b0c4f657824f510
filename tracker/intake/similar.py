"""Requests that say much the same as a title, found among any number of them in two statements.

The first reads the title: its stems, how common each is, and what is near to one that no title has. The second fetches
the requests that have enough of what is rare in it, the best of which `likeness` then puts in order.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import orjson
from django.contrib.postgres.fields import ArrayField
from django.db.models import BooleanField, Case, F, FloatField, Func, Q, Subquery, TextField, Value, When
from django.db.models.expressions import Combinable

from tracker.intake.likeness import (
    ALIKE,
    BESIDE_THE_BEST,
    ELSEWHERE,
    OTHER_TYPE,
    Group,
    Reading,
    all_common,
    group_reading,
    known_stems,
    likeness,
    narrow,
    read_stems,
    spell,
)
from tracker.intake.models import WorkRequest
from tracker.intake.states import State
from tracker.kernel.prepared import fetch_rows
from tracker.people.access import Viewer

SHORTEST, LONGEST = 4, 200
"""Letters of a title from which similar ones are looked for, and those that are read."""
FOUND, COMPARED, SHOWN = 2000, 100, 5
"""Requests that are fetched at most for rare words, and for common ones that occur together; that are compared one by
one; and that are shown."""
NEWEST, FEW = 10_000, 300
"""Requests among which common words are looked for, and after how many that have them it is enough."""

READ = """
WITH asked AS (
    SELECT lexeme AS stem, EXISTS (SELECT 1 FROM tracker_word WHERE text = lexeme) AS known
    FROM unnest(to_tsvector('russian', replace(lower(%s), 'ё', 'е')))
), stats AS (
    SELECT most_common_elems::text::text[] AS stems, most_common_elem_freqs AS shares
    FROM pg_stats WHERE schemaname = current_schema() AND tablename = 'tracker_workrequest' AND attname = 'words'
)
SELECT ARRAY(SELECT stem FROM asked), ARRAY(SELECT stem FROM asked WHERE known),
       (SELECT jsonb_object_agg(stem, ARRAY(
            SELECT text FROM tracker_word WHERE text %% stem ORDER BY similarity(text, stem) DESC LIMIT 12
        )) FROM asked WHERE NOT known AND length(stem) > 3 AND stem !~ '[0-9/]'),
       (SELECT greatest(reltuples, 1) FROM pg_class WHERE oid = 'tracker_workrequest'::regclass),
       (SELECT stems FROM stats), (SELECT shares FROM stats)
"""


@dataclass(frozen=True)
class Question:
    """A title as it is looked for: spelt right, and cut into sets of groups of which one has to be there.

    Where what it says is common, all of it has to be there, and only the NEWEST requests are asked.
    """

    reading: Reading
    groups: list[Group]
    sets: list[tuple[Group, ...]]
    common: list[Group]


def read_question(title: str) -> Question | None:
    """None for what is too short to be looked for (one statement)."""
    title = title.replace("\x00", "").strip()[:LONGEST]
    if len(title) < SHORTEST:
        return None
    stems, known, near, rows, common, shares = fetch_rows(READ, [title], prepared=False)[0]
    near_of: dict[str, list[str]] = orjson.loads(near or "{}")
    right = {*known, *known_stems()}
    spelt = [stem if stem in right else spell(stem, {*near_of.get(stem, ()), *known_stems()}) for stem in stems]
    reading = read_stems(spelt)
    share_of = dict(zip(common or (), shares or (), strict=False))
    unknown = {stem for stem in spelt if stem in near_of}
    groups = group_reading(reading, share_of, min(share_of.values(), default=0.0), unknown)
    sets = narrow(groups, float(rows))
    return Question(reading, groups, sets, all_common(groups, sets))


class Has(Func):
    """Whether the stems of a column meet a query of stems."""

    template = "(%(expressions)s::tsquery)"
    arg_joiner = " @@ "
    output_field = BooleanField()


class HasUnindexed(Has):
    """The same for rows that are read anyway: an index of common words costs more than those rows."""

    template = "coalesce(%(expressions)s::tsquery, false)"


class Stems(Func):
    function = "tsvector_to_array"
    output_field = ArrayField(TextField())


def say_group(group: Group) -> str:
    """As a tsquery: any of the wordings."""
    return " | ".join(f"({' & '.join(map(_quote, sorted(wording)))})" for wording in group.wordings)


def _quote(stem: str) -> str:
    return "'" + stem.replace("\\", "\\\\").replace("'", "''") + "'"


def having(question: Question, column: str) -> Q:
    """What has one of the sets of a question in this column of stems."""
    return _has_one(question.sets or [tuple(question.common)], column)


def _has_one(sets: Iterable[tuple[Group, ...]], column: str) -> Q:
    wanted = Q()
    for some in sets:
        wanted |= Q(Has(F(column), Value(_say_all(some))))
    return wanted


def _say_all(groups: Iterable[Group]) -> str:
    return " & ".join(f"({say_group(group)})" for group in groups)


def rank_by(question: Question, column: str) -> Combinable:
    """The weight of what is there, of all that is asked for."""
    rank: Combinable = Value(0.0)
    for group in question.groups:
        there = When(Has(F(column), Value(say_group(group))), then=Value(group.weight))
        rank = rank + Case(there, default=Value(0.0), output_field=FloatField())
    return rank


@dataclass(frozen=True)
class Similar:
    """`request` is the one into which it was merged, where it was; `score` is from 0 to 1."""

    request: WorkRequest
    score: float


NAMES = {"id", "version", "key", "title", "type_id", "area_id", "state", "delivery", "merged_into_id"}


def find_similar(
    viewer: Viewer,
    question: Question | None,
    *,
    but: int | None = None,
    area: int | None = None,
    type: int | None = None,
    most: int = SHOWN,
) -> list[Similar]:
    """Requests, open and closed, the likest first (one statement, another where one of them was merged)."""
    if question is None or not question.groups or not viewer.roles:
        return []
    columns = [field.attname for field in WorkRequest._meta.concrete_fields if field.attname in NAMES]
    sql, params = _say_candidates(viewer, question, columns)
    scored = {}
    for *values, stems, _rank in fetch_rows(sql, params, prepared=False):
        ask = dict(zip(columns, values, strict=True))
        score = likeness(question.reading, read_stems(stems))
        score *= ELSEWHERE if area and ask["area_id"] and ask["area_id"] != area else 1.0
        score *= OTHER_TYPE if type and ask["type_id"] != type else 1.0
        if score >= ALIKE:
            scored[ask["id"]] = Similar(WorkRequest.from_db("default", columns, values), score)
    ordered = sorted(scored.values(), key=lambda one: (-one.score, -one.request.pk))
    found = _follow_merges(viewer, ordered, but)
    return [one for one in found[:most] if one.score >= BESIDE_THE_BEST * found[0].score]


def _say_candidates(viewer: Viewer, question: Question, columns: list[str]) -> tuple[str, list[object]]:
    """The statement that finds what is compared: these columns, the stems of the title, and its rank."""
    rows = WorkRequest.objects.visible_to(viewer).exclude(state=State.DRAFT)
    marked = rows.annotate(stems=Stems(F("words")), rank=rank_by(question, "words"))
    arms = []
    alone = [some for some in question.sets if len(some) == 1]
    together = [some for some in question.sets if len(some) > 1]
    arms += [marked.filter(_has_one(sets, "words")).order_by()[:FOUND] for sets in (alone, together) if sets]
    if question.common:
        last = WorkRequest.objects.order_by("-pk").values("pk")[:1]
        newest = marked.filter(
            HasUnindexed(F("words"), Value(_say_all(question.common))), pk__gt=Subquery(last) - NEWEST
        )
        arms.append(newest.order_by("-pk")[:FEW])
    said = [arm.values_list(*columns, "stems", "rank").query.sql_with_params() for arm in arms]
    found = " UNION ALL ".join(f"({sql})" for sql, _params in said)
    sql = f"SELECT * FROM ({found}) near ORDER BY near.rank DESC, near.id DESC LIMIT %s"  # noqa: S608  of the ORM
    return sql, [*(value for _sql, params in said for value in params), COMPARED]


def _follow_merges(viewer: Viewer, scored: Sequence[Similar], but: int | None) -> list[Similar]:
    """Each request once, a merged one as what it became, as far as the viewer may see that."""
    merged = {one.request.merged_into_id for one in scored if one.request.merged_into_id}
    became = WorkRequest.objects.visible_to(viewer).in_bulk(merged) if merged else {}
    found: dict[int, Similar] = {}
    for one in scored:
        target = one.request.merged_into_id
        ask = became.get(target) if target else one.request
        if ask is not None and ask.pk != but:
            found.setdefault(ask.pk, Similar(ask, one.score))
    return list(found.values())
