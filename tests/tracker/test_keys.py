"""A key of a page does one thing: whatever the person may do there, no key stands twice."""

import re
from collections import Counter

import pytest

from tests.lumen import OnLumenMarket, sign_in
from tracker.backlog.models import BacklogItem
from tracker.intake.models import WorkRequest
from tracker.projects.models import Project

PAGES = ("/", "/requests/", "/triage/", "/projects/", "/backlog/", "/people/", "/teams/", "/sites/", "/imports/")
PEOPLE = ("seo-lead", "platform-lead", "cto", "cmo", "admin")


def keys_twice(page: str) -> list[str]:
    """Keys of buttons and links outside dialogs, which have the keyboard to themselves."""
    shown = re.sub(r"<dialog.*?</dialog>", "", page, flags=re.DOTALL)
    return [key for key, times in Counter(re.findall(r' data-key="([^"]+)"', shown)).items() if times > 1]


@pytest.mark.walks
class KeysTests(OnLumenMarket):
    def test_no_page_has_one_key_for_two_things(self) -> None:
        records = [f"/requests/{key}/" for key in WorkRequest.objects.values_list("key", flat=True)]
        records += [f"/items/{key}/" for key in BacklogItem.objects.values_list("key", flat=True)]
        records += [f"/projects/{key}/" for key in Project.objects.order_by("rank").values_list("key", flat=True)[:8]]
        twice = {}
        for person in PEOPLE:
            client = sign_in(person)
            for path in (*PAGES, *records):
                answer = client.get(path)
                if answer.status_code == 200 and (found := keys_twice(answer.content.decode())):
                    twice[person, path] = found
        assert not twice
