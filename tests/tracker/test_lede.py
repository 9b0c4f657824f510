"""Why somebody asks stands at the top of a request, above whatever is long."""

import pytest
from django.test import Client

from tests.makers import Cast
from tests.tracker.portfolio import make_portfolio
from tracker.intake.models import WorkRequest
from tracker.templatetags.prose import lede


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("", ""),
        ("Prices are missing.", "Prices are missing."),
        ("**Prices** are [missing](https://lumen.example/p).\n\nMore of it.", "Prices are missing."),
        ("- one\n- two", "one two"),
        ("snake_case and a < b", "snake_case and a < b"),
    ],
)
def test_a_lede_is_the_first_paragraph_as_plain_words(written: str, read: str) -> None:
    assert lede(written) == read


def test_a_lede_is_never_long() -> None:
    assert len(lede("word " * 200)) == 240


@pytest.mark.parametrize("state", ["filed", "accepted"])
def test_why_comes_before_the_ways_up_and_is_said_once(cast: Cast, state: str) -> None:
    web = make_portfolio(cast)
    delivery = "waiting" if state == "accepted" else ""
    WorkRequest.objects.update(state=state, delivery=delivery, why="Prices are <i>missing</i>.")
    client = Client()
    client.force_login(web.cast.seo_lead)
    html = client.get(f"/requests/{web.ask.key}/").content.decode()
    said = "Prices are &lt;i&gt;missing&lt;/i&gt;."
    assert html.count(said) == 1
    assert html.index(said) < html.index("Two ways up")
