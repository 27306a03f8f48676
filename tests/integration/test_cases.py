"""A registration case from the counter to its decision, and what stops it on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.models import InsuredPerson, Staff
from accounts.services.review import AlreadyDecided, NotYours, OwnWork
from families.models import CaseLine, MutualAidGroup, RegistrationCase
from families.rules.findings import Level
from families.selectors import members_on, open_cases_of, payers_for
from families.services.case_forms import CaseInput, LineInput, check_case, form_of
from families.services.cases import approve_case, reject_case, submit_case, withdraw_case
from families.services.drafts import OpenElsewhere, OwnerNotFirst, save_case
from families.services.groups import NewMember, NotEligible
from tests.factories import START, make_family, make_group, make_person, make_policy, make_staff, make_suspension

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def reviewer(regions: None) -> Staff:
    return make_staff("reviewer", "421000")


def form_for(members: Sequence[NewMember], **fields: object) -> CaseInput:
    lines = [
        LineInput(member.person_id, member.relation, member.shares, member.starts_on, rank=member.rank)
        for member in members
    ]
    return CaseInput(key=uuid4(), owner_id=members[0].person_id, lines=lines, **fields)  # type: ignore[arg-type]


@pytest.fixture
def form(regions: None) -> CaseInput:
    """An owner, a wife who shares, a child."""
    return form_for(make_family("12*", "20"))


def submitted(form: CaseInput, by: Staff) -> RegistrationCase:
    return submit_case(case_id=save_case(form=form, by=by).pk, by=by)


def change(person_id: int, **values: object) -> None:
    assert InsuredPerson.objects.filter(pk=person_id).update(**values) == 1


def suspend(person_id: int) -> None:
    make_suspension(InsuredPerson.objects.get(pk=person_id), "suspended", START)


def failures(refusal: pytest.ExceptionInfo[NotEligible]) -> list[tuple[int, str]]:
    return [(finding.position, finding.code) for finding in refusal.value.preflight.failures]


def test_a_case_goes_from_draft_to_submitted_to_effective(form: CaseInput, clerk: Staff, reviewer: Staff) -> None:
    draft = save_case(form=form, by=clerk)
    assert (draft.state, draft.kind, draft.region_id, draft.handled_by) == ("draft", "create", "421002", clerk)
    assert (draft.submitted_at, draft.group) == (None, None)
    waiting = submit_case(case_id=draft.pk, by=clerk)
    assert (waiting.state, waiting.review_mode, MutualAidGroup.objects.count()) == ("submitted", "review", 0)
    assert waiting.submitted_at is not None
    case = approve_case(case_id=draft.pk, by=reviewer)
    case.refresh_from_db()
    assert (case.state, case.reviewed_by, case.handled_by) == ("effective", reviewer, clerk)
    assert case.group is not None
    assert [row.person_id for row in members_on(case.group, START)] == [line.person_id for line in form.lines]
    child = InsuredPerson.objects.get(pk=form.lines[2].person_id)
    assert [payer.rank for payer in payers_for(child, START)] == [1, 2]


def test_the_form_comes_back_as_it_was_filled_in(clerk: Staff) -> None:
    filled = form_for(
        make_family("20*", "41"), declared=frozenset({(7, 8)}), agent_name="李四", power_of_attorney="1"
    )
    lines = [*filled.lines[:1], replace(filled.lines[1], share_limit=Decimal("500.00")), *filled.lines[2:]]
    lines[2] = replace(lines[2], last_on=dt.date(2026, 12, 31))
    filled = replace(filled, lines=lines)
    case = save_case(form=filled, by=clerk)
    assert form_of(RegistrationCase.objects.get(pk=case.pk)) == filled


def test_the_last_day_on_the_form_is_the_last_day_of_membership(
    form: CaseInput, clerk: Staff, reviewer: Staff
) -> None:
    last_on = dt.date(2026, 12, 31)
    lines = [*form.lines[:2], replace(form.lines[2], last_on=last_on)]
    group = approve_case(case_id=submitted(replace(form, lines=lines), clerk).pk, by=reviewer).group
    assert group is not None
    assert [members_on(group, day).count() for day in (last_on, last_on + dt.timedelta(days=1))] == [3, 2]


def test_a_draft_is_changed_by_saving_it_again(form: CaseInput, clerk: Staff) -> None:
    first = save_case(form=form, by=clerk)
    again = save_case(form=replace(form, lines=form.lines[:2], agent_name="王五"), by=clerk)
    assert (again.pk, again.agent_name, again.version) == (first.pk, "王五", first.version + 1)
    assert [line.position for line in CaseLine.objects.filter(case=first)] == [1, 2]


def test_the_same_key_twice_is_one_case(form: CaseInput, clerk: Staff) -> None:
    assert save_case(form=form, by=clerk).pk == save_case(form=form, by=clerk).pk
    assert RegistrationCase.objects.count() == 1


def test_what_was_submitted_is_not_changed_by_a_late_save(form: CaseInput, clerk: Staff) -> None:
    case = submitted(form, clerk)
    late = save_case(form=replace(form, lines=form.lines[:1]), by=clerk)
    assert (late.pk, late.state, late.lines.count()) == (case.pk, "submitted", 3)


def test_a_second_click_on_submit_changes_nothing(form: CaseInput, clerk: Staff) -> None:
    first = submitted(form, clerk)
    second = submit_case(case_id=first.pk, by=clerk)
    assert (second.state, second.submitted_at) == ("submitted", first.submitted_at)


def test_the_same_family_at_another_desk_is_told_who_has_it(form: CaseInput, clerk: Staff) -> None:
    case = save_case(form=form, by=clerk)
    with pytest.raises(OpenElsewhere) as refusal:
        save_case(form=replace(form, key=uuid4()), by=make_staff("clerk"))
    assert refusal.value.case == case
    assert str(clerk) in str(refusal.value)
    assert case.number in str(refusal.value)
    assert RegistrationCase.objects.count() == 1


def test_after_a_withdrawal_the_family_may_come_again(form: CaseInput, clerk: Staff) -> None:
    case = save_case(form=form, by=clerk)
    withdraw_case(case_id=case.pk, reason="papers missing", by=clerk)
    assert save_case(form=replace(form, key=uuid4()), by=clerk).pk != case.pk


def test_a_draft_may_be_kept_that_does_not_pass_and_is_not_submitted(form: CaseInput, clerk: Staff) -> None:
    suspend(form.lines[1].person_id)
    draft = save_case(form=form, by=clerk)
    with pytest.raises(NotEligible) as refusal:
        submit_case(case_id=draft.pk, by=clerk)
    assert failures(refusal) == [(2, "insurance_suspended")]
    draft.refresh_from_db()
    assert (draft.state, draft.submitted_at) == ("draft", None)


@pytest.mark.parametrize("saved_before", [False, True])
def test_somebody_twice_on_the_form_is_told_and_not_passed_over(
    form: CaseInput, clerk: Staff, saved_before: bool
) -> None:
    if saved_before:
        save_case(form=form, by=clerk)
    with pytest.raises(NotEligible) as refusal:
        save_case(form=replace(form, lines=[*form.lines, form.lines[2]]), by=clerk)
    assert failures(refusal) == [(4, "duplicate_row")]
    assert CaseLine.objects.count() == (3 if saved_before else 0)


def test_nine_rows_are_told_at_the_ninth(clerk: Staff) -> None:
    form = form_for(make_family("12", "20", "20", "30", "30", "51", "52", "73"))
    with pytest.raises(NotEligible) as refusal:
        save_case(form=form, by=clerk)
    assert failures(refusal) == [(9, "group_full")]
    assert not RegistrationCase.objects.exists()


def test_a_form_whose_first_row_is_somebody_else_than_its_owner_is_refused(form: CaseInput, clerk: Staff) -> None:
    elsewhere = make_person(region="420106", current="1.00")
    lines = [replace(form.lines[0], person_id=elsewhere.pk), *form.lines[1:]]
    with pytest.raises(OwnerNotFirst):
        save_case(form=replace(form, lines=lines), by=clerk)


def test_a_clerk_opens_no_case_for_an_owner_of_another_region(clerk: Staff) -> None:
    form = form_for(make_family("12", region="420106"))
    with pytest.raises(InsuredPerson.DoesNotExist):
        save_case(form=form, by=clerk)


def test_the_live_check_writes_nothing(form: CaseInput, clerk: Staff) -> None:
    assert check_case(form).passes
    assert not RegistrationCase.objects.exists()
    change(form.lines[0].person_id, insutype="390")
    assert {finding.code for finding in check_case(form).preflight.failures} == {"payer_not_employee"}


def test_nobody_reviews_their_own_case(form: CaseInput) -> None:
    both = make_staff("reviewer")
    case = submitted(form, both)
    with pytest.raises(OwnWork):
        approve_case(case_id=case.pk, by=both)
    with pytest.raises(OwnWork):
        reject_case(case_id=case.pk, reason="x", by=both)
    case.refresh_from_db()
    assert case.state == "submitted"


def test_nobody_submits_or_withdraws_anothers_case(form: CaseInput, clerk: Staff, reviewer: Staff) -> None:
    case = save_case(form=form, by=clerk)
    with pytest.raises(NotYours, match=str(clerk)):
        submit_case(case_id=case.pk, by=reviewer)
    with pytest.raises(NotYours):
        withdraw_case(case_id=case.pk, reason="x", by=reviewer)
    case.refresh_from_db()
    assert case.state == "draft"


def test_a_draft_is_neither_approved_nor_rejected(form: CaseInput, clerk: Staff, reviewer: Staff) -> None:
    case = save_case(form=form, by=clerk)
    with pytest.raises(AlreadyDecided):
        approve_case(case_id=case.pk, by=reviewer)
    with pytest.raises(AlreadyDecided):
        reject_case(case_id=case.pk, reason="x", by=reviewer)
    assert not MutualAidGroup.objects.exists()


def test_a_rejected_case_has_reason_and_reviewer_and_binds_nobody(
    form: CaseInput, clerk: Staff, reviewer: Staff
) -> None:
    case = reject_case(case_id=submitted(form, clerk).pk, reason="signature missing", by=reviewer)
    case.refresh_from_db()
    assert (case.state, case.reason, case.reviewed_by) == ("rejected", "signature missing", reviewer)
    assert case.decided_at is not None
    assert not MutualAidGroup.objects.exists()


@pytest.mark.parametrize("decision", ["effective", "rejected", "withdrawn"])
def test_what_is_decided_is_not_decided_again(form: CaseInput, clerk: Staff, reviewer: Staff, decision: str) -> None:
    case = submitted(form, clerk)
    if decision == "effective":
        approve_case(case_id=case.pk, by=reviewer)
    elif decision == "rejected":
        reject_case(case_id=case.pk, reason="x", by=reviewer)
    else:
        withdraw_case(case_id=case.pk, reason="x", by=clerk)
    groups = MutualAidGroup.objects.count()
    with pytest.raises(AlreadyDecided):
        approve_case(case_id=case.pk, by=reviewer)
    with pytest.raises(AlreadyDecided):
        reject_case(case_id=case.pk, reason="y", by=reviewer)
    with pytest.raises(AlreadyDecided):
        withdraw_case(case_id=case.pk, reason="y", by=clerk)
    with pytest.raises(AlreadyDecided):
        submit_case(case_id=case.pk, by=clerk)
    case.refresh_from_db()
    assert (case.state, MutualAidGroup.objects.count()) == (decision, groups)


def test_a_submitted_case_may_be_withdrawn_with_its_reason(form: CaseInput, clerk: Staff) -> None:
    case = withdraw_case(case_id=submitted(form, clerk).pk, reason="the family thought again", by=clerk)
    case.refresh_from_db()
    assert (case.state, case.reason, case.reviewed_by) == ("withdrawn", "the family thought again", None)


# What changed between submission and review.


def assert_approval_stops(case: RegistrationCase, reviewer: Staff, expected: list[tuple[int, str]]) -> None:
    groups = MutualAidGroup.objects.count()
    with pytest.raises(NotEligible) as refusal:
        approve_case(case_id=case.pk, by=reviewer)
    assert failures(refusal) == expected
    case.refresh_from_db()
    assert (case.state, case.reviewed_by, case.group) == ("submitted", None, None)
    assert MutualAidGroup.objects.count() == groups


def test_an_insurance_suspended_meanwhile_stops_the_approval(form: CaseInput, clerk: Staff, reviewer: Staff) -> None:
    case = submitted(form, clerk)
    suspend(form.lines[1].person_id)
    assert_approval_stops(case, reviewer, [(2, "insurance_suspended")])


def test_a_membership_begun_meanwhile_stops_the_approval(form: CaseInput, clerk: Staff, reviewer: Staff) -> None:
    case = submitted(form, clerk)
    other = make_family()
    child = NewMember(form.lines[2].person_id, "20", START)
    quicker = submitted(form_for([*other, child]), clerk)
    approve_case(case_id=quicker.pk, by=reviewer)
    assert_approval_stops(case, reviewer, [(3, "already_in_group")])


def test_a_policy_that_came_into_force_meanwhile_stops_the_approval(
    form: CaseInput, clerk: Staff, reviewer: Staff
) -> None:
    case = submitted(form, clerk)
    make_policy(max_members=2)
    assert_approval_stops(case, reviewer, [(3, "group_full")])


def test_a_payer_who_lost_employee_insurance_meanwhile_stops_the_approval(
    form: CaseInput, clerk: Staff, reviewer: Staff
) -> None:
    case = submitted(form, clerk)
    change(form.lines[1].person_id, insutype="390")
    assert_approval_stops(case, reviewer, [(2, "payer_not_employee")])


def test_a_balance_spent_meanwhile_does_not_stop_the_approval(form: CaseInput, clerk: Staff, reviewer: Staff) -> None:
    case = submitted(form, clerk)
    warned = check_case(form).preflight.of(2)
    assert Level.WARN in {finding.level for finding in warned}
    assert approve_case(case_id=case.pk, by=reviewer).state == "effective"


def test_two_payers_with_the_same_number_are_approved_in_the_order_of_the_form(clerk: Staff, reviewer: Staff) -> None:
    form = form_for(make_family("12*", "51*"))
    form = replace(form, lines=[replace(line, rank=1) for line in form.lines])
    group = approve_case(case_id=submitted(form, clerk).pk, by=reviewer).group
    assert group is not None
    assert list(group.sharings.order_by("rank").values_list("payer__seat", "rank")) == [(1, 1), (2, 2), (3, 3)]


# Review mode.


def test_where_the_policy_asks_for_no_review_submitting_makes_it_effective(form: CaseInput, clerk: Staff) -> None:
    make_policy(review_mode="immediate")
    case = submitted(form, clerk)
    case.refresh_from_db()
    assert (case.state, case.review_mode, case.reviewed_by) == ("effective", "immediate", None)
    assert case.decided_at is not None
    assert case.group is not None
    again = submit_case(case_id=case.pk, by=clerk)
    assert (again.pk, MutualAidGroup.objects.count()) == (case.pk, 1)


def test_where_the_policy_asks_for_no_review_a_family_that_fails_stays_a_draft(form: CaseInput, clerk: Staff) -> None:
    make_policy(review_mode="immediate")
    draft = save_case(form=form, by=clerk)
    make_group(by=clerk)
    change(form.lines[2].person_id, insutype="")
    with pytest.raises(NotEligible):
        submit_case(case_id=draft.pk, by=clerk)
    draft.refresh_from_db()
    assert (draft.state, draft.review_mode) == ("draft", "review")


def test_open_cases_of_a_person_are_those_that_name_them_and_are_not_decided(
    form: CaseInput, clerk: Staff, reviewer: Staff
) -> None:
    case = submitted(form, clerk)
    child = InsuredPerson.objects.get(pk=form.lines[2].person_id)
    assert list(open_cases_of(child, staff=clerk)) == [case]
    assert list(open_cases_of(child, staff=make_staff("clerk", "420106"))) == []
    approve_case(case_id=case.pk, by=reviewer)
    assert list(open_cases_of(child, staff=clerk)) == []


def test_a_reviewer_of_another_region_does_not_find_the_case(form: CaseInput, clerk: Staff) -> None:
    case = submitted(form, clerk)
    for region in ("421003", "420106", "330000"):
        with pytest.raises(RegistrationCase.DoesNotExist):
            approve_case(case_id=case.pk, by=make_staff("reviewer", region))
