"""Paying the resident-insurance premium of a family member from the family's accounts (代缴保费)."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import InsuredPerson, Staff
from accounts.models.audit import AuditKind
from accounts.models.person import RESIDENT
from accounts.services.audit import record_event
from accounts.services.retrying import retried
from accounts.services.rights import require_right
from settlement.models import PremiumPayment, Settlement, SettlementKind
from settlement.rules.amounts import Amounts
from settlement.rules.bills import NewSettlement
from settlement.services.refusals import NotCovered, PersonUnknown, SameIdOtherContent, SettlementRefused, SystemBusy
from settlement.services.settling import lock_numbers, settle
from settlement.services.simulating import Simulation, digest_of, preview_of_settled

RIGHT = "settlement.pay_premium"
USAGE = "resident_premium"


class NotAResident(SettlementRefused):
    def __init__(self) -> None:
        super().__init__(
            _("Only resident insurance has a premium that the family pays. Compare the type with the roster.")
        )


class NotAsAgreed(SettlementRefused):
    """What would be booked is not what the payers were shown; nothing was written."""

    def __init__(self) -> None:
        super().__init__(
            _("Not paid: other accounts or amounts would pay than were shown. Look again, and have it agreed to.")
        )


class AlreadyPaid(SettlementRefused):
    def __init__(self, payment: PremiumPayment) -> None:
        self.payment = payment
        super().__init__(
            _("The premium of {year} was paid already, by {setl_id}. Reverse that one first if it was wrong.").format(
                year=payment.year, setl_id=payment.settlement.setl_id
            )
        )


def pay_premium(
    *,
    payment_id: str,
    person_id: int,
    year: int,
    amount: Decimal,
    at: dt.datetime,
    by: Staff,
    seen: str | None = None,
) -> Settlement:
    """Pay a year's premium of a resident, in full or not at all; entry kind 205 on the payers' accounts.

    Rules: DOMAIN.md sections 3 (S1, S3, S4) and 4 (`usages`, limits and order as of any bill). `amount`: yuan, > 0;
    `at`: aware, and counts the first time; `seen`: what the payers agreed to (`seen_as`), None where a command pays.
    Idempotent by `payment_id`: the same again answers the same.
    Raises: RightMissing; a SettlementRefused: NotAsAgreed, PersonUnknown, NotAResident, AlreadyPaid, NotCovered,
    SystemBusy, SameIdOtherContent, which is audited. Locks: as `settle`.
    """
    require_right(by, RIGHT)
    person = InsuredPerson.objects.for_staff(by).filter(pk=person_id, merged_into=None).first()
    if person is None:
        raise PersonUnknown
    bill = NewSettlement(
        setl_id=payment_id,
        kind=SettlementKind.PREMIUM,
        person_id=person.pk,
        psn_no=person.psn_no,
        settled_at=at,
        business_date=timezone.localdate(at),
        amounts=Amounts.all_personal(amount),
        usage=USAGE,
        in_full=True,
    )
    try:
        return retried(lambda: _pay(bill=bill, person=person, year=year, seen=seen, by=by), busy=SystemBusy)
    except SameIdOtherContent:
        record_event(AuditKind.CONFLICT, by=by, person=person, what=SameIdOtherContent.code, setl_id=payment_id)
        raise


def seen_as(simulation: Simulation, year: int) -> str:
    """What a clerk was shown, and the payers agreed to."""
    return digest_of(simulation.as_preview, year)


@writes
def _pay(*, bill: NewSettlement, person: InsuredPerson, year: int, seen: str | None, by: Staff) -> Settlement:
    if person.insutype != RESIDENT:
        raise NotAResident
    lock_numbers([bill.setl_id])
    for first in Settlement.objects.filter(setl_id=bill.setl_id):
        bill = replace(bill, settled_at=first.settled_at, business_date=first.day_of_service)
    (answer,) = settle(bills=[bill], by=by)
    if isinstance(answer, NotCovered):
        _require_unpaid(person, year)  # the more telling reason
    if isinstance(answer, SettlementRefused):
        raise answer
    if seen is not None and seen != digest_of(preview_of_settled(answer), year):
        raise NotAsAgreed
    known = PremiumPayment.objects.filter(settlement=answer).first()
    if known is None:
        _require_unpaid(person, year)
        PremiumPayment.objects.create(settlement=answer, person=person, year=year)
    elif known.year != year:
        raise SameIdOtherContent(bill.setl_id)
    return answer


def _require_unpaid(person: InsuredPerson, year: int) -> None:
    """Raises: AlreadyPaid; what was settled is rolled back then.

    Expects the family's locks held: two payments of one premium come here one after the other.
    """
    earlier = PremiumPayment.objects.select_related("settlement").filter(person=person, year=year, paid_back_by=None)
    for payment in earlier:
        raise AlreadyPaid(payment)
