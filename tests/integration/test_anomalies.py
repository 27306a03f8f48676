"""Anomalies: what a night finds, by each threshold just reached and just missed, and what becomes of it.

Every threshold with its default and another value, as tests/integration/test_policy_parameters.py asks it of those
that concern binding.
"""

from __future__ import annotations

import datetime as dt
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import InsuredPerson, Job, Staff, Suspension
from accounts.services.jobs import enqueue_once_a_day, run_job
from accounts.services.review import AlreadyDecided
from accounts.services.rights import RightMissing
from families.models import MutualAidGroup, RegistrationCase
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import submit_case
from families.services.changes import add_member, release_members
from families.services.drafts import save_case
from families.services.groups import NewMember
from settlement.models import Anomaly, AnomalyNote, Settlement
from settlement.models.anomaly import AnomalyState
from settlement.services.anomalies import KIND, LATE, NothingSaid, judge_anomaly, refresh_anomalies
from settlement.services.settling import record_settlement
from tests.factories import (
    START,
    make_bill,
    make_group,
    make_institution,
    make_person,
    make_policy,
    make_settlement,
    make_staff,
    make_suspension,
    reversal_of,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
TODAY = dt.date(2026, 3, 16)
DAY = dt.timedelta(days=1)
NINE = dt.datetime(2026, 3, 16, 9, tzinfo=timezone.get_default_timezone())
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def auditor() -> Staff:
    return make_staff("auditor")


def refresh(day: dt.date = TODAY) -> dict[str, int]:
    """What a night finds newly, without what it does not."""
    found = refresh_anomalies(day=day, by=make_staff("clerk"))
    return {kind: number for kind, number in found.items() if number}


def member_of(group: MutualAidGroup, seat: int) -> InsuredPerson:
    return group.members.get(seat=seat).person


def rows_of(anomaly: Anomaly, what: str) -> list[int]:
    return [row["id"] for row in anomaly.evidence if row["what"] == what]


# Pays for unusually many groups


def brother_of(groups: int, clerk: Staff, *, first: dt.date = START, **policy: int) -> InsuredPerson:
    """A man with an account who shares it in so many groups, in each a day later than in the one before."""
    make_policy(one_group_per_person=False, **policy)
    brother = make_person("兄弟", current="100.00", by=clerk)
    for number in range(groups):
        joining = NewMember(brother.pk, "71", first + number * DAY, rank=2)
        add_member(group_id=make_group(by=clerk).pk, member=joining, by=clerk)
    return brother


@pytest.mark.parametrize(("policy", "groups"), [({}, 3), ({"anomaly_payer_groups": 2}, 2)])
def test_who_pays_for_as_many_groups_as_the_threshold_is_found_on_the_day_of_the_last(
    policy: dict[str, int], groups: int, clerk: Staff
) -> None:
    brother = brother_of(groups, clerk, first=TODAY - (groups - 1) * DAY, **policy)
    assert refresh() == {"payer_groups": 1}
    anomaly = Anomaly.objects.get()
    assert (anomaly.person, anomaly.day, anomaly.found, anomaly.region_id) == (brother, TODAY, groups, "421002")
    assert anomaly.limits == {"anomaly_payer_groups": groups}
    memberships = brother.memberships.order_by("joined_on")
    assert rows_of(anomaly, "group") == list(memberships.values_list("group", flat=True))


@pytest.mark.parametrize(("policy", "groups"), [({}, 2), ({"anomaly_payer_groups": 4}, 3)])
def test_one_group_less_is_not_found(policy: dict[str, int], groups: int, clerk: Staff) -> None:
    brother_of(groups, clerk, first=TODAY - groups * DAY, **policy)
    assert refresh() == {}


def test_a_group_that_was_left_more_than_a_year_ago_counts_no_more(clerk: Staff) -> None:
    brother = brother_of(3, clerk, first=TODAY - 2 * DAY)
    left = brother.memberships.order_by("joined_on")[0]
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE families_sharing SET starts_on = '2024-01-01', ends_on = '2025-03-15' WHERE payer_id = %s",
            [left.pk],
        )
    assert refresh() == {}
    with connection.cursor() as cursor:
        cursor.execute("UPDATE families_sharing SET ends_on = '2025-03-17' WHERE payer_id = %s", [left.pk])
    assert refresh() == {"payer_groups": 1}


def test_another_order_in_a_group_is_no_new_group(clerk: Staff) -> None:
    brother = brother_of(3, clerk)
    sharing = brother.memberships.order_by("joined_on")[0].sharings.get()
    sharing.ends_on = TODAY
    sharing.save(update_fields=["ends_on"])
    sharing.pk, sharing.rank, sharing.starts_on, sharing.ends_on = None, 9, TODAY, None
    sharing.save(force_insert=True)
    assert refresh() == {}


