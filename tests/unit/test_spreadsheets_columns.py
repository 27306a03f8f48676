"""Columns are found by their heading, in any order, under any alias, in the first rows."""

import pytest

from accounts.spreadsheets.cells import Cell, Row
from accounts.spreadsheets.columns import Header, HeaderMissing, HeadingTwice, find_header

WANTED = {
    "owner_name": ["户主姓名"],
    "id_number": ["证件号码", "身份证号", "公民身份号码", "certno"],
    "limit": ["共享限额"],
}


def _row(number: int, *cells: Cell) -> Row:
    return Row(number, cells)


def test_the_heading_is_found_below_a_title_and_the_data_follow() -> None:
    rows = iter([_row(1, "登记表"), _row(4, "备注", "身份证号", None, "户主姓名", "共享限额"), _row(5, "x")])

    header = find_header(rows, WANTED)

    assert header == Header(4, {"id_number": 1, "owner_name": 3, "limit": 4}, ["备注"])
    assert next(rows).number == 5


@pytest.mark.parametrize(
    "heading",
    [
        "*身份证号",
        "身份证号＊",
        "身份 证号\n",
        " 身份证号（必填）",
        "【必填】身份证号",
        "身份证号\u200b:",
        "CertNo",
        "ＣＥＲＴＮＯ",
        "公民身份号码(18位)",
    ],
)
def test_marks_around_a_heading_do_not_count(heading: str) -> None:
    header = find_header([_row(1, "户主姓名", heading, "共享限额（元）")], WANTED)

    assert header.positions == {"owner_name": 0, "id_number": 1, "limit": 2}


def test_missing_headings_are_named_for_the_row_that_comes_nearest() -> None:
    with pytest.raises(HeaderMissing) as missing:
        find_header([_row(1, "登记表"), _row(3, "户主姓名", "姓名"), _row(4, "张三", "1")], WANTED)

    assert (missing.value.code, missing.value.missing, missing.value.row_number) == (
        "header_missing",
        ["证件号码", "共享限额"],
        3,
    )


def test_a_column_that_is_not_required_may_be_missing() -> None:
    header = find_header([_row(1, "户主姓名", "证件号码")], WANTED, required={"owner_name", "id_number"})

    assert header.positions == {"owner_name": 0, "id_number": 1}


def test_two_columns_of_one_meaning_are_refused() -> None:
    with pytest.raises(HeadingTwice) as twice:
        find_header([_row(2, "户主姓名", "身份证号", "证件号码 ", "共享限额")], WANTED)

    assert (twice.value.code, twice.value.headings, twice.value.row_number) == (
        "header_missing",
        ["身份证号", "证件号码"],
        2,
    )


def test_two_unknown_columns_of_one_name_do_no_harm() -> None:
    header = find_header([_row(1, "户主姓名", "证件号码", "共享限额", "备注", "备注")], WANTED)

    assert header.unknown == ["备注", "备注"]


def test_a_heading_below_the_tenth_row_is_not_looked_for() -> None:
    rows = iter([_row(11, "户主姓名", "证件号码", "共享限额")])

    with pytest.raises(HeaderMissing) as missing:
        find_header(rows, WANTED)

    assert missing.value.row_number is None


def test_a_heading_made_of_brackets_costs_no_time() -> None:
    with pytest.raises(HeaderMissing):
        find_header([_row(1, *["(" * 32_000] * 200)], WANTED)
