"""The pages of docs/reference, and who writes them."""

import ast
import importlib
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.core.management import get_commands, load_command_class
from django.core.management.base import BaseCommand
from django.db.models import Choices

from tests.reference.example import write_example
from tests.reference.routes import write_routes
from tests.reference.tables import table
from tracker.intake.catalog import KINDS, MOST_FIELDS, TAKEN_KEYS, TYPES
from tracker.intake.models import Delivery
from tracker.kernel.states import Machine
from tracker.people.access import TABLE, Power, Role, Tie, scope_of

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
PACKAGES = [ROOT / "tracker", ROOT / "roadmap"]
BEGIN, END = "<!-- written by `make reference`, from here -->", "<!-- to here -->"
WRITTEN = "<!-- Written by `make reference`: change the source it names, not this page. -->"


@dataclass(frozen=True)
class Setting:
    name: str
    usual: str
    text: str


SETTINGS = [
    Setting(
        "PORT", "`8000`", "Where `make run` serves on 127.0.0.1; the compose file publishes this port of the machine."
    ),
    Setting(
        "TANDEM_DATA",
        "`./var`",
        "Folder for everything that stays: the private database and broker, their logs, the secret key, mail written "
        "as files. Only its owner can open it.",
    ),
    Setting(
        "TANDEM_FILES",
        "`$TANDEM_DATA/attachments`",
        "Folder for the bytes of attachments, the same for every web and worker process. It is never served: files go "
        "out through the page of their request.",
    ),
    Setting(
        "TANDEM_DEMO",
        "`1` with `make run`, else `0`",
        "`1` fills the demo company on the first start and offers sign-in as any of its people with one click. "
        "Refused where `TANDEM_HOSTS` names anything but loopback.",
    ),
    Setting(
        "TANDEM_SECRET_KEY",
        "`make run` makes one and keeps it in the data folder",
        "Signs sessions and links. Required everywhere else, the same for all processes.",
    ),
    Setting(
        "DATABASE_URL",
        "a private PostgreSQL with `make run`",
        "`postgresql://user:password@host:port/name`. Required for every process started in another way.",
    ),
    Setting(
        "REDIS_URL",
        "a private Valkey with `make run`",
        "`redis://host:port/0`, Redis or Valkey. Only rings: what is lost here comes late, never not at all.",
    ),
    Setting(
        "TANDEM_HOSTS", "`127.0.0.1,localhost`", "Host names by which the installation is called, with commas between."
    ),
    Setting(
        "TANDEM_ORIGIN",
        "`http://127.0.0.1:$PORT`",
        "The address that people type; links in mails begin with it. With `https://` cookies are marked secure and the "
        "proxy in front is believed about `X-Forwarded-Proto`.",
    ),
    Setting(
        "TANDEM_MAIL_URL",
        "files in `$TANDEM_DATA/mail`",
        "`smtp://user:password@host:587` (STARTTLS unless the host is this machine) or `smtps://user:password@host`.",
    ),
    Setting("TANDEM_MAIL_FROM", "`Tandem <tandem@localhost>`", "Sender of every mail."),
    Setting(
        "TANDEM_MAIL_REPLY",
        "nothing",
        "Address for answers to mails, like `reply@tandem.example`: each mail names it with a signed mark behind a plus "
        "sign. Its mail is piped into `receive_mail`. Without it answers go to the sender.",
    ),
    Setting(
        "TANDEM_PROXIES",
        "`0`",
        "How many proxies of ours stand in front and add to `X-Forwarded-For`. With `0` that header is believed by "
        "nobody, and limits by address count everybody behind a proxy as one.",
    ),
    Setting(
        "TANDEM_FETCH_ALLOWED",
        "nothing",
        "Where requests going out may go although it is no public address, with commas between: names, addresses or "
        "networks, each with a port if it is neither 80 nor 443: `jira.corp, 10.1.2.0/24, 10.1.2.3:8080`.",
    ),
    Setting("TANDEM_LOG", "`WARNING`", "Level of what is logged: `DEBUG`, `INFO`, `WARNING`, `ERROR`."),
]
INTERNAL = {
    "DJANGO_SETTINGS_MODULE": "which settings a process reads",
    "TANDEM_SUPERVISED": "set by `make run` for the processes it started, so that they end with it",
}


