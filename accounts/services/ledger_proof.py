"""The ledger proves itself: every invariant of accounts/models/account.py, computed anew from the entries."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Count, F, Q, QuerySet, Sum, Window
from django.db.models.functions import Coalesce, Lag

from accounts.models import AccountEntry, PersonalAccount, Staff


@dataclass(frozen=True, slots=True)
class Violation:
    """One account that does not prove itself: the figure that is stored and the one its entries add up to."""

    psn_no: str
    sequence: int | None
    stored: Decimal
    expected: Decimal
    what: str


@dataclass(frozen=True, slots=True)
class LedgerProof:
    accounts: int
    entries: int
    violations: list[Violation]


def check_ledger(*, by: Staff) -> LedgerProof:
    """Prove every account in scope: balance = Σ entries, no gap in the numbering, no step that does not follow.

    Reads only; mends nothing. The triggers hold the same laws: this finds what was done with them switched off.
    """
    accounts = PersonalAccount.objects.for_staff(by)
    entries = AccountEntry.objects.for_staff(by)
    violations = [*_wrong_balances(accounts), *_wrong_steps(by)]
    return LedgerProof(accounts=accounts.count(), entries=entries.count(), violations=violations)


def _wrong_balances(accounts: QuerySet[PersonalAccount]) -> list[Violation]:
    zero = Decimal(0)
    summed = (
        accounts.annotate(
            prior_sum=Coalesce(Sum("entries__prior_change"), zero),
            current_sum=Coalesce(Sum("entries__current_change"), zero),
            rows=Count("entries"),
        )
        .exclude(prior_years=F("prior_sum"), current_year=F("current_sum"), entry_count=F("rows"))
        .select_related("person")
    )
    found = []
    for account in summed.iterator():
        psn_no = account.person.psn_no
        for what, stored, expected in (
            ("prior_years", account.prior_years, account.prior_sum),
            ("current_year", account.current_year, account.current_sum),
            ("entry_count", Decimal(account.entry_count), Decimal(account.rows)),
        ):
            if stored != expected:
                found.append(Violation(psn_no, None, stored, expected, what))
    return found


def _wrong_steps(by: Staff) -> list[Violation]:
    def before(field: str) -> Window:
        return Window(Lag(field), partition_by="account", order_by="sequence")

    steps = (
        AccountEntry.objects.for_staff(by)
        .annotate(
            prior_expected=Coalesce(before("prior_after"), Decimal(0)) + F("prior_change"),
            current_expected=Coalesce(before("current_after"), Decimal(0)) + F("current_change"),
            sequence_expected=Coalesce(before("sequence"), 0) + 1,
        )
        .filter(
            ~Q(prior_after=F("prior_expected"))
            | ~Q(current_after=F("current_expected"))
            | ~Q(sequence=F("sequence_expected"))
        )
        .select_related("account__person")
    )
    found = []
    for entry in steps.iterator():
        psn_no = entry.account.person.psn_no
        if entry.prior_after != entry.prior_expected:
            found.append(Violation(psn_no, entry.sequence, entry.prior_after, entry.prior_expected, "prior_after"))
        if entry.current_after != entry.current_expected:
            found.append(
                Violation(psn_no, entry.sequence, entry.current_after, entry.current_expected, "current_after")
            )
        if entry.sequence != entry.sequence_expected:
            found.append(
                Violation(
                    psn_no,
                    entry.sequence,
                    Decimal(entry.sequence),
                    Decimal(entry.sequence_expected),
                    "sequence",
                )
            )
    return found
