"""What a file delivers: rows as a person counts them, cells by their type, and no child left behind."""

import csv
import datetime as dt
import io
import json
import os
import resource
import signal
import threading
from pathlib import Path

import pytest
import rustpy_xlsxwriter

from accounts.spreadsheets.cells import (
    Cell,
    Day,
    Fault,
    Merge,
    Moment,
    Number,
    Row,
    Truth,
    fill_merged,
    row_from_wire,
    text_of,
    to_wire,
)
from accounts.spreadsheets.limits import MIB, Limits
from accounts.spreadsheets.reader import read_table
from accounts.spreadsheets.refusals import FileRefused, Reason
from tests.files.workbooks import packed, parts, sheet_xml, text, workbook

_ID = "11010519491231002X"
_NOON = dt.datetime.fromisoformat("2026-01-23T12:00:00")


def _rows(content: bytes, *, name: str = "a.csv", limits: Limits | None = None) -> list[Row]:
    with read_table(content, name=name, limits=limits or Limits()) as sheet:
        return list(sheet.rows)


def _cell(xml: str) -> Cell:
    """What a cell A1 of this XML is delivered as; beside it stands a text, so that the row is not blank."""
    [row] = _rows(workbook(f'<row r="1">{xml}{text("B1", "x")}</row>'))
    return row.at(0)


@pytest.mark.parametrize(
    ("xml", "cell"),
    [
        (text("A1", _ID), _ID),
        (text("A1", " a\nb "), " a\nb "),
        (text("A1", " \u3000 "), None),
        ('<c r="A1" t="str"><f>A2</f><v>421003</v></c>', "421003"),
        ('<c r="A1"><v>421003199211267514</v></c>', Number("421003199211268000")),
        ('<c r="A1"><v>4.21003199211267E+17</v></c>', Number("421003199211267000")),
        ('<c r="A1"><v>2000</v></c>', Number("2000")),
        ('<c r="A1"><v>0.30000000000000004</v></c>', Number("0.3")),
        ('<c r="A1"><v>1E-7</v></c>', Number("0.0000001")),
        ('<c r="A1"><v>-12.5</v></c>', Number("-12.5")),
        ('<c r="A1"><v>1E+400</v></c>', Fault("#NUM!")),
        ('<c r="A1" s="1"><v>46045</v></c>', Day(dt.date(2026, 1, 23))),
        ('<c r="A1" s="2"><v>46045.5</v></c>', Moment(_NOON)),
        ('<c r="A1" t="d"><v>2026-01-23T00:00:00</v></c>', Day(dt.date(2026, 1, 23))),
        ('<c r="A1" s="3"><v>0.3</v></c>', Number("07:12:00")),
        ('<c r="A1" t="b"><v>1</v></c>', Truth(True)),
        ('<c r="A1" t="e"><v>#N/A</v></c>', Fault("#N/A")),
        ('<c r="A1" t="e"><f>VLOOKUP(B1,C:D,2,0)</f><v>#N/A</v></c>', Fault("#N/A")),
        ('<c s="1" t="e" r="A1"><f/><v>#DIV/0!</v></c>', Fault("#DIV/0!")),
        ('<c r="A1" s="1"/>', None),
        ('<c r="A1"><f>B1</f></c>', Fault("=…")),
        ('<c r="A1"><f>B1</f><v></v></c>', Fault("=…")),
        ('<c s="1" r="A1"><f t="shared" si="0"/><v /></c>', Fault("=…")),
        ('<c r="A1" t="str"><f>IF(B1="","","x")</f><v></v></c>', None),
        ('<c r="A1"><f>1+1</f><v>2</v></c>', Number("2")),
    ],
)
def test_a_cell_keeps_its_type(xml: str, cell: Cell) -> None:
    assert _cell(xml) == cell


@pytest.mark.parametrize(
    "cell",
    [
        "文本",
        None,
        Number("1"),
        Day(dt.date(2026, 1, 23)),
        Moment(_NOON),
        Truth(False),
        Fault("#N/A"),
    ],
)
def test_a_cell_survives_the_way_from_the_child(cell: Cell) -> None:
    assert row_from_wire(7, json.loads(json.dumps([to_wire(cell)]))) == Row(7, (cell,))


def test_a_cell_reads_as_a_person_sees_it() -> None:
    cells = [None, "甲", Number("2"), Day(dt.date(2026, 1, 23)), Truth(True), Fault("#N/A")]

    assert [text_of(cell) for cell in cells] == ["", "甲", "2", "2026-01-23", "TRUE", "#N/A"]


def test_rows_and_columns_keep_their_numbers_below_and_beside_blank_ones() -> None:
    rows = _rows(workbook(f'<row r="4">{text("C4", "甲")}</row><row r="9">{text("D9", "乙")}</row>'))

    assert rows == [Row(4, (None, None, "甲")), Row(9, (None, None, None, "乙"))]


