"""Statements that are planned once, and several of them in one round trip."""

from __future__ import annotations

import threading

import psycopg
import pytest
from django.db import DataError, connection, transaction

from accounts.bulk import WORTHWHILE, give_keys, store
from accounts.models import PersonalAccount, Region
from accounts.prepared import fetch, fetch_all
from tests.factories import START, make_person

NUMBERED = "SELECT n, %s::text FROM generate_series(1, %s::int) AS n"
LOCK = "SELECT count(pg_advisory_xact_lock(4711))"


@pytest.mark.django_db
def test_a_statement_is_parsed_and_planned_once_for_a_connection() -> None:
    for _ in range(3):
        fetch(NUMBERED, "x", 1)
        fetch_all((NUMBERED, "x", 1), (NUMBERED, "y", 1))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s",
            ["SELECT n,%"],
        )
        assert cursor.fetchall() == [(9, 0)]


@pytest.mark.django_db
def test_each_of_several_statements_gives_its_own_rows() -> None:
    several = fetch_all((NUMBERED, "x", 2), ("SET LOCAL work_mem = '4MB'",), (NUMBERED, "y", 0))
    assert several == [[(1, "x"), (2, "x")], [], []]


@pytest.mark.django_db
def test_nothing_after_a_fault_is_done_and_the_connection_goes_on() -> None:
    with pytest.raises(DataError), transaction.atomic():
        fetch_all((NUMBERED, "x", 1), ("SELECT 1 / %s::int", 0), ("SELECT set_config('gongji.x', 'done', true)",))
    assert fetch("SELECT COALESCE(current_setting('gongji.x', true), '')") == [("",)]


def test_what_is_read_after_a_lock_is_what_its_holder_left(committed_db: None) -> None:
    params = connection.get_connection_params()
    address = {name: params[name] for name in ("host", "user", "dbname") if name in params}
    with psycopg.connect(**address) as other, other.cursor() as holder:
        holder.execute(LOCK)
        holder.execute("UPDATE accounts_region SET name = '改过' WHERE code = '421002'")
        told: list[str] = []
        waiting = threading.Thread(target=lambda: told.append(_name_under_lock()))
        waiting.start()
        while not holder.execute("SELECT FROM pg_locks WHERE locktype = 'advisory' AND NOT granted").fetchall():
            pass
        other.commit()
        waiting.join()
    assert told == ["改过"]


def _name_under_lock() -> str:
    try:
        with transaction.atomic():
            _locked, ((name,),) = fetch_all((LOCK,), ("SELECT name FROM accounts_region WHERE code = '421002'",))
            return str(name)
    finally:
        connection.close()


@pytest.mark.django_db
@pytest.mark.usefixtures("regions")
@pytest.mark.parametrize("count", [1, WORTHWHILE // 2])
def test_rows_are_stored_with_keys_that_they_got_before_or_get_now(count: int) -> None:
    named, unnamed = (
        [PersonalAccount(person=make_person(insutype="390"), opened_on=START) for _ in range(count)]
        for _lot in range(2)
    )
    give_keys(named, [])
    store(named, [], unnamed, then=[("UPDATE accounts_region SET name = %s WHERE code = '421002'", "改过")])
    stored = PersonalAccount.objects.order_by("pk")
    assert [account.pk for account in stored[:count]] == [account.pk for account in named]
    assert [account.person_id for account in stored] == [account.person_id for account in (*named, *unnamed)]
    assert Region.objects.get(pk="421002").name == "改过"
