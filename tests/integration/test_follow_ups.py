"""Follow-ups: what opens one, what closes it, what a clerk does with it."""

from __future__ import annotations

import datetime as dt
import re
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import InsuredPerson, Staff
from accounts.services.status_events import EventKind, StatusEvent
from families.models import FollowUp, FollowUpNote, GroupMember, MutualAidGroup
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import approve_case, submit_case
from families.services.drafts import save_case
from families.services.follow_ups import (
    FollowUpClosed,
    add_note,
    close_follow_up,
    record_status_event,
    refresh_follow_ups,
    undo_death,
)
from tests.factories import START, make_group, make_person, make_policy, make_staff, make_suspension, release_member

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.timedelta(days=1)
JUNE = dt.date(2026, 6, 1)
TODAY = timezone.localdate()


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def group(clerk: Staff) -> MutualAidGroup:
    return make_group("12*", "20", by=clerk)


def person_of(group: MutualAidGroup, seat: int) -> InsuredPerson:
    return InsuredPerson.objects.get(memberships__group=group, memberships__seat=seat)


def tell(person: InsuredPerson, kind: str, day: dt.date, by: Staff, *, region: str = "") -> None:
    person.refresh_from_db()
    event = StatusEvent(EventKind(kind), day, "proof", region)
    record_status_event(person_id=person.pk, version=person.version, event=event, by=by)


def open_ones() -> list[tuple[str, dt.date]]:
    return list(FollowUp.objects.filter(state="open").order_by("pk").values_list("kind", "since"))


@pytest.mark.parametrize(
    ("seat", "kind", "expected"),
    [
        (1, "death", "owner_died"),
        (3, "death", "member_died"),
        (1, "ended", "owner_suspended"),
        (2, "ended", "payer_suspended"),
        (3, "ended", "member_suspended"),
        (2, "card_lending", "card_lending"),
    ],
)
def test_an_event_at_the_window_opens_a_follow_up_at_once(
    seat: int, kind: str, expected: str, group: MutualAidGroup, clerk: Staff
) -> None:
    tell(person_of(group, seat), kind, JUNE, clerk)
    row = FollowUp.objects.get()
    assert (row.group, row.person, row.kind, row.since) == (group, person_of(group, seat), expected, JUNE)


def test_a_person_in_no_family_needs_no_follow_up(clerk: Staff) -> None:
    tell(make_person(), "death", JUNE, clerk)
    assert open_ones() == []


def test_what_begins_later_is_followed_up_on_its_day(group: MutualAidGroup, clerk: Staff) -> None:
    make_suspension(person_of(group, 2), "suspended", JUNE)
    assert refresh_follow_ups(day=JUNE - DAY, by=clerk).opened == 0
    assert refresh_follow_ups(day=JUNE, by=clerk).opened == 1


def test_again_changes_nothing(group: MutualAidGroup, clerk: Staff) -> None:
    make_suspension(person_of(group, 2), "suspended", JUNE)
    refresh_follow_ups(day=JUNE, by=clerk)
    again = refresh_follow_ups(day=JUNE, by=clerk)
    assert (again.opened, again.closed, FollowUp.objects.count()) == (0, 0, 1)


def test_it_closes_by_itself_when_the_insurance_is_resumed(group: MutualAidGroup, clerk: Staff) -> None:
    wife = person_of(group, 2)
    tell(wife, "ended", JUNE, clerk)
    tell(wife, "resumed", JUNE + DAY, clerk)
    row = FollowUp.objects.get()
    assert (row.state, row.closed_by, row.reason) == ("closed", None, "")


def test_it_closes_by_itself_when_the_member_is_released(group: MutualAidGroup, clerk: Staff) -> None:
    tell(person_of(group, 3), "death", JUNE, clerk)
    son = GroupMember.objects.get(group=group, seat=3)
    release_member(member_id=son.pk, day=JUNE + 10 * DAY, reason="died", by=clerk)
    assert refresh_follow_ups(day=JUNE + 9 * DAY, by=clerk).closed == 0
    assert refresh_follow_ups(day=JUNE + 10 * DAY, by=clerk).closed == 1


def test_a_death_after_a_suspension_closes_the_one_and_opens_the_other(group: MutualAidGroup, clerk: Staff) -> None:
    owner = person_of(group, 1)
    tell(owner, "ended", JUNE, clerk)
    tell(owner, "death", JUNE + DAY, clerk)
    assert open_ones() == [("owner_died", JUNE + DAY)]
    owner.refresh_from_db()
    undo_death(person_id=owner.pk, version=owner.version, reason="same name", by=make_staff("supervisor"))
    assert open_ones() == []


