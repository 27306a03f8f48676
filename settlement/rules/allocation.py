"""Who pays a bill: the patient's own account, then the family's accounts in their order, the rest in cash.

Invariants, for every bill: the shares add up to its amount; no account goes below zero, no limit is exceeded; a
payer pays nothing while the own account could; a larger bill lowers nobody's share; every account that was looked
at has a reason for what it paid.

`GATES` are what keeps an account out altogether, `LIMITS` what it pays at most: one rule each, in the order in which
they are named to a person when several hold.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from enum import StrEnum
from typing import Any

from accounts.rules.money import ZERO
from families.rules.policy import Origin, Policy
from settlement.rules.facts import DESIGNATED_DISEASE, Beneficiary, Bill, Buckets, Payer


class Reason(StrEnum):
    """Why an account paid as much as it did, or nothing."""

    PAID_IN_FULL = "paid_in_full"  # all that was still to pay
    NOT_NEEDED = "not_needed"  # nothing was left to pay
    EMPTY = "empty"  # the balance was used up, by this bill or before
    NO_ACCOUNT = "no_account"
    SHAREABLE_FUNDS = "shareable_funds"
    RESERVE_FLOOR = "reserve_floor"
    LIMIT_REACHED = "limit_reached"  # the payer's own, from the form
    ANNUAL_LIMIT_PAYER = "annual_limit_payer"
    ANNUAL_LIMIT_RATIO = "annual_limit_ratio"
    ANNUAL_LIMIT_BENEFICIARY = "annual_limit_beneficiary"
    VISIT_LIMIT = "visit_limit"
    ACCOUNTS_NOT_USED = "accounts_not_used"
    BENEFICIARY_CARD_LENDING = "beneficiary_card_lending"
    BENEFICIARY_SUSPENDED = "beneficiary_suspended"
    USAGE_NOT_ALLOWED = "usage_not_allowed"
    NOT_IN_FORCE = "not_in_force"
    SUSPENDED = "suspended"
    CARD_LENDING = "card_lending"


SHARE_LIMIT = "share_limit"  # what the payer set on the form: no parameter of the policy


@dataclass(frozen=True, slots=True)
class Consideration:
    """One account, what it could have paid when its turn came, what it paid, and why.

    `payer_id`: None for the own account; `before`: what the account held; `available`: the most it could pay of
    this bill; `share`: what it paid. `parameter` decided, if one did, with `value`; `origin`: the policy version that
    sets it, None for a default of the product and for `SHARE_LIMIT`.
    """

    payer_id: int | None
    before: Buckets
    available: Decimal
    share: Buckets
    reason: Reason
    parameter: str = ""
    value: Any = None
    origin: Origin | None = None

    @property
    def paid(self) -> Decimal:
        return self.share.total

    @property
    def after(self) -> Buckets:
        return self.before.less(self.share)

    @property
    def citation(self) -> str:
        return self.origin.citation if self.origin else ""


@dataclass(frozen=True, slots=True)
class Allocation:
    """Who pays what. `payers`: everyone considered, in the order of payment."""

    own: Consideration
    payers: tuple[Consideration, ...]
    cash: Decimal

    @property
    def family(self) -> tuple[Consideration, ...]:
        """Those payers who pay something, in the order of payment."""
        return tuple(payer for payer in self.payers if payer.paid)

    @property
    def family_amount(self) -> Decimal:
        return sum((payer.paid for payer in self.payers), ZERO)


@dataclass(frozen=True, slots=True)
class _Turn:
    """A payer's turn: what is left of the bill, and what the family paid of it so far."""

    bill: Bill
    beneficiary: Beneficiary
    policy: Policy
    payer: Payer
    rest: Decimal
    paid_by_family: Decimal


@dataclass(frozen=True, slots=True)
class _Ceiling:
    """The most that an account pays, and what says so."""

    available: Decimal
    reason: Reason
    parameter: str = ""


