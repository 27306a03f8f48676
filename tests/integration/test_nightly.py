"""The turn of the day: what begins and ends on it, and again without a difference."""

from __future__ import annotations

import datetime as dt

import pytest
from django.utils import timezone

from accounts.models import RegionMove, Staff
from accounts.services.jobs import enqueue_once_a_day, run_job
from accounts.services.staff import nightly_staff
from families.models import FollowUp, PersonMatch
from families.services.changes import dissolve_group
from families.services.nightly import begun_and_ended, turn_day
from tests.factories import START, make_group, make_person, make_staff, make_suspension, release_member

DAY = dt.timedelta(days=1)
JUNE = dt.date(2026, 6, 1)
TODAY = timezone.localdate()
pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def nightly(regions: None) -> Staff:
    staff = nightly_staff()
    assert staff is not None
    return staff


def test_what_begins_on_a_day_is_brought_about_that_day_and_a_second_run_changes_nothing(nightly: Staff) -> None:
    clerk = make_staff("clerk")
    group = make_group("12*", "20", by=clerk)
    wife = group.members.get(seat=2).person
    make_suspension(wife, "suspended", JUNE)
    mover = make_person()
    RegionMove.objects.create(
        person=mover, from_region_id="421002", region_id="421003", moves_on=JUNE, note="x", recorded_by=clerk
    )
    before = turn_day(day=JUNE - DAY, as_of=JUNE - DAY, by=nightly)
    assert not any(before.values())
    first = turn_day(day=JUNE, as_of=JUNE, by=nightly)
    again = turn_day(day=JUNE, as_of=JUNE, by=nightly)
    wife.refresh_from_db()
    mover.refresh_from_db()
    assert (wife.status, wife.status_since, mover.region_id) == ("2", JUNE, "421003")
    assert FollowUp.objects.get().kind == "payer_suspended"
    done = {"statuses_changed": 1, "moves_applied": 1, "follow_ups_opened": 1}
    assert first == before | {"suspensions_begun": 1} | done
    assert again == before | {"suspensions_begun": 1}


def test_it_proposes_the_records_of_the_whole_country_that_may_be_one_person_and_none_twice(nightly: Staff) -> None:
    for certno, cert_type in (("", "01"), ("E12345678", "08")):
        make_person("李雷", region="330100", name_key="li lei", certno=certno, cert_type=cert_type, insutype="390")
    found = [turn_day(day=JUNE, as_of=JUNE, by=nightly)["duplicates_proposed"] for _night in range(2)]
    assert (found, PersonMatch.objects.count()) == ([1, 0], 1)


def test_it_tells_what_began_and_ended_on_a_day() -> None:
    clerk = make_staff("clerk")
    group, other = make_group("12*", "20", by=clerk), make_group(by=clerk)
    release_member(member_id=group.members.get(seat=3).pk, day=JUNE, reason="x", by=clerk)
    dissolve_group(group_id=other.pk, day=JUNE, reason="x", by=clerk)
    make_suspension(make_person(), "ended", START, JUNE)
    make_suspension(make_person(), "ended", JUNE, JUNE)
    assert begun_and_ended(START) == {
        "memberships_begun": 4, "memberships_ended": 0, "orders_changed": 0, "groups_dissolved": 0,
        "suspensions_begun": 1, "suspensions_ended": 0,
    }  # fmt: skip
    assert begun_and_ended(JUNE) == {
        "memberships_begun": 0, "memberships_ended": 2, "orders_changed": 0, "groups_dissolved": 1,
        "suspensions_begun": 0, "suspensions_ended": 1,
    }  # fmt: skip


def test_it_acts_in_a_name_that_nobody_signs_in_with(nightly: Staff) -> None:
    assert (nightly.is_active, nightly.has_usable_password(), nightly.region_id) == (False, False, "100000")
    assert nightly_staff() == nightly
    person = make_person()
    make_suspension(person, "ended", JUNE)
    turn_day(day=JUNE, as_of=JUNE, by=nightly)
    event = person._meta.model.pgh_event_model.objects.filter(pgh_obj_id=person.pk).last()  # type: ignore[attr-defined]
    assert event.pgh_context["staff"] == nightly.pk


def test_a_day_made_up_for_brings_the_copies_to_today(nightly: Staff) -> None:
    person = make_person()
    make_suspension(person, "ended", TODAY)
    job = enqueue_once_a_day(kind="turn_day", by=nightly, business_date=TODAY - 2 * DAY)
    run_job(job.pk)
    job.refresh_from_db()
    person.refresh_from_db()
    assert (job.state, person.status) == ("done", "4")
    assert job.result["suspensions_begun"] == 0