# Bound, spent, released


def bound_and_released(
    days: int, clerk: Staff, *, spends: bool = True, until: dt.date = TODAY
) -> tuple[MutualAidGroup, Settlement | None]:
    """A child that joins, draws on the owner on the first day, and is released so many days later."""
    group = make_group("12*", by=clerk)
    child, first = make_person(insutype="390", born_on=dt.date(2015, 1, 1)), until - days * DAY
    add_member(group_id=group.pk, member=NewMember(child.pk, "20", first), by=clerk)
    at = dt.datetime.combine(first, dt.time(9), tzinfo=timezone.get_default_timezone())
    paid = make_settlement(child, "50.00", settled_at=at, by=clerk) if spends else None
    release_members(group_id=group.pk, person_ids=[child.pk], day=until, reason="x", by=clerk)
    return group, paid


@pytest.mark.parametrize(("limit", "days"), [(None, 30), (5, 5)])
def test_who_leaves_within_the_days_having_drawn_on_the_family_is_found(
    limit: int | None, days: int, clerk: Staff
) -> None:
    make_policy(effective_on=dt.date(2019, 1, 1))
    if limit:
        make_policy(anomaly_burst_days=limit)
    end = START + days * DAY
    group, paid = bound_and_released(days, clerk, until=end)
    assert refresh(end) == {"burst": 1}
    anomaly = Anomaly.objects.get()
    assert paid
    assert (anomaly.group, anomaly.day, anomaly.found) == (group, end, days)
    assert rows_of(anomaly, "settlement") == [paid.pk]
    assert [row["amount"] for row in anomaly.evidence if row["what"] == "settlement"] == ["50.00"]
    assert rows_of(anomaly, "member") == [group.members.get(seat=3).pk]


@pytest.mark.parametrize(("limit", "days"), [(None, 31), (5, 6)])
def test_who_leaves_a_day_later_is_not_found(limit: int | None, days: int, clerk: Staff) -> None:
    if limit:
        make_policy(anomaly_burst_days=limit)
    bound_and_released(days, clerk, until=START + days * DAY)
    assert refresh(START + days * DAY) == {}


def test_who_leaves_without_spending_or_was_paid_back_is_not_found(clerk: Staff) -> None:
    bound_and_released(10, clerk, spends=False)
    _group, paid = bound_and_released(10, clerk)
    assert paid
    bill = make_bill(
        paid.person, "50.00", setl_id=paid.setl_id, settled_at=paid.settled_at, institution_id=paid.institution_id
    )
    record_settlement(new=reversal_of(bill), by=clerk)
    assert refresh() == {}


def test_a_payer_who_leaves_shortly_after_paying_is_found_like_a_beneficiary(clerk: Staff) -> None:
    group = make_group("20", by=clerk)
    wife = make_person("妻子", current="80.00", gender="2", by=clerk)
    add_member(group_id=group.pk, member=NewMember(wife.pk, "12", TODAY - 3 * DAY, rank=2), by=clerk)
    make_settlement(member_of(group, 2), "1040.00", by=clerk, settled_at=NINE - DAY)
    release_members(group_id=group.pk, person_ids=[wife.pk], day=TODAY, reason="x", by=clerk)
    assert refresh() == {"burst": 1}
    anomaly = Anomaly.objects.get()
    assert (anomaly.found, [row["amount"] for row in anomaly.evidence[1:]]) == (3, ["40.00"])


# Several cards at one pharmacy


@pytest.fixture
def family(clerk: Staff) -> MutualAidGroup:
    return make_group("12*", "20", by=clerk)


def buys(group: MutualAidGroup, *minutes: int, by: Staff, pharmacy: str = "", **bill: Any) -> list[Settlement]:
    """Each member, in the order of the seats, so many minutes after nine o'clock."""
    pharmacy = pharmacy or make_institution(prefix="P").pk
    return [
        make_settlement(
            member_of(group, seat), "5.00", by=by, institution_id=pharmacy, settled_at=NINE + minute * MINUTE,
            **{"med_type": "41", "usage": "pharmacy"} | bill,
        )
        for seat, minute in enumerate(minutes, start=1)
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("policy", "minutes"),
    [({}, (0, 4, 10)), ({"anomaly_cards": 2}, (0, 10)), ({"anomaly_card_minutes": 15}, (0, 9, 15))],
)
def test_as_many_cards_of_a_family_within_the_minutes_are_found(
    policy: dict[str, int], minutes: tuple[int, ...], family: MutualAidGroup, clerk: Staff
) -> None:
    make_policy(**policy)
    bought = buys(family, *minutes, by=clerk)
    assert refresh() == {"cards": 1}
    anomaly = Anomaly.objects.get()
    assert (anomaly.group, anomaly.institution_id, anomaly.day) == (family, bought[0].institution_id, TODAY)
    assert (anomaly.found, rows_of(anomaly, "settlement")) == (len(minutes), [one.pk for one in bought])


