"""The reviewer's queue: the longest first, nothing of one's own, nothing approved unseen, one after the other."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import Group
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone

from accounts.models import InsuredPerson, Staff
from families.comparison import comparison_of
from families.models import GroupMember, MutualAidGroup, RegistrationCase
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import approve_case, reject_case, submit_case, take_over_case
from families.services.drafts import save_case
from families.trail import steps_of
from families.worklists import next_to_review, previous_to_review, to_review
from tests.factories import make_group, make_person, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def reviewer() -> Staff:
    return make_staff("reviewer", "421000")


def waiting(clerk: Staff, name: str = "张三") -> RegistrationCase:
    owner = make_person(name, region=clerk.region_id, current="10.00", by=clerk)
    line = LineInput(owner.pk, "01", True, timezone.localdate(), rank=1)
    case = save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=[line]), by=clerk)
    return submit_case(case_id=case.pk, by=clerk)


def of_group(
    clerk: Staff, group: MutualAidGroup, kind: str, lines: Sequence[LineInput], **more: str
) -> RegistrationCase:
    owner = GroupMember.objects.get(group=group, seat=1).person_id
    form = CaseInput(key=uuid4(), owner_id=owner, lines=lines, kind=kind, group_id=group.pk, **more)  # type: ignore[arg-type]
    return submit_case(case_id=save_case(form=form, by=clerk).pk, by=clerk)


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def seen(desk: Client, case: RegistrationCase) -> str:
    page = desk.get(f"/cases/{case.pk}/").content.decode()
    found = re.search(r'name="seen" value="(\w+)"', page)
    assert found is not None
    return found.group(1)


def approve(desk: Client, case: RegistrationCase, **data: str) -> HttpResponse:
    return desk.post(f"/cases/{case.pk}/approve/", data)  # type: ignore[return-value]


def told(desk: Client, address: str) -> str:
    """What a page says of what was just done."""
    return " ".join(str(message) for message in desk.get(address).context["messages"])


def state(case: RegistrationCase) -> str:
    return RegistrationCase.objects.get(pk=case.pk).state


def test_approving_opens_the_next_case_until_the_queue_is_empty(clerk: Staff, reviewer: Staff) -> None:
    first, second = waiting(clerk, "甲"), waiting(clerk, "乙")
    desk = signed_in(reviewer)
    answer = approve(desk, first, seen=seen(desk, first))
    assert answer.headers["Location"] == f"/cases/{second.pk}/"
    assert (f"{first.number}（甲）已通过" in told(desk, answer.headers["Location"]), state(first)) == (
        True,
        "effective",
    )
    answer = approve(desk, second, seen=seen(desk, second))
    assert (answer.headers["Location"], state(second)) == ("/cases/", "effective")
    assert f"{second.number}（乙）已通过" in told(desk, "/cases/")


def test_sending_back_opens_the_next_case_and_after_the_last_the_one_that_was_passed_over(
    clerk: Staff, reviewer: Staff
) -> None:
    passed_over, last = waiting(clerk), waiting(clerk)
    desk = signed_in(reviewer)
    answer = desk.post(f"/cases/{last.pk}/reject/", {"reason": "未签字"})
    assert (answer.headers["Location"], state(last)) == (f"/cases/{passed_over.pk}/", "rejected")
    assert f"{last.number}（张三）已退回" in told(desk, answer.headers["Location"])


def test_a_refused_approval_stays_with_the_case(clerk: Staff, reviewer: Staff) -> None:
    case, _other = waiting(clerk), waiting(clerk)
    desk = signed_in(reviewer)
    digest = seen(desk, case)
    InsuredPerson.objects.filter(pk=case.owner_id).update(insutype="390")
    answer = approve(desk, case, seen=digest)
    assert (answer.headers["Location"], state(case)) == (f"/cases/{case.pk}/", "submitted")


def test_nothing_is_approved_unseen(clerk: Staff, reviewer: Staff) -> None:
    """Without the digest of the page, with one that is none, and with that of another case."""
    case, other = waiting(clerk), waiting(clerk)
    desk = signed_in(reviewer)
    for data in ({}, {"seen": ""}, {"seen": "0" * 16}, {"seen": seen(desk, other)}):
        answer = approve(desk, case, **data)
        assert answer.headers["Location"] == f"/cases/{case.pk}/"
        assert "未通过" in told(desk, answer.headers["Location"])
    assert (state(case), state(other), MutualAidGroup.objects.count()) == ("submitted", "submitted", 0)


def test_a_page_of_before_approves_nothing(clerk: Staff, reviewer: Staff) -> None:
    """The case went to another desk, or what its check rests on changed, after the page was opened."""
    desk = signed_in(reviewer)
    moved, changed = waiting(clerk), waiting(clerk)
    digests = {case.pk: seen(desk, case) for case in (moved, changed)}
    take_over_case(case_id=moved.pk, to=make_staff("clerk"), by=make_staff("supervisor"))
    InsuredPerson.objects.filter(pk=changed.owner_id).update(insutype="390")
    for case in (moved, changed):
        approve(desk, case, seen=digests[case.pk])
    assert (state(moved), state(changed), MutualAidGroup.objects.count()) == ("submitted", "submitted", 0)


def test_of_two_reviewers_the_second_is_told_who_decided(clerk: Staff, reviewer: Staff) -> None:
    case = waiting(clerk)
    desk = signed_in(reviewer)
    digest = seen(desk, case)
    colleague = make_staff("reviewer", "421000")
    approve_case(case_id=case.pk, by=colleague)
    for decision, data in (("approve", {"seen": digest}), ("reject", {"reason": "未签字"})):
        answer = desk.post(f"/cases/{case.pk}/{decision}/", data)
        assert answer.headers["Location"] == f"/cases/{case.pk}/"
        said = told(desk, answer.headers["Location"])
        assert (str(colleague) in said, "已生效" in said) == (True, True)
    assert RegistrationCase.objects.get(pk=case.pk).reviewed_by == colleague


def test_the_own_cases_are_left_out_of_the_queue_and_counted(clerk: Staff) -> None:
    both = make_staff("clerk")
    both.groups.add(Group.objects.get(name="reviewer"))
    handled, opened, others = waiting(both), waiting(both), waiting(clerk)
    take_over_case(case_id=opened.pk, to=clerk, by=make_staff("supervisor"))
    page = signed_in(both).get("/cases/")
    assert (list(page.context["cases"]), page.context["count"], page.context["own"]) == ([others], 1, 2)
    assert "另有2件由您本人经办" in page.content.decode()
    assert next_to_review(both, after=others) is None
    for case in (handled, opened):
        assert 'name="seen"' not in signed_in(both).get(f"/cases/{case.pk}/").content.decode()
        approve(signed_in(both), case, seen="x")
        assert state(case) == "submitted"


def test_next_and_previous_walk_the_queue_in_its_order(clerk: Staff, reviewer: Staff) -> None:
    first, second, third = waiting(clerk), waiting(clerk), waiting(clerk)
    waiting(make_staff("clerk", "330100"))
    assert list(to_review(reviewer)) == [first, second, third]
    assert [next_to_review(reviewer, after=case) for case in (first, second, third)] == [second, third, first]
    assert [previous_to_review(reviewer, before=case) for case in (first, second, third)] == [None, first, second]
    reject_case(case_id=second.pk, reason="未签字", by=reviewer)
    second.refresh_from_db()
    assert next_to_review(reviewer, after=second) == third


def test_the_keys_stand_on_the_page_of_who_may_decide_alone(clerk: Staff, reviewer: Staff) -> None:
    case = waiting(clerk)
    waiting(clerk)
    shown = {
        staff.pk: set(
            re.findall(r'aria-keyshortcuts="(\w)"', signed_in(staff).get(f"/cases/{case.pk}/").content.decode())
        )
        for staff in (reviewer, clerk, make_staff("auditor"))
    }
    assert list(shown.values()) == [{"a", "r", "n", "j", *"123456"}, set(), set()]


# What the case does to the family.


def texts(case: RegistrationCase) -> dict[str, tuple[list[str], list[str], set[int]]]:
    """By name: how they stand, how afterwards, and which columns are marked."""
    return {
        row.name: (
            [cell.text for cell in row.today],
            [cell.text for cell in row.after],
            {column for column, cell in enumerate(row.after) if cell.changed},
        )
        for row in comparison_of(case).rows
    }


def test_a_family_that_is_bound_stands_nowhere_before(clerk: Staff) -> None:
    case = waiting(clerk, "甲")
    assert texts(case) == {"甲": ([], ["本人", "第1顺位", "不限", "—"], {0, 1, 2, 3})}


def test_another_limit_is_marked_and_the_rest_is_not(clerk: Staff) -> None:
    group, today = make_group("12*", by=clerk), timezone.localdate()
    owner, wife = GroupMember.objects.filter(group=group).order_by("seat")
    line = LineInput(owner.person_id, "01", True, today, rank=1, action="change")
    lines = [line, replace(line, person_id=wife.person_id, relation="12", rank=2, share_limit=Decimal(500))]
    shown = texts(of_group(clerk, group, "change", lines))
    assert shown["户主"][0] == shown["户主"][1]
    assert shown["户主"][2] == set()
    assert shown["成员0"] == (["妻子", "第2顺位", "不限", "—"], ["妻子", "第2顺位", "500.00", "—"], {2})


def test_who_leaves_has_nothing_afterwards_but_a_last_day(clerk: Staff) -> None:
    group, today = make_group("12*", "20", by=clerk), timezone.localdate()
    wife = GroupMember.objects.get(group=group, seat=2)
    line = LineInput(wife.person_id, "12", False, today, action="leave")
    case = of_group(clerk, group, "release", [line], cause="requested")
    row = next(row for row in comparison_of(case).rows if row.leaves)
    assert (row.name, row.last_on) == ("成员0", today - timezone.timedelta(days=1))
    assert {name: bool(after) for name, (_before, after, _marked) in texts(case).items()} == {
        "户主": True,
        "成员0": False,
        "成员1": True,
    }
    page = signed_in(make_staff("reviewer")).get(f"/cases/{case.pk}/").content.decode()
    assert f"退出，最后一日{row.last_on:%Y-%m-%d}" in page


def test_who_joins_stands_beside_those_who_are_there_already(clerk: Staff) -> None:
    group, child = make_group("12*", by=clerk), make_person("小宝", insutype="390")
    line = LineInput(child.pk, "20", False, timezone.localdate(), action="join")
    shown = texts(of_group(clerk, group, "add", [line]))
    assert shown["小宝"] == ([], ["儿子", "—", "—", "—"], {0, 1, 2, 3})
    assert {name for name, (_before, _after, marked) in shown.items() if not marked} == {"户主", "成员0"}


def test_the_way_of_a_case_tells_who_did_what(clerk: Staff, reviewer: Staff) -> None:
    case, colleague, supervisor = waiting(clerk), make_staff("clerk"), make_staff("supervisor")
    take_over_case(case_id=case.pk, to=colleague, by=supervisor)
    reject_case(case_id=case.pk, reason="未签字", by=reviewer)
    assert [(step.who, step.what) for step in steps_of(case)] == [
        (str(clerk), "建单"),
        (str(clerk), "提交复核"),
        (str(supervisor), f"转交{colleague}接办"),
        (str(reviewer), "退回"),
    ]
