"""The pre-flight check: every rule passed and refused, with its code, parameter, value and earliest day."""

from __future__ import annotations

import dataclasses
import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from families.rules.facts import Applicant, PastMembership, PersonFacts
from families.rules.findings import Finding, Level, PairFinding, Preflight
from families.rules.kinship import NEAR_RELATIVES_2021
from families.rules.policy import Policy
from families.rules.preflight import check_family

START = dt.date(2026, 3, 1)
BORN = {"01": 1980, "10": 1981, "11": 1981, "12": 1981, "20": 2008, "30": 2010, "51": 1955, "52": 1956}
BORN |= {"41": 2024, "42": 2024, "61": 1930, "62": 1931, "63": 1932, "64": 1933, "73": 1985, "77": 1986}
BORN |= {"55": 1954, "56": 1957, "99": 1980, "44": 2025}
WOMEN = {"12", "30", "42", "44", "52", "56", "62", "64", "77"}


def someone(position: int, relation: str, *, facts: dict[str, Any] | None = None, **fields: Any) -> Applicant:
    """A person in order: insured as an employee when sharing, else as a resident; of an age that fits."""
    shares = fields.pop("shares", position == 1)
    known: dict[str, Any] = {
        "person_id": position,
        "insutype": "310" if shares else "390",
        "status": "1",
        "born_on": dt.date(BORN[relation], 6, 1),
        "gender": "2" if relation in WOMEN else "1",
        "province": "420000",
        "city": "421000",
        "balance": Decimal("100.00") if shares else None,
    }
    return Applicant(
        position=position,
        facts=PersonFacts(**{**known, **(facts or {})}),
        relation=relation,
        shares=shares,
        **{"starts_on": START, **fields},
    )


OWNER = someone(1, "01")


def check(*others: Applicant, owner: Applicant = OWNER, declared: Any = frozenset(), **policy: Any) -> Preflight:
    return check_family([owner, *others], policy=Policy(**policy), declared=declared)


def finding(result: Preflight, rule: str, position: int) -> Finding:
    (found,) = [one for one in result.of(position) if one.rule == rule]
    return found


def finding_of_code(result: Preflight, code: str) -> Finding:
    (found,) = [one for one in result.findings if one.code == code]
    return found


def pair(result: Preflight, payer: int, beneficiary: int) -> PairFinding:
    (found,) = [one for one in result.pairs if (one.payer, one.beneficiary) == (payer, beneficiary)]
    return found


def stay(joined: dt.date, left: dt.date | None, *, exclusive: bool = True) -> PastMembership:
    return PastMembership("GJ42100000000007", joined, left, exclusive)


def test_a_family_in_order_passes_and_every_rule_says_what_it_looked_at() -> None:
    result = check(someone(2, "12"), someone(3, "20"))
    assert result.passes
    assert result.failures == ()
    assert {one.level for one in result.findings} == {Level.PASS}
    asked_of_everybody = {"insured", "normal_status", "dates", "one_group", "rebind_wait", "changes", "seats"}
    assert {one.rule for one in result.of(1)} == asked_of_everybody | {"payer_employee"}
    assert {one.rule for one in result.of(2)} == asked_of_everybody | {"near_relative", "region"}


def test_findings_follow_the_order_of_the_form() -> None:
    positions = [one.position for one in check(someone(2, "12"), someone(3, "20"), someone(4, "30")).findings]
    assert positions == sorted(positions)


def test_all_that_is_wrong_is_told_at_once_of_everybody() -> None:
    result = check(
        someone(2, "12", facts={"status": "2", "province": "330000"}),
        someone(3, "99", facts={"insutype": "340"}),
    )
    assert [(one.position, one.code) for one in result.failures] == [
        (2, "insurance_suspended"),
        (2, "other_region"),
        (3, "not_insured"),
        (3, "not_near_relative"),
    ]


@pytest.mark.parametrize("insutype", ["310", "390"])
def test_basic_insurance_is_enough_to_be_a_member(insutype: str) -> None:
    assert finding(check(someone(2, "12", facts={"insutype": insutype})), "insured", 2).level is Level.PASS


@pytest.mark.parametrize("insutype", ["", "320", "340", "392", "510"])
def test_without_basic_insurance_nobody_is_a_member(insutype: str) -> None:
    found = finding(check(someone(2, "12", facts={"insutype": insutype})), "insured", 2)
    assert (found.level, found.code, found.value) == (Level.FAIL, "not_insured", insutype)


