"""The commands that import findings and old tickets: the same report, nothing written by a dry run."""

from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from tests.makers import NOON, Cast
from tracker.intake.actions import ensure_request_types
from tracker.intake.models import WorkRequest
from tracker.integrations.models import ImportRun, OldTicket

FIXTURES = Path(__file__).parents[1] / "fixtures" / "findings"


def told(name: str, *arguments: str) -> str:
    out = StringIO()
    call_command(name, *arguments, stdout=out)
    return out.getvalue()


def test_findings_become_drafts_of_the_named_person(cast: Cast) -> None:
    ensure_request_types(at=NOON)
    arguments = (str(FIXTURES / "issues_overview.csv"), "--user", cast.seo_lead.email, "--urls", "10000")
    dry = told("import_findings", *arguments, "--dry-run", "--rows")
    assert "7 new, 19 below the threshold, 0 there already" in dry
    assert "H1: Missing · it touches fewer URLs than the threshold" in dry
    assert not ImportRun.objects.exists()
    told("import_findings", *arguments)
    assert WorkRequest.objects.filter(state="draft", requester=cast.seo_lead).count() == 7
    assert "0 new, 19 below the threshold, 7 there already" in told("import_findings", *arguments)


def test_columns_can_be_named_on_the_command_line(cast: Cast) -> None:
    ensure_request_types(at=NOON)
    file = str(FIXTURES / "unknown_headers.csv")
    with pytest.raises(CommandError, match="which column says"):
        told("import_findings", file, "--user", cast.seo_lead.email)
    done = told("import_findings", file, "--user", cast.seo_lead.email, "--column", "issue=1", "--column", "template=2")
    assert "2 new" in done
    for wrong in (("--column", "issue"), ("--column", "issue=0"), ("--area", "nowhere")):
        with pytest.raises(CommandError):
            told("import_findings", file, "--user", cast.seo_lead.email, *wrong)


def test_old_tickets_come_in_once(cast: Cast) -> None:
    file = str(FIXTURES / "github_issues.json")
    assert "3 new" in told("import_tickets", file, "--source", "github")
    assert "0 new, 0 below the threshold, 3 there already, 1 skipped" in told(
        "import_tickets", file, "--source", "github"
    )
    assert OldTicket.objects.count() == 3
    with pytest.raises(CommandError):
        told("import_tickets", str(FIXTURES / "hints.csv"), "--user", "nobody@lumen.example")
