"""The demo as a person starts, disturbs and ends it; each test on a VAR_DIR and a port of its own."""

import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from config.embedded.places import CHECKOUT
from config.embedded.processes import alive, end
from config.embedded.strays import MARK
from families.demo_data import PASSWORD, SIGN_INS


class Demo:
    """One `python -m config.demo`, and what it said."""

    def __init__(self, var_dir: Path, port: int) -> None:
        self.var_dir = var_dir
        self.port = port
        self.lines: list[str] = []
        self.ready = threading.Event()
        self.process: subprocess.Popen[str] | None = None

    def start(self, **more: str) -> "Demo":
        self.process = subprocess.Popen(
            [sys.executable, "-m", "config.demo"],
            cwd=CHECKOUT,
            env=os.environ
            | {"VAR_DIR": str(self.var_dir), "PORT": str(self.port)}
            | {"DEMO_HOUSEHOLDS": "20"}
            | more,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        return self

    def _read(self) -> None:
        assert self.process.stdout
        with self.process.stdout as said:
            for line in said:
                if not line.startswith("Making the sample data"):
                    self.lines.append(line.rstrip())
                if line.startswith("Ctrl-C"):
                    self.ready.set()
        self.ready.set()

    def await_ready(self) -> "Demo":
        assert self.ready.wait(180)
        assert self.process.poll() is None, self.lines
        return self

    def status(self) -> int:
        status = self.process.wait(60)
        self.reader.join(10)
        return status

    def left(self) -> list[psutil.Process]:
        """What runs of this demo: its processes, PostgreSQL and Valkey."""
        return [process for process in psutil.process_iter() if self._is_ours(process)]

    def _is_ours(self, process: psutil.Process) -> bool:
        try:
            marked = process.environ().get(MARK) == str(self.var_dir)
            return alive(process) and (marked or self.var_dir in Path(process.cwd()).parents)
        except psutil.Error:
            return False


@pytest.fixture
def port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


@pytest.fixture
def demo(open_path: Path, port: int) -> Iterator[Demo]:
    """A demo that was never started."""
    made = Demo(open_path / "v", port)
    yield made
    _end(made)


@pytest.fixture
def ready_demo(shared_path: Path, port: int) -> Iterator[Demo]:
    """A demo that runs, on data that the first test of this module made."""
    made = Demo(shared_path / "v", port).start().await_ready()
    yield made
    _end(made)


def _end(demo: Demo) -> None:
    if demo.process is None:
        return
    if demo.process.poll() is None:
        demo.process.kill()
    demo.status()
    end(demo.left())


def test_the_demo_says_where_it_is_runs_once_on_its_data_and_sigterm_ends_all_of_it(ready_demo: Demo) -> None:
    demo = ready_demo
    assert demo.lines[0] == f"ready: http://127.0.0.1:{demo.port}/"
    assert PASSWORD in demo.lines[1]
    assert [line.split()[0] for line in demo.lines[2:-1]] == [sign_in.username for sign_in in SIGN_INS]

    second = Demo(demo.var_dir, demo.port).start()
    assert second.status() == 2
    assert second.lines == [f"A demo already runs on {demo.var_dir}: end it, or set another VAR_DIR and PORT"]

    demo.process.send_signal(signal.SIGTERM)
    assert demo.status() == 0
    assert demo.left() == []


def test_what_a_killed_demo_left_is_ended_by_the_next_on_the_same_port(ready_demo: Demo) -> None:
    demo = ready_demo
    demo.process.kill()
    demo.status()
    before = {process.pid for process in demo.left()}
    demo.lines.clear()
    demo.ready.clear()
    demo.start().await_ready()
    assert demo.lines[0] == f"ready: http://127.0.0.1:{demo.port}/"
    servers = {process.pid for process in demo.left() if process.name() in ("postgres", "valkey-server")}
    assert {process.pid for process in demo.left()} & before <= servers

    demo.process.send_signal(signal.SIGINT)
    assert demo.status() == 0
    assert demo.left() == []


def test_the_stop_command_ends_what_a_killed_demo_left(demo: Demo) -> None:
    environment = os.environ | {"VAR_DIR": str(demo.var_dir)}
    stray = subprocess.Popen(["sleep", "600"], env=environment | {MARK: str(demo.var_dir)})
    command = [sys.executable, "manage.py", "stop_services"]
    subprocess.run(command, cwd=CHECKOUT, env=environment, check=True, capture_output=True)
    assert stray.wait(5) == -signal.SIGTERM


def test_the_demo_ends_and_names_the_process_that_died(ready_demo: Demo) -> None:
    demo = ready_demo
    worker = next(process for process in demo.left() if "worker" in process.cmdline())
    worker.kill()
    assert demo.status() == 1
    assert any(line.startswith("The worker ended (status -9)") for line in demo.lines)
    assert demo.left() == []


def test_a_port_in_use_is_told_before_anything_is_started(demo: Demo) -> None:
    with socket.create_server(("127.0.0.1", demo.port)):
        assert demo.start().status() == 2
    assert demo.lines == [f"Port {demo.port} is in use: give another with PORT={demo.port + 1} make demo"]
    assert not (demo.var_dir / "postgres").exists()


def test_a_port_that_is_none_is_told(demo: Demo) -> None:
    assert demo.start(PORT="eight").status() == 2
    assert demo.lines == ["PORT=eight is no port: give a number from 1024 to 65535"]


def test_the_demo_puts_a_real_database_aside(demo: Demo) -> None:
    with socket.create_server(("127.0.0.1", demo.port)):
        assert demo.start(DATABASE_URL="postgres://real/gongji").status() == 2
    assert demo.lines[0] == "DATABASE_URL is put aside: the demo works on its own services"
