"""The private PostgreSQL and Valkey of a machine on which nothing is installed: demo, tests, development.

Invariant: at most one PostgreSQL and one Valkey run on a VAR_DIR, whatever was killed and however many
processes start them at once. Both outlive the process that started them, listen on unix sockets alone,
and end with `stop()`. The database and the queue are independent: DATABASE_URL replaces one, REDIS_URL
the other. Nothing here imports Django, because the settings ask here first.
"""

import os
from typing import NamedTuple

from config.embedded import postgres, valkey
from config.embedded.errors import EmbeddedUnavailable
from config.embedded.keys import local_secret
from config.embedded.places import locked, var_dir

__all__ = [
    "EmbeddedUnavailable",
    "Urls",
    "in_use",
    "local_secret",
    "start",
    "start_unless_given",
    "stop",
    "urls",
    "var_dir",
]


class Urls(NamedTuple):
    """Addresses as django-environ and redis-py read them."""

    database: str
    redis: str


def in_use() -> bool:
    """Whether the embedded database serves this process, which also decides who makes the keys."""
    return not os.environ.get("DATABASE_URL")


def urls() -> Urls:
    """The addresses of the embedded services, computed from VAR_DIR alone: nothing is started or made."""
    return Urls(postgres.url(), valkey.url())


def start() -> Urls:
    """Start both services unless they run already, and wait until both answer.

    Raises: EmbeddedUnavailable, with what a person can do; a service that did start keeps running.
    Locks: the file lock of VAR_DIR.
    """
    with locked():
        postgres.start()
        valkey.start()
    return urls()


def start_unless_given() -> None:
    """Start whichever of the two the environment names no address for.

    Raises: EmbeddedUnavailable.  Locks: the file lock of VAR_DIR.
    """
    wanted = [
        service
        for variable, service in (("DATABASE_URL", postgres), ("REDIS_URL", valkey))
        if not os.environ.get(variable)
    ]
    if wanted:
        with locked():
            for service in wanted:
                service.start()


def stop() -> list[str]:
    """Stop what runs on VAR_DIR, in order: the queue, then the database.

    Returns: the names of what was running; empty when nothing was.
    Locks: the file lock of VAR_DIR.
    """
    if not var_dir().is_dir():
        return []
    with locked():
        return [name for name, service in (("Valkey", valkey), ("PostgreSQL", postgres)) if service.stop()]
