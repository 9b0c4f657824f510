"""All of Tandem on one machine under one command: python -m tracker.config.serve (what `make run` starts).

Starts the private servers, brings the database up to date, fills the demo company on request, then keeps the web, the
worker and the scheduler alive until Ctrl-C. Killed without warning, it leaves nothing that blocks the next start.
"""

import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from types import FrameType

from tracker.config.embedded import Postgres, Valkey, hold_folder, keep_secret
from tracker.config.processes import CannotStart, die_with_parent, last_words, private_folder

ROOT = Path(__file__).resolve().parents[2]
HOST = "127.0.0.1"
WEB_THREADS = 4
WORKER_THREADS = 3
GOODBYE_SECONDS = 6.0
TRIES, WINDOW_SECONDS = 5, 60.0
LOG_BYTES = 5_000_000


class StopSignal(BaseException):
    """Ctrl-C, or a request from outside to end."""


class Child:
    """One process of ours: started, started again when it falls over, and stopped."""

    def __init__(self, name: str, command: list[str], environment: dict[str, str], log: Path) -> None:
        self.name = name
        self.command = command
        self.environment = environment
        self.log = log
        self.started_at: list[float] = []
        self.process = self._launch()

    def revive(self) -> None:
        """Start it again if it fell over; give up when it does so again and again."""
        if self.process.poll() is None:
            return
        since = time.monotonic() - WINDOW_SECONDS
        self.started_at = [moment for moment in self.started_at if moment > since]
        if len(self.started_at) >= TRIES:
            raise CannotStart(
                f"The {self.name} ends again and again. The end of {self.log}:\n{last_words(self.log, 15)}"
            )
        say(f"The {self.name} ended unexpectedly ({self.process.returncode}) and is started again; see {self.log}")
        time.sleep(min(len(self.started_at), 3))
        self.process = self._launch()

    def ask_to_stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()

    def wait_stopped(self, deadline: float) -> None:
        try:
            self.process.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _launch(self) -> subprocess.Popen[bytes]:
        self.started_at.append(time.monotonic())
        with self.log.open("ab") as output:
            return subprocess.Popen(
                self.command,
                cwd=ROOT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                preexec_fn=partial(die_with_parent, signal.SIGKILL),
            )


def main() -> int:
    if sys.version_info < (3, 11):  # noqa: UP036  said in words, to whoever starts it with an older one
        say("Tandem needs Python 3.11 or newer.")
        return 1
    if "--with-parent" in sys.argv[1:]:
        die_with_parent(signal.SIGTERM)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _raise_stop)
    try:
        serve()
    except StopSignal:
        say("Tandem has stopped.")
        return 0
    except CannotStart as reason:
        say(str(reason))
        return 1
    return 0


def serve() -> None:
    data = Path(os.environ.get("TANDEM_DATA") or "var").expanduser().absolute()
    port = read_port()
    with ExitStack() as stack:
        try:
            stack.enter_context(hold_folder(data))
            wait_for_port(port)
            private_folder(data / "log")
            environment = read_environment(data)
            environment |= start_private_servers(data, environment, stack)
            prepare(environment, data / "log")
            children = stack.enter_context(running(port, environment, data))
            announce(port, children)
            watch(children)
        finally:
            _ignore_signals()


def watch(children: list[Child]) -> None:
    while True:
        for child in children:
            child.revive()
        time.sleep(0.5)


def read_port() -> int:
    text = os.environ.get("PORT") or "8000"
    if not text.isdecimal() or not 0 < int(text) < 65536:
        raise CannotStart(f"PORT is a number from 1 to 65535, not {text!r}.")
    return int(text)