def test_formulas_without_a_value_count_also_where_nothing_else_stands() -> None:
    formulas = '<c r="A1"><f>D1</f></c>', '<c r="C1"><f>D1</f></c>', '<c r="C4"><f>D4</f></c>'
    rows = f'<row r="1">{formulas[0]}{text("B1", "甲")}{formulas[1]}</row><row r="4">{formulas[2]}</row>'

    assert _rows(workbook(rows)) == [
        Row(1, (Fault("=…"), "甲", Fault("=…"))),
        Row(4, (None, None, Fault("=…"))),
    ]


def test_the_first_visible_sheet_with_data_is_read() -> None:
    sheets = {
        "旧": sheet_xml(f'<row r="1">{text("A1", "旧")}</row>'),
        "空": sheet_xml('<row r="1"><c r="A1" s="1"/></row>'),
        "登记": sheet_xml(f'<row r="2">{text("A2", "新")}<c r="B2" t="e"><v>#REF!</v></c></row>'),
    }

    with read_table(packed(parts(sheets, states={"旧": "hidden"})), name="a.xlsx") as sheet:
        assert (sheet.kind, sheet.title, list(sheet.rows)) == (
            "xlsx",
            "登记",
            [Row(2, ("新", Fault("#REF!")))],
        )


def test_merged_cells_are_told_and_can_be_filled_down() -> None:
    rows = "".join(f'<row r="{n}">{text(f"B{n}", f"成员{n}")}</row>' for n in (3, 4, 6))
    rows = f'<row r="2">{text("A2", "户主")}{text("B2", "成员2")}</row>{rows}'
    merges = '<mergeCells count="2"><mergeCell ref="A2:A4"/><mergeCell ref="B6:D6"/></mergeCells>'

    with read_table(workbook(rows, after=merges), name="a.xlsx") as sheet:
        assert sheet.merged == [Merge(2, 4, 0, 0), Merge(6, 6, 1, 3)]
        filled = list(fill_merged(sheet.rows, sheet.merged, columns=[0]))

    assert filled == [
        Row(2, ("户主", "成员2")),
        Row(3, ("户主", "成员3")),
        Row(4, ("户主", "成员4")),
        Row(6, (None, "成员6")),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_is_read_in_every_encoding_and_delimiter_that_offices_use(encoding: str, delimiter: str) -> None:
    rows = [["户主姓名", "证件号码", "备注"], ["张三", _ID, "一,二;三"]]
    buffer = io.StringIO()
    csv.writer(buffer, delimiter=delimiter).writerows(rows)

    assert _rows(buffer.getvalue().encode(encoding)) == [Row(1, tuple(rows[0])), Row(2, tuple(rows[1]))]


def test_the_delimiter_is_the_headings_even_below_a_title_with_a_comma() -> None:
    content = "登记表,2026年\n姓名\t号码\t备注\n张三\t1\ta;b\n".encode()

    assert _rows(content)[2] == Row(3, ("张三", "1", "a;b"))


def test_a_csv_record_is_one_row_whatever_line_ends_it_holds() -> None:
    content = '姓名,备注\r\n\r\n张三,"一\r\n二"\r\n,\r\n李四,三\r\n'.encode()

    assert _rows(content) == [Row(1, ("姓名", "备注")), Row(3, ("张三", "一\r\n二")), Row(5, ("李四", "三"))]


def test_every_csv_cell_is_text_and_protected_digits_are_unwrapped() -> None:
    content = f'a,b,c,d,e\n4.21E+17,="{_ID}","=""{_ID}""",2026-01-23,=1+1\n'.encode()

    assert _rows(content)[1] == Row(2, ("4.21E+17", _ID, _ID, "2026-01-23", "=1+1"))


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_a_fault_far_down_is_found_also_where_the_pieces_of_a_large_file_meet(encoding: str) -> None:
    line = "张三,身份证号,𠀀\r\n".encode(encoding)
    rows = 3 * MIB // len(line)

    assert len(_rows(line * rows)) == rows
    with pytest.raises(FileRefused) as refused:
        _rows(line * rows + b"\xff\xff,1\r\n")

    assert refused.value.details == {"row": rows + 1}


def test_csv_content_under_a_workbooks_name_is_read_as_what_it_is() -> None:
    with read_table("姓名,号码\n张三,1\n".encode(), name="a.xlsx") as sheet:
        assert (sheet.kind, sheet.title) == ("csv", None)


def test_the_same_registrations_come_out_of_csv_and_workbook(samples: Path) -> None:
    workbook_rows = _rows((samples / "registrations.xlsx").read_bytes())
    csv_rows = _rows((samples / "registrations_gb18030.csv").read_bytes())

    differing = [
        (mine.at(column), other.at(column))
        for mine, other in zip(workbook_rows, csv_rows, strict=True)
        for column in range(16)
        if mine.at(column) != other.at(column)
    ]
    assert len(csv_rows) == 162
    assert differing == [(Number("421003202403285000"), "4.21003E+17")]


def test_the_offices_own_workbook_gives_title_heading_families_and_note(samples: Path) -> None:
    with read_table((samples / "registrations_bureau.xlsx").read_bytes(), name="registrations_bureau.xlsx") as sheet:
        rows = {row.number: row for row in fill_merged(sheet.rows, sheet.merged, columns=range(5))}
    plain = {row.number: row for row in _rows((samples / "registrations.xlsx").read_bytes())}

    assert text_of(rows[1].at(0)).endswith("关系登记表(批量)")
    assert rows[3].at(8) == "成员身份证号"
    assert max(rows) == 165
    assert text_of(rows[165].at(0)).startswith("注:")
    for number in range(2, 163):
        owner = [text_of(rows[number + 2].at(column)).replace(" ", "").upper() for column in range(5)]
        assert owner == [text_of(plain[number].at(column)) for column in range(5)]
    assert rows[4].at(11) == Number("2")
    assert rows[4].at(13) == "2026.01.23"
    assert isinstance(rows[77].at(8), Number)


def _large(rows: int) -> bytes:
    buffer = io.BytesIO()
    records = ({f"列{n}": f"42100319{row:09d}X" if n % 3 else row * 1.5 for n in range(15)} for row in range(rows))
    rustpy_xlsxwriter.write_worksheet(records, buffer)
    return buffer.getvalue()


def test_a_hundred_thousand_rows_pass_while_the_caller_stays_small() -> None:
    content = _large(100_000)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

    with read_table(content, name="a.xlsx") as sheet:
        count = sum(len(row.cells) for row in sheet.rows)

    assert count == 100_001 * 15
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 20_000


def _children() -> set[str]:
    return set(Path(f"/proc/self/task/{threading.get_native_id()}/children").read_text().split())


on_linux = pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="looks into /proc")