@pytest.mark.parametrize("status", ["0", "2", "3", "4"])
@pytest.mark.parametrize("position", [1, 2])
def test_whoever_is_not_in_normal_status_is_refused(position: int, status: str) -> None:
    suspended = {"status": status}
    result = check(
        someone(2, "12", facts=suspended if position == 2 else None),
        owner=someone(1, "01", facts=suspended if position == 1 else None),
    )
    found = finding(result, "normal_status", position)
    assert (found.level, found.code, found.value) == (Level.FAIL, "insurance_suspended", status)


def test_a_payer_needs_employee_insurance_and_a_beneficiary_does_not() -> None:
    assert check(someone(2, "12", facts={"insutype": "390"})).passes
    payer = finding(check(someone(2, "12", shares=True, facts={"insutype": "390"})), "payer_employee", 2)
    assert (payer.level, payer.code, payer.value) == (Level.FAIL, "payer_not_employee", "390")


def test_an_owner_insured_as_a_resident_is_refused_because_owners_share() -> None:
    assert [one.code for one in check(owner=someone(1, "01", facts={"insutype": "390"})).failures] == [
        "payer_not_employee"
    ]


@pytest.mark.parametrize("balance", [Decimal("0.00"), None])
def test_a_payer_with_nothing_on_the_account_is_warned_about_and_accepted(balance: Decimal | None) -> None:
    result = check(owner=someone(1, "01", facts={"balance": balance}))
    found = finding(result, "balance", 1)
    assert (found.level, found.code) == (Level.WARN, "balance_zero")
    assert result.passes


def test_a_payer_with_a_fen_is_not_warned_about() -> None:
    assert "balance" not in {
        one.rule for one in check(owner=someone(1, "01", facts={"balance": Decimal("0.01")})).of(1)
    }


@pytest.mark.parametrize(
    ("starts_on", "ends_on", "passes"),
    [
        (START, None, True),
        (START, START + dt.timedelta(days=1), True),
        (START, START, False),
        (START, START - dt.timedelta(days=1), False),
        (dt.date(2008, 6, 1), None, True),
        (dt.date(2008, 5, 31), None, False),
    ],
)
def test_a_period_has_a_day_and_begins_no_earlier_than_the_member(
    starts_on: dt.date, ends_on: dt.date | None, passes: bool
) -> None:
    owner = someone(1, "01", starts_on=min(starts_on, START))
    found = finding(check(someone(2, "20", starts_on=starts_on, ends_on=ends_on), owner=owner), "dates", 2)
    assert (found.level, found.code) == ((Level.PASS, "") if passes else (Level.FAIL, "date_invalid"))
    assert found.value == starts_on.isoformat()


def test_whoever_is_in_a_group_is_refused_with_its_number_and_no_earliest_day() -> None:
    held = someone(2, "12", facts={"memberships": (stay(dt.date(2025, 1, 1), None),)})
    found = finding(check(held), "one_group", 2)
    assert found == Finding(
        "one_group", Level.FAIL, 2, "already_in_group", "one_group_per_person", "GJ42100000000007", None
    )


def test_whoever_leaves_a_group_later_is_told_the_first_free_day_and_passes_on_it() -> None:
    left_on = dt.date(2026, 5, 1)
    held = someone(2, "12", facts={"memberships": (stay(dt.date(2025, 1, 1), left_on),)})
    assert finding(check(held), "one_group", 2).earliest_on == left_on
    then = dataclasses.replace(held, starts_on=left_on)
    assert finding(check(then), "one_group", 2).level is Level.PASS
    the_day_before = dataclasses.replace(held, starts_on=left_on - dt.timedelta(days=1))
    assert finding(check(the_day_before), "one_group", 2).level is Level.FAIL


def test_of_several_stays_the_last_end_counts() -> None:
    stays = (stay(dt.date(2025, 1, 1), dt.date(2026, 4, 1)), stay(dt.date(2026, 4, 1), dt.date(2026, 9, 1)))
    held = someone(2, "12", facts={"memberships": stays})
    assert finding(check(held), "one_group", 2).earliest_on == dt.date(2026, 9, 1)