def allocate(*, bill: Bill, beneficiary: Beneficiary, payers: Sequence[Payer], policy: Policy) -> Allocation:
    """Say who pays how much of a bill, and why.

    Rules: DOMAIN.md sections 3 and 4, FORMATS.md "Settlement feed". `payers`: in any order, each account once, those
    whose grant does not hold that day included when a person is to read why they paid nothing. `policy`: of the
    group's region on the day of the settlement. Raises: ValueError for a negative amount or an account given twice.
    """
    if bill.amount < 0 or len({payer.payer_id for payer in payers}) < len(payers):
        raise ValueError("the amount is negative, or a payer is given twice")
    own = _own(bill, beneficiary, policy)
    rest = bill.amount - own.paid
    paid = ZERO
    considered = []
    for payer in sorted(payers, key=ORDERS[policy.payer_order]):
        one = _one_payer(_Turn(bill, beneficiary, policy, payer, rest - paid, paid))
        paid += one.paid
        considered.append(one)
    return Allocation(own, tuple(considered), rest - paid)


def _own(bill: Bill, beneficiary: Beneficiary, policy: Policy) -> Consideration:
    """The own account pays first, for whatever the bill is; `usages` and limits speak of the family's accounts."""
    account = beneficiary.account or Buckets()
    ceiling = _own_ceiling(bill, beneficiary)
    share = split(min(bill.amount, ceiling.available), account, policy)
    return Consideration(None, account, ceiling.available, share, _reason(ceiling, bill.amount))


def _own_ceiling(bill: Bill, beneficiary: Beneficiary) -> _Ceiling:
    if not bill.accounts_used:
        return _Ceiling(ZERO, Reason.ACCOUNTS_NOT_USED)
    if bill.networked and beneficiary.card_lent:
        return _Ceiling(ZERO, Reason.CARD_LENDING)
    if beneficiary.account is None:
        return _Ceiling(ZERO, Reason.NO_ACCOUNT)
    return _Ceiling(beneficiary.account.total, Reason.EMPTY)


def _one_payer(turn: _Turn) -> Consideration:
    account, policy = turn.payer.account, turn.policy
    ceiling = next(_closed_gates(turn), None) or min(_ceilings(turn), key=lambda one: one.available)
    share = split(min(turn.rest, ceiling.available), shareable(account, policy), policy)
    reason = _reason(ceiling, turn.rest)
    parameter = ceiling.parameter if reason is ceiling.reason else "payer_order"
    value = turn.payer.share_limit if parameter == SHARE_LIMIT else getattr(policy, parameter, None)
    origin = policy.origins.get(parameter)
    return Consideration(turn.payer.payer_id, account, ceiling.available, share, reason, parameter, value, origin)


def _reason(ceiling: _Ceiling, rest: Decimal) -> Reason:
    """A closed gate is named whether the money was needed or not: it will still be closed for the next bill."""
    if ceiling.reason in CLOSED:
        return ceiling.reason
    if not rest:
        return Reason.NOT_NEEDED
    return Reason.PAID_IN_FULL if ceiling.available >= rest else ceiling.reason


def split(amount: Decimal, spendable: Buckets, policy: Policy) -> Buckets:
    """An amount on the two buckets by `bucket_order`. `amount`: not above what is spendable."""
    if policy.bucket_order == "prior_first":
        prior = min(amount, spendable.prior_years)
        return Buckets(prior, amount - prior)
    current = min(amount, spendable.current_year)
    return Buckets(amount - current, current)


# In which order the family's accounts pay. One rank is kept for a payer: the place on the form, or the one that the
# family chose later by a change, so that `recorded` and `user_sorted` read the same.
def _by_rank(payer: Payer) -> tuple[int, ...]:
    return payer.rank, payer.payer_id


def _by_first_bound(payer: Payer) -> tuple[int, ...]:
    return payer.bound_on.toordinal(), *_by_rank(payer)


def _by_last_bound(payer: Payer) -> tuple[int, ...]:
    return -payer.bound_on.toordinal(), *_by_rank(payer)


ORDERS: dict[str, Callable[[Payer], tuple[int, ...]]] = {
    "recorded": _by_rank,
    "first_bound": _by_first_bound,
    "last_bound": _by_last_bound,
    "user_sorted": _by_rank,
}


