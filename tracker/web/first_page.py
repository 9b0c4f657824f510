"""An empty installation has one page: the one that makes its first administrator."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse

from tracker.people.models import User

OPEN_PATHS = ("/start/", "/language/", "/healthz", "/readyz", "/api/", "/static/")


class FirstPageMiddleware:
    """Sends whoever is not signed in to the first page while nobody exists; once somebody does, nobody else."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(OPEN_PATHS) and not request.user.is_authenticated and not User.objects.exists():
            return HttpResponseRedirect(reverse("first-admin"))
        return self.get_response(request)
