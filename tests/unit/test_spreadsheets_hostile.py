"""Whatever is uploaded, the calling process gets rows or one refusal that says what to do."""

import resource

import pytest
from django.utils import translation

from accounts.spreadsheets.guard import check_file
from accounts.spreadsheets.limits import Limits
from accounts.spreadsheets.reader import read_table
from accounts.spreadsheets.refusals import FileRefused, Reason
from tests.files.hostile import HOSTILE
from tests.files.workbooks import text, workbook

# Only the parser can tell these; the guard lets them pass.
_FOR_THE_PARSER = {
    Reason.NO_DATA,
    Reason.TOO_MUCH_MEMORY,
    Reason.CELL_TOO_LONG,
    Reason.UNDECODABLE,
    Reason.QUOTES,
}
_FOR_THE_PARSER_TOO = {
    "separators only",
    "a table of contents cut off",
    "10,000 columns unnumbered",
    "CSV with 10,000 columns",
}


def _read_all(content: bytes, name: str) -> int:
    with read_table(content, name=name) as sheet:
        return sum(1 for _ in sheet.rows)


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_is_refused_with_a_sentence_and_without_harm_to_the_caller(case: str) -> None:
    name, make, reason = HOSTILE[case]
    content = make()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with pytest.raises(FileRefused) as refused:
        _read_all(content, name)

    assert refused.value.reason == reason
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000
    with translation.override("en"):
        assert refused.value.message.endswith(".")
        assert "%" not in refused.value.message


@pytest.mark.parametrize("case", HOSTILE)
def test_the_guard_alone_refuses_what_shows_before_parsing(case: str) -> None:
    name, make, reason = HOSTILE[case]
    if reason in _FOR_THE_PARSER or case in _FOR_THE_PARSER_TOO:
        assert check_file(make(), name=name) in {"xlsx", "csv"}
        return

    with pytest.raises(FileRefused) as refused:
        check_file(make(), name=name)

    assert refused.value.reason == reason


@pytest.mark.parametrize("reason", Reason)
def test_every_reason_has_a_sentence(reason: Reason) -> None:
    refused = FileRefused(reason, row=4, limit=200, cell="XFD1")

    with translation.override("en"):
        assert len(refused.message.split(". ")) >= 2


def test_the_codes_tell_too_large_from_unreadable() -> None:
    assert FileRefused(Reason.TOO_MANY_COLUMNS).code == "file_too_large"
    assert FileRefused(Reason.OLD_EXCEL).code == "file_unreadable"


def test_the_refusal_names_the_row_that_cannot_be_decoded() -> None:
    content = '户主姓名,备注\n张三,"两\n行"\n李四,好\n'.encode() + b"\xe7\x8e\x8b\xff,2\n"

    with pytest.raises(FileRefused) as refused:
        _read_all(content, "a.csv")

    assert refused.value.details == {"row": 4}


def test_the_refusal_names_the_stray_cell() -> None:
    with pytest.raises(FileRefused) as refused:
        check_file(HOSTILE["cells in both far corners"].make(), name="a.xlsx")

    assert refused.value.details == {"limit": 200, "cell": "XFD1048576"}


def test_a_file_over_the_size_limit_is_refused() -> None:
    with pytest.raises(FileRefused) as refused:
        check_file(b"a,b\n" * 600_000, name="a.csv", limits=Limits(file_bytes=2 * 2**20))

    assert (refused.value.reason, refused.value.details) == (Reason.TOO_MANY_BYTES, {"limit": 2})


def test_a_million_styled_blank_rows_are_read_as_if_they_were_not_there() -> None:
    blank = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/></row>' for n in range(3, 1_000_003))
    content = workbook(f'<row r="2">{text("B2", "成员")}</row>{blank}')

    assert _read_all(content, "a.xlsx") == 1


def test_a_million_styled_blank_rows_of_fifteen_columns_are_refused_within_seconds() -> None:
    row = "".join(f'<c r="{letter}1000000" s="1"/>' for letter in "ABCDEFGHIJKLMNO")
    content = workbook(f'<row r="2">{text("B2", "成员")}</row>' + f'<row r="1000000">{row}</row>' * 1_000_000)

    with pytest.raises(FileRefused) as refused:
        _read_all(content, "a.xlsx")

    assert refused.value.reason == Reason.UNPACKS_TOO_LARGE


def test_a_styled_blank_cell_in_the_last_corner_does_no_harm() -> None:
    content = workbook(f'<row r="1">{text("A1", "姓名")}</row><row r="1048576"><c r="XFD1048576" s="1"/></row>')

    assert _read_all(content, "a.xlsx") == 1
