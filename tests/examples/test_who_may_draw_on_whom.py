"""Families as they come to the window, and who may draw on whose account (DOMAIN.md sections 3 to 5)."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from families.rules.facts import Applicant, PersonFacts
from families.rules.findings import Preflight
from families.rules.policy import Policy
from families.rules.preflight import check_family

MARCH = dt.date(2026, 3, 2)
CODES = {
    "户主": "01", "妻子": "12", "丈夫": "11", "儿子": "20", "女儿": "30", "父亲": "51", "母亲": "52",
    "爷爷": "61", "外婆": "64", "弟弟": "73", "孙子": "41", "孙女": "42", "岳父": "55", "岳母": "56",
}  # fmt: skip
BORN = {
    "户主": 1980, "妻子": 1982, "丈夫": 1979, "儿子": 2003, "女儿": 2011, "父亲": 1955, "母亲": 1956,
    "爷爷": 1930, "外婆": 1932, "弟弟": 1985, "孙子": 2025, "孙女": 2025, "岳父": 1954, "岳母": 1957,
}  # fmt: skip


def at_the_window(form: str, *, declared: str = "", **policy: bool) -> Preflight:
    """`form`: who is on it in order, a star behind those who share. `declared`: e.g. 儿子→孙子."""
    names = [row.rstrip("*") for row in form.split()]
    family = [
        Applicant(
            position=position,
            facts=PersonFacts(
                person_id=position,
                insutype="310" if row.endswith("*") else "390",
                status="1",
                born_on=dt.date(BORN[row.rstrip("*")], 1, 1),
                gender="1" if row.rstrip("*") in "户主 丈夫 儿子 父亲 爷爷 弟弟 孙子 岳父" else "2",
                province="420000",
                city="421000",
                balance=Decimal("300.00"),
            ),
            relation=CODES[row.rstrip("*")],
            shares=row.endswith("*"),
            starts_on=MARCH,
        )
        for position, row in enumerate(form.split(), start=1)
    ]
    pairs = {tuple(names.index(name) + 1 for name in pair.split("→")) for pair in declared.split()}
    return check_family(family, policy=Policy(**policy), declared=pairs)  # type: ignore[arg-type]


def draws(form: str, **conditions: object) -> dict[str, list[str]]:
    """Payer → those who may draw on the account, in the order of the form."""
    result = at_the_window(form, **conditions)  # type: ignore[arg-type]
    names = [row.rstrip("*") for row in form.split()]
    granted: dict[str, list[str]] = {}
    for pair in result.pairs:
        if pair.granted:
            granted.setdefault(names[pair.payer - 1], []).append(names[pair.beneficiary - 1])
    return granted


def test_a_couple_with_two_children_only_he_works() -> None:
    assert draws("户主* 妻子 儿子 女儿") == {"户主": ["妻子", "儿子", "女儿"]}


def test_a_couple_with_two_children_both_work() -> None:
    assert draws("户主* 妻子* 儿子 女儿") == {
        "户主": ["妻子", "儿子", "女儿"],
        "妻子": ["户主", "儿子", "女儿"],
    }


def test_three_generations_the_wife_does_not_pay_for_her_parents_in_law() -> None:
    assert draws("户主* 妻子* 儿子 父亲 母亲") == {
        "户主": ["妻子", "儿子", "父亲", "母亲"],
        "妻子": ["户主", "儿子"],
    }


def test_three_generations_where_the_region_admits_parents_in_law() -> None:
    assert draws("户主* 妻子* 儿子 父亲 母亲", allow_parents_in_law=True) == {
        "户主": ["妻子", "儿子", "父亲", "母亲"],
        "妻子": ["户主", "儿子", "父亲", "母亲"],
    }


def test_a_retired_father_pays_for_his_children_his_wife_and_his_grandchild_but_not_for_his_daughter_in_law() -> None:
    assert draws("户主* 妻子 儿子 父亲* 母亲 弟弟")["父亲"] == ["户主", "儿子", "母亲", "弟弟"]


def test_a_father_pays_for_his_own_parents_and_not_for_his_wifes() -> None:
    assert draws("户主* 父亲* 爷爷 外婆")["父亲"] == ["户主", "爷爷"]


def test_a_grandmother_on_the_mothers_side_pays_for_her_daughter_and_grandchildren() -> None:
    assert draws("户主* 母亲 父亲 弟弟 外婆*")["外婆"] == ["户主", "母亲", "弟弟"]


def test_a_brother_pays_for_the_owner_and_their_parents_and_not_for_wife_and_children() -> None:
    assert draws("户主* 妻子 儿子 父亲 弟弟*")["弟弟"] == ["户主", "父亲"]


def test_a_grown_son_pays_for_his_own_child_once_the_family_declares_that_it_is_his() -> None:
    assert "孙子" not in draws("户主* 儿子* 孙子")["儿子"]
    assert draws("户主* 儿子* 孙子", declared="儿子→孙子")["儿子"] == ["户主", "孙子"]


def test_declaring_what_is_no_near_relation_changes_nothing() -> None:
    assert draws("户主* 妻子 弟弟*", declared="弟弟→妻子")["弟弟"] == ["户主"]


def test_the_mother_in_law_is_turned_away_by_name_of_the_rule() -> None:
    result = at_the_window("户主* 妻子 岳母")
    (refusal,) = result.failures
    assert (refusal.position, refusal.code, refusal.parameter) == (3, "in_law", "allow_parents_in_law")


def test_the_mother_in_law_joins_where_the_region_admits_her_and_her_daughter_pays_for_her() -> None:
    assert draws("户主* 妻子* 岳母", allow_parents_in_law=True) == {
        "户主": ["妻子", "岳母"],
        "妻子": ["户主", "岳母"],
    }
