"""Clearing between regions (清算): what remains when two regions owe one another.

Pure. Invariant: over all pairs the regions owe together what they are owed together, so that their balances come to
nothing.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.rules.money import ZERO


@dataclass(frozen=True, slots=True)
class Debt:
    """What one region owes another, in yuan; less than nothing where more was paid back than paid.

    `owing`, `owed`: codes; `fund`: of the pooled fund; `own`: of the patients' accounts; `family`: of accounts of
    their families; `settlements`: how many it rests on, reversals included.
    """

    owing: str
    owed: str
    fund: Decimal = ZERO
    own: Decimal = ZERO
    family: Decimal = ZERO
    settlements: int = 0

    @property
    def total(self) -> Decimal:
        return self.fund + self.own + self.family


@dataclass(frozen=True, slots=True)
class Net:
    """Two regions and what the one pays the other in the end: `amount` ≥ 0, from `payer` to `payee`."""

    payer: str
    payee: str
    owes: Debt
    is_owed: Debt

    @property
    def amount(self) -> Decimal:
        return self.owes.total - self.is_owed.total


@dataclass(slots=True)
class Balance:
    """One region among all: what it owes, what it is owed, and what is left for it, below zero where it pays."""

    region: str
    owes: Decimal = field(default=ZERO)
    is_owed: Decimal = field(default=ZERO)

    @property
    def net(self) -> Decimal:
        return self.is_owed - self.owes


def netted(debts: Iterable[Debt]) -> list[Net]:
    """One line for each two regions, the largest first."""
    by_pair = {(debt.owing, debt.owed): debt for debt in debts}
    lines = []
    for one, other in {tuple(sorted(pair)) for pair in by_pair}:
        there = by_pair.get((one, other), Debt(one, other))
        back = by_pair.get((other, one), Debt(other, one))
        if there.total < back.total:
            there, back = back, there
        lines.append(Net(there.owing, there.owed, there, back))
    return sorted(lines, key=lambda line: (-line.amount, line.payer, line.payee))


def balances(debts: Iterable[Debt]) -> list[Balance]:
    """One for each region that owes or is owed, by code."""
    found: dict[str, Balance] = defaultdict(lambda: Balance(""))
    for debt in debts:
        found[debt.owing].owes += debt.total
        found[debt.owed].is_owed += debt.total
    return [Balance(code, one.owes, one.is_owed) for code, one in sorted(found.items())]
