"""Pictures on pages and as files: the table says what the picture says, the file opens anywhere and runs nothing."""

import re

import pytest
from django.http import HttpRequest
from django.test import Client, RequestFactory
from django.utils import translation

from tests.makers import Cast
from tests.svg import SVG, read_svg
from tests.tracker.portfolio import make_portfolio
from tests.tracker.test_project_pages import _noon, page_for
from tests.tracker.test_project_verbs import fill
from tracker.projects.models import Capacity, Project
from tracker.projects.queries import demands_in, line_of, teams_in
from tracker.templatetags.geometry import FULL, Bar, Heading, Picture, Row
from tracker.web import line_pictures, pictures
from tracker.web.line_pictures import crossings_picture, line_picture, teams_picture
from tracker.web.pictures import LINES, MARKS, WORDS, light, send_picture, write_svg

__all__ = ["_noon"]


def chart_in(page: str, name: str) -> str:
    found = re.search(rf'<figure class="chart[^"]*" id="{name}">.*?</figure>', page, re.DOTALL)
    assert found, f"no picture {name}"
    return found[0]


def cells_in(chart: str) -> list[list[str]]:
    body = chart[chart.index("<tbody>") :]
    rows = re.findall(r"<tr>(.*?)</tr>", body, re.DOTALL)
    return [
        [re.sub("<[^>]*>", "", cell).strip() for cell in re.findall(r"<td.*?</td>", row, re.DOTALL)] for row in rows
    ]


def widths_in(chart: str, *tones: str) -> list[float]:
    marks = re.findall(r'<rect class="piece (\w+)" x="[\d.]+%" y="[\d.]+" width="([\d.]+)%"', chart)
    return [float(width) for tone, width in marks if tone in tones]


def test_the_line_draws_what_its_table_says(cast: Cast) -> None:
    make_portfolio(cast)
    page = page_for(cast.analyst).get("/line/?team=web").content.decode()
    chart = chart_in(page, "line-web-2027-Q1")
    rows = cells_in(chart)
    parts = [row for row in rows if row[3] == "capacity"]
    asked = [row for row in rows if row[3] != "capacity"]
    assert [row[:2] for row in parts] == [["for projects", "112.5"], ["reserve", "37.5"]]
    assert len(asked) == Project.objects.count() == 38
    assert asked[-1][2] == "231"
    drawn = widths_in(chart, "above", "below", "held")
    told = [float(row[1]) for row in asked]
    assert drawn == pytest.approx([weeks / 231 * FULL for weeks in told], abs=0.02)
    assert [row[3] for row in asked] == ["above the line"] * 19 + ["below the line"] * 19
    assert len(widths_in(chart, "below")) == 19
    assert "Asked for 231 weeks with room for 112.5: 109.5 fit, 121.5 are below the line." in chart
    assert 'role="img"' in chart
    assert re.search(r'aria-labelledby="line-web-2027-Q1-title line-web-2027-Q1-news"', chart)


def test_the_line_stands_at_the_capacity(cast: Cast) -> None:
    fill(cast, {"web": "100"}, {"web": "9.5"}, {"web": "6"})
    chart = chart_in(page_for(cast.cto).get("/line/?team=web").content.decode(), "line-web-2027-Q1")
    room = widths_in(chart, "room")[0]
    found = re.search(r'<line class="cut" x1="([\d.]+)%"', chart)
    assert found
    assert float(found[1]) == pytest.approx(room, abs=0.01)
    assert sum(widths_in(chart, "above")) <= room


def test_what_waits_for_another_team_is_told_apart(cast: Cast) -> None:
    fill(cast, {"web": "10", "mobile": "90"}, {"web": "10"})
    chart = chart_in(page_for(cast.cto).get("/line/?team=web").content.decode(), "line-web-2027-Q1")
    assert "reserved behind another team" in chart
    assert 'fill="url(#hatch-held)"' in chart


