"""Pages of projects, of the line and of capacities."""

from django.urls import path

from tracker.web import capacity, line, project_acts, projects

urlpatterns = [
    path("line/", line.show_line, name="line"),
    path("capacity/", capacity.show_capacity, name="capacity"),
    path("capacity/quarter/", project_acts.new_period, name="period-new"),
    path("capacity/<slug:team>/<slug:period>/", capacity.edit_capacity, name="capacity-edit"),
    path("projects/", projects.show_projects, name="project-list"),
    path("projects/new/", project_acts.new_project, name="project-new"),
    path("projects/<str:key>/", projects.show_project, name="project"),
    path("projects/<str:key>/edit/", project_acts.edit, name="project-edit"),
    path("projects/<str:key>/effort/", project_acts.estimate, name="project-effort"),
    path("projects/<str:key>/move/", project_acts.move, name="project-move"),
    path("projects/<str:key>/pin/", project_acts.pin, name="project-pin"),
    path("projects/<str:key>/unpin/", project_acts.unpin, name="project-unpin"),
    path("projects/<str:key>/start/", project_acts.start, name="project-start"),
    path("projects/<str:key>/launch/", project_acts.launch, name="project-launch"),
    path("projects/<str:key>/drop/", project_acts.drop, name="project-drop"),
]