def pages() -> dict[Path, str]:
    """Every generated page with its text; of two pages only the part between the marks is generated."""
    reference = DOCS / "reference"
    texts = {
        reference / "powers.md": write_powers(),
        reference / "states.md": write_states(),
        reference / "request-types.md": write_types(),
        reference / "settings.md": write_settings(),
        reference / "commands.md": write_commands(),
        reference / "api.md": put_between(reference / "api.md", write_routes()),
        DOCS / "explanation" / "the-line.md": put_between(DOCS / "explanation" / "the-line.md", write_example()),
    }
    return {path: f"{text.strip()}\n" for path, text in texts.items()}


def put_between(path: Path, drawn: str) -> str:
    """The page as it is, with this text between its two marks."""
    head, rest = path.read_text().split(BEGIN)
    return f"{head}{BEGIN}\n\n{drawn}\n\n{END}{rest.split(END)[1]}"


def write_powers() -> str:
    letters = {
        Tie.ANY: "V",
        Tie.REQUESTER: "O",
        Tie.DELIVERY: "A",
        Tie.TEAM: "T",
        Tie.REQUESTER_TEAM: "R",
        Tie.PARTY: "P",
        Tie.STAND_IN: "S",
    }
    rows = [
        [
            str(power.label),
            *("".join(letters[tie] for tie in TABLE[power].get(role, ())) or "–" for role in Role),
            str(scope_of(power)),
        ]
        for power in Power
    ]
    return f"""
{WRITTEN}
# Powers

Source: `tracker/people/access.py`. Why it is so: [Powers](../explanation/powers.md).

Default deny: what is not in the table nobody may do. Roles of one person add up.

- **V** any record that one may see
- **O** its requester
- **A** the owner of the project, or the delivery owner of the item
- **T** a member of the team that does or owns it
- **R** a member of the requester's team
- **P** a party to it: who was involved later, such as the owner of a host that was asked
- **S** a request of a team that one stands in for: in one's week of its rota, or as the deputy of who is away
- **–** never

{table(["", *(str(role.label) for role in Role), "scope"], rows)}

The scope is what a token needs beside the power of its owner. A token has one or more of `read`, `write` and
`manage`; it only shrinks what its owner may do.

Where one may not know that a record exists the answer is 404; where one sees it but may not do this, 403.
"""


def machines() -> Iterator[Machine]:
    for found in (path for package in PACKAGES for path in sorted(package.glob("*/states.py"))):
        module = importlib.import_module(".".join(found.relative_to(ROOT).with_suffix("").parts))
        yield from (value for value in vars(module).values() if isinstance(value, Machine))


def write_states() -> str:
    parts = []
    for machine in machines():
        kind = type(next(iter(machine.steps))[0])
        assert issubclass(kind, Choices), f"{machine.name}: states are members of Choices"
        labels = dict(kind.choices)
        rows = []
        for state, label in labels.items():
            steps = [f"{verb} → {labels[after]}" for (before, verb), after in machine.steps.items() if before == state]
            rows.append([str(label), f"`{state}`", "<br>".join(steps) or "– (an end)"])
        title = f"{machine.name[0].upper()}{machine.name[1:]}"
        parts.append(f"## {title}\n\n{table(['state', 'in the API', 'verb → next state'], rows)}")
    delivered = [[str(label), f"`{value}`"] for value, label in Delivery.choices if value]
    return f"""
{WRITTEN}
# States

Source: the tables in `tracker/*/states.py` and `roadmap/*/states.py`. A verb that a state does not list is refused (409, `wrong_state`).

{(chr(10) * 2).join(parts)}

## Delivery of a request

After acceptance the `delivery` of a request says how far it is. Nobody sets it: it follows from its backlog item and
from where the host stands.

{table(["delivery", "in the API"], delivered)}
"""


def write_types() -> str:
    stages = {"filing": "filing", "acceptance": "acceptance", "embedding": "embedding", "": "–"}
    parts = []
    for kind in TYPES:
        rows = [
            [one["label"]["en"], f"`{one['key']}`", _write_kind(one), stages[one["stage"]]] for one in kind["fields"]
        ]
        head = ["field", "key", "kind", "required for"]
        parts.append(f"### {kind['name']['en']}\n\n`{kind['key']}` · {kind['name']['ru']}\n\n{table(head, rows)}")
    kinds = [[f"`{kind}`", KINDS_KEPT[kind]] for kind in KINDS]
    taken = ", ".join(f"`{key}`" for key in sorted(TAKEN_KEYS))
    return f"""
{WRITTEN}
# Request types

Source: `tracker/intake/catalog/`. How to change them and to add your own: [Make a request type](../how-to/request-types.md).

## Kinds of fields

{table(["kind", "what an answer is, in the API and in JSON"], kinds)}

A type has at most {MOST_FIELDS} fields. These keys are taken by what every request has, and by its forms: {taken}.

## The types that Tandem brings along

{(chr(10) * 2).join(parts)}
"""


