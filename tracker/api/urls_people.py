"""People, teams, saved views, history."""

from django.urls import path

from tracker.api import history, people, saved_views, standing

urlpatterns = [
    path("people/", people.PersonList.as_view()),
    path("people/<int:number>/", people.PersonDetail.as_view()),
    path("people/<int:number>/roles/", people.PersonRoles.as_view()),
    path("people/<int:number>/deactivate/", people.PersonDeactivate.as_view()),
    path("people/<int:number>/reactivate/", people.PersonReactivate.as_view()),
    path("people/<int:number>/invite/", people.PersonInvite.as_view()),
    path("teams/", people.TeamList.as_view()),
    path("teams/<slug:key>/", people.TeamDetail.as_view()),
    path("teams/<slug:key>/rota/", standing.TeamRota.as_view()),
    path("absences/", standing.AbsenceList.as_view()),
    path("absences/<int:number>/", standing.AbsenceDetail.as_view()),
    path("absences/<int:number>/end/", standing.AbsenceEnd.as_view()),
    path("views/", saved_views.ViewList.as_view()),
    path("views/<int:number>/", saved_views.ViewDetail.as_view()),
    path("views/<int:number>/delete/", saved_views.ViewDelete.as_view()),
    path("history/", history.HistoryList.as_view()),
]
