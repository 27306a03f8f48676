"""What a version touches, to the group, on a tree in which regions below have values of their own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import InsuredPerson, Region, Staff
from accounts.services.staff import nightly_staff
from families.models import FollowUp, GroupMember, MutualAidGroup, RegionPolicy, Sharing
from families.policy_impact import Change, Comparison, groups_of, impact_of
from families.policy_table import touched_groups
from families.rules.preflight import check_family
from families.selectors import group_on, payers_for, policies_in, policy_on
from families.services.follow_up_facts import due_on
from families.services.groups import NewMember, applicants_of, create_group
from families.services.nightly import turn_day
from families.services.policies import publish_policy
from tests.factories import START, make_draft, make_group, make_person, make_policy, make_staff, release_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

FIVE = ("12", "20", "30", "51")


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor", "100000")


def groups(by: Staff, *relations: str, **numbers: int) -> dict[str, list[MutualAidGroup]]:
    """So many groups of this composition in each region, named r421002=2."""
    return {
        region[1:]: [make_group(*relations, by=by, region=region[1:]) for _ in range(number)]
        for region, number in numbers.items()
    }


def counted(draft: RegionPolicy, by: Staff) -> dict[str, tuple[int, int]]:
    """Parameter → groups and rows."""
    return {one.parameter: (one.groups, one.rows) for one in impact_of(Comparison(draft), staff=by).changes}


def change_of(draft: RegionPolicy, parameter: str) -> Change:
    return next(one for one in Comparison(draft).changes if one.parameter == parameter)


def touched(draft: RegionPolicy, parameter: str, by: Staff) -> list[tuple[str, tuple[str, ...]]]:
    rows = Comparison(draft).rows(change_of(draft, parameter), by)
    found = list(groups_of(rows).select_related("region").order_by("pk"))
    return [(line.group.number, line.what) for line in touched_groups(parameter, found, rows)]


def test_a_lower_number_of_members_touches_the_larger_groups_where_nobody_below_decides_otherwise(
    supervisor: Staff,
) -> None:
    five = groups(supervisor, *FIVE, r421002=3, r421003=2, r420106=1, r330100=1)
    groups(supervisor, "12", "20", r421002=2)
    make_policy("421003", max_members=7)
    draft = make_draft("420000", max_members=4)

    change = change_of(draft, "max_members")
    assert (change.old, change.new) == (8, 4)
    assert set(change.regions) == {"420000", "421000", "421002", "420100", "420106"}
    assert change.own == ("荆州区",)
    assert counted(draft, supervisor) == {"max_members": (4, 4)}
    assert touched(draft, "max_members", supervisor) == [
        (group.number, ("5名成员",)) for code in ("421002", "420106") for group in five[code]
    ]


def test_a_city_that_sets_the_value_shields_its_districts(supervisor: Staff) -> None:
    groups(supervisor, *FIVE, r421002=3, r420106=1)
    make_policy("421000", max_members=8)
    assert counted(make_draft("420000", max_members=4), supervisor) == {"max_members": (1, 1)}


def test_a_higher_number_touches_nobody(supervisor: Staff) -> None:
    groups(supervisor, "12", r421002=2)
    make_policy("421000", max_members=4)
    assert counted(make_draft("421000", max_members=6), supervisor) == {"max_members": (0, 0)}


def test_what_was_beyond_the_old_value_already_is_not_counted_again(supervisor: Staff) -> None:
    groups(supervisor, *FIVE, r421002=2)
    groups(supervisor, "12", "20", "30", r421002=1)
    make_policy("421000", max_members=4)
    assert counted(make_draft("421000", max_members=3), supervisor) == {"max_members": (1, 1)}


def test_members_count_on_the_versions_first_day_and_not_today(supervisor: Staff) -> None:
    [group] = groups(supervisor, *FIVE, r421002=1)["421002"]
    soon = timezone.localdate() + dt.timedelta(days=5)
    release_member(member_id=group.members.get(seat=5).pk, day=soon, reason="x", by=supervisor)
    before, after = (make_draft(effective_on=day, max_members=4) for day in (soon - dt.timedelta(days=1), soon))
    assert [counted(draft, supervisor)["max_members"] for draft in (before, after)] == [(1, 1), (0, 0)]


def test_a_value_taken_back_gives_way_to_the_one_above(supervisor: Staff) -> None:
    groups(supervisor, *FIVE, r421002=2)
    make_policy("420000", max_members=4)
    make_policy("421000", max_members=8)
    draft = make_draft("421000")
    assert [(one.parameter, one.old, one.new) for one in Comparison(draft).changes] == [("max_members", 8, 4)]
    assert counted(draft, supervisor) == {"max_members": (2, 2)}


def test_a_relation_no_longer_admitted_touches_the_member_and_pairs_of_those_who_stay(supervisor: Staff) -> None:
    [siblings] = groups(supervisor, "71", r421002=1)["421002"]
    [children] = groups(supervisor, "20*", "30", r421002=1)["421002"]
    groups(supervisor, "12*", "52", r421002=1)
    draft = make_draft(near_relatives=["spouse", "parent", "child"])
    assert touched(draft, "near_relatives", supervisor) == [
        (siblings.number, ("成员0：哥哥",)),
        (children.number, ("成员1：女儿使用儿子的账户",)),
    ]
    assert counted(draft, supervisor) == {"near_relatives": (2, 2)}


def test_parents_of_the_spouse_are_counted_under_their_own_parameter(supervisor: Staff) -> None:
    make_policy("421000", allow_parents_in_law=True)
    groups(supervisor, "11", "53", r421002=2)
    assert counted(make_draft("421000"), supervisor)["allow_parents_in_law"] == (2, 2)


def family(by: Staff, *, home: str, member: str) -> MutualAidGroup:
    """An owner, and a spouse insured in another region."""
    owner, spouse = make_person(region=home, by=by), make_person("外地配偶", region=member, gender="2", by=by)
    rows = [NewMember(owner.pk, "01", START, rank=1), NewMember(spouse.pk, "12", START)]
    return create_group(region=Region.objects.get(pk=home), members=rows, by=by)


def test_members_insured_elsewhere_are_counted_by_city_and_by_province(supervisor: Staff) -> None:
    make_policy("100000", cross_province=True)
    family(supervisor, home="421002", member="421003")
    other_city = family(supervisor, home="421002", member="420106")
    other_province = family(supervisor, home="421002", member="330100")
    draft = make_draft("420000", cross_city=False, cross_province=False)
    assert counted(draft, supervisor) == {"cross_city": (1, 1), "cross_province": (1, 1)}
    assert touched(draft, "cross_city", supervisor) == [(other_city.number, ("外地配偶：在武昌区参保",))]
    assert touched(draft, "cross_province", supervisor) == [(other_province.number, ("外地配偶：在杭州市参保",))]


def test_persons_in_two_groups_are_counted_in_each_of_them(supervisor: Staff) -> None:
    make_policy("421000", one_group_per_person=False)
    first, second = groups(supervisor, "12", r421002=2)["421002"]
    child = first.members.get(seat=2).person
    GroupMember.objects.create(group=second, person=child, seat=3, relation="20", exclusive=False, joined_on=START)
    draft = make_draft("421000", one_group_per_person=True)
    assert counted(draft, supervisor) == {"one_group_per_person": (2, 2)}


def test_a_lower_limit_per_payer_touches_sharings_above_it_and_those_without(supervisor: Staff) -> None:
    above, below = groups(supervisor, "12*", r421002=2)["421002"]
    Sharing.objects.filter(group=above, rank=2).update(share_limit="9000.00")
    Sharing.objects.filter(group=below).update(share_limit="8000.00")
    draft = make_draft(annual_limit_payer="8000.00")
    assert counted(draft, supervisor) == {"annual_limit_payer": (1, 2)}
    assert touched(draft, "annual_limit_payer", supervisor) == [(above.number, ("成员0：9000.00元", "户主：不限"))]


def test_what_later_acts_alone_are_asked_about_names_the_groups_concerned(supervisor: Staff) -> None:
    groups(supervisor, "12", r421002=2, r421003=1, r420106=4)
    draft = make_draft(min_bind_days=90, visit_limit="500.00")
    impact = impact_of(Comparison(draft), staff=supervisor)
    assert [(one.parameter, one.groups) for one in impact.later] == [("visit_limit", 3), ("min_bind_days", 3)]
    assert impact.bound == ()


def test_nobody_counts_beyond_their_own_region(supervisor: Staff) -> None:
    groups(supervisor, *FIVE, r421002=2, r421003=1)
    draft = make_draft("421000", max_members=4)
    assert counted(draft, make_staff("supervisor", "421002")) == {"max_members": (2, 2)}
    assert counted(draft, make_staff("administrator", "421000")) == {"max_members": (0, 0)}


def test_from_the_first_day_on_the_nightly_step_lists_who_is_beyond_it_and_cuts_nobody_off(supervisor: Staff) -> None:
    groups(supervisor, "12", r421002=1)
    large, siblings = make_group("12*", *FIVE[1:], by=supervisor), make_group("71*", by=supervisor)
    draft = make_draft("421000", max_members=4, near_relatives=["spouse", "parent", "child", "grandchild"])
    day, nightly = draft.effective_on, nightly_staff()
    assert nightly is not None

    def paid() -> list[Any]:
        members = GroupMember.objects.filter(group__in=[large, siblings]).on(day).order_by("pk")
        return [(group_on(group, day).members, group_on(group, day).grants) for group in (large, siblings)] + [
            payers_for(member.person, day) for member in members
        ]

    before = paid()
    second = make_staff("supervisor", "421000")
    publish_policy(policy_id=draft.pk, shown=impact_of(Comparison(draft), staff=second).digest, by=second)
    eve = turn_day(day=day - dt.timedelta(days=1), as_of=day - dt.timedelta(days=1), by=nightly)
    first_day = turn_day(day=day, as_of=day, by=nightly)

    brother = siblings.members.get(seat=2)
    assert (eve["follow_ups_opened"], first_day["follow_ups_opened"]) == (0, 2)
    assert set(FollowUp.objects.values_list("kind", "group", "person", "parameter", "since")) == {
        ("policy_excess", large.pk, None, "max_members", day),
        ("policy_excess", siblings.pk, brother.person_id, "near_relatives", day),
    }
    assert (len(before[0][0]), paid()) == (5, before)


def test_everything_beyond_the_policy_of_a_day_is_found_across_the_tree(supervisor: Staff) -> None:
    make_policy("100000", cross_province=True)
    large = groups(supervisor, *FIVE, r421002=1, r330100=1)
    [siblings] = groups(supervisor, "71", r420106=1)["420106"]
    away = family(supervisor, home="421003", member="330100")
    day = dt.date(2026, 6, 1)
    make_policy("421000", effective_on=dt.date(2026, 5, 1), max_members=4, cross_province=False)
    make_policy("420100", effective_on=dt.date(2026, 5, 1), near_relatives=["spouse", "child"])

    def person(group: MutualAidGroup) -> int:
        return group.members.get(seat=2).person_id

    assert {(due.group_id, due.person_id, due.parameter, due.since) for due in due_on(day)} == {
        (large["421002"][0].pk, None, "max_members", dt.date(2026, 5, 1)),
        (siblings.pk, person(siblings), "near_relatives", dt.date(2026, 5, 1)),
        (away.pk, person(away), "cross_province", dt.date(2026, 5, 1)),
    }


def test_a_pair_of_members_who_are_admitted_is_followed_up_where_one_may_draw_on_the_other_no_more(
    supervisor: Staff,
) -> None:
    group = make_group("20*", "30", by=supervisor)
    make_policy(effective_on=START, near_relatives=["spouse", "parent", "child"])
    daughter = group.members.get(seat=3).person_id
    assert [(due.person_id, due.parameter) for due in due_on(START)] == [(daughter, "near_relatives")]


@pytest.mark.parametrize(
    ("other", "cross_city", "cross_province", "parameters"),
    [
        ("421003", False, False, []),
        ("420106", True, False, []),
        ("420106", False, True, ["cross_city"]),
        ("330100", True, False, ["cross_province"]),
        ("330100", False, True, []),
    ],
)
def test_who_is_followed_up_because_of_a_region_is_who_could_not_be_bound_now(
    other: str, cross_city: bool, cross_province: bool, parameters: list[str], supervisor: Staff
) -> None:
    make_policy("100000", cross_province=True)
    group = family(supervisor, home="421002", member=other)
    day = dt.date(2026, 6, 1)
    make_policy("421000", effective_on=day, cross_city=cross_city, cross_province=cross_province)
    rows = [NewMember(one.person_id, one.relation, day) for one in group.members.order_by("seat")]
    preflight = check_family(applicants_of(rows), policy=policy_on(group.region, day))
    assert [finding.parameter for finding in preflight.failures if finding.rule == "region"] == parameters
    assert [due.parameter for due in due_on(day)] == parameters


def test_as_many_queries_for_many_groups_and_versions_as_for_few(
    supervisor: Staff, django_assert_max_num_queries: Any
) -> None:
    groups(supervisor, *FIVE, r421002=3, r421003=3)
    for code in ("421000", "421002", "421003", "420100"):
        make_policy(code, max_members=4, min_bind_days=int(code[-1]))
    with django_assert_max_num_queries(12):
        assert len(due_on(START)) == 6
    draft = make_draft("420000", max_members=3, cross_city=False)
    with django_assert_max_num_queries(18):
        impact_of(Comparison(draft), staff=supervisor)


def test_the_policies_of_a_tree_are_those_of_each_region_asked_alone() -> None:
    make_policy("100000", max_members=7, cross_city=False)
    make_policy("420000", min_bind_days=30)
    make_policy("421000", max_members=5)
    make_policy("421002", effective_on=dt.date(2026, 6, 1), max_members=4)
    for day in (dt.date(2019, 1, 1), START, dt.date(2026, 6, 1)):
        found = policies_in(Region.objects.all(), day)
        assert found == {region.code: policy_on(region, day) for region in Region.objects.all()}


def test_a_person_who_is_gone_from_the_list_is_no_longer_named(supervisor: Staff) -> None:
    [group] = groups(supervisor, "71", r421002=1)["421002"]
    release_member(member_id=group.members.get(seat=2).pk, day=START, reason="x", by=supervisor)
    draft = make_draft(near_relatives=["spouse"])
    assert counted(draft, supervisor) == {"near_relatives": (0, 0)}
    assert InsuredPerson.objects.filter(name="成员0").exists()
