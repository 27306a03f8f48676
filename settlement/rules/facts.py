"""What has to be known about a bill before anybody can say who pays it.

Amounts are yuan with two decimals, zero or more. What was drawn counts settlements of the same calendar year on the
family's accounts, reversals taken off.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from accounts.rules.money import ZERO

DESIGNATED_DISEASE = "designated_disease"


@dataclass(frozen=True, slots=True)
class Buckets:
    """The two parts of an account, or of what is taken from it."""

    prior_years: Decimal = ZERO
    current_year: Decimal = ZERO

    @property
    def total(self) -> Decimal:
        return self.prior_years + self.current_year

    def plus(self, other: Buckets) -> Buckets:
        return Buckets(self.prior_years + other.prior_years, self.current_year + other.current_year)

    def less(self, taken: Buckets) -> Buckets:
        return Buckets(self.prior_years - taken.prior_years, self.current_year - taken.current_year)


@dataclass(frozen=True, slots=True)
class Bill:
    """The personal share of a bill. `usage`: of `families.rules.policy.EVERY_USAGE`.

    `accounts_used`: `acct_used_flag`; `networked`: settled online at the institution, not claimed at the counter.
    """

    amount: Decimal
    usage: str
    accounts_used: bool = True
    networked: bool = True


@dataclass(frozen=True, slots=True)
class Beneficiary:
    """The patient on that day. `account`: None for a person without one; `suspended`: insurance not in normal status.

    `drawn`: from all accounts of the family, this year.
    """

    account: Buckets | None = None
    suspended: bool = False
    card_lent: bool = False
    drawn: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Payer:
    """A member of the family who shares an account, on that day.

    `rank`: the place that the family gave this account; `bound_on`: first day in the group; `in_force`: whether
    sharing and grant to this beneficiary hold; `share_limit`: the most for the whole family in a year, None for no
    limit; `drawn`: by the whole family, this year; `opening_balance`: on 1 January.
    """

    payer_id: int
    rank: int
    account: Buckets
    bound_on: dt.date
    opening_balance: Decimal = ZERO
    share_limit: Decimal | None = None
    drawn: Decimal = ZERO
    in_force: bool = True
    suspended: bool = False
    card_lent: bool = False
