"""What a difference of the reconciliation comes to, and how it may be decided (对账异常处理).

Rules: docs/adr/0023-deciding-differences.md; the result codes are DOMAIN.md section 7's.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from accounts.rules.money import ZERO

Reason = Literal["institution_corrects", "centre_reverses", "centre_enters", "accepted"]
REASONS: tuple[Reason, ...] = ("institution_corrects", "centre_reverses", "centre_enters", "accepted")

# `stmt_rslt`: 1 missing from the institution, 2 missing from the centre, 3 data differ. We reverse only what we have,
# and enter only what we have not.
FITTING: Mapping[str, tuple[Reason, ...]] = MappingProxyType(
    {
        "1": ("institution_corrects", "centre_reverses", "accepted"),
        "2": ("institution_corrects", "centre_enters", "accepted"),
        "3": ("institution_corrects", "centre_reverses", "accepted"),
    }
)
# What is at stake: the difference itself, nothing (a mere reference), and for every other field the whole bill.
AMOUNT_FIELDS = frozenset({"medfee_sumamt", "fund_pay_sumamt", "acct_pay"})
REFERENCE_FIELDS = frozenset({"mdtrt_id"})


@dataclass(frozen=True, slots=True)
class Differing:
    """One difference. `fee`: the total fee of the bill, in yuan, of whichever side has it."""

    code: str
    field: str
    institution: str
    centre: str | None
    told: str | None
    fee: Decimal

    @property
    def at_stake(self) -> Decimal:
        """Yuan, >= 0."""
        if self.field in REFERENCE_FIELDS:
            return ZERO
        if self.field in AMOUNT_FIELDS and self.centre is not None and self.told is not None:
            return abs(Decimal(self.centre) - Decimal(self.told))
        return abs(self.fee)

    @property
    def by_how_much(self) -> Decimal | None:
        """What the institution has more, for amounts that both sides have."""
        if self.field not in AMOUNT_FIELDS or self.centre is None or self.told is None:
            return None
        return Decimal(self.told) - Decimal(self.centre)


def fits(reason: str, code: str) -> bool:
    return reason in FITTING[code]


def are_alike(differences: Iterable[Differing]) -> bool:
    """Whether one decision may be taken for all: the same result and field, at one institution or by one amount."""
    found = list(differences)
    of_one_kind = len({(one.code, one.field) for one in found}) == 1
    by_one_amount = {one.by_how_much for one in found}
    return of_one_kind and (
        len({one.institution for one in found}) == 1 or (len(by_one_amount) == 1 and None not in by_one_amount)
    )
