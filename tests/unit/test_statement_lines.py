"""Lines of a statement as text: what is taken, and everything that is said of what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.services.statement_lines import FaultyLine, Line, faults_of, read_lines

GOOD = "S1\tM1\tP1\t10.00\t5.00\t5.00\t0"


def test_a_usual_line_is_taken_as_it_is() -> None:
    assert list(read_lines([GOOD])) == [(1, Line("S1", "M1", "P1", "10.00", "5.00", "5.00", False))]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("S1\tnull\t\t-1\t0.5\t0\t1", Line("S1", "", "", "-1", "0.5", "0", True)),
        (" S1 \tM1\tP1\t 10 \t5.00\t5.00\t0\t", Line("S1", "M1", "P1", "10.00", "5.00", "5.00", False)),
        ("S\\N\tM\\t\tP1\t1\t1\t1\t0\t八", Line("S\\N", "M\\t", "P1", "1.00", "1.00", "1.00", False, "八")),
        ("S1\tM1\tP1\t1\t1\t1\t0\t" + "x" * 300, Line("S1", "M1", "P1", "1.00", "1.00", "1.00", False, "x" * 200)),
    ],
)
def test_an_unusual_line_is_taken_apart(text: str, line: Line) -> None:
    assert list(read_lines([text])) == [(1, line)]


def test_blank_lines_count_and_are_left_out() -> None:
    assert [number for number, _line in read_lines(["", GOOD, " \t", GOOD])] == [2, 4]
    assert faults_of(["", GOOD, " \t"]) == (1, [])


def test_a_faulty_line_stops_the_reading_and_every_fault_is_told() -> None:
    lines = [GOOD, "\tM\tP\t1e3\t1.005\tNaN\t7", GOOD, "S3", "S" * 31 + "\tM\tP\t1\t1\t1\t0"]
    with pytest.raises(FaultyLine):
        list(read_lines(lines))
    count, errors = faults_of(lines)
    assert count == 5
    assert [(error.row, error.column, error.code) for error in errors] == [
        (2, "setl_id", "id_missing"),
        (2, "medfee_sumamt", "amount_invalid"),
        (2, "fund_pay_sumamt", "amount_invalid"),
        (2, "acct_pay", "amount_invalid"),
        (2, "refd_setl_flag", "code_unknown"),
        (3, "setl_id", "duplicate_row"),
        (4, "", "columns_missing"),
        (5, "setl_id", "id_format"),
    ]


CELL = st.sampled_from(["S1", "null", "", " ", "1.00", "-1", "1.005", "0", "1", "\\", "=1", "１", "x" * 31])


@given(st.lists(CELL, max_size=9))
def test_what_is_read_has_no_fault_and_what_is_not_has_one(cells: list[str]) -> None:
    text = "\t".join(cells)
    _count, errors = faults_of([text])
    try:
        read = list(read_lines([text]))
    except FaultyLine:
        assert errors
    else:
        assert not errors
        assert len(read) == (1 if text.strip() else 0)
