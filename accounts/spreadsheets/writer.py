"""Lists for people, as a workbook or a CSV file: the only module that writes them.

Invariant: no text becomes a formula, whatever it holds, and none loses digits: in a workbook text stands in text
cells, in CSV it is marked where a table program would take it for something else (`formulas`). Rows are taken one by
one; nothing is written to a temporary file.
"""

import datetime as dt
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

import rustpy_xlsxwriter

from accounts.spreadsheets.formulas import marked

Value = str | Decimal | dt.date | None


class Form(StrEnum):
    """The forms that are written, by the ending of the file."""

    XLSX = "xlsx"
    CSV = "csv"


# A workbook is built in memory, 3.3 KB a row of persons; CSV holds as many as a sheet can show under its heading.
MOST_ROWS: Mapping[Form, int] = {Form.XLSX: 100_000, Form.CSV: 1_048_575}
CONTENT_TYPES: Mapping[Form, str] = {
    Form.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Form.CSV: "text/csv; charset=utf-8",
}


class Kind(StrEnum):
    """What a column holds."""

    TEXT = "text"
    AMOUNT = "amount"
    DAY = "day"


# The number format of a workbook's column. 49, Excel's own for text, keeps it text when a person edits the cell.
_FORMATS: Mapping[Kind, rustpy_xlsxwriter.Format] = {
    Kind.TEXT: rustpy_xlsxwriter.Format().set_num_format_index(49),
    Kind.AMOUNT: rustpy_xlsxwriter.Format().set_num_format("0.00"),
    Kind.DAY: rustpy_xlsxwriter.Format().set_num_format("yyyy-mm-dd"),
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
        case dt.date():
            return value.isoformat()
    return None


def _in_workbook(value: Value) -> str | float | dt.date | None:
    return float(value) if isinstance(value, Decimal) else value
