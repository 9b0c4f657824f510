"""The elements that act: buttons, forms, fields, dialogs. Each works as a plain form and is swapped by htmx if it can."""

import uuid
from datetime import date
from typing import Any, Protocol

from django import forms, template
from django.forms import BoundField
from django.template import Context
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.safestring import SafeString

from tracker.promises.words import say_working_day
from tracker.templatetags.drawing import draw

ONE_SENTENCE = 500
register = template.Library()


def query_with(context: Context, **changes: str) -> str:
    query = context["request"].GET.copy()
    for name, value in changes.items():
        query[name] = value
    return f"?{query.urlencode()}"


@register.simple_tag(takes_context=True)
def button(
    context: Context,
    label: object,
    *,
    kind: str = "plain",
    key: str = "",
    icon: str = "",
    url: str = "",
    post: str = "",
    action: str = "",
    dialog: str = "",
    name: str = "",
    value: object = "",
    version: int | None = None,
    why_not: object = "",
    confirm: object = "",
    id: str = "",
    into: str = "",
) -> SafeString:
    """A submit of the form around it; with `url` a link (`into` puts the part that it answers there), with `post` its own form, with `dialog` its opener."""
    values: dict[str, object] = {
        "label": label,
        "kind": kind,
        "key": key,
        "icon": icon,
        "name": name,
        "value": value,
        "confirm": confirm,
        "id": id,
    }
    if why_not:
        return draw("button_refused", why_not=why_not, **values)
    if dialog:
        return draw("button", url=query_with(context, dialog=dialog), dialog=dialog, **values)
    if post:
        token = context.get("csrf_token")
        return draw("button_post", post=post, version=version, csrf_token=token, idempotency=uuid.uuid4().hex, **values)
    return draw("button", url=url, action=action, into=into, **values)


@register.simple_tag
def pick(value: object, *, name: object = "") -> SafeString:
    """The first cell of a row that can be selected; `name` is what it selects, for readers."""
    return draw("pick", value=value, name=name or value)


@register.simple_tag
def pick_all() -> SafeString:
    return draw("pick_all")


@register.simple_block_tag
def selection(content: SafeString, *, action: str, back: str) -> SafeString:
    """The bar whose buttons act on the picked rows of the page; `back` is the address of that page."""
    return draw("selection", content=content, action=action, back=back)


@register.simple_tag(takes_context=True)
def exports(context: Context) -> SafeString:
    """The list of this address, all pages of it, as a file."""
    files = {kind: query_with(context, **{"as": kind}) for kind in ("csv", "json")}
    return draw("exports", **files)


@register.simple_block_tag
def choices(content: SafeString, *, legend: object, id: str, error: object = "") -> SafeString:
    """One question whose answers stand side by side, each a `choice`; `id` is where the summary of errors leads."""
    return draw("choices", content=content, legend=legend, id=id, error=error)


@register.simple_block_tag
def choice(
    content: SafeString,
    *,
    name: str,
    value: object,
    title: object,
    id: str,
    key: str = "",
    checked: bool = False,
) -> SafeString:
    return draw(
        "choice",
        content=content,
        name=name,
        value=value,
        title=title,
        id=id,
        key=key,
        checked=checked,
    )


@register.simple_block_tag
def buttons(content: SafeString, *, stick: bool = False, phone: bool = False) -> SafeString:
    """`stick` keeps them under the thumb on a phone; `phone` shows them nowhere else: a way to what is further down."""
    return draw("buttons", content=content, stick=stick, phone=phone)


@register.simple_block_tag(takes_context=True)
def form(
    context: Context,
    content: SafeString,
    *,
    action: str = "",
    of: forms.BaseForm | None = None,
    version: int | None = None,
    method: str = "post",
    plain: bool = False,
    files: bool = False,
    id: str = "",
) -> SafeString:
    """A form with its guards (csrf, idempotency, version) and, where it failed, the summary of what is wrong."""
    return draw(
        "form",
        content=content,
        action=action or context["request"].get_full_path(),
        form=of,
        version=version,
        method=method,
        plain=plain or method == "get",
        files=files or bool(of and of.is_multipart()),
        id=id,
        stale=context.get("stale", False),
        based_on=merging.based_on if (merging := merge_of(context, of)) else "",
        csrf_token=context.get("csrf_token"),
        idempotency=uuid.uuid4().hex,
    )


