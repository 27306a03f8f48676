"""The rows of a list, read one after the other: told, counted, summed and sealed by a digest on the way.

Invariants: whatever is read, the memory is that of one batch; a certificate number is masked, unless full numbers
were asked for and the person belongs to the reader's own regions.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from typing import Any

from django.db.models import F, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.models.person import opened_number
from accounts.rules.identity import mask_number
from accounts.rules.sealing import SealBroken
from accounts.spreadsheets.writer import Value
from reports.definition import Column, Holds, RowList

logger = logging.getLogger(__name__)

BATCH = 2_000
Row = tuple[Value, ...]
Raw = Sequence[Any]
Reported = Callable[[int], None]


class Reading:
    """Rows of a list, to be gone through once. `count`, `totals` and `sha256` are those of the rows gone through.

    `full_for`: who asked for full numbers. `reported`: told the number of rows after each batch; it may raise.
    Expects a transaction (`snapshot`): the rows come by a cursor of the database.
    """

    def __init__(
        self, listed: RowList, rows: QuerySet[Any], *, full_for: Staff | None = None, reported: Reported | None = None
    ) -> None:
        self.listed, self.count = listed, 0
        self._rows = rows.order_by("pk").values_list(*_sources(listed))
        self._full_within = full_for.region.path if full_for else None
        self._reported = reported
        self._digest = hashlib.sha256(listed.code.encode())
        self._amounts = [place for place, one in enumerate(listed.columns) if one.holds is Holds.AMOUNT]
        self._sums = [Decimal(0)] * len(self._amounts)

    def __iter__(self) -> Iterator[Row]:
        found = iter(self._rows.iterator(chunk_size=BATCH))
        while batch := list(islice(found, BATCH)):
            for row in self._told(batch):
                self._take(row)
                yield row
            if self._reported:
                self._reported(self.count)

    def first(self, most: int) -> list[Row]:
        """The first rows, for a page."""
        return self._told(list(self._rows[:most]))

    @property
    def sha256(self) -> str:
        """Two files with the same one hold the same rows."""
        return self._digest.hexdigest()

    @property
    def totals(self) -> dict[str, Decimal]:
        """By the heading of the column."""
        headings = [str(self.listed.columns[place].label) for place in self._amounts]
        return dict(zip(headings, self._sums, strict=True))

    def _take(self, row: Row) -> None:
        self.count += 1
        self._digest.update("\x1f".join(map(str, row)).encode() + b"\n")
        for number, place in enumerate(self._amounts):
            self._sums[number] += row[place]  # type: ignore[operator]

    def _told(self, batch: Sequence[Raw]) -> list[Row]:
        """Column by column: the words of a batch are looked up at once."""
        told, place = [], 0
        for column in self.listed.columns:
            width = len(_of(column))
            told.append(self._column(column, batch, place))
            place += width
        return list(zip(*told, strict=True))

    def _column(self, column: Column, batch: Sequence[Raw], place: int) -> list[Value]:
        if column.holds is Holds.NUMBER:
            return [self._number(*row[place : place + 3]) for row in batch]
        values = [row[place] for row in batch]
        if column.words:
            words: Mapping[Any, str] = column.words(set(values))
            return [words.get(value, "—") for value in values]
        if column.holds is Holds.TIME:
            return [timezone.make_naive(value) if value else None for value in values]
        return values

    def _number(self, psn_no: str, certno_sealed: bytes, path: str) -> str:
        """One that does not open must not lose the whole list: it is written as such, and logged."""
        try:
            number = opened_number(psn_no, certno_sealed)
        except SealBroken as broken:
            logger.error("a sealed value does not open: %s", broken)
            return _("⚠ does not open")
        full = self._full_within is not None and path.startswith(self._full_within)
        return number if full else mask_number(number)


def _sources(listed: RowList) -> list[Any]:
    return [source for column in listed.columns for source in _of(column)]


def _of(column: Column) -> list[Any]:
    if column.holds is Holds.NUMBER:
        return [f"{column.of}__{name}" for name in ("psn_no", "certno_sealed", "region__path")]
    return [F(column.of) if isinstance(column.of, str) else column.of]
