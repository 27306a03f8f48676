"""What a standard report is: where its rows come from, what they are told apart by, what is counted of each; and what
a list is: the rows themselves.

One definition serves the page, the workbook and the paper, so that a figure cannot differ between them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from django.db.models import Aggregate
from django.db.models.expressions import Combinable
from django.utils.functional import Promise

if TYPE_CHECKING:
    from reports.filters import ReportFilter, SettlementListFilter

Text = str | Promise
Words = Callable[[Iterable[Any]], Mapping[Any, str]]


class Kind(StrEnum):
    """What a measure is: whole numbers, yuan, or a part of a hundred."""

    COUNT = "count"
    AMOUNT = "amount"
    PERCENT = "percent"


@dataclass(frozen=True, slots=True)
class Dimension:
    """What rows are told apart by. `of`: the expression they are grouped by; `words`: how its values are read."""

    key: str
    label: Text
    of: str | Combinable
    words: Words = field(default=lambda values: {value: str(value) for value in values})
    width: int = 18


@dataclass(frozen=True, slots=True)
class Measure:
    """What is counted of the rows that a line stands for."""

    key: str
    label: Text
    of: Aggregate | Combinable
    kind: Kind = Kind.AMOUNT


@dataclass(frozen=True, slots=True)
class Report:
    """`question`: what it answers, in one sentence; `right`: who may not see the rows does not see the report;
    `order`: by keys of dimensions and measures, the largest first after a `-`.
    """

    code: str
    title: Text
    question: Text
    right: str
    narrow: type[ReportFilter]
    dimensions: Sequence[Dimension]
    measures: Sequence[Measure]
    order: Sequence[str]

    def __str__(self) -> str:
        return str(self.title)


class Holds(StrEnum):
    """What a column of a list holds. `NUMBER`: the certificate number of a person, masked unless full numbers are
    asked for; `AMOUNT`: yuan that add up; `BALANCE`: yuan that do not.
    """

    TEXT = "text"
    NUMBER = "number"
    COUNT = "count"
    AMOUNT = "amount"
    BALANCE = "balance"
    DAY = "day"
    TIME = "time"


@dataclass(frozen=True, slots=True)
class Column:
    """`of`: the expression of the value, for `NUMBER` the way to the person; `words`: how codes are read."""

    label: Text
    of: str | Combinable
    holds: Holds = Holds.TEXT
    words: Words | None = None
    width: int = 16
    on_paper: bool = True


@dataclass(frozen=True, slots=True)
class RowList:
    """Rows of one model, each a line. Its columns have different labels, and those of figures come last."""

    code: str
    title: Text
    question: Text
    right: str
    narrow: type[ReportFilter | SettlementListFilter]
    columns: Sequence[Column]

    def __str__(self) -> str:
        return str(self.title)


Offered = Report | RowList