def prepare_widget(widget: forms.Widget) -> None:
    """Dates are chosen in the browser's own calendar; a browser cuts what is pasted into a text at its limit and says
    nothing, so that the form has to say it."""
    if isinstance(widget, forms.DateInput):
        widget.input_type, widget.format = "date", "%Y-%m-%d"
    if isinstance(widget, forms.Textarea):
        widget.attrs.pop("maxlength", None)


def asks(url: str, when: str, into: str) -> dict[str, str]:
    """A control that fetches what its value means; while an answer is under way the last value waits: what is given
    up halfway would be told as a failure."""
    return {"hx-get": url, "hx-trigger": when, "hx-target": into, "hx-sync": "this:queue last"}


def say_sent_day(context: Context, bound: BoundField) -> str:
    """What the day means that a form came back with; one statement for all days of a page."""
    sent = str(bound.data or "") if bound.form.is_bound else ""
    hours = context["shell"].hours if sent and "shell" in context else None
    try:
        return say_working_day(hours, date.fromisoformat(sent), timezone.localdate()) if hours else ""
    except ValueError:
        return ""


class Merging(Protocol):
    """How a form is merged with what others do to its record meanwhile."""

    form: forms.BaseForm

    @property
    def based_on(self) -> str: ...

    def shown_beside(self, name: str) -> dict[str, str]: ...


def merge_of(context: Context, form: forms.BaseForm | None) -> Merging | None:
    """What the page gives as `merging`, for the form that it is about."""
    merging: Merging | None = context.get("merging")
    return merging if merging and merging.form is form else None


@register.simple_tag(takes_context=True)
def field(
    context: Context,
    bound: BoundField,
    *,
    label: object = "",
    hint: object = "",
    needed_for: object = "",
    suffix: object = "",
    lines: bool = False,
    short: bool = False,
    live: str = "",
    live_with: str = "",
) -> SafeString:
    """A field of a Django form: label, control, hint and errors, tied together for every reader."""
    if bound.is_hidden:
        return SafeString(bound.as_widget())
    widget = bound.field.widget
    ident = bound.id_for_label or bound.auto_id or bound.html_name
    of_day = isinstance(widget, forms.DateInput) and not widget.attrs.get("readonly")
    prepare_widget(widget)
    said = [
        f"{ident}-{part}"
        for part, there in (("hint", bound.help_text or hint or lines), ("error", bound.errors))
        if there
    ]
    attributes: dict[str, Any] = {"aria-describedby": " ".join(said)} if said else {}
    if bound.errors:
        attributes["aria-invalid"] = "true"
    if live:
        attributes |= asks(live, "input changed delay:300ms", f"#{ident}-live")
        attributes |= {"hx-include": live_with} if live_with else {}
    if of_day:
        url = f"{reverse('day')}?{urlencode({'of': bound.html_name})}"
        attributes |= asks(url, "focus once, change", f"#{ident}-day")
    at_length = isinstance(widget, forms.Textarea) and (getattr(bound.field, "max_length", None) or 0) > ONE_SENTENCE
    if lines or {"data-lines", "readonly"} & widget.attrs.keys():
        at_length = False
    return draw(
        "field",
        id=ident,
        preview=bound.html_name if at_length else "",
        of_day=of_day,
        day_words=say_sent_day(context, bound) if of_day else "",
        label=label or bound.label,
        control=bound.as_widget(attrs=attributes),
        group=bool(bound.use_fieldset),
        checkbox=isinstance(widget, forms.CheckboxInput),
        optional=not (bound.field.required or needed_for or widget.attrs.get("readonly")),
        help_text=bound.help_text,
        hint=hint,
        needed_for=needed_for,
        suffix=suffix,
        lines=lines,
        short=short,
        live=live,
        errors=bound.errors,
        **(merging.shown_beside(bound.name) if (merging := merge_of(context, bound.form)) else {}),
    )


@register.simple_block_tag(takes_context=True)
def dialog(context: Context, content: SafeString, id: str, *, title: object, open: object = False) -> SafeString:
    """A dialog that a button opens; `?dialog=<id>` opens it without JavaScript."""
    query = context["request"].GET.copy()
    asked = query.get("dialog") == id
    query.pop("dialog", None)
    back = f"{context['request'].path}?{query.urlencode()}" if query else context["request"].path
    return draw("dialog", content=content, id=id, title=title, open=bool(open) or asked, back=back)
