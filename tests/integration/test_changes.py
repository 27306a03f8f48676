"""Changing a family that is bound: add, change, release, hand over, dissolve; and the cases that ask for it.

Seats are told as numbers: 1 the owner, 2 the first member of the form. Days follow START in 2026.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone, translation

from accounts.models import InsuredPerson, Region, Staff
from accounts.models.person import InsuranceStatus
from accounts.models.suspension import CAUSE_OF
from accounts.services.review import AlreadyDecided, OwnWork
from families.models import Grant, GroupMember, MutualAidGroup, RegistrationCase, Sharing
from families.models.case import ENDING, CaseKind, LineAction
from families.selectors import members_on, payers_for
from families.services.case_forms import CaseInput, LineInput, check_case, form_of, seen_as
from families.services.cases import (
    NotAClerk,
    NotAsSeen,
    NotYours,
    approve_case,
    correct_case,
    reject_case,
    submit_case,
    take_over_case,
    withdraw_case,
)
from families.services.changes import add_member, change_group, dissolve_group, release_members
from families.services.drafts import DraftChanged, OpenElsewhere, OtherBusiness, save_case
from families.services.groups import GroupDissolved, GroupFull, NewMember, NotEligible, create_group
from families.services.plans import GroupChange, MemberTerms, Plan
from families.verdicts import differences_of
from tests.factories import (
    START,
    make_family,
    make_group,
    make_person,
    make_policy,
    make_staff,
    make_suspension,
    picture_of,
    terms_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.timedelta(days=1)
JUNE = dt.date(2026, 6, 1)
JULY = dt.date(2026, 7, 1)


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def reviewer(regions: None) -> Staff:
    return make_staff("reviewer", "421000")


def seat(group: MutualAidGroup, number: int, day: dt.date = START) -> GroupMember:
    return members_on(group, day).get(seat=number)


def person(group: MutualAidGroup, number: int, day: dt.date = START) -> int:
    return seat(group, number, day).person_id


def newcomer(relation: str = "20", starts_on: dt.date = JUNE, **fields: Any) -> NewMember:
    wanted = {name: fields.pop(name, None) for name in ("rank", "left_on", "share_limit")}
    one = make_person(**{"insutype": "310" if wanted["rank"] else "390", "born_on": dt.date(2008, 1, 1), **fields})
    return NewMember(person_id=one.pk, relation=relation, starts_on=starts_on, **wanted)


def do(group: MutualAidGroup, kind: str, by: Staff, day: dt.date = JUNE, **asked: Any) -> Plan:
    return change_group(group_id=group.pk, change=GroupChange(kind, day, **asked), by=by)


def change(group: MutualAidGroup, number: int, by: Staff, day: dt.date = JUNE, **values: Any) -> Plan:
    """Change one member's terms; what is not said stays."""
    holds = next(one for one in terms_of(group, day) if one.person_id == person(group, number, day))
    return do(group, CaseKind.CHANGE, by, day, terms=[replace(holds, **values)])


def hand_over(
    group: MutualAidGroup,
    by: Staff,
    to: int,
    relations: dict[int, str],
    *,
    day: dt.date = JUNE,
    leaves: Sequence[int] = (),
    ranks: dict[int, int] | None = None,
    **asked: Any,
) -> Plan:
    """`relations`, `ranks`: of those who stay, by present seat; the successor pays first."""
    ranks = ranks or {}
    terms = [MemberTerms(person(group, to, day), "01", rank=1)]
    terms += [MemberTerms(person(group, one, day), code, rank=ranks.get(one)) for one, code in relations.items()]
    gone = [person(group, one, day) for one in leaves]
    return do(group, CaseKind.HAND_OVER, by, day, terms=terms, leaves=gone, **asked)


def roster(person_id: int, **values: Any) -> None:
    """The roster says otherwise of a person from now on."""
    one = InsuredPerson.objects.filter(pk=person_id)
    if "status" in values:
        make_suspension(one.get(), CAUSE_OF[InsuranceStatus(values.pop("status"))], JUNE)
    assert not values or one.update(**values) == 1


def codes(act: Callable[[], object]) -> list[tuple[int, str]]:
    """Position and code of every refusal; nothing is written meanwhile."""
    before = everything()
    with pytest.raises(NotEligible) as refusal:
        act()
    assert everything() == before
    return [(finding.position, finding.code) for finding in refusal.value.preflight.failures]


def everything() -> list[list[dict[str, Any]]]:
    models: tuple[Any, ...] = (MutualAidGroup, GroupMember, Sharing, Grant)
    return [list(model.objects.order_by("pk").values()) for model in models]


def ranks(group: MutualAidGroup, day: dt.date) -> dict[int, int]:
    """Rank by seat of those who share on the day."""
    return dict(Sharing.objects.filter(group=group).on(day).order_by("rank").values_list("payer__seat", "rank"))


def payers(group: MutualAidGroup, number: int, day: dt.date) -> list[int]:
    """Whose accounts pay for a seat on a day, as seats of that day."""
    rows = {row.person_id: row.seat for row in members_on(group, day)}
    return [rows[payer.person_id] for payer in payers_for(seat(group, number, day).person, day)]


# Adding.


def test_several_join_at_once_each_with_a_seat_and_those_who_share_after_the_others(clerk: Staff) -> None:
    group = make_group("12*", by=clerk)
    joins = [newcomer("20"), newcomer("30", gender="2", rank=2), newcomer("51", rank=2, born_on=dt.date(1950, 1, 1))]
    do(group, CaseKind.ADD, clerk, joins=joins)
    assert [(row.seat, row.relation) for row in members_on(group, JUNE)] == [
        (1, "01"), (2, "12"), (3, "20"), (4, "30"), (5, "51"),
    ]  # fmt: skip
    assert ranks(group, JUNE) == {1: 1, 2: 2, 4: 3, 5: 4}
    assert payers(group, 3, JUNE) == [1, 2, 4, 5]
    assert members_on(group, JUNE - DAY).count() == 2


def test_one_of_several_who_fails_keeps_them_all_out(clerk: Staff) -> None:
    group = make_group("12", by=clerk)
    assert codes(lambda: do(group, CaseKind.ADD, clerk, joins=[newcomer("20"), newcomer("30", status="2")])) == [
        (4, "insurance_suspended")
    ]


def test_a_newcomer_of_the_past_is_a_member_from_that_day(clerk: Staff) -> None:
    group = make_group("12*", by=clerk)
    add_member(group_id=group.pk, member=newcomer("20", START + 5 * DAY), by=clerk)
    assert payers(group, 3, START + 5 * DAY) == [1, 2]
    assert members_on(group, START + 4 * DAY).count() == 2


