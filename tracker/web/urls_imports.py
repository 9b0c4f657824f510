from django.urls import path

from tracker.web import imports

urlpatterns = [
    path("imports/", imports.list_imports, name="import-list"),
    path("imports/new/", imports.new_import, name="import-new"),
    path("imports/<int:number>/", imports.show_import, name="import"),
    path("imports/<int:number>/columns/", imports.choose_columns, name="import-columns"),
    path("imports/<int:number>/mapping/", imports.map_import, name="import-mapping"),
    path("imports/<int:number>/dates/", imports.choose_dates, name="import-dates"),
    path("imports/<int:number>/start/", imports.start_import, name="import-start"),
    path("imports/<int:number>/progress/", imports.show_progress, name="import-progress"),
]
