"""Two desks, two reviewers, one family: whoever is second is told so, and nothing is done twice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from uuid import uuid4

import pytest

from accounts.models import Region, Staff
from families.models import CaseLine, GroupMember, MutualAidGroup, RegistrationCase
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import approve_case, reject_case, submit_case, withdraw_case
from families.services.changes import add_member
from families.services.drafts import save_case
from families.services.groups import NewMember, NotEligible, create_group
from tests.concurrency.threads import at_once, kinds
from tests.factories import START, make_family, make_group, make_policy, make_staff, release_member

pytestmark = pytest.mark.usefixtures("committed_db")
ROUNDS = range(8)


def form_for(members: list[NewMember]) -> CaseInput:
    lines = [LineInput(m.person_id, m.relation, m.shares, m.starts_on, rank=m.rank) for m in members]
    return CaseInput(key=uuid4(), owner_id=members[0].person_id, lines=lines)


def submitted(by: Staff) -> RegistrationCase:
    return submit_case(case_id=save_case(form=form_for(make_family("12*", "20")), by=by).pk, by=by)


def test_a_person_claimed_by_two_new_groups_at_once_joins_one_and_the_other_is_told() -> None:
    clerk, region = make_staff("clerk"), Region.objects.get(pk="421002")
    for _ in ROUNDS:
        child = make_family("20")[1]
        families = [[*make_family("12"), child] for _ in range(2)]
        answers = at_once(*[partial(create_group, region=region, members=family, by=clerk) for family in families])
        assert kinds(answers) == {"MutualAidGroup": 1, "NotEligible": 1}
        assert GroupMember.objects.filter(person=child.person_id).count() == 1
        (refusal,) = [answer for answer in answers if isinstance(answer, NotEligible)]
        assert [finding.code for finding in refusal.preflight.failures] == ["already_in_group"]


def test_a_person_added_to_two_groups_at_once_joins_one_and_the_other_is_told() -> None:
    clerk = make_staff("clerk")
    for _ in ROUNDS:
        child = make_family("20")[1]
        groups = [make_group("12", by=clerk) for _ in range(2)]
        answers = at_once(*[partial(add_member, group_id=group.pk, member=child, by=clerk) for group in groups])
        assert kinds(answers) == {"GroupMember": 1, "NotEligible": 1}


def test_families_that_share_several_persons_in_other_orders_do_not_lock_each_other_out() -> None:
    clerk, region = make_staff("clerk"), Region.objects.get(pk="421002")
    for _ in ROUNDS:
        children = make_family("20", "20", "30", "30")[1:]
        forms = [[*make_family(), *children], [*make_family(), *children[::-1]]]
        answers = at_once(*[partial(create_group, region=region, members=form, by=clerk) for form in forms])
        assert kinds(answers) == {"MutualAidGroup": 1, "NotEligible": 1}


def test_a_member_released_twice_at_once_leaves_once() -> None:
    clerk = make_staff("clerk")
    group = make_group("12", by=clerk)
    wife = group.members.get(seat=2)
    work = partial(release_member, member_id=wife.pk, day=START, reason="x", by=clerk)
    assert kinds(at_once(work, work)) == {"GroupMember": 1, "NotEligible": 1}


def decide(case: RegistrationCase, *works: Callable[[], RegistrationCase]) -> dict[str, int]:
    answers = kinds(at_once(*works))
    case.refresh_from_db()
    return answers


def test_a_case_approved_by_two_reviewers_at_once_is_approved_once() -> None:
    clerk, reviewers = make_staff("clerk"), [make_staff("reviewer") for _ in range(2)]
    for round_number in ROUNDS:
        case = submitted(clerk)
        answers = decide(case, *[partial(approve_case, case_id=case.pk, by=reviewer) for reviewer in reviewers])
        assert answers == {"RegistrationCase": 1, "AlreadyDecided": 1}
        assert (case.state, MutualAidGroup.objects.count()) == ("effective", round_number + 1)


def test_a_case_approved_and_withdrawn_at_once_is_one_of_the_two() -> None:
    clerk, reviewer = make_staff("clerk"), make_staff("reviewer")
    for _ in ROUNDS:
        case = submitted(clerk)
        answers = decide(
            case,
            partial(approve_case, case_id=case.pk, by=reviewer),
            partial(withdraw_case, case_id=case.pk, reason="x", by=clerk),
        )
        assert answers == {"RegistrationCase": 1, "AlreadyDecided": 1}
        assert (case.group is not None) is (case.state == "effective")


def test_a_case_approved_and_rejected_at_once_is_one_of_the_two() -> None:
    clerk, reviewers = make_staff("clerk"), [make_staff("reviewer") for _ in range(2)]
    for _ in ROUNDS:
        case = submitted(clerk)
        answers = decide(
            case,
            partial(approve_case, case_id=case.pk, by=reviewers[0]),
            partial(reject_case, case_id=case.pk, reason="x", by=reviewers[1]),
        )
        assert answers == {"RegistrationCase": 1, "AlreadyDecided": 1}


def test_a_form_sent_twenty_times_at_once_is_one_case_with_its_lines() -> None:
    clerk = make_staff("clerk")
    form = form_for(make_family("12*", "20"))
    answers = at_once(*[partial(save_case, form=form, by=clerk)] * 20)
    assert kinds(answers) == {"RegistrationCase": 20}
    assert len({answer.pk for answer in answers if isinstance(answer, RegistrationCase)}) == 1
    assert (RegistrationCase.objects.count(), CaseLine.objects.count()) == (1, 3)


def test_two_clerks_who_open_a_case_for_the_same_owner_at_once_get_one_case() -> None:
    clerks = [make_staff("clerk") for _ in range(2)]
    for _ in ROUNDS:
        form = form_for(make_family("12"))
        answers = at_once(*[partial(save_case, form=replace(form, key=uuid4()), by=clerk) for clerk in clerks])
        assert kinds(answers) == {"RegistrationCase": 1, "OpenElsewhere": 1}
        assert RegistrationCase.objects.filter(owner=form.owner_id).count() == 1


def test_a_case_submitted_twice_at_once_where_no_review_is_asked_makes_one_group() -> None:
    clerk = make_staff("clerk")
    make_policy(review_mode="immediate")
    draft = save_case(form=form_for(make_family("12")), by=clerk)
    answers = at_once(*[partial(submit_case, case_id=draft.pk, by=clerk)] * 4)
    assert kinds(answers) == {"RegistrationCase": 4}
    assert MutualAidGroup.objects.count() == 1
