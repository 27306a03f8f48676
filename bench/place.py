"""Where a benchmark runs: its own VAR_DIR and databases, each step a process of its own, watched while it runs.

Import this before anything of the product: it chooses VAR_DIR.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psutil
import psycopg
from psycopg import sql

CHECKOUT = Path(__file__).resolve().parent.parent
os.environ["VAR_DIR"] = str(Path(os.environ.get("VAR_DIR", CHECKOUT / "var")) / "bench")

from config import embedded  # noqa: E402 - reads VAR_DIR
from config.embedded.places import made  # noqa: E402

MIB = 2**20


def directory(name: str) -> Path:
    return made(embedded.var_dir() / name)


def new_database(name: str, *, like: str = "template1") -> None:
    """An empty database, or a copy of another that nobody is connected to; one of that name is thrown away."""
    with connected("postgres") as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(like))
        )


def connected(database: str) -> psycopg.Connection[Any]:
    return psycopg.connect(**libpq(database), autocommit=True)


def libpq(database: str) -> dict[str, Any]:
    """The address of a database: django-environ and libpq write that of a socket differently."""
    place = urlsplit(embedded.urls().database)
    return {"host": place.path.rpartition("/")[0], "user": str(place.username), "dbname": database}


def environment(database: str) -> dict[str, str]:
    """The settings of a process that works on a database of this place."""
    urls = embedded.urls()
    return os.environ | {
        "DATABASE_URL": urls.database.rpartition("/")[0] + f"/{database}",
        "REDIS_URL": urls.redis,
        **{name: embedded.local_secret(name) for name in ("SECRET_KEY", "SEALING_KEY", "DIGEST_KEY")},
        "ALLOWED_HOSTS": "127.0.0.1,testserver",
        "SECURE_SSL_REDIRECT": "off",
        "STATIC_MANIFEST": "off",
    }


def run(module: str, *arguments: str, database: str, meanwhile: Callable[[], None] | None = None) -> dict[str, Any]:
    """Run a step in a fresh process.

    Returns: what it prints, with `peak_mib` of it and its children together, and `server_cpu_seconds` that PostgreSQL
    used meanwhile, for whomever. `meanwhile`: called again and again while the step runs.
    """
    process = subprocess.Popen(
        [sys.executable, "-m", module, *arguments],
        cwd=CHECKOUT,
        env=environment(database),
        stdout=subprocess.PIPE,
    )
    peak, used_before = 0, _server_cpu()
    while process.poll() is None:
        peak = max(peak, _resident(process.pid))
        if meanwhile is not None:
            meanwhile()
        time.sleep(0.1)  # a look through the processes takes 2 ms of a core
    assert process.stdout is not None
    if process.returncode:
        raise SystemExit(f"{module} {' '.join(arguments)} failed")
    used = round(_server_cpu() - used_before, 3)
    return json.loads(process.stdout.read()) | {"peak_mib": round(peak / MIB), "server_cpu_seconds": used}


def _server_cpu() -> float:
    """Seconds that the PostgreSQL of this place has used by now: itself, those that ended, those that run."""
    pid = int((embedded.var_dir() / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
    server = psutil.Process(pid)
    used = sum(server.cpu_times()[:4])
    for backend in server.children():
        with suppress(psutil.NoSuchProcess):
            used += sum(backend.cpu_times()[:2])
    return float(used)


def _resident(pid: int) -> int:
    """Resident bytes of a process and all it started; what they share counts for each."""
    total = 0
    try:
        leader = psutil.Process(pid)
        for process in (leader, *leader.children(recursive=True)):
            total += process.memory_info().rss
    except psutil.NoSuchProcess:
        pass
    return total
