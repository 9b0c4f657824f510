"""What a day in a date field means in the reader's working time, and days to choose with one click."""

from datetime import date

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from tracker.projects.models import Period
from tracker.promises.words import hours_of_team, quick_days, say_working_day
from tracker.web.viewer import SignedInRequest, signed_in


@require_GET
@signed_in
def tell_day(request: SignedInRequest) -> HttpResponse:
    """The day in the field that `of` names; without one that can be read, the choices alone (two statements)."""
    today = timezone.localdate()
    row = hours_of_team(request.viewer.team)
    period = Period.objects.filter(starts_on__lte=today, ends_on__gte=today).order_by("-starts_on").first()
    try:
        on = date.fromisoformat(request.GET.get(request.GET.get("of", ""), ""))
    except ValueError:
        on = None
    context = {
        "day_words": say_working_day(row, on, today) if on else "",
        "choices": quick_days(row, today, period.ends_on if period else None),
    }
    return render(request, "tracker/elements/_day.html", context)
