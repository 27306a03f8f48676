"""A workbook as an office sends it, from the drop zone to the groups: corrected in the page and in the file."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping
from pathlib import Path

import pytest
import xlsxwriter
from playwright.sync_api import expect

from accounts.models import Staff
from accounts.spreadsheets.cells import Cell, Day, Moment, Row, text_of
from accounts.spreadsheets.reader import read_table
from families.models import ImportBatch, MutualAidGroup, RegistrationCase
from families.models.batch import BatchState
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk
from tests.samples import SAMPLES

WAIT = 60_000
SAMPLE = SAMPLES / "registrations_bureau.xlsx"
# What the office finds out by telephone, by the row of its own file; who may not be bound is taken out of the form.
BY_FILE: Mapping[int, tuple[str, str]] = {
    65: ("与户主关系", "女儿"),
    77: ("成员身份证号", "of 77"),
    86: ("是否授权共享", "否"),
    127: ("开始日期", "2026-02-28"),
    150: ("成员身份证号", "of 150"),
}
TAKEN_OUT = {52, 99, 114, 133, 135}


@pytest.fixture
def desk(desk_of: OpenDesk, clerk: Staff, roster: None) -> Desk:
    return desk_of(clerk)


def numbers_by_name() -> dict[str, str]:
    text = (SAMPLES / "persons.csv").read_text(encoding="utf-8-sig")
    return {person["psn_name"]: person["certno"] for person in csv.DictReader(io.StringIO(text))}


def load(desk: Desk) -> ImportBatch:
    desk.go("/imports/")
    desk.page.locator("[name=file]").set_input_files(SAMPLE)
    desk.page.keyboard.press("Control+Enter")
    desk.page.wait_for_url("**/imports/*/")
    expect(desk.page.locator("#families")).to_be_visible(timeout=WAIT)
    return ImportBatch.objects.get()


def figure(desk: Desk, words: str) -> int:
    return int(desk.page.locator("#figures li", has_text=words).locator("b").inner_text())


def open_family(desk: Desk, number: str) -> None:
    desk.page.get_by_role("link", name=number).click()
    expect(desk.page.locator(".gj-opened")).to_be_visible()


def correct(desk: Desk, field: str, value: str) -> None:
    """One field of the open family, saved by Enter; then on to the next by Enter."""
    desk.page.locator(f".gj-correction [name='{field}']").fill(value)
    desk.page.locator(f".gj-correction [name='{field}']").press("Enter")
    expect(desk.page.locator(".gj-opened [role=status]")).to_contain_text("本户无误")


def test_an_offices_workbook_is_corrected_confirmed_reviewed_and_becomes_groups(
    desk: Desk, desk_of: OpenDesk, reviewer: Staff, tmp_path: Path
) -> None:
    batch = load(desk)
    assert (figure(desk, "户数"), figure(desk, "待更正"), figure(desk, "可登记")) == (60, 13, 47)
    numbers = numbers_by_name()

    open_family(desk, "GJ00100003")
    correct(desk, "14-member_name", "万军伟")
    assert figure(desk, "待更正") == 12
    expect(desk.page.locator(":focus")).to_contain_text("下一户待更正")
    desk.page.keyboard.press("Enter")
    expect(desk.page.locator("[name='49-member_number']")).to_be_focused()
    correct(desk, "49-member_number", numbers[desk.page.locator("[name='49-member_name']").input_value()])
    desk.go(f"/imports/{batch.pk}/?text=GJ00100019")
    open_family(desk, "GJ00100019")
    desk.page.locator("[name='55-shares']").select_option("否")
    correct(desk, "55-share_limit", "500")
    assert figure(desk, "待更正") == 10

    with desk.page.expect_download() as download:
        desk.page.get_by_role("link", name="下载错误明细表").click()
    corrected = tmp_path / download.value.suggested_filename
    corrected.write_bytes(as_a_person_would_correct(Path(download.value.path()).read_bytes(), numbers))
    desk.page.locator(".gj-corrected [name=file]").set_input_files(corrected)
    desk.press("上传更正表")
    expect(desk.page.locator(".gj-note", has_text="替换10户")).to_be_visible(timeout=WAIT)
    assert (figure(desk, "待更正"), figure(desk, "可登记")) == (0, 60)

    desk.press("全部登记（60户）")
    desk.sees("已确认，待他人复核。")
    review = desk_of(reviewer)
    review.go("/cases/")
    review.page.keyboard.press("b")
    review.page.wait_for_url(f"**/imports/{batch.pk}/review/")
    boxes = review.page.get_by_label("已与登记表核对")
    for box in boxes.all()[:-1]:
        box.press("Space")
    review.press("整批通过")
    review.sees("请先将抽查的每户与其登记表核对。")
    boxes.last.press("Space")
    review.press("整批通过")
    expect(review.page.locator(".gj-badge.applied").first).to_be_visible(timeout=WAIT)
    assert figure(review, "已登记") == 60
    batch.refresh_from_db()
    assert (batch.state, MutualAidGroup.objects.count(), RegistrationCase.objects.count()) == (
        BatchState.APPLIED, 60, 60,
    )  # fmt: skip

    desk.go(f"/imports/{batch.pk}/?text=GJ00100003")
    desk.page.locator(".gj-import-families a[href^='/groups/']").click()
    desk.page.wait_for_url("**/groups/*/")
    desk.sees("万军伟")
    desk.sees(f"第{batch.pk}批第13行")


def test_the_same_file_again_and_a_second_click_change_nothing(desk: Desk) -> None:
    batch = load(desk)
    desk.press("仅登记无误的47户")
    desk.sees("已确认，待他人复核。")
    desk.go("/imports/")
    desk.page.locator("[name=file]").set_input_files(SAMPLE)
    desk.page.keyboard.press("Control+Enter")
    desk.page.wait_for_url(f"**/imports/{batch.pk}/")
    desk.sees(f"该文件已作为第{batch.pk}批")
    assert ImportBatch.objects.get().state == BatchState.SUBMITTED


def as_a_person_would_correct(content: bytes, numbers: Mapping[str, str]) -> bytes:
    """The workbook of errors opened in Excel: cells typed over, rows deleted, saved."""
    with read_table(content, name="错误明细表.xlsx") as sheet:
        rows = list(sheet.rows)
    heading = next(row for row in rows if any(text_of(cell) == "原行号" for cell in row.cells))
    columns = {text_of(cell): place for place, cell in enumerate(heading.cells)}
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as book:
        written, day = book.add_worksheet("登记表"), book.add_format({"num_format": "yyyy-mm-dd"})
        for at, row in enumerate(rows):
            stood = text_of(row.at(columns["原行号"]))
            number = int(stood) if stood.isdigit() else 0
            for place, cell in enumerate(_corrected(row, number, columns, numbers)):
                if number in TAKEN_OUT:
                    continue
                if isinstance(cell, (Day, Moment)):
                    written.write_datetime(at, place, cell.on if isinstance(cell, Day) else cell.at, day)
                elif cell is not None:
                    written.write_string(at, place, text_of(cell))
    return buffer.getvalue()


def _corrected(row: Row, number: int, columns: Mapping[str, int], numbers: Mapping[str, str]) -> list[Cell]:
    cells = list(row.cells)
    if number in BY_FILE:
        heading, value = BY_FILE[number]
        cells[columns[heading]] = numbers[text_of(cells[columns["成员姓名"]])] if "of" in value else value
    return cells
