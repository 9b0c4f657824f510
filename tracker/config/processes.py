"""Processes and private folders of an installation on one machine."""

import ctypes
import os
import pwd
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

ROOTS_STAND_IN = "tandem-postgres"
PATIENCE = 120.0


class CannotStart(Exception):
    """Why an installation cannot start, and what its operator can do about it, in one or two sentences."""


def die_with_parent(farewell: int = signal.SIGKILL) -> None:
    """Ask the kernel to end this process when its parent ends, however that ends (Linux only)."""
    if sys.platform == "linux":
        set_parent_death_signal = 1
        ctypes.CDLL(None).prctl(set_parent_death_signal, farewell)


def private_folder(path: Path) -> None:
    """A folder that only we can enter; one that somebody else put there before us is refused."""
    path.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = path.lstat()
    if path.is_symlink() or found.st_uid != os.geteuid():
        raise CannotStart(f"The folder {path} belongs to somebody else: remove it, or set TANDEM_DATA.")
    path.chmod(0o700)


def stand_in() -> tuple[int, int]:
    """User and group that PostgreSQL runs as when we are root, which it refuses to be."""
    try:
        user = pwd.getpwnam(ROOTS_STAND_IN)
    except KeyError:
        command = ["useradd", "--system", "--user-group", "--no-create-home", "--shell", "/usr/sbin/nologin"]
        try:
            subprocess.run([*command, ROOTS_STAND_IN], check=True, capture_output=True)
            user = pwd.getpwnam(ROOTS_STAND_IN)
        except (OSError, subprocess.CalledProcessError) as error:
            raise CannotStart(
                "PostgreSQL does not run as root and no user could be made for it: start as another user,"
                " or set DATABASE_URL."
            ) from error
    return user.pw_uid, user.pw_gid


def as_stand_in(farewell: str | None) -> list[str]:
    """The prefix that lets root start PostgreSQL; `farewell` is the signal it gets when its parent ends.

    The stand-in keeps one power of root, to pass folders closed to others: the data folder and the virtual environment
    may lie in a private home, whose permissions are not ours to open. (`no_setuid_fixup`: access(2), by which PostgreSQL
    looks for its own programs, would otherwise leave that power out of account.)
    """
    if os.geteuid() != 0:
        return []
    user, group = stand_in()
    powers = ["--securebits=+no_setuid_fixup", "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
    return ["setpriv", f"--reuid={user}", f"--regid={group}", "--clear-groups", *powers] + (
        ["--pdeathsig", farewell] if farewell else []
    )


def spawn(command: list[str], log: Path, farewell: signal.Signals | None) -> subprocess.Popen[bytes]:
    """A server in a session of its own, so that Ctrl-C at the terminal leaves its stopping to us."""
    private_folder(log.parent)
    bequeath = partial(die_with_parent, farewell) if farewell else None
    with log.open("ab") as output:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            preexec_fn=bequeath,
            cwd="/",
        )


def wait_until(
    answers: Callable[[], bool], process: subprocess.Popen[bytes] | None, log: Path, name: str, variable: str
) -> None:
    deadline = time.monotonic() + PATIENCE
    while not answers():
        if process is not None and process.poll() is not None:
            raise CannotStart(f"{name} stopped while starting: {last_words(log)}\nYou can set {variable} instead.")
        if time.monotonic() > deadline:
            raise CannotStart(f"{name} does not answer: {last_words(log)}\nYou can set {variable} instead.")
        time.sleep(0.03)


def last_words(log: Path, lines: int = 5) -> str:
    return "\n".join(log.read_text(errors="replace").splitlines()[-lines:]) if log.exists() else "(no log)"


def command_of(pid: int) -> str:
    """The command line of a living process, empty when there is none."""
    if sys.platform == "linux":
        try:
            return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace").strip()
        except OSError:
            return ""
    seen = subprocess.run(["ps", "-ww", "-o", "args=", "-p", str(pid)], capture_output=True, text=True, check=False)
    return seen.stdout.strip()


def end_process(pid: int, first: int, *, last: int, patience: float = 20.0) -> None:
    """Ask a process to end, insist after a while, and return once it is gone; it may or may not be our child."""
    for farewell in (first, last):
        try:
            os.kill(pid, farewell)
        except ProcessLookupError:
            return
        deadline = time.monotonic() + patience
        while time.monotonic() < deadline:
            if _gone(pid):
                return
            time.sleep(0.02)


def _gone(pid: int) -> bool:
    """A dead process that nobody has reaped yet still has its number, but no command line."""
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == pid
    except ChildProcessError:
        return not command_of(pid)
