"""Settling bills: who pays what, written as one: the ledger's entries, the settlement, its shares.

The only writer of settlements and shares; one bill or thousands go the same way. Order of the locks: business ids,
groups, accounts by primary key (DESIGN.md "Laws"), each once and before anything is decided.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db import transaction
from django.db.models import Q

from accounts.bulk import give_keys, store
from accounts.models import AccountEntry, Staff
from accounts.models.account import EntryKind
from accounts.models.audit import AuditKind
from accounts.prepared import fetch, fetch_all
from accounts.rules.money import ZERO
from accounts.services.audit import record_event
from accounts.services.ledger import OpenLedger, Posting
from accounts.services.retrying import retried
from settlement.models import Settlement, SettlementKind, SettlementShare
from settlement.models.settlement import PAID_BY
from settlement.rules.allocation import Allocation, allocate
from settlement.rules.amounts import AMOUNT_NAMES
from settlement.rules.bills import Book, Inadmissible, NewSettlement
from settlement.rules.facts import Bill, Buckets
from settlement.rules.stored import as_stored
from settlement.services.ground import Ground
from settlement.services.refusals import (
    NotCovered,
    PersonUnknown,
    SameIdOtherContent,
    SettlementRefused,
    SystemBusy,
    refusal_of,
)

# What of a bill is stored as it is.
CONTENT = (
    "setl_id", "kind", "person_id", "psn_no", "settled_at", "usage", "med_type", "institution_id",
    "mdtrt_id", "dise_codg", "dise_name", "dr_name", "acct_used",
)  # fmt: skip

# What a reversal has of its original, whatever has become of patient and group since.
OF_THE_ORIGINAL = ("person_id", "region_id", "insutype", "usage", "group_id")


def record_settlement(*, new: NewSettlement, by: Staff) -> Settlement:
    """Settle one bill.

    Rules: DOMAIN.md sections 3, 4 and 6. Idempotent by `setl_id`: the same again answers the settlement that is
    stored. Raises: a SettlementRefused; SameIdOtherContent is audited. Locks: as `settle`.
    """
    try:
        return retried(lambda: _record(new=new, by=by), busy=SystemBusy)
    except SameIdOtherContent:
        record_event(AuditKind.CONFLICT, by=by, what=SameIdOtherContent.code, setl_id=new.setl_id)
        raise


@transaction.atomic
def _record(*, new: NewSettlement, by: Staff) -> Settlement:
    """Nothing here has a history to be signed: ledger, settlements and shares are append-only and name who posted."""
    (answer,) = settle(bills=[new], by=by)
    if isinstance(answer, SettlementRefused):
        raise answer
    return answer


def settle(*, bills: Sequence[NewSettlement], by: Staff) -> list[Settlement | SettlementRefused]:
    """Settle bills one after the other, in the order given; for each the settlement, new or known, or why not.

    Expects an open transaction. A patient outside the scope of `by` is PersonUnknown.
    Locks: the numbers, the groups, the accounts by primary key.
    """
    run = _Run(bills, _stored_under_lock(bills), by)
    answers = [run.take(bill) for bill in bills]
    run.write()
    return answers


# Two messages of one number come one after the other.
LOCK_NUMBERS = """
    SELECT count(pg_advisory_xact_lock(hashtextextended('setl_id:' || id, 0)))
      FROM (SELECT unnest(%s::text[]) AS id ORDER BY 1) AS sorted
