"""The summary of a batch, read back from the PDF itself."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.utils import timezone, translation

from accounts.models import Staff
from accounts.printing import BUREAU_TIME
from families.batch_papers import batch_summary_of, batch_summary_pdf
from families.import_messages import NAMES, name_of
from families.models import ImportBatch, ImportFamily
from families.rules.import_figures import BatchFigures
from families.services.imports.columns import COLUMNS
from families.services.imports.faults import RowFault
from tests.factories import make_batch, make_import_family, make_staff
from tests.unit.test_printing import pages, words

pytestmark = pytest.mark.django_db
NUMBER = "11010519491231002X"
AT = dt.datetime(2026, 3, 16, 9, 5, tzinfo=BUREAU_TIME)
FIGURES = BatchFigures(
    rows=812,
    families=301,
    ready=3,
    faulty=2,
    known=7,
    left_out=4,
    applied=288,
    undone=1,
    by_code=[("id_checksum", 5), ("in_law", 1)],
)


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff(username="陈经办")


def row(family: str = "F1", owner: str = "张示范") -> tuple[str | None, ...]:
    said = {"family": family, "owner_name": owner, "owner_number": NUMBER, "member_name": "李示范"}
    return tuple(said.get(column) for column in COLUMNS)


def faulty(batch: ImportBatch, number: str = "F1", *, owner: str = "张示范", first_row: int = 4) -> ImportFamily:
    faults = [
        RowFault(first_row, "member_number", "id_checksum", {"value": "110***********002X"}),
        RowFault(first_row, "relation", "in_law"),
    ]
    rows = [row(number, owner), row(number, owner)]
    return make_import_family(batch, *rows, first_row=first_row, faults=faults, number=number)


def printed(batch: ImportBatch, figures: BatchFigures = FIGURES) -> str:
    return words(batch_summary_pdf(batch, figures, batch.families.filter(state="faulty")))


def test_the_summary_says_what_came_in_and_who_did_what_when(clerk: Staff) -> None:
    confirmer, reviewer = make_staff(username="王确认"), make_staff("reviewer", username="林复核")
    batch = make_batch(
        by=clerk, state="applied", sender="荆州市某某有限公司", confirmed_by=confirmer, confirmed_at=AT,
        reviewed_by=reviewer, decided_at=AT + dt.timedelta(hours=2), reason="抽查无误",
    )  # fmt: skip
    text = printed(batch)
    loaded = timezone.localtime(batch.loaded_at)
    for expected in (
        "家庭共济批量登记汇总表", "登记表.xlsx", batch.sha256, "荆州市某某有限公司", "沙市区（421002）",
        "已入库", "抽查无误",
        f"陈经办{loaded.year}年{loaded.month}月{loaded.day}日{loaded:%H:%M}", "王确认2026年3月16日09:05",
        "林复核2026年3月16日11:05", "经办：", "复核：",
    ):  # fmt: skip
        assert expected in text
    assert "总行数总户数待提交已入库原已登记待更正已剔除已撤销81230132887241" in text


def test_the_summary_counts_the_errors_by_code_in_words(clerk: Staff) -> None:
    assert "1证件号码校验码不符id_checksum52配偶父母in_law1" in printed(make_batch(by=clerk))


def test_the_summary_lists_the_families_to_correct_with_masked_data_alone(clerk: Staff) -> None:
    batch = make_batch(by=clerk)
    faulty(batch)
    faulty(batch, "", owner="", first_row=9)
    text = printed(batch)
    assert "F1张**4–5110***********002X的校验码" in text
    assert "（另有1处）2——9–10" in text
    assert NUMBER not in text
    assert "张示范" not in text


def test_rows_that_do_not_follow_each_other_are_named_one_by_one(clerk: Staff) -> None:
    batch = make_batch(by=clerk)
    family = faulty(batch)
    family.content = [[4, list(row())], [9, list(row())]]
    (line,) = batch_summary_of(batch, FIGURES, [family])["families"]
    assert (line["rows"], line["more"]) == ("4、9", 1)


def test_the_summary_lists_two_hundred_families_and_counts_the_others(
    clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("families.batch_papers.LISTED", 2)
    batch = make_batch(by=clerk)
    for number in range(3):
        faulty(batch, f"F{number}", first_row=4 + 2 * number)
    text = printed(batch, replace(FIGURES, faulty=3, by_code=[]))
    assert ("F1" in text, "F2" in text, "另有1户未列出" in text, "没有错误。" in text) == (True, False, True, True)


def test_a_batch_without_a_second_person_and_without_faults_says_so(clerk: Staff) -> None:
    batch = make_batch(by=clerk, needs_review=False)
    text = printed(batch, replace(FIGURES, faulty=0, by_code=[]))
    assert ("不需复核" in text, "没有待更正的家庭。" in text, "另有" in text) == (True, True, False)


def test_the_summary_stays_chinese_and_within_its_margins_whatever_was_written(clerk: Staff) -> None:
    name = "W" * 195 + ".xlsx"
    batch = make_batch(by=clerk, name=name, sender="某" * 120, reason="退" * 300)
    for number in range(12):
        faulty(batch, f"{number:02d}" + "M" * 58, owner="#panic()" * 7, first_row=4 + 2 * number)
    with translation.override("en"):
        pdf = batch_summary_pdf(batch, FIGURES, batch.families.all())
    assert name in words(pdf).replace("\u200b", "")
    assert "校验码" in words(pdf)
    assert pages(pdf) <= 4


def test_every_code_has_a_name(regions: None) -> None:
    assert all(name_of(code) not in (code, english) for code, english in NAMES.items())
    assert name_of("of_tomorrow") == name_of("not_eligible")