def test_a_long_list_is_drawn_in_blocks_that_add_up(cast: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    make_portfolio(cast)
    monkeypatch.setattr(line_pictures, "MOST_BLOCKS", 10)
    line = line_of(teams_in(cast.period)[0], cast.period)
    picture = line_picture(line, cast.period)
    asked = [bar for bar in picture.bars if bar.tone in ("above", "below")]
    assert [bar.label for bar in asked] == ["19 projects", "19 projects"]
    assert picture.rows[-1].cells[:3] == ("ranks 20 – 38", "121.5", "231")


def test_after_a_move_the_part_that_is_swapped_has_the_line_drawn_anew(cast: Cast) -> None:
    first, second = fill(cast, {"web": "100"}, {"web": "20"})
    cto = page_for(cast.cto)
    part = {"HX-Request": "true", "HX-Target": "main"}
    before = chart_in(cto.get("/line/?team=web", headers=part).content.decode(), "line-web-2027-Q1")
    assert [row[3] for row in cells_in(before)][-2:] == ["above the line", "below the line"]
    form = {"after": "", "version": "1", "team": "web", "period": "2027-Q1"}
    moved = cto.post(f"/projects/{second.key}/move/", form, headers=part)
    after = cto.get(moved.headers["Location"], headers=part).content.decode()
    assert "<html" not in after
    rows = cells_in(chart_in(after, "line-web-2027-Q1"))[-2:]
    assert [row[0].split()[1] for row in rows] == [second.key, first.key]
    assert [row[1] for row in rows] == ["20", "100"]


def test_all_teams_stand_on_one_scale_with_the_numbers_of_the_table(cast: Cast) -> None:
    fill(cast, {"web": "100", "mobile": "10"}, {"web": "20"}, {"mobile": "500"})
    chart = chart_in(page_for(cast.analyst).get("/capacity/").content.decode(), "capacity-2027-Q1")
    teams = {team.name: team for team in teams_in(cast.period, everybody=True)}
    demands = demands_in(cast.period)
    whole = max(max(team.gross, demands[team.team_id].asked) for team in teams.values() if team.team_id in demands)
    rows = {row[0]: row[1:] for row in cells_in(chart)}
    assert set(rows) == set(teams)
    below = [float(row[4]) for row in rows.values() if float(row[4])]
    assert below == [20, 500] or below == [500, 20]
    assert widths_in(chart, "below") == pytest.approx([weeks / float(whole) * FULL for weeks in below], abs=0.02)
    assert chart.count('class="cut"') == len(teams)


def test_the_trend_counts_todays_projects_backwards_over_the_crossings(cast: Cast) -> None:
    *_, third = fill(cast, {"web": "100"}, {"web": "10"}, {"web": "20"})
    cto = page_for(cast.cto)
    form = {"after": "", "team": "web", "period": "2027-Q1"}
    cto.post(f"/projects/{third.key}/move/", form | {"version": "1"})
    line = line_of(next(team for team in teams_in(cast.period) if team.key == "web"), cast.period)
    picture = crossings_picture(line)
    assert picture
    assert picture.rows[0].cells == ("before", "2")
    assert picture.rows[-1].cells[1] == str(line.above)
    assert chart_in(cto.get("/line/?team=web").content.decode(), "crossings")


ADDRESSES = ("/line/?team=web&as=svg", "/capacity/?as=svg")


@pytest.mark.parametrize("address", ADDRESSES)
def test_a_picture_is_sent_as_a_file_that_runs_nothing(cast: Cast, address: str) -> None:
    fill(cast, {"web": "100"}, {"web": "20"})
    Project.objects.update(title='</title><script>alert(1)</script>" onload="x\x0b')
    answer = page_for(cast.analyst).get(address)
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == "image/svg+xml"
    assert re.fullmatch(r'attachment; filename="[\w.-]+\.svg"', answer.headers["Content-Disposition"])
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    root = read_svg(answer.content)
    assert root.tag == f"{SVG}svg"
    names = {element.tag.removeprefix(SVG) for element in root.iter()}
    assert names <= {"svg", "title", "desc", "defs", "pattern", "g", "rect", "line", "circle", "text"}
    attributes = {name for element in root.iter() for name in element.attrib}
    assert not {name for name in attributes if name.startswith("on") or "href" in name or name in ("style", "class")}
    fills = [element.get("fill", "") for element in root.iter() if element.get("fill")]
    assert all(re.fullmatch(r"#[0-9a-f]{3,6}|url\(#[\w-]+\)", fill) for fill in fills)


def test_the_file_has_the_widths_of_the_page(cast: Cast) -> None:
    fill(cast, {"web": "100"}, {"web": "20"})
    client = page_for(cast.analyst)
    chart = chart_in(client.get("/line/?team=web").content.decode(), "line-web-2027-Q1")
    assert 'href="?team=web&amp;as=svg"' in chart
    root = read_svg(client.get("/line/?team=web&as=svg").content)
    fill_of = {tone: light()[paint.fill] for tone, paint in MARKS.items()}
    drawn = [float(rect.get("width", "")) for rect in root.iter(f"{SVG}rect") if rect.get("fill") == fill_of["above"]]
    page = widths_in(chart, "above")
    assert len(page) == 1
    assert drawn[0] == pytest.approx(page[0] / FULL * pictures.ACROSS, abs=0.02)
    assert client.get("/line/?team=web&as=png").headers["Content-Type"].startswith("text/html")


def test_a_stranger_gets_no_picture(cast: Cast) -> None:
    for address in ADDRESSES:
        assert Client().get(address).status_code == 302


def test_every_colour_of_a_file_is_a_token_of_the_styles() -> None:
    used = {token for paint in MARKS.values() for token in (paint.fill, paint.stroke, paint.ink)}
    used |= {token for token, _width in LINES.values()} | set(WORDS.values())
    assert used <= set(light())
    assert light()["panel"] == "#fff"


def test_a_file_speaks_the_language_of_its_reader() -> None:
    picture = Picture("a", "Название", "Новость", 20, (Heading("x"),), (Row(("1",)),), (Bar("above", 0, 0, 50, 10),))
    with translation.override("ru"):
        root = read_svg(write_svg(picture))
    assert root.get("{http://www.w3.org/XML/1998/namespace}lang") == "ru"
    assert "Название" in [element.text for element in root.iter(f"{SVG}text")]


def test_a_name_cannot_leave_the_header() -> None:
    request: HttpRequest = RequestFactory().get("/?as=svg")
    answer = send_picture(request, Picture('a"/../\r\nb', "A", "B", 20, (), ()))
    assert answer
    assert re.fullmatch(r'attachment; filename="[\w.-]+\.svg"', answer.headers["Content-Disposition"])


def test_teams_without_capacity_and_demand_are_drawn_empty(cast: Cast) -> None:
    Capacity.objects.all().delete()
    picture = teams_picture(teams_in(cast.period, everybody=True), {}, cast.period)
    assert not picture.bars
    assert all(stroke.x1 == 0 for stroke in picture.strokes)
    assert picture.news == "Everything that is asked fits."
