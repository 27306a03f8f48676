"""Statements that are asked many times a second: PostgreSQL plans them once for each connection.

Django binds values into the text of a statement, so that each is parsed and planned anew, and building the text takes
as long again. For statements whose text never changes; nothing that writes history (pghistory does not see them).
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection

Rows = list[tuple[Any, ...]]


def fetch(statement: str, *values: Any) -> Rows:
    """The rows of a statement with `%s` for its values; lists go in as arrays."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, values, prepare=True).fetchall()


def fetch_all(*asked: tuple[Any, ...]) -> list[Rows]:
    """The rows of several statements in one round trip, of each what `fetch` takes; none for one without columns.

    They run one after the other, and each sees what was committed before it began (READ COMMITTED): a lock may stand
    before what is read under it.
    """
    connection.ensure_connection()
    with connection.wrap_database_errors:
        with connection.connection.pipeline():
            cursors = [_execute(statement, values) for statement, *values in asked]
        return [cursor.fetchall() if cursor.description else [] for cursor in cursors]


def _execute(statement: str, values: list[Any]) -> psycopg.Cursor[tuple[Any, ...]]:
    return psycopg.Cursor(connection.connection).execute(statement, values, prepare=True)
