"""`make demo`: the whole product on one machine, for one person to look at.

Invariant: when this process ends, nothing of the demo is left running. What a killed demo left is marked
in its environment with its VAR_DIR, and the next start or `manage.py stop_services` ends it. The demo
works on its own database alone: a DATABASE_URL in the environment is put aside, never seeded.
"""

import datetime as dt
import fcntl
import http
import http.client
import io
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from types import FrameType
from typing import NoReturn

import psutil

from config import embedded
from config.compile_messages import compile_messages
from config.embedded.errors import last_lines
from config.embedded.places import CHECKOUT, log_file, made, made_ours, shared_mode
from config.embedded.processes import end
from config.embedded.strays import MARK, end_strays
from families.demo_data import PASSWORD, SIGN_INS

HOST = "127.0.0.1"
PATIENCE = 90.0
PUT_ASIDE = ("DATABASE_URL", "REDIS_URL")
WEB = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "8"]
WEB += ["--no-control-socket"]  # it would lie in the home directory, one for all copies
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class DemoFailed(Exception):
    """The demo cannot start or go on; the message says why, and what to do."""

    def __init__(self, message: str, status: int = 1) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Part:
    """A process of the demo: leader of its own session, so that Ctrl-C reaches the demo alone."""

    name: str
    process: subprocess.Popen[bytes]


def main() -> int:
    """Run the demo until Ctrl-C, SIGTERM or the end of one of its processes; returns the exit status."""
    for number in ENDING:
        if number != signal.SIGHUP or signal.getsignal(number) != signal.SIG_IGN:  # nohup keeps its meaning
            signal.signal(number, _interrupt)
    try:
        _put_aside()
        run(port_from(os.environ.get("PORT", "")))
    except KeyboardInterrupt:
        return 0
    except DemoFailed as failure:
        sys.stderr.write(f"{failure}\n")
        return failure.status
    except embedded.EmbeddedUnavailable as failure:
        sys.stderr.write(f"{failure}\n")
        return 2
    return 0


def run(port: int) -> None:
    """Start everything, say so, and stay until a process of the demo ends.

    Raises: DemoFailed; KeyboardInterrupt on a signal. Nothing runs afterwards.
    """
    with _only_demo():
        end_strays()
        require_free(port)
        parts: list[Part] = []
        try:
            with _undisturbed():
                embedded.start()
            prepare()
            parts += launch(port)
            wait_until_ready(parts, port)
            announce(port)
            watch(parts)
        finally:
            _ignore_signals()
            end_parts(parts)
            end_strays()
            embedded.stop()


def port_from(given: str) -> int:
    """The port to serve on; 8000 when none is given.

    Raises: DemoFailed, status 2, when it is no port.
    """
    if not given:
        return 8000
    if not given.isascii() or not given.isdigit() or not 0 < int(given) < 65536:
        raise DemoFailed(f"PORT={given} is no port: give a number from 1024 to 65535", 2)
    return int(given)


def require_free(port: int) -> None:
    """Raise DemoFailed, status 2, when nobody could listen on the port."""
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except PermissionError as error:
            raise DemoFailed(
                f"Port {port} is not allowed to you: give another with PORT=8000 make demo", 2
            ) from error
        except OSError as error:
            other = port + 1 if port < 65535 else 8000
            raise DemoFailed(f"Port {port} is in use: give another with PORT={other} make demo", 2) from error


def prepare() -> None:
    """Bring the schema and the static files up to date, and fill an empty database with the sample data."""
    import django

    django.setup()
    from django.contrib.auth import get_user_model
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.exceptions import InconsistentMigrationHistory

    compile_messages()
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except InconsistentMigrationHistory as older:
        place = embedded.var_dir()
        raise DemoFailed(f"{place} was made by an earlier version: set another VAR_DIR, or delete it") from older
    call_command("collectstatic", interactive=False, verbosity=0)
    if not get_user_model()._default_manager.exists():
        sys.stderr.write("Making the sample data, once: about a minute\n")
        households = os.environ.get("DEMO_HOUSEHOLDS")
        size = {"households": int(households)} if households else {}
        call_command("seed_demo", stdout=io.StringIO(), **size)
        call_command("seed_settlements", stdout=io.StringIO())
        _sum_up()
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined] # the PostgreSQL backend's; nothing here needs it again


