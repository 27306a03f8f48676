"""A policy version by two people: drafted, changed, published before its day, kept; nobody gets round it."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Region, Staff
from accounts.services.review import AlreadyDecided, OwnWork
from accounts.services.rights import RightMissing
from families.models import RegionPolicy
from families.models.policy import PolicyState
from families.policy_impact import Comparison, impact_of
from families.policy_tree import publishers_of
from families.rules.policy import PolicyFault
from families.selectors import policy_on
from families.services.policies import (
    DayNotAhead,
    DayTaken,
    ImpactChanged,
    PolicyChanged,
    SettingInput,
    change_draft,
    discard_draft,
    draft_policy,
    publish_policy,
)
from tests.factories import make_draft, make_group, make_policy, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

CITY = "421000"


@pytest.fixture
def drafter() -> Staff:
    return make_staff("supervisor", CITY)


@pytest.fixture
def second() -> Staff:
    return make_staff("supervisor", CITY)


def in_days(days: int) -> dt.date:
    return timezone.localdate() + dt.timedelta(days=days)


def city() -> Region:
    return Region.objects.get(pk=CITY)


def digest(draft: RegionPolicy, by: Staff) -> str:
    return impact_of(Comparison(draft), staff=by).digest


def publish(draft: RegionPolicy, by: Staff) -> RegionPolicy:
    return publish_policy(policy_id=draft.pk, shown=digest(draft, by), by=by)


def change(draft: RegionPolicy, by: Staff, **given: Any) -> RegionPolicy:
    values = {"version": draft.version, "title": draft.title, "effective_on": draft.effective_on, "settings": {}}
    return change_draft(policy_id=draft.pk, by=by, **(values | given))


def test_a_version_holds_from_its_day_once_another_person_published_it(drafter: Staff, second: Staff) -> None:
    draft = make_draft(by=drafter, effective_on=in_days(3), max_members=6)
    assert policy_on(city(), in_days(3)).max_members == 8

    done = publish(draft, second)

    assert (done.state, done.drafted_by, done.published_by) == (PolicyState.PUBLISHED, drafter, second)
    assert [policy_on(city(), in_days(day)).max_members for day in (0, 2, 3, 400)] == [8, 8, 6, 6]


def test_a_draft_begins_with_the_values_of_the_version_it_follows(drafter: Staff) -> None:
    make_policy(CITY, max_members=7, min_bind_days=30)
    make_policy("420000", max_members=5, cross_city=False)
    draft = draft_policy(region=city(), effective_on=in_days(1), title="通知", by=drafter)
    assert {one.parameter: (one.value, one.citation) for one in draft.settings.all()} == {
        "max_members": (7, "§max_members"),
        "min_bind_days": (30, "§min_bind_days"),
    }


def test_nobody_publishes_what_they_drafted(drafter: Staff) -> None:
    draft = make_draft(by=drafter, max_members=6)
    with pytest.raises(OwnWork):
        publish(draft, drafter)
    with (
        pytest.raises(IntegrityError, match="policy_two_people"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE families_regionpolicy"
            " SET state = 'published', published_at = now(), published_by_id = drafted_by_id"
        )
    assert RegionPolicy.objects.get().state == PolicyState.DRAFT


def test_nobody_publishes_what_they_changed_last_and_the_drafter_neither(drafter: Staff, second: Staff) -> None:
    draft = change(make_draft(by=drafter, max_members=6), second, settings={"max_members": SettingInput(5, "§")})
    for by in (drafter, second):
        with pytest.raises(OwnWork):
            publish(draft, by)
    assert publish(draft, make_staff("supervisor", "420000")).state == PolicyState.PUBLISHED


@pytest.mark.parametrize("role", ["clerk", "reviewer", "auditor", "administrator"])
def test_no_other_role_drafts_changes_publishes_or_discards(role: str, drafter: Staff) -> None:
    draft, by = make_draft(by=drafter, max_members=6), make_staff(role, CITY)
    attempts = (
        lambda: draft_policy(region=city(), effective_on=in_days(9), title="x", by=by),
        lambda: change(draft, by),
        lambda: publish_policy(policy_id=draft.pk, shown="", by=by),
        lambda: discard_draft(policy_id=draft.pk, by=by),
    )
    for attempt in attempts:
        with pytest.raises(RightMissing):
            attempt()


@pytest.mark.parametrize("region", ["421002", "420100", "330100"])
def test_a_supervisor_below_beside_or_elsewhere_does_not_reach_it(region: str, drafter: Staff) -> None:
    draft, by = make_draft(by=drafter, max_members=6), make_staff("supervisor", region)
    with pytest.raises(Region.DoesNotExist):
        draft_policy(region=city(), effective_on=in_days(9), title="x", by=by)
    for attempt in (
        lambda: change(draft, by),
        lambda: publish_policy(policy_id=draft.pk, shown="", by=by),
        lambda: discard_draft(policy_id=draft.pk, by=by),
    ):
        with pytest.raises(RegionPolicy.DoesNotExist):
            attempt()


def test_whoever_may_publish_is_of_the_region_or_above_and_wrote_nothing_of_it(drafter: Staff, second: Staff) -> None:
    draft = make_draft(by=drafter, max_members=6)
    above = make_staff("supervisor", "420000")
    for role, region in (("supervisor", "421002"), ("supervisor", "330100"), ("auditor", CITY), ("clerk", CITY)):
        make_staff(role, region)
    gone = make_staff("supervisor", CITY)
    gone.is_active = False
    gone.save(update_fields=["is_active"])
    assert list(publishers_of(draft)) == [second, above]


def test_a_first_day_that_has_come_is_refused_when_drafting_changing_and_publishing(
    drafter: Staff, second: Staff
) -> None:
    for days in (0, -1):
        with pytest.raises(DayNotAhead):
            draft_policy(region=city(), effective_on=in_days(days), title="x", by=drafter)
    draft = make_draft(by=drafter, max_members=6)
    with pytest.raises(DayNotAhead):
        change(draft, drafter, effective_on=in_days(0))
    RegionPolicy.objects.update(effective_on=in_days(0))
    draft.refresh_from_db()
    with pytest.raises(DayNotAhead):
        publish(draft, second)


def test_two_versions_of_a_region_never_begin_on_one_day(drafter: Staff, second: Staff) -> None:
    publish(make_draft(by=drafter, effective_on=in_days(5), max_members=6), second)
    with pytest.raises(DayTaken):
        draft_policy(region=city(), effective_on=in_days(5), title="x", by=drafter)
    other = make_draft(by=drafter, effective_on=in_days(6))
    with pytest.raises(DayTaken):
        change(other, drafter, effective_on=in_days(5))
    with pytest.raises(DayTaken):
        draft_policy(region=city(), effective_on=in_days(6), title="a second draft", by=second)
    assert make_draft("420000", effective_on=in_days(5)).pk, "another region may"


def test_a_discarded_draft_is_kept_changes_nothing_and_leaves_its_day(drafter: Staff, second: Staff) -> None:
    draft = make_draft(by=drafter, effective_on=in_days(5), max_members=6)
    discard_draft(policy_id=draft.pk, by=second)
    for attempt in (lambda: change(draft, drafter), lambda: discard_draft(policy_id=draft.pk, by=second)):
        with pytest.raises(AlreadyDecided):
            attempt()
    with pytest.raises(AlreadyDecided):
        publish(draft, second)
    assert policy_on(city(), in_days(5)).max_members == 8
    assert RegionPolicy.objects.get().settings.get().value == 6
    assert make_draft(by=drafter, effective_on=in_days(5)).pk != draft.pk


def test_what_is_published_is_published_once_and_stays(drafter: Staff, second: Staff) -> None:
    draft = make_draft(by=drafter, max_members=6)
    publish(draft, second)
    with pytest.raises(AlreadyDecided):
        publish(draft, make_staff("supervisor", CITY))
    with pytest.raises(AlreadyDecided):
        change(draft, drafter)


def test_of_two_editors_the_second_is_told_who_was_first_and_loses_nothing(drafter: Staff, second: Staff) -> None:
    draft = make_draft(by=drafter, max_members=6)
    change(draft, drafter, title="第一次修改", settings={"max_members": SettingInput(7, "§")})
    with pytest.raises(PolicyChanged, match=drafter.full_name):
        change(draft, second, title="第二次修改")
    draft.refresh_from_db()
    assert (draft.title, draft.changed_by, draft.settings.get().value) == ("第一次修改", drafter, 7)


def test_what_a_draft_leaves_out_is_inherited(drafter: Staff) -> None:
    draft = make_draft(by=drafter, max_members=6, min_bind_days=30)
    change(draft, drafter, settings={"min_bind_days": SettingInput(30, "§min_bind_days")})
    assert [one.parameter for one in draft.settings.all()] == ["min_bind_days"]


def test_a_value_that_the_parameter_cannot_take_is_refused_and_nothing_written(drafter: Staff) -> None:
    draft = make_draft(by=drafter, max_members=6)
    for value in (9, 1, "6", None, True):
        with pytest.raises(PolicyFault):
            change(draft, drafter, settings={"max_members": SettingInput(value, "§")})
    assert draft.settings.get().value == 6


def test_a_value_without_its_citation_is_refused_by_the_database(drafter: Staff) -> None:
    draft = make_draft(by=drafter)
    with pytest.raises(IntegrityError, match="policy_setting_cited"):
        change(draft, drafter, settings={"max_members": SettingInput(6, "")})


def test_an_impact_that_changed_since_it_was_shown_is_shown_again(drafter: Staff, second: Staff) -> None:
    draft = make_draft(by=drafter, max_members=2)
    shown = digest(draft, second)
    make_group("12", "20", by=drafter)
    with pytest.raises(ImpactChanged):
        publish_policy(policy_id=draft.pk, shown=shown, by=second)
    assert publish(draft, second).state == PolicyState.PUBLISHED


def test_a_draft_that_was_changed_since_it_was_shown_is_not_published(drafter: Staff, second: Staff) -> None:
    draft = make_draft(by=drafter, max_members=6)
    shown = digest(draft, second)
    change(draft, drafter, settings={"min_bind_days": SettingInput(30, "§")})
    with pytest.raises(ImpactChanged):
        publish_policy(policy_id=draft.pk, shown=shown, by=second)


def test_new_cases_elsewhere_do_not_stand_in_the_way_of_publishing(drafter: Staff, second: Staff) -> None:
    draft = make_draft(by=drafter, min_bind_days=30)
    shown = digest(draft, second)
    make_group("12", by=drafter)
    assert publish_policy(policy_id=draft.pk, shown=shown, by=second).state == PolicyState.PUBLISHED


def test_drafts_of_the_regions_above_are_not_read_below_and_their_versions_are() -> None:
    above, below = make_draft("420000", max_members=6), make_draft("421002", max_members=6)
    in_force = make_policy("420000", max_members=7)
    elsewhere = make_policy("330100")
    reader = make_staff("clerk", CITY)
    readable = set(RegionPolicy.objects.for_staff(reader))
    assert readable == {below, in_force}
    assert {above, elsewhere}.isdisjoint(readable)
    assert not RegionPolicy.objects.for_staff(make_staff("administrator", "100000")).exists()
