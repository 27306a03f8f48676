"""Whether this process lives (healthz), and whether it can serve a request (readyz).

Invariant: both answer anybody, so neither says more than which part fails; the reason is in the log.
"""

import logging
from collections.abc import Callable

import redis
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import Error, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

logger = logging.getLogger(__name__)
SECONDS = 3


class MigrationsMissing(Exception):
    """The database's schema is older than the code."""


@require_safe
@never_cache
@login_not_required
def healthz(request: HttpRequest) -> HttpResponse:
    """200 as long as the process answers at all: for whoever restarts processes."""
    return HttpResponse("ok", content_type="text/plain")


@require_safe
@never_cache
@login_not_required
def readyz(request: HttpRequest) -> JsonResponse:
    """200 when database, queue and schema serve, 503 otherwise: for load balancers.

    Returns: an object with "ok" or "failing" for each of `database`, `queue` and `migrations`.
    """
    parts = {name: _works(name, check) for name, check in CHECKS.items()}
    answer = {name: "ok" if works else "failing" for name, works in parts.items()}
    return JsonResponse(answer, status=200 if all(parts.values()) else 503)


def _works(name: str, check: Callable[[], None]) -> bool:
    try:
        check()
    except (Error, redis.RedisError, MigrationsMissing) as failure:
        logger.error("not ready: %s", name, extra={"part": name, "failure": type(failure).__name__})
        return False
    return True


def _database_answers() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def _queue_answers() -> None:
    with redis.Redis.from_url(settings.REDIS_URL, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as client:
        client.ping()


def _schema_is_current() -> None:
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        raise MigrationsMissing


CHECKS: dict[str, Callable[[], None]] = {
    "database": _database_answers,
    "queue": _queue_answers,
    "migrations": _schema_is_current,
}
