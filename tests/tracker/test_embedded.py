"""The private servers of one machine, started for real in folders of their own."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from tracker.config.embedded import (
    Services,
    Valkey,
    fill_environment,
    hold_folder,
    keep_secret,
    locate_services,
    start_services,
)
from tracker.config.processes import CannotStart, command_of, private_folder

Start = Callable[[Path], Services]
KILLED_STARTER = """
import os, signal, sys
from pathlib import Path
from tracker.config.embedded import start_services
start_services(Path(sys.argv[1]))
os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts the servers of a folder; whatever was started is stopped at the end."""
    started: list[Services] = []

    def start_quickly(data: Path) -> Services:
        started.append(start_services(data, durable=False))
        return started[-1]

    yield start_quickly
    for services in started:
        services.stop()


def answer(services: Services, question: str) -> object:
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


def write(services: Services, statement: str) -> None:
    with psycopg.connect(services.database_url, autocommit=True) as connection:
        connection.execute(statement.encode())


def postmaster(data: Path) -> int:
    return int((data / "postgres" / "postmaster.pid").read_text().split()[0])


@pytest.mark.faults
def test_both_servers_answer_on_sockets_and_listen_nowhere_else(tmp_path: Path, start: Start) -> None:
    services = start(tmp_path / "var")
    assert answer(services, "SHOW listen_addresses") == ""
    with redis.Redis.from_url(services.redis_url) as broker:
        assert broker.ping()
        assert broker.config_get("port")["port"] == "0"
        assert broker.config_get("maxmemory-policy")["maxmemory-policy"] == "noeviction"


@pytest.mark.faults
def test_only_the_owner_reaches_the_sockets_and_the_files(tmp_path: Path, start: Start) -> None:
    data = tmp_path / "var"
    start(data)
    for folder in (data, data / "run", data / "postgres", data / "valkey", data / "log"):
        assert folder.stat().st_mode & 0o777 == 0o700, folder


@pytest.mark.faults
def test_the_database_searches_russian_and_every_new_one_does(tmp_path: Path, start: Start) -> None:
    services = start(tmp_path)
    assert answer(services, "SELECT lower('ЁЛКА')") == "ёлка"
    write(services, "CREATE DATABASE another")
    another = Services(services.database_url.replace("/tandem?", "/another?"), services.redis_url, services.stop)
    assert answer(another, "SELECT similarity('прайс-лист', 'прайс лист') > 0.9")
    assert answer(another, "SELECT unaccent('café')") == "cafe"


@pytest.mark.faults
def test_the_next_start_keeps_the_data(tmp_path: Path) -> None:
    for number in (1, 2):
        services = start_services(tmp_path)
        try:
            write(services, "CREATE TABLE IF NOT EXISTS starts (number int)")
            write(services, f"INSERT INTO starts VALUES ({number})")
            with redis.Redis.from_url(services.redis_url) as broker:
                broker.rpush("starts", number)
                assert broker.llen("starts") == number
            assert answer(services, "SELECT count(*) FROM starts") == number
        finally:
            services.stop()


@pytest.mark.faults
def test_servers_that_outlived_a_killed_parent_are_adopted_and_can_be_stopped(tmp_path: Path) -> None:
    killed = subprocess.run([sys.executable, "-c", KILLED_STARTER, str(tmp_path)], check=False)
    assert killed.returncode == -signal.SIGKILL
    survivor = postmaster(tmp_path)
    services = start_services(tmp_path)
    try:
        assert postmaster(tmp_path) == survivor
        with redis.Redis.from_url(services.redis_url) as broker:
            second_survivor = int(broker.info("server")["process_id"])
    finally:
        services.stop()
    assert not command_of(survivor)
    assert not command_of(second_survivor)


@pytest.mark.faults
def test_servers_that_were_killed_lose_nothing_and_do_not_stop_the_next_start(tmp_path: Path) -> None:
    first = start_services(tmp_path)
    write(first, "CREATE TABLE kept (number int)")
    with redis.Redis.from_url(first.redis_url) as broker:
        broker.rpush("queued", *range(50))
        os.kill(int(broker.info("server")["process_id"]), signal.SIGKILL)
    os.kill(postmaster(tmp_path), signal.SIGKILL)
    first.stop()
    assert (tmp_path / "run" / ".s.PGSQL.5432").exists()
    second = start_services(tmp_path)
    try:
        assert answer(second, "SELECT count(*) FROM kept") == 0
        with redis.Redis.from_url(second.redis_url) as broker:
            assert broker.llen("queued") == 50
    finally:
        second.stop()


@pytest.mark.faults
def test_a_start_waits_for_the_last_process_of_a_killed_server(tmp_path: Path) -> None:
    first = start_services(tmp_path)
    slow = int(str(answer(first, "SELECT pid FROM pg_stat_activity WHERE backend_type = 'checkpointer'")))
    os.kill(slow, signal.SIGSTOP)
    os.kill(postmaster(tmp_path), signal.SIGKILL)
    first.stop()
    leaving = threading.Timer(1, os.kill, (slow, signal.SIGCONT))
    leaving.start()
    second = start_services(tmp_path)
    try:
        assert answer(second, "SELECT 1") == 1
    finally:
        leaving.join()
        second.stop()


@pytest.mark.faults
def test_a_stranger_with_the_number_of_the_dead_server_is_not_taken_for_it(tmp_path: Path, start: Start) -> None:
    start(tmp_path).stop()
    stranger = subprocess.Popen(["sleep", "60"])
    try:
        rest = [str(tmp_path / "postgres"), "1", "5432", str(tmp_path / "run"), "", "0 0", "ready"]
        (tmp_path / "postgres" / "postmaster.pid").write_text("\n".join([str(stranger.pid), *rest, ""]))
        services = start(tmp_path)
        assert answer(services, "SELECT 1") == 1
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@pytest.mark.faults
def test_a_broken_journal_of_the_broker_is_set_aside(tmp_path: Path) -> None:
    broker = Valkey(tmp_path, durable=True)
    broker.start()
    broker.stop()
    for journal in (tmp_path / "valkey").rglob("*.incr.aof"):
        journal.write_bytes(b"*1\r\n$9\r\nnot a verb\r\n*1\r\n$4\r\nPING\r\n")
    try:
        broker.start()
        assert broker.answers()
        assert (tmp_path / "valkey.broken").exists()
    finally:
        broker.stop()


@pytest.mark.faults
def test_a_folder_too_deep_for_a_socket_is_served_all_the_same(tmp_path: Path, start: Start) -> None:
    deep = tmp_path / ("deep " * 12) / ("deeper " * 8)
    services = start(deep)
    assert answer(services, "SELECT 1") == 1
    sockets = locate_services(deep).sockets
    assert sockets.stat().st_mode & 0o777 == 0o700
    services.stop()
    sockets.rmdir()


def test_a_second_installation_on_the_same_folder_is_refused_in_words(tmp_path: Path) -> None:
    with hold_folder(tmp_path), pytest.raises(CannotStart, match=f"process {os.getpid()}.*TANDEM_DATA"):
        hold_folder(tmp_path)
    hold_folder(tmp_path).close()


def test_a_folder_that_somebody_planted_is_refused(tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "run").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(CannotStart, match="belongs to somebody else"):
        private_folder(tmp_path / "run")


def test_the_secret_key_is_made_once_and_read_by_its_owner_alone(tmp_path: Path) -> None:
    secret = keep_secret(tmp_path)
    assert len(secret) >= 50
    assert keep_secret(tmp_path) == secret
    assert (tmp_path / "secret_key").stat().st_mode & 0o777 == 0o600


@pytest.mark.faults
def test_a_command_finds_the_servers_of_a_running_installation(
    tmp_path: Path, start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("DATABASE_URL", "REDIS_URL", "TANDEM_SECRET_KEY"):
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    secret = keep_secret(tmp_path)
    fill_environment(tmp_path)
    assert "DATABASE_URL" not in os.environ
    services = start(tmp_path)
    fill_environment(tmp_path)
    assert os.environ["DATABASE_URL"] == services.database_url
    assert os.environ["REDIS_URL"] == services.redis_url
    assert os.environ["TANDEM_SECRET_KEY"] == secret
