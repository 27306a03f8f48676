"""The product as it runs at a bureau, on the database of the tests: web, worker and beat as processes of their own.

Invariant: whatever happens in a test, the processes started here are ended here; what a killed test run left
carries its VAR_DIR in the environment, and `manage.py stop_services` ends it.
"""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from contextlib import closing, suppress
from urllib.parse import quote

from django.conf import settings
from django.db import connection

from config import embedded
from config.embedded.errors import last_lines
from config.embedded.places import CHECKOUT, log_file, made
from config.embedded.strays import MARK

HOST = "127.0.0.1"
PATIENCE = 60.0
WEB = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--graceful-timeout", "3"]
WEB += ["--no-control-socket"]


class SiteFailed(Exception):
    """A part of the site did not start; the message ends with what it wrote last."""


class Site:
    """The running site. `url`: where the browser finds it."""

    def __init__(self) -> None:
        with socket.socket() as listener:
            listener.bind((HOST, 0))
            self.port = int(listener.getsockname()[1])
        self.url = f"http://{HOST}:{self.port}"
        self.parts: dict[str, subprocess.Popen[bytes]] = {}
        self.environment = _environment()

    def start(self) -> None:
        """Start web, worker and beat, and wait until the web can serve. Raises: SiteFailed."""
        celery = ["celery", "-A", "config"]
        self._launch("worker", [*celery, "worker", "--concurrency", "1", "--loglevel", "INFO"])
        self._launch("beat", [*celery, "beat", "--pidfile", "", "--loglevel", "INFO"])
        self.start_web()

    def start_web(self) -> None:
        self._launch("web", ["gunicorn", "config.wsgi", "--bind", f"{HOST}:{self.port}", *WEB])
        deadline = time.monotonic() + PATIENCE
        while not self._ready():
            if self.parts["web"].poll() is not None or time.monotonic() > deadline:
                raise SiteFailed(f"The web did not get ready:\n{last_lines(log_file('browser-web'))}")
            time.sleep(0.1)

    def end(self, *names: str) -> None:
        """End these parts, or all: asked first, killed with what they started when they stay."""
        for name in names or list(self.parts):
            part = self.parts.pop(name)
            with suppress(ProcessLookupError):
                os.killpg(part.pid, signal.SIGCONT)
            part.terminate()
            with suppress(subprocess.TimeoutExpired):
                part.wait(8)
            with suppress(ProcessLookupError):
                os.killpg(part.pid, signal.SIGKILL)
            part.wait()

    def kill_web(self) -> None:
        """As a power cut does it."""
        part = self.parts.pop("web")
        os.killpg(part.pid, signal.SIGKILL)
        part.wait()

    def _launch(self, name: str, module: list[str]) -> None:
        made(log_file(name).parent)
        with log_file(f"browser-{name}").open("wb") as log:
            self.parts[name] = subprocess.Popen(
                [sys.executable, "-m", *module],
                cwd=CHECKOUT,
                env=self.environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _ready(self) -> bool:
        web = http.client.HTTPConnection(HOST, self.port, timeout=5)
        with closing(web), suppress(OSError, http.client.HTTPException):
            web.request("GET", "/readyz")
            return web.getresponse().status == http.HTTPStatus.OK
        return False


def _environment() -> dict[str, str]:
    """The settings of this test run, with its database instead of the one that the settings would choose."""
    numbers = ",".join(f"{number}:{key.hex()}" for number, key in settings.SEALING_KEYS.items())
    return os.environ | {
        "DATABASE_URL": _database_url(),
        "REDIS_URL": settings.REDIS_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "SEALING_KEY": next(iter(settings.SEALING_KEYS.values())).hex(),
        "SEALING_KEYS": numbers,
        "DIGEST_KEY": settings.DIGEST_KEY.hex(),
        "ALLOWED_HOSTS": HOST,
        "SECURE_SSL_REDIRECT": "off",
        "STATIC_MANIFEST": "off",
        MARK: str(embedded.var_dir()),
    }


def _database_url() -> str:
    """As config/embedded/postgres.py writes it for a socket's directory, or with a host."""
    database = connection.settings_dict
    user = f"{quote(database['USER'], safe='')}:{quote(database['PASSWORD'] or '', safe='')}"
    host, port = database["HOST"] or "", f":{database['PORT']}" if database["PORT"] else ""
    where = f"/{host}" if host.startswith("/") else f"{host}{port}"
    return f"postgres://{user}@{where}/{database['NAME']}"
