"""May an amount go from one insurance wallet (医保钱包) to another at this moment, and if not, which rule says so.

Rules: DOMAIN.md section 3 (S2: a transfer has payee and amount, to pay for care or premium) and section 4. The source
leaves open who may be payee; one family on that day is the product's own rule (docs/adr/0021-wallet-transfers.md).

Pure: what is known comes in, one `Finding` per rule goes out, those that pass included, so that the window can show
what was looked at. Invariants: no moment is read here; what a rule refuses for the hour says from when it passes;
a transfer that is neither accepted nor refused goes back on the next morning, whoever runs the night.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from types import MappingProxyType
from typing import Any
from zoneinfo import ZoneInfo

from accounts.rules.money import ZERO
from families.rules.policy import EVERY_USAGE, Origin, Policy
from settlement.rules.allocation import shareable
from settlement.rules.facts import Buckets

SHANGHAI = ZoneInfo("Asia/Shanghai")
DAY = dt.timedelta(days=1)
MORNING = dt.time(6)  # of the day after: what nobody accepted by then goes back

# What a transfer may be meant for, and which usages of the policy stand for it.
PREMIUMS = frozenset({"resident_premium", "long_term_care_premium"})
PURPOSES: Mapping[str, frozenset[str]] = MappingProxyType(
    {"care": frozenset(EVERY_USAGE) - PREMIUMS, "premium": PREMIUMS}
)


class FailureKind(StrEnum):
    """Why a deduction failed, each told apart (DOMAIN.md section 3, S3)."""

    BALANCE = "balance"
    DATA = "data"
    SYSTEM = "system"


class Rule(StrEnum):
    PAYER_RECORD = "payer_record"
    PAYER_ACCOUNT = "payer_account"
    PAYER_INSURED = "payer_insured"
    PAYER_CARD = "payer_card"
    QUIET_HOURS = "quiet_hours"
    TRANSFERS_PER_DAY = "transfers_per_day"
    TWO_PERSONS = "two_persons"
    ONE_FAMILY = "one_family"
    PAYEE_RECORD = "payee_record"
    PAYEE_ACCOUNT = "payee_account"
    PAYEE_INSURED = "payee_insured"
    PAYEE_CARD = "payee_card"
    PURPOSE = "purpose"
    TRANSFER_LIMIT = "transfer_limit"
    BALANCE = "balance"
    SHAREABLE_FUNDS = "shareable_funds"
    RESERVE_FLOOR = "reserve_floor"
    IN_TIME = "in_time"


BALANCE_RULES = frozenset({Rule.BALANCE, Rule.SHAREABLE_FUNDS, Rule.RESERVE_FLOOR})


@dataclass(frozen=True, slots=True)
class Party:
    """One of the two, on that day.

    `account`: None for a person without one; `merged`: the record leads to another; `suspended`: insurance not in
    normal status.
    """

    account: Buckets | None
    merged: bool = False
    suspended: bool = False
    card_lent: bool = False


@dataclass(frozen=True, slots=True)
class Payee:
    """Whoever shall get it. `same_family`: a member of a group of the payer on that day."""

    party: Party
    same_person: bool = False
    same_family: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked for, as far as it is known: a page asks before everything is filled in.

    `at`: aware; `made`: transfers of the payer on that business day so far, whatever became of them; `amount`: yuan
    with two decimals, > 0; `purpose`: of PURPOSES.
    """

    payer: Party
    at: dt.datetime
    made: int = 0
    payee: Payee | None = None
    amount: Decimal | None = None
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says.

    `parameter`: of the policy, if one decides, with its `value`; `origin`: the version that sets it, None for a
    default of the product. `fact`: what was found; `earliest_at`: from when the rule passes, where waiting helps.
    """

    rule: Rule
    passes: bool
    parameter: str = ""
    value: Any = None
    origin: Origin | None = None
    fact: Any = None
    earliest_at: dt.datetime | None = None

    @property
    def kind(self) -> FailureKind:
        return FailureKind.BALANCE if self.rule in BALANCE_RULES else FailureKind.DATA


def check_transfer(asked: Asked, *, policy: Policy) -> tuple[Finding, ...]:
    """Every rule that can be asked with what is known. `policy`: of the payer's region on that day.

    Raises: ValueError for a moment without a time zone.
    """
    return (
        *_party(asked.payer, PAYER_RULES),
        *_moment(asked, policy),
        *(_payee(asked.payee) if asked.payee is not None else ()),
        *(_purpose(asked.purpose, policy) if asked.purpose else ()),
        *(_amount(asked.amount, asked.payer.account or Buckets(), policy) if asked.amount is not None else ()),
    )


def check_acceptance(payee: Party, *, asked_on: dt.date, at: dt.datetime) -> tuple[Finding, ...]:
    """What is asked of the payee again when the money is accepted. `asked_on`: the business day of the transfer."""
    in_time = at < goes_back_at(asked_on)
    return (*_party(payee, PAYEE_RULES), Finding(Rule.IN_TIME, in_time, fact=goes_back_at(asked_on)))


def business_date(at: dt.datetime) -> dt.date:
    """Raises: ValueError for a moment without a time zone, which would be another day elsewhere."""
    if at.tzinfo is None:
        raise ValueError("a moment without a time zone has no business date")
    return at.astimezone(SHANGHAI).date()


def goes_back_at(asked_on: dt.date) -> dt.datetime:
    """When a transfer of this business day goes back, unless somebody answered before."""
    return dt.datetime.combine(asked_on + DAY, MORNING, SHANGHAI)


def coming_back(parts: Buckets, *, asked_on: dt.date, day: dt.date) -> Buckets:
    """What goes back into which bucket: exactly what left, as if it had never left.

    When the year has turned meanwhile, what was of the current year is of prior years, as the year-end carry-over
    would have made it.
    """
    return Buckets(prior_years=parts.total) if day.year > asked_on.year else parts


def is_quiet(hours: str | None, at: dt.datetime) -> bool:
    """Whether no transfer is made at this moment. `hours`: "22:00-06:00", the end not included; None: never."""
    if hours is None:
        return False
    begin, end = _hours(hours)
    now = at.astimezone(SHANGHAI).time()
    return begin <= now < end if begin <= end else now >= begin or now < end


def next_open(hours: str | None, at: dt.datetime) -> dt.datetime:
    """The first moment from this one on at which transfers are made."""
    if hours is None or not is_quiet(hours, at):
        return at
    local = at.astimezone(SHANGHAI)
    end = dt.datetime.combine(local.date(), _hours(hours)[1], SHANGHAI)
    return end if end > local else end + DAY


def _hours(hours: str) -> tuple[dt.time, dt.time]:
    begin, end = hours.split("-")
    return dt.time.fromisoformat(begin), dt.time.fromisoformat(end)


PAYER_RULES = (Rule.PAYER_RECORD, Rule.PAYER_ACCOUNT, Rule.PAYER_INSURED, Rule.PAYER_CARD)
PAYEE_RULES = (Rule.PAYEE_RECORD, Rule.PAYEE_ACCOUNT, Rule.PAYEE_INSURED, Rule.PAYEE_CARD)


def _party(party: Party, rules: Sequence[Rule]) -> Iterator[Finding]:
    """Whoever is suspended or lent the card takes no part (DOMAIN.md section 3, S2 and S4)."""
    holds = (not party.merged, party.account is not None, not party.suspended, not party.card_lent)
    return (Finding(rule, passes) for rule, passes in zip(rules, holds, strict=True))


def _payee(payee: Payee) -> Iterator[Finding]:
    yield Finding(Rule.TWO_PERSONS, not payee.same_person)
    yield Finding(Rule.ONE_FAMILY, payee.same_family)
    yield from _party(payee.party, PAYEE_RULES)


def _moment(asked: Asked, policy: Policy) -> Iterator[Finding]:
    open_from = next_open(policy.quiet_hours, asked.at)
    yield _judge(Rule.QUIET_HOURS, open_from == asked.at, "quiet_hours", policy, earliest_at=open_from)
    again = asked.made < policy.transfers_per_day
    yield _judge(
        Rule.TRANSFERS_PER_DAY,
        again,
        "transfers_per_day",
        policy,
        asked.made,
        earliest_at=_next_day(asked.at, policy),
    )


def _next_day(at: dt.datetime, policy: Policy) -> dt.datetime | None:
    """When the count begins anew and no quiet hours hold; never where no transfer is allowed at all."""
    midnight = dt.datetime.combine(business_date(at) + DAY, dt.time.min, SHANGHAI)
    return next_open(policy.quiet_hours, midnight) if policy.transfers_per_day else None


def _purpose(purpose: str, policy: Policy) -> Iterator[Finding]:
    yield _judge(Rule.PURPOSE, bool(PURPOSES[purpose] & policy.usages), "usages", policy)


def _amount(amount: Decimal, account: Buckets, policy: Policy) -> Iterator[Finding]:
    """What leaves the account is of the shareable part, and the floor stays in the account as a whole.

    Where all is shared and nothing stays, the balance alone is told.
    """
    shared, all_shared = shareable(account, policy).total, policy.shareable_funds == "all"
    above_floor = max(account.total - policy.reserve_floor, ZERO)
    yield _judge(Rule.TRANSFER_LIMIT, amount <= policy.transfer_limit, "transfer_limit", policy)
    yield Finding(Rule.BALANCE, amount <= account.total, fact=account.total)
    yield _judge(Rule.SHAREABLE_FUNDS, all_shared or amount <= shared, "shareable_funds", policy, shared)
    yield _judge(
        Rule.RESERVE_FLOOR, not policy.reserve_floor or amount <= above_floor, "reserve_floor", policy, above_floor
    )


def _judge(
    rule: Rule,
    passes: bool,
    parameter: str,
    policy: Policy,
    fact: Any = None,
    *,
    earliest_at: dt.datetime | None = None,
) -> Finding:
    """What a parameter of the policy decides."""
    return Finding(
        rule=rule,
        passes=passes,
        parameter=parameter,
        value=getattr(policy, parameter),
        origin=policy.origins.get(parameter),
        fact=fact,
        earliest_at=None if passes else earliest_at,
    )
