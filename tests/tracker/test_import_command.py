"""manage.py import_projects: the same report, with nobody at a screen and no worker."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.makers import Cast
from tracker.integrations.models import ImportRun, Link
from tracker.projects.models import Project

FIXTURES = Path(__file__).parents[1] / "fixtures" / "jira"
SAMPLE = Path(__file__).parents[2].parent / "shared" / "samples" / "jira" / "jira_cloud_es_export_anonymised.csv"


def command(path: Path, *options: str) -> str:
    out = StringIO()
    call_command("import_projects", str(path), "--team", "web", *options, stdout=out)
    return out.getvalue()


def test_a_dry_run_reports_every_row_and_leaves_no_trace(cast: Cast) -> None:
    told = command(FIXTURES / "spanish.csv", "--dry-run")
    assert "projects: 3 new, 0 changed, 0 unchanged, 0 left out" in told
    assert "its parent TIENDA-90 is not in the file" in told
    assert not ImportRun.objects.exists()
    assert not Project.objects.exists()


def test_it_runs_at_once_and_a_second_time_changes_nothing(cast: Cast) -> None:
    assert "projects: 3 new" in command(FIXTURES / "spanish.csv", "--user", "cto@lumen.example")
    told = command(FIXTURES / "spanish.csv")
    assert "imported by Vera Lang" in told
    assert "projects: 0 new, 0 changed, 3 unchanged" in told
    assert "2 linked, 0 of these links new or changed" in told
    assert Project.objects.count() == 3


def test_the_real_export_with_absent_epics(cast: Cast) -> None:
    if not SAMPLE.exists():
        pytest.skip(f"the real export is not beside the repository: {SAMPLE.name}")
    told = command(SAMPLE, "--counts-as", "epic", "--with-absent-epics")
    assert "projects: 8 new" in told
    assert Link.objects.filter(issue=True).count() == 105


@pytest.mark.parametrize(
    "options, words",
    [
        (["--team", "nobody"], "There is no team nobody"),
        (["--user", "ghost@lumen.example"], "nobody to import as"),
        (["--user", "analyst@lumen.example"], "You may not import projects"),
    ],
)
def test_what_it_cannot_do_it_says(cast: Cast, options: list[str], words: str) -> None:
    with pytest.raises(CommandError, match=words):
        command(FIXTURES / "spanish.csv", *options)


@pytest.mark.parametrize("name", ["empty.csv", "login_page.csv", "picture.csv", "header_only.csv", "no_such_file.csv"])
def test_a_wrong_file_is_one_sentence(cast: Cast, name: str) -> None:
    with pytest.raises(CommandError):
        command(FIXTURES / name)
    assert not ImportRun.objects.exists()