def read_environment(data: Path) -> dict[str, str]:
    """What every process of ours is given; bytecode is written, or each start would compile everything anew."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["TANDEM_DATA"] = str(data)
    environment["PYTHONUNBUFFERED"] = "1"
    environment.setdefault("TANDEM_DEMO", "1")
    environment.setdefault("DJANGO_SETTINGS_MODULE", "tracker.config.settings")
    if not environment.get("TANDEM_SECRET_KEY"):
        environment["TANDEM_SECRET_KEY"] = keep_secret(data)
    return environment


def start_private_servers(data: Path, environment: dict[str, str], stack: ExitStack) -> dict[str, str]:
    """Start each server that the environment does not name; they stop after everything that uses them."""
    found: dict[str, str] = {}
    if not environment.get("DATABASE_URL"):
        database = Postgres(data, durable=True)
        stack.callback(database.stop)
        database.start()
        found["DATABASE_URL"] = database.addresses.database_url
    if not environment.get("REDIS_URL"):
        broker = Valkey(data, durable=True)
        stack.callback(broker.stop)
        broker.start()
        found["REDIS_URL"] = broker.addresses.redis_url
    return found


def prepare(environment: dict[str, str], logs: Path) -> None:
    manage(["migrate", "--noinput", "--verbosity=0"], environment, logs)
    if environment["TANDEM_DEMO"] == "1":
        manage(["fill_demo"], environment, logs)
        manage(["fill_roadmap"], environment, logs)


def manage(arguments: list[str], environment: dict[str, str], logs: Path) -> None:
    log = fresh_log(logs / "start.log")
    with log.open("ab") as output:
        command = [sys.executable, "manage.py", *arguments]
        farewell = partial(die_with_parent, signal.SIGTERM)
        done = subprocess.run(
            command, cwd=ROOT, env=environment, stdout=output, stderr=output, check=False, preexec_fn=farewell
        )
    if done.returncode:
        raise CannotStart(f"`manage.py {arguments[0]}` failed. The end of {log}:\n{last_words(log, 15)}")


@contextmanager
def running(port: int, environment: dict[str, str], data: Path) -> Iterator[list[Child]]:
    for leftover in (data / "run").glob("beat*"):
        leftover.unlink()
    children: list[Child] = []
    try:
        for name, command, more in commands(port, data):
            log = fresh_log(data / "log" / f"{name}.log")
            children.append(Child(name, command, environment | more, log))
        yield children
    finally:
        _ignore_signals()
        for child in children:
            child.ask_to_stop()
        deadline = time.monotonic() + GOODBYE_SECONDS
        for child in children:
            child.wait_stopped(deadline)


def commands(port: int, data: Path) -> Iterator[tuple[str, list[str], dict[str, str]]]:
    """Name, command line and environment of its own, for each process."""
    python = sys.executable
    web = [python, "-m", "granian", "--interface", "wsgi", "--host", HOST, "--port", str(port), "--workers", "1"]
    web += ["--blocking-threads", str(WEB_THREADS), "--no-ws", "--workers-kill-timeout", "3"]
    celery = [python, "-m", "celery", "-A", "tracker.config.celery"]
    worker = [*celery, "worker", "--pool", "threads", "--concurrency", str(WORKER_THREADS)]
    worker += ["--queues", "tick,deliver,bulk", "--prefetch-multiplier", "1", "--loglevel", "warning"]
    worker += ["--without-gossip", "--without-mingle"]
    (data / "run").mkdir(mode=0o700, exist_ok=True)
    beat = [*celery, "beat", "--schedule", str(data / "run" / "beat"), "--pidfile=", "--loglevel", "warning"]
    yield "web", [*web, "tracker.config.wsgi:application"], {"TANDEM_SUPERVISED": "1"}
    yield "worker", worker, {}
    yield "scheduler", beat, {}


def announce(port: int, children: list[Child]) -> None:
    address = f"http://{HOST}:{port}"
    while not answers(f"{address}/readyz"):
        for child in children:
            child.revive()
        time.sleep(0.1)
    say(f"Tandem is ready: {address} (Ctrl-C stops it)")


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=5) as response:  # noqa: S310  our own http address
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False


def wait_for_port(port: int) -> None:
    """A server that was just killed may hold the port for a moment longer."""
    deadline = time.monotonic() + 10
    while True:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((HOST, port))
                return
            except PermissionError:
                raise CannotStart(f"Port {port} is not allowed for this user: set PORT to another one.") from None
            except OSError:
                if time.monotonic() > deadline:
                    raise CannotStart(f"Port {port} is taken by another program: set PORT to another one.") from None
        time.sleep(0.2)


def fresh_log(path: Path) -> Path:
    if path.exists() and path.stat().st_size > LOG_BYTES:
        path.replace(path.with_suffix(".old.log"))
    return path


def say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def _raise_stop(number: int, frame: FrameType | None) -> None:
    _ignore_signals()
    raise StopSignal


def _ignore_signals() -> None:
    """From here on everything is being stopped: a second Ctrl-C must not leave half of it running."""
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)


if __name__ == "__main__":
    sys.exit(main())
