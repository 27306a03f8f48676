"""What is typed wrong is told beside its field, and stays where it was typed."""

from __future__ import annotations

import pytest
from playwright.sync_api import Locator, expect

from accounts.models import InsuredPerson, Staff
from families.models import RegistrationCase
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk
from tests.factories import make_number, make_person


@pytest.fixture
def owner(clerk: Staff) -> InsuredPerson:
    return make_person("秦户主", current="1000.00", by=clerk)


@pytest.fixture
def counter(desk_of: OpenDesk, clerk: Staff, owner: InsuredPerson) -> Desk:
    opened = desk_of(clerk)
    opened.go(f"/counter/persons/{owner.pk}/")
    return opened


def field(counter: Desk, name: str) -> Locator:
    return counter.page.locator(f"[name='{name}']")


def error_beside(counter: Desk, name: str) -> Locator:
    """The message in the same cell as the field."""
    cell = counter.page.locator("td, .gj-field").filter(has=field(counter, name))
    return cell.locator(".error")


def is_told(counter: Desk, name: str, typed: str, why: str) -> None:
    expect(error_beside(counter, name)).to_contain_text(why)
    expect(field(counter, name)).to_have_value(typed)


def test_a_number_with_a_wrong_check_digit_is_told_beside_it(counter: Desk) -> None:
    number = make_number()
    wrong = number[:-1] + ("0" if number[-1] != "0" else "1")
    counter.look_up(1, wrong)
    is_told(counter, "1-number", wrong, "校验码不符")
    assert field(counter, "1-number").get_attribute("aria-invalid") == "true"


def test_an_unknown_number_asks_for_the_name_and_then_says_that_nobody_is_insured_so(counter: Desk) -> None:
    number = make_number()
    counter.look_up(1, number)
    expect(error_beside(counter, "1-name")).to_contain_text("请按证件填写姓名")
    expect(field(counter, "1-name")).to_be_focused()
    counter.look_up(1, number, name="无此人")
    is_told(counter, "1-number", number, "未查到与该证件号码和姓名一致的参保人")
    expect(field(counter, "1-name")).to_have_value("无此人")


def test_a_wrong_name_for_somebody_elsewhere_says_nothing_that_a_guess_could_use(counter: Desk) -> None:
    elsewhere = make_person("杭州人", region="330100")
    counter.look_up(1, elsewhere.certno, name="别的人")
    is_told(counter, "1-number", elsewhere.certno, "未查到与该证件号码和姓名一致的参保人")
    counter.does_not_see("杭州")


def test_somebody_of_another_province_is_found_by_number_and_name_and_fails_by_region(counter: Desk) -> None:
    elsewhere = make_person("杭州人", region="330100", insutype="390")
    counter.look_up(1, elsewhere.certno, name="杭州人")
    counter.set(1, "relation", "73")
    told = counter.verdict_of("杭州人")
    for words in ("不通过", "参保区划", "杭州市"):
        expect(told).to_contain_text(words)
    counter.does_not_see(elsewhere.masked_number)


def test_the_same_person_twice_is_told_and_nothing_is_stored(counter: Desk) -> None:
    sister = make_person("秦妹妹", gender="2", insutype="390")
    counter.add_member(1, sister.certno, "77")
    counter.add_member(2, sister.certno, "77")
    expect(counter.verdict_of("秦妹妹").last).to_contain_text("重复填写")
    counter.press("保存")
    counter.sees("未保存：下方预检未通过。")
    expect(counter.page.locator(".gj-family .found")).to_have_text(["秦户主", "秦妹妹", "秦妹妹"])
    assert not RegistrationCase.objects.exists()


def test_an_amount_that_is_none_and_a_day_before_the_start_are_told_and_stay(counter: Desk) -> None:
    sister = make_person("秦妹妹", gender="2", current="10.00")
    counter.add_member(1, sister.certno, "77", rank="2", limit="12,3.456")
    field(counter, "owner_limit").fill("一百")
    counter.press("保存")
    is_told(counter, "1-share_limit", "12,3.456", "")
    is_told(counter, "owner_limit", "一百", "请以元为单位用数字填写金额")
    expect(field(counter, "1-relation")).to_have_value("77")
    expect(field(counter, "1-rank")).to_have_value("2")
    assert not RegistrationCase.objects.exists()

    counter.set(1, "share_limit", "123.45")
    field(counter, "owner_limit").fill("")
    counter.set(1, "last_on", "2026-01-01")
    expect(counter.verdict_of("秦妹妹")).to_contain_text("终止日期早于开始日期")
    expect(field(counter, "1-last_on")).to_have_value("2026-01-01")


def test_two_payers_at_one_place_are_told_at_the_place(counter: Desk) -> None:
    for row, name in ((1, "秦妹妹"), (2, "秦姐姐")):
        counter.add_member(row, make_person(name, gender="2", current="1.00").certno, f"{79 - 2 * row}", rank="2")
    counter.press("保存")
    expect(counter.page.locator(".col-rank .error")).to_have_text(["该支付顺序已被其他成员占用。"] * 2)
    expect(field(counter, "2-rank")).to_have_value("2")
    assert not RegistrationCase.objects.exists()
