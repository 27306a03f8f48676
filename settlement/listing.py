"""The list of settlements, read a page at a time from a place in it, newest first.

Invariants: a page costs the same however many settlements there are and however deep it lies (a place is the time and
key of a row, never a number of rows to skip), and rows that arrive meanwhile neither shift nor repeat what follows;
nothing is counted. A question that no index answers is given up after `PATIENCE` instead of holding the database.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal

from django.contrib.postgres.expressions import ArraySubquery
from django.db import OperationalError, connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextChoices
from django.utils.translation import pgettext_lazy
from psycopg.errors import QueryCanceled

from accounts.models import Region, Staff
from accounts.rules.money import ZERO
from settlement.models import Settlement
from settlement.models.settlement import PAID_BY

Settlements = QuerySet[Settlement]

ROWS = 50
PATIENCE = "5s"
EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)
MICROSECOND = dt.timedelta(microseconds=1)
TOTALS = ("medfee_sumamt", "fund_pay_sumamt", *PAID_BY)


class State(TextChoices):
    NORMAL = "normal", pgettext_lazy("of a settlement", "settled")
    REVERSED = "reversed", pgettext_lazy("of a settlement", "reversed")
    REVERSAL = "reversal", pgettext_lazy("of a settlement", "reversal")


# NOT EXISTS, because PostgreSQL joins `reversed_by IS NULL` with every reversal there is, for each region anew.
_REVERSED = Exists(Settlement.objects.filter(reverses=OuterRef("pk")))
IN_STATE = {
    State.NORMAL: Q(~_REVERSED, reverses=None),
    State.REVERSED: Q(_REVERSED),
    State.REVERSAL: Q(reverses__isnull=False),
}


class TooBroad(Exception):
    """No index answers what was asked within `PATIENCE`; a period makes it narrower."""


@dataclass(frozen=True, slots=True)
class Place:
    """A row by the order of the list."""

    at: dt.datetime
    pk: int

    @classmethod
    def parse(cls, text: str) -> Place:
        """As an address writes it. Raises: ValueError."""
        microseconds, pk = text.split("-")
        if not (text.isascii() and microseconds.isdigit() and pk.isdigit() and len(text) < 40):
            raise ValueError(text)
        try:
            return cls(EPOCH + int(microseconds) * MICROSECOND, int(pk))
        except OverflowError as too_far:
            raise ValueError(text) from too_far

    @classmethod
    def of(cls, settlement: Settlement) -> Place:
        return cls(settlement.settled_at, settlement.pk)

    def __str__(self) -> str:
        return f"{(self.at - EPOCH) // MICROSECOND}-{self.pk}"

    @property
    def older(self) -> Q:
        return Q(settled_at__lt=self.at) | Q(settled_at=self.at, pk__lt=self.pk)

    @property
    def newer(self) -> Q:
        return Q(settled_at__gt=self.at) | Q(settled_at=self.at, pk__gt=self.pk)


@dataclass(frozen=True, slots=True)
class Page:
    """`newer`, `older`: where the pages beside this one begin, None at an end of the list."""

    rows: list[Settlement]
    newer: Place | None
    older: Place | None

    @property
    def totals(self) -> dict[str, Decimal]:
        return {name: sum((getattr(row, name) for row in self.rows), ZERO) for name in TOTALS}


def as_rows(settlements: Settlements) -> Settlements:
    """What a line of a list shows, in one query."""
    rows = settlements.annotate(is_reversed=_REVERSED)
    return rows.select_related("person", "institution").defer("considerations", "person__mobile_sealed")


def state_of(settlement: Settlement) -> State:
    """Expects a row of `as_rows`."""
    if settlement.reverses_id:
        return State.REVERSAL
    return State.REVERSED if settlement.is_reversed else State.NORMAL  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class Asked:
    """`settlements`: in the scope of `staff`, narrowed, in no order; `few`: narrowed to a person, an institution or a
    number, which have indexes of their own; `size`: rows of a page.
    """

    settlements: Settlements
    staff: Staff
    few: bool = False
    size: int = field(default_factory=lambda: ROWS)


def page_of(asked: Asked, *, before: Place | None = None, after: Place | None = None) -> Page:
    """The newest page of what is asked for, or the one `before` or `after` a place. Raises: TooBroad."""
    size = asked.size
    if after is not None:
        rows = _first(asked, after.newer, "settled_at", "pk")[::-1]
        if len(rows) > size:
            return Page(rows[-size:], Place.of(rows[-size]), Place.of(rows[-1]))
        before = None  # less than a page is newer: the newest page
    rows = _first(asked, before.older if before else Q(), "-settled_at", "-pk")
    shown = rows[:size]
    return Page(
        shown,
        Place.of(shown[0]) if before and shown else None,
        Place.of(shown[-1]) if len(rows) > size else None,
    )


def _first(asked: Asked, beside: Q, *order: str) -> list[Settlement]:
    """A page and one more, to see whether the list goes on. Raises: TooBroad.

    Each region of the scope gives its first rows by its own index (`settlement_region_time`), and those are merged:
    one index cannot give many regions in the order of time. In two queries, because in one PostgreSQL may sort the
    whole table. Measured with 300,000 settlements in 97 regions, on a busy machine: 180 ms a page for the province,
    where a join with the regions takes 1,700 ms and grows with the table; 30 ms for a district.
    """
    settlements = asked.settlements.filter(beside)
    with patience():
        if not asked.few:
            of_one_region = settlements.filter(region=OuterRef("pk")).order_by(*order).values("pk")[: asked.size + 1]
            regions = Region.objects.under(asked.staff.region)
            heads = regions.annotate(head=ArraySubquery(of_one_region)).values_list("head", flat=True)
            keys = [key for head in heads for key in head]
            nearest = Settlement.objects.filter(pk__in=keys).order_by(*order).values("pk")[: asked.size + 1]
            settlements = Settlement.objects.for_staff(asked.staff).filter(pk__in=nearest)
        return list(as_rows(settlements).order_by(*order)[: asked.size + 1])


@contextmanager
def patience(longest: str = PATIENCE) -> Iterator[None]:
    """Raises: TooBroad."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [longest])
            yield
    except OperationalError as fault:
        if isinstance(fault.__cause__, QueryCanceled):
            raise TooBroad from fault
        raise
