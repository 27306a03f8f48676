"""Statements that are asked many times a second: PostgreSQL plans them once for each connection.

Django binds values into the text of a statement, so that each is parsed and planned anew, and building the text takes
as long again. For reads whose text never changes; nothing that writes history (pghistory does not see them).
"""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection


def fetch(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """The rows of a statement with `%s` for its values; lists go in as arrays."""
    connection.ensure_connection()
    with connection.wrap_database_errors, psycopg.Cursor(connection.connection) as cursor:
        return cursor.execute(statement, values, prepare=True).fetchall()
