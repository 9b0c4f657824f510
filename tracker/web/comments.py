"""Comments of a request: written below its story, edited where they stand."""

from django.forms import Form
from django.http import Http404, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from tracker.intake import actions
from tracker.intake.models import Comment, WorkRequest
from tracker.kernel import clock
from tracker.kernel.errors import NotAllowed, Refused
from tracker.web.forms.answers import INVALID, tell_refusal
from tracker.web.forms.requests import CommentEditForm, CommentForm
from tracker.web.once import once
from tracker.web.request_page import Editing, Missed
from tracker.web.requests import find_request, show_detail
from tracker.web.undo import tell_done
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in

BIGGEST = 2**63 - 1


@require_http_methods(["GET", "POST"])
@signed_in
@once
def comment(request: SignedInRequest, key: str) -> HttpResponseBase:
    ask = find_request(request.viewer, key)
    if request.method == "GET":
        return redirect("request", ask.key)
    form = CommentForm(request.POST, request.FILES, auto_id="comment-%s")
    status, missed = INVALID, None
    if form.is_valid():
        try:
            actions.add_comment(actor=request.viewer, at=clock.now(), ask=ask, **form.arguments())
        except NotAllowed as refused:
            status, missed = refused.status, Missed(str(refused), [form.cleaned_data["text"]])
        except Refused as refused:
            status = tell_refusal(form, refused)
        else:
            return redirect("request", ask.key)
    return show_detail(request, ask, {"comment": form}, missed=missed, status=status)


def find_comment(request: SignedInRequest, ask: WorkRequest, number: int) -> Comment:
    if number > BIGGEST:
        raise Http404
    rows = Comment.objects.visible_to(request.viewer).select_related("ask")
    return get_object_or_404(rows, ask=ask, pk=number)


@require_http_methods(["GET", "POST"])
@signed_in
@once
def edit_comment(request: SignedInRequest, key: str, number: int) -> HttpResponseBase:
    """The page of the request with this comment as a form in its place."""
    ask = find_request(request.viewer, key)
    said = find_comment(request, ask, number)
    if not actions.may_edit_comment(request.viewer, said):
        raise NotAllowed(_("A comment is edited by whoever wrote it."), power="comment")
    form: Form = CommentEditForm(initial={"text": said.text}, auto_id="wording-%s")
    status, expected = 200, seen_version(request)
    if request.method == "POST":
        form, status = CommentEditForm(request.POST, request.FILES, auto_id="wording-%s"), INVALID
        if form.is_valid():
            try:
                actions.edit_comment(
                    actor=request.viewer, at=clock.now(), comment=said, expected=expected, **form.arguments()
                )
            except Refused as refused:
                status = tell_refusal(form, refused)
            else:
                tell_done(request, _("Your comment is saved."))
                return redirect(f"{reverse('request', args=[ask.key])}#comment-{said.pk}")
    return show_detail(request, ask, editing=Editing(said.pk, form, said.version), status=status)
