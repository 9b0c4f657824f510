"""A field that takes files, and keeps those that came when its form is refused: they come back as marks."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, cast

from django import forms
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.urls import reverse_lazy
from django.utils.datastructures import MultiValueDict
from django.utils.functional import lazy
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tracker.intake.files import MEBIBYTE, MOST_BYTES, MOST_FILES, Held, hold_file, mark_of, read_mark
from tracker.kernel.errors import Invalid
from tracker.templatetags.drawing import draw

MARKS = "held-"
"""Before the name of a field: what carries the marks of its files."""
Sent: TypeAlias = "UploadedFile[Any] | str"


@dataclass(frozen=True)
class Shown:
    """A file that stands in a form already."""

    mark: str
    name: str
    size: int


class FilesInput(forms.Widget):
    """Its value is what was sent: files, and the marks of those that had come before."""

    needs_multipart_form = True
    use_fieldset = False

    def __init__(self, *, many: bool) -> None:
        super().__init__()
        self.many = many

    def value_from_datadict(self, data: Any, files: Any, name: str) -> list[Sent]:
        marks = data.getlist(f"{MARKS}{name}") if isinstance(data, QueryDict) else []
        sent = files.getlist(name) if isinstance(files, MultiValueDict) else []
        return [*marks, *(one for one in sent if isinstance(one, UploadedFile))]

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return not self.value_from_datadict(data, files, name)

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        sent = value if isinstance(value, list) else []
        shown = [Shown(mark_of(one), one.name, one.size) for one in map(held_of, sent) if one]
        return draw(
            "files",
            name=name,
            marks=f"{MARKS}{name}",
            shown=shown,
            there="" if sent or not value else value,
            many=self.many,
            attrs=attrs or {},
            hold=reverse_lazy("file-hold"),
            most=MOST_FILES if self.many else 1,
            bytes=MOST_BYTES,
        )


def held_of(sent: Sent) -> Held | None:
    """What was kept of it; None for what was refused."""
    if isinstance(sent, str):
        return read_mark(sent)
    return getattr(sent, "held", None)


class FilesField(forms.Field):
    """Its value is a list of Held; one only, where it is not for `many`."""

    def __init__(self, *, many: bool = True, **more: Any) -> None:
        super().__init__(widget=FilesInput(many=many), **more)
        self.most = MOST_FILES if many else 1

    def clean(self, value: Any) -> list[Held]:
        """Whatever can be kept is kept, also where something else is refused."""
        kept, wrong = [], []
        sent = cast(Sequence[Sent], value or [])
        for one in sent[-1:] if self.most == 1 else sent[: self.most]:
            try:
                kept.append(hold_upload(one))
            except Invalid as refused:
                wrong.append(str(refused))
        if len(sent) > self.most > 1:
            wrong.append(str(_("At most %(most)s files at once.") % {"most": self.most}))
        if wrong:
            raise ValidationError(wrong)
        return kept

    def has_changed(self, initial: Any, data: Any) -> bool:
        return bool(data)


def hold_upload(sent: Sent) -> Held:
    """Raises Invalid, which names the file."""
    if isinstance(sent, str):
        held = read_mark(sent)
        if held is None:
            raise Invalid(_("A file is no longer here: choose it again."), code="gone")
        return held
    held = hold_file(sent.name or "", sent.size, sent.chunks())
    cast(Any, sent).held = held
    return held


def files_field() -> FilesField:
    """For whatever belongs to a request or a comment."""
    return FilesField(label=_("Files"), required=False, help_text=lazy(_say_limits, str)())


def _say_limits() -> str:
    words = {"count": MOST_FILES, "limit": MOST_BYTES // MEBIBYTE}
    return (
        ngettext("Up to %(count)s file, %(limit)s MB.", "Up to %(count)s files, %(limit)s MB each.", MOST_FILES) % words
    )
