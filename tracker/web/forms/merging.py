"""Two people edit one record: what one of them alone changed is kept, what both changed is asked about.

A form carries what it was based on: a digest of each field as it was shown. Against that, and against the record as it
is now (the form's initial values), every field that comes in was changed by its sender, by somebody else, by both or by
nobody. Digests are enough to tell, and no text travels twice.
"""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any, cast

import orjson
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from tracker.kernel.models import Versioned
from tracker.projects.words import say_number
from tracker.templatetags.times import say_day
from tracker.web.forms.files import FilesField
from tracker.web.meanwhile import Meanwhile, meanwhile_of
from tracker.web.versions import seen_version

BASED_ON = "based_on"
LONGEST = 20_000


class Merge:
    """A form that edits `record`; its initial values are what the record holds now.

    Once `read`, `clashes` maps the fields that both changed to the other person's value in words, `meanwhile` tells who
    did what since, and `gone` says that something was changed here that can no longer be.
    """

    def __init__(self, form: forms.Form, record: Versioned) -> None:
        self.form, self.record = form, record
        self.clashes: dict[str, str] = {}
        self.meanwhile: Meanwhile | None = None
        self.gone = False

    @property
    def based_on(self) -> str:
        """What the form carries along to tell later who changed what."""
        shown = {name: _digest(_plain(field, self._theirs(name))) for name, field in self._weighed()}
        return orjson.dumps(shown).decode()

    @property
    def open(self) -> bool:
        """Somebody has to choose or look first."""
        return bool(self.clashes) or self.gone

    def read(self, request: HttpRequest) -> int | None:
        """Puts what others changed into the form, before it is checked; the version to change, as verbs expect it.

        A form that does not say what it was based on is as stale as its version.
        """
        seen, base = seen_version(request), _read_base(request.POST.get(BASED_ON, ""))
        if base is None or seen is None or not isinstance(self.form.data, QueryDict):
            return seen
        merged = self.form.data.copy()
        for name, field in self._weighed():
            self._weigh(name, field, base, merged)
        if seen != self.record.version:
            self.meanwhile = meanwhile_of(self.record.subject, self.record.pk, seen)
            self.gone = any(self._is_gone(name, digest, merged) for name, digest in base.items())
        self.form.data = merged
        return self.record.version

    def _weighed(self) -> list[tuple[str, forms.Field]]:
        """Files are added to, and never clash."""
        return [(name, field) for name, field in self.form.fields.items() if not isinstance(field, FilesField)]

    def shown_beside(self, name: str) -> dict[str, str]:
        """For a field that both changed: the other value in words, and whose it is where that is known."""
        if name not in self.clashes:
            return {}
        who = self.meanwhile.who_changed(name) if self.meanwhile else ""
        return {"theirs": self.clashes[name], "whose": who, "keep": f"keep-{name}"}

    def say_clashes(self) -> str:
        if self.gone:
            return _("Part of what you changed can no longer be changed here. Look at the rest, then save it.")
        names = ", ".join(str(self.form.fields[name].label) for name in self.clashes)
        return _("Changed by both of you: %(fields)s. Choose what stays, then save.") % {"fields": names}

    def _theirs(self, name: str) -> Any:
        return self.form.get_initial_for_field(self.form.fields[name], name)

    def _weigh(self, name: str, field: forms.Field, base: Mapping[str, str], merged: QueryDict) -> None:
        sent, theirs = self.form.add_prefix(name), self._theirs(name)
        mine = _plain(field, field.widget.value_from_datadict(merged, self.form.files, sent))
        now = _plain(field, theirs)
        if mine == now:
            return
        before = base.get(name, _digest(""))
        if _digest(mine) == before or merged.get(f"keep-{name}") == "theirs":
            _put(merged, sent, field, theirs)
        elif _digest(now) != before:
            self.clashes[name] = say_value(field, theirs)

    def _is_gone(self, name: str, digest: str, merged: QueryDict) -> bool:
        return name not in self.form.fields and name in merged and _digest("\n".join(merged.getlist(name))) != digest


def _read_base(text: str) -> dict[str, str] | None:
    try:
        base = orjson.loads(text) if text and len(text) < LONGEST else None
    except orjson.JSONDecodeError:
        return None
    return {str(name): str(digest) for name, digest in base.items()} if isinstance(base, dict) else None


def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=6).hexdigest()


def _plain(field: forms.Field, value: Any) -> str:
    """One text for all ways of writing the same value: as it is stored and as a browser sends it."""
    value = field.prepare_value(value)
    if isinstance(value, list | tuple | set):
        return "\n".join(sorted(str(one) for one in value))
    if value is None or isinstance(field, forms.ModelChoiceField):
        return "" if value is None else str(value)
    if isinstance(value, str):
        value = value.replace("\r\n", "\n")
    try:
        value = field.to_python(value)
    except ValidationError:
        return str(value)
    if isinstance(value, Decimal) and value.is_finite():
        return str(value.normalize())
    return value.isoformat() if isinstance(value, date) else "" if value is None else str(value)


def _put(merged: QueryDict, sent: str, field: forms.Field, value: Any) -> None:
    """As a browser would send it."""
    value = field.prepare_value(value)
    if isinstance(value, list | tuple | set):
        merged.setlist(sent, [str(one) for one in value])
    elif isinstance(field, forms.BooleanField):
        merged.setlist(sent, ["on"] if value else [])
    else:
        merged[sent] = "" if value is None else value.isoformat() if isinstance(value, date) else str(value)


def say_value(field: forms.Field, value: Any) -> str:
    """A value of a field as people read it: the words of a choice, a date, a number."""
    if isinstance(field, forms.BooleanField):
        return _("yes") if value else _("no")
    value = field.prepare_value(value)
    if value in (None, "", [], ()):
        return _("empty")
    if isinstance(field, forms.ChoiceField):
        words = _words_of(field)
        return ", ".join(words.get(str(one), str(one)) for one in (value if isinstance(value, list) else [value]))
    if isinstance(value, date):
        return say_day(value, timezone.localdate())
    return say_number(value) if isinstance(value, Decimal) else str(value)


def _words_of(field: forms.ChoiceField) -> dict[str, str]:
    words: dict[str, str] = {}
    for value, label in cast(Iterable[tuple[Any, Any]], field.choices):
        grouped = label if isinstance(label, list | tuple) else [(value, label)]
        words |= {str(one): str(said) for one, said in grouped}
    return words
