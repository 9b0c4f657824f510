from django.urls import path

from tracker.web import (
    attachments,
    backing,
    comments,
    expedites,
    markup,
    request_list,
    request_steps,
    requests,
    saved_views,
    selected,
    suggestions,
    triage,
    types,
)

urlpatterns = [
    path("requests/", request_list.show_requests, name="request-list"),
    path("requests/new/", requests.new_request, name="request-new"),
    path("requests/similar/", requests.show_similar, name="request-similar"),
    path("requests/questions/", requests.show_questions, name="request-questions"),
    path("requests/selected/", selected.act_on_selected, name="request-selected"),
    path("requests/selected/undo/", selected.undo_selected, name="request-undo"),
    path("requests/<str:key>/", requests.show_request, name="request"),
    path("requests/<str:key>/edit/", requests.change_request, name="request-edit"),
    path("requests/<str:key>/markup/", markup.look_at_markup, name="request-markup"),
    path("requests/<str:key>/comment/", comments.comment, name="request-comment"),
    path("requests/<str:key>/comments/<int:number>/edit/", comments.edit_comment, name="comment-edit"),
    path("requests/<str:key>/files/<int:number>/", attachments.download, name="attachment"),
    path("requests/<str:key>/files/<int:number>/remove/", attachments.remove, name="attachment-remove"),
    path("files/", attachments.hold, name="file-hold"),
    path("requests/<str:key>/back/", backing.back, name="request-back"),
    path("requests/<str:key>/backings/<int:number>/withdraw/", backing.take_backing_back, name="backing-withdraw"),
    path("requests/<str:key>/watch/", backing.watch, name="request-watch"),
    path("requests/<str:key>/mute/", backing.mute, name="request-mute"),
    *(
        path(f"requests/<str:key>/{name}/", request_steps.take_step, {"name": name}, name=f"request-{name}")
        for name in request_steps.STEPS
    ),
    path("requests/<str:key>/expedite/", expedites.start_expedite, name="request-expedite"),
    *(
        path(f"expedites/<int:number>/{name}/", expedites.take_expedite_step, {"name": name}, name=f"expedite-{name}")
        for name in expedites.STEPS
    ),
    path("views/", saved_views.show_views, name="view-list"),
    path("views/new/", saved_views.new_view, name="view-new"),
    path("views/<int:number>/edit/", saved_views.edit_view, name="view-edit"),
    path("views/<int:number>/replace/", saved_views.replace_view, name="view-replace"),
    path("views/<int:number>/delete/", saved_views.remove_view, name="view-delete"),
    path("requests/<str:key>/suggestions/", suggestions.show_suggestions, name="request-suggestions"),
    path("triage/", triage.show_triage, name="triage"),
    path("types/", types.show_types, name="type-list"),
    path("types/new/", types.new_type, name="type-new"),
    path("types/<slug:key>/", types.show_type, name="type"),
    path("types/<slug:key>/edit/", types.edit_type, name="type-edit"),
    path("types/<slug:key>/move/", types.move_type, name="type-move"),
    path("types/<slug:key>/retire/", types.retire_type, name="type-retire"),
    path("types/<slug:key>/restore/", types.restore_type, name="type-restore"),
    path("types/<slug:key>/fields/new/", types.new_field, name="type-field-new"),
    path("types/<slug:key>/fields/<slug:field>/edit/", types.edit_field, name="type-field-edit"),
    path("types/<slug:key>/fields/<slug:field>/move/", types.shift_field, name="type-field-move"),
    path("types/<slug:key>/fields/<slug:field>/remove/", types.take_field, name="type-field-remove"),
]
