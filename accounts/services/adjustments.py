"""Adjustments of a balance (110): asked for by one person, decided by another, posted once."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import AccountAdjustment, PersonalAccount, Staff
from accounts.models.account import AdjustmentState, EntryKind
from accounts.services.ledger import Posting, post_entries
from accounts.services.persons import RecordMerged
from accounts.services.review import AlreadyDecided, OwnWork


class SentBefore(Exception):
    """The same form, by the browser's way back, with other content: taken for a double click, it would be lost."""

    def __init__(self) -> None:
        super().__init__(
            _("This form was sent before, with other content. Nothing was sent now: look and send again.")
        )


@writes
def request_adjustment(
    *,
    account: PersonalAccount,
    prior_change: Decimal,
    current_change: Decimal,
    reason: str,
    key: UUID,
    by: Staff,
) -> AccountAdjustment:
    """Ask for a correction, in yuan per bucket. `key`: made by the page, so that a double click asks once.

    Raises: SentBefore for a key that asked for something else; RecordMerged; nothing is written then.
    """
    if account.person.merged_into is not None:
        raise RecordMerged(account.person)
    asked = {
        "account": account,
        "prior_change": prior_change,
        "current_change": current_change,
        "reason": reason,
        "handled_by": by,
    }
    adjustment, created = AccountAdjustment.objects.get_or_create(request_key=key, defaults=asked)
    if not created and any(getattr(adjustment, name) != value for name, value in asked.items()):
        raise SentBefore
    return adjustment


@writes
def decide_adjustment(*, adjustment_id: int, approve: bool, decision: str, by: Staff) -> AccountAdjustment:
    """Post or reject a correction.

    Raises: OwnWork, AlreadyDecided, InsufficientBalance, AccountClosed; nothing is written then.
    Locks: the adjustment, then the account.
    """
    adjustment = AccountAdjustment.objects.for_staff(by).select_for_update(of=("self",)).get(pk=adjustment_id)
    if adjustment.state != AdjustmentState.SUBMITTED:
        raise AlreadyDecided(who=str(adjustment.reviewed_by), state=adjustment.get_state_display())
    if adjustment.handled_by_id == by.pk:
        raise OwnWork
    if approve:
        _post(adjustment, by)
    adjustment.state = AdjustmentState.POSTED if approve else AdjustmentState.REJECTED
    adjustment.reviewed_by, adjustment.reviewed_at, adjustment.decision = by, timezone.now(), decision
    adjustment.save(update_fields=["state", "reviewed_by", "reviewed_at", "decision"])
    return adjustment


def _post(adjustment: AccountAdjustment, by: Staff) -> None:
    posting = Posting(
        account_id=adjustment.account_id,
        kind=EntryKind.ADJUSTMENT,
        business_date=timezone.localdate(),
        source=f"adjustment:{adjustment.pk}",
        prior_change=adjustment.prior_change,
        current_change=adjustment.current_change,
        note=adjustment.reason,
    )
    post_entries(postings=[posting], by=by)
