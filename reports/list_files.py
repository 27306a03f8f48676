"""A list as a file: a workbook or a CSV file of any length, written while it is read, or a paper of few pages."""

from __future__ import annotations

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.printing import render_pdf
from accounts.spreadsheets import writer
from accounts.spreadsheets.writer import Value
from reports.definition import Column, Holds, RowList
from reports.files import About, Form, ReportPaper
from reports.reading import Reading, Row
from reports.unnamed import Unnamed

MOST_ROWS = {Form.XLSX: 5_000_000, Form.CSV: 10_000_000, Form.PDF: 2_000}
KINDS = {
    Holds.TEXT: writer.Kind.TEXT,
    Holds.NUMBER: writer.Kind.TEXT,
    Holds.COUNT: writer.Kind.COUNT,
    Holds.AMOUNT: writer.Kind.AMOUNT,
    Holds.BALANCE: writer.Kind.AMOUNT,
    Holds.DAY: writer.Kind.DAY,
    Holds.TIME: writer.Kind.TIME,
}
FIGURES = (Holds.AMOUNT, Holds.BALANCE)


def write_list(reading: Reading, about: About, form: Form, *, count: int, into: Unnamed) -> None:
    """Write the rows as they are read. `count`: how many there are. Raises: OSError when the disk is full."""
    columns = headed(reading.listed)
    match form:
        case Form.XLSX:
            sheets = writer.in_sheets(str(reading.listed.title)[:28], columns, reading, count=count)
            told = [writer.Column(_("About")[:31], width=26), writer.Column(str(reading.listed.title), width=80)]
            sheets.append(writer.Sheet(_("About"), told, _about(reading, about)))
            writer.write_long_workbook(sheets, into.place, between=into.beside)
        case Form.CSV:
            writer.write_long_csv(columns, reading, into.place)
        case Form.PDF:
            into.file.write(_paper(reading, about))


def headed(listed: RowList) -> list[writer.Column]:
    return [writer.Column(str(one.label), KINDS[one.holds], one.width) for one in listed.columns]


def shown(value: Value, holds: Holds) -> str:
    """A value as the page and the paper show it."""
    if value is None:
        return ""
    match holds:
        case Holds.AMOUNT | Holds.BALANCE:
            return f"{value:,.2f}"
        case Holds.TIME:
            return f"{value:%Y-%m-%d %H:%M}"
    return str(value)


def _about(reading: Reading, about: About) -> Iterator[tuple[str, str]]:
    """Asked for when the rows are written: only then they are counted."""
    yield _("What it answers"), str(reading.listed.question)
    yield from about.asked
    yield _("Data of"), about.scope
    yield _("Lines"), str(reading.count)
    for heading, total in reading.totals.items():
        yield f"{_('Total')}{_(': ')}{heading}", f"{total:,.2f}"
    if about.reason:
        yield _("Full numbers, because"), about.reason
    yield _("Made at"), f"{about.at:%Y-%m-%d %H:%M:%S}"
    yield _("Made by"), about.staff
    yield _("SHA-256 of the figures"), reading.sha256


def _paper(reading: Reading, about: About) -> bytes:
    columns = [(place, one) for place, one in enumerate(reading.listed.columns) if one.on_paper]
    lines = [_line(row, columns) for row in reading]
    figures = [one for _place, one in columns if one.holds in FIGURES]
    asked = [*about.asked, *([(_("Full numbers, because"), about.reason)] if about.reason else [])]
    data = ReportPaper(
        title=str(reading.listed.title),
        question=str(reading.listed.question),
        asked=[list(pair) for pair in asked],
        scope=about.scope,
        headings=[str(one.label) for _place, one in columns],
        words=len(columns) - len(figures),
        lines=lines,
        totals=[shown(reading.totals.get(str(one.label), None), one.holds) for one in figures],
        sha256=reading.sha256,
        printed_by=about.staff,
        office=about.office,
        printed_at=about.at,
    )
    return render_pdf("report", data, tagged=False)


def _line(row: Row, columns: list[tuple[int, Column]]) -> list[str]:
    return [shown(row[place], one.holds) for place, one in columns]
