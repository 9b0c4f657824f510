"""What is one's own: name, language, time zone, password, tokens."""

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from tracker.kernel import clock
from tracker.kernel.errors import Refused
from tracker.people import actions
from tracker.people.models import Token
from tracker.people.queries import list_tokens, roles_in_words
from tracker.web.forms.answers import answer_form, tell_refusal
from tracker.web.forms.people import ProfileForm, TokenForm
from tracker.web.once import once
from tracker.web.render import render_page
from tracker.web.versions import seen_version
from tracker.web.viewer import SignedInRequest, signed_in


@require_http_methods(["GET", "POST"])
@signed_in
@once
def show_profile(request: SignedInRequest) -> HttpResponse:
    person = request.user
    shown = {"name": person.name, "language": person.language, "time_zone": person.time_zone}
    form = ProfileForm(request.POST or None, initial=shown)

    def save() -> HttpResponse:
        expected, changes = seen_version(request), form.cleaned_data
        actions.edit_profile(actor=request.viewer, at=clock.now(), person=person, expected=expected, changes=changes)
        with translation.override(person.language):
            messages.success(request, _("Saved."))
        return redirect("profile")

    title, roles = _("Your profile"), roles_in_words(person.roles)
    context = {"title": title, "context_line": person.email, "roles": roles}
    return answer_form(request, form, save, "tracker/profile/index.html", context)


@require_GET
@signed_in
def show_tokens(request: SignedInRequest) -> HttpResponse:
    return _render_tokens(request, TokenForm())


def _render_tokens(request: SignedInRequest, form: TokenForm, *, secret: str = "", status: int = 200) -> HttpResponse:
    context = {
        "title": _("Your tokens"),
        "context_line": _("For programs that act in your name; they never may more than you."),
        "form": form,
        "secret": secret,
        "tokens": list_tokens(request.viewer),
        "now": clock.now(),
    }
    answer = render_page(request, "tracker/profile/tokens.html", context, status=status)
    answer.headers["Cache-Control"] = "no-store"
    return answer


@require_POST
@signed_in
@once
def make_token(request: SignedInRequest) -> HttpResponseBase:
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _render_tokens(request, form, status=422)
    try:
        _token, secret = actions.issue_token(
            actor=request.viewer, at=clock.now(), person=request.user, **form.cleaned_data
        )
    except Refused as refused:
        return _render_tokens(request, form, status=tell_refusal(form, refused))
    return _render_tokens(request, TokenForm(), secret=secret)


@require_POST
@signed_in
@once
def revoke_token(request: SignedInRequest, number: int) -> HttpResponseBase:
    token = Token.objects.visible_to(request.viewer).filter(pk=number).first()
    if token is None:
        raise Http404
    actions.revoke_token(actor=request.viewer, at=clock.now(), token=token)
    messages.success(request, _("The token opens nothing any more."))
    return redirect("token-list")


@require_POST
def choose_language(request: HttpRequest) -> HttpResponse:
    """Before sign-in: kept in a cookie. Whoever is signed in has it in the profile."""
    back = request.POST.get("next", "/")
    allowed = url_has_allowed_host_and_scheme(back, {request.get_host()}, require_https=request.is_secure())
    # Only an address: redirect() takes other words for names of routes.
    answer = HttpResponseRedirect(back if allowed and back.startswith("/") else "/")
    language = request.POST.get("language", "")
    if language in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return answer
