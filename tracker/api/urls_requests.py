from django.urls import path

from tracker.api import attachments, backings, comments, evidence, follow, request_steps, request_types, requests

urlpatterns = [
    path("request-types/", request_types.RequestTypeList.as_view()),
    path("request-types/<slug:key>/", request_types.RequestTypeDetail.as_view()),
    path("request-types/<slug:key>/move/", request_types.RequestTypeMove.as_view()),
    path("request-types/<slug:key>/retire/", request_types.RequestTypeRetire.as_view()),
    path("request-types/<slug:key>/restore/", request_types.RequestTypeRestore.as_view()),
    path("requests/", requests.RequestList.as_view()),
    path("requests/<slug:key>/", requests.RequestDetail.as_view()),
    path("requests/<slug:key>/missing/", requests.RequestMissing.as_view()),
    path("requests/<slug:key>/evidence/", evidence.RequestEvidence.as_view()),
    path("requests/<slug:key>/comments/", comments.CommentList.as_view()),
    path("requests/<slug:key>/comments/<int:comment>/", comments.CommentDetail.as_view()),
    path("requests/<slug:key>/attachments/", attachments.AttachmentList.as_view()),
    path("requests/<slug:key>/attachments/<int:file>/", attachments.AttachmentContent.as_view()),
    path("requests/<slug:key>/attachments/<int:file>/remove/", attachments.AttachmentRemove.as_view()),
    path("requests/<slug:key>/backings/", backings.BackingList.as_view()),
    path("requests/<slug:key>/backings/<int:number>/withdraw/", backings.BackingWithdraw.as_view()),
    path("requests/<slug:key>/links/", follow.FollowLinkList.as_view()),
    path("requests/<slug:key>/links/<int:number>/revoke/", follow.FollowLinkRevoke.as_view()),
    path("requests/<slug:key>/watch/", backings.RequestWatch.as_view()),
    path("requests/<slug:key>/mute/", backings.RequestMute.as_view()),
    *(path(f"requests/<slug:key>/{name}/", step.as_view()) for name, step in request_steps.STEPS.items()),
]
