"""Rows that take long to make, made once by each process of the tests and put back for the next test that asks.

Copies of the tables in a schema of their own; the test database goes with them.
"""

from __future__ import annotations

from collections.abc import Callable

from django.db import connection, transaction

_COPIED: dict[str, list[str]] = {}


def made_once(name: str, make: Callable[[], None], *, beside: set[str]) -> None:
    """What `make` writes into an empty database, committed. `beside`: tables that an empty database has filled."""
    if name in _COPIED:
        _put_back(name)
    else:
        make()
        _copy(name, beside)


def _copy(name: str, beside: set[str]) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        tables = [table for table in connection.introspection.table_names(cursor) if table not in beside]
        cursor.execute(" UNION ALL ".join(f"(SELECT '{table}' FROM {table} LIMIT 1)" for table in tables))
        written = [table for (table,) in cursor.fetchall()]
        cursor.execute(f"CREATE SCHEMA {name}")
        for table in written:
            cursor.execute(f"CREATE TABLE {name}.{table} AS TABLE public.{table}")
    _COPIED[name] = written


def _put_back(name: str) -> None:
    """As the tables' owner may: triggers are off, and what they would have written comes back with the rest."""
    tables = _COPIED[name]
    switch = "".join(f"ALTER TABLE {table} {{0}} TRIGGER USER;" for table in tables)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(switch.format("DISABLE"))
        for table in tables:
            cursor.execute(f"INSERT INTO {table} SELECT * FROM {name}.{table}")
            _advance(cursor, table)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(switch.format("ENABLE"))


def _advance(cursor, table: str) -> None:  # type: ignore[no-untyped-def]
    """The next key comes after those that are there."""
    for sequence in connection.introspection.get_sequences(cursor, table):
        cursor.execute(
            f"SELECT setval(pg_get_serial_sequence(%s, %s), (SELECT max({sequence['column']}) FROM {table}))",
            [table, sequence["column"]],
        )
