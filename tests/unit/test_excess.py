"""What a policy no longer admits of those who are bound already."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.rules.dates import first_of_next_month
from families.rules.excess import region_not_admitted, relations_not_admitted
from families.rules.policy import Policy

JINGZHOU, WUHAN, HANGZHOU = ("420000", "421000"), ("420000", "420100"), ("330000", "330100")


def test_the_parameter_that_does_not_admit_a_relation_is_named() -> None:
    narrow = Policy(near_relatives=frozenset({"spouse", "parent", "child"}))
    present = ["01", "12", "20", "71", "55", "41"]
    assert relations_not_admitted(present, narrow) == {
        "71": "near_relatives", "55": "allow_parents_in_law", "41": "near_relatives",
    }  # fmt: skip
    assert relations_not_admitted(present, Policy(allow_parents_in_law=True)) == {}


@pytest.mark.parametrize(
    ("other", "cross_city", "cross_province", "parameter"),
    [
        (JINGZHOU, False, False, ""),
        (WUHAN, True, False, ""),
        (WUHAN, False, True, "cross_city"),
        (HANGZHOU, True, False, "cross_province"),
        (HANGZHOU, False, True, ""),
    ],
)
def test_a_region_is_admitted_as_the_policy_says(
    other: tuple[str, str], cross_city: bool, cross_province: bool, parameter: str
) -> None:
    policy = Policy(cross_city=cross_city, cross_province=cross_province)
    assert region_not_admitted(JINGZHOU, other, policy) == parameter


@pytest.mark.parametrize(
    ("day", "first"),
    [("2026-01-01", "2026-02-01"), ("2026-01-31", "2026-02-01"), ("2026-12-05", "2027-01-01")],
)
def test_the_month_after(day: str, first: str) -> None:
    assert first_of_next_month(dt.date.fromisoformat(day)) == dt.date.fromisoformat(first)