def test_what_a_clerk_closed_stays_closed_for_that_day_and_opens_for_another(
    group: MutualAidGroup, clerk: Staff
) -> None:
    wife = person_of(group, 2)
    tell(wife, "ended", JUNE, clerk)
    row = close_follow_up(follow_up_id=FollowUp.objects.get().pk, reason="family knows", by=clerk)
    assert (row.state, row.closed_by, row.reason) == ("closed", clerk, "family knows")
    assert refresh_follow_ups(day=TODAY, by=clerk).opened == 0
    tell(wife, "resumed", JUNE + 9 * DAY, clerk)
    tell(wife, "ended", JUNE + 20 * DAY, clerk)
    assert open_ones() == [("payer_suspended", JUNE + 20 * DAY)]


def test_of_one_family_alone_leaves_the_others_as_they_are(group: MutualAidGroup, clerk: Staff) -> None:
    other = make_group("12", by=clerk)
    for one in (group, other):
        make_suspension(person_of(one, 1), "death", JUNE)
    refresh_follow_ups(day=JUNE, by=clerk, group_ids=[other.pk])
    assert FollowUp.objects.get().group == other
    assert refresh_follow_ups(day=JUNE, by=clerk, group_ids=[]).closed == 0


# Regions and policies.


def test_a_move_to_where_the_policy_admits_nobody_is_followed_up(group: MutualAidGroup, clerk: Staff) -> None:
    tell(person_of(group, 3), "moved", JUNE, clerk, region="330100")
    assert open_ones() == [("moved_away", JUNE)]
    assert FollowUp.objects.get().parameter == "cross_province"


def test_an_owner_who_moved_away_is_followed_up_once_and_nobody_when_the_family_moved_along(
    group: MutualAidGroup, clerk: Staff
) -> None:
    tell(person_of(group, 1), "moved", JUNE, clerk, region="330100")
    row = FollowUp.objects.get()
    assert (row.person, row.kind, row.since) == (person_of(group, 1), "moved_away", JUNE)
    for seat in (2, 3):
        tell(person_of(group, seat), "moved", JUNE + DAY, clerk, region="330100")
    assert open_ones() == []


def test_a_move_within_the_province_is_followed_up_only_where_the_policy_keeps_to_the_city(
    group: MutualAidGroup, clerk: Staff
) -> None:
    tell(person_of(group, 3), "moved", JUNE, clerk, region="420106")
    assert open_ones() == []
    make_policy(effective_on=dt.date(2020, 1, 1), cross_city=False)
    refresh_follow_ups(day=TODAY, by=clerk)
    assert open_ones() == [("moved_away", JUNE)]


def test_a_policy_that_keeps_to_the_city_from_now_on_is_an_excess_since_then(
    group: MutualAidGroup, clerk: Staff
) -> None:
    tell(person_of(group, 3), "moved", JUNE, clerk, region="420106")
    later = JUNE + 20 * DAY
    make_policy(effective_on=later, cross_city=False)
    refresh_follow_ups(day=later - DAY, by=clerk)
    assert open_ones() == []
    refresh_follow_ups(day=later, by=clerk)
    assert open_ones() == [("policy_excess", later)]


def test_what_a_policy_admits_no_more_later_is_not_hidden_by_what_was_closed_before(
    group: MutualAidGroup, clerk: Staff
) -> None:
    tell(person_of(group, 3), "moved", JUNE, clerk, region="420106")
    make_policy(effective_on=JUNE, near_relatives=["spouse"])
    refresh_follow_ups(day=JUNE, by=clerk)
    close_follow_up(follow_up_id=FollowUp.objects.get().pk, reason="family knows", by=clerk)
    make_policy("420000", effective_on=JUNE + DAY, cross_city=False)
    refresh_follow_ups(day=JUNE + DAY, by=clerk)
    assert open_ones() == [("policy_excess", JUNE + DAY)]


@pytest.mark.parametrize(
    ("policy", "expected"),
    [
        ({"max_members": 2}, [(None, "max_members")]),
        ({"near_relatives": ["spouse"]}, [(3, "near_relatives")]),
        ({"max_members": 3}, []),
    ],
)
def test_a_new_policy_names_whom_it_no_longer_admits(
    policy: dict[str, object], expected: list[tuple[int | None, str]], group: MutualAidGroup, clerk: Staff
) -> None:
    make_policy(effective_on=JUNE, **policy)
    assert refresh_follow_ups(day=JUNE - DAY, by=clerk).opened == 0
    refresh_follow_ups(day=JUNE, by=clerk)
    seats = {row.person_id: row.seat for row in group.members.all()} | {None: None}
    rows = FollowUp.objects.filter(kind="policy_excess", since=JUNE)
    assert [(seats[row.person_id], row.parameter) for row in rows] == expected


