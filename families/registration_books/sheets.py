"""The looks and the pieces that both workbooks share: typed cells, comments, drop-downs.

Invariant: no text becomes a formula, also when its cell is edited: every text stands in a cell of text format. Built
in memory, because XlsxWriter's way to keep memory flat writes rows into temporary files, and these hold full numbers.
"""

from __future__ import annotations

import io
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from django.utils import translation
from xlsxwriter import Workbook
from xlsxwriter.format import Format
from xlsxwriter.utility import xl_col_to_name
from xlsxwriter.worksheet import Worksheet

from accounts.selectors import code_labels
from accounts.spreadsheets.cells import Cell, Day, Moment, Number, Truth, text_of
from families.rules.kinship import RELATIONS, WORDS
from families.services.imports.columns import heading_of

FORM, OPTIONS = "登记表", "选项"
NUMBERS = frozenset({"owner_number", "member_number"})
AS_TEXT = NUMBERS | {"family", "owner_mobile", "owner_cert_type", "member_cert_type"}
DAYS = frozenset({"starts_on", "last_on"})
WIDTH = 12
WIDTHS = {
    "family": 13, "owner_cert_type": 15, "owner_number": 22, "owner_mobile": 14, "member_cert_type": 15,
    "member_number": 22, "shares": 13, "rank": 8, "starts_on": 13, "last_on": 13, "remark": 24,
}  # fmt: skip
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
_AUTHOR = "医保经办机构"
_RED, _GREY, _YELLOW = "#FFC7CE", "#EDEDED", "#FFE699"
_A4 = 9
_EXCEL_ROWS = 1_048_576

Kind = Literal["plain", "text", "day", "moment"]
_SHOWN: Mapping[Kind, str] = {
    "plain": "General", "text": "@", "day": "yyyy-mm-dd", "moment": "yyyy-mm-dd hh:mm:ss",
}  # fmt: skip


@dataclass(frozen=True)
class Book:
    """A workbook while it is written, and the looks of its cells."""

    workbook: Workbook

    def sheet(self, title: str) -> Worksheet:
        sheet = self.workbook.add_worksheet(title)
        sheet.set_comments_author(_AUTHOR)
        sheet.set_landscape()
        sheet.set_paper(_A4)
        sheet.fit_to_pages(1, 0)
        return sheet

    def look(self, **properties: Any) -> Format:
        return self.workbook.add_format({"valign": "top", **properties})

    @cached_property
    def cells(self) -> dict[tuple[Kind, bool], Format]:
        """By kind of content and whether it is at fault."""
        red = {"bg_color": _RED, "border": 1, "border_color": "#C00000"}
        return {
            (kind, faulty): self.look(num_format=shown, **(red if faulty else {}))
            for kind, shown in _SHOWN.items()
            for faulty in (False, True)
        }

    @cached_property
    def heading(self) -> Format:
        return self.look(bold=True, border=1, bg_color=_GREY, text_wrap=True, num_format="@")

    @cached_property
    def required(self) -> Format:
        return self.look(bold=True, border=1, bg_color=_YELLOW, text_wrap=True, num_format="@")

    @cached_property
    def wrapped(self) -> Format:
        return self.look(text_wrap=True, num_format="@")

    @cached_property
    def pale(self) -> Format:
        return self.look(text_wrap=True, num_format="@", font_color="#808080", italic=True)


@contextmanager
def new_book(buffer: io.BytesIO, title: str) -> Iterator[Book]:
    with Workbook(buffer, _OPTIONS) as workbook:
        workbook.set_properties({"title": title, "author": _AUTHOR})
        yield Book(workbook)


def put(book: Book, sheet: Worksheet, at: tuple[int, int], cell: Cell, *, faulty: bool = False) -> None:
    """One cell with its type. A failed formula comes back as the text that it showed."""
    match cell:
        case None:
            if faulty:
                sheet.write_blank(*at, None, book.cells["text", True])
        case Day(on):
            sheet.write_datetime(*at, on, book.cells["day", faulty])
        case Moment(moment):
            sheet.write_datetime(*at, moment, book.cells["moment", faulty])
        case Truth(value):
            sheet.write_boolean(*at, value, book.cells["plain", faulty])
        case Number(text) if ":" not in text:
            sheet.write_number(*at, float(text), book.cells["plain", faulty])
        case _:
            sheet.write_string(*at, text_of(cell), book.cells["text", faulty])


def prepare(book: Book, sheet: Worksheet, places: Mapping[str, int]) -> None:
    """Widths, and formats for what will be typed, of whole columns. `places`: column of `COLUMNS` → place from 0."""
    for column, place in places.items():
        kind: Kind = "text" if column in AS_TEXT else "day" if column in DAYS else "plain"
        sheet.set_column(place, place, WIDTHS.get(column, WIDTH), book.cells[kind, False])
    sheet.ignore_errors({"number_stored_as_text": f"A1:{xl_col_to_name(max(places.values()))}{_EXCEL_ROWS}"})


def offer(book: Book, sheet: Worksheet, places: Mapping[str, int], first: int, last: int) -> None:
    """Drop-downs in these rows, counted from 0.

    Their words lie on a hidden sheet: Excel takes 255 characters inline.
    """
    options = book.workbook.add_worksheet(OPTIONS)
    options.hide()
    for number, (columns, words) in enumerate(_choices().items()):
        options.write_column(0, number, words, book.cells["text", False])
        letter = xl_col_to_name(number)
        for column in columns:
            if column in places:
                sheet.data_validation(
                    first, places[column], last, places[column],
                    {
                        "validate": "list",
                        "source": f"='{OPTIONS}'!${letter}$1:${letter}${len(words)}",
                        "error_title": heading_of(column),
                        "error_message": "请从下拉列表中选择。",
                    },
                )  # fmt: skip


def _choices() -> dict[tuple[str, ...], list[str]]:
    """Columns → the words that the reader takes there; the spouse's parents last, since few policies admit them."""
    with translation.override("zh-hans"):
        certificates = list(code_labels("psn_cert_type").values())
    return {
        ("relation",): sorted(WORDS, key=lambda word: RELATIONS[WORDS[word]].group == "parent_in_law"),
        ("shares",): ["是", "否"],
        ("owner_cert_type", "member_cert_type"): certificates,
    }


def comment(sheet: Worksheet, row: int, column: int, text: str) -> None:
    lines = sum(1 + len(line) // 22 for line in text.split("\n"))
    sheet.write_comment(row, column, text, {"width": 300, "height": 24 + 17 * lines, "font_size": 9})