def test_a_stay_that_never_began_stands_in_nobodys_way() -> None:
    never = stay(dt.date(2026, 6, 1), dt.date(2026, 6, 1))
    assert check(someone(2, "12", facts={"memberships": (never,)})).passes


def test_several_groups_are_allowed_where_the_policy_says_so_and_the_other_group_agrees() -> None:
    shared = stay(dt.date(2025, 1, 1), None, exclusive=False)
    alone = stay(dt.date(2025, 1, 1), None, exclusive=True)
    several = {"one_group_per_person": False}
    assert check(someone(2, "12", facts={"memberships": (shared,)}), **several).passes
    assert not check(someone(2, "12", facts={"memberships": (alone,)}), **several).passes
    assert not check(someone(2, "12", facts={"memberships": (shared,)})).passes


@pytest.mark.parametrize(("days_after", "passes"), [(29, False), (30, True), (31, True)])  # 30 Heilongjiang
def test_rebinding_waits_for_the_days_of_the_policy(days_after: int, passes: bool) -> None:
    left_on = dt.date(2026, 1, 10)
    former = someone(
        2,
        "12",
        starts_on=left_on + dt.timedelta(days=days_after),
        facts={"memberships": (stay(dt.date(2025, 1, 1), left_on),)},
    )
    found = finding(check(former, rebind_wait_days=30), "rebind_wait", 2)
    assert found.level is (Level.PASS if passes else Level.FAIL)
    assert (found.parameter, found.value) == ("rebind_wait_days", "30")
    if not passes:
        assert (found.code, found.earliest_on) == ("waiting_period", dt.date(2026, 2, 9))


def test_without_a_waiting_time_one_may_rebind_on_the_day_of_release() -> None:
    left_on = dt.date(2026, 1, 10)
    former = someone(2, "12", starts_on=left_on, facts={"memberships": (stay(dt.date(2025, 1, 1), left_on),)})
    assert check(former, owner=someone(1, "01", starts_on=left_on)).passes


def test_nobody_is_a_member_before_the_owner() -> None:
    early = finding_of_code(check(someone(2, "12", starts_on=START - dt.timedelta(days=1))), "before_owner")
    assert (early.position, early.level, early.earliest_on) == (2, Level.FAIL, START)


def test_a_stay_that_never_began_makes_nobody_wait() -> None:
    never = stay(dt.date(2026, 2, 28), dt.date(2026, 2, 28))
    assert check(someone(2, "12", facts={"memberships": (never,)}), rebind_wait_days=90).passes


@pytest.mark.parametrize(("changes", "passes"), [(0, True), (1, False), (2, False)])
def test_the_changes_of_a_year_are_limited_and_the_next_year_is_named(changes: int, passes: bool) -> None:
    stays = tuple(stay(dt.date(2025, 1, day), dt.date(2026, 1, day)) for day in range(1, changes + 1))
    found = finding(check(someone(2, "12", facts={"memberships": stays}), changes_per_year=1), "changes", 2)
    assert found.level is (Level.PASS if passes else Level.FAIL)
    if not passes:
        assert (found.code, found.parameter, found.value) == ("waiting_period", "changes_per_year", "1")
        assert found.earliest_on == dt.date(2027, 1, 1)


def test_without_a_limit_any_number_of_changes_passes() -> None:
    stays = tuple(stay(dt.date(2026, 1, day), dt.date(2026, 1, day + 1)) for day in range(1, 20))
    assert check(someone(2, "12", facts={"memberships": stays})).passes


@pytest.mark.parametrize("relation", ["10", "12", "20", "30", "51", "52", "61", "64", "73", "77", "41", "44"])
def test_the_eight_kinds_of_2024_are_near_relatives(relation: str) -> None:
    assert finding(check(someone(2, relation)), "near_relative", 2).level is Level.PASS


@pytest.mark.parametrize(
    ("relation", "passes"), [("12", True), ("20", True), ("51", True), ("73", False), ("61", False)]
)
def test_the_narrower_rule_of_2021_takes_spouse_parents_and_children(relation: str, passes: bool) -> None:
    found = finding(check(someone(2, relation), near_relatives=NEAR_RELATIVES_2021), "near_relative", 2)
    expected = (Level.PASS, "") if passes else (Level.FAIL, "not_near_relative")
    assert (found.level, found.code) == expected
    assert (found.parameter, found.value) == ("near_relatives", relation)