"""


def lock_numbers(setl_ids: Iterable[str]) -> None:
    """For who has to look before settling. Expects an open transaction."""
    fetch(LOCK_NUMBERS, sorted(setl_ids))


# Nearly every bill is new: that much is answered before the ORM is asked.
ANY_OF = "SELECT true FROM settlement_settlement WHERE setl_id = ANY(%s) LIMIT 1"


def _stored_under_lock(bills: Sequence[NewSettlement]) -> dict[str, Settlement]:
    """What is stored under the numbers that the bills name, their originals and the reversals of those included."""
    originals = {bill.reverses for bill in bills if bill.reverses}
    numbers = sorted({bill.setl_id for bill in bills} | originals)
    _locked, known = fetch_all((LOCK_NUMBERS, numbers), (ANY_OF, numbers))
    return _stored(numbers, originals) if known else {}


def stored_for(bills: Sequence[NewSettlement]) -> dict[str, Settlement]:
    """As it is now, by number; nothing is locked."""
    originals = {bill.reverses for bill in bills if bill.reverses}
    return _stored({bill.setl_id for bill in bills} | originals, originals)


def _stored(numbers: Iterable[str], originals: set[str]) -> dict[str, Settlement]:
    named = Q(setl_id__in=numbers) | Q(reverses__setl_id__in=originals)
    found = Settlement.objects.filter(named).select_related("reverses")
    return {settlement.setl_id: settlement for settlement in found}


def as_sent(settlement: Settlement) -> NewSettlement:
    """A stored settlement as the bill that it was: of the day of the service, whatever day it is booked on."""
    return NewSettlement(
        business_date=settlement.day_of_service,
        amounts=settlement.amounts,
        reverses=settlement.reverses.setl_id if settlement.reverses else "",
        **{name: getattr(settlement, name) for name in CONTENT},
    )


@dataclass(frozen=True, slots=True)
class _Share:
    """What one account paid, or gets back."""

    position: int
    account_id: int
    amount: Buckets
    year: int


class _Run:
    """Bills that are settled together, in memory until `write`.

    `settlements`: by number, those stored before and those of this run; `shares`: of those that may be reversed.
    """

    def __init__(self, bills: Sequence[NewSettlement], stored: dict[str, Settlement], by: Staff) -> None:
        self.by = by
        self.settlements = stored
        self.book = Book(as_sent(settlement) for settlement in stored.values())
        new = [bill for bill in bills if bill.setl_id not in stored]
        self.shares = _shares_of([stored[bill.reverses] for bill in new if bill.reverses in stored])
        self.new: list[Settlement] = []
        self.ground = Ground(
            {bill.person_id for bill in new},
            days={bill.business_date for bill in new},
            by=by,
            also={share.account_id for shares in self.shares.values() for share in shares},
            lock=True,
        )
        self.days = self.ground.days
        self.ledger = OpenLedger(self.ground.accounts, by, days=self.days)
        self.entries: dict[tuple[str, int], AccountEntry] = {}

    def take(self, bill: NewSettlement) -> Settlement | SettlementRefused:
        try:
            if bill.setl_id not in self.settlements and bill.person_id not in self.ground.patients:
                raise PersonUnknown
            if self.book.admit(bill):
                self.settlements[bill.setl_id] = self._reverse(bill) if bill.reverses else self._pay(bill)
        except Inadmissible as fault:
            return refusal_of(fault, bill)
        except NotCovered as refusal:
            self.book.strike(bill)
            return refusal
        except PersonUnknown as refusal:
            return refusal
        return self.settlements[bill.setl_id]

    def write(self) -> None:
        """Originals first, for the reversals that name them."""
        give_keys(self.ledger.entries, self.new)
        originals = [one for one in self.new if one.reverses is None]
        reversals = [one for one in self.new if one.reverses is not None]
        for reversal in reversals:
            reversal.reverses = reversal.reverses  # which may have got its key here
        shares = [self._row(one, share) for one in self.new for share in self.shares[one.setl_id]]
        store(self.ledger.entries, originals, reversals, shares, then=self.ledger.balances())

    def _pay(self, bill: NewSettlement) -> Settlement:
        """Raises: NotCovered."""
        family = self.ground.family_of(bill.person_id, bill.business_date)
        networked = bill.kind == SettlementKind.NETWORKED
        asked = Bill(bill.amounts.psn_part_amt, bill.usage, bill.acct_used, networked)
        paid = allocate(bill=asked, beneficiary=family.beneficiary, payers=family.payers, policy=family.policy)
        if bill.in_full and paid.cash:
            raise NotCovered(asked=asked.amount, covered=asked.amount - paid.cash)
        settlement = self._settlement(bill, (paid.own.paid, paid.family_amount, paid.cash))
        settlement.business_date = self.days.open_day(settlement.region_id, bill.business_date)
        settlement.group_id = family.group_id
        settlement.considerations = [as_stored(one) for one in (paid.own, *paid.payers)]
        self.shares[bill.setl_id] = list(self._take_from_accounts(settlement, paid, year=bill.business_date.year))
        return settlement

    def _take_from_accounts(self, settlement: Settlement, paid: Allocation, *, year: int) -> Iterator[_Share]:
        """`year`: of the service, whose limits the shares use up."""
        for position, one in enumerate([paid.own, *paid.family]):
            if one.paid:
                account_id = self.ground.account_id_of(one.payer_id or settlement.person_id)
                self._post(settlement, position, account_id, one.share)
                yield _Share(position, account_id, one.share, year)
            if one.payer_id is not None:
                self.ground.note_drawn(settlement.person_id, one.payer_id, year, one.paid)

    def _reverse(self, bill: NewSettlement) -> Settlement:
        """Give back each share to the bucket it came from (`refund_to`), whatever has become of the group."""
        original = self.settlements[bill.reverses]
        own, family, cash = (ZERO - getattr(original, name) for name in PAID_BY)
        settlement = self._settlement(bill, (own, family, cash))
        settlement.reverses = original
        for name in OF_THE_ORIGINAL:
            setattr(settlement, name, getattr(original, name))
        settlement.business_date = self.days.open_day(settlement.region_id, bill.business_date)
        self.shares[bill.setl_id] = list(self._give_back(settlement, self.shares[bill.reverses]))
        return settlement

    def _give_back(self, settlement: Settlement, taken: Iterable[_Share]) -> Iterator[_Share]:
        for share in taken:
            amount = Buckets().less(share.amount)
            self._post(settlement, share.position, share.account_id, amount)
            if share.position:
                payer_id = self.ground.accounts[share.account_id].person_id
                self.ground.note_drawn(settlement.person_id, payer_id, share.year, amount.total)
            yield _Share(share.position, share.account_id, amount, share.year)

    def _post(self, settlement: Settlement, position: int, account_id: int, taken: Buckets) -> None:
        posting = Posting(
            account_id=account_id,
            kind=_entry_kind(settlement, position),
            business_date=settlement.business_date,
            source=f"settlement:{settlement.setl_id}:{position}",
            prior_change=ZERO - taken.prior_years,
            current_change=ZERO - taken.current_year,
        )
        self.entries[settlement.setl_id, position] = self.ledger.post(posting)

    def _row(self, settlement: Settlement, share: _Share) -> SettlementShare:
        return SettlementShare(
            settlement_id=settlement.pk,
            position=share.position,
            account_id=share.account_id,
            prior_years=share.amount.prior_years,
            current_year=share.amount.current_year,
            year=share.year,
            entry_id=self.entries[settlement.setl_id, share.position].pk,
        )

    def _settlement(self, bill: NewSettlement, paid: tuple[Decimal, Decimal, Decimal]) -> Settlement:
        patient = self.ground.patients[bill.person_id]
        settlement = Settlement(
            region_id=patient.region,
            insutype=patient.insutype,
            recorded_by_id=self.by.pk,
            **{name: getattr(bill, name) for name in CONTENT} | {"person_id": patient.person_id},
            **{name: getattr(bill.amounts, name) for name in AMOUNT_NAMES},
            **dict(zip(PAID_BY, paid, strict=True)),
        )
        self.new.append(settlement)
        return settlement


def _shares_of(originals: Sequence[Settlement]) -> dict[str, list[_Share]]:
    """What is to be given back, by number; to the account of the record that stands for the person now."""
    shares: dict[str, list[_Share]] = {original.setl_id: [] for original in originals}
    if not originals:
        return shares
    rows = SettlementShare.objects.filter(settlement__in=originals).select_related("settlement", "account__person")
    for row in rows:
        account = row.account if row.account.person.merged_into_id is None else row.account.person.survivor.account
        amount = Buckets(row.prior_years, row.current_year)
        shares[row.settlement.setl_id].append(_Share(row.position, account.pk, amount, row.year))
    return shares


def _entry_kind(settlement: Settlement, position: int) -> EntryKind:
    """`acct_incexpd_type` (DOMAIN.md section 6)."""
    if settlement.reverses is not None:
        return EntryKind.REFUND
    for_another = settlement.kind == SettlementKind.PREMIUM and position
    return EntryKind.PREMIUM_FOR_ANOTHER if for_another else EntryKind.SPENDING
