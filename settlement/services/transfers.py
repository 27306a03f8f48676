"""Wallet transfers (医保钱包转账): the payer asks, and the money leaves the account (settlement/models/transfer.py).

Invariant: what left is held by the transfer until it is accepted or goes back (transfer_answers.py); it is never in
two places and never in none. Order of the locks: the business id, the groups, the persons, the accounts, each by
primary key.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import connection
from django.db.models import Q
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import InsuredPerson, PersonalAccount, Staff
from accounts.models.account import EntryKind
from accounts.models.audit import AuditKind
from accounts.rules.money import AmountFault, parse_amount
from accounts.services.audit import record_event
from accounts.services.closing import ClosingRefused, also_refuse
from accounts.services.ledger import Posting, lock_accounts, post_entries
from families.models import GroupMember, MutualAidGroup
from families.selectors import policy_on
from families.services.groups import lock_persons
from settlement.models import WalletTransfer
from settlement.models.transfer import ID_SHAPE, Purpose
from settlement.rules.allocation import shareable, split
from settlement.rules.facts import Buckets
from settlement.rules.transfers import Finding, business_date, check_transfer
from settlement.selectors.transfers import asked_for, common_groups
from settlement.services.transfer_refusals import OrderUnreadable, TransferIdTaken, or_system_fault, refuse_failing


class TransferUnderWay(ClosingRefused):
    """Money of the record that is to be closed, or for it, is between two accounts."""

    def __init__(self, transfer: WalletTransfer) -> None:
        super().__init__(
            _("Wallet transfer {number} waits for an answer: have it accepted or returned first.").format(
                number=transfer.transfer_id
            )
        )


@dataclass(frozen=True, slots=True)
class Order:
    """What a business id stands for. `amount`: yuan, 2 decimals, > 0; payer and payee: persons."""

    transfer_id: str
    payer_id: int
    payee_id: int
    amount: Decimal
    purpose: str


@dataclass(frozen=True, slots=True)
class WalletCheck:
    """What the rules say, and what would be taken from which bucket; `parts`: None before the amount is known."""

    findings: tuple[Finding, ...]
    parts: Buckets | None = None

    @property
    def passes(self) -> bool:
        return all(finding.passes for finding in self.findings)


def check_wallet(
    *,
    payer: InsuredPerson,
    payee: InsuredPerson | None = None,
    amount: Decimal | None = None,
    purpose: str = "",
    at: dt.datetime,
) -> WalletCheck:
    """A transfer at this moment, as far as it is known. Writes and locks nothing."""
    asked = asked_for(payer=payer, payee=payee, amount=amount, purpose=purpose, at=at)
    policy = policy_on(payer.region, business_date(at))
    check = WalletCheck(check_transfer(asked, policy=policy))
    if amount is None or asked.payer.account is None or not check.passes:
        return check
    return replace(check, parts=split(amount, shareable(asked.payer.account, policy), policy))


@or_system_fault
def transfer_wallet(
    *, transfer_id: str, payer_id: int, payee_id: int, amount: Decimal, purpose: str, at: dt.datetime, by: Staff
) -> WalletTransfer:
    """Take an amount out of the payer's account, for the payee to accept until the next morning.

    Rules: DOMAIN.md sections 3 and 4, by the policy of the payer's region on the day of `at`. `payer_id`, `payee_id`:
    persons; `transfer_id`: the caller's business id; `purpose`: care or premium; `at`: when it is asked for, aware.
    Idempotent by the business id: the same again returns the same transfer, whatever became of it since; the same id
    with other content is refused and audited.
    Raises: TransferIdTaken, OrderUnreadable, NotAllowed (data), BalanceTooLow, SystemFault. Nothing is moved then.
    Locks: the business id, the payer's groups, the two persons, their accounts.
    """
    order = _order(transfer_id, payer_id, payee_id, amount, purpose)
    payer = InsuredPerson.objects.for_staff(by).filter(pk=payer_id).first()
    if payer is None:
        raise _unknown_person()
    try:
        return _transfer(order=order, at=at, by=by)
    except TransferIdTaken as refusal:
        record_event(
            AuditKind.CONFLICT, by=by, person=payer, transfer=transfer_id, differs=", ".join(refusal.differs)
        )
        raise


def _order(transfer_id: str, payer_id: int, payee_id: int, amount: Decimal, purpose: str) -> Order:
    """Raises: OrderUnreadable."""
    if not re.fullmatch(ID_SHAPE, transfer_id):
        raise OrderUnreadable(
            _("A transfer number has 1 to 40 letters, digits, hyphens and underscores."), _("Send another number.")
        )
    if purpose not in Purpose:
        raise OrderUnreadable(_("The purpose is neither care nor premium."), _("Choose one of the two."))
    try:
        yuan = parse_amount(amount, allow_zero=False)
    except AmountFault as fault:
        raise OrderUnreadable(
            _("The amount is not one in yuan above zero, with at most two decimals."), _("Correct the amount.")
        ) from fault
    return Order(transfer_id, payer_id, payee_id, yuan, purpose)


def _unknown_person() -> OrderUnreadable:
    return OrderUnreadable(
        _("Payer or payee is not known here."), _("The bureau where the payer is insured asks for it.")
    )


@writes
def _transfer(*, order: Order, at: dt.datetime, by: Staff) -> WalletTransfer:
    _lock_id(order.transfer_id)
    known = WalletTransfer.objects.filter(transfer_id=order.transfer_id).select_related("payer").first()
    if known is not None:
        return _same(known, order)
    payer, payee = _lock_parties(order, business_date(at))
    check = check_wallet(payer=payer, payee=payee, amount=order.amount, purpose=order.purpose, at=at)
    refuse_failing(check.findings)
    return _take_out(order, check.parts or Buckets(), payer, payee, at, by)


def _lock_id(transfer_id: str) -> None:
    """Of two that send the same at once, the second finds what the first did."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('settlement_transfer'), hashtext(%s))", [transfer_id])


