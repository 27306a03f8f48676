"""Who would pay a bill, and why, before anybody asks for it: the engine's own answer, with nothing locked or written.

Invariant: what is told for a bill is what `settle` would take at the same moment.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from accounts.models import InsuredPerson, Staff
from accounts.rules.money import ZERO
from families.models import MutualAidGroup
from settlement.messages import in_words
from settlement.models import Settlement
from settlement.rules.allocation import Allocation, Consideration, Reason, allocate
from settlement.rules.facts import Bill
from settlement.rules.stored import from_stored
from settlement.services.ground import Ground
from settlement.services.refusals import PersonUnknown


@dataclass(frozen=True, slots=True)
class Line:
    """One account on a page. `own`: the patient's; `seen`: whether the staff member may see what it holds."""

    name: str
    one: Consideration
    own: bool
    seen: bool

    @property
    def why(self) -> str:
        return in_words(self.one)

    @property
    def left(self) -> Decimal | None:
        """None where there is no account, or nobody here may see what it holds."""
        return self.one.after.total if self.seen and self.one.reason != Reason.NO_ACCOUNT else None


@dataclass(frozen=True, slots=True)
class Simulation:
    """`names`: of the payers, by person; of those whose accounts the staff member may see, `seen`."""

    person: InsuredPerson
    bill: Bill
    day: dt.date
    allocation: Allocation
    group: MutualAidGroup | None
    names: Mapping[int, str]
    seen: frozenset[int]

    @property
    def lines(self) -> Iterator[Line]:
        yield Line(self.person.name, self.allocation.own, own=True, seen=True)
        for one in self.allocation.payers:
            yield Line(self.names[one.payer_id or 0], one, own=False, seen=one.payer_id in self.seen)

    @property
    def as_preview(self) -> dict[str, Any]:
        """What of it is kept, to be compared later: how much each account pays, by person, in order; and cash."""
        return preview_of((self.allocation.own, *self.allocation.payers), self.allocation.cash)


def simulate(*, person: InsuredPerson, bill: Bill, day: dt.date, by: Staff) -> Simulation:
    """Who would pay this bill of that day, as accounts and limits stand now.

    `person`: whose record stands for itself; `day`: groups, grants, policies and the year's limits are those of it.
    Raises: PersonUnknown for a person out of scope. Reads only.
    """
    if not InsuredPerson.objects.for_staff(by).filter(pk=person.pk).exists():
        raise PersonUnknown
    ground = Ground([person.pk], days={day}, by=by, lock=False)
    family = ground.family_of(person.pk, day)
    allocation = allocate(bill=bill, beneficiary=family.beneficiary, payers=family.payers, policy=family.policy)
    payers = [one.payer_id for one in allocation.payers if one.payer_id is not None]
    seen = set(InsuredPerson.objects.for_staff(by).filter(pk__in=payers).values_list("pk", flat=True))
    group = MutualAidGroup.objects.for_staff(by).filter(pk=family.group_id or 0).first()
    return Simulation(person, bill, day, allocation, group, names_of(payers, seen, group), frozenset(seen))


def names_of(payers: list[int], seen: set[int], group: MutualAidGroup | None) -> dict[int, str]:
    """In full where the staff member sees the person, or the family that they belong to; masked elsewhere."""
    persons = InsuredPerson.objects.filter(pk__in=payers)
    return {one.pk: one.name if group or one.pk in seen else one.masked_name for one in persons}


def preview_of(considered: tuple[Consideration, ...], cash: Decimal) -> dict[str, Any]:
    own, *payers = considered
    return {
        "own": str(own.paid),
        "payers": [[one.payer_id, str(one.paid)] for one in payers if one.paid],
        "cash": str(cash),
    }


def preview_of_settled(settlement: Settlement) -> dict[str, Any]:
    """A settlement in the same form, as its reasons were stored with it."""
    considered = tuple(from_stored(stored) for stored in settlement.considerations)
    return preview_of(considered, settlement.psn_cash_pay)


def digest_of(preview: Mapping[str, Any], version: int) -> str:
    """What a reviewer was shown, to be compared with what is booked."""
    return hashlib.sha256(json.dumps([preview, version], sort_keys=True).encode()).hexdigest()[:16]


def differences(before: Mapping[str, Any], now: Simulation) -> list[str]:
    """What an account would pay otherwise than when it was submitted, one sentence for each."""
    then, today = dict(before["payers"]), {one.payer_id: one for one in now.allocation.payers}
    names = dict(now.names) | {pk: str(_("an account no longer in the family")) for pk in then if pk not in now.names}
    told = list(_told(_("own account"), Decimal(before["own"]), now.allocation.own.paid))
    for payer_id in [*today, *(pk for pk in then if pk not in today)]:
        paid = today[payer_id].paid if payer_id in today else ZERO
        told += _told(names[payer_id or 0], Decimal(then.get(payer_id, "0")), paid)
    return told + list(_told(_("cash"), Decimal(before["cash"]), now.allocation.cash))


def _told(who: str, before: Decimal, now: Decimal) -> Iterator[str]:
    if before != now:
        yield _("{who}: {before} yuan then, {now} yuan now").format(who=who, before=before, now=now)
