"""The ledger: the only way to change a balance.

Model: a `Posting` asks for one movement of one account; `post_entries` locks the accounts, writes one
`AccountEntry` per posting and moves the balances in the same statement. Invariant: balance = Σ entries; the
database refuses every other way (accounts/models/account.py).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.bulk import give_keys, store
from accounts.models import AccountEntry, PersonalAccount, Staff
from accounts.models.account import EntryKind
from accounts.rules.money import ZERO
from accounts.services.business_days import BusinessDays

CHUNK = 5_000


@dataclass(frozen=True, slots=True)
class Posting:
    """One movement of one account, in yuan with 2 decimals; negative takes away. `source` names what moved it.

    `business_date`: where that day is closed, the entry gets the next open one of the account's region.
    """

    account_id: int
    kind: str
    business_date: dt.date
    source: str
    prior_change: Decimal = ZERO
    current_change: Decimal = ZERO
    note: str = ""


class InsufficientBalance(Exception):
    """A posting would take a bucket below zero."""

    def __init__(self, posting: Posting, *, prior_years: Decimal, current_year: Decimal) -> None:
        self.posting, self.prior_years, self.current_year = posting, prior_years, current_year
        super().__init__(
            _("Not enough on the account: prior years {prior}, current year {current} yuan").format(
                prior=prior_years, current=current_year
            )
        )


class AccountClosed(Exception):
    """The account's record was merged into another of the same person: it takes no more postings."""

    def __init__(self, posting: Posting) -> None:
        self.posting = posting
        super().__init__(_("This record was merged: post to the account of the record that it was merged into."))


class SourceConflict(Exception):
    """The same source has moved this account before, by other amounts."""

    def __init__(self, posting: Posting) -> None:
        self.posting = posting
        super().__init__(_("Already posted with other amounts: {source}").format(source=posting.source))


@writes
def post_entries(*, postings: Sequence[Posting], by: Staff) -> list[AccountEntry]:
    """Move balances, one entry per posting, in the order given.

    Idempotent by (account, source): what was posted before with the same amounts is left as it is.
    Returns: the entries, the earlier ones included, in the order of the postings.
    Raises: InsufficientBalance, SourceConflict, AccountClosed; nothing is written then.
    Locks: the accounts, by primary key, before anything is read.
    """
    ledger = OpenLedger(lock_accounts({posting.account_id for posting in postings}), by)
    closed = _closed(ledger.accounts)
    earlier = _earlier(postings)
    entries: dict[tuple[int, str], AccountEntry] = {}
    for posting in postings:
        key = (posting.account_id, posting.source)
        known = earlier.get(key) or entries.get(key)
        if known is None and posting.account_id in closed:
            raise AccountClosed(posting)
        if known is None:
            entries[key] = ledger.post(posting)
        elif not _same(known, posting):
            raise SourceConflict(posting)
    ledger.write()
    return [
        earlier.get((posting.account_id, posting.source)) or entries[posting.account_id, posting.source]
        for posting in postings
    ]


class OpenLedger:
    """A run of postings to locked accounts: each moves its account in memory, `write` stores them all.

    For services that know the sources to be new; the database refuses one that is not. Expects a transaction.
    """

    def __init__(
        self, accounts: Mapping[int, PersonalAccount], by: Staff, *, days: BusinessDays | None = None
    ) -> None:
        self.accounts, self.by = accounts, by
        self.days = days or BusinessDays()
        self.entries: list[AccountEntry] = []

    def post(self, posting: Posting) -> AccountEntry:
        """The entry, which has its primary key after `write`. Raises: InsufficientBalance."""
        entry = _next_entry(self.accounts[posting.account_id], self._on_open_day(posting), self.by)
        self.entries.append(entry)
        return entry

    def _on_open_day(self, posting: Posting) -> Posting:
        if not self.days.any_closed(since=posting.business_date):
            return posting
        day = self.days.open_day(self._regions[posting.account_id], posting.business_date)
        return replace(posting, business_date=day)

    @cached_property
    def _regions(self) -> dict[int, str]:
        return dict(PersonalAccount.objects.filter(pk__in=self.accounts).values_list("pk", "person__region"))

    def write(self) -> None:
        give_keys(self.entries)
        store(self.entries, then=self.balances())

    def balances(self) -> list[tuple[Any, ...]]:
        """The statement that stores what the moved accounts hold, once their entries are there (`bulk.store`)."""
        moved = {entry.account_id for entry in self.entries}
        return [_balances_of([self.accounts[pk] for pk in sorted(moved)])] if moved else []


def lock_accounts(account_ids: Iterable[int]) -> dict[int, PersonalAccount]:
    """Lock accounts in the order of their primary key, so that two services never wait for one another."""
    locked = PersonalAccount.objects.filter(pk__in=list(account_ids)).order_by("pk").select_for_update()
    return {account.pk: account for account in locked}


