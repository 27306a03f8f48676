"""A web server on a database of the benchmark, and how long its pages take for a clerk who is signed in."""

from __future__ import annotations

import http.client
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from typing import Any

from bench.place import CHECKOUT, directory, environment

HOST, PATIENCE = "127.0.0.1", 60
SIGN_IN = "/admin/login/"  # sends whoever is signed in on to the first page
WEB = ["--worker-class", "gthread", "--workers", "2", "--threads", "4", "--no-control-socket"]


class Pages:
    """Pages asked for one after another; what each took, in milliseconds."""

    def __init__(self, port: int, cookie: str) -> None:
        self.port, self.cookie = port, cookie
        self.took: dict[str, list[float]] = defaultdict(list)

    def visit(self, paths: Mapping[str, str]) -> None:
        """Ask for each of these once. `paths`: name → address."""
        for name, path in paths.items():
            begun = time.perf_counter()
            status = self._get(path)
            if status != http.HTTPStatus.OK:
                raise SystemExit(f"{path} answered {status}")
            self.took[name].append((time.perf_counter() - begun) * 1000)

    def _get(self, path: str) -> int:
        with closing(http.client.HTTPConnection(HOST, self.port, timeout=30)) as web:
            web.request("GET", path, headers={} if path == SIGN_IN else {"Cookie": f"sessionid={self.cookie}"})
            answer = web.getresponse()
            answer.read()
            return answer.status

    def is_ready(self) -> bool:
        with suppress(OSError):
            return self._get("/readyz") == http.HTTPStatus.OK
        return False

    def result(self) -> dict[str, Any]:
        return {
            name: {
                "visits": len(took),
                "median_ms": round(statistics.median(took)),
                "p95_ms": round(sorted(took)[int(len(took) * 0.95)]),
                "slowest_ms": round(max(took)),
            }
            for name, took in self.took.items()
        }


@contextmanager
def web(database: str, *, port: int, cookie: str) -> Iterator[Pages]:
    """A gunicorn as the demo starts it; it is gone afterwards."""
    with (directory("log") / "web.log").open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", f"{HOST}:{port}", *WEB],
            cwd=CHECKOUT,
            env=environment(database),
            stdout=log,
            stderr=log,
        )
    try:
        pages = Pages(port, cookie)
        deadline = time.monotonic() + PATIENCE
        while not pages.is_ready():
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit(f"The web did not get ready: see {directory('log') / 'web.log'}")
            time.sleep(0.1)
        yield pages
    finally:
        process.terminate()
        process.wait()
