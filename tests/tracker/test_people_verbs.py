from typing import Any

import pytest
from django.core import mail
from pytest_django import DjangoCaptureOnCommitCallbacks

from tests.makers import NOON, PASSWORD, Cast
from tracker.history.models import Entry
from tracker.kernel.errors import Invalid, NotAllowed, Refused, Stale
from tracker.people import actions
from tracker.people.access import Role
from tracker.people.invitations import PATIENCE, mail_invitations
from tracker.people.models import Firm, Level, Side, Token, User
from tracker.people.queries import list_teams


def entries(subject: str, number: int) -> int:
    return Entry.objects.filter(subject=subject, subject_id=number).count()


def invite(cast: Cast, **facts: Any) -> User:
    given: dict[str, Any] = {
        "email": "New@Lumen.example",
        "name": "Nora New",
        "roles": [Role.MARKETER],
        "team": cast.seo,
    } | facts
    return actions.invite_person(actor=cast.admin.viewer(), at=NOON, **given)


def set_level(level: Level) -> None:
    Firm.objects.update(level=level)


@pytest.mark.django_db
def test_the_first_administrator_founds_the_firm_at_level_start_and_there_is_no_second_one() -> None:
    facts: dict[str, Any] = {
        "at": NOON,
        "name": "Ada",
        "email": "Ada@firm.example",
        "password": PASSWORD,
        "firm": "Firm",
    }
    ada = actions.add_first_admin(**facts)
    assert (ada.roles, ada.email, Firm.objects.get().level) == (["admin"], "ada@firm.example", Level.START)
    assert entries("user", ada.pk) == entries("firm", 1) == 1
    with pytest.raises(Refused, match="already"):
        actions.add_first_admin(**facts | {"email": "second@firm.example"})
    assert User.objects.count() == 1


