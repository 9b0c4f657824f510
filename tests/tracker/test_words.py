"""The words of the house are explained where they first stand; the palette knows the pages that its reader may open."""

import re

import pytest
from django.template import engines
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from tests.forms import text_of
from tests.makers import Cast
from tests.tracker.test_request_pages import make_ask
from tracker.people.models import User
from tracker.templatetags.terms import WORDS
from tracker.web.shell import PAGES, Shell


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def listed(user: User) -> list[str]:
    """The addresses that the palette of this person finds beside the places."""
    request = RequestFactory().get("/help/words/")
    request.user = User.objects.get(pk=user.pk)
    return [url for url, _label in Shell(request).pages]


def test_a_word_is_explained_where_it_stands_without_any_script() -> None:
    drawn = engines["django"].from_string('{% th "Host" term="host" %}').render({}, RequestFactory().get("/"))
    assert 'popovertarget="word-host" aria-label="What “host” means"' in drawn
    assert re.search(r'id="word-host" class="[^"]*" popover>The IT project that carries a request', drawn)
    assert f'href="{reverse("words")}#host"' in drawn


def test_all_words_stand_on_one_page_in_the_language_of_the_reader(cast: Cast) -> None:
    User.objects.filter(pk=cast.sre.pk).update(language="ru")
    for user, language in ((cast.cto, "en"), (cast.sre, "ru")):
        page = browser(user).get(reverse("words"))
        with translation.override(language):
            for key, word in WORDS.items():
                assert f'id="{key}"' in page.content.decode()
                assert str(word.text) in text_of(page)


def test_a_page_explains_a_word_once_and_where_it_is_a_heading(cast: Cast) -> None:
    found = {
        path: re.findall(r'id="word-([a-z]+)"', browser(cast.cto).get(path).content.decode())
        for path in ("/line/", "/capacity/", "/limbo/", "/docket/", f"/requests/{make_ask(cast).key}/")
    }
    assert found["/capacity/"] == ["gross", "reserve", "allowance"]
    assert "limbo" in found["/limbo/"]
    assert "docket" in found["/docket/"]
    assert any("court" in words for words in found.values())
    assert all(len(words) == len(set(words)) for words in found.values())


@pytest.mark.parametrize("role", ["seo_lead", "sre", "platform_lead", "cto", "coo", "admin"])
def test_the_palette_finds_the_pages_that_its_reader_may_open_and_no_other(cast: Cast, role: str) -> None:
    user: User = getattr(cast, role)
    client, found = browser(user), listed(user)
    in_menu = set(re.findall(r'<a href="([^"]+)"', client.get("/help/words/").content.decode().split("</nav>")[0]))
    for page in PAGES:
        url = reverse(page.url_name)
        assert (client.get(url).status_code == 200) is (url in found or url in in_menu), url


def test_the_palette_of_the_administrator_knows_the_status_and_that_of_others_does_not(cast: Cast) -> None:
    assert {"/status/", "/settings/level/"} <= set(listed(cast.admin))
    assert not {"/status/", "/settings/level/"} & set(listed(cast.cto))
    assert {"/capacity/", "/docket/", "/calendars/", "/profile/tokens/", "/help/words/"} <= set(listed(cast.analyst))
