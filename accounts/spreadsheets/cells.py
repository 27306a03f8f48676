"""Rows and typed cells of a table file, and how they travel from the child process to its caller.

The type of a cell is the point: an ID number may come from text only, since a number has already lost
its last digits (DOMAIN.md section 6). So text is `str`, blank is None, and everything else is a small
class that nobody takes for text by mistake. In CSV every cell is text.
"""

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Number:
    """A numeric cell: `text` has 15 significant digits, never an exponent; a time of day reads "07:12:00"."""

    text: str


@dataclass(frozen=True, slots=True)
class Day:
    """A date cell without a time of day."""

    on: dt.date


@dataclass(frozen=True, slots=True)
class Moment:
    """A date cell with a time of day; a spreadsheet knows no time zone."""

    at: dt.datetime


@dataclass(frozen=True, slots=True)
class Truth:
    """A TRUE or FALSE cell."""

    value: bool


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell whose formula failed: `text` is what the person sees, such as "#N/A"."""

    text: str


Cell = str | Number | Day | Moment | Truth | Fault | None


@dataclass(frozen=True, slots=True)
class Row:
    """One row that has something in it.

    `number` is the row's number as a person sees it: in Excel, the number at the left edge; in CSV, the
    record's (the first is 1, a quoted line break makes no new one). `cells[0]` is column A; blank cells at
    the end are left out, so use `at`.
    """

    number: int
    cells: tuple[Cell, ...]

    def at(self, column: int) -> Cell:
        """The cell in a column counted from 0; None where the row is shorter."""
        return self.cells[column] if column < len(self.cells) else None


@dataclass(frozen=True, slots=True)
class Merge:
    """A merged range: rows as in `Row.number`, columns as in `Row.cells`, both ends included."""

    first_row: int
    last_row: int
    first_column: int
    last_column: int


def text_of(cell: Cell) -> str:
    """What a person sees in the cell; "" for blank, ISO for dates. ID numbers need the type instead."""
    match cell:
        case None:
            return ""
        case str():
            return cell
        case Day(on):
            return on.isoformat()
        case Moment(at):
            return at.isoformat(sep=" ")
        case Truth(value):
            return "TRUE" if value else "FALSE"
    return cell.text


def fill_merged(rows: Iterable[Row], merged: Iterable[Merge], *, columns: Collection[int]) -> Iterator[Row]:
    """Repeat the value of a merged cell in every row it covers, in these columns only.

    `rows` come in the order of the file. A merged range gives its value to rows that are delivered at all;
    wholly blank rows stay left out. A merge over several columns fills each of `columns` that it covers.
    """
    starting: dict[int, list[Merge]] = {}
    for merge in merged:
        if any(merge.first_column <= column <= merge.last_column for column in columns):
            starting.setdefault(merge.first_row, []).append(merge)
    active: list[tuple[Merge, Cell]] = []
    for row in rows:
        active = [(merge, value) for merge, value in active if merge.last_row >= row.number]
        active += [(merge, row.at(merge.first_column)) for merge in starting.pop(row.number, ())]
        yield _filled(row, active, columns) if active else row


def _filled(row: Row, active: Iterable[tuple[Merge, Cell]], columns: Collection[int]) -> Row:
    values = {
        column: value
        for merge, value in active
        for column in columns
        if merge.first_column <= column <= merge.last_column and row.at(column) is None
    }
    if not values:
        return row
    cells = list(row.cells) + [None] * (max(values) + 1 - len(row.cells))
    for column, value in values.items():
        cells[column] = value
    return Row(row.number, tuple(cells))


def to_wire(cell: Cell) -> Any:
    """The cell as JSON: text and blank as they are, anything else as a tag and a value."""
    match cell:
        case None | str():
            return cell
        case Number(text):
            return ["n", text]
        case Day(on):
            return ["d", on.isoformat()]
        case Moment(at):
            return ["m", at.isoformat()]
        case Truth(value):
            return ["b", value]
    return ["e", cell.text]


_FROM_WIRE: dict[str, Callable[[Any], Cell]] = {
    "n": Number,
    "d": lambda text: Day(dt.date.fromisoformat(text)),
    "m": lambda text: Moment(dt.datetime.fromisoformat(text)),
    "b": Truth,
    "e": Fault,
}


def row_from_wire(number: int, cells: list[Any]) -> Row:
    """The inverse of `to_wire` for a whole row."""
    return Row(
        number,
        tuple(cell if cell is None or type(cell) is str else _FROM_WIRE[cell[0]](cell[1]) for cell in cells),
    )