def _sum_up() -> None:
    """What the nights before would have worked out for the dashboard."""
    from django.utils import timezone

    from accounts.services.staff import nightly_staff
    from reports.services.summaries import refresh_summaries

    by = nightly_staff()
    if by is not None:
        refresh_summaries(day=timezone.localdate() - dt.timedelta(days=1), by=by)


def launch(port: int) -> list[Part]:
    """Start web, worker and beat."""
    celery = ["celery", "-A", "config"]
    return [
        _launched("web", ["gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}", *WEB]),
        _launched("worker", [*celery, "worker", "--concurrency", "2", "--loglevel", "INFO"]),
        _launched("beat", [*celery, "beat", "--pidfile", "", "--loglevel", "INFO"]),
    ]


def _launched(name: str, module: list[str]) -> Part:
    handle = os.open(log_file(name), os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own programs
            [sys.executable, "-m", *module],
            cwd=CHECKOUT,
            env=os.environ | {MARK: str(embedded.var_dir())},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    return Part(name, process)


def wait_until_ready(parts: list[Part], port: int) -> None:
    """Wait until the web answers that it can serve.

    Raises: DemoFailed when a process ends first, or after PATIENCE seconds.
    """
    deadline = time.monotonic() + PATIENCE
    while not _ready(port):
        require_all(parts)
        if time.monotonic() > deadline:
            raise DemoFailed(f"The web did not get ready in {PATIENCE:.0f} s. {_ending('web')}")
        time.sleep(0.1)


def _ready(port: int) -> bool:
    connection = http.client.HTTPConnection(HOST, port, timeout=5)
    with closing(connection), suppress(OSError, http.client.HTTPException):
        connection.request("GET", "/readyz")
        return connection.getresponse().status == http.HTTPStatus.OK
    return False


def announce(port: int) -> None:
    """Say where the demo is, and who can sign in."""
    print(f"ready: http://{HOST}:{port}/")
    print(f"Sign in with the password {PASSWORD} as")
    for sign_in in SIGN_INS:
        print(f"  {sign_in.username:<10} {sign_in.role:<14} region {sign_in.region}")
    print("Ctrl-C ends it.", flush=True)


def watch(parts: list[Part]) -> NoReturn:
    """Stay until a process of the demo ends, then raise DemoFailed; or KeyboardInterrupt on a signal."""
    while True:
        require_all(parts)
        time.sleep(0.5)


def require_all(parts: list[Part]) -> None:
    """Raise DemoFailed when one of the processes has ended."""
    for part in parts:
        if part.process.poll() is not None:
            raise DemoFailed(f"The {part.name} ended (status {part.process.returncode}). {_ending(part.name)}")


def _ending(name: str) -> str:
    return f"The end of {log_file(name)}:\n{last_lines(log_file(name))}"


def end_parts(parts: list[Part]) -> None:
    """Ask every process to end, kill what has not after 10 s, and what a killed one left in its session."""
    with suppress(psutil.NoSuchProcess):
        end([psutil.Process(part.process.pid) for part in parts if part.process.poll() is None])
    for part in parts:
        with suppress(ProcessLookupError):
            os.killpg(part.process.pid, signal.SIGKILL)
        part.process.wait()


@contextmanager
def _only_demo() -> Iterator[None]:
    """Hold the demo's lock on VAR_DIR, which the kernel frees when the demo is killed.

    Raises: DemoFailed, status 2, when another demo holds it.
    """
    made(embedded.var_dir())
    made_ours(embedded.var_dir() / "log", shared_mode())
    with (embedded.var_dir() / "demo.lock").open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise DemoFailed(
                f"A demo already runs on {embedded.var_dir()}: end it, or set another VAR_DIR and PORT", 2
            ) from error
        yield


def _put_aside() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    for name in PUT_ASIDE:
        if os.environ.pop(name, ""):
            sys.stderr.write(f"{name} is put aside: the demo works on its own services\n")


def _interrupt(number: int, frame: FrameType | None) -> NoReturn:
    _ignore_signals()  # the second Ctrl-C must not disturb the ending that the first began
    raise KeyboardInterrupt


def _ignore_signals() -> None:
    for number in ENDING:
        signal.signal(number, signal.SIG_IGN)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Keep a signal back until the block is done: a server that is half started cannot be found again."""
    asked: list[int] = []
    before = {number: signal.signal(number, lambda number, frame: asked.append(number)) for number in ENDING}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)
    if asked:
        _interrupt(asked[0], None)


if __name__ == "__main__":
    sys.exit(main())