def test_another_relation_is_no_near_relative() -> None:
    assert finding(check(someone(2, "99")), "near_relative", 2).code == "not_near_relative"


@pytest.mark.parametrize("relation", ["55", "56"])
def test_the_spouses_parents_are_refused_unless_the_policy_admits_them(relation: str) -> None:
    refused = finding(check(someone(2, relation)), "near_relative", 2)
    assert (refused.level, refused.code) == (Level.FAIL, "in_law")
    assert (refused.parameter, refused.value) == ("allow_parents_in_law", relation)
    assert finding(check(someone(2, relation), allow_parents_in_law=True), "near_relative", 2).level is Level.PASS


def test_a_second_owner_is_refused_and_no_pair_is_offered() -> None:
    result = check(someone(2, "01"))
    assert (2, "one_owner", "owner_conflict") in {(one.position, one.rule, one.code) for one in result.failures}
    assert result.pairs == ()


def test_a_form_that_begins_with_somebody_else_than_the_owner_is_refused() -> None:
    result = check(owner=dataclasses.replace(someone(1, "12"), shares=True))
    assert [(one.position, one.code) for one in result.failures] == [(1, "owner_conflict")]


@pytest.mark.parametrize(
    ("province", "city", "policy", "passes", "parameter"),
    [
        ("420000", "421000", {}, True, "cross_city"),
        ("420000", "420100", {}, True, "cross_city"),
        ("420000", "420100", {"cross_city": False}, False, "cross_city"),
        ("330000", "330100", {}, False, "cross_province"),
        ("330000", "330100", {"cross_province": True}, True, "cross_province"),
        ("330000", "330100", {"cross_province": True, "cross_city": False}, True, "cross_province"),
    ],
)
def test_members_insured_elsewhere_join_as_far_as_the_policy_reaches(
    province: str, city: str, policy: dict[str, bool], passes: bool, parameter: str
) -> None:
    found = finding(check(someone(2, "12", facts={"province": province, "city": city}), **policy), "region", 2)
    assert (found.level, found.code) == ((Level.PASS, "") if passes else (Level.FAIL, "other_region"))
    assert (found.parameter, found.value) == (parameter, city)


def test_a_gender_that_does_not_fit_the_relation_is_only_warned_about() -> None:
    result = check(someone(2, "12", facts={"gender": "1"}))
    assert finding(result, "gender", 2).code == "relation_gender"
    assert result.passes
    assert "gender" not in {one.rule for one in check(someone(2, "10", facts={"gender": "1"})).of(2)}


@pytest.mark.parametrize(
    ("relation", "born_in", "fits"),
    [
        ("51", 1967, True),
        ("51", 1969, False),
        ("61", 1955, True),
        ("61", 1957, False),
        ("20", 1993, True),
        ("20", 1991, False),
        ("41", 2005, True),
        ("41", 2003, False),
        ("55", 1969, False),
        ("73", 1940, True),
    ],
)
def test_an_age_that_does_not_fit_the_relation_is_only_warned_about(relation: str, born_in: int, fits: bool) -> None:
    member = someone(2, relation, facts={"born_on": dt.date(born_in, 6, 1)})
    result = check(member, allow_parents_in_law=True)
    assert ("relation_age" in {one.code for one in result.of(2)}) is not fits
    assert result.passes


def test_the_ninth_row_finds_the_group_full_and_the_eighth_does_not() -> None:
    relations = ["12", "20", "30", "51", "52", "61", "62", "73"]
    result = check(*[someone(position, relation) for position, relation in enumerate(relations, start=2)])
    assert [(one.position, one.code, one.parameter, one.value) for one in result.failures] == [
        (9, "group_full", "max_members", "8")
    ]


def test_a_region_with_fewer_seats_is_full_sooner() -> None:
    result = check(someone(2, "12"), someone(3, "20"), someone(4, "30"), max_members=3)
    assert [(one.position, one.code, one.value) for one in result.failures] == [(4, "group_full", "3")]


def test_the_same_person_on_two_rows_is_refused_on_the_later_row() -> None:
    twice = someone(3, "20", facts={"person_id": 2})
    assert [(one.position, one.code) for one in check(someone(2, "20"), twice).failures] == [(3, "duplicate_row")]


