"""Every element in its states, for contributors; served in the demo and while debugging, else it does not exist."""

from dataclasses import dataclass
from datetime import timedelta

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.utils import timezone

from tracker.templatetags.geometry import Bar, Heading, Picture, Row, Stroke, Words
from tracker.web.forms.files import FilesField
from tracker.web.line_pictures import trend_picture
from tracker.web.render import render_page


@dataclass(frozen=True)
class Somebody:
    name: str
    side: str


@dataclass(frozen=True)
class Ranked:
    rank: int
    key: str
    title: str
    owner: str
    effort: float
    above: bool = True
    first_below: bool = False
    short: str = ""
    lift: str = ""
    version: int = 1
    move_url: str = "/elements/"
    chips: tuple[str, ...] = ()


class SampleForm(forms.Form):
    title = forms.CharField(label="Title", max_length=80, help_text="As you would say it to a colleague.")
    why = forms.CharField(label="Why", widget=forms.Textarea)
    area = forms.ChoiceField(label="Area", choices=[("product", "Product page"), ("listing", "Listing")])
    effort = forms.DecimalField(label="Effort", required=False)
    until = forms.DateField(label="Deadline", required=False)
    tests = forms.CharField(label="Acceptance tests", required=False, widget=forms.Textarea)
    size = forms.ChoiceField(label="Size", widget=forms.RadioSelect, choices=[("S", "small"), ("M", "medium")])
    urgent = forms.BooleanField(label="A law or a contract asks for it", required=False)
    evidence = FilesField(label="Evidence", required=False, help_text="Up to 10, 20 MB each.")


@dataclass(frozen=True)
class Clashing:
    """As forms.merging.Merge: the title was changed by both, by whom is known."""

    form: forms.Form
    based_on: str = ""

    def shown_beside(self, name: str) -> dict[str, str]:
        beside = {"theirs": "Stars on every product page", "whose": "Kenji Sato", "keep": "keep-title"}
        return beside if name == "title" else {}


def clashing_form() -> SampleForm:
    form = SampleForm(
        {"clash-title": "Stars in search, as before", "clash-why": "Clicks fell by a fifth."}, prefix="clash"
    )
    form.full_clean()
    for name in form.fields.keys() - {"title", "why"}:
        del form.fields[name]
    form.errors.clear()
    return form


ROWS = (
    Ranked(1, "P-02", "Checkout risk rules", "pinned · legal", 9),
    Ranked(2, "P-06", "Product page rewrite", "Kenji Sato", 15.5, chips=("R-41 +1.5",)),
    Ranked(3, "P-11", "Search service split", "Irina Lind", 12, chips=("R-22 +1.0", "R-57 +0.5")),
    Ranked(
        20,
        "P-24",
        "Store locator",
        "Max Orlov",
        6,
        above=False,
        first_below=True,
        short="short 3.0 weeks in Web",
        lift="+3.0 weeks of Web, or past P-17, or 3.0 weeks less",
    ),
    Ranked(21, "P-33", "Loyalty API", "Irina Lind", 5, above=False, short="short 8.0 weeks in Web"),
)
CHART = Picture(
    name="sample-chart",
    title="Web, Q1: capacity against what is asked",
    news="45 weeks are asked of 30: 25 fit, 20 are below the line.",
    height=88,
    headings=(Heading("Part"), Heading("Weeks", True), Heading("Where")),
    rows=(
        Row(("P-02 Checkout risk rules", "18", "above the line"), "#line"),
        Row(("P-11 Search service split", "7", "reserved behind another team")),
        Row(("P-24 Store locator", "20", "below the line")),
    ),
    bars=(
        Bar("room", 0, 20, 66.7, 22, "30 for projects"),
        Bar("allowance", 66.7, 20, 11.1, 22, "5"),
        Bar("reserve", 77.8, 20, 22.2, 22, "10 reserve"),
        Bar("above", 0, 54, 40, 22, "P-02", "P-02 Checkout risk rules: 18 weeks, above the line", "P-02"),
        Bar("held", 40, 54, 15.6, 22, "P-11", "P-11 Search service split: 7 weeks, reserved", "P-11"),
        Bar("below", 55.6, 54, 44.4, 22, "P-24", "P-24 Store locator: 20 weeks, below the line", "P-24"),
    ),
    strokes=(Stroke("cut", 66.7, 16, 66.7, 82),),
    words=(Words("the line · 30 w", 66.7, 12, "cut", "end", -6),),
    legend=(("above", "above the line"), ("held", "reserved"), ("below", "below the line")),
)
TREND = trend_picture(
    name="sample-trend",
    title="Past due",
    news="7 now, 4 twelve weeks ago.",
    head="On",
    series=[("1 March", 4), ("8 March", 9), ("15 March", 6), ("today", 7)],
)
PARTS = (
    {"label": "reserve", "value": 37.5, "tone": "reserve"},
    {"label": "allowance, drawn 3.5", "value": 8.0, "tone": "allowance"},
    {"label": "projects", "value": 105.5, "tone": "projects"},
    {"label": "left", "value": 3.0, "tone": "left"},
    {"label": "short", "value": 12.0, "tone": "short"},
)


def elements_page(request: HttpRequest) -> HttpResponse:
    if not (settings.DEBUG or getattr(settings, "DEMO", False)):
        raise Http404
    wrong = SampleForm({"wrong-why": "stars are gone", "wrong-effort": "many"}, prefix="wrong")
    now = timezone.now()
    context = {
        "title": "Elements, each in its states",
        "context_line": "What pages are made of; the syntax stands at the top of each template.",
        "timur": Somebody("Timur Rakhimov", "marketing"),
        "kenji": Somebody("Kenji Sato", "technology"),
        "form": SampleForm(),
        "wrong": wrong,
        "clash": (clash := clashing_form()),
        "merging": Clashing(clash),
        "rows": ROWS,
        "chosen": next((row for row in ROWS if row.key == request.GET.get("move")), None),
        "parts": PARTS,
        "chart": CHART,
        "trend": TREND,
        "now": now,
        "soon": now + timedelta(hours=3),
        "earlier": now - timedelta(days=40),
        "later": (now + timedelta(days=3)).date(),
        "wordings": ({"text": "On all pages."},),
        "attached": (
            {"name": "templates.csv", "size": 48_200, "url": "#"},
            {"name": "withdrawn.csv", "size": 900, "url": ""},
        ),
        "checks": (("how to test", True), ("acceptance test in words", False)),
        "tones": ("good", "bad", "warn", "accent", "neutral"),
        "kinds": ("primary", "plain", "danger", "quiet"),
    }
    return render_page(request, "tracker/styleguide.html", context)
