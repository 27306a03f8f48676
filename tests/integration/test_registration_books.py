"""The workbooks of registration forms: the template, and what goes back to the sender to be corrected."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.utils import translation

from accounts.acting import acting
from accounts.models import Staff
from accounts.rules.identity import IdentityFault, check_certificate, check_resident_id
from accounts.selectors import code_labels
from accounts.services.jobs import Unwatched
from accounts.spreadsheets.cells import Cell, Day, Fault, Moment, Number, Row, Truth, row_from_wire, text_of
from accounts.spreadsheets.columns import find_header
from accounts.spreadsheets.reader import read_table
from families.models import ImportBatch, ImportFamily
from families.registration_books import error_book, template_book
from families.registration_books.errors import ALL_WELL
from families.registration_books.words import ASKED
from families.rules.kinship import relation_from_text
from families.services.imports.batches import new_batch
from families.services.imports.columns import COLUMNS, EXAMPLE_FAMILY, EXTRA, REQUIRED, wanted
from families.services.imports.faults import RowFault
from families.services.imports.reading import read_form
from families.services.imports.staging import read_batch
from tests.factories import HEADINGS, make_batch, make_import_family, make_staff

pytestmark = pytest.mark.django_db
NAMES = {"m": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
TEXTS = (
    "=1+1", "==1+1", "+1", "-1+2", "@SUM(A1)", "\t=1", "＝1+1", "{=1}", "http://x.test/", "1e5", "_x0041_", " 空 ",
    "张\n三", "𠮷",
)  # fmt: skip
OWNER = "11010519491231002X"
ROW: dict[str, Cell] = {
    "family": "7", "owner_name": "张示范", "owner_number": OWNER, "owner_mobile": "13912345678",
    "member_name": "李示范", "relation": "配偶", "member_number": "110105195203080021", "shares": "是",
    "rank": Number("2"), "share_limit": "2000.00", "starts_on": Day(dt.date(2026, 1, 23)),
}  # fmt: skip


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff()


def row(**changed: Cell) -> tuple[Cell, ...]:
    return tuple({**ROW, **changed}.get(column) for column in COLUMNS)


def read(content: bytes) -> list[Row]:
    with read_table(content, name="book.xlsx") as sheet:
        return list(sheet.rows)


def reason_of(faulty: Row) -> Cell:
    """What stands behind the usual columns."""
    return faulty.at(len(COLUMNS))


def returned(batch: ImportBatch) -> list[Row]:
    return read(error_book(batch, ImportFamily.objects.filter(batch=batch, state="faulty")))


@dataclass(frozen=True)
class Book:
    """The parts of a workbook that a reader of rows does not see."""

    content: bytes

    def part(self, name: str) -> ElementTree.Element:
        with zipfile.ZipFile(io.BytesIO(self.content)) as archive:
            return ElementTree.fromstring(archive.read(name))  # noqa: S314 - our own file

    @property
    def sheet(self) -> ElementTree.Element:
        return self.part("xl/worksheets/sheet1.xml")

    def sheets(self) -> list[tuple[str | None, str | None]]:
        """Name and visibility."""
        found = self.part("xl/workbook.xml").iterfind(".//m:sheet", NAMES)
        return [(one.get("name"), one.get("state")) for one in found]

    def comments(self) -> dict[str, str]:
        found = self.part("xl/comments1.xml").iterfind(".//m:comment", NAMES)
        return {one.get("ref", ""): "".join(one.itertext()) for one in found}

    def lists(self) -> dict[str, list[str]]:
        """Where a drop-down is → its words, taken from where it points."""
        found = {}
        for one in self.sheet.iterfind(".//m:dataValidation", NAMES):
            source = re.fullmatch(r"='?(.+)'!\$(\w)\$1:\$\2\$(\d+)", f"={one.findtext('m:formula1', '', NAMES)}")
            assert source
            words = self.words(source[1])
            found[one.get("sqref", "")] = [words[f"{source[2]}{row}"] for row in range(1, int(source[3]) + 1)]
        return found

    def words(self, title: str) -> dict[str, str]:
        """Cell → text, of one sheet."""
        number = [name for name, _state in self.sheets()].index(title) + 1
        shared = ["".join(one.itertext()) for one in self.part("xl/sharedStrings.xml")]
        cells = self.part(f"xl/worksheets/sheet{number}.xml").iterfind(".//m:c", NAMES)
        return {cell.get("r", ""): shared[int(cell[0].text or "")] for cell in cells if len(cell)}

    def format_of(self, style: str | None) -> tuple[str, str]:
        """Number format and fill colour."""
        styles = self.part("xl/styles.xml")
        look = styles.findall("m:cellXfs/m:xf", NAMES)[int(style or 0)]
        known = {one.get("numFmtId"): one.get("formatCode") for one in styles.iterfind(".//m:numFmt", NAMES)}
        shown = {"0": "General", "49": "@"} | known
        colour = styles.findall("m:fills/m:fill", NAMES)[int(look.get("fillId", 0))].find(".//m:fgColor", NAMES)
        return str(shown[look.get("numFmtId", "0")]), "" if colour is None else colour.get("rgb", "")

    def cell(self, reference: str) -> tuple[str, str]:
        (one,) = self.sheet.findall(f".//m:c[@r='{reference}']", NAMES)
        return self.format_of(one.get("s"))

    def column_formats(self) -> list[str]:
        """Of the cells that are still to be typed, by column."""
        formats: list[str] = []
        for one in self.sheet.iterfind(".//m:col", NAMES):
            formats += [self.format_of(one.get("style"))[0]] * (int(one.get("max", 0)) - int(one.get("min", 0)) + 1)
        return formats

    def attribute(self, element: str, name: str) -> str | None:
        (one,) = self.sheet.iterfind(f".//m:{element}", NAMES)
        return one.get(name)


def letter_of(column: str) -> str:
    return chr(ord("A") + list(COLUMNS).index(column))


def test_the_template_has_every_column_under_its_preferred_heading_and_is_found_by_the_reader(regions: None) -> None:
    rows = read(template_book())
    header = find_header(iter(rows), wanted({}), required=REQUIRED)
    assert rows[0].cells == HEADINGS
    assert (header.row_number, list(header.positions), header.unknown) == (1, list(COLUMNS), [])


def test_the_templates_example_is_marked_on_every_row_and_belongs_to_nobody(regions: None) -> None:
    _heading, *examples = read(template_book())
    places = {column: place for place, column in enumerate(COLUMNS)}
    assert [example.at(places["family"]) for example in examples] == [EXAMPLE_FAMILY] * 2
    for example in examples:
        for column in ("owner_number", "member_number"):
            number = example.at(places[column])
            assert isinstance(number, str)
            with pytest.raises(IdentityFault) as caught:
                check_resident_id(number, today=dt.date(2026, 3, 1))
            assert caught.value.code == "id_checksum"


def test_the_template_offers_the_words_that_the_reader_takes(regions: None) -> None:
    lists = Book(template_book()).lists()
    relations = lists[f"{letter_of('relation')}2:{letter_of('relation')}2000"]
    assert len(relations) == len(set(relations)) > 30
    assert {relation_from_text(word) for word in relations} >= {"10", "51", "64", "77"}
    assert relations[-4:] == ["公公", "婆婆", "岳父", "岳母"]
    assert lists[f"{letter_of('shares')}2:{letter_of('shares')}2000"] == ["是", "否"]
    for column in ("owner_cert_type", "member_cert_type"):
        offered = lists[f"{letter_of(column)}2:{letter_of(column)}2000"]
        assert offered == list(code_labels("psn_cert_type").values())


def test_the_template_is_in_chinese_also_for_a_clerk_who_reads_english(regions: None) -> None:
    with translation.override("en"):
        assert "居民身份证（户口簿）" in Book(template_book()).lists()[f"{letter_of('owner_cert_type')}2:C2000"]


def test_the_template_keeps_what_is_typed_into_a_number_as_text_and_into_a_day_as_a_day(regions: None) -> None:
    formats = dict(zip(COLUMNS, Book(template_book()).column_formats(), strict=True))
    assert {column for column, shown in formats.items() if shown == "@"} == {
        "family", "owner_cert_type", "owner_number", "owner_mobile", "member_cert_type", "member_number",
    }  # fmt: skip
    assert {column for column, shown in formats.items() if shown == "yyyy-mm-dd"} == {"starts_on", "last_on"}


def test_the_template_marks_what_is_required_and_says_in_a_comment_what_is_asked(regions: None) -> None:
    book = Book(template_book())
    comments = book.comments()
    assert set(ASKED) == set(COLUMNS)
    for column in COLUMNS:
        reference = f"{letter_of(column)}1"
        needed = column in REQUIRED
        assert (book.cell(reference)[1] == "FFFFE699") is needed
        assert ("必填" in comments[reference], ASKED[column].what in comments[reference]) == (needed, True)
    assert book.attribute("pane", "topLeftCell") == "A2"


def test_the_template_explains_each_column_on_a_second_sheet_that_is_not_read(regions: None) -> None:
    book = Book(template_book())
    assert book.sheets() == [("登记表", None), ("填写说明", None), ("选项", "hidden")]
    assert set(HEADINGS) <= set(book.words("填写说明").values())


def test_the_workbook_of_errors_brings_the_rows_back_as_they_were_with_the_reason_and_the_row_of_the_file(
    clerk: Staff,
) -> None:
    batch = make_batch(by=clerk)
    fault = RowFault(5, "member_number", "not_insured")
    make_import_family(batch, row(), row(member_name="王示范", remark="新婚"), first_row=4, faults=[fault])
    heading, good, faulty = returned(batch)
    assert heading.cells == (*HEADINGS, *EXTRA)
    assert good.cells[: len(COLUMNS)] == row()
    assert good.cells[-2:] == (ALL_WELL, Number("4"))
    assert faulty.cells[: len(COLUMNS)] == row(member_name="王示范", remark="新婚")
    assert faulty.cells[-2:] == (f"成员证件号码：{fault.message}", Number("5"))


def test_the_workbook_of_errors_only_has_what_it_is_given(clerk: Staff) -> None:
    batch = make_batch(by=clerk)
    make_import_family(batch, row(family="1"))
    make_import_family(batch, row(family="2"), faults=[RowFault(2, "relation", "in_law")])
    assert [one.at(0) for one in returned(batch)] == ["家庭编号", "2"]


def test_the_workbook_of_errors_without_a_faulty_family_has_the_headings_alone(clerk: Staff) -> None:
    assert [one.cells for one in returned(make_batch(by=clerk))] == [(*HEADINGS, *EXTRA)]


def test_the_workbook_of_errors_keeps_the_senders_own_layout(clerk: Staff) -> None:
    """A title and a line above, other headings in another order, one that nobody knows, one that is blank."""
    above: list[Sequence[Cell]] = [("某公司登记表",), (None, "填报日期", Day(dt.date(2026, 3, 1)))]
    batch = make_batch(by=clerk, above=above, headings=["工号", "姓名", "", "身份证", "成员姓名"])
    batch.layout["positions"] = {"owner_name": 1, "owner_number": 3, "member_name": 4}
    cells: tuple[Cell, ...] = (Number("17"), "张示范", "旁注", OWNER, "李示范")
    make_import_family(batch, cells, first_row=4, faults=[RowFault(4, "owner_number", "not_insured")])
    title, line, heading, faulty = returned(batch)
    assert (title.cells, line.cells) == (above[0], above[1])
    assert heading == Row(3, ("工号", "姓名", None, "身份证", "成员姓名", *EXTRA))
    assert faulty.cells[:5] == cells[:5]
    assert (str(faulty.at(5))[:4], faulty.at(6)) == ("身份证：", Number("4"))


def test_the_workbook_of_errors_when_loaded_again_has_its_two_columns_once(clerk: Staff) -> None:
    batch = make_batch(by=clerk, headings=[*HEADINGS[:5], *EXTRA, *HEADINGS[5:]])
    old = (*row()[:5], "旧原因", Number("99"), *row()[5:])
    make_import_family(batch, old, faults=[RowFault(2, "member_name", "name_missing")])
    heading, faulty = returned(batch)
    assert heading.cells == (*HEADINGS, *EXTRA)
    assert faulty.cells[: len(COLUMNS)] == row()
    assert (reason_of(faulty), faulty.cells[-1]) == ("成员姓名：缺少姓名。", Number("2"))


def test_the_columns_of_the_workbook_of_errors_are_found_by_nobody(clerk: Staff) -> None:
    batch = make_batch(by=clerk)
    header = find_header(iter(returned(batch)), wanted({}), required=REQUIRED)
    assert (list(header.positions), header.unknown) == (list(COLUMNS), list(EXTRA))


def test_the_workbook_of_errors_fills_the_cells_at_fault_and_comments_them(clerk: Staff) -> None:
    batch = make_batch(by=clerk)
    faults = [
        RowFault(3, "owner_number", "not_insured"),
        RowFault(3, "last_on", "date_invalid", {"value": "2026-13-01"}),
        RowFault(3, "last_on", "end_before_start", {"value": "2026-13-01"}),
        RowFault(3, "", "group_full", {"value": 8}),
    ]
    make_import_family(batch, row(), row(), faults=faults)
    book = Book(error_book(batch, ImportFamily.objects.all()))
    owner, last = f"{letter_of('owner_number')}3", f"{letter_of('last_on')}3"
    assert book.cell(owner) == ("@", "FFFFC7CE")
    assert book.cell(last)[1] == "FFFFC7CE"
    assert book.cell(f"{letter_of('owner_number')}2") == ("@", "")
    assert book.comments() == {owner: faults[0].message, last: f"{faults[1].message}\n{faults[2].message}"}
    assert str(reason_of(returned(batch)[2])).split("\n") == [
        f"户主证件号码：{faults[0].message}",
        f"终止日期：{faults[1].message}",
        f"终止日期：{faults[2].message}",
        faults[3].message,
    ]


def test_a_fault_of_a_row_that_is_not_there_stands_on_the_first(clerk: Staff) -> None:
    batch = make_batch(by=clerk)
    make_import_family(batch, row(), row(), faults=[RowFault(77, "", "group_full", {"value": 8})])
    _heading, first, second = returned(batch)
    assert (reason_of(first) != ALL_WELL, reason_of(second)) == (True, ALL_WELL)


def test_a_cell_comes_back_with_the_type_it_had(clerk: Staff) -> None:
    moment = Moment(dt.datetime(2026, 1, 23, 8, 30))  # noqa: DTZ001 - a spreadsheet knows no zone
    cells: dict[str, Cell] = {
        "family": Number("12"), "rank": Number("2.5"), "share_limit": Number("123456789012345"),
        "starts_on": Day(dt.date(2026, 2, 28)), "last_on": moment, "shares": Truth(True),
    }  # fmt: skip
    batch = make_batch(by=clerk)
    make_import_family(batch, row(**cells), faults=[RowFault(2, "shares", "yes_no_unknown", {"value": "TRUE"})])
    assert returned(batch)[1].cells[: len(COLUMNS)] == row(**cells)


def test_a_failed_formula_comes_back_as_the_text_it_showed(clerk: Staff) -> None:
    batch = make_batch(by=clerk)
    make_import_family(batch, row(member_name=Fault("#N/A")), faults=[RowFault(2, "member_name", "name_missing")])
    assert returned(batch)[1].at(list(COLUMNS).index("member_name")) == "#N/A"


@pytest.mark.parametrize("text", ["422801199505251000", "123456789", "5", "07:12:00"])
def test_a_number_that_was_cut_is_refused_again_and_never_completed(clerk: Staff, text: str) -> None:
    batch = make_batch(by=clerk)
    fault = RowFault(2, "member_number", "id_numeric_cell")
    make_import_family(batch, row(member_number=Number(text), owner_mobile=Number("13912345678")), faults=[fault])
    cells = returned(batch)[1]
    number = cells.at(list(COLUMNS).index("member_number"))
    assert isinstance(number, str)
    assert cells.at(list(COLUMNS).index("owner_mobile")) == "13912345678"
    for kind in ("01", "08"):
        with pytest.raises(IdentityFault):
            check_certificate(kind, number, today=dt.date(2026, 3, 1))


def test_no_text_becomes_anything_else_also_when_it_is_edited(clerk: Staff) -> None:
    batch = make_batch(by=clerk, above=[TEXTS], headings=[*HEADINGS, *TEXTS])
    faults = [RowFault(3, "remark", "text_invalid"), RowFault(3, "member_name", "name_mismatch", {"value": "=1+1"})]
    make_import_family(batch, (*row(), *TEXTS), (*row(remark="=1+1"), *TEXTS), first_row=3, faults=faults)
    content = error_book(batch, ImportFamily.objects.all())
    above, heading, *family = read(content)
    assert above.cells == TEXTS
    assert [one.cells[16:-2] for one in (heading, *family)] == [TEXTS] * 3
    book = Book(content)
    assert not [*book.sheet.iterfind(".//m:f", NAMES), *book.sheet.iterfind(".//m:hyperlink", NAMES)]
    texts = [cell for cell in book.sheet.iterfind(".//m:c", NAMES) if cell.get("t") == "s"]
    assert {book.format_of(style)[0] for style in {cell.get("s") for cell in texts}} == {"@"}


@pytest.mark.parametrize("file", ["registrations.xlsx", "registrations_bureau.xlsx", "registrations_gb18030.csv"])
def test_the_samples_come_back_and_are_read_as_they_were(regions: None, samples: Path, file: str) -> None:
    """Nobody of them is on the roster here, so that every family comes back."""
    clerk = make_staff(region="421000")
    with acting(clerk):
        batch = new_batch(name=file, sender="", sha256="0" * 64, by=clerk)
        assert read_batch(batch, content=(samples / file).read_bytes(), progress=Unwatched(), by=clerk) is None
    batch.refresh_from_db()
    content = error_book(batch, batch.families.filter(state="faulty").order_by("position"))
    again = read_form(content, name="book.xlsx", remembered=lambda sender: {}, report=lambda done, of: None)
    assert (again.sender, again.layout["positions"]) == (batch.sender, batch.layout["positions"])
    assert again.layout["unknown"] == []
    place = batch.layout["positions"]["member_number"]
    for family, stored in zip(again.families, batch.families.order_by("position"), strict=True):
        numbers = [row.cells[-1] for row in family.rows]
        assert (family.number, numbers) == (stored.number, [Number(str(number)) for number, _cells in stored.content])
        for row, (number, cells) in zip(family.rows, stored.content, strict=True):
            sent = row_from_wire(number, cells)
            kept = [text_of(sent.at(other)) for other in range(16) if other != place]
            assert [text_of(row.at(other)) for other in range(16) if other != place] == kept
            assert type(sent.at(place)) is Number or row.at(place) == sent.at(place)


def test_the_workbook_of_errors_has_drop_downs_filter_and_frozen_headings_where_the_senders_table_lies(
    clerk: Staff,
) -> None:
    batch = make_batch(by=clerk, above=[("标题",), ("单位",)])
    make_import_family(batch, row(), row(), first_row=4, faults=[RowFault(4, "relation", "in_law")])
    book = Book(error_book(batch, ImportFamily.objects.all()))
    assert f"{letter_of('relation')}4:{letter_of('relation')}5" in book.lists()
    assert book.attribute("autoFilter", "ref") == "A3:R5"
    assert book.attribute("pane", "topLeftCell") == "A4"


def test_the_workbook_of_errors_leaves_out_drop_downs_of_columns_that_the_sender_has_not(clerk: Staff) -> None:
    batch = make_batch(by=clerk, headings=["户主姓名", "户主证件号码", "成员姓名", "与户主关系", "成员证件号码"])
    assert list(Book(error_book(batch, [])).lists()) == ["D2"]


def test_the_workbook_of_errors_gives_the_reasons_in_the_language_of_the_page(clerk: Staff) -> None:
    batch = make_batch(by=clerk)
    make_import_family(batch, row(), faults=[RowFault(2, "member_name", "name_missing")])
    with translation.override("en"):
        assert reason_of(returned(batch)[1]) == "成员姓名：The name is missing."


def test_the_workbook_of_errors_stops_commenting_after_some_thousand_cells_and_tells_every_reason(
    clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("families.registration_books.errors.MOST_COMMENTS", 1)
    batch = make_batch(by=clerk)
    faults = [RowFault(number, "member_name", "name_missing") for number in (2, 3)]
    make_import_family(batch, row(), row(), faults=faults)
    book = Book(error_book(batch, ImportFamily.objects.all()))
    assert list(book.comments()) == [f"{letter_of('member_name')}2"]
    assert [reason_of(one) for one in returned(batch)[1:]] == ["成员姓名：缺少姓名。"] * 2
