"""Rows that hold for a time, as half-open periods of days [from, to): every question can be asked for any day.

A model of this kind names its two fields in `period`; `no_overlap` lets PostgreSQL refuse what cannot hold together.
"""

from __future__ import annotations

import datetime as dt
from typing import Self

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import DateRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q

from accounts.scope import M, ScopedQuerySet


class DateRange(Func):
    """The days [from, to); an open end is for good, and from = to holds no day."""

    function = "daterange"
    output_field = DateRangeField()


def no_overlap(name: str, *same: str, start: str, end: str, condition: Q | None = None) -> ExclusionConstraint:
    """No two rows alike in `same` may hold on the same day."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            *((field, RangeOperators.EQUAL) for field in same),
            (DateRange(start, end), RangeOperators.OVERLAPS),
        ],
        condition=condition,
    )


def period_in_order(name: str, start: str, end: str) -> models.CheckConstraint:
    return models.CheckConstraint(name=name, condition=Q(**{end: None}) | Q(**{f"{end}__gte": F(start)}))


def holds_on(path: str, period: tuple[str, str], day: dt.date) -> Q:
    """Rows whose related row at `path` holds on a day; an empty path is the row itself."""
    start, end = (f"{path}__{field}" if path else field for field in period)
    return Q(**{f"{start}__lte": day}) & (Q(**{end: None}) | Q(**{f"{end}__gt": day}))


class DatedQuerySet(ScopedQuerySet[M]):
    """Rows that hold from `start_field` until the day before `end_field`."""

    def on(self, day: dt.date) -> Self:
        return self.filter(holds_on("", self.model.period, day))  # type: ignore[attr-defined]
