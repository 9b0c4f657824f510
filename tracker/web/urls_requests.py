from django.urls import path

from tracker.web import request_list, request_steps, requests, saved_views, selected, triage

urlpatterns = [
    path("requests/", request_list.show_requests, name="request-list"),
    path("requests/new/", requests.new_request, name="request-new"),
    path("requests/similar/", requests.show_similar, name="request-similar"),
    path("requests/questions/", requests.show_questions, name="request-questions"),
    path("requests/selected/", selected.act_on_selected, name="request-selected"),
    path("requests/selected/undo/", selected.undo_selected, name="request-undo"),
    path("requests/<str:key>/", requests.show_request, name="request"),
    path("requests/<str:key>/edit/", requests.change_request, name="request-edit"),
    path("requests/<str:key>/comment/", request_steps.comment, name="request-comment"),
    *(
        path(f"requests/<str:key>/{name}/", request_steps.take_step, {"name": name}, name=f"request-{name}")
        for name in request_steps.STEPS
    ),
    path("views/", saved_views.show_views, name="view-list"),
    path("views/new/", saved_views.new_view, name="view-new"),
    path("views/<int:number>/edit/", saved_views.edit_view, name="view-edit"),
    path("views/<int:number>/replace/", saved_views.replace_view, name="view-replace"),
    path("views/<int:number>/delete/", saved_views.remove_view, name="view-delete"),
    path("triage/", triage.show_triage, name="triage"),
]
