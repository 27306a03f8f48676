"""Working off the differences of the reconciliation (对账异常处理): taken, talked about, decided, confirmed.

Rules: docs/adr/0023-deciding-differences.md. Invariants: a decision is about the values that were looked at, each
difference has its own; several are decided together or not at all; above an amount the second person is another one.
Locks: the differences by primary key, before anything is read.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import ClosedDay, Region, Staff
from accounts.services.business_days import hold_day
from accounts.services.review import OwnWork
from accounts.services.rights import require_right
from families.rules.policy import Policy
from families.selectors import PolicyBook
from settlement.models import Discrepancy, DiscrepancyComment, DiscrepancyDecision
from settlement.models.discrepancy import DecisionReason, DiscrepancyState, Ending
from settlement.rules.differences import are_alike, fits

RIGHT = "settlement.decide_discrepancy"


class DecisionRefused(Exception):
    """Nothing was decided; the text says why and what to do."""


class ChangedMeanwhile(DecisionRefused):
    """Somebody else, or a new comparison, was quicker. `changed`: the differences as they are now."""

    def __init__(self, changed: Sequence[Discrepancy]) -> None:
        self.changed = changed
        told = "; ".join(
            f"{one.setl_id} {one.field}: {DiscrepancyState(one.state).label}"  # type: ignore[attr-defined]
            for one in changed[:5]
        )
        super().__init__(_("Nothing was done: changed meanwhile: {told}. Look again.").format(told=told))


class NotAlike(DecisionRefused):
    def __init__(self) -> None:
        super().__init__(
            _(
                "Only equal cases are decided together: the same result and field, at one institution or by the same "
                "amount."
            )
        )


class DoesNotFit(DecisionRefused):
    def __init__(self, discrepancy: Discrepancy, reason: str) -> None:
        super().__init__(
            _("“{reason}” does not fit “{result}”: choose another decision.").format(
                reason=DecisionReason(reason).label, result=discrepancy.get_code_display()
            )
        )


class AboveLimit(DecisionRefused):
    def __init__(self, discrepancy: Discrepancy, limit: Decimal) -> None:
        self.limit = limit
        super().__init__(
            _("{number}: a difference of {amount} yuan is not accepted, at most {limit} yuan are.").format(
                number=discrepancy.setl_id, amount=discrepancy.differing.at_stake, limit=limit
            )
        )


class DaySigned(DecisionRefused):
    def __init__(self, discrepancy: Discrepancy) -> None:
        super().__init__(
            _("{day} is signed: what was decided of it stands. Have the day reopened first.").format(
                day=discrepancy.business_date
            )
        )


class DecisionEnded(DecisionRefused):
    def __init__(self, decision: DiscrepancyDecision) -> None:
        super().__init__(
            _("Nothing was done: this decision does not wait any more ({what}).").format(
                what=decision.get_ending_display() or _("confirmed by {who}").format(who=decision.confirmed_by)
            )
        )


@writes
def hand_over(*, chosen: Mapping[int, int], owner: Staff | None, by: Staff) -> int:
    """Say who works differences off; None: nobody. `chosen`: key → the version that was looked at.

    Returns: how many. Raises: RightMissing, ChangedMeanwhile; nothing is written then.
    """
    require_right(by, RIGHT)
    found = _lock(chosen, by, states={*DiscrepancyState} - {DiscrepancyState.AGREES})
    return Discrepancy.objects.filter(pk__in=[one.pk for one in found]).update(owner=owner, version=F("version") + 1)


@writes
def comment_on(*, discrepancy_id: int, text: str, by: Staff) -> DiscrepancyComment:
    """Say something about a difference, also about one that has ended. Raises: RightMissing, DoesNotExist."""
    require_right(by, RIGHT)
    discrepancy = Discrepancy.objects.for_staff(by).get(pk=discrepancy_id)
    return DiscrepancyComment.objects.create(discrepancy=discrepancy, text=text, by=by)


@writes
def decide(*, chosen: Mapping[int, int], reason: str, note: str, by: Staff) -> list[DiscrepancyDecision]:
    """Decide one difference, or several that are alike, each with a decision of its own.

    `chosen`: key → the version that was looked at; `note`: why, asked for where a difference is accepted. Above
    `difference_alone_up_to` yuan the decision waits for `confirm`. The limits are those of the policy of the
    institution's region today.
    Raises: RightMissing, ChangedMeanwhile, NotAlike, DoesNotFit, AboveLimit; nothing is written then.
    """
    require_right(by, RIGHT)
    found = _lock(chosen, by, states={DiscrepancyState.OPEN})
    if not are_alike(one.differing for one in found):
        raise NotAlike
    policies, today = PolicyBook.of(_path(one) for one in found), timezone.localdate()
    decisions = [_decision(one, reason, note, policies.on(_path(one), today), by) for one in found]
    DiscrepancyDecision.objects.bulk_create(decisions)
    _count_version(*found)
    return decisions


def _path(discrepancy: Discrepancy) -> str:
    region = discrepancy.institution.region
    return region.path if region else ""


def _decision(discrepancy: Discrepancy, reason: str, note: str, policy: Policy, by: Staff) -> DiscrepancyDecision:
    at_stake, accepted_up_to = discrepancy.differing.at_stake, policy.difference_accepted_up_to
    if not fits(reason, discrepancy.code):
        raise DoesNotFit(discrepancy, reason)
    if reason == DecisionReason.ACCEPTED and at_stake > accepted_up_to:
        raise AboveLimit(discrepancy, accepted_up_to)
    return DiscrepancyDecision(
        discrepancy=discrepancy,
        reason=reason,
        note=note,
        code=discrepancy.code,
        centre=discrepancy.centre,
        institution_value=discrepancy.institution_value,
        amount=at_stake,
        alone_up_to=policy.difference_alone_up_to,
        accepted_up_to=accepted_up_to,
        decided_by=by,
    )


@writes
def confirm(*, decision_id: int, by: Staff) -> DiscrepancyDecision:
    """The second pair of eyes. Raises: RightMissing, OwnWork, DecisionEnded; nothing is written then."""
    require_right(by, RIGHT)
    decision = _lock_decision(decision_id, by)
    if decision.is_final:
        raise DecisionEnded(decision)
    _confirm([decision], by)
    return decision


@writes
def confirm_chosen(*, chosen: Mapping[int, int], by: Staff) -> int:
    """Confirm what was proposed for several differences: all of them or none.

    `chosen`: key of the difference → the version that was looked at. Returns: how many.
    Raises: RightMissing, OwnWork, ChangedMeanwhile, DoesNotExist; nothing is written then.
    """
    require_right(by, RIGHT)
    found = _lock(chosen, by, states={DiscrepancyState.PROPOSED})
    standing = DiscrepancyDecision.objects.filter(discrepancy__in=found, ended_at=None)
    return _confirm(list(standing.select_related("discrepancy")), by)


def _confirm(decisions: Sequence[DiscrepancyDecision], by: Staff) -> int:
    """Raises: OwnWork."""
    if any(one.decided_by_id == by.pk for one in decisions):
        raise OwnWork
    for one in decisions:
        one.confirmed_by, one.confirmed_at = by, timezone.now()
    _count_version(*(one.discrepancy for one in decisions))
    return DiscrepancyDecision.objects.bulk_update(decisions, ["confirmed_by", "confirmed_at"])


@writes
def end_decision(*, decision_id: int, note: str, by: Staff) -> DiscrepancyDecision:
    """Refuse to confirm a decision, or take one back: the difference is open again.

    Raises: RightMissing, DecisionEnded, DaySigned; nothing is written then. Locks: the day too, shared.
    """
    require_right(by, RIGHT)
    decision = _lock_decision(decision_id, by)
    if decision.is_final:
        _require_unsigned(decision.discrepancy)
    refuses = not decision.is_final and decision.decided_by_id != by.pk
    decision.ending = Ending.REFUSED if refuses else Ending.WITHDRAWN
    decision.ended_at, decision.ended_by, decision.ending_note = timezone.now(), by, note
    decision.save(update_fields=["ending", "ended_at", "ended_by", "ending_note"])
    _count_version(decision.discrepancy)
    return decision


def _require_unsigned(discrepancy: Discrepancy) -> None:
    hold_day(discrepancy.business_date)
    region = discrepancy.institution.region
    above = region.ancestors() if region else Region.objects.none()
    if ClosedDay.objects.standing().filter(region__in=above, business_date=discrepancy.business_date).exists():
        raise DaySigned(discrepancy)


def _lock(chosen: Mapping[int, int], by: Staff, *, states: set[DiscrepancyState]) -> list[Discrepancy]:
    """The differences under lock, as they are now. Raises: ChangedMeanwhile, DoesNotExist outside the scope."""
    in_scope = Discrepancy.objects.for_staff(by).filter(pk__in=chosen)
    locked = list(in_scope.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    if not chosen or len(locked) != len(chosen):
        raise Discrepancy.DoesNotExist
    rows = (
        Discrepancy.objects.filter(pk__in=locked)
        .with_state()
        .select_related("settlement", "line", "institution__region")
    )
    found = list(rows.order_by("pk"))
    changed = [one for one in found if one.version != chosen[one.pk] or one.state not in states]  # type: ignore[attr-defined]
    if changed:
        raise ChangedMeanwhile(changed)
    return found


def _lock_decision(decision_id: int, by: Staff) -> DiscrepancyDecision:
    """Raises: DecisionEnded."""
    decision = DiscrepancyDecision.objects.for_staff(by).get(pk=decision_id)
    Discrepancy.objects.select_for_update().get(pk=decision.discrepancy_id)
    rows = DiscrepancyDecision.objects.select_related("discrepancy__institution__region", "confirmed_by")
    decision = rows.get(pk=decision_id)
    if decision.ended_at is not None:
        raise DecisionEnded(decision)
    return decision


def _count_version(*discrepancies: Discrepancy) -> None:
    """Whoever looks at the page of before is told."""
    Discrepancy.objects.filter(pk__in=[one.pk for one in discrepancies]).update(version=F("version") + 1)


REFUSALS = (DecisionRefused, OwnWork)
