"""What may happen to the embedded services: killed, half made, started twice, started beside each other.

Each test works on a VAR_DIR of its own, and each start is a process of its own, as in life.
"""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import psutil
import psycopg
import pytest
import redis

from config.embedded import Urls
from config.embedded.places import CHECKOUT, sockets_dir
from config.embedded.processes import alive

START = "from config import embedded; print(*embedded.start(), sep='\\n')"
STOP = "from config import embedded; [print(name) for name in embedded.stop()]"


class Copy:
    """A copy of the product, as far as its services go."""

    def __init__(self, var_dir: Path) -> None:
        self.var_dir = var_dir

    def begin(self, script: str) -> subprocess.Popen[str]:
        return subprocess.Popen(
            [sys.executable, "-c", script],
            cwd=CHECKOUT,
            env=os.environ | {"VAR_DIR": str(self.var_dir)},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def said(self, script: str) -> list[str]:
        process = self.begin(script)
        out, err = process.communicate(timeout=90)
        assert process.returncode == 0, err
        return out.splitlines()

    def start(self) -> Urls:
        return Urls(*self.said(START))

    def stop(self) -> list[str]:
        return self.said(STOP)

    def kill(self, pid_file: str) -> None:
        """kill -9, and wait until the process is gone."""
        process = psutil.Process(self.pid(pid_file))
        process.kill()
        while alive(process):
            time.sleep(0.01)

    def pid(self, pid_file: str) -> int:
        return int((self.var_dir / pid_file).read_text().splitlines()[0])


@pytest.fixture
def copy(open_path: Path) -> Iterator[Copy]:
    made = Copy(open_path / "v")
    yield made
    made.stop()


@pytest.fixture
def other(open_path: Path) -> Iterator[Copy]:
    made = Copy(open_path / "w")
    yield made
    made.stop()


def connected(urls: Urls, user: str = "gongji") -> psycopg.Connection:
    config = environ.Env().db_url_config(urls.database)
    return psycopg.connect(host=config["HOST"], user=user, dbname=config["NAME"], autocommit=True)


def queue(urls: Urls) -> redis.Redis:
    return redis.Redis.from_url(urls.redis, decode_responses=True)


def test_services_outlive_the_process_that_started_them_and_are_found_again(copy: Copy) -> None:
    copy.start()
    pids = copy.pid("postgres/postmaster.pid"), copy.pid("valkey.pid")
    copy.start()
    assert (copy.pid("postgres/postmaster.pid"), copy.pid("valkey.pid")) == pids


def test_nothing_listens_on_a_port_and_the_application_is_no_superuser(copy: Copy) -> None:
    with connected(copy.start()) as database:
        settings = {
            name: database.execute("SELECT current_setting(%s)", [name]).fetchone()[0]
            for name in ("listen_addresses", "is_superuser", "server_encoding", "TimeZone", "log_statement")
        }
    assert settings == {
        "listen_addresses": "",
        "is_superuser": "off",
        "server_encoding": "UTF8",
        "TimeZone": "Asia/Shanghai",
        "log_statement": "none",
    }


def test_letters_of_a_chinese_name_can_be_searched(copy: Copy) -> None:
    with connected(copy.start()) as database:
        database.execute("CREATE EXTENSION pg_trgm")
        assert database.execute("SELECT show_trgm('王小明')").fetchone()[0]


def test_a_refused_statement_leaves_no_value_in_the_log(copy: Copy) -> None:
    with connected(copy.start()) as database:
        database.execute("CREATE TABLE person (name text CHECK (length(name) > 9))")
        with pytest.raises(psycopg.errors.CheckViolation):
            database.execute("INSERT INTO person VALUES (%s)", ["欧阳小明"])
        with pytest.raises(psycopg.errors.CheckViolation):
            database.execute("INSERT INTO person VALUES ('欧阳小明')")
    assert "欧阳" not in (copy.var_dir / "log" / "postgres.log").read_text()


def test_committed_rows_survive_a_killed_postgresql(copy: Copy) -> None:
    with connected(copy.start()) as database:
        database.execute("CREATE TABLE kept AS SELECT 8 AS seats")
    copy.kill("postgres/postmaster.pid")
    with connected(copy.start()) as database:
        assert database.execute("SELECT seats FROM kept").fetchone() == (8,)


def test_a_killed_valkey_starts_again_with_its_data(copy: Copy) -> None:
    queue(copy.start()).set("kept", "8")
    time.sleep(1.1)  # the append-only file is synced every second
    copy.kill("valkey.pid")
    assert queue(copy.start()).get("kept") == "8"


def test_a_pid_file_that_names_a_stranger_is_no_obstacle(copy: Copy) -> None:
    copy.start()
    for pid_file in ("postgres/postmaster.pid", "valkey.pid"):
        path = copy.var_dir / pid_file
        lines = path.read_text().splitlines()
        copy.kill(pid_file)
        path.write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with connected(copy.start()) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)
    assert copy.stop() == ["Valkey", "PostgreSQL"]