# What keeps a payer out altogether, each with the parameter that says so, if one does. Insurance not in normal status
# and a lent card take beneficiary and payer alike out of family payment (FORMATS.md, "Settlement feed").
GATES: tuple[tuple[Reason, str, Callable[[_Turn], bool]], ...] = (
    (Reason.ACCOUNTS_NOT_USED, "", lambda turn: not turn.bill.accounts_used),
    (Reason.BENEFICIARY_CARD_LENDING, "", lambda turn: turn.beneficiary.card_lent),
    (Reason.BENEFICIARY_SUSPENDED, "", lambda turn: turn.beneficiary.suspended),
    (Reason.USAGE_NOT_ALLOWED, "usages", lambda turn: turn.bill.usage not in turn.policy.usages),
    (Reason.NOT_IN_FORCE, "", lambda turn: not turn.payer.in_force),
    (Reason.SUSPENDED, "", lambda turn: turn.payer.suspended),
    (Reason.CARD_LENDING, "", lambda turn: turn.payer.card_lent),
)
CLOSED = {Reason.NO_ACCOUNT, *(reason for reason, _parameter, _closed in GATES)}


def _closed_gates(turn: _Turn) -> Iterator[_Ceiling]:
    return (_Ceiling(ZERO, reason, parameter) for reason, parameter, closed in GATES if closed(turn))


def shareable(account: Buckets, policy: Policy) -> Buckets:
    """The part of an account that the family may use; the own account is not divided."""
    return account if policy.shareable_funds == "all" else Buckets(prior_years=account.prior_years)


def _above_floor(turn: _Turn) -> Decimal:
    """The floor stays in the account as a whole, whichever bucket is shared."""
    return turn.payer.account.total - turn.policy.reserve_floor


def _left_of(limit: Decimal | None, drawn: Decimal) -> Decimal | None:
    return None if limit is None else limit - drawn


def _left_of_ratio(turn: _Turn) -> Decimal | None:
    """A part of a fen is not paid: rounded up, the limit would be exceeded."""
    ratio, opening = turn.policy.annual_limit_ratio, turn.payer.opening_balance
    limit = None if ratio is None else (opening * ratio).quantize(ZERO, ROUND_DOWN)
    return _left_of(limit, turn.payer.drawn)


def _left_of_visit(turn: _Turn) -> Decimal | None:
    """All that the family pays of one settlement; lifted for designated diseases unless the policy says otherwise."""
    lifted = turn.bill.usage == DESIGNATED_DISEASE and not turn.policy.visit_limit_designated_disease
    return None if lifted else _left_of(turn.policy.visit_limit, turn.paid_by_family)


# What a payer pays at most; None: this rule limits nothing. The first of equals is the one that is told: a higher
# limit would not help an empty account.
LIMITS: tuple[tuple[Reason, str, Callable[[_Turn], Decimal | None]], ...] = (
    (Reason.EMPTY, "", lambda turn: turn.payer.account.total),
    (Reason.SHAREABLE_FUNDS, "shareable_funds", lambda turn: shareable(turn.payer.account, turn.policy).total),
    (Reason.RESERVE_FLOOR, "reserve_floor", _above_floor),
    (Reason.LIMIT_REACHED, SHARE_LIMIT, lambda turn: _left_of(turn.payer.share_limit, turn.payer.drawn)),
    (
        Reason.ANNUAL_LIMIT_PAYER,
        "annual_limit_payer",
        lambda turn: _left_of(turn.policy.annual_limit_payer, turn.payer.drawn),
    ),
    (Reason.ANNUAL_LIMIT_RATIO, "annual_limit_ratio", _left_of_ratio),
    (
        Reason.ANNUAL_LIMIT_BENEFICIARY,
        "annual_limit_beneficiary",
        lambda turn: _left_of(turn.policy.annual_limit_beneficiary, turn.beneficiary.drawn + turn.paid_by_family),
    ),
    (Reason.VISIT_LIMIT, "visit_limit", _left_of_visit),
)


def _ceilings(turn: _Turn) -> Iterator[_Ceiling]:
    """Nothing is left of a limit that was lowered below what is drawn already, never less than nothing."""
    for reason, parameter, left in LIMITS:
        most = left(turn)
        if most is not None:
            yield _Ceiling(max(most, ZERO), reason, parameter)
