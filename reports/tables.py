"""A report worked out: its lines, each with words and figures, and the figures of all rows together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import F, QuerySet

from reports.definition import Report

Figure = Decimal | int | None


@dataclass(frozen=True, slots=True)
class Line:
    words: tuple[str, ...]
    figures: tuple[Figure, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """`totals`: of all rows, not of the lines: a person in two lines is one person. `more`: lines were left out."""

    report: Report
    lines: list[Line]
    totals: tuple[Figure, ...]
    more: bool


@contextmanager
def snapshot() -> Iterator[None]:
    """Everything asked inside is asked of one moment: lines and totals agree, whoever settles meanwhile.

    May not be called in a transaction. It reads only: the law on READ COMMITTED is about what locks and writes.
    """
    with transaction.atomic(durable=True):
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield


def table_of(report: Report, rows: QuerySet[Any], *, most: int, skip: int = 0) -> Table:
    """At most `most` lines of the report over these rows, after the first `skip`."""
    measures = {measure.key: measure.of for measure in report.measures}
    dimensions = {dimension.key: dimension.of for dimension in report.dimensions}
    grouped = rows.order_by().values(**{key: _expression(of) for key, of in dimensions.items()})
    found = list(grouped.annotate(**measures).order_by(*report.order, *dimensions)[skip : skip + most + 1])
    totals = rows.order_by().aggregate(**measures)
    return Table(
        report=report,
        lines=list(_lines(report, found[:most])),
        totals=tuple(totals[key] for key in measures),
        more=len(found) > most,
    )


def _expression(of: Any) -> Any:
    return F(of) if isinstance(of, str) else of


def _lines(report: Report, found: Sequence[Mapping[str, Any]]) -> Iterator[Line]:
    words = {one.key: one.words({row[one.key] for row in found}) for one in report.dimensions}
    for row in found:
        yield Line(
            words=tuple(words[one.key].get(row[one.key], "—") for one in report.dimensions),
            figures=tuple(row[measure.key] for measure in report.measures),
        )
