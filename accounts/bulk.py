"""Many rows at once, past the ORM's building of SQL. Triggers, constraints and history hold as ever.

`save()` and signals are passed, as with bulk_create: nothing here may rest on them.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from itertools import chain, islice
from operator import attrgetter
from typing import Any, TypeVar

from django.db import connection, models
from django.db.models import F, Func, Q, Value

from accounts.prepared import fetch_all

M = TypeVar("M", bound=models.Model)
T = TypeVar("T")

# When Python looks for garbage that refers to itself: `gc.set_threshold`.
_USUALLY = gc.get_threshold()
_RARELY = (20_000, 20, 50)

NEXT_KEYS = """
    WITH its AS MATERIALIZED (SELECT pg_get_serial_sequence(%s, %s)::regclass AS sequence)
    SELECT nextval(sequence) FROM its, generate_series(1, %s::int)
"""

# Below this many rows one INSERT costs less than the two round trips of COPY.
WORTHWHILE = 100


def chunks(rows: Iterable[T], size: int) -> Iterator[list[T]]:
    """The rows in lists of at most this size."""
    left = iter(rows)
    while chunk := list(islice(left, size)):
        yield chunk


def copy_create(rows: Sequence[M]) -> list[M]:
    """Insert rows of one model and give them their primary keys, in the order given.

    Expects an open transaction. Raises: IntegrityError like any insert.
    """
    rows = list(rows)
    if rows:
        write = _copy_with_keys if len(rows) >= WORTHWHILE else _insert
        write(rows)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias
    return rows


def give_keys(*lots: Sequence[models.Model]) -> None:
    """Primary keys for rows that are not stored yet, each lot of one model: so that rows can name one another."""
    filled = [lot for lot in lots if lot]
    asked = [_asking_for_keys(type(lot[0]), len(lot)) for lot in filled]
    for lot, keys in zip(filled, fetch_all(*asked) if asked else [], strict=True):
        for row, (key,) in zip(lot, keys, strict=True):
            row.pk = key


def store(*lots: Sequence[models.Model], then: Sequence[tuple[Any, ...]] = ()) -> None:
    """Insert rows, with the keys that they have or with new ones; then execute statements, as `fetch_all` takes them.

    Each lot is of one model. Few rows go in one round trip, many by COPY; pghistory sees neither, so this is for
    tables without a history.
    Expects an open transaction. Raises: IntegrityError like any insert.
    """
    few = sum(map(len, lots)) < WORTHWHILE
    if not few:
        for lot in lots:
            _copy(lot)
    inserts = [_inserting(row) for lot in lots for row in lot] if few else []
    if inserts or then:
        fetch_all(*inserts, *then)
    for row in chain(*lots):
        row._state.adding, row._state.db = False, connection.alias


def _inserting(row: models.Model) -> tuple[Any, ...]:
    names, values = _columns(type(row), with_key=row.pk is not None)
    places = ", ".join(["%s"] * len(values))
    statement = f"INSERT INTO {row._meta.db_table} ({names}) VALUES ({places})"  # noqa: S608 - of the model
    return statement, *[value_of(row) for value_of in values]


def _copy_with_keys(rows: Sequence[models.Model]) -> None:
    give_keys(rows)
    _copy(rows)


def _copy(rows: Sequence[models.Model]) -> None:
    if not rows:
        return
    model = type(rows[0])
    names, values = _columns(model, with_key=rows[0].pk is not None)
    with connection.cursor() as cursor:
        _announce(model, cursor)
        into = f"COPY {model._meta.db_table} ({names}) FROM STDIN"
        with connection.wrap_database_errors, cursor.cursor.copy(into) as copy:
            for row in rows:
                copy.write_row([value_of(row) for value_of in values])


def _insert(rows: Sequence[models.Model]) -> None:
    model = type(rows[0])
    names, values = _columns(model, with_key=False)
    places = ", ".join([f"({', '.join(['%s'] * len(values))})"] * len(rows))
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {model._meta.db_table} ({names}) VALUES {places} RETURNING {model._meta.pk.column}",  # noqa: S608 - of the model
            [value_of(row) for row in rows for value_of in values],
        )
        for row, (key,) in zip(rows, cursor.fetchall(), strict=True):
            row.pk = key


@cache
def _columns(model: type[models.Model], *, with_key: bool) -> tuple[str, list[Callable[[models.Model], Any]]]:
    """The columns of a model, and what the database gets of a row for each."""
    fields = [field for field in model._meta.concrete_fields if with_key or not field.primary_key]
    return ", ".join(str(field.column) for field in fields), [_stored(field, adding=True) for field in fields]


def update_each(rows: Sequence[M], names: Sequence[str]) -> None:
    """Store these fields of each row, one UPDATE a row in one round trip.

    `bulk_update` writes one CASE WHEN that grows with the square of the rows. Expects an open transaction.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = [field for field in model._meta.concrete_fields if field.name in names]
    values = [_stored(field, adding=False) for field in (*fields, model._meta.pk)]
    changes = ", ".join(f"{field.column} = %s" for field in fields)
    with connection.cursor() as cursor:
        _announce(model, cursor)
        with connection.wrap_database_errors:
            cursor.cursor.executemany(
                f"UPDATE {model._meta.db_table} SET {changes} WHERE {model._meta.pk.column} = %s",  # noqa: S608 - of the model
                [[value_of(row) for value_of in values] for row in rows],
            )


