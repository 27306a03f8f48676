"""The check of a wallet transfer as the window shows it."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from accounts.models import InsuredPerson
from settlement.rules.facts import Buckets
from settlement.services.transfers import WalletCheck
from settlement.transfer_words import Line, line_of


@dataclass(frozen=True, slots=True)
class WalletVerdict:
    """`problems`: with what to do; `parts`: what would be taken from which bucket, once everything is filled in."""

    problems: tuple[Line, ...]
    passed: tuple[Line, ...]
    payee: str
    amount: Decimal | None
    parts: Buckets | None

    @property
    def passes(self) -> bool:
        return not self.problems

    @property
    def is_whole(self) -> bool:
        """Nothing is missing that a rule asks about."""
        return bool(self.payee and self.parts)


def explain(
    check: WalletCheck, *, payee: InsuredPerson | None, amount: Decimal | None, purpose: str
) -> WalletVerdict:
    lines = [line_of(finding) for finding in check.findings]
    return WalletVerdict(
        problems=tuple(line for line in lines if not line.passes),
        passed=tuple(line for line in lines if line.passes),
        payee=payee.name if payee else "",
        amount=amount,
        parts=check.parts if purpose else None,
    )
