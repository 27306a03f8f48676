"""Binding and releasing: what is written, what is refused, and how a group stood on any day."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from accounts.models import InsuredPerson, Region, Staff
from families.models import Grant, GroupMember, MutualAidGroup, Sharing
from families.selectors import group_on, members_on, membership_on, payers_for
from families.services.changes import add_member, dissolve_group
from families.services.groups import GroupDissolved, GroupFull, NewMember, NotEligible, create_group
from tests.factories import START, make_family, make_group, make_person, make_policy, make_staff, release_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.timedelta(days=1)
JUNE = dt.date(2026, 6, 1)


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


def bind(members: list[NewMember], by: Staff, **declared: Any) -> MutualAidGroup:
    return create_group(region=Region.objects.get(pk="421002"), members=members, by=by, **declared)


def newcomer(relation: str = "20", starts_on: dt.date = START, **fields: Any) -> NewMember:
    rank = fields.pop("rank", None)
    left_on = fields.pop("left_on", None)
    person = make_person(insutype="310" if rank else "390", born_on=dt.date(2008, 1, 1), **fields)
    return NewMember(person_id=person.pk, relation=relation, starts_on=starts_on, rank=rank, left_on=left_on)


def codes(refusal: pytest.ExceptionInfo[NotEligible]) -> list[tuple[int, str]]:
    return [(finding.position, finding.code) for finding in refusal.value.preflight.failures]


def seat(group: MutualAidGroup, number: int) -> GroupMember:
    return group.members.get(seat=number)


def payers(member: GroupMember, day: dt.date) -> list[tuple[int, int]]:
    """(seat, rank) of those whose account the member may draw on."""
    seats = {row.person_id: row.seat for row in GroupMember.objects.filter(group=member.group)}
    return [(seats[payer.person_id], payer.rank) for payer in payers_for(member.person, day)]


def nothing_written() -> bool:
    return not any(model.objects.exists() for model in (MutualAidGroup, GroupMember, Sharing, Grant))


# Binding.


def test_a_family_is_bound_with_seats_ranks_limits_and_grants(clerk: Staff) -> None:
    members = make_family("12*", "20", "51*")
    members[1] = NewMember(members[1].person_id, "12", START, rank=2, share_limit=Decimal("500.00"))
    group = bind(members, clerk)
    assert (group.opened_on, group.dissolved_on, group.region_id) == (START, None, "421002")
    assert group.number.startswith("GJ421002")
    assert [(row.seat, row.person_id, row.relation) for row in group.members.all()] == [
        (seat, member.person_id, member.relation) for seat, member in enumerate(members, start=1)
    ]
    sharings = group.sharings.order_by("rank").values_list("payer__seat", "rank", "share_limit")
    assert list(sharings) == [(1, 1, None), (2, 2, Decimal("500.00")), (4, 4, None)]
    granted = {(grant.payer.seat, grant.beneficiary.seat): grant.basis for grant in group.grants.all()}
    assert granted == {
        (1, 2): "pass", (1, 3): "pass", (1, 4): "pass",
        (2, 1): "pass", (2, 3): "presumed",
        (4, 1): "pass", (4, 3): "pass",
    }  # fmt: skip


def test_a_family_that_fails_the_check_leaves_nothing_behind(clerk: Staff) -> None:
    members = [*make_family("12"), newcomer("55", gender="1")]
    with pytest.raises(NotEligible) as refusal:
        bind(members, clerk)
    assert codes(refusal) == [(3, "in_law")]
    assert str(refusal.value) == "in_law"
    assert nothing_written()


def test_a_member_of_one_group_does_not_join_another(clerk: Staff) -> None:
    child = newcomer()
    group = bind([*make_family(), child], clerk)
    with pytest.raises(NotEligible) as refusal:
        bind([*make_family(), child], clerk)
    (failure,) = refusal.value.preflight.failures
    assert (failure.code, failure.value, failure.position) == ("already_in_group", group.number, 2)


def test_where_the_policy_allows_several_groups_a_person_joins_both(clerk: Staff) -> None:
    make_policy(one_group_per_person=False)
    child = newcomer()
    groups = [bind([*make_family(), child], clerk) for _ in range(2)]
    person = InsuredPerson.objects.get(pk=child.person_id)
    assert [payer.group_id for payer in payers_for(person, START)] == [group.pk for group in groups]
    first = membership_on(person, START)
    assert first is not None
    assert first.group == groups[0]


def test_payers_with_the_same_number_follow_one_another_in_the_order_of_the_form(clerk: Staff) -> None:
    family = make_family("12*", "51*", "20")
    same = [NewMember(member.person_id, member.relation, START, rank=2) for member in family[1:3]]
    group = bind([family[0], *same, family[3]], clerk)
    assert payers(seat(group, 4), START) == [(1, 1), (2, 2), (3, 3)]


def test_a_newcomer_with_a_taken_number_pays_after_those_who_were_there(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    row = add_member(group_id=group.pk, member=newcomer("30", rank=2, gender="2", current="5.00"), by=clerk)
    assert Sharing.objects.get(payer=row).rank == 3
    assert payers(seat(group, 3), START) == [(1, 1), (2, 2), (4, 3)]


def test_parents_in_law_join_under_the_policy_that_admits_them(clerk: Staff) -> None:
    family = [*make_family("12*"), newcomer("56", gender="2")]
    with pytest.raises(NotEligible):
        bind(family, clerk)
    make_policy(allow_parents_in_law=True)
    group = bind(family, clerk)
    assert {(grant.payer.seat, grant.basis) for grant in Grant.objects.filter(beneficiary=seat(group, 3))} == {
        (1, "in_law"),
        (2, "pass"),
    }


def test_a_declared_pair_is_granted_as_declared(clerk: Staff) -> None:
    family = make_family("20*", "41")
    group = bind(family, clerk, declared={(2, 3)})
    assert Grant.objects.get(payer=seat(group, 2), beneficiary=seat(group, 3)).basis == "declare"


def test_a_past_start_counts_from_that_day(clerk: Staff) -> None:
    long_ago = dt.date(2025, 11, 3)
    family = [NewMember(m.person_id, m.relation, long_ago, rank=m.rank) for m in make_family("12")]
    group = bind(family, clerk)
    assert payers(seat(group, 2), long_ago) == [(1, 1)]
    assert payers(seat(group, 2), long_ago - DAY) == []


def test_members_of_different_days_share_only_the_days_on_which_both_are_there(clerk: Staff) -> None:
    owner, wife, child = make_family("12*", "20")
    wife = NewMember(wife.person_id, "12", START, rank=2, left_on=JUNE)
    child = NewMember(child.person_id, "20", dt.date(2026, 5, 1))
    group = bind([owner, wife, child], clerk)
    granted = Grant.objects.get(payer=seat(group, 2), beneficiary=seat(group, 3))
    assert (granted.starts_on, granted.ends_on) == (dt.date(2026, 5, 1), JUNE)
    days = [dt.date(2026, 4, 30), dt.date(2026, 5, 1), JUNE - DAY, JUNE]
    assert [payers(seat(group, 3), day) for day in days] == [[], [(1, 1), (2, 2)], [(1, 1), (2, 2)], [(1, 1)]]


# Adding.


def test_a_newcomer_takes_the_lowest_free_seat_and_the_grants_that_follow(clerk: Staff) -> None:
    group = make_group("12*", "20", "30", by=clerk)
    release_member(member_id=seat(group, 3).pk, day=JUNE, reason="moved out", by=clerk)
    row = add_member(group_id=group.pk, member=newcomer("20", JUNE), by=clerk)
    assert row.seat == 3
    assert payers(row, JUNE) == [(1, 1), (2, 2)]
    assert payers(row, JUNE - DAY) == []


def test_a_seat_is_not_given_away_while_somebody_still_has_it(clerk: Staff) -> None:
    group = make_group("20", by=clerk)
    release_member(member_id=seat(group, 2).pk, day=JUNE, reason="moved out", by=clerk)
    assert add_member(group_id=group.pk, member=newcomer("30", JUNE - DAY, gender="2"), by=clerk).seat == 3


def test_the_eighth_joins_and_the_ninth_is_told_that_the_group_is_full(clerk: Staff) -> None:
    group = make_group("12", "20", "20", "30", "30", "51", by=clerk)
    assert add_member(group_id=group.pk, member=newcomer(), by=clerk).seat == 8
    with pytest.raises(GroupFull) as refusal:
        add_member(group_id=group.pk, member=newcomer(), by=clerk)
    assert (refusal.value.group, refusal.value.max_members) == (group, 8)
    assert group.number in str(refusal.value)
    assert group.members.count() == 8


def test_a_region_with_fewer_seats_is_full_sooner_and_those_who_are_there_stay(clerk: Staff) -> None:
    group = make_group("12", "20", "30", by=clerk)
    make_policy(max_members=3)
    with pytest.raises(GroupFull):
        add_member(group_id=group.pk, member=newcomer(), by=clerk)
    assert members_on(group, START).count() == 4


def test_a_newcomer_that_fails_the_check_leaves_nothing_behind(clerk: Staff) -> None:
    group = make_group("12", by=clerk)
    with pytest.raises(NotEligible) as refusal:
        add_member(group_id=group.pk, member=newcomer("20", status="2"), by=clerk)
    assert codes(refusal) == [(3, "insurance_suspended")]
    assert (group.members.count(), group.grants.count()) == (2, 1)


def test_nobody_joins_the_same_group_twice_even_where_several_groups_are_allowed(clerk: Staff) -> None:
    make_policy(one_group_per_person=False)
    child = newcomer()
    group = bind([*make_family(), child], clerk)
    with pytest.raises(NotEligible) as refusal:
        add_member(group_id=group.pk, member=child, by=clerk)
    assert codes(refusal) == [(3, "duplicate_row")]


def test_a_second_spouse_is_refused_and_a_new_one_after_the_first_has_left_is_not(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    with pytest.raises(NotEligible):
        add_member(group_id=group.pk, member=newcomer("12", gender="2"), by=clerk)
    release_member(member_id=seat(group, 2).pk, day=JUNE, reason="divorced", by=clerk)
    wife = add_member(group_id=group.pk, member=newcomer("12", JUNE, gender="2", rank=2, current="1.00"), by=clerk)
    assert wife.seat == 2
    # Between the two dates the first wife is still there and the second is bound already: a child joins all the same.
    child = add_member(group_id=group.pk, member=newcomer("30", dt.date(2026, 5, 1), gender="2"), by=clerk)
    assert [payer.rank for payer in payers_for(child.person, dt.date(2026, 5, 1))] == [1, 2]
    assert [payer.person_id for payer in payers_for(child.person, JUNE)][1] == wife.person_id


def test_a_newcomer_does_not_outstay_a_group_that_ends(clerk: Staff) -> None:
    group = make_group("12", by=clerk)
    dissolve_group(group_id=group.pk, day=JUNE, reason="moved away", by=clerk)
    row = add_member(group_id=group.pk, member=newcomer("20", START), by=clerk)
    assert row.left_on == JUNE
    assert (payers(row, JUNE - DAY), payers(row, JUNE)) == ([(1, 1)], [])
    with pytest.raises(GroupDissolved):
        add_member(group_id=group.pk, member=newcomer("20", JUNE), by=clerk)


# Releasing.


def test_a_release_ends_membership_sharing_and_grants_on_the_day(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    wife, child = seat(group, 2), seat(group, 3)
    released = release_member(member_id=wife.pk, day=JUNE, reason="divorced", by=clerk)
    assert (released.left_on, released.left_reason) == (JUNE, "divorced")
    assert (payers(child, JUNE - DAY), payers(child, JUNE)) == ([(1, 1), (2, 2)], [(1, 1)])
    assert (payers(wife, JUNE - DAY), payers(wife, JUNE)) == ([(1, 1)], [])
    assert set(Grant.objects.filter(payer=wife).values_list("ends_on", flat=True)) == {JUNE}
    assert Sharing.objects.get(payer=wife).ends_on == JUNE


def test_a_release_takes_effect_after_the_days_of_the_policy(clerk: Staff) -> None:
    make_policy(release_lag_days=1)
    group = make_group("12", by=clerk)
    released = release_member(member_id=seat(group, 2).pk, day=JUNE, reason="x", by=clerk)
    assert released.left_on == JUNE + DAY
    assert (payers(released, JUNE), payers(released, JUNE + DAY)) == ([(1, 1)], [])


@pytest.mark.parametrize(("days", "passes"), [(89, False), (90, True)])
def test_a_member_stays_for_the_days_of_the_policy(clerk: Staff, days: int, passes: bool) -> None:
    make_policy(min_bind_days=90)
    group = make_group("12", by=clerk)
    day = START + days * DAY
    if passes:
        assert release_member(member_id=seat(group, 2).pk, day=day, reason="x", by=clerk).left_on == day
        return
    with pytest.raises(NotEligible) as refusal:
        release_member(member_id=seat(group, 2).pk, day=day, reason="x", by=clerk)
    assert codes(refusal) == [(2, "bound_too_short")]
    assert refusal.value.preflight.failures[0].earliest_on == START + 90 * DAY
    assert seat(group, 2).left_on is None


def test_the_owner_is_not_released(clerk: Staff) -> None:
    group = make_group("12", by=clerk)
    with pytest.raises(NotEligible) as refusal:
        release_member(member_id=seat(group, 1).pk, day=JUNE, reason="x", by=clerk)
    assert codes(refusal) == [(1, "owner_stays")]


def test_who_has_left_is_not_released_again_and_the_first_end_stands(clerk: Staff) -> None:
    group = make_group("12", by=clerk)
    wife = seat(group, 2)
    release_member(member_id=wife.pk, day=JUNE, reason="first", by=clerk)
    with pytest.raises(NotEligible) as refusal:
        release_member(member_id=wife.pk, day=JUNE + 30 * DAY, reason="second", by=clerk)
    assert str(refusal.value) == "not_a_member"
    wife.refresh_from_db()
    assert (wife.left_on, wife.left_reason) == (JUNE, "first")


def test_a_release_brings_a_planned_end_forward_and_never_back(clerk: Staff) -> None:
    make_policy(release_lag_days=30)
    group = bind([*make_family(), newcomer(left_on=JUNE)], clerk)
    released = release_member(member_id=seat(group, 2).pk, day=JUNE - DAY, reason="x", by=clerk)
    assert released.left_on == JUNE
    released = release_member(member_id=seat(group, 2).pk, day=START, reason="x", by=clerk)
    assert released.left_on == START + 30 * DAY


def test_released_on_the_first_day_one_was_never_a_member(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    release_member(member_id=seat(group, 2).pk, day=START, reason="bound by mistake", by=clerk)
    assert [row.seat for row in members_on(group, START)] == [1, 3]
    assert payers(seat(group, 3), START) == [(1, 1)]
    again = add_member(group_id=group.pk, member=newcomer("12", gender="2"), by=clerk)
    assert again.seat == 2


def test_who_was_released_on_the_first_day_joins_again_on_it(clerk: Staff) -> None:
    group, joining = make_group(by=clerk), newcomer()
    first = add_member(group_id=group.pk, member=joining, by=clerk)
    release_member(member_id=first.pk, day=START, reason="x", by=clerk)
    again = add_member(group_id=group.pk, member=joining, by=clerk)
    assert (again.pk != first.pk, again.left_on) == (True, None)


def test_after_a_release_one_may_join_elsewhere_from_that_day(clerk: Staff) -> None:
    child = newcomer()
    group = bind([*make_family(), child], clerk)
    release_member(member_id=seat(group, 2).pk, day=JUNE, reason="x", by=clerk)
    elsewhere = make_group(by=clerk)
    with pytest.raises(NotEligible) as refusal:
        add_member(group_id=elsewhere.pk, member=NewMember(child.person_id, "20", JUNE - DAY), by=clerk)
    assert refusal.value.preflight.failures[0].earliest_on == JUNE
    joined = add_member(group_id=elsewhere.pk, member=NewMember(child.person_id, "20", JUNE), by=clerk)
    assert [membership_on(joined.person, day).group for day in (JUNE - DAY, JUNE)] == [group, elsewhere]  # type: ignore[union-attr]


# Dissolving.


def test_a_dissolved_group_ends_for_everybody_on_the_day(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    dissolved = dissolve_group(group_id=group.pk, day=JUNE, reason="moved away", by=clerk)
    assert dissolved.dissolved_on == JUNE
    assert set(group.members.values_list("left_on", "left_reason")) == {(JUNE, "moved away")}
    assert set(group.sharings.values_list("ends_on", flat=True)) == {JUNE}
    assert set(group.grants.values_list("ends_on", flat=True)) == {JUNE}
    assert members_on(group, JUNE - DAY).count() == 3
    assert members_on(group, JUNE).count() == 0


def test_dissolving_leaves_earlier_ends_as_they_are(clerk: Staff) -> None:
    group = make_group("12", "20", by=clerk)
    release_member(member_id=seat(group, 2).pk, day=JUNE, reason="earlier", by=clerk)
    dissolve_group(group_id=group.pk, day=JUNE + 30 * DAY, reason="later", by=clerk)
    assert (seat(group, 2).left_on, seat(group, 2).left_reason) == (JUNE, "earlier")
    assert seat(group, 3).left_on == JUNE + 30 * DAY


def test_a_group_is_dissolved_once_and_nobody_joins_or_leaves_it_afterwards(clerk: Staff) -> None:
    group = make_group("12", by=clerk)
    dissolve_group(group_id=group.pk, day=JUNE, reason="x", by=clerk)
    with pytest.raises(GroupDissolved):
        dissolve_group(group_id=group.pk, day=JUNE, reason="x", by=clerk)
    with pytest.raises(GroupDissolved):
        release_member(member_id=seat(group, 2).pk, day=JUNE, reason="x", by=clerk)
    with pytest.raises(GroupDissolved):
        add_member(group_id=group.pk, member=newcomer("20", JUNE), by=clerk)


def test_a_group_dissolved_before_it_began_held_on_no_day(clerk: Staff) -> None:
    group = make_group("12", by=clerk)
    dissolved = dissolve_group(group_id=group.pk, day=START - 10 * DAY, reason="bound by mistake", by=clerk)
    assert dissolved.dissolved_on == START
    assert members_on(group, START).count() == 0


def test_after_dissolving_the_owner_founds_another_group(clerk: Staff) -> None:
    family = make_family("12")
    dissolve_group(group_id=bind(family, clerk).pk, day=JUNE, reason="x", by=clerk)
    again = [NewMember(member.person_id, member.relation, JUNE, rank=member.rank) for member in family]
    assert bind(again, clerk).members.count() == 2


# Any day.


def test_a_group_is_shown_as_it_stood_before_during_and_after(clerk: Staff) -> None:
    group = make_group("12*", "20", by=clerk)
    release_member(member_id=seat(group, 2).pk, day=JUNE, reason="x", by=clerk)
    dissolve_group(group_id=group.pk, day=JUNE + 30 * DAY, reason="x", by=clerk)

    def picture(day: dt.date) -> tuple[list[tuple[int, int | None]], list[tuple[int, int, int]]]:
        shown = group_on(group, day)
        assert shown.day == day
        members = [(member.seat, terms.rank) for member, terms in shown.members]
        return members, [(payer.seat, drawer.seat, rank) for payer, drawer, rank, _basis in shown.grants]

    both = ([(1, 1), (2, 2), (3, None)], [(1, 2, 1), (1, 3, 1), (2, 1, 2), (2, 3, 2)])
    alone = ([(1, 1), (3, None)], [(1, 3, 1)])
    assert picture(START - DAY) == ([], [])
    assert picture(START) == picture(JUNE - DAY) == both
    assert picture(JUNE) == picture(JUNE + 29 * DAY) == alone
    assert picture(JUNE + 30 * DAY) == ([], [])


def test_a_payer_is_named_with_rank_limit_and_first_day(clerk: Staff) -> None:
    family = make_family("12")
    family[0] = NewMember(family[0].person_id, "01", START, rank=1, share_limit=Decimal("800.00"))
    group = bind(family, clerk)
    (payer,) = payers_for(seat(group, 2).person, JUNE)
    assert (payer.person_id, payer.group_id, payer.rank) == (family[0].person_id, group.pk, 1)
    assert (payer.share_limit, payer.granted_on, payer.name) == (Decimal("800.00"), START, "户主")


def test_a_stranger_draws_on_nobody_and_belongs_nowhere() -> None:
    person = make_person()
    assert payers_for(person, START) == []
    assert membership_on(person, START) is None
