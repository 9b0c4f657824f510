"""The pages of policies and of working hours: what they say, who may change them, what is refused and how."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.test import Client

from tests.forms import heading_of, send_form, text_of
from tests.makers import Cast
from tests.tracker.test_promises import clocks, owe
from tests.tracker.test_sites_pages import signed_in
from tracker.history.audit import holes
from tracker.kernel import clock
from tracker.kernel.errors import Invalid, NotAllowed, Refused
from tracker.people.models import Firm, Level, User
from tracker.promises.actions import copy_calendar, edit_policy, set_calendar
from tracker.promises.models import Kind, Policy, WorkCalendar

__all__ = ["clocks"]

TRIAGE = "/policies/triage/edit/"
FIRM = "/calendars/firm/"
WEB = "/calendars/teams/web/"
TERMS = {"days": "2", "reminders": "90, 25 50%", "chiefs_after": "0.5", "docket_after": "0"}
OFFICE = dict.fromkeys(("monday", "tuesday", "wednesday", "thursday", "friday"), "9:00–18:00")
WEEK = {"zone": "Europe/Berlin", "country": "DE", "region": "", **OFFICE, "saturday": "", "sunday": ""}
MONDAY = datetime(2026, 11, 23, 15, 40, tzinfo=UTC)


@pytest.fixture
def monday() -> Iterator[datetime]:
    """Monday, 23 November 2026, 15:40 in UTC."""
    clock.shift(MONDAY - clock.now())
    yield MONDAY
    clock.shift(timedelta(0))


def in_russian(person: User) -> Client:
    User.objects.filter(pk=person.pk).update(language="ru")
    person.refresh_from_db()
    return signed_in(person)


def firm_calendar() -> WorkCalendar:
    return WorkCalendar.objects.get(team=None)


def test_everybody_reads_who_owes_what_until_when_and_who_hears_of_it(clocks: Cast) -> None:
    owe(clocks)
    page = signed_in(clocks.analyst).get("/policies/")
    text = text_of(page)
    assert heading_of(page) == "A first answer takes up to 3 working days, a decision up to 10 working days"
    assert "1 promise runs now and keeps the terms that it began with." in text
    assert "the lead of the team that owns the area" in text
    assert "50, 75 %" in text
    assert "after 1 working day" in text
    assert "2 working days later" in text
    assert "by its own date" in text
    assert "The CMO, the CTO and the COO change these terms." in text
    assert TRIAGE not in page.content.decode()
    assert TRIAGE in signed_in(clocks.coo).get("/policies/").content.decode()


def test_the_terms_are_said_in_russian_too(clocks: Cast) -> None:
    Policy.objects.filter(kind="triage").update(days="0.5")
    page = in_russian(clocks.analyst).get("/policies/")
    assert heading_of(page) == "На первый ответ — 0,5 рабочего дня, на решение — 10 рабочих дней"
    assert "ещё через 2 рабочих дня" in text_of(page)


def test_at_level_start_it_says_that_no_clock_runs(clocks: Cast) -> None:
    Firm.objects.update(level=Level.START)
    page = signed_in(clocks.admin).get("/policies/")
    assert heading_of(page) == "No clock runs yet"
    assert "nobody is reminded and nothing climbs" in text_of(page)


def test_before_anything_was_set_the_pages_say_so(cast: Cast) -> None:
    client = signed_in(cast.cto)
    assert "No terms yet" in text_of(client.get("/policies/"))
    assert client.get(TRIAGE).status_code == 404
    assert "Mon–Fri 9:00–18:00" in text_of(client.get("/calendars/"))
    assert client.post(FIRM, WEEK).status_code == 302
    assert firm_calendar().zone == "Europe/Berlin"


def test_a_chief_changes_the_terms_and_what_runs_keeps_its_own(clocks: Cast) -> None:
    before = owe(clocks)
    client = signed_in(clocks.cmo)
    done = send_form(client, client.get(TRIAGE), TRIAGE, **TERMS)
    assert "It holds for what begins from now on." in text_of(done)
    assert "2 working days" in text_of(done)
    policy = Policy.objects.get(kind="triage")
    assert policy.reminders == [25, 50, 90]
    assert (policy.chiefs_after, policy.docket_after) == (Decimal("0.5"), Decimal(0))
    assert owe(clocks, "R-42:triage").minutes == 2 * 9 * 60
    before.refresh_from_db()
    assert before.minutes == 3 * 9 * 60
    assert not [hole for hole in holes() if hole.startswith("policy")]


@pytest.mark.parametrize("who", ["analyst", "platform_lead", "admin", "seo_lead"])
def test_nobody_but_the_chiefs_changes_the_terms(clocks: Cast, who: str) -> None:
    client = signed_in(getattr(clocks, who))
    assert client.get(TRIAGE).status_code == 403
    assert client.post(TRIAGE, TERMS | {"version": "1"}).status_code == 403
    policy = Policy.objects.get(kind="triage")
    actor = getattr(clocks, who).viewer()
    with pytest.raises(NotAllowed, match="COO"):
        edit_policy(actor=actor, at=MONDAY, policy=policy, expected=None, changes={"days": 2})
    assert Policy.objects.get(kind="triage").version == 1


def test_late_terms_keep_what_was_typed_and_say_who_was_first(clocks: Cast) -> None:
    edit_policy(
        actor=clocks.coo.viewer(),
        at=MONDAY,
        policy=Policy.objects.get(kind="triage"),
        expected=1,
        changes={"days": 4, "reminders": [50]},
    )
    late = signed_in(clocks.cto).post(TRIAGE, TERMS | {"version": "1"})
    assert late.status_code == 409
    assert f"Meanwhile: {clocks.coo.name} changed: time to answer, reminders." in text_of(late)
    assert 'value="90, 25 50%"' in late.content.decode()
    assert 'name="version" value="2"' in late.content.decode()
    assert Policy.objects.get(kind="triage").days == 4


@pytest.mark.parametrize(
    "field, value, told",
    [
        ("days", "0", "what is owed at once is late at once"),
        ("days", "251", "Between 0 and 250 working days."),
        ("days", "-1", "Between 0 and 250 working days."),
        ("days", "soon", "Enter a number."),
        ("reminders", "half", "Write percentages like 50, 75."),
        ("reminders", "100", "Reminders are percentages between 1 and 99."),
        ("reminders", "10 20 30 40 50 60", "Five reminders at most."),
        ("docket_after", "", "This field is required."),
    ],
)
def test_terms_that_make_no_sense_are_refused_beside_the_field(clocks: Cast, field: str, value: str, told: str) -> None:
    answer = signed_in(clocks.cto).post(TRIAGE, TERMS | {field: value, "version": "1"})
    page = answer.content.decode()
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in page
    assert told in text_of(answer)
    assert Policy.objects.get(kind="triage").version == 1


def test_a_condition_has_its_own_date_and_no_days_to_set(clocks: Cast) -> None:
    client = signed_in(clocks.cto)
    path = "/policies/condition/edit/"
    assert 'name="days"' not in client.get(path).content.decode()
    assert client.post(path, TERMS | {"version": "1"}).status_code == 302
    policy = Policy.objects.get(kind="condition")
    assert (policy.days, policy.reminders) == (Decimal(0), [25, 50, 90])
    with pytest.raises(Invalid, match="own"):
        edit_policy(actor=clocks.cto.viewer(), at=MONDAY, policy=policy, expected=None, changes={"days": 5})


def test_a_calendar_says_when_three_working_days_from_now_end(clocks: Cast, monday: datetime) -> None:
    client = signed_in(clocks.analyst)
    assert "Three working days from now end on Thursday 26 November, 15:40." in text_of(client.get(FIRM))
    WorkCalendar.objects.update(days={"2026-11-25": []})
    assert "end on Friday 27 November, 15:40." in text_of(client.get(FIRM))
    WorkCalendar.objects.update(zone="Asia/Tokyo", days={})
    page = text_of(client.get(FIRM))
    assert "end on Thursday 26 November, 09:00; in Asia/Tokyo it is Thursday 26 November, 18:00 then." in page
    User.objects.filter(pk=clocks.analyst.pk).update(time_zone="Europe/Berlin")
    page = text_of(signed_in(clocks.analyst).get(FIRM))
    assert "end on Thursday 26 November, 10:00; in Asia/Tokyo it is Thursday 26 November, 18:00 then." in page
    User.objects.filter(pk=clocks.analyst.pk).update(time_zone="UTC")
    WorkCalendar.objects.update(zone="UTC")
    assert "закончатся в этот день: четверг, 26 ноября, 15:40." in text_of(in_russian(clocks.analyst).get(FIRM))


def test_a_chief_sets_the_hours_of_the_firm(clocks: Cast, monday: datetime) -> None:
    client = signed_in(clocks.coo)
    split = {"friday": "9-13, 14.00 — 17:30", "saturday": "10:00–12:00"}
    done = send_form(client, client.get(FIRM), FIRM, **WEEK | split)
    text = text_of(done)
    assert heading_of(done) == "The firm: 45.5 hours a week"
    assert "Christmas Day" in text
    assert "Holidays differ by region here" in text
    assert "Bayern" in text
    firm = firm_calendar()
    assert firm.week[4:] == [[[540, 780], [840, 1050]], [[600, 720]], []]
    assert 'value="9:00–13:00, 14:00–17:30"' in done.content.decode()
    send_form(client, done, FIRM, region="BY")
    assert "Epiphany" in text_of(client.get(FIRM))
    send_form(client, client.get(FIRM), FIRM, country="FR")
    assert (firm_calendar().country, firm_calendar().region) == ("FR", "")
    assert "Mon–Thu 9:00–18:00; Fri 9:00–13:00, 14:00–17:30; Sat 10:00–12:00" in text_of(client.get("/calendars/"))
    assert not [hole for hole in holes() if hole.startswith("calendar")]


def test_holidays_and_countries_are_named_in_the_language_of_the_reader(clocks: Cast, monday: datetime) -> None:
    WorkCalendar.objects.update(country="RU")
    text = text_of(in_russian(clocks.cto).get(FIRM))
    assert "Россия" in text
    assert "Рождество Христово" in text
    assert "Понедельник" in text


BAD_HOURS = [
    ("monday", "9:00–25:00", "A day has the hours from 0:00 to 24:00.", "В сутках часы от 0:00 до 24:00."),
    ("tuesday", "18:00–9:00", "The end comes after the beginning", "Конец должен быть позже начала"),
    ("friday", "9:00–13:00, 12:00–18:00", "These hours overlap or touch", "Эти часы пересекаются или смыкаются"),
    ("friday", "9:00–13:00, 13:00–18:00", "These hours overlap or touch", "Эти часы пересекаются или смыкаются"),
    ("sunday", "morning", "Write hours like 9:00–18:00", "Запишите часы так: 9:00–18:00"),
    ("sunday", "9:75–10:00", "Write hours like 9:00–18:00", "Запишите часы так: 9:00–18:00"),
    ("zone", "Mars/Olympus", "There is no such time zone.", "Такого часового пояса нет."),
    ("country", "XX", "No holidays are known for this country.", "Праздники этой страны неизвестны."),
    ("region", "Moon", "This country has no such region.", "В этой стране нет такого региона."),
]


@pytest.mark.parametrize("field, value, english, russian", BAD_HOURS)
def test_hours_that_cannot_be_are_refused_beside_the_field_and_nothing_typed_is_lost(
    clocks: Cast, field: str, value: str, english: str, russian: str
) -> None:
    WorkCalendar.objects.update(country="DE")
    sent = WEEK | {"wednesday": "7:00–8:00", "version": "1", field: value}
    for client, told in ((signed_in(clocks.cto), english), (in_russian(clocks.cmo), russian)):
        answer = client.post(FIRM, sent)
        page = answer.content.decode()
        assert answer.status_code == 422
        assert f'id="id_{field}-error"' in page
        assert told in text_of(answer)
        assert 'value="7:00–8:00"' in page
        assert field in ("zone", "country", "region") or f'value="{value}"' in page
    assert firm_calendar().version == 1


def test_all_that_is_wrong_with_a_week_is_said_at_once(clocks: Cast) -> None:
    sent = WEEK | {"monday": "18:00–9:00", "tuesday": "soon", "friday": "9:00–25:00", "version": "1"}
    page = signed_in(clocks.cto).post(FIRM, sent).content.decode()
    assert all(f'id="id_{day}-error"' in page for day in ("monday", "tuesday", "friday"))


def test_a_week_without_any_hours_is_refused(clocks: Cast) -> None:
    answer = signed_in(clocks.cto).post(FIRM, WEEK | dict.fromkeys(OFFICE, "") | {"version": "1"})
    assert answer.status_code == 422
    assert "At least one day of the week has hours." in text_of(answer)
    assert 'id="id_monday-error"' in answer.content.decode()


def test_late_hours_keep_what_was_typed_and_say_who_was_first(clocks: Cast) -> None:
    set_calendar(actor=clocks.coo.viewer(), at=MONDAY, calendar=firm_calendar(), changes={"zone": "Europe/Paris"})
    client = signed_in(clocks.cto)
    late = client.post(FIRM, WEEK | {"monday": "6:00–7:00", "version": "1"})
    assert late.status_code == 409
    assert f"Meanwhile: {clocks.coo.name} changed: time zone." in text_of(late)
    assert 'value="6:00–7:00"' in late.content.decode()
    assert 'name="version" value="2"' in late.content.decode()
    same = {"zone": "Europe/Paris", "country": ""}
    assert client.post(FIRM, WEEK | same | {"version": "1"}).status_code == 409
    assert client.post(f"{FIRM}days/", {"on": "2027-03-01", "hours": "", "version": "1"}).status_code == 409
    assert (firm_calendar().version, firm_calendar().days) == (2, {})


def test_a_team_uses_the_hours_of_the_firm_until_it_is_given_its_own(clocks: Cast) -> None:
    WorkCalendar.objects.update(zone="Europe/Berlin", days={"2031-01-02": [[540, 720]]})
    lead = signed_in(clocks.platform_lead)
    page = lead.get(WEB)
    assert "This team works the hours of the firm." in text_of(page)
    assert "as the firm" in text_of(lead.get("/calendars/"))
    assert heading_of(lead.get("/calendars/")) == "Everybody works the hours of the firm"
    assert lead.post(WEB, WEEK).status_code == 404
    done = send_form(lead, page, f"{WEB}own/")
    assert "Web has hours of its own now." in text_of(done)
    own = WorkCalendar.objects.get(team=clocks.web)
    assert (own.zone, own.days) == ("Europe/Berlin", {"2031-01-02": [[540, 720]]})
    send_form(lead, done, WEB, zone="Asia/Tashkent", friday="")
    own.refresh_from_db()
    assert (own.zone, own.week[4]) == ("Asia/Tashkent", [])
    assert firm_calendar().version == 1
    assert owe(clocks).calendar == own
    assert heading_of(lead.get("/calendars/")) == "1 team works hours of its own"
    assert "This team has hours of its own already." in text_of(lead.post(f"{WEB}own/", follow=True))
    assert WorkCalendar.objects.count() == 2
    assert not [hole for hole in holes() if hole.startswith("calendar")]


def test_the_hours_of_a_team_are_for_its_lead_the_chiefs_and_administrators(clocks: Cast) -> None:
    copy_calendar(actor=clocks.coo.viewer(), at=MONDAY, team=clocks.web)
    for who, status in {
        "platform_lead": 302,
        "cmo": 302,
        "coo": 302,
        "admin": 302,
        "seo_lead": 403,
        "sre": 403,
    }.items():
        client = signed_in(getattr(clocks, who))
        version = WorkCalendar.objects.get(team=clocks.web).version
        assert client.post(WEB, WEEK | {"version": version}).status_code == status, who
        page = client.get(WEB)
        assert ('name="monday"' in page.content.decode()) is (status == 302), who
        assert "Mon–Fri 9:00–18:00" in text_of(page) or status == 302
    with pytest.raises(NotAllowed, match="its lead"):
        copy_calendar(actor=clocks.sre.viewer(), at=MONDAY, team=clocks.mobile)
    for who in ("platform_lead", "admin", "sre"):
        assert signed_in(getattr(clocks, who)).post(FIRM, WEEK | {"version": "1"}).status_code == 403, who
        assert signed_in(getattr(clocks, who)).post(FIRM, {"monday": "soon"}).status_code == 403, who
    assert signed_in(clocks.cto).get("/calendars/teams/nothing/").status_code == 404


def test_whoever_holds_no_role_reads_the_terms_and_no_hours(clocks: Cast) -> None:
    User.objects.filter(pk=clocks.sre.pk).update(roles=[])
    client = signed_in(clocks.sre)
    assert client.get("/policies/").status_code == 200
    for path in ("/calendars/", FIRM, WEB):
        assert client.get(path).status_code == 403 if path != WEB else client.get(path).status_code in (403, 404)


def test_a_day_that_differs_is_added_changed_and_taken_back(clocks: Cast, monday: datetime) -> None:
    client = signed_in(clocks.cto)
    done = send_form(client, client.get(FIRM), f"{FIRM}days/", on="2026-12-31", hours="9:00–14:00")
    assert "31 December 9:00–14:00" in text_of(done)
    done = send_form(client, done, f"{FIRM}days/", on="2026-12-24", hours="")
    assert "24 December day off" in text_of(done)
    done = send_form(client, done, f"{FIRM}days/", on="2026-12-31", hours="9:00–12:00")
    assert firm_calendar().days == {"2026-12-31": [[540, 720]], "2026-12-24": []}
    done = send_form(client, done, f"{FIRM}days/remove/", on="2026-12-24")
    assert "That day is as its weekday again." in text_of(done)
    assert firm_calendar().days == {"2026-12-31": [[540, 720]]}
    stale = client.post(f"{FIRM}days/remove/", {"on": "2026-12-31", "version": "1"}, follow=True)
    assert "Somebody changed this before you." in text_of(stale)
    assert "2026-12-31" in firm_calendar().days


@pytest.mark.parametrize(
    "field, sent, told",
    [
        ("on", {"on": "2026-02-30", "hours": "9:00–14:00"}, "Enter a valid date."),
        ("on", {"on": "", "hours": "9:00–14:00"}, "This field is required."),
        ("hours", {"on": "2026-12-31", "hours": "14:00–9:00"}, "The end comes after the beginning"),
        ("hours", {"on": "2026-12-31", "hours": "noon"}, "Write hours like 9:00–18:00"),
    ],
)
def test_a_day_that_cannot_be_is_refused_beside_the_field(
    clocks: Cast, field: str, sent: dict[str, str], told: str
) -> None:
    answer = signed_in(clocks.cto).post(f"{FIRM}days/", sent | {"version": "1"})
    assert answer.status_code == 422
    assert f'id="id_{field}-error"' in answer.content.decode()
    assert told in text_of(answer)
    assert all(f'value="{value}"' in answer.content.decode() for value in sent.values() if value)
    assert firm_calendar().days == {}


def test_the_verb_itself_refuses_too_many_days_no_days_and_hours_that_cannot_be(clocks: Cast) -> None:
    first, many = date(2030, 1, 1), range(401)
    days: dict[str, list[list[int]]] = {(first + timedelta(days=number)).isoformat(): [] for number in many}
    with pytest.raises(Refused, match="too many"):
        set_calendar(actor=clocks.cto.viewer(), at=MONDAY, calendar=firm_calendar(), changes={"days": days})
    week = [[[540, 1080]], [[1080, 540]], *[[]] * 5]
    with pytest.raises(Invalid, match="end comes after") as refused:
        set_calendar(actor=clocks.cto.viewer(), at=MONDAY, calendar=firm_calendar(), changes={"week": week})
    assert set(refused.value.fields) == {"tuesday"}
    with pytest.raises(Invalid, match="no such day"):
        set_calendar(actor=clocks.cto.viewer(), at=MONDAY, calendar=firm_calendar(), changes={"days": {"soon": []}})


def test_the_policies_come_with_the_level(cast: Cast) -> None:
    Firm.objects.update(level=Level.START)
    User.objects.filter(pk=cast.admin.pk).update(time_zone="Asia/Tashkent")
    signed_in(User.objects.get(pk=cast.admin.pk)).post("/settings/level/", {"level": "team", "version": "1"})
    assert Policy.objects.count() == len(Kind)
    assert firm_calendar().zone == "Asia/Tashkent"
