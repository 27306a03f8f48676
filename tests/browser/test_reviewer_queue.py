"""A reviewer works through the queue without the mouse."""

from __future__ import annotations

from uuid import uuid4

import pytest
from playwright.sync_api import expect

from accounts.models import Staff
from families.models import RegistrationCase
from families.models.case import CaseState
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import submit_case
from families.services.drafts import save_case
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk
from tests.factories import START, make_person


def waiting(clerk: Staff, name: str) -> RegistrationCase:
    owner = make_person(name, current="1000.00", by=clerk)
    line = LineInput(owner.pk, "01", True, START, rank=1)
    case = save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=[line]), by=clerk)
    return submit_case(case_id=case.pk, by=clerk)


@pytest.fixture
def cases(clerk: Staff) -> list[RegistrationCase]:
    return [waiting(clerk, name) for name in ("甲户主", "乙户主", "丙户主")]


@pytest.fixture
def review(desk_of: OpenDesk, reviewer: Staff) -> Desk:
    return desk_of(reviewer)


def at(review: Desk, case: RegistrationCase) -> None:
    """The page of this case is open, and long enough to be decided by a key."""
    review.page.wait_for_url(f"**/cases/{case.pk}/")
    expect(review.page.locator("body[data-looked]")).to_be_visible()


def states(cases: list[RegistrationCase]) -> list[str]:
    return [RegistrationCase.objects.get(pk=case.pk).state for case in cases]


def test_three_cases_are_decided_by_keys_alone(review: Desk, cases: list[RegistrationCase]) -> None:
    first, second, third = cases
    keys = review.page.keyboard
    review.go("/cases/")
    keys.press("Enter")
    at(review, first)
    keys.press("n")
    at(review, second)
    keys.press("p")
    at(review, first)
    keys.press("a")
    at(review, second)
    review.sees(f"{first.number}（甲户主）已通过")
    keys.press("3")
    reason = review.page.locator("[name=reason]")
    expect(reason).to_be_focused()
    expect(reason).to_have_value("缺少亲属关系证明材料。")
    keys.press("End")
    keys.type("an r")  # typed, and no key of the page
    keys.press("Enter")
    at(review, third)
    review.sees(f"{second.number}（乙户主）已退回并注明原因。")
    keys.press("r")
    expect(review.page.locator("[name=reason]")).to_be_focused()
    keys.press("Control+Enter")
    review.page.wait_for_url("**/cases/")
    review.sees(f"{third.number}（丙户主）已通过")
    assert states(cases) == [CaseState.EFFECTIVE, CaseState.REJECTED, CaseState.EFFECTIVE]
    assert RegistrationCase.objects.get(pk=second.pk).reason == "缺少亲属关系证明材料。an r"


def test_a_key_struck_twice_decides_one_case(review: Desk, cases: list[RegistrationCase]) -> None:
    first, second, third = cases
    review.go(f"/cases/{first.pk}/")
    at(review, first)
    review.page.keyboard.press("a")
    review.page.keyboard.press("a")
    review.page.wait_for_url(f"**/cases/{second.pk}/", wait_until="commit")
    review.page.keyboard.press("a")
    at(review, second)
    assert states([first, second, third]) == [CaseState.EFFECTIVE, CaseState.SUBMITTED, CaseState.SUBMITTED]


def test_the_list_of_what_waits_is_one_key_away(review: Desk, cases: list[RegistrationCase]) -> None:
    review.go(f"/cases/{cases[1].pk}/")
    at(review, cases[1])
    review.page.keyboard.press("j")
    review.page.wait_for_url("**/cases/")
    review.sees("待复核3件")