def test_a_policy_of_one_group_names_both_groups_of_who_is_in_two(clerk: Staff) -> None:
    make_policy(one_group_per_person=False)
    group, other = make_group("12*", by=clerk), make_group(by=clerk)
    GroupMember.objects.create(
        group=other, person=person_of(group, 2), seat=2, relation="30", exclusive=False, joined_on=START
    )
    refresh_follow_ups(day=JUNE - DAY, by=clerk)
    assert open_ones() == []
    make_policy(effective_on=JUNE, one_group_per_person=True)
    refresh_follow_ups(day=JUNE, by=clerk)
    assert {row.group for row in FollowUp.objects.all()} == {group, other}
    assert open_ones() == [("policy_excess", JUNE)] * 2


def test_a_refresh_asks_as_many_queries_for_ten_families_as_for_one(clerk: Staff) -> None:
    make_policy(max_members=2, cross_city=False)
    for _family in range(2):
        make_suspension(person_of(make_group("12", by=clerk), 2), "ended", START)
    with CaptureQueriesContext(connection) as few:
        refresh_follow_ups(day=JUNE, by=clerk)
    for _family in range(8):
        make_suspension(person_of(make_group("12", by=clerk), 2), "ended", START)
    with CaptureQueriesContext(connection) as many:
        refresh_follow_ups(day=JUNE, by=clerk)
    assert len(many) == len(few)


# What settles it.


def line(group: MutualAidGroup, seat: int, relation: str, action: str, *, shares: bool = False) -> LineInput:
    person = person_of(group, seat)
    return LineInput(person.pk, relation, shares, TODAY, rank=1 if shares else None, action=action)


def test_a_hand_over_that_becomes_effective_closes_what_was_open_about_the_dead_owner(
    group: MutualAidGroup, clerk: Staff
) -> None:
    other = make_group("12*", by=clerk)
    for one in (group, other):
        tell(person_of(one, 1), "death", JUNE, clerk)
    lines = [
        line(group, 2, "01", "change", shares=True), line(group, 3, "20", "change"), line(group, 1, "01", "leave")
    ]  # fmt: skip
    form = CaseInput(
        key=uuid4(), owner_id=person_of(group, 1).pk, group_id=group.pk, kind="hand_over", cause="death", lines=lines
    )
    case = submit_case(case_id=save_case(form=form, by=clerk).pk, by=clerk)
    assert FollowUp.objects.filter(state="open").count() == 2
    approve_case(case_id=case.pk, by=make_staff("reviewer"))
    row = FollowUp.objects.get(group=group)
    assert (row.state, row.closed_by, row.reason) == ("closed", None, "")
    assert FollowUp.objects.get(state="open").group == other


@pytest.mark.parametrize(
    ("seat", "kind", "ways"),
    [
        (1, "death", ["hand_over", "dissolve"]),
        (3, "death", ["release"]),
        (1, "ended", ["hand_over"]),
        (1, "moved", ["hand_over", "dissolve"]),
        (3, "moved", ["release"]),
        (2, "card_lending", []),
    ],
)
def test_the_worklist_and_the_follow_up_lead_to_the_business_that_settles_it(
    seat: int, kind: str, ways: list[str], group: MutualAidGroup, clerk: Staff
) -> None:
    tell(person_of(group, seat), kind, JUNE, clerk, region="330100" if kind == "moved" else "")
    row = FollowUp.objects.get()
    clerks, auditors = signed_in(clerk), signed_in(make_staff("auditor"))
    for path in ("/follow-ups/", f"/follow-ups/{row.pk}/"):
        found = re.findall(rf"/counter/groups/{group.pk}/\?kind=(\w+)", clerks.get(path).content.decode())
        assert found == ways
        assert "/counter/groups/" not in auditors.get(path).content.decode()
    for way in ways:
        assert clerks.get(f"/counter/groups/{group.pk}/?kind={way}").status_code == 200
    close_follow_up(follow_up_id=row.pk, reason="done", by=clerk)
    assert "/counter/groups/" not in clerks.get(f"/follow-ups/{row.pk}/").content.decode()


# Notes, closing and the pages.