def test_a_making_that_was_killed_leaves_nothing_half_made(copy: Copy) -> None:
    process = copy.begin(START)
    while not list(copy.var_dir.glob("postgres.new-*/PG_VERSION")):
        time.sleep(0.005)
    process.kill()
    process.communicate()
    assert not (copy.var_dir / "postgres").exists()
    with connected(copy.start()) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)
    assert not list(copy.var_dir.glob("postgres.new-*"))


def test_starts_at_once_end_with_one_server_each(copy: Copy) -> None:
    starting = [copy.begin(START) for _ in range(4)]
    outcomes = [process.communicate(timeout=90) for process in starting]
    assert [process.returncode for process in starting] == [0] * 4, outcomes
    assert len({out for out, _ in outcomes}) == 1
    serving = [
        process
        for process in psutil.process_iter(["cmdline"])
        if str(copy.var_dir / "postgres") in (process.info["cmdline"] or []) and alive(process)
    ]
    assert len(serving) == 1


def test_two_copies_run_side_by_side(copy: Copy, other: Copy) -> None:
    urls, other_urls = copy.start(), other.start()
    queue(urls).set("whose", "ours")
    with connected(urls) as database:
        database.execute("CREATE TABLE ours ()")
    with connected(other_urls) as database:
        assert database.execute("SELECT to_regclass('ours')").fetchone() == (None,)
    assert queue(other_urls).get("whose") is None


def test_stopping_one_copy_leaves_the_other(copy: Copy, other: Copy) -> None:
    copy.start()
    other_urls = other.start()
    assert copy.stop() == ["Valkey", "PostgreSQL"]
    assert queue(other_urls).ping()


def test_stopping_twice_or_before_any_start_is_no_fault(copy: Copy) -> None:
    assert copy.stop() == []
    copy.start()
    assert copy.stop() == ["Valkey", "PostgreSQL"]
    assert copy.stop() == []


def test_services_run_in_a_directory_too_deep_for_sockets(open_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    deep = Copy(open_path / ("深" * 20) / ("d" * 60))
    try:
        urls = deep.start()
        with connected(urls) as database:
            assert database.execute("SELECT 1").fetchone() == (1,)
        assert queue(urls).ping()
    finally:
        assert deep.stop() == ["Valkey", "PostgreSQL"]
        monkeypatch.setenv("VAR_DIR", str(deep.var_dir))
        shutil.rmtree(sockets_dir())


def test_a_socket_that_was_swept_away_is_made_again(copy: Copy) -> None:
    copy.start()
    (copy.var_dir / "run" / "valkey.sock").unlink()
    (copy.var_dir / "run" / "postgres" / ".s.PGSQL.5432").unlink()
    urls = copy.start()
    with connected(urls) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)
    assert queue(urls).ping()


def test_a_cluster_of_another_major_version_is_told_apart(copy: Copy) -> None:
    copy.start()
    copy.stop()
    (copy.var_dir / "postgres" / "PG_VERSION").write_text("15\n")
    process = copy.begin("from config import embedded; embedded.start()")
    _, err = process.communicate(timeout=90)
    assert process.returncode != 0
    assert "was made by PostgreSQL 15" in err
    assert "Traceback" in err  # raised to the caller; manage.py makes one line of it


def test_the_command_line_tells_a_fault_in_one_line(copy: Copy) -> None:
    copy.var_dir.parent.joinpath("file").write_text("")
    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=CHECKOUT,
        env=os.environ | {"VAR_DIR": str(copy.var_dir.parent / "file" / "v")},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1
    assert "set VAR_DIR" in done.stderr


def test_only_the_missing_service_is_started_when_one_address_is_given(copy: Copy) -> None:
    script = (
        "import os; os.environ['DATABASE_URL'] = 'postgres://elsewhere/gongji'; "
        "from config import embedded; embedded.start_unless_given()"
    )
    copy.said(script)
    assert copy.stop() == ["Valkey"]


@pytest.fixture(autouse=True)
def _no_addresses_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


def test_a_starter_killed_while_the_server_recovers_does_not_hinder_the_next(copy: Copy) -> None:
    copy.start()
    copy.kill("postgres/postmaster.pid")
    starter = copy.begin(START)
    time.sleep(0.25)
    starter.send_signal(signal.SIGKILL)
    starter.communicate()
    with connected(copy.start()) as database:
        assert database.execute("SELECT 1").fetchone() == (1,)
