"""A machine is a table: (state, verb) → state. Whatever is not in the table is refused."""

from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from tracker.kernel.errors import WrongState


@dataclass(frozen=True)
class Machine:
    """`steps` maps (state, verb) to the state that follows."""

    name: str
    steps: Mapping[tuple[str, str], str]

    def next(self, state: str, verb: str) -> str:
        """The state that follows; raises WrongState where the table has none."""
        try:
            return self.steps[state, verb]
        except KeyError:
            raise WrongState(
                _("That cannot be done now: it is %(state)s.") % {"state": self.label(state)}, state=state, verb=verb
            ) from None

    def label(self, state: str) -> str:
        """The state in the reader's words, where the table is written in choices."""
        known = (*(start for start, _verb in self.steps), *self.steps.values())
        return str(next((getattr(one, "label", one) for one in known if one == state), state))

    def allows(self, state: str, verb: str) -> bool:
        return (state, verb) in self.steps

    def sources(self, verb: str) -> list[str]:
        """The states from which the verb may be used, in the order of the table."""
        return [state for state, known in self.steps if known == verb]

    @property
    def verbs(self) -> list[str]:
        return list(dict.fromkeys(verb for _state, verb in self.steps))