def in_memory() -> None:
    """For the rest of the transaction PostgreSQL joins and keeps a million rows in memory, not in files of its own.

    Expects an open transaction. Beyond 128 MiB (twice that for a hash) it goes on in files.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('work_mem', '128MB', true)")


@contextmanager
def rarely_collecting() -> Iterator[None]:
    """For work on many rows, which live on and have no cycles: looking through them ever again is a fifth of it."""
    gc.set_threshold(*_RARELY)
    try:
        yield
    finally:
        gc.set_threshold(*_USUALLY)


def any_of(field: str, values: Iterable[Any]) -> Q:
    """A condition for `filter`: the field is one of these values, which go as one array.

    `__in` sends each of them alone: with 2,000, Django, psycopg and PostgreSQL are longer busy with them than with
    the rows.
    """
    values = list(values)
    if not values:
        return Q(pk__in=[])  # Django asks the database nothing then
    return Q(
        Func(
            F(field), Value(values), template="%(expressions)s)", arg_joiner=" = ANY(",
            output_field=models.BooleanField(),
        )
    )  # fmt: skip


# What psycopg writes as Django would: no need to ask the field for each value. An amount has its two decimals already
# (`parse_amount`); Django would round it where PostgreSQL does.
_AS_THEY_ARE = frozenset(
    {
        "ArrayField", "BigAutoField", "BigIntegerField", "BooleanField", "CharField", "DateField", "DecimalField",
        "ForeignKey", "IntegerField", "PositiveIntegerField", "PositiveSmallIntegerField", "TextField", "UUIDField",
    }
)  # fmt: skip


def _stored(field: models.Field[Any, Any], *, adding: bool) -> Callable[[models.Model], Any]:
    """What the database gets of a row for this field."""
    plain = type(field).pre_save in (models.Field.pre_save, models.DateField.pre_save)
    if plain and field.get_internal_type() in _AS_THEY_ARE and not getattr(field, "auto_now_add", False):
        return attrgetter(field.attname)
    return lambda row: field.get_db_prep_save(field.pre_save(row, adding), connection)


def _announce(model: type[models.Model], cursor: Any) -> None:
    """The lock that writing takes anyway.

    pghistory puts who acts into the transaction before statements that Django executes; it does not see COPY.
    """
    cursor.execute(f"LOCK TABLE {model._meta.db_table} IN ROW EXCLUSIVE MODE")


def _asking_for_keys(model: type[models.Model], count: int) -> tuple[Any, ...]:
    return NEXT_KEYS, model._meta.db_table, model._meta.pk.column, count
