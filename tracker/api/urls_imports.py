"""Routes of imports and old tickets."""

from django.urls import path

from tracker.api import import_steps, imports, old_tickets

urlpatterns = [
    path("imports/", imports.ImportList.as_view()),
    path("imports/<int:number>/", imports.ImportDetail.as_view()),
    path("imports/<int:number>/rows/", imports.ImportRows.as_view()),
    path("imports/<int:number>/columns/", import_steps.ImportColumns.as_view()),
    path("imports/<int:number>/mapping/", import_steps.ImportMapping.as_view()),
    path("imports/<int:number>/threshold/", import_steps.ImportThreshold.as_view()),
    path("imports/<int:number>/choose/", import_steps.ImportChoose.as_view()),
    path("imports/<int:number>/start/", import_steps.ImportStart.as_view()),
    path("old-ticket-groups/", old_tickets.GroupList.as_view()),
    path("old-ticket-groups/decline/", old_tickets.GroupsDecline.as_view()),
    path("old-ticket-groups/keep/", old_tickets.GroupsKeep.as_view()),
    path("old-ticket-groups/reopen/", old_tickets.GroupsReopen.as_view()),
    path("old-ticket-groups/<int:number>/", old_tickets.GroupDetail.as_view()),
    path("old-ticket-groups/<int:number>/tickets/", old_tickets.GroupTickets.as_view()),
]
