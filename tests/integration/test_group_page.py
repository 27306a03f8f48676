"""The group's page: the picture, the limits, what happened and what is to come, on any day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.models import InsuredPerson, Region, Staff
from accounts.models.audit import AuditEvent, AuditKind
from accounts.models.suspension import Cause
from accounts.selectors import accounts_of
from families.models import MutualAidGroup, RegistrationCase
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import approve_case, submit_case
from families.services.changes import add_member, dissolve_group
from families.services.drafts import save_case
from families.services.groups import NewMember, create_group
from families.timeline import history_of
from tests.factories import (
    START,
    make_family,
    make_group,
    make_person,
    make_policy,
    make_staff,
    make_suspension,
    release_member,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.timedelta(days=1)


@pytest.fixture(autouse=True)
def in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def reviewer(regions: None) -> Staff:
    return make_staff("reviewer", "421000")


@pytest.fixture
def group(clerk: Staff, reviewer: Staff) -> MutualAidGroup:
    """An owner, a wife who shares up to 500 yuan, a son: by a case."""
    owner, wife, son = make_family("12*", "20")
    return effective([line(owner), line(replace(wife, share_limit=Decimal("500.00"))), line(son)], clerk, reviewer)


def line(member: NewMember) -> LineInput:
    return LineInput(
        member.person_id, member.relation, member.shares, member.starts_on, rank=member.rank,
        share_limit=member.share_limit,
    )  # fmt: skip


def effective(lines: list[LineInput], clerk: Staff, reviewer: Staff, **fields: Any) -> MutualAidGroup:
    form = CaseInput(**{"key": uuid4(), "owner_id": lines[0].person_id, "lines": lines} | fields)
    case = submit_case(case_id=save_case(form=form, by=clerk).pk, by=clerk)
    shown = approve_case(case_id=case.pk, by=reviewer).group
    assert shown is not None
    return shown


def changed(group: MutualAidGroup, kind: str, lines: list[LineInput], by: tuple[Staff, Staff], **fields: Any) -> None:
    owner = group.members.get(seat=1, left_on=None).person_id
    effective(lines, *by, kind=kind, group_id=group.pk, owner_id=owner, **fields)


def member(group: MutualAidGroup, seat: int) -> InsuredPerson:
    return group.members.filter(seat=seat).order_by("joined_on").first().person


def page(staff: Staff, group: MutualAidGroup, day: dt.date | str | None = None) -> str:
    client = Client()
    client.cookies["django_language"] = "en"
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.get(group.get_absolute_url(), {"day": day} if day else {})
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def story(group: MutualAidGroup) -> list[tuple[dt.date, str | None, list[tuple[str, tuple[str, ...]]]]]:
    """Newest first: the day, the kind of case, the lines."""
    return [
        (turn.day, turn.case and turn.case.kind, [(one.title, one.phrases) for one in turn.lines])
        for turn in history_of(group).turns()
    ]


# The picture.


def test_a_card_says_seat_name_relation_place_and_whose_accounts_pay(clerk: Staff, group: MutualAidGroup) -> None:
    shown = page(clerk, group)
    assert 'aria-label="seat 3, 成员1, son; paid for by: 户主 → 成员0 → cash"' in shown
    assert 'aria-label="seat 2, 成员0, wife, pays at place 2; paid for by: own account → 户主 → cash"' in shown
    assert shown.count('class="arrows to-') == 3


def test_a_member_wears_a_badge_while_suspended_and_pays_for_nobody_then(clerk: Staff, group: MutualAidGroup) -> None:
    make_suspension(member(group, 2), Cause.CARD_LENDING, START + 5 * DAY)
    assert "suspended" not in page(clerk, group, START).split("<svg")[1].split("</svg>")[0]
    drawn = page(clerk, group).split("<svg")[1].split("</svg>")[0]
    assert 'class="card seat-2 suspended"' in drawn
    assert f'aria-label="seat 2, 成员0, wife, {Cause.CARD_LENDING.label}, pays at place 2;' in drawn
    assert 'aria-label="seat 3, 成员1, son; paid for by: 户主 → cash"' in drawn


def test_a_member_of_another_region_is_shown_without_a_link_and_without_a_balance(clerk: Staff) -> None:
    family = make_family("12")
    away = make_person("远亲", region="420106", gender="2", current="77.70")
    family.append(NewMember(away.pk, "75", START, rank=2))
    group = create_group(region=Region.objects.get(pk="421002"), members=family, by=clerk)
    shown = page(clerk, group)
    assert f'href="{away.get_absolute_url()}"' not in shown
    assert "77.70" not in shown
    assert f'href="{member(group, 1).get_absolute_url()}"' in shown
    assert "1000.00" in shown


def test_accounts_are_those_in_scope(clerk: Staff) -> None:
    near, far = make_person(current="1.00"), make_person(region="420106", current="2.00")
    assert accounts_of([near.pk, far.pk], staff=clerk) == {near.pk: near.account}
    assert accounts_of([near.pk], staff=make_staff("administrator")) == {}


def test_limits_of_members_and_of_the_policy_are_named_with_their_source(clerk: Staff, group: MutualAidGroup) -> None:
    assert "No version of the policy sets one." in page(clerk, group)
    make_policy("421000", annual_limit_payer="8000.00", max_members=6)
    shown = page(clerk, group)
    assert "at most 500.00 yuan a year" in shown
    assert "8000.00 yuan" in shown
    assert "§annual_limit_payer" in shown
    assert "3 members, 6 seats" in shown


# The time line.


def test_the_time_line_tells_of_the_founding_with_its_case(
    clerk: Staff, reviewer: Staff, group: MutualAidGroup
) -> None:
    joined = ("成员0 (wife, pays at place 2, at most 500.00 yuan a year)", "成员1 (son)")
    assert story(group) == [
        (START, "create", [("Group founded", ("户主 (self, pays at place 1)",)), ("Joins", joined)])
    ]
    assert f"handled by {clerk}" in page(clerk, group)
    assert f"reviewed by {reviewer}" in page(clerk, group)


def test_a_handed_over_group_lists_nobody_as_gone_who_stayed(
    clerk: Staff, reviewer: Staff, group: MutualAidGroup
) -> None:
    today = timezone.localdate()
    owner, wife, son = (member(group, seat) for seat in (1, 2, 3))
    lines = [
        LineInput(wife.pk, "01", True, today, rank=1, share_limit=Decimal("500.00"), action="change"),
        LineInput(owner.pk, "11", True, today, rank=2, action="change"),
        LineInput(son.pk, "20", False, today, action="change"),
    ]
    changed(group, "hand_over", lines, (clerk, reviewer), cause="requested")
    assert story(group)[0] == (
        today,
        "hand_over",
        [
            ("Owner changes", ("户主 → 成员0",)),
            ("Relation to the owner", ("户主: self → husband",)),
            ("Place in the order", ("户主: place 1 → place 2", "成员0: place 2 → place 1")),
        ],
    )
    assert "No longer members" not in page(clerk, group)
    assert START.isoformat() in page(clerk, group).split("Members</h2>")[1].split("</table>")[0]
    changed(group, "release", [LineInput(son.pk, "20", False, today, action="leave")], (clerk, reviewer),
            cause="insurance_ended")  # fmt: skip
    shown = page(clerk, group).split("No longer members")[1].split("</table>")[0]
    assert "成员1" in shown
    assert "insurance ended" in shown
    assert "户主" not in shown


def test_what_is_to_come_is_told_with_its_day(clerk: Staff, reviewer: Staff, group: MutualAidGroup) -> None:
    coming = timezone.localdate() + 10 * DAY
    last_on = coming + 30 * DAY
    change = LineInput(member(group, 2).pk, "12", True, coming, rank=2, last_on=last_on, action="change")
    changed(group, "change", [change], (clerk, reviewer))
    assert [(day, kind, [title for title, _who in lines]) for day, kind, lines in story(group)[:2]] == [
        (last_on + DAY, "change", ["Leaves"]),
        (coming, "change", ["Last day", "Limit per year"]),
    ]
    shown = page(clerk, group)
    assert f"From {coming}" in shown
    assert shown.count("still to come") == 2
    assert f'rel="next" accesskey="." href="?day={coming}"' in shown


def test_an_added_member_belongs_to_the_case_of_the_day_on_the_form(
    clerk: Staff, reviewer: Staff, group: MutualAidGroup
) -> None:
    daughter = make_person("小女", insutype="390", gender="2", born_on=dt.date(2015, 1, 1))
    joins = LineInput(daughter.pk, "30", False, START + 5 * DAY)
    changed(group, "add", [joins], (clerk, reviewer))
    assert story(group)[0] == (START + 5 * DAY, "add", [("Joins", ("小女 (daughter)",))])


def test_what_a_command_wrote_is_told_without_a_case_and_with_its_reason(clerk: Staff) -> None:
    group = make_group("12", "20", by=clerk)
    release_member(member_id=group.members.get(seat=3).pk, day=START + DAY, reason="本人申请", by=clerk)
    dissolve_group(group_id=group.pk, day=START + 2 * DAY, reason="death", by=clerk)
    group.refresh_from_db()
    assert story(group)[:2] == [
        (START + 2 * DAY, None, [("Group dissolved", ("death",))]),
        (START + DAY, None, [("Leaves", ("成员1 (本人申请)",))]),
    ]
    assert f"dissolved on {START + 2 * DAY}" in page(clerk, group)


# Any day.


def test_another_day_is_marked_and_leads_back_and_on(clerk: Staff, group: MutualAidGroup) -> None:
    child = make_person("小女", insutype="390", gender="2", born_on=dt.date(2015, 1, 1))
    add_member(group_id=group.pk, member=NewMember(child.pk, "30", START + 9 * DAY), by=clerk)
    shown = page(clerk, group, START)
    assert f"As it was on {START}." in shown
    assert "Back to today" in shown
    assert f'rel="next" accesskey="." href="?day={START + 9 * DAY}"' in shown
    assert "after the day shown" in shown
    assert 'class="card seat-4' not in shown
    assert "Back to today" not in page(clerk, group)
    assert 'class="card seat-4' in page(clerk, group)


def test_before_its_founding_a_group_has_no_members(clerk: Staff, group: MutualAidGroup) -> None:
    shown = page(clerk, group, START - DAY)
    assert "not founded yet" in shown
    assert "No members on this day." in shown


@pytest.mark.parametrize("day", ["2026-15-01", "yesterday", "0001-01-01"])
def test_a_day_that_is_none_is_said_and_today_is_shown(clerk: Staff, group: MutualAidGroup, day: str) -> None:
    shown = page(clerk, group, day)
    assert 'id="day-error"' in shown
    assert f'value="{day}"' in shown
    assert "As it was on" not in shown


# The open case, and who may look.


def test_a_draft_of_mine_leads_to_the_counter_and_another_persons_to_the_case(
    clerk: Staff, group: MutualAidGroup
) -> None:
    leaves = LineInput(member(group, 3).pk, "20", False, timezone.localdate(), action="leave")
    form = CaseInput(
        key=uuid4(),
        owner_id=member(group, 1).pk,
        lines=[leaves],
        kind="release",
        group_id=group.pk,
        cause="requested",
    )
    case = save_case(form=form, by=clerk)
    assert f'Open case</b> <a class="number" href="/counter/cases/{case.pk}/">' in page(clerk, group)
    assert f'Open case</b> <a class="number" href="/cases/{case.pk}/">' in page(make_staff("clerk"), group)


def test_a_look_is_recorded_and_a_reader_gets_no_business(group: MutualAidGroup) -> None:
    auditor = make_staff("auditor")
    shown = page(auditor, group)
    assert "change-group" not in shown
    assert "/counter/groups/" not in shown
    look = AuditEvent.objects.filter(kind=AuditKind.LOOK).latest("pk")
    assert (look.staff_id, look.person_id) == (auditor.pk, member(group, 1).pk)


@pytest.mark.parametrize("region", ["420106", "330100"])
def test_a_group_outside_the_scope_is_not_found(group: MutualAidGroup, region: str) -> None:
    client = Client()
    client.force_login(make_staff("clerk", region), backend="django.contrib.auth.backends.ModelBackend")
    assert client.get(group.get_absolute_url()).status_code == 404
    assert RegistrationCase.objects.filter(group=group).exists()
