"""Text that a table program would run or shorten: marked in CSV, plain in a workbook, and read back as it was."""

from __future__ import annotations

import datetime as dt
import io
import tempfile
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.spreadsheets.cells import Day, Number
from accounts.spreadsheets.formulas import marked, reads_as_formula, unmarked
from accounts.spreadsheets.reader import read_table
from accounts.spreadsheets.writer import Column, Form, Kind, write_table

FORMULAS = [
    "=1+1", "==1+1", "+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+1", "＋1", "－1", "＠A1", "﹦1", " =1",
    "\u200b=1", "\ufeff=1", "=HYPERLINK(\"http://x\",\"张三\")", "=cmd|' /C calc'!A0", "\t", "+86139",
]  # fmt: skip
HARMLESS = ["张三", "421*********1560", "a=b", "1-2", "2026.1", "310", "", " ", "'", "'张三", "{=1}", "#N/A"]
SHORTENED = ["01", "0001", "42001000000000000", "421002198503140010", "4.21E+17", "1e5", "2026.10"]


def table(content: bytes, form: Form) -> list[tuple[Any, ...]]:
    with read_table(content, name=f"x.{form}") as sheet:
        return [row.cells for row in sheet.rows]


def written(values: list[Any], form: Form, kind: Kind = Kind.TEXT) -> bytes:
    return write_table([Column("甲", kind), Column("乙")], [[value, "."] for value in values], form=form)


@pytest.mark.parametrize("text", FORMULAS)
def test_a_formula_is_known_however_it_begins(text: str) -> None:
    assert reads_as_formula(text)
    assert marked(text) == f"'{text}"


@pytest.mark.parametrize("text", HARMLESS)
def test_what_no_program_runs_stays_as_it_is(text: str) -> None:
    assert marked(text) == text


@pytest.mark.parametrize("text", SHORTENED)
def test_digits_that_would_be_lost_are_marked_as_text(text: str) -> None:
    assert marked(text) == f"'{text}"


@given(st.text() | st.sampled_from(["'", "''", "'=", "''=1", "'01"]).map(lambda start: start + "x"))
def test_reading_takes_off_what_writing_put_on_and_nothing_else(text: str) -> None:
    assert unmarked(marked(text)) == text
    assert not reads_as_formula(marked(text))


@pytest.mark.parametrize("text", [*FORMULAS, *SHORTENED])
def test_no_cell_of_a_csv_file_begins_like_a_formula_and_every_digit_comes_back(text: str) -> None:
    content = written([text], Form.CSV)

    line = content.decode("utf-8-sig").splitlines()[1]
    assert line.lstrip('"').startswith("'")
    assert table(content, Form.CSV)[1][0] == text


@pytest.mark.parametrize("text", [*FORMULAS, *SHORTENED, *HARMLESS])
def test_in_a_workbook_every_text_is_a_text_cell_and_none_a_formula(text: str) -> None:
    content = written([text], Form.XLSX)

    with zipfile.ZipFile(io.BytesIO(content)) as workbook:
        sheet = workbook.read("xl/worksheets/sheet1.xml").decode()
        styles = workbook.read("xl/styles.xml").decode()
    assert "<f>" not in sheet
    assert 'numFmtId="49"' in styles  # text: stays so when a person edits the cell
    assert all(cell is None or isinstance(cell, str) for row in table(content, Form.XLSX) for cell in row)
    assert "<hyperlink" not in sheet


def test_amounts_and_days_are_numbers_in_a_workbook_and_plain_in_csv() -> None:
    columns = [Column("金额", Kind.AMOUNT), Column("日期", Kind.DAY)]
    rows = [[Decimal("1234.50"), dt.date(1985, 3, 14)], [None, None], [Decimal("-1.00"), None]]

    assert table(write_table(columns, rows, form=Form.XLSX), Form.XLSX) == [
        ("金额", "日期"), (Number("1234.5"), Day(dt.date(1985, 3, 14))), (Number("-1"),),
    ]  # fmt: skip
    assert write_table(columns, rows, form=Form.CSV).decode("utf-8-sig").splitlines() == [
        "金额,日期", "1234.50,1985-03-14", ",", "-1.00,",
    ]  # fmt: skip


@pytest.mark.parametrize("form", Form)
def test_a_table_without_rows_has_its_headings(form: Form) -> None:
    assert table(write_table([Column("甲"), Column("乙")], [], form=form), form) == [("甲", "乙")]


def test_a_fault_while_the_rows_come_is_not_swallowed() -> None:
    def rows() -> Any:
        yield ["1", "2"]
        raise LookupError("the database went away")

    for form in Form:
        with pytest.raises(LookupError):
            write_table([Column("甲"), Column("乙")], rows(), form=form)


@pytest.mark.parametrize("form", Form)
def test_no_row_goes_through_a_temporary_file(form: Form) -> None:
    def open_files() -> set[str]:
        return {str(link.readlink()) for link in Path("/proc/self/fd").iterdir() if link.is_symlink()}

    seen: set[str] = set()

    def rows() -> Any:
        for number in range(5_000):
            yield [str(number), "张三"]
        seen.update(open_files())

    before = open_files()
    write_table([Column("甲"), Column("乙")], rows(), form=form)
    assert {name for name in seen - before if name.startswith(tempfile.gettempdir())} == set()
