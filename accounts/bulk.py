"""Many rows at once by COPY, past the ORM's building of SQL. Triggers, constraints and history hold as ever.

`save()` and signals are passed, as with bulk_create: nothing here may rest on them.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeVar

from django.db import connection, models
from psycopg import sql

M = TypeVar("M", bound=models.Model)

# Below this many rows one INSERT costs less than the two round trips of COPY.
WORTHWHILE = 100


def copy_create(rows: Sequence[M]) -> list[M]:
    """Insert rows of one model and give them their primary keys, in the order given.

    Expects an open transaction. Raises: IntegrityError like any insert.
    """
    rows = list(rows)
    if len(rows) < WORTHWHILE:
        return type(rows[0])._base_manager.bulk_create(rows) if rows else []
    model = type(rows[0])
    fields = list(model._meta.concrete_fields)
    into = sql.SQL("COPY {table} ({columns}) FROM STDIN").format(
        table=sql.Identifier(model._meta.db_table),
        columns=sql.SQL(", ").join([sql.Identifier(str(field.column)) for field in fields]),
    )
    with connection.cursor() as cursor:
        for row, key in zip(rows, _next_keys(model, len(rows)), strict=True):
            row.pk = key
        # The lock that COPY takes anyway. pghistory puts who acts into the transaction before statements that Django
        # executes; it does not see COPY.
        cursor.execute(f"LOCK TABLE {model._meta.db_table} IN ROW EXCLUSIVE MODE")
        with connection.wrap_database_errors, cursor.cursor.copy(into) as copy:
            for row in rows:
                copy.write_row([field.get_db_prep_save(field.pre_save(row, True), connection) for field in fields])
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return rows


def _next_keys(model: type[models.Model], count: int) -> list[int]:
    column = model._meta.pk.column
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [model._meta.db_table, column, count],
        )
        return [key for (key,) in cursor.fetchall()]