@on_linux
@pytest.mark.parametrize(
    ("limits", "reason"),
    [
        (Limits(wait_seconds=0.001), Reason.TOO_SLOW),
        (Limits(memory_bytes=64 * MIB), Reason.TOO_MUCH_MEMORY),
        (Limits(delivered_bytes=1 * MIB), Reason.UNPACKS_TOO_LARGE),
        (Limits(merges=-1), Reason.TOO_MUCH_MEMORY),
    ],
)
def test_a_child_at_its_limit_becomes_a_refusal_and_leaves_nothing_behind(limits: Limits, reason: Reason) -> None:
    content = _large(30_000)
    children, descriptors = _children(), os.listdir("/proc/self/fd")

    with pytest.raises(FileRefused) as refused:
        _rows(content, limits=limits)

    assert refused.value.reason == reason
    assert (_children(), len(os.listdir("/proc/self/fd"))) == (children, len(descriptors))


def _give_up_after_one_row(content: bytes) -> None:
    with read_table(content, name="a.xlsx") as sheet:
        assert next(sheet.rows).number == 1
        raise ZeroDivisionError


@on_linux
def test_a_caller_that_gives_up_halfway_leaves_no_child_behind() -> None:
    children = _children()

    with pytest.raises(ZeroDivisionError):
        _give_up_after_one_row(_large(20_000))

    assert _children() == children


@on_linux
def test_a_child_killed_from_outside_becomes_a_refusal() -> None:
    children = _children()

    with read_table(_large(20_000), name="a.xlsx") as sheet:
        [child] = _children() - children
        os.kill(int(child), signal.SIGKILL)
        with pytest.raises(FileRefused) as refused:
            list(sheet.rows)

    assert refused.value.reason == Reason.TOO_MUCH_MEMORY


@on_linux
def test_the_child_knows_no_secret_and_holds_no_file_of_the_caller(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("SEALING_KEYS", "1:secret")
    children = _children()

    mine = os.open(tmp_path / "open", os.O_CREAT | os.O_WRONLY)
    os.set_inheritable(mine, True)

    with read_table(_large(20_000), name="张三.xlsx") as sheet:
        [child] = _children() - children
        links = [os.readlink(link) for link in Path(f"/proc/{child}/fd").iterdir()]
        assert b"SEALING_KEYS" not in Path(f"/proc/{child}/environ").read_bytes()
        assert "张三".encode() not in Path(f"/proc/{child}/cmdline").read_bytes()
        assert not [link for link in links if link.startswith(str(tmp_path))]
        next(sheet.rows)
    os.close(mine)
