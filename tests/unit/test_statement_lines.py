"""Lines of a statement as text: what is taken, and everything that is said of what is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from settlement.services.statement_lines import FaultyLine, faults_of, rows_to_copy

GOOD = "S1\tM1\tP1\t10.00\t5.00\t5.00\t0"


def stored(*lines: str, pieces: int = 1) -> list[tuple[str, ...]]:
    """What COPY would read of a statement with the key 7, in so many pieces of these lines each."""
    piece = "".join(f"{line}\n" for line in lines).encode()
    rows = b"".join(rows_to_copy([piece] * pieces, key=7)).decode()
    return [tuple(row.split("\t")) for row in rows.splitlines()]


def faults(*lines: str) -> tuple[int, list[tuple[int, str, str]]]:
    count, errors = faults_of(["".join(f"{line}\n" for line in lines).encode()])
    return count, [(error.row, error.column, error.code) for error in errors]


def test_usual_lines_are_taken_as_they_are_and_numbered_through_all_pieces() -> None:
    usual = ("S1", "M1", "P1", "10.00", "5.00", "5.00", "0", "")
    assert stored(GOOD, GOOD, pieces=2) == [("7", str(number), *usual) for number in (1, 2, 3, 4)]


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("S1\tnull\t\t-1\t0.5\t0\t1", ("S1", "", "", "-1", "0.5", "0", "1", "")),
        ("S1\tnull\tnull\t1\t1\t1\t1", ("S1", "", "", "1", "1", "1", "1", "")),
        ("S1\tnullx\tP\t1\t1\t1\t1", ("S1", "nullx", "P", "1", "1", "1", "1", "")),
        (" S1 \tM1\tP1\t 10 \t5.00\t5.00\t0\t", ("S1", "M1", "P1", "10.00", "5.00", "5.00", "0", "")),
        ("S\\N\tM\\t\tP1\t1\t1\t1\t0\t八", (r"S\\N", r"M\\t", "P1", "1.00", "1.00", "1.00", "0", "八")),
        ("单1\tM1\tP1\t1\t1\t1\t0", ("单1", "M1", "P1", "1.00", "1.00", "1.00", "0", "")),
        ("S1\tM1\tP1\t1\t1\t1\t0\t" + "x" * 300, ("S1", "M1", "P1", "1.00", "1.00", "1.00", "0", "x" * 200)),
    ],
)
def test_an_unusual_line_is_taken_apart_whatever_stands_beside_it(text: str, line: tuple[str, ...]) -> None:
    assert stored(text) == [("7", "1", *line)]
    assert stored(GOOD, text, "")[1:] == [("7", "2", *line)]


def test_blank_lines_count_and_are_left_out() -> None:
    assert [row[1] for row in stored("", GOOD, " \t", GOOD)] == ["2", "4"]
    assert faults("", GOOD, " \t") == (1, [])


def test_a_faulty_line_stops_the_reading_and_every_fault_is_told() -> None:
    lines = [GOOD, "\tM\tP\t1e3\t1.005\tNaN\t7", GOOD, "S3", "S" * 31 + "\tM\tP\t1\t1\t1\t0"]
    with pytest.raises(FaultyLine):
        stored(*lines)
    assert faults(*lines) == (
        5,
        [
            (2, "setl_id", "id_missing"),
            (2, "medfee_sumamt", "amount_invalid"),
            (2, "fund_pay_sumamt", "amount_invalid"),
            (2, "acct_pay", "amount_invalid"),
            (2, "refd_setl_flag", "code_unknown"),
            (3, "setl_id", "duplicate_row"),
            (4, "", "columns_missing"),
            (5, "setl_id", "id_format"),
        ],
    )


CELL = st.sampled_from(["S1", "null", "", " ", "1.00", "-1", "1.005", "0", "1", "\\", "=1", "１", "x" * 31])


@given(st.lists(CELL, max_size=9))
def test_what_is_read_has_no_fault_and_what_is_not_has_one(cells: list[str]) -> None:
    text = "\t".join(cells)
    _count, errors = faults(text)
    try:
        read = stored(text)
    except FaultyLine:
        assert errors
    else:
        assert not errors
        assert len(read) == (1 if text.strip() else 0)
