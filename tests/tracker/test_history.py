"""No lost update, and a history without holes."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from tests import makers
from tests.makers import NOON, Cast
from tracker.history.actions import Fact, change_row, record
from tracker.history.audit import broken_seals
from tracker.history.models import Entry
from tracker.kernel.errors import Stale
from tracker.sites.actions import edit_area
from tracker.sites.models import Area


def test_of_two_editors_of_one_version_the_second_is_told(cast: Cast) -> None:
    first, second = Area.objects.get(pk=cast.search.pk), Area.objects.get(pk=cast.search.pk)
    edit_area(actor=cast.cto.viewer(), at=NOON, area=first, expected=1, changes={"name": "Find"})
    with pytest.raises(Stale) as refused:
        edit_area(actor=cast.cmo.viewer(), at=NOON, area=second, expected=1, changes={"name": "Seek"})
    assert refused.value.facts["version"] == 2
    assert Area.objects.get(pk=cast.search.pk).name == "Find"


def test_an_entry_says_who_did_what_and_what_was_there_before(cast: Cast) -> None:
    edit_area(actor=cast.cto.viewer(), at=NOON, area=cast.search, expected=1, changes={"pattern": "/find*"})
    entry = Entry.objects.get(subject="area", subject_id=cast.search.pk)
    assert (entry.actor, entry.verb, entry.version) == (cast.cto.key, "edit_area", 2)
    assert entry.changes == {"pattern": ["/search*", "/find*"]}


def test_each_seal_covers_the_entry_before_it_and_tampering_shows(cast: Cast) -> None:
    for number in range(3):
        change_row(
            cast.search,
            actor=cast.cto.key,
            at=NOON + timedelta(minutes=number),
            verb="edit_area",
            changes={"url_count": number + 1},
        )
    assert broken_seals() == 0
    Entry.objects.filter(subject="area", version=3).update(reason="somebody rewrote this")
    assert broken_seals() == 1


def test_a_second_entry_of_one_version_is_impossible(cast: Cast) -> None:
    record(actor="system", at=NOON, facts=[Fact("area", cast.search.pk, 2, "edit_area")])
    with pytest.raises(Exception, match="entry_once_a_version"):
        record(actor="system", at=NOON, facts=[Fact("area", cast.search.pk, 2, "edit_area")])


@pytest.mark.django_db(transaction=True)
def test_of_eight_editors_at_once_every_acknowledged_edit_is_recorded_and_no_other() -> None:
    cast = makers.make_cast()
    acknowledged: list[int] = []

    def edit(editor: int) -> None:
        try:
            for number in range(25):
                area = Area.objects.get(pk=cast.search.pk)
                try:
                    value = editor * 1000 + number
                    edit_area(
                        actor=cast.cto.viewer(),
                        at=NOON,
                        area=area,
                        expected=area.version,
                        changes={"url_count": value},
                    )
                    acknowledged.append(value)
                except Stale:
                    continue
        finally:
            connection.close()

    threads = [threading.Thread(target=edit, args=(editor,)) for editor in range(1, 9)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    entries = Entry.objects.filter(subject="area", subject_id=cast.search.pk).order_by("version")
    recorded = [entry.changes["url_count"][1] for entry in entries]
    assert sorted(recorded) == sorted(acknowledged)
    assert [entry.version for entry in entries] == list(range(2, len(acknowledged) + 2))
    assert Area.objects.get(pk=cast.search.pk).url_count == recorded[-1]
    assert broken_seals() == 0