@pytest.mark.parametrize(
    ("policy", "minutes"),
    [({}, (0, 4, 11)), ({}, (0, 1)), ({"anomaly_cards": 4}, (0, 1, 2)), ({"anomaly_card_minutes": 5}, (0, 3, 6))],
)
def test_one_card_less_or_one_minute_more_is_not_found(
    policy: dict[str, int], minutes: tuple[int, ...], family: MutualAidGroup, clerk: Staff
) -> None:
    make_policy(**policy)
    buys(family, *minutes, by=clerk)
    assert refresh() == {}


def test_one_card_three_times_another_pharmacy_a_hospital_and_another_family_are_not_found(
    family: MutualAidGroup, clerk: Staff
) -> None:
    pharmacy = make_institution(prefix="P").pk
    for minute in range(3):
        buys(family, minute, by=clerk, pharmacy=pharmacy)
    buys(family, 0, 1, 2, by=clerk, pharmacy=make_institution().pk, med_type="11", usage="outpatient")
    buys(make_group("12", by=clerk), 0, 1, by=clerk, pharmacy=pharmacy)
    assert refresh() == {}


# Spending after death or suspension


@pytest.mark.parametrize(("grace", "days"), [(None, 1), (3, 4)])
def test_spending_after_a_death_that_was_reported_late_is_found_as_patient_and_as_payer(
    grace: int | None, days: int, family: MutualAidGroup, clerk: Staff
) -> None:
    if grace is not None:
        make_policy(anomaly_grace_days=grace)
    owner = member_of(family, 1)
    own = make_settlement(owner, "30.00", settled_at=NINE, by=clerk)
    drawn = make_settlement(member_of(family, 3), "20.00", settled_at=NINE + MINUTE, by=clerk)
    make_suspension(owner, "death", TODAY - days * DAY)
    assert refresh() == {"after_end": 1}
    anomaly = Anomaly.objects.get()
    assert (anomaly.person, anomaly.day, anomaly.found) == (owner, TODAY, 2)
    told = [(row["id"], row["as"], row["amount"], row["cause"]) for row in anomaly.evidence]
    assert told == [(own.pk, "patient", "30.00", "death"), (drawn.pk, "payer", "20.00", "death")]


@pytest.mark.parametrize(("grace", "days"), [(None, 0), (3, 3)])
def test_spending_on_the_day_of_the_death_or_within_the_grace_is_not_found(
    grace: int | None, days: int, family: MutualAidGroup, clerk: Staff
) -> None:
    if grace is not None:
        make_policy(anomaly_grace_days=grace)
    make_settlement(member_of(family, 1), settled_at=NINE, by=clerk)
    make_suspension(member_of(family, 1), "death", TODAY - days * DAY)
    assert refresh() == {}


@pytest.mark.parametrize("cause", ["suspended", "ended", "void", "not_insured", "card_lending"])
def test_whoever_is_suspended_spends_the_own_account_and_nothing_of_others(cause: str, clerk: Staff) -> None:
    alone = make_person(current="100.00", by=clerk)
    make_settlement(alone, "30.00", settled_at=NINE, by=clerk)
    make_suspension(alone, cause, TODAY)
    assert refresh() == {}
    child = member_of(make_group("20", by=clerk), 2)
    drawn = make_settlement(child, "20.00", settled_at=NINE, by=clerk)
    make_suspension(child, cause, TODAY)
    assert refresh() == {"after_end": 1}
    assert rows_of(Anomaly.objects.get(), "settlement") == [drawn.pk]


def test_a_suspension_recorded_now_for_long_ago_finds_what_was_spent_since(
    family: MutualAidGroup, clerk: Staff
) -> None:
    owner = member_of(family, 1)
    for days in (0, 30, 90):
        make_settlement(owner, "1.00", settled_at=NINE - days * DAY, by=clerk)
    make_suspension(owner, "death", dt.date(2026, 1, 5))
    late = timezone.localdate() + DAY  # what was recorded in the week before that night
    assert refresh(late) == {"after_end": 2}
    assert {one.day for one in Anomaly.objects.all()} == {TODAY, TODAY - 30 * DAY}


