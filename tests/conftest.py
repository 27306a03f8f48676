"""Fixtures that every test may use: the region tree, committed data for tests with several connections."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import suppress

import hypothesis
import pytest
from django.conf import settings
from django.contrib.auth.hashers import get_hashers
from django.core.cache import caches
from django.db import OperationalError, connection, connections, transaction
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation
from pytest_django.plugin import DjangoDbBlocker

from accounts.services import jobs
from tests.factories import make_regions
from tests.samples import samples

__all__ = ["samples"]

# The same cases in every run, however slow the machine; others are searched with HYPOTHESIS_PROFILE=search.
hypothesis.settings.register_profile(
    "same", derandomize=True, deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

MOST_ATTEMPTS = 5
# What migrations put into the database and a cleaned one keeps.
KEPT = {
    "django_migrations",
    "django_content_type",
    "auth_group",
    "auth_permission",
    "auth_group_permissions",
    "accounts_code",
    "accounts_region",
    "accounts_regionevent",
}


@pytest.fixture(scope="session", autouse=True)
def cache_of_its_own(worker_id: str) -> None:
    """Clearing a cache empties a whole Redis database: each process of the tests has another one."""
    number = int(worker_id.removeprefix("gw")) + 1 if worker_id.startswith("gw") else 0
    place = settings.CACHES["default"]
    place["LOCATION"] = place["LOCATION"].replace("db=0", f"db={number}")
    vars(caches).pop("settings", None)
    with suppress(AttributeError):
        del caches["default"]
    assert caches["default"]._servers == [place["LOCATION"]]


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_quickly() -> None:
    """The real way takes a third of a second for each sign-in, on purpose."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
    get_hashers.cache_clear()


@pytest.fixture(autouse=True)
def language_of_a_new_thread() -> None:
    """A page that a test before this one asked for in English leaves the thread in English."""
    translation.activate(settings.LANGUAGE_CODE)


@pytest.fixture(autouse=True)
def jobs_of_an_open_transaction(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Their heartbeat has a connection of its own, does not see them, and would call them lost after a second."""
    if "committed_db" not in request.fixturenames:
        monkeypatch.setattr(jobs, "HEARTBEAT_SECONDS", 3_600)


@pytest.fixture
def regions(db: None) -> None:
    make_regions()


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[None]:
    """The test database, also for a run that asks for `committed_db` alone.

    pytest-django's own fixture makes it for tests with its mark only, and leaves the others on the real one.
    """
    with django_db_blocker.unblock():
        model = make_model_database()
        made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
    yield
    with django_db_blocker.unblock():
        teardown_databases(made, verbosity=0)
        with connection._nodb_cursor() as cursor:
            cursor.execute(f"DROP DATABASE IF EXISTS {model}")


def make_model_database() -> str:
    """Its name: what the databases of all processes of a run are copied from, migrated by the first that comes."""
    model, place = f"test_model_{os.environ.get('PYTEST_XDIST_TESTRUNUID', os.getpid())}", connection.settings_dict
    own = place["NAME"], place["TEST"]["NAME"]
    with connection._nodb_cursor() as cursor:
        cursor.execute("SET lock_timeout = 0")
        cursor.execute("SELECT pg_advisory_lock(4711)")
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [model])
        if not cursor.fetchall():
            place["TEST"]["NAME"] = model
            connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
            connection.close()
            connection.close_pool()
    place["NAME"], place["TEST"]["NAME"] = own
    settings.DATABASES["default"]["NAME"] = own[0]
    place["TEST"]["TEMPLATE"] = model
    return model


@pytest.fixture
def committed_db(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """A database in which every write is committed: for threads, processes, workers and browsers.

    pytest-django's own way empties tables by TRUNCATE, which the append-only triggers refuse.
    """
    with django_db_blocker.unblock():
        connections.close_all()  # a test before this one may have lost its own
        make_regions()
        yield
        connections.close_all()
        empty_tables()
        connections.close_all()


def empty_tables() -> None:
    """As the tables' owner may: the append-only triggers are switched off for the moment of the TRUNCATE.

    A web server that a test leaves answering its last page may be in the way: then once more.
    """
    if not str(connection.settings_dict["NAME"]).startswith("test_"):
        pytest.exit("The tests are connected to a database that is not theirs", returncode=2)
    for left in reversed(range(MOST_ATTEMPTS)):
        try:
            _empty_tables()
        except OperationalError:
            if not left:
                raise
            time.sleep(0.5)
        else:
            return


@transaction.atomic
def _empty_tables() -> None:
    with connection.cursor() as cursor:
        tables = [name for name in connection.introspection.table_names(cursor) if name not in KEPT]
        cursor.execute(" UNION ALL ".join(f"(SELECT '{name}' FROM {name} LIMIT 1)" for name in tables))
        written = [name for (name,) in cursor.fetchall()]
        if not written:
            return
        switch = "".join(f"ALTER TABLE {name} {{0}} TRIGGER USER;" for name in tables)
        cursor.execute(switch.format("DISABLE"))
        cursor.execute(f"TRUNCATE {', '.join(written)} RESTART IDENTITY CASCADE")
        cursor.execute(switch.format("ENABLE"))
