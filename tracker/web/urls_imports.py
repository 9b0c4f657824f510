from django.urls import path

from tracker.web import findings, imports, old_tickets

urlpatterns = [
    path("imports/", imports.list_imports, name="import-list"),
    path("imports/new/", imports.new_import, name="import-new"),
    path("imports/findings/", findings.new_findings, name="findings-new"),
    path("imports/tickets/", findings.new_tickets, name="tickets-new"),
    path("imports/<int:number>/", imports.show_import, name="import"),
    path("imports/<int:number>/columns/", imports.choose_columns, name="import-columns"),
    path("imports/<int:number>/mapping/", imports.map_import, name="import-mapping"),
    path("imports/<int:number>/dates/", imports.choose_dates, name="import-dates"),
    path("imports/<int:number>/anew/", findings.weigh_anew, name="import-anew"),
    path("imports/<int:number>/start/", imports.start_import, name="import-start"),
    path("imports/<int:number>/progress/", imports.show_progress, name="import-progress"),
    path("tickets/", old_tickets.list_tickets, name="ticket-list"),
    path("tickets/decide/", old_tickets.decide_tickets, name="tickets-decide"),
    path("tickets/<int:number>/", old_tickets.show_group, name="ticket-group"),
    path("tickets/<int:number>/reopen/", old_tickets.reopen_group, name="tickets-reopen"),
]
