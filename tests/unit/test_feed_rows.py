"""One row of a feed: every value as institutions send it, and every fault with its code (feed_rows.py)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.spreadsheets.cells import Cell, Day, Fault, Moment, Number, Row, Truth
from accounts.spreadsheets.columns import find_header
from settlement.rules.bills import NewSettlement
from settlement.services.feed_rows import COLUMNS, FeedRow, Lookups, person_number, read_bill


def moment(text: str) -> dt.datetime:
    """As a cell has it: without a time zone."""
    return dt.datetime.fromisoformat(text)


NOW = timezone.make_aware(moment("2026-03-16 12:00:00"))
KNOWN = Lookups({"42001000000000014": 7}, frozenset({"H42100200003"}), frozenset({"11", "1401", "81"}), NOW)
ROW: dict[str, Cell] = {
    "setl_id": "S1", "init_setl_id": None, "refd_setl_flag": "0", "mdtrt_id": "M1", "psn_no": "42001000000000014",
    "fixmedins_code": "H42100200003", "med_type": "11", "setl_time": "2026-03-16 07:30:00", "dise_codg": "I10",
    "dise_name": "高血压", "dr_name": "沈建洋", "medfee_sumamt": "404.30", "fulamt_ownpay_amt": "8.87",
    "overlmt_selfpay": "7.9", "preselfpay_amt": "3.06", "inscp_scp_amt": "384.47", "fund_pay_sumamt": "0.00",
    "hosp_part_amt": "0", "psn_part_amt": "404.30", "acct_used_flag": "1",
}  # fmt: skip
BACK: dict[str, Cell] = {
    name: f"-{value}"
    for name, value in ROW.items()
    if name.endswith(("amt", "selfpay")) and value not in ("0.00", "0")
} | {"refd_setl_flag": "1", "init_setl_id": "S0"}


def read(**changed: Cell) -> FeedRow:
    header = find_header(iter([Row(1, COLUMNS)]), {column: [column] for column in COLUMNS})
    return read_bill(Row(2, tuple((ROW | changed)[column] for column in COLUMNS)), header, KNOWN)


def sound(**changed: Cell) -> NewSettlement:
    row = read(**changed)
    assert row.errors == []
    assert row.bill is not None
    return row.bill


def faults(**changed: Cell) -> set[tuple[str, str]]:
    row = read(**changed)
    assert row.bill is None
    assert all(error.row == 2 and error.message for error in row.errors)
    return {(error.column, error.code) for error in row.errors}


def test_a_sound_row_is_the_bill_it_says() -> None:
    bill = sound()
    assert (bill.setl_id, bill.person_id, bill.kind, bill.usage, bill.reverses) == (
        "S1",
        7,
        "networked",
        "outpatient",
        "",
    )
    assert (bill.settled_at, bill.business_date) == (
        timezone.make_aware(moment("2026-03-16 07:30:00")), dt.date(2026, 3, 16),
    )  # fmt: skip
    assert (bill.amounts.overlmt_selfpay, bill.amounts.add_up) == (Decimal("7.90"), True)


def test_a_reversal_is_flagged_names_its_original_and_carries_everything_negated() -> None:
    bill = sound(**BACK)
    assert (bill.reverses, bill.amounts) == ("S0", sound().amounts.negated)


@pytest.mark.parametrize(
    "changed",
    [
        {"setl_id": " S1 "},
        {"setl_time": "2026-03-16T07:30:00"},
        {"setl_time": Moment(moment("2026-03-16 07:30:00.001"))},
        {"med_type": Number("11")},
        {"refd_setl_flag": Number("0"), "acct_used_flag": Number("1")},
        {"medfee_sumamt": Number("404.3"), "psn_part_amt": " 404.30 "},
        {"fund_pay_sumamt": "-0.00"},
    ],
    ids=str,
)
def test_another_way_of_writing_it_is_the_same_bill(changed: dict[str, Cell]) -> None:
    assert sound(**changed) == sound()


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"med_type": "1401"}, {"usage": "designated_disease", "med_type": "1401"}),
        ({"acct_used_flag": "0"}, {"acct_used": False}),
        ({"dise_codg": None, "dise_name": None, "dr_name": None}, {"dise_codg": "", "dise_name": "", "dr_name": ""}),
        ({"setl_time": "1998-01-01 00:00:00"}, {"business_date": dt.date(1998, 1, 1)}),
        ({"setl_time": "2026-03-16 12:00:00"}, {"business_date": dt.date(2026, 3, 16)}),
        ({"setl_time": "2026-03-15 23:59:59"}, {"business_date": dt.date(2026, 3, 15)}),
        ({"setl_id": "!~" * 15}, {"setl_id": "!~" * 15}),
    ],
    ids=str,
)
def test_what_else_may_stand_there(changed: dict[str, Cell], expected: dict[str, Any]) -> None:
    bill = sound(**changed)
    assert {name: getattr(bill, name) for name in expected} == expected


IDS = ("setl_id", "mdtrt_id", "psn_no")
BAD_IDS = {
    "id_missing": [None, "", "  ", "\u3000"],
    "id_format": ["S 1", "Ｓ１", "张", "x" * 31, "S\u00001", "S\n1", "é", "\u200b"],
    "id_numeric_cell": [Number("42001000000000000"), Number("1")],
}


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [(column, cell, code) for column in IDS for code, cells in BAD_IDS.items() for cell in cells],
)
def test_a_number_that_is_none_is_told(column: str, cell: Cell, code: str) -> None:
    told = faults(**{column: cell})
    assert (column, code) in told
    assert told - {(column, code)} <= {("psn_no", "unknown_person")}


AMOUNTS = [name for name in COLUMNS if name.endswith(("amt", "selfpay"))]


@pytest.mark.parametrize("column", AMOUNTS)
@pytest.mark.parametrize(
    "cell",
    [
        None, "", "1e3", "1E+3", "NaN", "inf", "１２", "1,000.00", "1.005", "+1", "--1", ".5", "1.", "￥1", "0x10",
        "1 0", "1_0", "1" * 15, "9" * 5_000, "٣", Truth(True), Fault("#N/A"), Number("0.001"), "1e-2",
        Day(dt.date(2026, 1, 1)),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_amount_is_told(column: str, cell: Cell) -> None:
    assert faults(**{column: cell}) == {(column, "amount_invalid")}


@pytest.mark.parametrize("column", AMOUNTS)
def test_an_amount_of_the_wrong_sign_is_told(column: str) -> None:
    assert faults(**{column: "-1"}) == {(column, "amount_invalid")}
    assert faults(**BACK | {column: "1"}) == {(column, "amount_invalid")}


@pytest.mark.parametrize(
    "cell",
    [
        None, "", "2026-03-16", "2026-3-16 7:30:00", "2026-03-16 07:30", "2026-02-30 00:00:00", "2026-03-16 24:00:00",
        "2026-03-16 07:60:00", "２０２６-03-16 07:30:00", "2026-03-16 07:30:00Z", "2026-03-16 07:30:00+08:00",
        "2026-03-16 12:00:01", "9999-12-31 23:59:59", "0001-01-01 00:00:00", "0000-00-00 00:00:00",
        "1900-01-01 00:00:00", "1997-12-31 23:59:59", "16.03.2026 07:30:00", Day(dt.date(2026, 3, 16)),
        Number("46097.3125"),
        Moment(moment("9999-12-31 23:59:00")), Moment(moment("1899-12-31 00:00:00")), Fault("#VALUE!"),
    ],
    ids=str,
)  # fmt: skip
def test_what_is_no_time_or_lies_ahead_or_before_there_were_accounts_is_told(cell: Cell) -> None:
    assert faults(setl_time=cell) == {("setl_time", "time_invalid")}


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"psn_no": "42001000000000015"}, {("psn_no", "unknown_person")}),
        ({"fixmedins_code": "H99999900001"}, {("fixmedins_code", "unknown_institution")}),
        ({"fixmedins_code": None}, {("fixmedins_code", "unknown_institution")}),
        ({"fixmedins_code": "h42100200003"}, {("fixmedins_code", "unknown_institution")}),
        ({"med_type": "12"}, {("med_type", "medical_type_not_covered")}),
        ({"med_type": "81"}, {("med_type", "medical_type_not_covered")}),
        ({"med_type": None}, {("med_type", "medical_type_not_covered")}),
        ({"refd_setl_flag": "2"}, {("refd_setl_flag", "code_unknown")}),
        ({"refd_setl_flag": None}, {("refd_setl_flag", "code_unknown")}),
        ({"refd_setl_flag": "是"}, {("refd_setl_flag", "code_unknown")}),
        ({"acct_used_flag": ""}, {("acct_used_flag", "code_unknown")}),
        ({"acct_used_flag": Truth(True)}, {("acct_used_flag", "code_unknown")}),
        ({"init_setl_id": "S0"}, {("refd_setl_flag", "original_unknown")}),
        (BACK | {"init_setl_id": None}, {("init_setl_id", "id_missing")}),
        (BACK | {"init_setl_id": Number("1")}, {("init_setl_id", "id_numeric_cell")}),
        ({"dise_name": "高\u0000血压"}, {("dise_name", "text_invalid")}),
        ({"dise_name": "x" * 201}, {("dise_name", "text_invalid")}),
        ({"dise_codg": "x" * 31}, {("dise_codg", "text_invalid")}),
        ({"dr_name": "沈\u202e洋"}, {("dr_name", "text_invalid")}),
    ],
    ids=str,
)  # fmt: skip
def test_every_other_fault_has_its_code(changed: dict[str, Cell], expected: set[tuple[str, str]]) -> None:
    assert faults(**changed) == expected


def test_everything_wrong_with_a_row_is_told_at_once() -> None:
    told = faults(**dict.fromkeys(COLUMNS, "?"))
    assert {column for column, _code in told} == set(COLUMNS) - {
        "setl_id", "mdtrt_id", "dise_codg", "dise_name", "dr_name", "init_setl_id",
    } | {"refd_setl_flag"}  # fmt: skip


def test_an_empty_row_and_a_short_one_are_faults_and_no_breakdown() -> None:
    header = find_header(iter([Row(1, COLUMNS)]), {column: [column] for column in COLUMNS})
    for cells in ((), ("S1",), ("S1", None, "1")):
        row = read_bill(Row(9, cells), header, KNOWN)
        assert row.bill is None
        assert {error.row for error in row.errors} == {9}


def test_no_fault_says_a_persons_number() -> None:
    told = read(psn_no="42001000000000015").errors[0].message
    assert "42001000000000015" not in told
    assert "0015" in told


def test_columns_are_found_in_any_order() -> None:
    turned = COLUMNS[::-1]
    header = find_header(iter([Row(1, turned)]), {column: [column] for column in COLUMNS})
    row = Row(2, tuple(ROW[column] for column in turned))
    assert (read_bill(row, header, KNOWN).bill, person_number(row, header)) == (sound(), "42001000000000014")