def test_nobody_joins_before_the_owner(clerk: Staff) -> None:
    group = make_group("12", by=clerk)
    assert codes(lambda: add_member(group_id=group.pk, member=newcomer("20", START - DAY), by=clerk)) == [
        (3, "before_owner")
    ]


def test_nobody_joins_from_a_day_before_the_group_changed_hands(clerk: Staff) -> None:
    """The relation on the form is to the owner of today: it says nothing of the days before."""
    group = make_group("12*", by=clerk)
    hand_over(group, clerk, 2, {}, leaves=[1])
    with pytest.raises(NotEligible) as refusal:
        add_member(group_id=group.pk, member=newcomer("20", JUNE - DAY), by=clerk)
    (failure,) = refusal.value.preflight.failures
    assert (failure.code, failure.earliest_on) == ("owner_changes", JUNE)
    assert add_member(group_id=group.pk, member=newcomer("20", JUNE), by=clerk).seat == 2


def test_a_newcomer_goes_when_the_group_ends_and_none_comes_after_it(clerk: Staff) -> None:
    group = make_group("12", by=clerk)
    dissolve_group(group_id=group.pk, day=JULY, reason="x", by=clerk)
    row = add_member(group_id=group.pk, member=newcomer("20", JUNE, left_on=JULY + DAY), by=clerk)
    assert row.left_on == JULY
    with pytest.raises(GroupDissolved):
        add_member(group_id=group.pk, member=newcomer("30", JULY, gender="2"), by=clerk)


def test_more_newcomers_than_seats_are_told_who_finds_none(clerk: Staff) -> None:
    group = make_group("12", "20", "30", "30", "20", by=clerk)
    joins = [newcomer() for _ in range(3)]
    with pytest.raises(GroupFull) as refusal:
        do(group, CaseKind.ADD, clerk, joins=joins)
    assert [failure.code for failure in refusal.value.preflight.failures] == ["group_full"]
    do(group, CaseKind.ADD, clerk, joins=joins[:2])
    assert members_on(group, JUNE).count() == 8


def test_an_owner_with_a_last_day_takes_the_family_along(clerk: Staff) -> None:
    owner, wife = make_family("12")
    members = [replace(owner, left_on=JULY), wife]
    group = create_group(region=Region.objects.get(pk="421002"), members=members, by=clerk)
    assert group.dissolved_on == JULY
    assert set(group.members.values_list("left_on", flat=True)) == {JULY}
    assert [members_on(group, day).count() for day in (JULY - DAY, JULY)] == [2, 0]


# Changing.


def test_a_limit_holds_from_the_day_and_the_order_stays(clerk: Staff) -> None:
    group = make_group("12*", by=clerk)
    change(group, 2, clerk, share_limit=Decimal("300.00"))
    stored = Sharing.objects.filter(payer=seat(group, 2)).order_by("starts_on")
    assert list(stored.values_list("rank", "share_limit", "starts_on", "ends_on")) == [
        (2, None, START, JUNE),
        (2, Decimal("300.00"), JUNE, None),
    ]
    assert group.members.count() == 2


def test_another_place_in_the_order_waits_for_the_days_of_the_policy_and_the_limit_does_not(clerk: Staff) -> None:
    make_policy(order_change_lag_days=10)
    group = make_group("12*", by=clerk)
    plan = change(group, 2, clerk, rank=5, share_limit=Decimal("300.00"))
    assert plan.in_force_on == JUNE + 10 * DAY
    days = [JUNE - DAY, JUNE, JUNE + 9 * DAY, JUNE + 10 * DAY]
    assert [terms_of(group, day)[1].rank for day in days] == [2, 2, 2, 5]
    assert [terms_of(group, day)[1].share_limit for day in days] == [None, *[Decimal("300.00")] * 3]


@pytest.mark.parametrize("lag", [0, 3])
def test_two_payers_change_places(clerk: Staff, lag: int) -> None:
    make_policy(order_change_lag_days=lag)
    group = make_group("12*", "51*", "20", by=clerk)
    _owner, wife, father, _child = terms_of(group, JUNE)
    do(group, CaseKind.CHANGE, clerk, terms=[replace(wife, rank=3), replace(father, rank=2)])
    turn = JUNE + lag * DAY
    assert payers(group, 4, turn - DAY) == [1, 2, 3]
    assert payers(group, 4, turn) == [1, 3, 2]


def test_a_place_that_another_account_has_is_refused(clerk: Staff) -> None:
    group = make_group("12*", "51*", by=clerk)
    assert codes(lambda: change(group, 2, clerk, rank=3)) == [(2, "rank_taken")]


def test_a_second_change_of_the_order_takes_the_place_of_the_first_that_waits(clerk: Staff) -> None:
    make_policy(order_change_lag_days=10)
    group = make_group("12*", by=clerk)
    change(group, 2, clerk, rank=5)
    change(group, 2, clerk, JUNE + 2 * DAY, rank=7)
    days = [JUNE + 11 * DAY, JUNE + 12 * DAY]
    assert [terms_of(group, day)[1].rank for day in days] == [2, 7]
    change(group, 2, clerk, JUNE + 3 * DAY, rank=2)
    assert {terms_of(group, JUNE + n * DAY)[1].rank for n in range(20)} == {2}


def test_an_order_that_waits_is_not_put_off_by_another_limit(clerk: Staff) -> None:
    make_policy(order_change_lag_days=10)
    group = make_group("12*", by=clerk)
    change(group, 2, clerk, rank=5)
    change(group, 2, clerk, JUNE + 6 * DAY, rank=5, share_limit=Decimal("1.00"))
    days = [JUNE + 9 * DAY, JUNE + 10 * DAY]
    assert [terms_of(group, day)[1].rank for day in days] == [2, 5]


def test_a_member_begins_to_share_and_every_relative_may_draw(clerk: Staff) -> None:
    group = make_group("12", "20", by=clerk)
    roster(person(group, 2), insutype="310")
    change(group, 2, clerk, rank=2)
    assert [payers(group, 3, day) for day in (JUNE - DAY, JUNE)] == [[1], [1, 2]]
    assert payers(group, 1, JUNE) == [2]


@pytest.mark.parametrize(
    ("values", "code"),
    [({"insutype": "390"}, "payer_not_employee"), ({"status": "2"}, "insurance_suspended")],
)
def test_a_member_who_could_not_join_as_a_payer_does_not_begin_to_share(
    clerk: Staff, values: dict[str, str], code: str
) -> None:
    group = make_group("12", by=clerk)
    roster(person(group, 2), **{"insutype": "310", **values})
    assert codes(lambda: change(group, 2, clerk, rank=2)) == [(2, code)]


