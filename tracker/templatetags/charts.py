"""The frame of a picture: drawn into the page in the colours of its tokens, with the same numbers as a table and a link
to it as a file."""

from django import template
from django.template import Context
from django.utils.safestring import SafeString

from tracker.templatetags.drawing import draw
from tracker.templatetags.geometry import Picture

register = template.Library()

HATCHES = {"below": "hatch", "risk": "hatch", "held": "hatch-held"}
"""What is below, at risk or held back is never told by its colour alone."""


@register.simple_tag(takes_context=True)
def chart(context: Context, picture: Picture, *, small: bool = False, open: bool = False) -> SafeString:
    """A picture with its news, its table (unfolded where `open`) and its file; small is a sparkline among words.

    The file has the address of the page with as=svg, which its view answers (tracker.web.pictures).
    """
    query = context["request"].GET.copy()
    for name in ("move", "dialog", "all"):
        query.pop(name, None)
    query["as"] = "svg"
    if small:
        query["picture"] = picture.name
    return draw(
        "chart",
        picture=picture,
        small=small,
        open=open,
        download=f"?{query.urlencode()}",
        marks=[(bar, HATCHES.get(bar.tone, "")) for bar in picture.bars],
        rows=[(row.url, zip(row.cells, picture.headings, strict=True)) for row in picture.rows],
        legend=[(tone, HATCHES.get(tone, ""), label) for tone, label in picture.legend],
    )
