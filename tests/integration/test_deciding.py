"""Differences are decided about the values that were looked at, within limits, by two people above an amount."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.models import Staff
from accounts.services.review import OwnWork
from accounts.services.rights import RightMissing
from settlement.differences import alike, next_open, side_by_side, steps_of
from settlement.models import Discrepancy, DiscrepancyComment, DiscrepancyDecision, Settlement
from settlement.services.deciding import (
    AboveLimit,
    ChangedMeanwhile,
    DecisionEnded,
    DoesNotFit,
    NotAlike,
    comment_on,
    confirm,
    decide,
    end_decision,
    hand_over,
)
from settlement.services.reconciling import reconcile
from tests.factories import (
    make_difference,
    make_institution,
    make_person,
    make_policy,
    make_settlement,
    make_staff,
    tell_statement,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor")


@pytest.fixture
def second() -> Staff:
    return make_staff("supervisor", "420000")


def decided(*differences: Discrepancy, by: Staff, reason: str = "institution_corrects", note: str = "") -> list[Any]:
    for one in differences:
        one.refresh_from_db()
    return decide(chosen={one.pk: one.version for one in differences}, reason=reason, note=note, by=by)


def state_of(difference: Discrepancy) -> str:
    return str(Discrepancy.objects.with_state().get(pk=difference.pk).state)  # type: ignore[attr-defined]


def is_open(difference: Discrepancy) -> bool:
    return Discrepancy.objects.open().filter(pk=difference.pk).exists()


def test_a_small_difference_is_decided_by_one_person_and_open_no_more(clerk: Staff, supervisor: Staff) -> None:
    difference = make_difference(by=clerk)
    assert (state_of(difference), is_open(difference)) == ("open", True)
    (decision,) = decided(difference, by=supervisor, reason="accepted", note="四舍五入")
    assert (decision.amount, decision.accepted_up_to, decision.alone_up_to) == (
        Decimal("0.50"), Decimal("1.00"), Decimal("1000.00"),
    )  # fmt: skip
    assert (decision.centre, decision.institution_value, decision.decided_by) == ("100.00", "100.50", supervisor)
    assert (state_of(difference), is_open(difference)) == ("decided", False)


def test_above_the_limit_a_difference_is_not_accepted(clerk: Staff, supervisor: Staff) -> None:
    within, above = (make_difference(by=clerk, acct_pay=Decimal(told)) for told in ("101.00", "101.01"))
    decided(within, by=supervisor, reason="accepted", note="尾差")
    with pytest.raises(AboveLimit) as refusal:
        decided(above, by=supervisor, reason="accepted", note="尾差")
    assert "1.01" in str(refusal.value)
    assert (state_of(within), state_of(above)) == ("decided", "open")


def test_above_an_amount_a_second_person_confirms_and_never_the_first(
    clerk: Staff, supervisor: Staff, second: Staff
) -> None:
    difference = make_difference(by=clerk, acct_pay=Decimal("1100.01"))
    (decision,) = decided(difference, by=supervisor)
    assert (decision.amount, state_of(difference), is_open(difference)) == (Decimal("1000.01"), "proposed", True)
    with pytest.raises(OwnWork):
        confirm(decision_id=decision.pk, by=supervisor)
    with pytest.raises(IntegrityError), transaction.atomic():
        DiscrepancyDecision.objects.filter(pk=decision.pk).update(
            confirmed_by=supervisor, confirmed_at=timezone.now()
        )
    assert confirm(decision_id=decision.pk, by=second).confirmed_by == second
    assert (state_of(difference), is_open(difference)) == ("decided", False)
    with pytest.raises(DecisionEnded):
        confirm(decision_id=decision.pk, by=second)


def test_the_amount_of_a_missing_bill_is_the_whole_bill_and_of_a_reference_nothing(
    clerk: Staff, supervisor: Staff
) -> None:
    patient = make_person(current="5000.00", by=clerk)
    settled = make_settlement(patient, "1000.01", by=clerk)
    tell_statement(by=clerk, institution=settled.institution, day=settled.business_date, extra="N1")
    reference = make_difference(by=clerk, acct_pay=Decimal("100.00"), mdtrt_id="M9")
    reconcile(day=settled.business_date, by=supervisor)
    missing = Discrepancy.objects.get(setl_id=settled.setl_id)
    stranger = Discrepancy.objects.get(setl_id="N1")
    at_stake = [one.differing.at_stake for one in (missing, stranger, reference)]
    assert at_stake == [Decimal("1000.01"), Decimal("1.00"), Decimal(0)]
    decided(missing, by=supervisor)
    assert state_of(missing) == "proposed"


def test_the_limits_are_those_of_the_policy_of_the_institutions_region_today(clerk: Staff) -> None:
    supervisor = make_staff("supervisor", "421000")
    make_policy("421002", difference_accepted_up_to="0.00", difference_alone_up_to="0.40")
    make_policy("421003", difference_accepted_up_to="9.00")
    tomorrow = timezone.localdate() + dt.timedelta(days=1)
    make_policy("421002", effective_on=tomorrow, difference_accepted_up_to="9.00")
    strict, usual = make_difference(by=clerk), make_difference(by=make_staff("clerk", "421003"))
    with pytest.raises(AboveLimit):
        decided(strict, by=supervisor, reason="accepted", note="尾差")
    assert decided(strict, by=supervisor)[0].alone_up_to == Decimal("0.40")
    (accepted,) = decided(usual, by=supervisor, reason="accepted", note="尾差")
    assert (accepted.accepted_up_to, accepted.alone_up_to) == (Decimal("9.00"), Decimal("1000.00"))
    assert (state_of(strict), state_of(usual)) == ("proposed", "decided")


@pytest.mark.parametrize(("field", "reason"), [("N1", "centre_reverses"), ("acct_pay", "centre_enters")])
def test_what_is_not_here_is_not_reversed_and_what_is_here_not_entered(
    clerk: Staff, supervisor: Staff, field: str, reason: str
) -> None:
    difference = make_difference(by=clerk, extra="N1")
    wanted = Discrepancy.objects.get(setl_id="N1") if field == "N1" else difference
    with pytest.raises(DoesNotFit):
        decided(wanted, by=supervisor, reason=reason)
    assert not DiscrepancyDecision.objects.exists()


def test_several_alike_are_decided_together_each_with_its_own_decision(clerk: Staff, supervisor: Staff) -> None:
    place = make_institution()
    first = make_difference(by=clerk, institution=place)
    second_one = make_difference(by=clerk, institution=place, acct_pay=Decimal("100.70"))
    elsewhere = make_difference(by=clerk, acct_pay=Decimal("100.70"))
    assert {one.pk for one in alike(supervisor, first)} == {second_one.pk}
    decided(second_one, elsewhere, by=supervisor)  # the same amount, at two institutions
    assert DiscrepancyDecision.objects.count() == 2
    events = DiscrepancyDecision.pgh_event_model.objects.values_list("pgh_context__staff", flat=True)  # type: ignore[attr-defined]
    assert list(events) == [supervisor.pk] * 2
    other = make_difference(by=clerk)
    with pytest.raises(NotAlike):
        decided(first, make_difference(by=clerk, acct_pay=Decimal("100.60")), by=supervisor)
    with pytest.raises(NotAlike):
        decided(other, make_difference(by=clerk, acct_pay=Decimal(100), mdtrt_id="M9"), by=supervisor)
    assert DiscrepancyDecision.objects.count() == 2


def test_several_are_refused_whole_when_one_was_decided_meanwhile_and_it_is_named(
    clerk: Staff, supervisor: Staff, second: Staff
) -> None:
    place = make_institution()
    differences = [make_difference(by=clerk, institution=place) for _ in range(2)]
    looked_at = {one.pk: Discrepancy.objects.get(pk=one.pk).version for one in differences}
    decided(differences[1], by=second)
    with pytest.raises(ChangedMeanwhile) as refusal:
        decide(chosen=looked_at, reason="institution_corrects", note="", by=supervisor)
    assert [one.pk for one in refusal.value.changed] == [differences[1].pk]
    assert differences[1].setl_id in str(refusal.value)
    assert DiscrepancyDecision.objects.count() == 1


def test_a_decision_ends_when_a_comparison_finds_other_values_and_stands_when_it_finds_the_same(
    clerk: Staff, supervisor: Staff
) -> None:
    difference = make_difference(by=clerk)
    settled = Settlement.objects.get(setl_id=difference.setl_id)
    (decision,) = decided(difference, by=supervisor)
    tell_statement(settled, by=clerk, acct_pay=Decimal("100.50"))  # the same again, in a new file
    reconcile(day=settled.business_date, by=supervisor)
    assert state_of(difference) == "decided"
    tell_statement(settled, by=clerk, acct_pay=Decimal("100.60"))
    reconcile(day=settled.business_date, by=supervisor)
    decision.refresh_from_db()
    assert (decision.ending, decision.ended_by, state_of(difference)) == ("other_values", None, "open")
    tell_statement(settled, by=clerk)
    reconcile(day=settled.business_date, by=supervisor)
    assert (state_of(difference), is_open(difference)) == ("agrees", False)
    told = [step.what for step in steps_of(Discrepancy.objects.get(pk=difference.pk))]
    assert told[0] == "发现"
    assert len(told) == 5


def test_what_agrees_ends_a_decision_and_takes_no_other(clerk: Staff, supervisor: Staff) -> None:
    difference = make_difference(by=clerk)
    (decision,) = decided(difference, by=supervisor)
    settled = Settlement.objects.get(setl_id=difference.setl_id)
    tell_statement(settled, by=clerk)
    reconcile(day=settled.business_date, by=supervisor)
    decision.refresh_from_db()
    assert decision.ending == "agrees"
    with pytest.raises(ChangedMeanwhile):
        decided(difference, by=supervisor)


def test_a_decision_on_a_page_from_before_the_comparison_is_refused(clerk: Staff, supervisor: Staff) -> None:
    difference = make_difference(by=clerk)
    seen = Discrepancy.objects.get(pk=difference.pk).version
    settled = Settlement.objects.get(setl_id=difference.setl_id)
    tell_statement(settled, by=clerk, acct_pay=Decimal("900.00"))
    reconcile(day=settled.business_date, by=supervisor)
    with pytest.raises(ChangedMeanwhile):
        decide(chosen={difference.pk: seen}, reason="institution_corrects", note="", by=supervisor)
    assert state_of(difference) == "open"


def test_who_does_not_confirm_says_why_and_who_decided_may_take_it_back(
    clerk: Staff, supervisor: Staff, second: Staff
) -> None:
    difference = make_difference(by=clerk, acct_pay=Decimal("5000.00"))
    (first,) = decided(difference, by=supervisor)
    assert end_decision(decision_id=first.pk, note="请先核实", by=second).ending == "refused"
    (again,) = decided(difference, by=supervisor)
    assert end_decision(decision_id=again.pk, note="看错了", by=supervisor).ending == "withdrawn"
    with pytest.raises(DecisionEnded):
        end_decision(decision_id=again.pk, note="x", by=supervisor)
    assert (state_of(difference), DiscrepancyDecision.objects.count()) == ("open", 2)


def test_a_difference_is_taken_handed_over_and_talked_about(clerk: Staff, supervisor: Staff, second: Staff) -> None:
    difference = make_difference(by=clerk)
    version = Discrepancy.objects.get(pk=difference.pk).version
    hand_over(chosen={difference.pk: version}, owner=supervisor, by=supervisor)
    with pytest.raises(ChangedMeanwhile):
        hand_over(chosen={difference.pk: version}, owner=second, by=second)
    comment_on(discrepancy_id=difference.pk, text="已电话联系医院", by=second)
    difference.refresh_from_db()
    assert difference.owner == supervisor
    assert [step.who for step in steps_of(difference)][1:] == [str(supervisor), str(second)]
    with pytest.raises(IntegrityError), transaction.atomic():
        DiscrepancyComment.objects.create(discrepancy=difference, text="", by=second)


def test_nobody_works_off_what_they_may_not_or_do_not_see(clerk: Staff, supervisor: Staff) -> None:
    difference = make_difference(by=clerk)
    (decision,) = decided(difference, by=supervisor)
    outsider, auditor = make_staff("supervisor", "421003"), make_staff("auditor")
    for staff, fault in (
        (outsider, (Discrepancy.DoesNotExist, DiscrepancyDecision.DoesNotExist)),
        (auditor, (RightMissing,)),
        (clerk, (RightMissing,)),
    ):
        for act in (
            lambda by=staff: decided(difference, by=by),
            lambda by=staff: hand_over(chosen={difference.pk: 1}, owner=by, by=by),
            lambda by=staff: comment_on(discrepancy_id=difference.pk, text="x", by=by),
            lambda by=staff: confirm(decision_id=decision.pk, by=by),
            lambda by=staff: end_decision(decision_id=decision.pk, note="x", by=by),
        ):
            with pytest.raises(fault):
                act()
    assert state_of(difference) == "decided"


def test_both_records_stand_side_by_side_with_every_field_that_differs(clerk: Staff) -> None:
    patient = make_person(current="500.00", by=clerk)
    settled = make_settlement(patient, by=clerk)
    tell_statement(settled, by=clerk, acct_pay=Decimal("99.00"), fund_pay_sumamt=Decimal("1.00"))
    reconcile(day=settled.business_date, by=make_staff("supervisor"))
    difference = Discrepancy.objects.get(field="acct_pay")
    sides = {line.field: (line.centre, line.institution, line.differs) for line in side_by_side(difference)}
    assert sides["acct_pay"] == ("100.00", "99.00", True)
    assert sides["fund_pay_sumamt"] == ("0.00", "1.00", True)
    assert sides["medfee_sumamt"] == ("100.00", "100.00", False)


def test_the_next_one_is_open_and_nobody_elses(clerk: Staff, supervisor: Staff, second: Staff) -> None:
    place = make_institution()
    first, taken, last = (make_difference(by=clerk, institution=place) for _ in range(3))
    hand_over(chosen={taken.pk: Discrepancy.objects.get(pk=taken.pk).version}, owner=second, by=second)
    assert next_open(supervisor, after=first) == last
    assert next_open(second, after=first) == taken
    decided(first, last, by=supervisor)
    assert next_open(supervisor, after=last) is None


def test_raw_sql_decides_nothing_that_a_page_would_refuse(clerk: Staff, supervisor: Staff) -> None:
    difference = make_difference(by=clerk)
    (decision,) = decided(difference, by=supervisor)
    table, event = "settlement_discrepancydecision", "settlement_discrepancydecisionevent"
    for statement in (
        f"UPDATE {table} SET reason = 'accepted' WHERE id = {decision.pk}",
        f"UPDATE {table} SET amount = 0 WHERE id = {decision.pk}",
        f"UPDATE {table} SET ended_at = now(), ending = 'withdrawn' WHERE id = {decision.pk}",
        f"DELETE FROM {table} WHERE id = {decision.pk}",
        f"DELETE FROM {event}",
    ):
        with pytest.raises(Exception, match=r"Cannot|append-only|decision_end_is_told"), transaction.atomic():
            connection.cursor().execute(statement)
    assert state_of(difference) == "decided"
