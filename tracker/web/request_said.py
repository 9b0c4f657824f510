"""What people wrote about a request and what they put with it: comments with their earlier wordings, and files."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.urls import reverse

from tracker.history.models import Entry
from tracker.intake.actions import may_edit_comment, may_remove_attachment
from tracker.intake.models import Attachment, Comment, Wording, WorkRequest
from tracker.people.access import Viewer
from tracker.people.models import User
from tracker.web.request_ties import Kin
from tracker.web.story import Actor, people_of


@dataclass(frozen=True)
class File:
    """`url` is empty for what is removed, `remove` for whoever may not remove it; `part` is the merged request it is of."""

    id: int
    name: str
    size: int
    url: str
    remove: str
    version: int
    who: Actor
    at: datetime
    part: str = ""
    comment: int | None = None


@dataclass(frozen=True)
class Gone:
    """Who took a file away, and whether another one stands in its place."""

    name: str
    who: Actor
    at: datetime
    replaced: bool
    part: str = ""


@dataclass(frozen=True)
class Wrote:
    """A comment; `edit` is where its writer edits it, `earlier` what it said before, oldest first."""

    id: int
    who: Actor
    at: datetime
    text: str
    internal: bool
    part: str
    edited_at: datetime | None
    edit: str
    earlier: Sequence[Wording]
    files: Sequence[File]


@dataclass(frozen=True)
class Said:
    """`every` file also holds those that are removed."""

    wrote: Sequence[Wrote] = ()
    every: Sequence[File] = ()
    removed: Sequence[Gone] = ()

    @property
    def files(self) -> list[File]:
        return [file for file in self.every if file.url]

    @property
    def batches(self) -> list[list[File]]:
        """What was added apart from comments, by who added it when."""
        found: dict[tuple[object, ...], list[File]] = {}
        for file in self.every:
            if file.comment is None:
                found.setdefault((file.who, file.at, file.part), []).append(file)
        return list(found.values())


@dataclass(frozen=True)
class _Reading:
    """`asks` are the request and what was merged into it, by id."""

    viewer: Viewer
    ask: WorkRequest
    asks: Mapping[int, WorkRequest]
    parts: Mapping[int, str] = field(default_factory=dict)

    def show_file(self, row: Attachment) -> File:
        row.ask = self.asks[row.ask_id]
        removed = row.removed_at is not None
        where = [row.ask.key, row.pk]
        return File(
            row.pk,
            row.name,
            row.size,
            "" if removed else reverse("attachment", args=where),
            reverse("attachment-remove", args=where) if self._may_remove(row) else "",
            row.version,
            actor_of(row.added_by),
            row.at,
            self.parts.get(row.ask_id, ""),
            row.comment_id,
        )

    def _may_remove(self, row: Attachment) -> bool:
        return row.removed_at is None and row.ask_id == self.ask.pk and may_remove_attachment(self.viewer, row)

    def show_comment(self, row: Comment, wordings: Sequence[Wording], files: Sequence[File]) -> Wrote:
        row.ask = self.asks[row.ask_id]
        own = row.ask_id == self.ask.pk and may_edit_comment(self.viewer, row)
        return Wrote(
            row.pk,
            actor_of(row.author, row.guest),
            row.at,
            row.text,
            bool(row.internal_to),
            self.parts.get(row.ask_id, ""),
            row.edited_at,
            reverse("comment-edit", args=[row.ask.key, row.pk]) if own else "",
            wordings,
            files,
        )


def actor_of(person: User | None, guest: str = "") -> Actor:
    return Actor(person.name, person.side) if person else Actor(guest)


def read_said(ask: WorkRequest, viewer: Viewer, kin: Kin) -> Said:
    """Two statements; one more where a comment was edited, two where a file was removed."""
    reading = _Reading(viewer, ask, {ask.pk: ask, **{one.pk: one for one in kin.merged}}, kin.members)
    comments = Comment.objects.filter(ask__in=list(reading.asks)).visible_to(viewer)
    attached = Attachment.objects.filter(ask__in=list(reading.asks)).visible_to(viewer)
    rows = list(attached.select_related("added_by__team").order_by("id"))
    every = [reading.show_file(row) for row in rows]
    found = list(comments.select_related("author__team").order_by("id"))
    wordings = _wordings_of(row.pk for row in found if row.edited_at)
    return Said(
        [
            reading.show_comment(row, wordings.get(row.pk, []), [file for file in every if file.comment == row.pk])
            for row in found
        ],
        every,
        _tell_gone([row for row in rows if row.removed_at], reading.parts),
    )


def _wordings_of(comments: Iterable[int]) -> dict[int, list[Wording]]:
    edited, found = list(comments), dict[int, list[Wording]]()
    for one in Wording.objects.filter(comment__in=edited).order_by("id") if edited else ():
        found.setdefault(one.comment_id, []).append(one)
    return found


def _tell_gone(rows: Sequence[Attachment], parts: Mapping[int, str]) -> list[Gone]:
    if not rows:
        return []
    by_id = {row.pk: row for row in rows}
    verbs = ("remove_attachment", "replace_attachment")
    told = list(Entry.objects.filter(subject=Attachment.subject, subject_id__in=by_id, verb__in=verbs))
    people = people_of({entry.actor for entry in told})
    return [
        Gone(
            by_id[entry.subject_id].name,
            people.get(entry.actor, Actor("Tandem")),
            entry.at,
            entry.verb == "replace_attachment",
            parts.get(by_id[entry.subject_id].ask_id, ""),
        )
        for entry in told
    ]
