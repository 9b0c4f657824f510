"""Rulings on much the same: by their sentence, or because the request on which they were made says it."""

from collections.abc import Collection, Iterable
from typing import Any, cast

from django.db.models import Exists, F, OuterRef

from tracker.escalations.models import Ruling, RulingKind
from tracker.intake.likeness import ALIKE, covers, likeness, read_stems
from tracker.intake.similar import Question, Stems, having, rank_by
from tracker.people.access import Viewer

COMPARED, SHOWN = 50, 3
RULED = (RulingKind.GRANT, RulingKind.COMPROMISE, RulingKind.DENY, RulingKind.SETTLEMENT)


def similar_rulings(viewer: Viewer, question: Question | None, requests: Collection[int]) -> list[Ruling]:
    """The newest ruling of a case whose sentence answers the question, or that was made on one of these requests.

    One statement; the likest first.
    """
    if question is None or not question.groups:
        return []
    said = Ruling.objects.filter(having(question, "words"))
    near = said.annotate(rank=rank_by(question, "words")).order_by("-rank", "-id").values("pk")[:COMPARED]
    asked = Ruling.objects.filter(escalation__ask__in=list(requests)).order_by("-id").values("pk")[:COMPARED]
    rows = Ruling.objects.visible_to(viewer).filter(kind__in=RULED, pk__in=near.union(asked, all=True))
    newer = Ruling.objects.filter(escalation=OuterRef("escalation"), pk__gt=OuterRef("pk"))
    marked = rows.exclude(Exists(newer)).annotate(stems=Stems(F("words")), title=Stems(F("escalation__ask__words")))
    scored = []
    for ruling in cast("Iterable[Any]", marked.select_related("escalation")):
        title = likeness(question.reading, read_stems(ruling.title))
        score = max(title, covers(question.reading, read_stems(ruling.stems)))
        if score >= ALIKE:
            scored.append((score, ruling.pk, ruling))
    return [ruling for _score, _key, ruling in sorted(scored, key=lambda one: one[:2], reverse=True)[:SHOWN]]
