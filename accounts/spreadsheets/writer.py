"""Lists for people, as a workbook or a CSV file: the only module that writes them.

Invariant: no text becomes a formula, whatever it holds, and none loses digits: in a workbook text stands in text
cells, in CSV it is marked where a table program would take it for something else (`formulas`). Rows are taken one by
one. A short table is built in memory and goes through no temporary file; a long one is written to a place that the
caller keeps to itself.
"""

import csv
import datetime as dt
import io
import os
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import islice
from pathlib import Path

import rustpy_xlsxwriter

from accounts.spreadsheets.formulas import marked

Value = str | int | Decimal | dt.date | dt.datetime | None


class Form(StrEnum):
    """The forms that are written, by the ending of the file."""

    XLSX = "xlsx"
    CSV = "csv"


# A workbook is built in memory, 3.3 KB a row of persons; CSV holds as many as a sheet can show under its heading.
MOST_ROWS: Mapping[Form, int] = {Form.XLSX: 100_000, Form.CSV: 1_048_575}
SHEET_HOLDS = 1_048_575  # rows under the heading
CONTENT_TYPES: Mapping[Form, str] = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
}


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    COUNT = "count"
    AMOUNT = "amount"
    DAY = "day"
    TIME = "time"  # of the bureau: without a zone


# The number format of a workbook's column. 49, Excel's own for text, keeps it text when a person edits the cell.
_FORMATS: Mapping[Kind, rustpy_xlsxwriter.Format] = {
    Kind.TEXT: rustpy_xlsxwriter.Format().set_num_format_index(49),
    Kind.COUNT: rustpy_xlsxwriter.Format().set_num_format("0"),
    Kind.AMOUNT: rustpy_xlsxwriter.Format().set_num_format("0.00"),
    Kind.DAY: rustpy_xlsxwriter.Format().set_num_format("yyyy-mm-dd"),
    Kind.TIME: rustpy_xlsxwriter.Format().set_num_format("yyyy-mm-dd hh:mm:ss"),
}


@dataclass(frozen=True)
class Column:
    heading: str
    kind: Kind = Kind.TEXT
    width: int = 20


def write_table(columns: Sequence[Column], rows: Iterable[Sequence[Value]], *, form: Form) -> bytes:
    """A file with one sheet: the headings, then the rows, each with a value per column."""
    file = io.BytesIO()
    if form is Form.CSV:
        rustpy_xlsxwriter.write_csv(_records(columns, rows, _in_csv), file, bom=True)
    else:
        rustpy_xlsxwriter.write_worksheet(
            _records(columns, rows, _in_workbook),
            file,
            # Without it, rows go through a temporary file, and those hold names.
            dedupe_strings=True,
            freeze_row=1,
            bold_headers=True,
            column_widths=[float(column.width) for column in columns],
            column_formats=[_FORMATS[column.kind] for column in columns],
        )
    return file.getvalue()


@dataclass(frozen=True)
class Sheet:
    """A sheet of a long workbook. `rows` are asked for when the sheets before it are written."""

    name: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Value]]


def write_long_csv(columns: Sequence[Column], rows: Iterable[Sequence[Value]], place: str) -> None:
    """Row by row, where rustpy would hold the whole file until its end."""
    with open(place, "w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([marked(column.heading) for column in columns])
        writer.writerows([_in_csv(value) for value in row] for row in rows)


def write_long_workbook(sheets: Sequence[Sheet], place: str, *, between: Path) -> None:
    """However many rows there are, the memory is that of one. `between`: a directory for what lies between sheet and
    workbook; those files have no names.
    """
    names = [sheet.name for sheet in sheets]
    columns = {sheet.name: sheet.columns for sheet in sheets}
    with _rust_works_in(between):
        rustpy_xlsxwriter.write_worksheets(
            [(sheet.name, _long_records(sheet)) for sheet in sheets],
            place,
            freeze_panes={"general": {"row": 1, "col": 0}},
            bold_headers=True,
            autofilter=dict.fromkeys(names, True),
            column_widths={name: [float(one.width) for one in columns[name]] for name in names},
            column_formats={name: [_FORMATS[one.kind] for one in columns[name]] for name in names},
        )


def in_sheets(name: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]], *, count: int) -> list[Sheet]:
    """As many sheets as `count` rows need."""
    taken = iter(rows)
    needed = max(1, -(-count // SHEET_HOLDS))
    names = [name] + [f"{name} {number}" for number in range(2, needed + 1)]
    return [Sheet(one, columns, islice(taken, SHEET_HOLDS)) for one in names]


@contextmanager
def _rust_works_in(directory: Path) -> Iterator[None]:
    """The writer takes its temporary files where TMPDIR says."""
    before = os.environ.get("TMPDIR")
    os.environ["TMPDIR"] = str(directory)
    try:
        yield
    finally:
        if before is None:
            del os.environ["TMPDIR"]
        else:
            os.environ["TMPDIR"] = before


def _long_records(sheet: Sheet) -> Iterator[dict[str, object]]:
    """As `_records`, without a call for each cell."""
    headings = [column.heading for column in sheet.columns]
    amounts = [column.heading for column in sheet.columns if column.kind is Kind.AMOUNT]
    empty = True
    for row in sheet.rows:
        empty = False
        record: dict[str, object] = dict(zip(headings, row, strict=True))
        for heading in amounts:
            amount = record[heading]
            record[heading] = float(amount) if isinstance(amount, Decimal) else amount
        yield record
    if empty:
        yield dict.fromkeys(headings)


def _records(
    columns: Sequence[Column], rows: Iterable[Sequence[Value]], cell: Callable[[Value], object]
) -> Iterator[dict[str, object]]:
    """A table without rows keeps its headings."""
    headings = [column.heading for column in columns]
    empty = True
    for row in rows:
        empty = False
        yield {heading: cell(value) for heading, value in zip(headings, row, strict=True)}
    if empty:
        yield dict.fromkeys(headings)


def _in_csv(value: Value) -> str | None:
    match value:
        case str():
            return marked(value)
        case Decimal():
            return f"{value:.2f}"
        case dt.datetime():
            return f"{value:%Y-%m-%d %H:%M:%S}"
        case dt.date():
            return value.isoformat()
        case int():
            return str(value)
    return None


def _in_workbook(value: Value) -> str | int | float | dt.date | None:
    return float(value) if isinstance(value, Decimal) else value