def test_a_member_stops_sharing_and_may_still_draw(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    change(group, 2, clerk, rank=None)
    assert [payers(group, 3, day) for day in (JUNE - DAY, JUNE)] == [[1, 2], [1]]
    assert payers(group, 2, JUNE) == [1]


def test_a_stop_of_sharing_waits_like_a_release_and_is_held_by_the_shortest_membership(clerk: Staff) -> None:
    make_policy(release_lag_days=5, min_bind_days=92)
    group = make_group("12*", "20", by=clerk)
    assert codes(lambda: change(group, 2, clerk, JUNE - DAY, rank=None)) == [(2, "bound_too_short")]
    change(group, 2, clerk, rank=None)
    assert [payers(group, 3, JUNE + n * DAY) for n in (4, 5)] == [[1, 2], [1]]


def test_who_begins_to_share_again_before_the_stop_goes_on_without_a_gap(clerk: Staff) -> None:
    make_policy(release_lag_days=30)
    group = make_group("12*", "20", by=clerk)
    change(group, 2, clerk, rank=None)
    change(group, 2, clerk, JUNE + 5 * DAY, rank=2, share_limit=Decimal("9.00"))
    assert all(payers(group, 3, JUNE + n * DAY) == [1, 2] for n in (0, 4, 5, 29, 30, 60))


def test_who_is_stated_anew_meanwhile_draws_until_the_stop(clerk: Staff) -> None:
    make_policy(release_lag_days=30)
    group = make_group("12*", "20", by=clerk)
    _owner, wife, child = terms_of(group, JUNE)
    do(group, CaseKind.CHANGE, clerk, terms=[replace(wife, rank=None), replace(child, left_on=JULY + 90 * DAY)])
    assert [payers(group, 3, JUNE + n * DAY) for n in (0, 29, 30)] == [[1, 2], [1, 2], [1]]


def test_a_stop_that_is_still_to_come_is_not_undone_by_a_newcomer(clerk: Staff) -> None:
    make_policy(release_lag_days=30)
    group = make_group("12*", by=clerk)
    change(group, 2, clerk, rank=None)
    add_member(group_id=group.pk, member=newcomer("20", JUNE + DAY), by=clerk)
    assert [payers(group, 3, JUNE + n * DAY) for n in (1, 29, 30)] == [[1, 2], [1, 2], [1]]


def test_another_relation_is_a_membership_anew_with_the_grants_that_follow(clerk: Staff) -> None:
    """Bound as a child, in truth a child's child: the wife's presumed child becomes her presumed grandchild."""
    group = make_group("12*", "20", by=clerk)
    change(group, 3, clerk, relation="41")
    rows = GroupMember.objects.filter(person=person(group, 3)).order_by("joined_on")
    assert list(rows.values_list("seat", "relation", "joined_on", "left_on")) == [
        (3, "20", START, JUNE),
        (3, "41", JUNE, None),
    ]
    assert [payers(group, 3, day) for day in (JUNE - DAY, JUNE)] == [[1, 2], [1, 2]]


def test_a_relation_that_is_no_near_one_is_refused(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    assert codes(lambda: change(group, 3, clerk, relation="99")) == [(3, "not_near_relative")]


def test_the_owner_is_not_made_another_by_a_change_of_members(clerk: Staff) -> None:
    group = make_group("12*", by=clerk)
    owner, wife = terms_of(group, JUNE)
    swapped = [replace(owner, relation="11", rank=2), replace(wife, relation="01", rank=1)]
    assert {code for _seat, code in codes(lambda: do(group, CaseKind.CHANGE, clerk, terms=swapped))} == {
        "owner_conflict"
    }
    assert "owner_conflict" in {code for _seat, code in codes(lambda: change(group, 2, clerk, relation="01"))}


def test_a_last_day_is_set_brought_forward_and_put_off(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    change(group, 3, clerk, left_on=JULY + 30 * DAY)
    change(group, 3, clerk, JUNE + DAY, left_on=JULY)
    assert [members_on(group, day).count() for day in (JULY - DAY, JULY)] == [3, 2]
    change(group, 3, clerk, JUNE + 2 * DAY, left_on=None)
    assert [payers(group, 3, JUNE + n * DAY) for n in (-1, 0, 1, 2, 90)] == [[1, 2]] * 5


def test_a_last_day_brought_forward_is_held_by_the_shortest_membership(clerk: Staff) -> None:
    """Else the waiting time of a release would be got round by a last day."""
    make_policy(min_bind_days=120)
    group = make_group("12*", by=clerk)
    with pytest.raises(NotEligible) as refusal:
        change(group, 2, clerk, left_on=JUNE + DAY)
    (failure,) = refusal.value.preflight.failures
    assert (failure.code, failure.earliest_on) == ("bound_too_short", START + 120 * DAY)
    change(group, 2, clerk, left_on=START + 120 * DAY)


def test_a_last_day_brought_forward_waits_like_a_release(clerk: Staff) -> None:
    make_policy(release_lag_days=30)
    group = make_group("12*", by=clerk)
    change(group, 2, clerk, left_on=JUNE + DAY)
    assert seat(group, 2, JUNE).left_on == JUNE + 30 * DAY


def test_who_is_bound_elsewhere_by_then_does_not_stay_longer(clerk: Staff) -> None:
    child = newcomer("20", START, left_on=JULY)
    group = create_group(region=Region.objects.get(pk="421002"), members=[*make_family("12"), child], by=clerk)
    other = make_group(by=clerk)
    add_member(group_id=other.pk, member=NewMember(child.person_id, "20", JULY), by=clerk)
    assert codes(lambda: change(group, 3, clerk, left_on=None)) == [(3, "already_in_group")]
    change(group, 3, clerk, left_on=JULY - DAY)


def test_who_stays_longer_takes_another_seat_where_the_own_one_is_given_away(clerk: Staff) -> None:
    group = make_group("12", "20", by=clerk)
    change(group, 3, clerk, left_on=JULY)
    assert add_member(group_id=group.pk, member=newcomer("30", JULY, gender="2"), by=clerk).seat == 3
    child = person(group, 3, JUNE)
    change(group, 3, clerk, JUNE + DAY, left_on=None)
    assert [members_on(group, day).get(person=child).seat for day in (JUNE, JUNE + DAY, JULY)] == [3, 4, 4]


def test_nobody_stays_longer_in_a_group_whose_seats_are_given_away(clerk: Staff) -> None:
    group = make_group("12", "20", "30", "20", "30", "51", "52", by=clerk)
    change(group, 8, clerk, left_on=JULY)
    assert add_member(group_id=group.pk, member=newcomer("30", JULY, gender="2"), by=clerk).seat == 8
    assert codes(lambda: change(group, 8, clerk, JUNE + DAY, left_on=None)) == [(8, "group_full")]


def test_nothing_is_touched_that_nobody_named_although_the_policy_is_narrower_by_now(clerk: Staff) -> None:
    group = make_group("12*", "20", "71*", by=clerk)
    make_policy(effective_on=JUNE, near_relatives=["spouse", "parent", "child"], max_members=2, cross_city=False)
    before = picture_of(group, JUNE)
    written = {row.pk for row in (*GroupMember.objects.all(), *Grant.objects.all())}
    change(group, 2, clerk, share_limit=Decimal("5.00"))
    rows = {row.pk for row in (*GroupMember.objects.all(), *Grant.objects.all())}
    assert rows == written
    assert picture_of(group, JUNE)[1] == before[1]
    assert [row[:4] for row in picture_of(group, JUNE)[0]] == [row[:4] for row in before[0]]


def test_what_is_stated_anew_is_held_against_the_narrower_policy(clerk: Staff) -> None:
    group = make_group("12*", "71", by=clerk)
    make_policy(effective_on=JUNE, near_relatives=["spouse", "parent", "child"])
    assert codes(lambda: change(group, 3, clerk, relation="73")) == [(3, "not_near_relative")]


def test_who_is_no_member_is_not_changed(clerk: Staff) -> None:
    group = make_group("12", by=clerk)
    stranger = MemberTerms(make_person().pk, "20")
    (failure,) = codes(lambda: do(group, CaseKind.CHANGE, clerk, terms=[stranger]))
    assert failure[1] == "not_a_member"


def test_nobody_is_named_twice(clerk: Staff) -> None:
    group = make_group("12*", by=clerk)
    wife = terms_of(group, JUNE)[1]
    twice = [replace(wife, rank=3), replace(wife, rank=4)]
    assert (2, "duplicate_row") in codes(lambda: do(group, CaseKind.CHANGE, clerk, terms=twice))


def test_a_pair_that_is_declared_later_may_draw_from_then(clerk: Staff) -> None:
    group = make_group("20*", "41", by=clerk)
    son = terms_of(group, JUNE)[1]
    pair = frozenset({(person(group, 2), person(group, 3))})
    do(group, CaseKind.CHANGE, clerk, terms=[son], declared=pair)
    assert [payers(group, 3, day) for day in (JUNE - DAY, JUNE)] == [[1], [1, 2]]
    assert Grant.objects.get(payer=seat(group, 2), beneficiary=seat(group, 3)).basis == "declare"


# What was planned for a later day.


def test_a_release_ends_what_was_planned_for_later_too(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    change(group, 3, clerk, JULY, relation="41")
    release_members(group_id=group.pk, person_ids=[person(group, 3)], day=JUNE, reason="x", by=clerk)
    assert [members_on(group, day).count() for day in (JUNE - DAY, JUNE, JULY, JULY + DAY)] == [3, 2, 2, 2]


def test_new_terms_take_the_place_of_those_planned_for_later(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    change(group, 3, clerk, JULY, relation="41")
    change(group, 3, clerk, JUNE, relation="20", left_on=None)
    assert {seat(group, 3, day).relation for day in (START, JUNE, JULY, JULY + 90 * DAY)} == {"20"}
    assert payers(group, 3, JULY + 90 * DAY) == [1, 2]


def test_while_another_owner_is_to_come_members_are_changed_from_that_day_only(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    hand_over(group, clerk, 2, {1: "11", 3: "20"}, day=JULY, ranks={1: 2})
    assert {code for _seat, code in codes(lambda: change(group, 3, clerk, JUNE, left_on=None))} == {"owner_changes"}
    joins = [newcomer("30", JUNE, gender="2")]
    assert {code for _seat, code in codes(lambda: do(group, CaseKind.ADD, clerk, joins=joins))} == {"owner_changes"}
    add_member(group_id=group.pk, member=newcomer("30", JULY, gender="2"), by=clerk)
    assert payers(group, 4, JULY) == [1, 2]


def test_a_hand_over_that_is_to_come_is_asked_for_anew_and_the_family_may_dissolve_before(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    hand_over(group, clerk, 2, {1: "11", 3: "20"}, day=JULY, ranks={1: 2})
    hand_over(group, clerk, 2, {3: "20"}, leaves=[1])
    assert [row.seat for row in members_on(group, JULY)] == [1, 3]
    assert seat(group, 1, JULY).joined_on == JUNE
    hand_over(group, clerk, 1, {3: "20"}, day=JULY)
    dissolve_group(group_id=group.pk, day=JUNE + DAY, reason="x", by=clerk)
    assert not any(members_on(group, JUNE + n * DAY).exists() for n in (1, 30, 60))


# Releasing.


def test_several_are_released_at_once_after_the_days_of_the_policy(clerk: Staff) -> None:
    make_policy(release_lag_days=7)
    group = make_group("12*", "20", "30", by=clerk)
    plan = do(group, CaseKind.RELEASE, clerk, leaves=[person(group, 2), person(group, 4)], reason="moved")
    assert plan.in_force_on == JUNE + 7 * DAY
    assert [[row.seat for row in members_on(group, JUNE + n * DAY)] for n in (6, 7)] == [[1, 2, 3, 4], [1, 3]]
    assert [payers(group, 3, JUNE + n * DAY) for n in (6, 7)] == [[1, 2], [1]]
    assert set(group.members.exclude(left_reason="").values_list("left_reason", flat=True)) == {"moved"}


def test_one_who_may_not_go_keeps_the_others(clerk: Staff) -> None:
    make_policy(min_bind_days=92)
    group = make_group("12", by=clerk)
    child = add_member(group_id=group.pk, member=newcomer("20", START + DAY), by=clerk)
    people = [person(group, 2), child.person_id]
    assert codes(lambda: do(group, CaseKind.RELEASE, clerk, leaves=people)) == [(3, "bound_too_short")]


def test_no_waiting_time_holds_whoever_is_not_insured_any_more(clerk: Staff) -> None:
    make_policy(min_bind_days=900, changes_per_year=1)
    group = make_group("12*", by=clerk)
    assert (2, "bound_too_short") in codes(
        lambda: release_members(group_id=group.pk, person_ids=[person(group, 2)], day=JUNE, reason="x", by=clerk)
    )
    roster(person(group, 2), status="4")
    release_members(group_id=group.pk, person_ids=[person(group, 2)], day=JUNE, reason="death", by=clerk)
    assert members_on(group, JUNE).count() == 1


@pytest.mark.parametrize("kind", [CaseKind.RELEASE, CaseKind.CHANGE, CaseKind.ADD])
def test_the_owner_leaves_by_handing_over_or_dissolving_alone(clerk: Staff, kind: str) -> None:
    group = make_group("12*", by=clerk)
    assert (1, "owner_stays") in codes(lambda: do(group, kind, clerk, leaves=[person(group, 1)]))


def test_a_release_changes_nobodys_terms_unasked(clerk: Staff) -> None:
    """Terms on a release are checked as those of a change are: nobody slips in as a payer."""
    group = make_group("12", "20", by=clerk)
    wife = replace(terms_of(group, JUNE)[1], rank=2)
    assert (2, "payer_not_employee") in codes(
        lambda: do(group, CaseKind.RELEASE, clerk, terms=[wife], leaves=[person(group, 3)])
    )


# Handing over.


def test_the_owner_dies_and_the_wife_takes_the_family_over(clerk: Staff) -> None:
    group = make_group("12*", "20", "30*", "51*", by=clerk)
    past = {day: picture_of(group, day) for day in (START, JUNE - DAY)}
    roster(person(group, 1), status="4")
    hand_over(group, clerk, 2, {3: "20", 4: "30"}, leaves=[1, 5], ranks={4: 4}, reason="death")
    assert [(row.seat, row.relation) for row in members_on(group, JUNE)] == [(1, "01"), (3, "20"), (4, "30")]
    assert ranks(group, JUNE) == {1: 1, 4: 4}
    assert payers(group, 3, JUNE) == [1, 4]
    bases = Grant.objects.filter(group=group).on(JUNE).values_list("payer__seat", "beneficiary__seat", "basis")
    assert set(bases) == {(1, 3, "pass"), (1, 4, "pass"), (4, 1, "pass"), (4, 3, "pass")}
    assert {day: picture_of(group, day) for day in past} == past


def test_the_owner_stays_as_a_member_and_takes_the_seat_that_the_successor_left(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    old_owner, wife = person(group, 1), person(group, 2)
    hand_over(group, clerk, 2, {1: "11", 3: "20"}, ranks={1: 2})
    assert [(row.person_id, row.seat, row.relation) for row in members_on(group, JUNE)][:2] == [
        (wife, 1, "01"),
        (old_owner, 2, "11"),
    ]
    assert ranks(group, JUNE) == {1: 1, 2: 2}
    assert [payers(group, 3, day) for day in (JUNE - DAY, JUNE)] == [[1, 2], [1, 2]]
    assert group.members.filter(person=old_owner, seat=1).get().left_on == JUNE


def test_eight_members_hand_over_within_their_eight_seats(clerk: Staff) -> None:
    group = make_group("12", "20", "20", "30", "30*", "51", "52", by=clerk)
    relations = {1: "51", 2: "52", 3: "71", 4: "71", 5: "75", 7: "61", 8: "62"}
    hand_over(group, clerk, 6, relations, ranks={1: 2})
    assert [row.seat for row in members_on(group, JUNE)] == list(range(1, 9))
    assert seat(group, 6, JUNE).relation == "51"


def test_a_successor_who_did_not_share_begins_to(clerk: Staff) -> None:
    group = make_group("12", "20", by=clerk)
    roster(person(group, 2), insutype="310")
    hand_over(group, clerk, 2, {3: "20"}, leaves=[1])
    assert payers(group, 3, JUNE) == [1]


def test_a_successor_insured_as_a_resident_is_refused(clerk: Staff) -> None:
    group = make_group("12", "20", by=clerk)
    assert codes(lambda: hand_over(group, clerk, 2, {3: "20"}, leaves=[1])) == [(2, "payer_not_employee")]


def test_a_successor_whose_insurance_is_suspended_is_refused(clerk: Staff) -> None:
    group = make_group("12*", by=clerk)
    roster(person(group, 2), status="2")
    assert codes(lambda: hand_over(group, clerk, 2, {}, leaves=[1])) == [(2, "insurance_suspended")]


def test_brothers_and_sisters_of_the_former_owner_are_nothing_to_the_wife_and_have_to_leave(clerk: Staff) -> None:
    group = make_group("12*", "71", by=clerk)
    assert codes(lambda: hand_over(group, clerk, 2, {1: "11", 3: "99"}, ranks={1: 2})) == [(3, "not_near_relative")]
    hand_over(group, clerk, 2, {1: "11"}, leaves=[3], ranks={1: 2})
    assert [row.seat for row in members_on(group, JUNE)] == [1, 2]


def test_a_member_whom_the_form_forgets_is_asked_about(clerk: Staff) -> None:
    group = make_group("12*", "20", "30", by=clerk)
    assert codes(lambda: hand_over(group, clerk, 2, {3: "20"}, leaves=[1])) == [(4, "member_missing")]


def test_a_family_that_all_leave_is_dissolved_not_handed_over(clerk: Staff) -> None:
    group = make_group("12*", by=clerk)
    people = [person(group, 1), person(group, 2)]
    assert (1, "owner_stays") in codes(lambda: do(group, CaseKind.HAND_OVER, clerk, leaves=people))


def test_two_successors_are_one_too_many(clerk: Staff) -> None:
    group = make_group("12*", "20*", by=clerk)
    assert "owner_conflict" in {
        code for _seat, code in codes(lambda: hand_over(group, clerk, 2, {3: "01"}, leaves=[1], ranks={3: 2}))
    }


def test_a_declared_pair_stays_declared_under_the_new_owner(clerk: Staff) -> None:
    """Grandfather, his son, the son's son: declared as father and son; the grandmother takes over."""
    members = make_family("12*", "20*", "41")
    group = create_group(
        region=Region.objects.get(pk="421002"), members=members, declared=frozenset({(3, 4)}), by=clerk
    )
    hand_over(group, clerk, 2, {3: "20", 4: "41"}, leaves=[1], ranks={3: 3})
    assert payers(group, 4, JUNE) == [1, 3]
    assert Grant.objects.filter(group=group, basis="declare").on(JUNE).count() == 1


def test_there_and_back_everybody_is_where_they_were(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    before = picture_of(group, START)
    hand_over(group, clerk, 2, {1: "11", 3: "20"}, ranks={1: 2})
    hand_over(group, clerk, 2, {1: "12", 3: "20"}, day=JULY, ranks={1: 2})
    assert picture_of(group, JULY) == before
    assert [row.joined_on for row in members_on(group, JULY)] == [JULY, JULY, START]


def test_handing_over_is_no_change_of_the_year_for_those_who_stay(clerk: Staff) -> None:
    make_policy(changes_per_year=2, min_bind_days=90)
    group = make_group("12*", "20", by=clerk)
    hand_over(group, clerk, 2, {1: "11", 3: "20"}, ranks={1: 2})
    do(group, CaseKind.RELEASE, clerk, JUNE + DAY, leaves=[person(group, 2, JUNE)])
    assert members_on(group, JUNE + DAY).count() == 2


# Dissolving.


def test_a_dissolved_group_ends_for_everybody_on_one_day(clerk: Staff) -> None:
    make_policy(release_lag_days=3)
    group = make_group("12*", "20", by=clerk)
    dissolve_group(group_id=group.pk, day=JUNE, reason="divorce", by=clerk)
    group.refresh_from_db()
    end = JUNE + 3 * DAY
    assert group.dissolved_on == end
    for rows in (group.members.all(), group.sharings.all(), group.grants.all()):
        assert {getattr(row, row.period[1]) for row in rows} == {end}


def test_a_second_dissolution_puts_the_end_off_no_further(clerk: Staff) -> None:
    make_policy(release_lag_days=30)
    group = make_group("12*", by=clerk)
    for day in (JUNE, JUNE + 10 * DAY):
        dissolve_group(group_id=group.pk, day=day, reason="x", by=clerk)
    group.refresh_from_db()
    assert group.dissolved_on == JUNE + 30 * DAY


def test_a_member_who_never_began_stands_in_no_dissolutions_way(clerk: Staff) -> None:
    group = make_group("12", by=clerk)
    child = add_member(group_id=group.pk, member=newcomer("20", JULY), by=clerk)
    release_members(group_id=group.pk, person_ids=[child.person_id], day=JUNE, reason="x", by=clerk)
    assert members_on(group, JULY).count() == 2
    dissolve_group(group_id=group.pk, day=JUNE + DAY, reason="x", by=clerk)
    assert not members_on(group, JULY).exists()


def test_a_dissolution_names_everybody(clerk: Staff) -> None:
    group = make_group("12", "20", by=clerk)
    people = [person(group, 1), person(group, 2)]
    assert codes(lambda: do(group, CaseKind.DISSOLVE, clerk, leaves=people)) == [(3, "member_missing")]


# Cases.

LEAVE, CHANGE, JOIN = LineAction.LEAVE, LineAction.CHANGE, LineAction.JOIN
Clock = Callable[[dt.date], None]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The day on which everything that follows happens."""

    def turn(day: dt.date) -> None:
        monkeypatch.setattr(timezone, "localdate", lambda *_args: day)

    turn(JUNE)
    return turn


def line_of(terms: MemberTerms, day: dt.date, action: str = CHANGE) -> LineInput:
    shares = terms.rank is not None and action != LEAVE
    return LineInput(
        person_id=terms.person_id,
        relation=terms.relation,
        shares=shares,
        starts_on=day,
        rank=terms.rank if shares else None,
        share_limit=terms.share_limit if shares else None,
        action=action,
    )


def asks(kind: str, group: MutualAidGroup, day: dt.date = JUNE, *, seats: Sequence[int] = (2,)) -> CaseInput:
    """An accepted case of each kind for a family of owner, sharing wife and two children; `seats`: who leaves."""
    owner, wife, *children = terms_of(group, day)
    rows = {
        CaseKind.ADD: lambda: [replace(line_of(MemberTerms(newcomer().person_id, "20"), day), action=JOIN)],
        CaseKind.CHANGE: lambda: [line_of(replace(wife, share_limit=Decimal("8.00")), day)],
        CaseKind.RELEASE: lambda: [line_of(terms_of(group, day)[number - 1], day, LEAVE) for number in seats],
        CaseKind.HAND_OVER: lambda: [
            line_of(replace(wife, relation="01", rank=1), day),
            line_of(owner, day, LEAVE),
            *[line_of(child, day) for child in children],
        ],
        CaseKind.DISSOLVE: lambda: [line_of(one, day, LEAVE) for one in (owner, wife, *children)],
    }[CaseKind(kind)]()
    return CaseInput(
        key=uuid4(),
        owner_id=owner.person_id,
        lines=rows,
        kind=kind,
        group_id=group.pk,
        cause="requested" if kind in ENDING else "",
    )


def family(by: Staff) -> MutualAidGroup:
    return make_group("12*", "20", "30", by=by)


def submitted(form: CaseInput, by: Staff) -> RegistrationCase:
    return submit_case(case_id=save_case(form=form, by=by).pk, by=by)


KINDS = [CaseKind.ADD, CaseKind.CHANGE, CaseKind.RELEASE, CaseKind.HAND_OVER, CaseKind.DISSOLVE]


@pytest.mark.parametrize("kind", KINDS)
def test_a_case_of_each_kind_changes_the_family_when_it_is_approved_and_not_before(
    clerk: Staff, reviewer: Staff, clock: Clock, kind: str
) -> None:
    group = family(clerk)
    before = everything()
    case = submitted(asks(kind, group), clerk)
    assert (case.state, case.effective_on, everything()) == ("submitted", None, before)
    case = approve_case(case_id=case.pk, by=reviewer)
    assert (case.state, case.effective_on, case.group_id) == ("effective", JUNE, group.pk)
    assert everything() != before
    expected = {"add": 5, "change": 4, "release": 3, "hand_over": 3, "dissolve": 0}
    assert members_on(group, JUNE).count() == expected[kind]
    assert members_on(group, JUNE - DAY).count() == 4


@pytest.mark.parametrize("kind", KINDS)
def test_a_draft_of_each_kind_comes_back_as_it_was_filled_in(clerk: Staff, clock: Clock, kind: str) -> None:
    form = asks(kind, family(clerk))
    case = save_case(form=form, by=clerk)
    again = form_of(RegistrationCase.objects.get(pk=case.pk))
    assert replace(again, lines=[]) == replace(form, lines=[])
    assert sorted(again.lines, key=lambda line: line.person_id) == sorted(form.lines, key=lambda line: line.person_id)
    assert save_case(form=again, by=clerk).version == case.version


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != CaseKind.ADD])
def test_what_is_approved_later_takes_effect_from_then_and_not_in_the_past(
    clerk: Staff, reviewer: Staff, clock: Clock, kind: str
) -> None:
    group = family(clerk)
    case = submitted(asks(kind, group), clerk)
    clock(JUNE + 9 * DAY)
    before = [picture_of(group, JUNE + n * DAY) for n in range(9)]
    case = approve_case(case_id=case.pk, by=reviewer)
    assert case.effective_on == JUNE + 9 * DAY
    assert [picture_of(group, JUNE + n * DAY) for n in range(9)] == before


def test_a_newcomer_of_a_case_that_is_approved_later_is_bound_from_the_day_asked_for(
    clerk: Staff, reviewer: Staff, clock: Clock
) -> None:
    group = family(clerk)
    case = submitted(asks(CaseKind.ADD, group, JUNE - 5 * DAY), clerk)
    clock(JUNE + 9 * DAY)
    case = approve_case(case_id=case.pk, by=reviewer)
    assert case.effective_on == JUNE - 5 * DAY
    assert members_on(group, JUNE - 5 * DAY).count() == 5


def test_a_case_says_the_day_on_which_all_of_it_holds(clerk: Staff, reviewer: Staff, clock: Clock) -> None:
    make_policy(release_lag_days=4, order_change_lag_days=6)
    group = family(clerk)
    case = approve_case(case_id=submitted(asks(CaseKind.RELEASE, group, seats=(3,)), clerk).pk, by=reviewer)
    assert case.effective_on == JUNE + 4 * DAY
    wife = replace(terms_of(group, JUNE)[1], rank=6)
    form = replace(asks(CaseKind.CHANGE, group), lines=[line_of(wife, JUNE)])
    assert approve_case(case_id=submitted(form, clerk).pk, by=reviewer).effective_on == JUNE + 6 * DAY


@pytest.mark.parametrize(
    ("kind", "action"), [("release", JOIN), ("release", CHANGE), ("add", LEAVE), ("add", CHANGE), ("change", LEAVE)]
)
def test_a_line_of_another_business_is_not_taken(clerk: Staff, clock: Clock, kind: str, action: str) -> None:
    """Else a release could ride on a newcomer's start into the past."""
    group = family(clerk)
    form = asks(kind, group)
    extra = line_of(terms_of(group, JUNE)[2], JUNE - 30 * DAY, action)
    with pytest.raises(OtherBusiness):
        save_case(form=replace(form, lines=[*form.lines, extra]), by=clerk)
    assert not RegistrationCase.objects.exists()


def test_a_form_with_more_newcomers_than_a_group_has_seats_is_refused_and_says_who(
    clerk: Staff, clock: Clock
) -> None:
    group = family(clerk)
    lines = [line_of(MemberTerms(newcomer().person_id, "20"), JUNE, JOIN) for _ in range(8)]
    with pytest.raises(NotEligible) as refusal:
        save_case(form=replace(asks(CaseKind.ADD, group), lines=lines), by=clerk)
    assert {failure.code for failure in refusal.value.preflight.failures} == {"group_full"}


@pytest.mark.parametrize("kind", KINDS)
def test_a_rejected_case_is_corrected_in_a_new_one_and_stays_readable(
    clerk: Staff, reviewer: Staff, clock: Clock, kind: str
) -> None:
    form = asks(kind, family(clerk))
    case = submitted(form, clerk)
    reject_case(case_id=case.pk, reason="signature missing", by=reviewer)
    lines = list(case.lines.values_list("person", "action", "relation", "starts_on"))
    draft = correct_case(case_id=case.pk, key=uuid4(), by=clerk)
    assert (draft.state, draft.corrects, draft.kind, draft.group_id) == ("draft", case, kind, case.group_id)
    assert correct_case(case_id=case.pk, key=uuid4(), by=clerk) == draft
    approve_case(case_id=submit_case(case_id=draft.pk, by=clerk).pk, by=reviewer)
    case.refresh_from_db()
    assert (case.state, case.reason, case.reviewed_by) == ("rejected", "signature missing", reviewer)
    assert list(case.lines.values_list("person", "action", "relation", "starts_on")) == lines
    assert list(draft.lines.values_list("person", "action", "relation", "starts_on")) == lines


def test_a_correction_that_was_withdrawn_makes_room_for_another(clerk: Staff, reviewer: Staff, clock: Clock) -> None:
    case = submitted(asks(CaseKind.CHANGE, family(clerk)), clerk)
    reject_case(case_id=case.pk, reason="signature missing", by=reviewer)
    first = correct_case(case_id=case.pk, key=uuid4(), by=clerk)
    withdraw_case(case_id=first.pk, reason="not today", by=clerk)
    second = correct_case(case_id=case.pk, key=uuid4(), by=clerk)
    assert (second.state, second.corrects, second != first) == ("draft", case, True)


def test_only_a_rejected_case_is_corrected_and_not_beside_an_open_one(
    clerk: Staff, reviewer: Staff, clock: Clock
) -> None:
    group = family(clerk)
    case = submitted(asks(CaseKind.CHANGE, group), clerk)
    with pytest.raises(AlreadyDecided):
        correct_case(case_id=case.pk, key=uuid4(), by=clerk)
    reject_case(case_id=case.pk, reason="x", by=reviewer)
    other = save_case(form=asks(CaseKind.RELEASE, group), by=make_staff("clerk"))
    with pytest.raises(OpenElsewhere) as refusal:
        correct_case(case_id=case.pk, key=uuid4(), by=clerk)
    assert refusal.value.case == other


@pytest.mark.parametrize("second", KINDS)
def test_a_group_has_one_open_case_whatever_its_kind(clerk: Staff, clock: Clock, second: str) -> None:
    group = family(clerk)
    first = save_case(form=asks(CaseKind.RELEASE, group), by=clerk)
    with pytest.raises(OpenElsewhere) as refusal:
        save_case(form=asks(second, group), by=make_staff("clerk"))
    assert refusal.value.case == first
    withdraw_case(case_id=first.pk, reason="x", by=clerk)
    assert save_case(form=asks(second, group), by=clerk).state == "draft"


def test_a_case_is_withdrawn_by_its_handler_alone_until_it_is_decided(
    clerk: Staff, reviewer: Staff, clock: Clock
) -> None:
    group = family(clerk)
    case = submitted(asks(CaseKind.RELEASE, group), clerk)
    with pytest.raises(NotYours):
        withdraw_case(case_id=case.pk, reason="x", by=make_staff("clerk"))
    withdraw_case(case_id=case.pk, reason="the family stays", by=clerk)
    with pytest.raises(AlreadyDecided):
        approve_case(case_id=case.pk, by=reviewer)
    assert members_on(group, JUNE).count() == 4


def test_whoever_takes_a_case_over_goes_on_with_it_and_the_other_does_not(clerk: Staff, clock: Clock) -> None:
    group, other, boss = family(clerk), make_staff("clerk"), make_staff("supervisor")
    form = asks(CaseKind.CHANGE, group)
    draft = save_case(form=form, by=clerk)
    take_over_case(case_id=draft.pk, to=other, by=boss)
    with pytest.raises(NotYours):
        submit_case(case_id=draft.pk, by=clerk)
    late = save_case(form=replace(form, lines=[*asks(CaseKind.CHANGE, group, JULY).lines]), by=clerk)
    assert late.lines.get().starts_on == JUNE
    assert submit_case(case_id=draft.pk, by=other).handled_by == other


def test_a_form_that_was_open_before_the_case_came_back_is_told_that_it_is_old(clerk: Staff, clock: Clock) -> None:
    group, other, boss = family(clerk), make_staff("clerk"), make_staff("supervisor")
    form = asks(CaseKind.CHANGE, group)
    draft = save_case(form=form, by=clerk)
    for to in (other, clerk):
        take_over_case(case_id=draft.pk, to=to, by=boss)
    lines = [replace(form.lines[0], share_limit=Decimal("1.00"))]
    with pytest.raises(DraftChanged):
        save_case(form=replace(form, lines=lines, version=draft.version), by=clerk)


def test_a_case_goes_to_a_clerk_of_the_region_alone_and_to_nobody_once_it_is_decided(
    clerk: Staff, reviewer: Staff, clock: Clock
) -> None:
    case = submitted(asks(CaseKind.CHANGE, family(clerk)), clerk)
    boss = make_staff("supervisor")
    for stranger in (make_staff("clerk", "420106"), make_staff("auditor"), reviewer):
        with pytest.raises(NotAClerk):
            take_over_case(case_id=case.pk, to=stranger, by=boss)
    approve_case(case_id=case.pk, by=reviewer)
    with pytest.raises(AlreadyDecided):
        take_over_case(case_id=case.pk, to=make_staff("clerk"), by=boss)


def test_nobody_who_opened_or_ever_handled_a_case_reviews_it(clerk: Staff, reviewer: Staff, clock: Clock) -> None:
    """Three desks had it; each of the three may review the cases of others."""
    desks = [make_staff("clerk") for _ in range(3)]
    for desk in desks:
        desk.groups.set([*desk.groups.all(), *reviewer.groups.all()])
    boss = make_staff("supervisor")
    case = save_case(form=asks(CaseKind.CHANGE, family(clerk)), by=desks[0])
    for desk in desks[1:]:
        take_over_case(case_id=case.pk, to=desk, by=boss)
    submit_case(case_id=case.pk, by=desks[2])
    for desk in desks:
        for decide in (approve_case, lambda **who: reject_case(reason="x", **who)):
            with pytest.raises(OwnWork):
                decide(case_id=case.pk, by=desk)
    assert approve_case(case_id=case.pk, by=reviewer).state == "effective"


# What the reviewer is told.


@pytest.fixture
def waiting(clerk: Staff, clock: Clock) -> RegistrationCase:
    make_policy("420000", max_members=8)
    return submitted(asks(CaseKind.ADD, family(clerk)), clerk)


def told(case: RegistrationCase) -> list[str]:
    with translation.override("zh-hans"):
        return differences_of(case, check_case(form_of(case)))


def test_nothing_new_is_nothing_told(waiting: RegistrationCase) -> None:
    assert told(waiting) == []


def test_the_reviewer_is_told_of_a_newcomer_suspended_since(waiting: RegistrationCase) -> None:
    line = waiting.lines.get()
    roster(line.person_id, name="王小明", status="2")
    (said,) = told(waiting)
    assert said.startswith("王小明 参保状态正常")
    assert said.endswith("参保状态不正常。")


def test_the_reviewer_is_told_of_seats_taken_since(waiting: RegistrationCase, clerk: Staff) -> None:
    assert waiting.group is not None
    for _ in range(4):
        add_member(group_id=waiting.group.pk, member=newcomer("30", gender="2"), by=clerk)
    said = told(waiting)
    assert len([text for text in said if "共济组人数" in text]) == 1, said
    assert len(said) == 5


def test_the_reviewer_is_told_of_a_member_who_left_since(waiting: RegistrationCase, clerk: Staff) -> None:
    assert waiting.group is not None
    roster(person(waiting.group, 3), name="王小红")
    release_members(group_id=waiting.group.pk, person_ids=[person(waiting.group, 3)], day=START, reason="x", by=clerk)
    assert any("王小红" in text for text in told(waiting))


def test_the_reviewer_is_told_of_another_version_of_the_policy(waiting: RegistrationCase) -> None:
    make_policy("421000", effective_on=JUNE, max_members=7)
    assert len(told(waiting)) == 1


def test_the_reviewer_is_told_of_a_later_day(clerk: Staff, clock: Clock) -> None:
    case = submitted(asks(CaseKind.RELEASE, family(clerk)), clerk)
    clock(JUNE + 3 * DAY)
    assert any("2026" in text for text in told(case))


# What was shown is what is approved.


def digest(case: RegistrationCase) -> str:
    case.refresh_from_db()
    return seen_as(case, check_case(form_of(case)))


def test_what_was_shown_is_approved(waiting: RegistrationCase, reviewer: Staff) -> None:
    assert approve_case(case_id=waiting.pk, seen=digest(waiting), by=reviewer).state == "effective"


def test_what_was_not_shown_is_not_approved(waiting: RegistrationCase, reviewer: Staff, clerk: Staff) -> None:
    """A member, a policy, a desk, a fact that still passes: each makes another page."""
    assert waiting.group is not None

    def member() -> None:
        add_member(group_id=waiting.group_id or 0, member=newcomer("30", gender="2"), by=clerk)

    def policy() -> None:
        make_policy("421000", effective_on=JUNE, max_members=7)

    def desk() -> None:
        take_over_case(case_id=waiting.pk, to=make_staff("clerk"), by=make_staff("supervisor"))

    def fact() -> None:
        roster(waiting.lines.get().person_id, gender="2")

    for happens in (member, policy, desk, fact):
        shown = digest(waiting)
        happens()
        with pytest.raises(NotAsSeen):
            approve_case(case_id=waiting.pk, seen=shown, by=reviewer)
    assert approve_case(case_id=waiting.pk, seen=digest(waiting), by=reviewer).state == "effective"


def test_what_fails_by_now_is_not_approved_although_it_was_shown(waiting: RegistrationCase, reviewer: Staff) -> None:
    roster(waiting.lines.get().person_id, status="2")
    before = everything()
    with pytest.raises(NotEligible):
        approve_case(case_id=waiting.pk, seen=digest(waiting), by=reviewer)
    waiting.refresh_from_db()
    assert (waiting.state, everything()) == ("submitted", before)


def test_a_case_for_a_group_that_ended_meanwhile_is_refused(clerk: Staff, reviewer: Staff, clock: Clock) -> None:
    group = family(clerk)
    case = submitted(asks(CaseKind.CHANGE, group), clerk)
    dissolve_group(group_id=group.pk, day=JUNE, reason="x", by=clerk)
    with pytest.raises(GroupDissolved):
        approve_case(case_id=case.pk, by=reviewer)