@pytest.mark.parametrize("role", ["patient", "payer"])
def test_a_suspension_known_for_long_finds_what_was_spent_lately_alone(
    role: str, family: MutualAidGroup, clerk: Staff
) -> None:
    """Nobody settles for a suspended person through the services: the bills were there before."""
    who = member_of(family, 3 if role == "patient" else 1)
    lately = make_settlement(member_of(family, 3), "20.00", settled_at=NINE, by=clerk)
    make_settlement(member_of(family, 3), "20.00", settled_at=NINE - (LATE + 1) * DAY, by=clerk)
    make_suspension(who, "suspended", START)
    Suspension.objects.update(recorded_at=NINE - 30 * DAY)
    assert refresh() == {"after_end": 1}
    (row,) = Anomaly.objects.get().evidence
    assert (row["id"], row["as"], row["amount"]) == (lately.pk, role, "20.00")


def test_a_suspension_that_is_over_or_never_held_finds_nothing(family: MutualAidGroup, clerk: Staff) -> None:
    child = member_of(family, 3)
    make_settlement(child, "20.00", settled_at=NINE, by=clerk)
    make_suspension(child, "suspended", TODAY - 9 * DAY, TODAY)
    make_suspension(child, "suspended", TODAY, TODAY)
    assert refresh() == {}


# A clerk binds unusually often


def cases(count: int, clerk: Staff, *, at: dt.datetime = NINE) -> None:
    for _number in range(count):
        owner = make_person(current="1.00", by=clerk)
        form = CaseInput(key=uuid4(), owner_id=owner.pk, lines=[LineInput(owner.pk, "01", True, START, rank=1)])
        submitted = submit_case(case_id=save_case(form=form, by=clerk).pk, by=clerk)
        RegistrationCase.objects.filter(pk=submitted.pk).update(submitted_at=at)


@pytest.mark.parametrize("limit", [None, 2])
def test_a_clerk_who_submits_as_many_bindings_in_a_day_is_found(limit: int | None, clerk: Staff) -> None:
    count = limit or 30
    if limit:
        make_policy(anomaly_cases_per_day=limit)
    cases(count - 1, clerk)
    assert refresh() == {}
    cases(1, clerk)
    assert refresh() == {"clerk_cases": 1}
    anomaly = Anomaly.objects.get()
    assert (anomaly.subject_staff, anomaly.day, anomaly.found, anomaly.region_id) == (clerk, TODAY, count, "421002")
    assert len(rows_of(anomaly, "case")) == count


def test_bindings_of_two_days_withdrawn_ones_and_batches_are_not_added_up(clerk: Staff) -> None:
    make_policy(anomaly_cases_per_day=3)
    cases(2, clerk, at=NINE - DAY)
    cases(2, clerk)
    cases(2, clerk, at=NINE)
    last = RegistrationCase.objects.order_by("-pk")[:2]
    RegistrationCase.objects.filter(pk=last[0].pk).update(channel="import")
    RegistrationCase.objects.filter(pk=last[1].pk).update(state="withdrawn", reason="x")
    assert refresh() == {}


# The night


def test_a_second_night_changes_nothing(family: MutualAidGroup, clerk: Staff) -> None:
    make_policy(anomaly_cases_per_day=2)
    cases(2, clerk)
    bound_and_released(10, clerk)
    buys(family, 0, 1, 2, by=clerk)
    make_suspension(member_of(family, 1), "death", TODAY - DAY)
    assert refresh() == {"burst": 1, "cards": 1, "after_end": 1, "clerk_cases": 1}
    before = list(Anomaly.objects.order_by("pk").values())
    events = Anomaly.pgh_event_model.objects.count()  # type: ignore[attr-defined]
    assert refresh() == refresh(TODAY + LATE * DAY) == {}
    assert list(Anomaly.objects.order_by("pk").values()) == before
    assert Anomaly.pgh_event_model.objects.count() == events  # type: ignore[attr-defined]


def test_what_comes_later_than_a_week_is_not_looked_for_any_more(family: MutualAidGroup, clerk: Staff) -> None:
    buys(family, 0, 1, 2, by=clerk)
    assert refresh(TODAY + (LATE + 1) * DAY) == refresh(TODAY - DAY) == {}
    assert refresh(TODAY + LATE * DAY) == {"cards": 1}


