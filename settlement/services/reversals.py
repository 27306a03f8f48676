"""A case of reversal (冲正申请): asked for by one person, decided by another, booked on the day of the decision.

Rules: DOMAIN.md sections 4 (`refund_to`) and 6. Invariants: one open case of a settlement; what was reversed
otherwise meanwhile closes its case and says so. Locks: the case, then as `record_settlement`.
"""

from __future__ import annotations

from dataclasses import replace

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Staff
from accounts.services.retrying import retried
from accounts.services.review import AlreadyDecided, NotYours, OwnWork
from settlement.models import ReversalCase, Settlement
from settlement.models.reversal import ReversalState
from settlement.rules.bills import NewSettlement
from settlement.services.refusals import AlreadyReversed, OriginalUnknown, SettlementRefused, SystemBusy
from settlement.services.settling import as_sent, record_settlement


class AskedBefore(Exception):
    """The settlement has an open case already, at this desk or another."""

    def __init__(self, case: ReversalCase) -> None:
        self.case = case
        super().__init__(
            _("Case {number} for this settlement is open, asked for by {who}.").format(
                number=case.number, who=case.handled_by
            )
        )


def ask_reversal(*, settlement_id: int, reason: str, by: Staff) -> ReversalCase:
    """Ask for a settlement to be taken back whole.

    Raises: OriginalUnknown for what is a reversal itself, AlreadyReversed, AskedBefore; nothing is written then.
    """
    try:
        return _ask(settlement_id=settlement_id, reason=reason, by=by)
    except IntegrityError as error:
        law = getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)
        if law != "reversal_one_open_of_a_settlement":
            raise
    open_case = open_case_of(settlement_id)
    if open_case is None:  # it was decided in this very moment
        return ask_reversal(settlement_id=settlement_id, reason=reason, by=by)
    raise AskedBefore(open_case)


@writes
def _ask(*, settlement_id: int, reason: str, by: Staff) -> ReversalCase:
    settlement = Settlement.objects.for_staff(by).get(pk=settlement_id)
    if settlement.reverses_id is not None:
        raise OriginalUnknown(settlement.setl_id)
    reversed_by = reversal_of(settlement)
    if reversed_by is not None:
        raise AlreadyReversed(settlement.setl_id, reversed_by.setl_id)
    case = ReversalCase(number=_next_number(), settlement=settlement, reason=reason, handled_by=by)
    with transaction.atomic():
        case.save(force_insert=True)
    return case


@writes
def withdraw_reversal(*, case_id: int, reason: str, by: Staff) -> ReversalCase:
    """Take back what was asked for; who asked alone may. Raises: AlreadyDecided, NotYours."""
    case = _lock(case_id, by)
    if case.handled_by_id != by.pk:
        raise NotYours(who=str(case.handled_by))
    return _decided(case, ReversalState.WITHDRAWN, reason)


@writes
def reject_reversal(*, case_id: int, reason: str, by: Staff) -> ReversalCase:
    """Leave the settlement as it is, with the reason. Raises: OwnWork, AlreadyDecided."""
    case = _lock_for_review(case_id, by)
    case.reviewed_by = by
    return _decided(case, ReversalState.REJECTED, reason)


def approve_reversal(*, case_id: int, by: Staff) -> ReversalCase:
    """Give back every share to the account it came from, today, under the number of the case.

    Returns: the case; one whose settlement was reversed otherwise meanwhile is closed as rejected and says by which.
    Raises: OwnWork, AlreadyDecided, a SettlementRefused; nothing is written then.
    """
    return retried(lambda: _approve(case_id=case_id, by=by), busy=SystemBusy)


@writes
def _approve(*, case_id: int, by: Staff) -> ReversalCase:
    case = _lock_for_review(case_id, by)
    case.reviewed_by = by
    try:
        case.reversal = record_settlement(new=mirror_of(case), by=by)
    except AlreadyReversed as refusal:
        return _decided(case, ReversalState.REJECTED, str(refusal))
    return _decided(case, ReversalState.APPROVED, "")


def mirror_of(case: ReversalCase) -> NewSettlement:
    """The original with every amount negated, of this moment."""
    original, now = as_sent(case.settlement), timezone.localtime()
    return replace(
        original,
        setl_id=case.number,
        reverses=original.setl_id,
        settled_at=now,
        business_date=now.date(),
        amounts=original.amounts.negated,
    )


def reversal_of(settlement: Settlement) -> Settlement | None:
    """By which a settlement was taken back, whoever sent it."""
    return Settlement.objects.filter(reverses=settlement).first()


def open_case_of(settlement_id: int) -> ReversalCase | None:
    cases = ReversalCase.objects.filter(settlement=settlement_id, state=ReversalState.SUBMITTED)
    return cases.select_related("handled_by").first()


def _decided(case: ReversalCase, state: ReversalState, decision: str) -> ReversalCase:
    case.state, case.decided_at, case.decision = state, timezone.now(), decision
    case.save(update_fields=["state", "decided_at", "decision", "reviewed_by", "reversal"])
    return case


def _lock(case_id: int, by: Staff) -> ReversalCase:
    cases = ReversalCase.objects.for_staff(by).select_for_update(of=("self",))
    case = cases.select_related("settlement", "handled_by").get(pk=case_id)
    if not case.is_open:
        who = case.reviewed_by or case.handled_by
        raise AlreadyDecided(who=str(who), state=str(case.get_state_display()))
    return case


def _lock_for_review(case_id: int, by: Staff) -> ReversalCase:
    case = _lock(case_id, by)
    if case.handled_by_id == by.pk:
        raise OwnWork
    return case


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('settlement_reversal_number')")
        return f"CZ{timezone.localdate():%Y%m%d}{cursor.fetchone()[0]:06d}"


REFUSALS = (AlreadyDecided, AskedBefore, NotYours, OwnWork, SettlementRefused)
