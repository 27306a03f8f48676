"""Closing a record whose person is registered a second time: what it holds goes to the record that stays.

Invariant: not a fen is made or lost, bucket by bucket; the closed record keeps its history and takes nothing more
(accounts/models/person.py, `person_merged_…`).
"""

from __future__ import annotations

from collections.abc import Callable

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import AccountAdjustment, InsuredPerson, PersonalAccount, Staff
from accounts.models.account import AdjustmentState, EntryKind
from accounts.models.person import InsuranceStatus
from accounts.models.suspension import Cause
from accounts.services.ledger import Posting, lock_accounts, post_entries
from accounts.services.persons import RecordMerged
from accounts.services.status_events import follow_status


class ClosingRefused(Exception):
    """Something has to be settled before the record can be closed. Nothing was written."""


class NoAccountToTakeOver(ClosingRefused):
    """The record to be closed holds money, and the one that stays has no account to take it."""

    def __init__(self, survivor: InsuredPerson) -> None:
        super().__init__(
            _("{psn_no} has no personal account that could take the balance over: let the other record stay.").format(
                psn_no=survivor.psn_no
            )
        )


class AdjustmentWaiting(ClosingRefused):
    """A correction of the balance that is to move waits for review."""

    def __init__(self, record: InsuredPerson) -> None:
        super().__init__(
            _("An adjustment of {psn_no} waits for review: have it decided first.").format(psn_no=record.psn_no)
        )


class DeathRecorded(ClosingRefused):
    """The record to be closed says that the person died, which nothing ends."""

    def __init__(self, record: InsuredPerson) -> None:
        super().__init__(
            _("A death is recorded for {psn_no}: let this record stay, or have the death taken back first.").format(
                psn_no=record.psn_no
            )
        )


Refusal = Callable[[InsuredPerson, InsuredPerson], None]
_ABOVE: list[Refusal] = []


def also_refuse(refusal: Refusal) -> Refusal:
    """An app above has a reason of its own: called with the record to be closed and the one that stays.

    Raises: ClosingRefused. The accounts are locked when it counts.
    """
    _ABOVE.append(refusal)
    return refusal


def refuse_closing(record: InsuredPerson, survivor: InsuredPerson) -> None:
    """Raises: RecordMerged, and every ClosingRefused: what stands against closing."""
    for one in (record, survivor):
        if one.merged_into is not None:
            raise RecordMerged(one)
    if AccountAdjustment.objects.filter(account__person=record, state=AdjustmentState.SUBMITTED).exists():
        raise AdjustmentWaiting(record)
    if record.suspensions.filter(cause=Cause.DEATH, ends_on=None).exists():
        raise DeathRecorded(record)
    account = PersonalAccount.objects.filter(person=record).first()
    # Also without a fen left: what it paid may come back.
    if account is not None and account.entry_count and not PersonalAccount.objects.filter(person=survivor).exists():
        raise NoAccountToTakeOver(survivor)
    for refusal in _ABOVE:
        refusal(record, survivor)


@writes
def close_record(*, record: InsuredPerson, survivor: InsuredPerson, source: str, by: Staff) -> None:
    """Move the balance (207 and 107, both buckets apart) and let the record lead to `survivor`.

    `source`: names in the ledger what moved the money. The record becomes void (`psn_insu_stas` 3), so that
    every rule that asks for the status refuses it.
    Raises: RecordMerged, ClosingRefused; nothing is written then.
    Locks: expects both persons locked; the accounts, by primary key.
    """
    accounts = PersonalAccount.objects.filter(person__in=[record, survivor]).values_list("person_id", "pk")
    ids = dict(accounts)
    locked = lock_accounts(ids.values())
    refuse_closing(record, survivor)
    if record.pk in ids:
        _move_balance(locked[ids[record.pk]], ids.get(survivor.pk), (record, survivor), source, by)
    today = timezone.localdate()
    record.merged_into, record.version = survivor, record.version + 1
    record.status, record.status_since = InsuranceStatus.VOID, today
    record.status_reason = f"→ {survivor.psn_no}"
    record.save(update_fields=["merged_into", "version", "status", "status_since", "status_reason"])
    follow_status(persons=[record], day=today, why=record.status_reason, by=by)


def _move_balance(
    account: PersonalAccount, to: int | None, records: tuple[InsuredPerson, InsuredPerson], source: str, by: Staff
) -> None:
    prior, current = account.prior_years, account.current_year
    if to is None or not (prior or current):
        return
    record, survivor = records
    today = timezone.localdate()
    out = Posting(account.pk, EntryKind.TRANSFER_OUT, today, source, -prior, -current, f"→ {survivor.psn_no}")
    into = Posting(to, EntryKind.TRANSFER_IN, today, source, prior, current, f"← {record.psn_no}")
    post_entries(postings=[out, into], by=by)