def test_new_evidence_joins_an_anomaly_that_nobody_looked_into_and_leaves_one_that_was_judged(
    family: MutualAidGroup, clerk: Staff, auditor: Staff
) -> None:
    pharmacy = make_institution(prefix="P").pk
    buys(family, 0, 1, 2, by=clerk, pharmacy=pharmacy)
    refresh()
    buys(family, 3, by=clerk, pharmacy=pharmacy)
    assert refresh() == {"changed": 1}
    anomaly = Anomaly.objects.get()
    assert len(anomaly.evidence) == 4
    judge(anomaly, "founded", by=auditor)
    buys(family, 4, by=clerk, pharmacy=pharmacy)
    assert refresh() == {}
    anomaly.refresh_from_db()
    assert len(anomaly.evidence) == 4


def test_each_day_is_judged_by_the_policy_of_that_day(family: MutualAidGroup, clerk: Staff) -> None:
    make_policy(effective_on=TODAY + DAY, anomaly_cards=2)
    buys(family, 0, 1, by=clerk)
    assert refresh(TODAY + DAY) == {}


def test_the_step_of_a_night_looks_at_the_day_before_and_tells_what_it_found(
    family: MutualAidGroup, clerk: Staff
) -> None:
    buys(family, 0, 1, 2, by=clerk)
    job = enqueue_once_a_day(kind=KIND, by=clerk, business_date=TODAY + DAY)
    run_job(job.pk)
    done = Job.objects.get(pk=job.pk)
    assert (done.state, done.result["cards"], done.result["changed"]) == ("done", 1, 0)


# What auditors make of them


def judge(anomaly: Anomaly, state: str, *, by: Staff, seen: str = "", text: str = "已电话核实") -> AnomalyNote:
    seen = seen or Anomaly.objects.get(pk=anomaly.pk).state
    return judge_anomaly(anomaly_id=anomaly.pk, seen=AnomalyState(seen), state=AnomalyState(state), text=text, by=by)


@pytest.fixture
def anomaly(family: MutualAidGroup, clerk: Staff) -> Anomaly:
    buys(family, 0, 1, 2, by=clerk)
    refresh()
    return Anomaly.objects.get()


def test_an_auditor_looks_into_an_anomaly_judges_it_and_takes_it_up_again(anomaly: Anomaly, auditor: Staff) -> None:
    for state in ("looked_into", "looked_into", "unfounded", "looked_into", "founded"):
        judge(anomaly, state, by=auditor)
    anomaly.refresh_from_db()
    assert (anomaly.state, anomaly.judged_by) == ("founded", auditor)
    told = anomaly.notes.order_by("pk").values_list("was", "state")
    assert list(told) == [
        ("new", "looked_into"), ("looked_into", "looked_into"), ("looked_into", "unfounded"),
        ("unfounded", "looked_into"), ("looked_into", "founded"),
    ]  # fmt: skip


def test_nothing_goes_back_to_new_and_a_state_that_changed_meanwhile_is_told(
    anomaly: Anomaly, auditor: Staff
) -> None:
    judge(anomaly, "new", by=auditor)
    judge(anomaly, "founded", by=auditor)
    with pytest.raises(NothingSaid):
        judge(anomaly, "new", by=auditor)
    with pytest.raises(AlreadyDecided):
        judge(anomaly, "unfounded", seen="new", by=auditor)
    assert anomaly.notes.count() == 2


@pytest.mark.parametrize("role", ["clerk", "reviewer", "supervisor", "administrator"])
def test_nobody_but_an_auditor_judges(role: str, anomaly: Anomaly) -> None:
    with pytest.raises(RightMissing):
        judge(anomaly, "founded", by=make_staff(role))
    assert AnomalyNote.objects.count() == 0


@pytest.mark.parametrize("region", ["421003", "420100", "330100"])
def test_an_auditor_of_another_region_does_not_find_it(region: str, anomaly: Anomaly) -> None:
    with pytest.raises(Anomaly.DoesNotExist):
        judge(anomaly, "founded", by=make_staff("auditor", region))


def test_an_anomaly_is_not_shown_to_whom_it_is_about_whatever_their_role_became(clerk: Staff, auditor: Staff) -> None:
    make_policy(anomaly_cases_per_day=2)
    cases(2, clerk)
    refresh()
    clerk.groups.set(auditor.groups.all())
    itself = Anomaly.objects.get()
    assert list(Anomaly.objects.for_staff(auditor)) == [itself]
    assert not Anomaly.objects.for_staff(clerk).exists()
    with pytest.raises(Anomaly.DoesNotExist):
        judge(itself, "unfounded", by=Staff.objects.get(pk=clerk.pk))
