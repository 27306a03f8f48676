"""What happens to an insured person, from which day, and what the family may draw on before, on and after it."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import InsuredPerson, RegionMove, Staff, Suspension
from accounts.selectors import suspended_on
from accounts.services.persons import ChangedMeanwhile
from accounts.services.rights import RightMissing
from accounts.services.status_events import (
    DeathIsFinal,
    EventKind,
    EventRefused,
    StatusEvent,
    apply_moves,
    copy_statuses,
    record_event_of_person,
    take_death_back,
)
from families.models import GroupMember, MutualAidGroup
from families.person_facts import facts_for
from families.rules.findings import Level
from families.selectors import group_on, payers_for
from families.services.case_forms import CaseInput, LineInput, check_case
from tests.factories import START, make_group, make_person, make_staff, make_suspension

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.timedelta(days=1)
JUNE = dt.date(2026, 6, 1)
TODAY = timezone.localdate()
SUSPENDING = (EventKind.DEATH, EventKind.ENDED, EventKind.SUSPENDED, EventKind.CARD_LENDING)


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def group(clerk: Staff) -> MutualAidGroup:
    """The owner and the wife share; the son has no account."""
    return make_group("12*", "20", by=clerk)


def seat(group: MutualAidGroup, number: int) -> GroupMember:
    return group.members.select_related("person").get(seat=number)


def tell(
    person: InsuredPerson, kind: EventKind, day: dt.date, by: Staff, *, note: str = "proof", region: str = ""
) -> dt.date:
    person.refresh_from_db()
    event = StatusEvent(kind, day, note, region)
    return record_event_of_person(person_id=person.pk, version=person.version, event=event, by=by)


def payers(group: MutualAidGroup, number: int, day: dt.date) -> list[int]:
    """Seats of those whose account the member of a seat may draw on."""
    seats = {row.person_id: row.seat for row in group.members.all()}
    return [seats[payer.person_id] for payer in payers_for(seat(group, number).person, day)]


def status(person: InsuredPerson) -> tuple[str, dt.date, str]:
    person.refresh_from_db()
    return person.status, person.status_since, person.status_reason


# Who may be drawn on, before, on and after the day.


@pytest.mark.parametrize("kind", SUSPENDING)
def test_a_payer_takes_no_part_from_the_day_on(kind: EventKind, group: MutualAidGroup, clerk: Staff) -> None:
    first = tell(seat(group, 2).person, kind, dt.date(2026, 5, 20), clerk)
    assert first == (dt.date(2026, 6, 1) if kind == EventKind.SUSPENDED else dt.date(2026, 5, 20))
    assert payers(group, 3, first - DAY) == [1, 2]
    assert payers(group, 3, first) == [1]
    assert payers(group, 3, first + 400 * DAY) == [1]


@pytest.mark.parametrize("kind", SUSPENDING)
def test_a_beneficiary_takes_no_part_from_the_day_on(kind: EventKind, group: MutualAidGroup, clerk: Staff) -> None:
    first = tell(seat(group, 3).person, kind, dt.date(2026, 5, 20), clerk)
    assert payers(group, 3, first - DAY) == [1, 2]
    assert payers(group, 3, first) == []
    assert payers(group, 2, first) == [1]


@pytest.mark.parametrize(
    ("kind", "back"),
    [
        (EventKind.ENDED, EventKind.RESUMED),
        (EventKind.SUSPENDED, EventKind.RESUMED),
        (EventKind.CARD_LENDING, EventKind.CARD_RETURNED),
    ],
)
def test_what_was_suspended_goes_on_from_the_day_it_is_resumed(
    kind: EventKind, back: EventKind, group: MutualAidGroup, clerk: Staff
) -> None:
    wife = seat(group, 2).person
    first = tell(wife, kind, dt.date(2026, 4, 20), clerk)
    tell(wife, back, JUNE, clerk)
    assert [payers(group, 3, day) for day in (first - DAY, first, JUNE - DAY, JUNE)] == [[1, 2], [1], [1], [1, 2]]
    assert status(wife)[0] == "1"


def test_a_suspended_member_stays_in_the_picture_with_the_reason_and_without_grants(
    group: MutualAidGroup, clerk: Staff
) -> None:
    tell(seat(group, 2).person, EventKind.ENDED, JUNE, clerk, note="moved abroad")
    before, after = group_on(group, JUNE - DAY), group_on(group, JUNE)
    assert [(member.seat, terms.rank) for member, terms in after.members] == [(1, 1), (2, 2), (3, None)]
    assert [[one.note for one in terms.suspensions] for _member, terms in after.members] == [[], ["moved abroad"], []]
    assert len(before.grants) > len(after.grants) == 1
    assert suspended_on([member.person_id for member, _terms in after.members], JUNE).keys() == {
        seat(group, 2).person_id
    }


# The copy of today, and what is still to come.


def test_an_event_of_today_changes_the_status_at_once_and_one_to_come_on_its_day(clerk: Staff) -> None:
    person = make_person()
    tell(person, EventKind.SUSPENDED, TODAY, clerk, note="left the company")
    first = Suspension.objects.get().starts_on
    assert first > TODAY
    assert status(person) == ("1", dt.date(2020, 1, 1), "")
    assert copy_statuses(day=first - DAY) == 0
    assert copy_statuses(day=first) == 1
    assert status(person) == ("2", first, "left the company")
    assert copy_statuses(day=first) == 0

    other = make_person()
    tell(other, EventKind.ENDED, TODAY, clerk)
    assert status(other) == ("4", TODAY, "proof")


def test_a_resumption_to_come_leaves_the_status_until_its_day(clerk: Staff) -> None:
    person = make_person()
    tell(person, EventKind.ENDED, TODAY - 40 * DAY, clerk)
    tell(person, EventKind.RESUMED, TODAY + 10 * DAY, clerk)
    assert status(person)[0] == "4"
    assert copy_statuses(day=TODAY + 10 * DAY) == 1
    assert status(person) == ("1", TODAY + 10 * DAY, "")


def test_what_is_told_later_gives_way_to_what_is_told_for_an_earlier_day(clerk: Staff) -> None:
    person = make_person()
    tell(person, EventKind.SUSPENDED, dt.date(2026, 6, 10), clerk)
    tell(person, EventKind.DEATH, dt.date(2026, 5, 2), clerk)
    rows = Suspension.objects.order_by("pk").values_list("cause", "starts_on", "ends_on")
    july = dt.date(2026, 7, 1)
    assert list(rows) == [("suspended", july, july), ("death", dt.date(2026, 5, 2), None)]
    assert status(person) == ("4", dt.date(2026, 5, 2), "proof")


def test_a_lent_card_leaves_the_insurance_as_it_is(clerk: Staff) -> None:
    person = make_person()
    tell(person, EventKind.CARD_LENDING, JUNE, clerk)
    assert status(person)[0] == "1"
    tell(person, EventKind.ENDED, JUNE, clerk)
    tell(person, EventKind.RESUMED, JUNE + DAY, clerk)
    assert [row.cause for row in suspended_on([person.pk], JUNE + DAY)[person.pk]] == ["card_lending"]


def test_the_second_of_two_editors_is_told_and_writes_nothing(clerk: Staff) -> None:
    person = make_person()
    event = StatusEvent(EventKind.SUSPENDED, TODAY, "x")
    record_event_of_person(person_id=person.pk, version=1, event=event, by=clerk)
    with pytest.raises(ChangedMeanwhile):
        record_event_of_person(person_id=person.pk, version=1, event=event, by=clerk)
    assert Suspension.objects.count() == 1


@pytest.mark.parametrize(
    ("kind", "day", "field"),
    [
        (EventKind.RESUMED, JUNE, "kind"),
        (EventKind.CARD_RETURNED, JUNE, "kind"),
        (EventKind.DEATH, TODAY + DAY, "happened_on"),
        (EventKind.ENDED, dt.date(1985, 3, 13), "happened_on"),
        (EventKind.MOVED, JUNE, "region"),
    ],
)
def test_an_event_that_cannot_be_is_refused(kind: EventKind, day: dt.date, field: str, clerk: Staff) -> None:
    person = make_person()
    with pytest.raises(EventRefused) as refusal:
        tell(person, kind, day, clerk, region="421002")
    assert refusal.value.field == field
    assert (Suspension.objects.count(), RegionMove.objects.count()) == (0, 0)


# Death.


@pytest.mark.parametrize("kind", [EventKind.RESUMED, EventKind.ENDED, EventKind.SUSPENDED, EventKind.DEATH])
def test_a_death_is_followed_by_nothing(kind: EventKind, clerk: Staff) -> None:
    person = make_person()
    tell(person, EventKind.DEATH, JUNE, clerk)
    with pytest.raises(DeathIsFinal):
        tell(person, kind, JUNE + DAY, clerk)
    assert Suspension.objects.get().ends_on is None


def test_a_supervisor_takes_a_wrong_death_back_and_it_held_on_no_day(group: MutualAidGroup, clerk: Staff) -> None:
    wife = seat(group, 2).person
    tell(wife, EventKind.DEATH, JUNE, clerk)
    wife.refresh_from_db()
    with pytest.raises(RightMissing):
        take_death_back(person_id=wife.pk, version=wife.version, reason="same name", by=clerk)
    supervisor = make_staff("supervisor")
    take_death_back(person_id=wife.pk, version=wife.version, reason="same name", by=supervisor)
    row = Suspension.objects.get()
    assert (row.ends_on, row.ended_by, row.ended_note) == (JUNE, supervisor, "same name")
    assert status(wife)[0] == "1"
    assert payers(group, 3, JUNE) == [1, 2]
    with pytest.raises(EventRefused):
        take_death_back(person_id=wife.pk, version=wife.version, reason="again", by=supervisor)


@pytest.mark.parametrize("table", ["accounts_suspension", "accounts_regionmove"])
def test_nothing_is_ever_deleted(table: str, clerk: Staff) -> None:
    tell(make_person(), EventKind.ENDED, JUNE, clerk)
    tell(make_person(), EventKind.MOVED, JUNE, clerk, region="421003")
    with pytest.raises(DatabaseError, match="Cannot delete"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


# Moving.


def test_a_move_of_the_past_holds_at_once_and_one_to_come_on_its_day(clerk: Staff) -> None:
    here, there = make_person(), make_person()
    tell(here, EventKind.MOVED, TODAY, clerk, region="421003")
    tell(there, EventKind.MOVED, TODAY + 5 * DAY, clerk, region="330100")
    assert apply_moves(day=TODAY + 4 * DAY) == 0
    assert apply_moves(day=TODAY + 5 * DAY) == 1
    assert apply_moves(day=TODAY + 5 * DAY) == 0
    here.refresh_from_db()
    there.refresh_from_db()
    assert (here.region_id, there.region_id) == ("421003", "330100")


def test_a_planned_move_gives_way_to_another_and_is_taken_back_by_the_present_region(clerk: Staff) -> None:
    person = make_person()
    tell(person, EventKind.MOVED, TODAY + 5 * DAY, clerk, region="330100")
    tell(person, EventKind.MOVED, TODAY + 6 * DAY, clerk, region="421003")
    tell(person, EventKind.MOVED, TODAY, clerk, region="421002")
    assert RegionMove.objects.filter(withdrawn_at__isnull=False).count() == 2
    assert apply_moves(day=TODAY + 9 * DAY) == 0


def test_an_unknown_region_is_refused_and_the_planned_move_stays(clerk: Staff) -> None:
    person = make_person()
    tell(person, EventKind.MOVED, TODAY + 5 * DAY, clerk, region="421003")
    with pytest.raises(EventRefused):
        tell(person, EventKind.MOVED, TODAY, clerk, region="999999")
    assert RegionMove.objects.get().withdrawn_at is None


# Binding.


@pytest.mark.parametrize(("starts_on", "ends_on", "day", "expected"), [
    (JUNE, None, JUNE - 90 * DAY, "2"),
    (JUNE, None, JUNE, "2"),
    (JUNE, JUNE + 10 * DAY, JUNE + 9 * DAY, "2"),
    (JUNE, JUNE + 10 * DAY, JUNE + 10 * DAY, "1"),
    (JUNE, JUNE, JUNE - DAY, "1"),
])  # fmt: skip
def test_a_suspension_on_the_first_day_or_later_stands_in_the_way_of_binding(
    starts_on: dt.date, ends_on: dt.date | None, day: dt.date, expected: str
) -> None:
    person = make_person()
    make_suspension(person, "suspended", starts_on, ends_on)
    assert facts_for([person.pk], day=day)[person.pk].status == expected


def test_a_lent_card_is_a_warning_at_the_counter(clerk: Staff) -> None:
    owner = make_person(current="10.00", by=clerk)
    make_suspension(owner, "card_lending", START)
    line = LineInput(owner.pk, "01", True, START, rank=1)
    form = CaseInput(key=uuid4(), owner_id=owner.pk, lines=[line])
    found = [(one.code, one.level) for one in check_case(form).preflight.findings if one.code]
    assert found == [("card_lending", Level.WARN)]


# The pages.


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def post(client: Client, person: InsuredPerson, **data: str):  # type: ignore[no-untyped-def]
    person.refresh_from_db()
    data = {"version": str(person.version), "happened_on": "2026-05-20", "note": "单位停保", "region": ""} | data
    return client.post(f"/persons/{person.pk}/event/", data)


def test_a_clerk_records_an_event_and_the_card_says_since_when_and_why(clerk: Staff) -> None:
    person, client = make_person(), signed_in(clerk)
    answer = post(client, person, kind="ended")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/persons/{person.pk}/")
    shown = client.get(f"/persons/{person.pk}/").content.decode()
    assert "终止参保" in shown
    assert "单位停保" in shown
    assert "2026-05-20起" in shown
    assert "不参与家庭共济支付" in shown


@pytest.mark.parametrize(
    ("data", "message"),
    [
        ({"kind": "resumed"}, "当日参保状态正常"),
        ({"kind": "moved"}, "请填写转入地区划代码"),
        ({"kind": "moved", "region": "999999"}, "没有此区划代码"),
        ({"kind": ""}, "必填"),
        ({"kind": "ended", "note": "42100219850314001X"}, "证件号码"),
    ],
)
def test_what_is_wrong_is_said_beside_the_form(data: dict[str, str], message: str, clerk: Staff) -> None:
    answer = post(signed_in(clerk), make_person(), **data)
    assert answer.status_code == 422
    assert message in answer.content.decode()
    assert not Suspension.objects.exists()


def test_a_person_moved_out_of_scope_is_out_of_sight_at_once(clerk: Staff) -> None:
    person, client = make_person(), signed_in(clerk)
    answer = post(client, person, kind="moved", region="330100")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert client.get(f"/persons/{person.pk}/").status_code == 404


@pytest.mark.parametrize(("role", "region", "code"), [
    ("clerk", "330100", 404), ("reviewer", "421002", 403), ("supervisor", "421002", 403), ("auditor", "421002", 403),
])  # fmt: skip
def test_nobody_else_records_an_event(role: str, region: str, code: int) -> None:
    person, client = make_person(), signed_in(make_staff(role, region))
    assert client.get(f"/persons/{person.pk}/event/").status_code == code
    assert post(client, person, kind="ended").status_code == code
    assert not Suspension.objects.exists()


def test_two_windows_with_one_version_make_one_event(clerk: Staff) -> None:
    person, client = make_person(), signed_in(clerk)
    assert post(client, person, kind="ended").status_code == 302
    answer = post(client, person, kind="ended", version="1", note="second window")
    assert answer.status_code == 409
    assert "second window" in answer.content.decode()
    assert Suspension.objects.count() == 1


def test_a_supervisor_takes_a_death_back_on_the_page(clerk: Staff) -> None:
    person = make_person()
    tell(person, EventKind.DEATH, JUNE, clerk)
    client = signed_in(make_staff("supervisor"))
    path = f"/persons/{person.pk}/take-death-back/"
    assert path in client.get(f"/persons/{person.pk}/").content.decode()
    assert client.post(path, {"version": "2", "reason": ""}).status_code == 422
    assert client.post(path, {"version": "1", "reason": "同名误登"}).status_code == 409
    assert client.post(path, {"version": "2", "reason": "同名误登"}).status_code == 302
    assert status(person)[0] == "1"
    assert client.post(path, {"version": "3", "reason": "同名误登"}).status_code == 422
