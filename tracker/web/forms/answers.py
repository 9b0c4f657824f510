"""A form that a verb answers: done and elsewhere, or the page again with what was refused."""

from collections.abc import Callable, Mapping
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse

from tracker.kernel.errors import NotAllowed, Refused, Stale
from tracker.web.meanwhile import say_meanwhile
from tracker.web.render import render_page

INVALID, STALE = 422, 409


def tell_refusal(form: forms.BaseForm, refused: Refused) -> int:
    """Adds the refusal to its fields, or to the whole form; the status the page is answered with."""
    told = False
    for name, text in refused.fields.items():
        if name in form.fields:
            form.add_error(name, str(text))
            told = True
    if not told:
        form.add_error(None, say_meanwhile(refused) if isinstance(refused, Stale) else str(refused))
    if isinstance(refused, NotAllowed):
        return refused.status
    return STALE if isinstance(refused, Stale) else INVALID


def answer_form(
    request: HttpRequest,
    form: forms.Form,
    save: Callable[[], HttpResponse],
    template: str,
    context: Mapping[str, Any],
) -> HttpResponse:
    """Shows the form; when it is sent and good, `save` calls the verb and says where to go on."""
    status = 200
    if request.method == "POST":
        status = INVALID
        if form.is_valid():
            try:
                return save()
            except Refused as refused:
                status = tell_refusal(form, refused)
    return render_page(request, template, {**context, "form": form, "stale": status == STALE}, status=status)
