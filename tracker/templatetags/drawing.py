"""How an element becomes text: its template, given plain values and nothing of the page around it."""

from django.template.loader import get_template
from django.utils.safestring import SafeString


def draw(element: str, **values: object) -> SafeString:
    """The markup of templates/tracker/elements/<element>.html; `content` is what stood inside a block tag."""
    return SafeString(get_template(f"tracker/elements/{element}.html").render(values).strip())