def test_an_invited_person_has_no_password_and_gets_one_mail(
    cast: Cast, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> None:
    with django_capture_on_commit_callbacks(execute=True):
        nora = invite(cast, language="ru")
    nora.refresh_from_db()
    assert nora.email == "new@lumen.example"
    assert nora.waits_for_password
    assert nora.invitation_mailed_at == NOON
    assert [message.to for message in mail.outbox] == [["new@lumen.example"]]
    assert entries("user", nora.pk) == nora.version == 1
    assert mail_invitations(at=NOON + PATIENCE * 2) == 0


def test_an_invitation_whose_mail_was_lost_is_found_by_the_sweep(cast: Cast) -> None:
    nora = invite(cast)
    assert mail_invitations(at=NOON + PATIENCE / 2) == 0
    assert mail_invitations(at=NOON + PATIENCE * 2) == 1
    assert mail_invitations(at=NOON + PATIENCE * 2) == 0
    assert f"invitation-{nora.pk}-1@tandem" in mail.outbox[0].extra_headers["Message-ID"]


def test_one_address_belongs_to_one_person(cast: Cast) -> None:
    with pytest.raises(Invalid) as refused:
        invite(cast, email="CTO@lumen.example")
    assert refused.value.code == "taken"
    assert "email" in refused.value.fields
    changes = {"email": "cto@lumen.example"}
    with pytest.raises(Invalid):
        actions.edit_person(actor=cast.admin.viewer(), at=NOON, person=cast.sre, expected=1, changes=changes)


def test_only_an_administrator_manages_people(cast: Cast) -> None:
    for other in (cast.cto, cast.cmo, cast.coo, cast.seo_lead):
        actor = other.viewer()
        with pytest.raises(NotAllowed):
            actions.invite_person(actor=actor, at=NOON, email="x@lumen.example", name="X", roles=[Role.LEAD])
        with pytest.raises(NotAllowed):
            actions.set_roles(actor=actor, at=NOON, person=cast.analyst, expected=None, roles=[Role.ADMIN])
        with pytest.raises(NotAllowed):
            actions.deactivate_person(actor=actor, at=NOON, person=cast.analyst)


def test_roles_are_given_with_history_and_a_stale_giver_is_told(cast: Cast) -> None:
    actor = cast.admin.viewer()
    actions.set_roles(actor=actor, at=NOON, person=cast.sre, expected=1, roles=["lead", "engineer", "lead"])
    assert cast.sre.roles == ["engineer", "lead"]
    entry = Entry.objects.get(subject="user", subject_id=cast.sre.pk)
    assert entry.changes == {"roles": [["engineer"], ["engineer", "lead"]]}
    with pytest.raises(Stale):
        actions.set_roles(actor=actor, at=NOON, person=cast.sre, expected=1, roles=["engineer"])
    for wrong in ([], ["king"]):
        with pytest.raises(Invalid):
            actions.set_roles(actor=actor, at=NOON, person=cast.sre, expected=None, roles=wrong)


def test_an_administrator_takes_roles_alone_only_at_level_start(cast: Cast) -> None:
    actor = cast.admin.viewer()
    for level in (Level.TEAM, Level.COMPANY):
        set_level(level)
        with pytest.raises(NotAllowed):
            actions.set_roles(actor=actor, at=NOON, person=cast.admin, expected=None, roles=["admin", "cto"])
    set_level(Level.START)
    actions.set_roles(actor=actor, at=NOON, person=cast.admin, expected=None, roles=["admin", "cto"])
    assert cast.admin.roles == ["cto", "admin"]


def test_level_start_is_left_for_good(cast: Cast) -> None:
    set_level(Level.START)
    actor, firm = cast.admin.viewer(), Firm.objects.get()
    actions.set_level(actor=actor, at=NOON, firm=firm, expected=1, level="company")
    actions.set_level(actor=actor, at=NOON, firm=firm, expected=2, level="team")
    with pytest.raises(Refused, match="for good"):
        actions.set_level(actor=actor, at=NOON, firm=firm, expected=3, level="start")


def test_the_last_administrator_stays_one(cast: Cast) -> None:
    set_level(Level.START)
    actor = cast.admin.viewer()
    with pytest.raises(Refused) as refused:
        actions.set_roles(actor=actor, at=NOON, person=cast.admin, expected=None, roles=["cto"])
    assert refused.value.code == "last_admin"
    other = invite(cast, roles=[Role.ADMIN])
    actions.set_roles(actor=actor, at=NOON, person=cast.admin, expected=None, roles=["cto"])
    with pytest.raises(NotAllowed):
        actions.deactivate_person(actor=other.viewer(), at=NOON, person=other)


def test_nobody_deactivates_themselves_or_the_last_administrator(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.deactivate_person(actor=cast.admin.viewer(), at=NOON, person=cast.admin)
    other = invite(cast, roles=[Role.ADMIN])
    actions.deactivate_person(actor=cast.admin.viewer(), at=NOON, person=other)
    actions.reactivate_person(actor=cast.admin.viewer(), at=NOON, person=other)
    assert entries("user", other.pk) == other.version == 3


def test_a_profile_is_changed_by_its_owner_into_something_known(cast: Cast) -> None:
    changes = {"language": "ru", "time_zone": "Asia/Tashkent"}
    actions.edit_profile(actor=cast.sre.viewer(), at=NOON, person=cast.sre, expected=1, changes=changes)
    assert (cast.sre.language, cast.sre.version) == ("ru", 2)
    with pytest.raises(NotAllowed):
        actions.edit_profile(actor=cast.admin.viewer(), at=NOON, person=cast.sre, expected=2, changes=changes)
    for wrong in ({"language": "tlh"}, {"time_zone": "Mars/Olympus"}):
        with pytest.raises(Invalid):
            actions.edit_profile(actor=cast.sre.viewer(), at=NOON, person=cast.sre, expected=2, changes=wrong)


def test_a_new_password_leaves_a_trace_but_not_itself(cast: Cast) -> None:
    actions.set_password(at=NOON, person=cast.sre, password=PASSWORD)
    assert cast.sre.check_password(PASSWORD)
    entry = Entry.objects.get(subject="user", subject_id=cast.sre.pk)
    assert (entry.verb, entry.changes, cast.sre.version) == ("set_password", {}, 2)


def test_a_team_gets_a_key_of_its_name_and_no_twin(cast: Cast) -> None:
    actor = cast.cto.viewer()
    team = actions.add_team(actor=actor, at=NOON, name="Карточка товара", side=Side.TECHNOLOGY)
    assert team.key == "kartochka-tovara"
    with pytest.raises(Invalid) as refused:
        actions.add_team(actor=actor, at=NOON, name="карточка ТОВАРА", side=Side.TECHNOLOGY, key="other")
    assert "name" in refused.value.fields
    with pytest.raises(Invalid):
        actions.edit_team(actor=actor, at=NOON, team=team, expected=1, changes={"side": "neither"})
    with pytest.raises(NotAllowed):
        actions.edit_team(actor=cast.seo_lead.viewer(), at=NOON, team=team, expected=1, changes={"name": "Mine"})
    rows = list_teams(actor)
    assert [row.key for row in rows] == ["data", "mobile", "web", "kartochka-tovara", "content", "seo"]
    assert [(row.members, row.areas) for row in rows if row.key == "web"] == [(4, 2)]


def test_only_the_hash_of_a_token_is_kept(cast: Cast) -> None:
    token, secret = actions.issue_token(actor=cast.sre.viewer(), at=NOON, person=cast.sre, scopes=["write", "read"])
    assert (len(secret), token.scopes) == (43, ["read", "write"])
    assert len(bytes(Token.objects.get().digest)) == 32
    assert secret not in str(Token.objects.values()) + str(Entry.objects.values())
    assert "digest" not in str(Entry.objects.get(subject="token").changes)


def test_tokens_are_made_and_revoked_by_their_owner_at_the_screen(cast: Cast) -> None:
    with pytest.raises(NotAllowed):
        actions.issue_token(actor=cast.admin.viewer(), at=NOON, person=cast.sre)
    by_token = cast.sre.viewer(frozenset({"read", "write", "manage"}))
    with pytest.raises(NotAllowed):
        actions.issue_token(actor=by_token, at=NOON, person=cast.sre)
    for scopes, days in (([], None), (["all"], None), (["read"], 0)):
        with pytest.raises(Invalid):
            actions.issue_token(actor=cast.sre.viewer(), at=NOON, person=cast.sre, scopes=scopes, days=days)
    token, _secret = actions.issue_token(actor=cast.sre.viewer(), at=NOON, person=cast.sre)
    with pytest.raises(NotAllowed):
        actions.revoke_token(actor=cast.admin.viewer(), at=NOON, token=token)
    actions.revoke_token(actor=cast.sre.viewer(), at=NOON, token=token)
    actions.revoke_token(actor=cast.sre.viewer(), at=NOON, token=token)
    assert entries("token", token.pk) == token.version == 2