def _closed(account_ids: Iterable[int]) -> set[int]:
    """Those of merged records; of two million persons a handful, so from their side."""
    merged = PersonalAccount.objects.filter(pk__in=list(account_ids), person__merged_into__isnull=False)
    return set(merged.values_list("pk", flat=True))


def _earlier(postings: Sequence[Posting]) -> dict[tuple[int, str], AccountEntry]:
    found = AccountEntry.objects.filter(
        account__in={posting.account_id for posting in postings},
        source__in={posting.source for posting in postings},
    )
    return {(entry.account_id, entry.source): entry for entry in found}


def _same(entry: AccountEntry, posting: Posting) -> bool:
    """An entry may stand on a later day than was asked for: its own was closed."""
    return posting.business_date <= entry.business_date and (
        (entry.kind, entry.prior_change, entry.current_change)
        == (posting.kind, posting.prior_change, posting.current_change)
    )


def _next_entry(account: PersonalAccount, posting: Posting, by: Staff) -> AccountEntry:
    """The entry that follows the account's last one; moves the account in memory."""
    prior = account.prior_years + posting.prior_change
    current = account.current_year + posting.current_change
    if prior < 0 or current < 0:
        raise InsufficientBalance(posting, prior_years=account.prior_years, current_year=account.current_year)
    account.prior_years, account.current_year = prior, current
    account.entry_count += 1
    return AccountEntry(
        account=account,
        sequence=account.entry_count,
        kind=posting.kind,
        prior_change=posting.prior_change,
        current_change=posting.current_change,
        prior_after=prior,
        current_after=current,
        business_date=posting.business_date,
        source=posting.source,
        note=posting.note,
        posted_by=by,
    )


# One UPDATE for all: bulk_update's CASE WHEN grows with the square of the rows.
STORE_BALANCES = """
    UPDATE accounts_personalaccount AS account
       SET prior_years = new.prior_years, current_year = new.current_year, entry_count = new.entry_count
      FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::int[])
           AS new(id, prior_years, current_year, entry_count)
     WHERE account.id = new.id
"""


def _balances_of(accounts: Sequence[PersonalAccount]) -> tuple[Any, ...]:
    columns = ("pk", "prior_years", "current_year", "entry_count")
    return STORE_BALANCES, *([getattr(account, column) for account in accounts] for column in columns)


def credit_month(*, month: dt.date, amounts: dict[int, Decimal], by: Staff) -> int:
    """Credit the monthly contribution (101) to the current year's bucket.

    `month`: any day of it; `amounts`: account id → yuan, > 0. Returns: how many accounts were credited now;
    a month credited before is left as it is.
    Raises: SourceConflict where a month was credited before with another amount; nothing is written then.
    """
    first = month.replace(day=1)
    postings = [
        Posting(
            account_id=account_id,
            kind=EntryKind.MONTHLY_CREDIT,
            business_date=first,
            source=f"credit:{first:%Y-%m}",
            current_change=amount,
        )
        for account_id, amount in amounts.items()
    ]
    return _post_counting_new(postings, by)


def carry_over_year(*, year: int, by: Staff) -> int:
    """Move what is left of a year to the prior years' bucket (206), for every account in the staff member's scope.

    What was credited after 31 December stays in the current year. Returns: how many accounts were carried over
    now. Run again: only those that a kill left behind.
    """
    carried = 0
    source, last_day = f"year-end:{year}", dt.date(year, 12, 31)
    waiting = PersonalAccount.objects.for_staff(by).filter(current_year__gt=0).exclude(entries__source=source)
    after = 0
    while ids := list(waiting.filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:CHUNK]):
        after = ids[-1]
        with transaction.atomic():
            left = _left_of_year(lock_accounts(ids), last_day)
            carried += _post_counting_new(
                [
                    Posting(
                        account_id,
                        EntryKind.YEAR_END,
                        last_day,
                        source,
                        prior_change=yuan,
                        current_change=-yuan,
                    )
                    for account_id, yuan in left.items()
                ],
                by,
            )
    return carried


def _left_of_year(accounts: dict[int, PersonalAccount], last_day: dt.date) -> dict[int, Decimal]:
    """Account id → yuan of the current bucket that were not credited in the new year; only where there are any."""
    credited = dict(
        AccountEntry.objects.filter(account__in=accounts, business_date__gt=last_day, current_change__gt=0)
        .values_list("account")
        .annotate(Sum("current_change"))
    )
    left = {pk: account.current_year - credited.get(pk, ZERO) for pk, account in accounts.items()}
    return {pk: amount for pk, amount in left.items() if amount > 0}


@transaction.atomic
def _post_counting_new(postings: list[Posting], by: Staff) -> int:
    """Locks: the accounts, before the count: of two that post the same at once, one counts them."""
    lock_accounts(posting.account_id for posting in postings)
    before = AccountEntry.objects.filter(
        account__in=[posting.account_id for posting in postings],
        source__in={posting.source for posting in postings},
    ).count()
    post_entries(postings=postings, by=by)
    return len(postings) - before
