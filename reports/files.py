"""A report as a file: a workbook, a CSV file or a paper, and what stands in it beside the figures.

Numbers are numbers, texts never formulas (accounts/spreadsheets). A paper holds few pages; more is a workbook's.
"""

from __future__ import annotations

import hashlib
import io
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from enum import StrEnum
from typing import TypedDict

from django.utils.translation import gettext as _
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from accounts.printing import render_pdf
from accounts.spreadsheets import writer
from reports.definition import Kind
from reports.tables import Figure, Table


class Form(StrEnum):
    """The forms of a file, by its ending."""

    XLSX = "xlsx"
    CSV = "csv"
    PDF = "pdf"


MOST_LINES = {Form.XLSX: 100_000, Form.CSV: 500_000, Form.PDF: 2_000}
CONTENT_TYPES = {
    Form.XLSX: writer.CONTENT_TYPES[writer.Form.XLSX],
    Form.CSV: writer.CONTENT_TYPES[writer.Form.CSV],
    Form.PDF: "application/pdf",
}
NUMBER_FORMATS = {Kind.COUNT: "#,##0", Kind.AMOUNT: "#,##0.00", Kind.PERCENT: "0.0"}
FIGURE_WIDTH = 15


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of itself. `asked`: what it was narrowed to, in words, label by label."""

    asked: Sequence[tuple[str, str]]
    scope: str
    staff: str
    office: str
    at: datetime
    reason: str = ""  # of full numbers


class ReportPaper(TypedDict):
    """Template `report`, A4 landscape. A figure is text already: the template adds nothing to it."""

    title: str
    question: str
    asked: list[list[str]]
    scope: str
    headings: list[str]
    words: int
    lines: list[list[str]]
    totals: list[str]
    sha256: str
    printed_by: str
    office: str
    printed_at: datetime


def digest_of(table: Table) -> str:
    """SHA-256 of the lines and totals: two files with the same one say the same."""
    told = [table.report.code, *[[*line.words, *map(str, line.figures)] for line in table.lines]]
    return hashlib.sha256(json.dumps([*told, list(map(str, table.totals))], ensure_ascii=False).encode()).hexdigest()


def write(table: Table, about: About, form: Form) -> bytes:
    return {Form.XLSX: _workbook, Form.CSV: _csv, Form.PDF: _paper}[form](table, about)


def headings(table: Table) -> list[str]:
    report = table.report
    return [*(str(one.label) for one in report.dimensions), *(str(one.label) for one in report.measures)]


def shown(figure: Figure, kind: Kind) -> str:
    """A figure as the page and the paper show it."""
    match kind:
        case Kind.COUNT:
            return f"{figure or 0:,}"
        case Kind.AMOUNT:
            return f"{figure or 0:,.2f}"
    return "—" if figure is None else f"{figure:.1f}"


def shown_all(table: Table, figures: Sequence[Figure]) -> list[str]:
    return [shown(figure, one.kind) for figure, one in zip(figures, table.report.measures, strict=True)]


def _csv(table: Table, about: About) -> bytes:
    columns = [writer.Column(heading) for heading in headings(table)]
    rows = ([*line.words, *[_plain(figure) for figure in line.figures]] for line in table.lines)
    return writer.write_table(columns, rows, form=writer.Form.CSV)


def _plain(figure: Figure) -> str | Decimal:
    return figure if isinstance(figure, Decimal) else str(figure or 0)


def _paper(table: Table, about: About) -> bytes:
    data = ReportPaper(
        title=str(table.report.title),
        question=str(table.report.question),
        asked=[list(pair) for pair in about.asked],
        scope=about.scope,
        headings=headings(table),
        words=len(table.report.dimensions),
        lines=[[*line.words, *shown_all(table, line.figures)] for line in table.lines],
        totals=shown_all(table, table.totals),
        sha256=digest_of(table),
        printed_by=about.staff,
        office=about.office,
        printed_at=about.at,
    )
    return render_pdf("report", data, tagged=False)


def _workbook(table: Table, about: About) -> bytes:
    file = io.BytesIO()
    # Nothing of it goes through a temporary file, and no text becomes a formula or a link.
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(file, options) as book:
        sheet = book.add_worksheet(str(table.report.title)[:31])
        _write_lines(book, sheet, table)
        _write_about(book, book.add_worksheet(_("About")), table, about)
    return file.getvalue()


def _write_lines(book: Workbook, sheet: Worksheet, table: Table) -> None:
    bold = book.add_format({"bold": True, "text_wrap": True, "valign": "vcenter", "bottom": 1})
    text = book.add_format({"num_format": "@"})
    formats = [book.add_format({"num_format": NUMBER_FORMATS[one.kind]}) for one in table.report.measures]
    sums = [
        book.add_format({"num_format": NUMBER_FORMATS[one.kind], "bold": True, "top": 1})
        for one in table.report.measures
    ]
    columns, words = headings(table), len(table.report.dimensions)
    for number, one in enumerate(table.report.dimensions):
        sheet.set_column(number, number, one.width, text)
    sheet.set_column(words, len(columns) - 1, FIGURE_WIDTH)
    for number, heading in enumerate(columns):
        sheet.write_string(0, number, heading, bold)
    for row, line in enumerate(table.lines, start=1):
        for number, word in enumerate(line.words):
            sheet.write_string(row, number, word, text)
        _write_figures(sheet, row, words, line.figures, formats)
    last = len(table.lines)
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(last, 1), len(columns) - 1)
    sheet.write_string(last + 1, 0, _("Total"), book.add_format({"bold": True, "top": 1}))
    _write_figures(sheet, last + 1, words, table.totals, sums)


def _write_figures(
    sheet: Worksheet, row: int, first: int, figures: Sequence[Figure], formats: Sequence[Format]
) -> None:
    for number, (figure, look) in enumerate(zip(figures, formats, strict=True), start=first):
        if figure is None:
            sheet.write_blank(row, number, None, look)
        else:
            sheet.write_number(row, number, figure, look)


def _write_about(book: Workbook, sheet: Worksheet, table: Table, about: About) -> None:
    label = book.add_format({"bold": True, "valign": "top"})
    told = [
        (_("Report"), str(table.report.title)),
        (_("What it answers"), str(table.report.question)),
        *about.asked,
        (_("Data of"), about.scope),
        (_("Lines"), str(len(table.lines))),
        (_("Made at"), f"{about.at:%Y-%m-%d %H:%M:%S}"),
        (_("Made by"), about.staff),
        (_("SHA-256 of the figures"), digest_of(table)),
    ]
    sheet.set_column(0, 0, 22)
    sheet.set_column(1, 1, 80, book.add_format({"num_format": "@", "text_wrap": True}))
    for row, (name, value) in enumerate(told):
        sheet.write_string(row, 0, name, label)
        sheet.write_string(row, 1, value)
