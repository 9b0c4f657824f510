"""Pages of people, teams, sites, the own profile, the firm and the first minutes."""

from django.urls import path

from tracker.web import demo_page, demo_signin, levels, people, profile, settings_page, setup, sites, status

urlpatterns = [
    path("people/", people.show_people, name="people-list"),
    path("people/mentions/", people.offer_names, name="person-mentions"),
    path("people/invite/", people.invite, name="person-invite"),
    path("people/<int:number>/", people.show_person, name="person"),
    path("people/<int:number>/edit/", people.edit, name="person-edit"),
    path("people/<int:number>/roles/", people.give_roles, name="person-roles"),
    path("people/<int:number>/deactivate/", people.deactivate, name="person-deactivate"),
    path("people/<int:number>/reactivate/", people.reactivate, name="person-reactivate"),
    path("people/<int:number>/invite/", people.send_again, name="person-invite-again"),
    path("teams/", people.show_teams, name="team-list"),
    path("teams/new/", people.new_team, name="team-new"),
    path("teams/<slug:key>/edit/", people.edit_team, name="team-edit"),
    path("sites/", sites.show_sites, name="site-list"),
    path("sites/new/", sites.new_site, name="site-new"),
    path("sites/<slug:key>/edit/", sites.edit_site, name="site-edit"),
    path("sites/<slug:key>/areas/new/", sites.new_area, name="area-new"),
    path("areas/<slug:key>/edit/", sites.edit_area, name="area-edit"),
    path("profile/", profile.show_profile, name="profile"),
    path("profile/tokens/", profile.show_tokens, name="token-list"),
    path("profile/tokens/new/", profile.make_token, name="token-new"),
    path("profile/tokens/<int:number>/revoke/", profile.revoke_token, name="token-revoke"),
    path("settings/", settings_page.show_settings, name="settings"),
    path("settings/level/", levels.show_levels, name="settings-level"),
    path("settings/demo/", demo_page.remove, name="demo-remove"),
    path("status/", status.show_status, name="status"),
    path("status/mails/", status.send_again, name="status-mails"),
    path("language/", profile.choose_language, name="language"),
    path("demo/sign-in/", demo_signin.sign_in_as, name="demo-signin"),
    path("start/", setup.make_first_admin, name="first-admin"),
    path("start/next/", setup.take_next_step, name="start-next"),
    path("start/hide/", setup.hide_steps, name="start-hide"),
    path("start/show/", setup.show_steps, name="start-show"),
    path("start/demo/", demo_page.load, name="demo-load"),
]