def test_a_note_keeps_who_when_and_the_day_to_look_again(group: MutualAidGroup, clerk: Staff) -> None:
    tell(person_of(group, 2), "death", JUNE, clerk)
    row = FollowUp.objects.get()
    note = add_note(follow_up_id=row.pk, text="called", again_on=JUNE, by=clerk)
    assert (note.by, note.text, note.again_on) == (clerk, "called", JUNE)
    close_follow_up(follow_up_id=row.pk, reason="done", by=clerk)
    for act in (
        lambda: add_note(follow_up_id=row.pk, text="x", again_on=None, by=clerk),
        lambda: close_follow_up(follow_up_id=row.pk, reason="twice", by=clerk),
    ):
        with pytest.raises(FollowUpClosed):
            act()
    assert FollowUpNote.objects.count() == 1


@pytest.mark.parametrize("table", ["families_followup", "families_followupnote"])
def test_neither_a_follow_up_nor_a_note_is_deleted(table: str, group: MutualAidGroup, clerk: Staff) -> None:
    tell(person_of(group, 2), "death", JUNE, clerk)
    add_note(follow_up_id=FollowUp.objects.get().pk, text="called", again_on=None, by=clerk)
    with pytest.raises(DatabaseError, match="Cannot"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table}")


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def row(group: MutualAidGroup, clerk: Staff) -> FollowUp:
    tell(person_of(group, 1), "death", JUNE, clerk)
    return FollowUp.objects.get()


def test_the_worklist_shows_the_oldest_first_what_to_do_and_how_many(row: FollowUp, clerk: Staff) -> None:
    other = make_group("12*", by=clerk)
    tell(person_of(other, 2), "card_lending", JUNE - DAY, clerk)
    shown = signed_in(clerk).get("/follow-ups/").content.decode()
    assert shown.index(other.number) < shown.index(row.group.number)
    assert "变更户主，或解散共济组" in shown
    assert "户主死亡 <b" in shown


def test_the_worklist_is_narrowed_by_kind_and_state(row: FollowUp, clerk: Staff) -> None:
    client = signed_in(clerk)
    assert row.group.number not in client.get("/follow-ups/?kind=card_lending").content.decode()
    close_follow_up(follow_up_id=row.pk, reason="家属已知", by=clerk)
    assert row.group.number not in client.get("/follow-ups/").content.decode()
    assert "家属已知" in client.get("/follow-ups/?state=closed&kind=owner_died").content.decode()
    assert client.get("/follow-ups/?state=x&kind=y&page=-1").status_code == 200


def test_a_clerk_notes_a_call_and_closes_on_the_page(row: FollowUp, clerk: Staff) -> None:
    client, path = signed_in(clerk), f"/follow-ups/{row.pk}/"
    assert client.post(f"{path}note/", {"text": "已电话联系", "again_on": "2026-06-09"}).status_code == 302
    shown = client.get(path).content.decode()
    assert "已电话联系" in shown
    assert "2026-06-09再次跟进" in shown
    assert client.post(f"{path}close/", {"reason": ""}).status_code == 422
    assert client.post(f"{path}close/", {"reason": "已变更户主"}).headers["Location"] == "/follow-ups/"
    assert client.post(f"{path}close/", {"reason": "已变更户主"}).headers["Location"] == path
    assert client.post(f"{path}note/", {"text": "晚了"}).headers["Location"] == path
    assert FollowUpNote.objects.count() == 1


def test_whom_to_call_is_who_is_alive_with_the_phone_masked(row: FollowUp, clerk: Staff) -> None:
    wife = person_of(row.group, 2)
    shown = signed_in(clerk).get(f"/follow-ups/{row.pk}/").content.decode()
    assert wife.masked_mobile in shown
    assert wife.mobile not in shown
    assert f"/persons/{wife.pk}/reveal/" in shown


def test_the_group_and_the_persons_page_lead_to_the_follow_up(row: FollowUp, clerk: Staff) -> None:
    client = signed_in(clerk)
    owner = person_of(row.group, 1)
    for path in (f"/groups/{row.group_id}/", f"/persons/{owner.pk}/family/"):
        assert f"/follow-ups/{row.pk}/" in client.get(path).content.decode()


@pytest.mark.parametrize(("role", "region", "look", "write"), [
    ("clerk", "330100", 404, 404), ("auditor", "421002", 200, 403), ("reviewer", "421002", 200, 403),
    ("administrator", "100000", 403, 403), ("supervisor", "421000", 200, 302),
])  # fmt: skip
def test_who_may_look_and_who_may_write(row: FollowUp, role: str, region: str, look: int, write: int) -> None:
    client, path = signed_in(make_staff(role, region)), f"/follow-ups/{row.pk}/"
    assert client.get(path).status_code == look
    assert client.post(f"{path}note/", {"text": "x"}).status_code == write
    assert client.post(f"{path}close/", {"reason": "xx"}).status_code == write
    if look == 404:
        assert row.group.number not in client.get("/follow-ups/").content.decode()