def _same(known: WalletTransfer, order: Order) -> WalletTransfer:
    """Raises: TransferIdTaken."""
    content = {
        "payer": (known.payer.person_id, order.payer_id),
        "payee": (known.payee_id, order.payee_id),
        "amount": (known.amount, order.amount),
        "purpose": (known.purpose, order.purpose),
    }
    differs = [name for name, (before, now) in content.items() if before != now]
    if differs:
        raise TransferIdTaken(order.transfer_id, differs)
    return known


def _lock_parties(order: Order, day: dt.date) -> tuple[InsuredPerson, InsuredPerson]:
    """Payer and payee as they are under lock. Raises: OrderUnreadable for a person who is not there."""
    ids = [order.payer_id, order.payee_id]
    stays = GroupMember.objects.on(day).filter(person=order.payer_id)
    groups = MutualAidGroup.objects.filter(pk__in=stays.values("group")).order_by("pk")
    list(groups.select_for_update().values_list("pk"))
    lock_persons(ids)
    lock_accounts(PersonalAccount.objects.filter(person__in=ids).values_list("pk", flat=True))
    persons = InsuredPerson.objects.select_related("region", "account").in_bulk(ids)
    if persons.keys() < set(ids):
        raise _unknown_person()
    return persons[order.payer_id], persons[order.payee_id]


def _take_out(
    order: Order, parts: Buckets, payer: InsuredPerson, payee: InsuredPerson, at: dt.datetime, by: Staff
) -> WalletTransfer:
    day = business_date(at)
    taken = Buckets(-parts.prior_years, -parts.current_year)
    leaving = posting_of(order.transfer_id, "out", account_id=payer.account.pk, day=day, change=taken)
    (entry,) = post_entries(postings=[leaving], by=by)
    return WalletTransfer.objects.create(
        transfer_id=order.transfer_id,
        payer=payer.account,
        payee=payee,
        group=common_groups(payer, payee, day)[0],
        amount=order.amount,
        prior_part=parts.prior_years,
        current_part=parts.current_year,
        purpose=order.purpose,
        business_date=day,
        asked_at=at,
        handled_by=by,
        out_entry=entry,
    )


# How a transfer moves an account, once each way.
WAYS = {"out": EntryKind.TRANSFER_OUT, "in": EntryKind.TRANSFER_IN, "back": EntryKind.REFUND}


def posting_of(transfer_id: str, way: str, *, account_id: int, day: dt.date, change: Buckets) -> Posting:
    """`way`: of WAYS; `change`: negative takes away."""
    return Posting(
        account_id=account_id,
        kind=WAYS[way],
        business_date=day,
        source=f"transfer:{transfer_id}:{way}",
        prior_change=change.prior_years,
        current_change=change.current_year,
        note=transfer_id,
    )


@also_refuse
def refuse_under_way(record: InsuredPerson, _survivor: InsuredPerson) -> None:
    """What is under way would have no account to come back to. Raises: TransferUnderWay."""
    waiting = WalletTransfer.objects.waiting().filter(Q(payer__person=record) | Q(payee=record)).first()
    if waiting is not None:
        raise TransferUnderWay(waiting)
