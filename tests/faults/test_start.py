"""The one command of one machine, as a person at a terminal meets it: started, stopped, killed, started again."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest

from tests.ports import free_port
from tracker.config.embedded import locate_services, start_services
from tracker.config.processes import command_of
from tracker.config.serve import ROOT

pytestmark = pytest.mark.faults

READY_SECONDS = 90
STOP_SECONDS = 20
SETTINGS_OF_OURS = ("DATABASE_URL", "REDIS_URL", "TANDEM_SECRET_KEY")


class House:
    """An installation in a folder of its own on a port of its own."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.port = free_port()
        self.started: list[subprocess.Popen[str]] = []

    def start(self, **settings: str) -> subprocess.Popen[str]:
        environment = {name: value for name, value in os.environ.items() if name not in SETTINGS_OF_OURS}
        environment |= {"TANDEM_DATA": str(self.data), "PORT": str(self.port), "TANDEM_DEMO": "0"}
        environment |= {"DJANGO_SETTINGS_MODULE": "tracker.config.settings"} | settings
        command = [sys.executable, "-m", "tracker.config.serve"]
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True, start_new_session=True
        )
        self.started.append(process)
        return process

    def start_ready(self) -> subprocess.Popen[str]:
        process = self.start()
        wait_for(lambda: self.is_ready() or process.poll() is not None, READY_SECONDS)
        assert process.poll() is None, process.communicate()[0]
        return process

    def is_ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as response:
                return bool(json.load(response) == {"database": "ok", "broker": "ok"})
        except (urllib.error.URLError, OSError):
            return False

    def ask(self, statement: str) -> list[tuple[object, ...]]:
        with psycopg.connect(locate_services(self.data).database_url, autocommit=True) as connection:
            found = connection.execute(statement.encode())
            return found.fetchall() if found.description else []

    def tear_down(self) -> None:
        for process in self.started:
            if process.poll() is None:
                process.kill()
            process.communicate()
        start_services(self.data).stop()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "var")
    yield house
    house.tear_down()


def wait_for(condition: Callable[[], bool], seconds: float) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.1)


def members(group: int) -> dict[int, str]:
    """Living processes of a process group and their command lines."""
    found = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                if os.getpgid(int(entry.name)) == group and (command := command_of(int(entry.name))):
                    found[int(entry.name)] = command
            except ProcessLookupError:
                continue
    return found


def servers(house: House) -> list[int]:
    """Private servers of a house that live."""
    numbers = (int(entry.name) for entry in Path("/proc").iterdir() if entry.name.isdecimal())
    return [number for number in numbers if str(house.data / "run") in command_of(number)]


def test_ctrl_c_stops_everything_that_was_started(house: House) -> None:
    process = house.start_ready()
    roles = " ".join(members(process.pid).values())
    assert all(role in roles for role in ("granian", " worker ", " beat "))
    assert len(servers(house)) >= 2
    assert process.stdout is not None
    ready = f"Tandem is ready: http://127.0.0.1:{house.port} (Ctrl-C stops it)\n"
    assert ready in iter(process.stdout.readline, "")
    os.killpg(process.pid, signal.SIGINT)
    process.communicate(timeout=STOP_SECONDS)
    assert process.returncode == 0
    assert members(process.pid) == {}
    assert servers(house) == []


def test_after_a_hard_kill_the_next_start_serves_the_same_data_on_the_same_port(house: House) -> None:
    first = house.start_ready()
    house.ask("CREATE TABLE kept (number int)")
    house.ask("INSERT INTO kept VALUES (7)")
    first.kill()
    first.wait()
    wait_for(lambda: members(first.pid) == {}, 5)
    second = house.start_ready()
    assert house.ask("SELECT number FROM kept") == [(7,)]
    os.killpg(second.pid, signal.SIGTERM)
    second.communicate(timeout=STOP_SECONDS)
    assert servers(house) == []


def test_a_process_that_falls_over_is_started_again(house: House) -> None:
    process = house.start_ready()
    web = next(number for number, command in members(process.pid).items() if "granian" in command)
    os.kill(web, signal.SIGKILL)
    wait_for(lambda: web not in members(process.pid), 5)
    wait_for(house.is_ready, READY_SECONDS)


def test_a_second_start_on_the_same_folder_is_refused_and_harms_nothing(house: House) -> None:
    first = house.start_ready()
    second = house.start(PORT=str(free_port()))
    said, _ = second.communicate(timeout=STOP_SECONDS)
    assert second.returncode == 1
    assert f"process {first.pid}" in said
    assert "TANDEM_DATA" in said
    assert house.is_ready()


def test_a_port_that_is_taken_is_named(house: House) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", house.port))
        other.listen()
        said, _ = house.start().communicate(timeout=STOP_SECONDS)
    assert f"Port {house.port} is taken" in said


def test_a_port_that_is_no_number_is_refused_in_words(house: House) -> None:
    said, _ = house.start(PORT="http").communicate(timeout=STOP_SECONDS)
    assert said == "PORT is a number from 1 to 65535, not 'http'.\n"
