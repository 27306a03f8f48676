"""Three families of the samples, from the papers on the desk to the group in force."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from accounts.models import InsuredPerson, Staff
from families.models import MutualAidGroup, RegistrationCase
from families.models.case import CaseState
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk
from tests.browser.papers import Row, family
from tests.factories import make_staff

Picture = dict[str, Any]


@pytest.fixture
def supervisor(committed_db: None) -> Staff:
    return make_staff("supervisor", "421000", "zhuguan")


@pytest.fixture
def loaded(samples: Path, clerk: Staff, supervisor: Staff) -> None:
    """Regions and persons, by the commands that a bureau runs."""
    regions, persons = samples / "regions.csv", samples / "persons.csv"
    call_command("load_reference", regions=regions, staff=make_staff("supervisor", "100000").username)
    call_command("import_persons", str(persons), staff=clerk.username)


@pytest.fixture
def counter(desk_of: OpenDesk, clerk: Staff, loaded: None) -> Desk:
    return desk_of(clerk)


@pytest.fixture
def review(desk_of: OpenDesk, reviewer: Staff, loaded: None) -> Desk:
    return desk_of(reviewer)


def fill_in(counter: Desk, rows: list[Row]) -> None:
    """The owner found, every row typed, the day of the papers."""
    counter.open_counter(person(rows[0].owner))
    for position, row in enumerate(rows, start=1):
        counter.add_member(position, row.number, row.relation, rank=row.rank, limit=row.limit)
    counter.start_on(rows[0].starts_on)


def person(number: str) -> InsuredPerson:
    return InsuredPerson.objects.with_number(number).get()


def approve(review: Desk, case: RegistrationCase) -> MutualAidGroup:
    review.go("/cases/")
    review.page.get_by_role("link", name=case.number).click()
    review.press("通过")
    review.sees(f"{case.number}（{case.owner.name}）已通过")
    case.refresh_from_db()
    return case.group


def show_group(psn_no: str, by: Staff, tmp_path: Path) -> Picture:
    call_command("show_group", psn_no, staff=by.username, json=tmp_path / "group.json")
    picture: Picture = json.loads((tmp_path / "group.json").read_text(encoding="utf-8"))
    return picture


def relations(picture: Picture) -> list[list[str]]:
    return [[member["psn_no"], member["relation"]] for member in picture["members"]]


def grants(picture: Picture) -> set[tuple[str, str, int]]:
    """Payer, beneficiary and rank, by name."""
    names = dict(InsuredPerson.objects.values_list("psn_no", "name"))
    return {(names[one["payer"]], names[one["beneficiary"]], one["rank"]) for one in picture["grants"]}


def test_a_family_goes_from_its_paper_form_to_the_group_that_the_answer_key_shows(
    counter: Desk, review: Desk, supervisor: Staff, reviewer: Staff, samples: Path, tmp_path: Path
) -> None:
    rows = family("GJ00100000")
    fill_in(counter, rows)
    expect(counter.verdict).to_contain_text("预检通过")
    case = counter.save()
    counter.press("已签字，提交复核")
    counter.sees("已提交，待他人复核。")
    group = approve(review, case)

    key = json.loads((samples / "expected.json").read_text(encoding="utf-8"))["groups"]["42001000000000000"]
    picture = show_group("42001000000000000", supervisor, tmp_path)
    assert picture["number"] == group.number
    assert relations(picture) == key["members"]
    assert sorted([one["payer"], one["beneficiary"], one["rank"]] for one in picture["grants"]) == sorted(
        key["grants"]
    )
    spouse = picture["members"][1]
    assert (spouse["shares"], spouse["share_limit"]) == (True, "2000.00")
    case.refresh_from_db()
    assert (case.state, case.reviewed_by) == (CaseState.EFFECTIVE, reviewer)
    counter.go("/counter/")
    expect(counter.page.get_by_role("link", name="回执")).to_be_visible()


def refused_then_bound_without(
    counter: Desk, review: Desk, rows: list[Row], bad: int, *, rule: str, value: str, why: str, citation: str
) -> MutualAidGroup:
    """The counter names what is wrong, keeps the draft back, and takes the rest of the family."""
    fill_in(counter, rows)
    told = counter.verdict_of(rows[bad].name)
    for words in ("不通过", rule, value, why, citation):
        expect(told).to_contain_text(words)
    case = counter.save()
    counter.press("已签字，提交复核")
    counter.sees("未提交：下方预检未通过。")
    case.refresh_from_db()
    assert case.state == CaseState.DRAFT
    assert not MutualAidGroup.objects.filter(members__person__name=rows[bad].name).exists()

    row = counter.page.locator(f"tr[id='row-{bad + 1}']")
    expect(row.locator(".found")).to_have_text(rows[bad].name)
    row.get_by_role("button", name="删除本行").click()
    expect(counter.verdict).to_contain_text("预检通过")
    counter.press("保存修改")
    expect(counter.page.locator(".gj-family")).not_to_contain_text(rows[bad].name)
    counter.press("已签字，提交复核")
    counter.sees("已提交，待他人复核。")
    return approve(review, case)


def test_a_spouses_parent_is_named_with_rule_and_citation_and_the_rest_of_the_family_is_bound(
    counter: Desk, review: Desk, supervisor: Staff, tmp_path: Path
) -> None:
    rows = family("GJ00100049")
    refused_then_bound_without(
        counter, review, rows, 0,
        rule="近亲属关系", value="岳父", why="配偶父母不属于近亲属范围", citation="依据：",
    )  # fmt: skip
    picture = show_group(person(rows[0].owner).psn_no, supervisor, tmp_path)
    assert [relation for _psn_no, relation in relations(picture)] == ["01", "30", "64"]
    assert grants(picture) == {("陈明", "陈燕平", 1), ("陈明", "方强志", 1), ("方强志", "陈明", 2)}


def test_a_suspended_member_is_named_with_rule_and_status_and_the_other_seven_are_bound(
    counter: Desk, review: Desk, supervisor: Staff, tmp_path: Path
) -> None:
    rows = family("GJ00100042")
    refused_then_bound_without(
        counter, review, rows, 2,
        rule="参保状态正常", value="暂停参保", why="参保状态不正常", citation="依据：",
    )  # fmt: skip
    picture = show_group(person(rows[0].owner).psn_no, supervisor, tmp_path)
    assert [relation for _psn_no, relation in relations(picture)] == ["01", "20", "30", "52", "64", "71", "77"]
    everybody = {"郝秀", "郝明华", "周梅", "彭敏", "郝子娜", "郝晨轩"}
    assert grants(picture) == (
        {("郝强若", name, 1) for name in everybody}
        | {("周梅", name, 2) for name in ("郝强若", "郝秀", "郝明华", "彭敏", "郝子娜", "郝晨轩")}
        | {("彭敏", name, 3) for name in ("郝强若", "周梅", "郝子娜", "郝晨轩")}
        | {("郝晨轩", name, 4) for name in ("郝强若", "周梅", "彭敏", "郝子娜")}
    )
