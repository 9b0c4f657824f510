"""The words of the house, each in one or two plain sentences: `term` explains one where it first stands, /help/words/
lists them all."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


@dataclass(frozen=True)
class Word:
    name: str | Promise
    text: str | Promise


WORDS: Mapping[str, Word] = {
    "line": Word(
        pgettext_lazy("word", "the line"),
        _(
            "Projects claim the weeks of a team in the order of rank; where the weeks run out, there is the line. What "
            "is above it is built in this quarter, what is below it is not."
        ),
    ),
    "gross": Word(
        pgettext_lazy("word", "gross capacity"),
        _("All person-weeks that a team has in the quarter, before anything is kept back."),
    ),
    "reserve": Word(
        pgettext_lazy("word", "reserve"),
        _("The share of the weeks that is kept for operation and for incidents; no project claims it."),
    ),
    "allowance": Word(
        pgettext_lazy("word", "allowance"),
        _(
            "Person-weeks that a team keeps for embedded requests. They are drawn first; only what goes beyond them is "
            "added to the project."
        ),
    ),
    "host": Word(
        pgettext_lazy("word", "host"),
        _("The IT project that carries a request along with its own work."),
    ),
    "embed": Word(
        pgettext_lazy("word", "to embed"),
        _(
            "To have a request built inside an IT project that works on the same pages anyway. It takes a part of what "
            "it would take alone; the owner of the project answers."
        ),
    ),
    "outrank": Word(
        pgettext_lazy("word", "to outrank"),
        _(
            "To make a request a project of its own with a rank. Whom that pushes below the line is named first; the "
            "CTO decides."
        ),
    ),
    "expedite": Word(
        pgettext_lazy("word", "to expedite"),
        _(
            "To let a request pass the rank by because something is broken and loses by the hour. Started by one side, "
            "confirmed by the other, one at a time; answered in 30 minutes and fixed in 4 hours by the clock."
        ),
    ),
    "orphaned": Word(
        pgettext_lazy("word", "orphaned"),
        _(
            "An embedded request whose project fell below the line or was dropped. It is not built until it has another "
            "project."
        ),
    ),
    "court": Word(
        pgettext_lazy("word", "whose turn (court)"),
        _("Whose answer everybody waits for now. The time is counted in the working hours of that person."),
    ),
    "promise": Word(
        pgettext_lazy("word", "promise"),
        _("An answer that somebody owes by a date. When it stays away, their lead hears of it, in the end the COO."),
    ),
    "limbo": Word(
        pgettext_lazy("word", "limbo"),
        _("What nobody has decided although the time for it is over, with whose turn it is."),
    ),
    "docket": Word(
        pgettext_lazy("word", "docket"),
        _("What lies before the COO: first the cases, then the answers that are late."),
    ),
    "case": Word(
        pgettext_lazy("word", "case"),
        _("What two sides do not agree on. Each states its position, then the COO rules in one sentence with a date."),
    ),
    "sealed": Word(
        pgettext_lazy("word", "sealed"),
        _(
            "A position in a case that the other side cannot read yet: both open when both are written, or when the time "
            "for them is over. The COO reads each at once."
        ),
    ),
}
