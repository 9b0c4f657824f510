"""Routes of projects, periods, capacities and the line."""

from django.urls import path

from tracker.api import line, periods, projects

urlpatterns = [
    path("projects/", projects.ProjectList.as_view()),
    path("projects/<str:key>/", projects.ProjectDetail.as_view()),
    path("projects/<str:key>/move/", projects.ProjectMove.as_view()),
    path("projects/<str:key>/effort/", projects.ProjectEffort.as_view()),
    path("projects/<str:key>/pin/", projects.ProjectPin.as_view()),
    path("projects/<str:key>/unpin/", projects.ProjectUnpin.as_view()),
    path("projects/<str:key>/start/", projects.ProjectStart.as_view()),
    path("projects/<str:key>/launch/", projects.ProjectLaunch.as_view()),
    path("projects/<str:key>/drop/", projects.ProjectDrop.as_view()),
    path("periods/", periods.PeriodList.as_view()),
    path("periods/<slug:key>/", periods.PeriodDetail.as_view()),
    path("capacities/", periods.CapacityList.as_view()),
    path("capacities/<int:number>/", periods.CapacityDetail.as_view()),
    path("capacities/<slug:team>/<slug:period>/", periods.CapacityOf.as_view()),
    path("line/", line.LineView.as_view()),
]