KINDS_KEPT = {
    "text": "a text of at most 2,000 characters",
    "lines": "a list of at most 100 texts",
    "number": "a number; the field may have a unit, a least and a most",
    "money": "a number, 0 or more where the field says nothing else",
    "date": "a day: `2027-03-01`",
    "choice": "the value of one choice",
    "choices": "a list of the values of choices, in the order of the form",
    "person": "the number of a person, who is here when it is answered",
    "area": "the key of an area",
    "urls": "a list of at most 50 web addresses that begin with http:// or https://",
    "kpi": "the name of a KPI; one that Tandem knows is spelt as it is known",
    "file": "a file, uploaded as an attachment with this field; the answer is its name",
}


def _write_kind(one: Mapping[str, Any]) -> str:
    """With its unit, its ends or its values."""
    unit = one["unit"]["en"] if "unit" in one else ""
    ends = [f"{word} {one[end]}" for word, end in (("from", "least"), ("to", "most")) if end in one]
    values = [f"`{value}`" for value, _words in one.get("choices", ())]
    more = ", ".join(part for part in (unit, " ".join(ends), " ".join(values)) if part)
    return f"{one['kind']}: {more}" if more else one["kind"]


def write_settings() -> str:
    rows = [[f"`{one.name}`", one.usual, one.text] for one in SETTINGS]
    inner = [[f"`{name}`", text] for name, text in INTERNAL.items()]
    return f"""
{WRITTEN}
# Settings

Tandem is set by environment variables alone, read in `tracker/config/`. A value that cannot be meant stops the start
with a sentence that says so.

{table(["variable", "usually", "what it does"], rows)}

Two more are set by Tandem itself and not meant to be changed:

{table(["variable", "what it does"], inner)}
"""


def environment_reads() -> set[str]:
    """Names of environment variables that the package reads, found in its source."""
    names = set()
    for path in (path for package in PACKAGES for path in package.rglob("*.py")):
        if path.name == "settings_test.py" or path.parts[-2] == "migrations":
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            names |= set(_reads_of(node))
    return names


def _reads_of(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.args:
        owner = ast.unparse(node.func.value)
        if (owner, node.func.attr) in READERS and isinstance(node.args[0], ast.Constant):
            yield str(node.args[0].value)
    inside = ast.unparse(node.value) if isinstance(node, ast.Subscript) else ""
    if isinstance(node, ast.Subscript) and inside == "os.environ" and isinstance(node.slice, ast.Constant):
        yield str(node.slice.value)


READERS = {
    *(("env", name) for name in ("text", "flag", "folder", "count", "address")),
    ("os.environ", "get"),
    ("os.environ", "setdefault"),
}


def write_commands() -> str:
    targets = re.findall(r"^([a-z-]+):.*?## (.*)$", (ROOT / "Makefile").read_text(), re.MULTILINE)
    parts = []
    own = {name: package for name, package in get_commands().items() if package in ("tracker", "roadmap")}
    for name in sorted(own):
        parts.append(_write_command(name, load_command_class(str(own[name]), name)))
    return f"""
{WRITTEN}
# Commands

## make

`make` alone lists these.

{table(["command", "what it does"], [[f"`make {name}`", text] for name, text in targets])}

## manage.py

On one machine `.venv/bin/python manage.py …` finds the private servers of the data folder by itself while `make run`
is up; elsewhere it takes the same [settings](settings.md) as the other processes. Beside these there are Django's own
commands, of which `migrate` is the one that matters.

{(chr(10) * 2).join(parts)}
"""


def _write_command(name: str, command: BaseCommand) -> str:
    usual = {action.dest for action in BaseCommand().create_parser("manage.py", name)._actions}
    own = [action for action in command.create_parser("manage.py", name)._actions if action.dest not in usual]
    rows, words = [], [name]
    for action in own:
        shown = action.option_strings[0] if action.option_strings else action.dest.upper()
        choices = ", ".join(f"`{choice}`" for choice in action.choices or ())
        told = "; ".join(part for part in (action.help or "", choices) if part)
        rows.append([f"`{shown}`", told or "required"])
        words.append(f"[{shown}]" if action.option_strings and not action.required else shown)
    arguments = f"\n\n{table(['argument', 'what it is'], rows)}" if rows else ""
    return f"### {name}\n\n`python manage.py {' '.join(words)}`\n\n{command.help}{arguments}"


def main() -> None:
    for path, text in pages().items():
        path.write_text(text)
