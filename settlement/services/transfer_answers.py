"""What becomes of a wallet transfer: accepted by the payee, or back with the payer; once, whoever answers when.

Invariant: what the transfer holds arrives or goes back to the fen, in the transaction that answers it. What nobody
answered goes back on the next morning, by a step of the nightly chain; a morning that was missed is made up for by
the next. Order of the locks: the transfers by primary key, the persons, the accounts by primary key.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from accounts.acting import writes
from accounts.bulk import update_each
from accounts.models import InsuredPerson, Job, PersonalAccount, Staff
from accounts.services.business_days import open_day
from accounts.services.jobs import Progress, Unwatched, in_steps
from accounts.services.ledger import Posting, lock_accounts, post_entries
from families.services.groups import lock_persons
from settlement.models import WalletTransfer
from settlement.models.transfer import ANSWER, ReturnCause, TransferState
from settlement.rules.facts import Buckets
from settlement.rules.transfers import DAY, business_date, check_acceptance, coming_back, goes_back_at
from settlement.selectors.transfers import parties_on
from settlement.services.transfer_refusals import OtherBureau, TransferAnswered, or_system_fault, refuse_failing
from settlement.services.transfers import posting_of

CHUNK = 500


@or_system_fault
@writes
def accept_transfer(*, transfer_id: str, at: dt.datetime, by: Staff) -> WalletTransfer:
    """Pay a transfer into the current year's bucket of the payee, who is at the window.

    Rule: DOMAIN.md section 3 (S2): accepted before the next morning, or not at all. One that was accepted before is
    returned as it is.
    Raises: TransferAnswered, OtherBureau, NotAllowed, SystemFault, WalletTransfer.DoesNotExist outside the scope;
    nothing is moved then. Locks: the transfer, the payee, the payee's account.
    """
    transfer = _lock(transfer_id, by)
    if not transfer.payee.region.path.startswith(by.region.path):
        raise OtherBureau(transfer.payee)
    if _is_answered(transfer, TransferState.ACCEPTED):
        return transfer
    payee, day = _lock_payee(transfer), business_date(at)
    party = parties_on([payee], day)[payee.pk]
    refuse_failing(check_acceptance(party, asked_on=transfer.business_date, at=at))
    change = Buckets(current_year=transfer.amount)
    arriving = posting_of(transfer_id, "in", account_id=payee.account.pk, day=day, change=change)
    (transfer.in_entry,) = post_entries(postings=[arriving], by=by)
    return _answer(transfer, TransferState.ACCEPTED, at, by)


@or_system_fault
@writes
def return_transfer(
    *, transfer_id: str, cause: ReturnCause, reason: str, at: dt.datetime, by: Staff
) -> WalletTransfer:
    """Give a transfer back bucket by bucket: the payee refuses it, or the payer takes it back.

    `cause`: REFUSED with the payee at the window, WITHDRAWN with the payer. One that went back for this cause before
    is returned as it is.
    Raises: TransferAnswered, OtherBureau, SystemFault, WalletTransfer.DoesNotExist outside the scope; nothing is
    moved then. Locks: the transfer, the payer's account.
    """
    transfer = _lock(transfer_id, by)
    speaks = transfer.payee if cause == ReturnCause.REFUSED else transfer.payer.person
    if not speaks.region.path.startswith(by.region.path):
        raise OtherBureau(speaks)
    if _is_answered(transfer, TransferState.RETURNED, cause):
        return transfer
    transfer.return_cause, transfer.reason = cause, reason
    (transfer.back_entry,) = post_entries(postings=[_going_back(transfer, business_date(at))], by=by)
    return _answer(transfer, TransferState.RETURNED, at, by)


@in_steps
def run_return(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `return_transfers`."""
    day = job.business_date or timezone.localdate()
    return {"transfers_returned": return_unaccepted(day=day, by=job.owner, progress=progress)}


def return_unaccepted(*, day: dt.date, by: Staff, progress: Progress | None = None) -> int:
    """Give back what was asked for before `day` and nobody answered, everywhere: the morning of `day` has come.

    Idempotent; in steps, so that a kill loses none that was given back. Returns: how many went back now.
    Locks: per step the transfers, then the payers' accounts, each by primary key.
    """
    progress, returned, some = progress or Unwatched(), 0, CHUNK
    total = _unanswered(day).count()
    while some:
        with progress.step():
            some = _return_some(day=day, by=by)
        returned += some
        progress.report(returned, max(total, returned))
    return returned


def _unanswered(day: dt.date) -> QuerySet[WalletTransfer]:
    return WalletTransfer.objects.waiting().filter(business_date__lt=day).order_by("pk")


@writes
def _return_some(*, day: dt.date, by: Staff) -> int:
    waiting = _unanswered(day).select_related("payer__person").select_for_update(of=("self",))
    transfers = list(waiting[:CHUNK])
    entries = post_entries(postings=[_going_back(transfer, day) for transfer in transfers], by=by)
    for transfer, entry in zip(transfers, entries, strict=True):
        transfer.back_entry, transfer.return_cause = entry, ReturnCause.UNANSWERED
        _set_answer(transfer, TransferState.RETURNED, goes_back_at(day - DAY), by)
    update_each(transfers, ANSWER)
    return len(transfers)


def _going_back(transfer: WalletTransfer, day: dt.date) -> Posting:
    """Expects `payer__person`. The turn of the year counts as of the day that it is booked on."""
    day = open_day(transfer.payer.person.region_id, day)
    parts = coming_back(transfer.parts, asked_on=transfer.business_date, day=day)
    return posting_of(transfer.transfer_id, "back", account_id=transfer.payer_id, day=day, change=parts)


def _lock(transfer_id: str, by: Staff) -> WalletTransfer:
    rows = WalletTransfer.objects.for_staff(by).select_related(
        "payer__person__region", "payee__region", "answered_by"
    )
    return rows.select_for_update(of=("self",)).get(transfer_id=transfer_id)


def _lock_payee(transfer: WalletTransfer) -> InsuredPerson:
    """The payee as under lock, the account too."""
    lock_persons([transfer.payee_id])
    lock_accounts(PersonalAccount.objects.filter(person=transfer.payee_id).values_list("pk", flat=True))
    return InsuredPerson.objects.get(pk=transfer.payee_id)


def _is_answered(transfer: WalletTransfer, state: TransferState, cause: str = "") -> bool:
    """Whether it was answered in this way before. Raises: TransferAnswered where it was in another."""
    if transfer.state == TransferState.WAITING:
        return False
    if (transfer.state, transfer.return_cause) != (state, cause):
        raise TransferAnswered(transfer)
    return True


def _answer(transfer: WalletTransfer, state: TransferState, at: dt.datetime, by: Staff) -> WalletTransfer:
    _set_answer(transfer, state, at, by)
    transfer.save(update_fields=ANSWER)
    return transfer


def _set_answer(transfer: WalletTransfer, state: TransferState, at: dt.datetime, by: Staff) -> None:
    """Of two hosts whose clocks differ, the second may be a moment early."""
    transfer.state, transfer.answered_at, transfer.answered_by = state, max(at, transfer.asked_at), by
