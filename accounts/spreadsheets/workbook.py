"""The first visible sheet with data of a checked workbook, as rows of typed cells.

Runs in the child process only: the parser may abort the process that calls it. Rows keep the numbers that
Excel shows at the left edge, also below blank rows, and wholly blank rows are left out.
"""

import datetime as dt
import io
import xml.etree.ElementTree as ElementTree
from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import python_calamine

from accounts.spreadsheets.archive import Archive
from accounts.spreadsheets.cells import Cell, Day, Fault, Merge, Moment, Number, Row, Truth
from accounts.spreadsheets.limits import Limits
from accounts.spreadsheets.refusals import FileRefused, Reason
from accounts.spreadsheets.sheet_xml import column_letters, faults

_RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_STRICT_RELATION = "{http://purl.oclc.org/ooxml/officeDocument/relationships}id"
_DAY = 86_400


@dataclass(frozen=True)
class Table:
    """A sheet, or a CSV file (then without title): its merged ranges, and its rows, to be iterated once."""

    title: str | None
    merged: list[Merge]
    rows: Iterator[Row]


def read_workbook(content: bytes, limits: Limits) -> Table:
    """Parse a workbook that `check_file` let pass.

    Raises: FileRefused when the parser gives up, no visible sheet has data, or a sheet is larger than its
    cell references let the guard foresee.
    """
    try:
        workbook = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheet = _first_with_data(workbook)
    except python_calamine.PasswordError as error:
        raise FileRefused(Reason.PASSWORD) from error
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise FileRefused(Reason.DAMAGED) from error
    _check_extent(sheet, limits)
    archive = Archive(content, limits)
    part = _part_of(sheet.name, archive)
    failed = faults(archive.pieces(part)) if part else {}
    return Table(sheet.name, _merges(sheet, limits), _rows(sheet, failed, limits))


def _first_with_data(workbook: python_calamine.CalamineWorkbook) -> python_calamine.CalamineSheet:
    for index, about in enumerate(workbook.sheets_metadata):
        if about.visible != python_calamine.SheetVisibleEnum.Visible:
            continue
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            continue
        sheet = workbook.get_sheet_by_index(index)
        if sheet.start is not None:
            return sheet
    raise FileRefused(Reason.NO_DATA)


def _check_extent(sheet: python_calamine.CalamineSheet, limits: Limits) -> None:
    """Hold the limits again: cells without a reference are legal, and the guard cannot see where they lie."""
    row, column = sheet.end or (0, 0)
    if column >= limits.columns:
        cell = f"{column_letters(column + 1)}{row + 1}"
        raise FileRefused(Reason.TOO_MANY_COLUMNS, limit=limits.columns, cell=cell)
    if row >= limits.rows:
        raise FileRefused(Reason.TOO_MANY_ROWS, limit=limits.rows)


def _merges(sheet: python_calamine.CalamineSheet, limits: Limits) -> list[Merge]:
    ranges = sheet.merged_cell_ranges or []
    if len(ranges) > limits.merges:
        raise FileRefused(Reason.TOO_MUCH_MEMORY)
    return [
        Merge(first_row + 1, last_row + 1, first_column, last_column)
        for (first_row, first_column), (last_row, last_column) in sorted(ranges)
    ]


def _rows(sheet: python_calamine.CalamineSheet, failed: dict[tuple[int, int], str], limits: Limits) -> Iterator[Row]:
    # The parser begins with row 1, but with the first column that is filled.
    indent: list[Cell] = [None] * (sheet.start or (0, 0))[1]
    faulty = _by_row(failed)
    for number, values in enumerate(sheet.iter_rows(), start=1):
        cells = indent + [_cell(value, number, limits) for value in values]
        if number in faulty:
            cells = _with_faults(cells, faulty.pop(number))
        while cells and cells[-1] is None:
            cells.pop()
        if cells:
            yield Row(number, tuple(cells))
    for number in sorted(faulty):
        yield Row(number, tuple(_with_faults([], faulty[number])))


def _by_row(failed: dict[tuple[int, int], str]) -> dict[int, dict[int, Fault]]:
    rows: dict[int, dict[int, Fault]] = defaultdict(dict)
    for (row, column), shown in failed.items():
        rows[row][column] = Fault(shown)
    return rows


def _with_faults(cells: list[Cell], faults: dict[int, Fault]) -> list[Cell]:
    """The parser ends where nothing is filled any more; failed cells may lie beyond."""
    cells = cells + [None] * (max(faults) + 1 - len(cells))
    for column, fault in faults.items():
        cells[column] = fault
    return cells


def _cell(value: Any, number: int, limits: Limits) -> Cell:
    if type(value) is str:
        if len(value) > limits.cell_characters:
            raise FileRefused(Reason.CELL_TOO_LONG, row=number, limit=limits.cell_characters)
        return value if value and not value.isspace() else None
    return _TYPED[type(value)](value)


def _number(value: float) -> Cell:
    """A number with the 15 significant digits that Excel shows, written out."""
    if value in (float("inf"), float("-inf")) or value != value:
        return Fault("#NUM!")
    text = f"{value:.15g}"
    return Number(format(Decimal(text), "f") if "e" in text else text)


def _moment(value: dt.datetime) -> Cell:
    return Day(value.date()) if value.time() == dt.time() else Moment(value)


def _span(value: dt.timedelta) -> Cell:
    return _number(value / dt.timedelta(seconds=_DAY))


_TYPED: dict[type, Callable[[Any], Cell]] = {
    int: _number,
    float: _number,
    bool: Truth,
    dt.date: Day,
    dt.datetime: _moment,
    dt.time: lambda value: Number(value.isoformat()),
    dt.timedelta: _span,
}


def _part_of(title: str, archive: Archive) -> str | None:
    """The part that holds a sheet, by the workbook's relations; None where they do not say."""
    relations = "xl/_rels/workbook.xml.rels"
    if relations not in archive.names:
        return None
    targets = {entry.get("Id"): entry.get("Target", "") for entry in _elements(archive, relations)}
    for sheet in _elements(archive, "xl/workbook.xml"):
        if sheet.tag.endswith("}sheet") and sheet.get("name") == title:
            target = targets.get(sheet.get(_RELATION) or sheet.get(_STRICT_RELATION), "")
            part = target.removeprefix("/") if target.startswith("/") else f"xl/{target}"
            return part if part in archive.names else None
    return None


def _elements(archive: Archive, part: str) -> Iterator[ElementTree.Element]:
    """Raises: FileRefused where a stricter reader than the parser finds the XML broken."""
    try:
        return ElementTree.fromstring(b"".join(archive.pieces(part))).iter()  # noqa: S314 - no DOCTYPE passes
    except ElementTree.ParseError as error:
        raise FileRefused(Reason.DAMAGED) from error
