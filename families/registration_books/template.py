"""The workbook of forms to hand out: headings, drop-downs, an example that is never read, instructions."""

from __future__ import annotations

import io

from django.utils import translation
from xlsxwriter.worksheet import Worksheet

from families.registration_books.sheets import FORM, Book, comment, new_book, offer, prepare
from families.registration_books.words import ASKED, EXAMPLES, RULES
from families.services.imports.columns import COLUMNS, REQUIRED, heading_of

INSTRUCTIONS = "填写说明"
LAST_ROW = 2_000


def template_book() -> bytes:
    """The template, in Chinese whatever the language of the page.

    The example's rows carry `EXAMPLE_FAMILY`, and numbers whose check character is wrong: nobody has them.
    """
    buffer = io.BytesIO()
    with translation.override("zh-hans"), new_book(buffer, "家庭共济批量登记表（模板）") as book:
        sheet = book.sheet(FORM)
        sheet.freeze_panes(1, 0)
        sheet.repeat_rows(0)
        places = {column: place for place, column in enumerate(COLUMNS)}
        prepare(book, sheet, places)
        for column, place in places.items():
            style = book.required if column in REQUIRED else book.heading
            sheet.write_string(0, place, heading_of(column), style)
            comment(sheet, 0, place, _asked(column))
        _write_examples(book, sheet)
        _instruct(book)
        offer(book, sheet, places, 1, LAST_ROW - 1)
    return buffer.getvalue()


def _asked(column: str) -> str:
    needed = "必填。" if column in REQUIRED else "选填。"
    return f"{needed}{ASKED[column].what}{ASKED[column].values}"


def _write_examples(book: Book, sheet: Worksheet) -> None:
    for row, example in enumerate(EXAMPLES, start=1):
        for position, column in enumerate(COLUMNS):
            if value := example.get(column):
                sheet.write_string(row, position, value, book.pale)


def _instruct(book: Book) -> None:
    sheet = book.sheet(INSTRUCTIONS)
    for position, width in enumerate((16, 10, 44, 52, 24)):
        sheet.set_column(position, position, width)
    sheet.set_row(0, 26)
    sheet.write_string(0, 0, "家庭共济批量登记表填写说明", book.look(bold=True, font_size=16))
    for row, rule in enumerate(RULES, start=1):
        sheet.merge_range(row, 0, row, 4, "", book.wrapped)
        sheet.write_string(row, 0, f"{row}. {rule}", book.wrapped)
        sheet.set_row(row, 17 * (1 + len(rule) // 70))
    top = len(RULES) + 2
    for position, heading in enumerate(("列名", "是否必填", "填写内容", "填写要求", "示例")):
        sheet.write_string(top, position, heading, book.heading)
    for row, column in enumerate(COLUMNS, start=top + 1):
        asked = ASKED[column]
        cells = (
            heading_of(column), "必填" if column in REQUIRED else "选填", asked.what, asked.values,
            EXAMPLES[0].get(column, ""),
        )  # fmt: skip
        for position, text in enumerate(cells):
            sheet.write_string(row, position, text, book.wrapped)
