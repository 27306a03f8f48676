"""Who paid a settlement, as a page and a paper tell it."""

from __future__ import annotations

from decimal import Decimal
from typing import NamedTuple

from accounts.models import InsuredPerson, Staff
from settlement.messages import in_words
from settlement.models import Settlement
from settlement.rules.stored import from_stored


class PaidShare(NamedTuple):
    """What one account paid, or got back. `name`: masked where the staff member does not see the person."""

    name: str
    own: bool
    prior_years: Decimal
    current_year: Decimal
    amount: Decimal
    why: str


def shares_of(settlement: Settlement, *, by: Staff) -> list[PaidShare]:
    """In the order in which they paid."""
    rows = list(settlement.shares.select_related("account__person").order_by("position"))
    persons = [row.account.person_id for row in rows]
    seen = set(InsuredPerson.objects.for_staff(by).filter(pk__in=persons).values_list("pk", flat=True))
    reasons = {stored["payer"]: in_words(from_stored(stored)) for stored in settlement.considerations}
    return [
        PaidShare(
            name=row.account.person.name if row.account.person_id in seen else row.account.person.masked_name,
            own=row.position == 0,
            prior_years=row.prior_years,
            current_year=row.current_year,
            amount=row.amount,
            why=reasons.get(row.account.person_id if row.position else None, ""),
        )
        for row in rows
    ]
