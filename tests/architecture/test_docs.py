"""The pages say what is: what is written out of tables is fresh, links lead somewhere, labels exist."""

import re
from pathlib import Path

import pytest

from tests.messages import fresh_catalogs
from tests.reference.pages import INTERNAL, SETTINGS, environment_reads, machines, pages
from tests.reference.routes import routes

ROOT = Path(__file__).parents[2]
PAGES = [ROOT / "README.md", ROOT / "CHANGELOG.md", *sorted((ROOT / "docs").rglob("*.md"))]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCED = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
NAMED_FILE = re.compile(r"`((?:tracker|roadmap|tests|docs|\.ci)/[\w./-]+|pyproject\.toml|compose\.yaml|Makefile)`")
LABEL = re.compile(r"\*\*([^*]+)\*\*")
HEADING = re.compile(r"^#+ (.+)$", re.MULTILINE)


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


@pytest.fixture(scope="module")
def fresh() -> dict[Path, str]:
    return pages()


def test_what_is_written_out_of_tables_is_fresh(fresh: dict[Path, str]) -> None:
    stale = [name_of(path) for path, text in fresh.items() if not path.exists() or path.read_text() != text]
    assert not stale, "run make reference"


def anchors_of(path: Path) -> set[str]:
    return {re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in HEADING.findall(path.read_text())}


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_link_leads_somewhere(page: Path) -> None:
    broken = []
    for target in LINK.findall(FENCED.sub("", page.read_text())):
        if target.startswith(("http://", "https://")):
            continue
        file, _hash, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        if not there.exists() or (anchor and anchor not in anchors_of(there)):
            broken.append(target)
    assert not broken


def test_every_page_is_reached_from_the_index() -> None:
    found, waiting = set(), [ROOT / "docs" / "index.md"]
    while waiting:
        page = waiting.pop()
        if page in found:
            continue
        found.add(page)
        links = [(page.parent / target.partition("#")[0]).resolve() for target in LINK.findall(page.read_text())]
        waiting += [link for link in links if link.suffix == ".md" and link.exists()]
    assert not [name_of(page) for page in PAGES if page not in found and page.name != "README.md"]


@pytest.mark.parametrize("page", PAGES, ids=name_of)
def test_every_file_that_a_page_names_exists(page: Path) -> None:
    assert not [name for name in NAMED_FILE.findall(page.read_text()) if not (ROOT / name).exists()]


def test_every_setting_is_documented_and_read() -> None:
    documented = {setting.name for setting in SETTINGS} | set(INTERNAL)
    assert environment_reads() == documented


def test_every_route_says_what_it_does() -> None:
    assert not [f"{route.method} {route.path}" for route in routes() if not route.text]


def test_every_machine_is_in_the_reference(fresh: dict[Path, str]) -> None:
    text = fresh[ROOT / "docs" / "reference" / "states.md"]
    assert all(f"## {machine.name[0].upper()}{machine.name[1:]}\n" in text for machine in machines())


def test_the_tutorial_names_buttons_by_their_labels() -> None:
    known = {text for catalog in fresh_catalogs() for message in catalog for text in _texts(message.id)}
    tutorial = (ROOT / "docs" / "tutorial" / "first-embed.md").read_text()
    assert not [label for label in LABEL.findall(tutorial) if not _is_known(label, known)]


def _texts(ident: object) -> list[str]:
    return [str(text) for text in ident] if isinstance(ident, (list, tuple)) else [str(ident)]


def _is_known(label: str, known: set[str]) -> bool:
    """Also with something filled in: "Propose to Kenji Sato" is "Propose to %(name)s"."""
    label = " ".join(label.split())
    return label in known or any(_fits(label, text) for text in known if "%(" in text)


def _fits(label: str, text: str) -> bool:
    """A text that is little more than its placeholders would fit anything."""
    own = len(re.sub(r"%\(\w+\)s|\W", "", text))
    return own >= 6 and re.fullmatch(re.sub(r"%\\\(\w+\\\)s", ".+", re.escape(text)), label) is not None


def test_the_readme_names_the_two_commands_and_the_tests_run_by_it() -> None:
    readme = (ROOT / "README.md").read_text()
    assert "    make run\n" in readme
    assert "    make test\n" in readme
    assert re.search(r"make .*\btest\b", (ROOT / ".ci" / "run").read_text())


def test_the_changelog_has_the_version_of_the_project() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert version is not None
    entries = (ROOT / "CHANGELOG.md").read_text().partition(f"## {version[1]}")[2]
    assert re.search(r"^- \S", entries, re.MULTILINE)
