"""Pages of the rules by which promises run: policies and working hours."""

from django.urls import path

from tracker.web import calendars, policies

urlpatterns = [
    path("policies/", policies.show_policies, name="policy-list"),
    path("policies/<slug:kind>/edit/", policies.change_policy, name="policy-edit"),
    path("calendars/", calendars.show_calendars, name="calendar-list"),
    path("calendars/firm/", calendars.show_calendar, name="calendar-firm"),
    path("calendars/firm/days/", calendars.set_day, name="calendar-firm-days"),
    path("calendars/firm/days/remove/", calendars.remove_day, name="calendar-firm-undo"),
    path("calendars/teams/<slug:key>/", calendars.show_calendar, name="calendar"),
    path("calendars/teams/<slug:key>/own/", calendars.make_own, name="calendar-own"),
    path("calendars/teams/<slug:key>/days/", calendars.set_day, name="calendar-days"),
    path("calendars/teams/<slug:key>/days/remove/", calendars.remove_day, name="calendar-undo"),
]