def test_the_same_person_on_two_rows_is_refused_whatever_their_days() -> None:
    first = someone(2, "20", ends_on=dt.date(2026, 4, 1))
    again = someone(3, "20", starts_on=dt.date(2026, 5, 1), facts={"person_id": 2})
    assert [(one.position, one.code) for one in check(first, again).failures] == [(3, "duplicate_row")]


def test_of_two_spouses_the_second_is_refused_and_no_pair_is_offered() -> None:
    result = check(someone(2, "12"), someone(3, "10"))
    assert [(one.position, one.rule, one.code) for one in result.failures] == [(3, "one_spouse", "not_near_relative")]
    assert result.pairs == ()


def test_a_spouse_who_came_after_another_had_left_is_no_second_spouse() -> None:
    former = someone(2, "12", shares=True, ends_on=dt.date(2026, 4, 1), already_member=True)
    present = someone(9, "12", starts_on=dt.date(2026, 4, 1), already_member=True)
    result = check(former, present, someone(3, "20"), owner=dataclasses.replace(OWNER, already_member=True))
    assert result.passes
    assert (2, 9) not in {(one.payer, one.beneficiary) for one in result.pairs}


def test_who_is_a_member_already_is_not_asked_again() -> None:
    suspended = someone(2, "12", already_member=True, facts={"status": "2"})
    result = check(suspended, someone(3, "20"), owner=dataclasses.replace(OWNER, already_member=True))
    assert result.passes
    assert result.of(2) == ()
    assert {one.position for one in result.findings} == {3}


def test_pairs_are_offered_for_those_who_share_and_nobody_draws_on_themselves() -> None:
    result = check(someone(2, "12", shares=True), someone(3, "20"))
    assert [(one.payer, one.beneficiary) for one in result.pairs] == [(1, 2), (1, 3), (2, 1), (2, 3)]


def test_a_presumed_pair_passes_and_is_marked_for_the_form() -> None:
    mother_and_child = pair(check(someone(2, "12", shares=True), someone(3, "20")), 2, 3)
    assert (mother_and_child.granted, mother_and_child.is_presumed, mother_and_child.kind) == (True, True, "child")
    owner_and_child = pair(check(someone(2, "12"), someone(3, "20")), 1, 3)
    assert (owner_and_child.granted, owner_and_child.is_presumed) == (True, False)


def test_a_pair_to_be_declared_passes_only_when_this_pair_is_declared() -> None:
    family = [someone(2, "20", shares=True), someone(3, "41")]
    before = pair(check(*family), 2, 3)
    assert (before.granted, before.reason) == (False, "needs_declaration")
    assert pair(check(*family, declared={(2, 3)}), 2, 3).granted
    assert not pair(check(*family, declared={(3, 2)}), 2, 3).granted


def test_an_undeclared_pair_refuses_the_pair_and_not_the_family() -> None:
    assert check(someone(2, "20", shares=True), someone(3, "41")).passes


def test_the_owners_spouse_may_not_draw_on_the_owners_parent() -> None:
    parent_pays_spouse = pair(check(someone(2, "12"), someone(3, "51", shares=True)), 3, 2)
    assert (parent_pays_spouse.granted, parent_pays_spouse.reason) == (False, "not_near_relative")


def test_a_spouse_pays_for_the_owners_parents_only_under_the_in_law_policy() -> None:
    family = [someone(2, "12", shares=True), someone(3, "51")]
    refused = pair(check(*family), 2, 3)
    assert (refused.granted, refused.reason) == (False, "in_law")
    assert pair(check(*family, allow_parents_in_law=True), 2, 3).granted


def test_a_kind_that_the_policy_does_not_name_is_not_offered_for_declaration() -> None:
    family = [someone(2, "41", shares=True), someone(3, "42")]
    assert pair(check(*family), 2, 3).reason == "needs_declaration"
    assert pair(check(*family, near_relatives=frozenset({"grandchild"})), 2, 3).reason == "not_near_relative"


def test_members_who_are_never_there_on_the_same_day_make_no_pair() -> None:
    early = someone(2, "20", shares=True, ends_on=dt.date(2026, 4, 1))
    late = someone(3, "30", starts_on=dt.date(2026, 4, 1))
    assert (2, 3) not in {(one.payer, one.beneficiary) for one in check(early, late).pairs}
