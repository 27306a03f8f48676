"""What has to be known before bills can be settled: families, accounts, suspensions, limits used up, policies.

Read for many patients at once, and asked for each of them on any day; `lock` takes the rows that the decision rests
on, in the order of DESIGN.md: groups, then accounts, each by primary key.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Q, Sum
from django.utils import timezone

from accounts.models import AccountEntry, PersonalAccount, Staff
from accounts.models.account import EntryKind
from accounts.models.suspension import Cause
from accounts.prepared import fetch, fetch_all
from accounts.rules.money import ZERO
from accounts.services.business_days import BusinessDays
from families.rules.policy import Policy
from families.selectors import PolicyBook
from settlement.rules.facts import Beneficiary, Buckets, Payer


@dataclass(frozen=True, slots=True)
class _Period:
    """The days [from, to)."""

    starts_on: dt.date
    ends_on: dt.date | None

    def holds_on(self, day: dt.date) -> bool:
        return self.starts_on <= day and (self.ends_on is None or day < self.ends_on)


@dataclass(frozen=True, slots=True)
class _Stay(_Period):
    member_id: int
    person_id: int
    group_id: int


@dataclass(frozen=True, slots=True)
class _Shared(_Period):
    payer: _Stay
    rank: int
    share_limit: Decimal | None


P = TypeVar("P", bound=_Period)


@dataclass(frozen=True, slots=True)
class Family:
    """Who could pay for a patient on a day. `group`: None for a patient without one."""

    beneficiary: Beneficiary
    payers: tuple[Payer, ...]
    policy: Policy
    group_id: int | None


# Most persons have one record; the last column tells of whom that is not true.
PERSONS = """
    SELECT person.id, person.id, person.insutype, region.code, region.path,
           person.merged_into_id IS NOT NULL
           OR EXISTS (SELECT FROM accounts_insuredperson AS merged WHERE merged.merged_into_id = person.id)
      FROM accounts_insuredperson AS person JOIN accounts_region AS region ON region.code = person.region_id
     WHERE person.id = ANY(%s)
"""
# The record that stands for a person now, by the record that was asked for.
PATIENTS = """
    WITH RECURSIVE record AS (
        SELECT id AS asked, id, merged_into_id, insutype, region_id
          FROM accounts_insuredperson WHERE id = ANY(%s)
         UNION ALL
        SELECT record.asked, into_.id, into_.merged_into_id, into_.insutype, into_.region_id
          FROM record JOIN accounts_insuredperson AS into_ ON into_.id = record.merged_into_id
    )
    SELECT record.asked, record.id, record.insutype, region.code, region.path
      FROM record JOIN accounts_region AS region ON region.code = record.region_id
     WHERE record.merged_into_id IS NULL
"""
# Every record of some persons, those that were merged into theirs included.
OF_RECORDS = """
    WITH RECURSIVE record AS (
        SELECT id, id AS person_id FROM accounts_insuredperson WHERE id = ANY(%s)
         UNION ALL
        SELECT merged.id, record.person_id
          FROM record JOIN accounts_insuredperson AS merged ON merged.merged_into_id = record.id
    )
"""
RECORDS = f"{OF_RECORDS} SELECT id FROM record"  # noqa: S608 - a constant of this page, here and below
# The rows that a decision rests on are locked, each kind once (DESIGN.md "Laws").
GROUPS = """
    SELECT family.id, region.code, region.path
      FROM families_mutualaidgroup AS family JOIN accounts_region AS region ON region.code = family.region_id
     WHERE family.id IN (SELECT group_id FROM families_groupmember WHERE person_id = ANY(%s))
     ORDER BY family.id
"""
LOCK_GROUPS = "FOR NO KEY UPDATE OF family"
MEMBERS = """
    SELECT member.joined_on, member.left_on, member.id, member.person_id, member.group_id,
           person.merged_into_id IS NOT NULL, shared.starts_on, shared.ends_on, shared.rank, shared.share_limit
      FROM families_groupmember AS member JOIN accounts_insuredperson AS person ON person.id = member.person_id
      LEFT JOIN families_sharing AS shared
           ON shared.payer_id = member.id AND shared.group_id = member.group_id
     WHERE member.group_id = ANY(%s)
"""
GRANTS = "SELECT payer_id, beneficiary_id, starts_on, ends_on FROM families_grant WHERE group_id = ANY(%s)"
SUSPENSIONS = "SELECT person_id, cause, starts_on, ends_on FROM accounts_suspension WHERE person_id = ANY(%s)"
ACCOUNTS = """
    SELECT id, person_id, prior_years, current_year, entry_count
      FROM accounts_personalaccount WHERE person_id = ANY(%s) OR id = ANY(%s) ORDER BY id
"""
ACCOUNT_FIELDS = ("id", "person_id", "prior_years", "current_year", "entry_count")
LOCK_ACCOUNTS = "FOR UPDATE"
DRAWN_FROM = f"""{OF_RECORDS}
    SELECT record.person_id, share.year, sum(share.prior_years + share.current_year)
      FROM record JOIN accounts_personalaccount AS account ON account.person_id = record.id
      JOIN settlement_settlementshare AS share ON share.account_id = account.id
     WHERE share.year = ANY(%s) AND share.position > 0
     GROUP BY record.person_id, share.year
"""  # noqa: S608
DRAWN_BY = f"""{OF_RECORDS}
    SELECT record.person_id, share.year, sum(share.prior_years + share.current_year)
      FROM record JOIN settlement_settlement AS settlement ON settlement.person_id = record.id
      JOIN settlement_settlementshare AS share ON share.settlement_id = settlement.id
     WHERE share.year = ANY(%s) AND share.position > 0
     GROUP BY record.person_id, share.year
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Patient:
    """A patient in the scope of who settles. `region`: the insured region's code, `path` the way down to it.

    `person_id`: the record that stands for the person now.
    """

    person_id: int
    insutype: str
    region: str
    path: str


class Ground:
    """Facts about some patients and their families, in three round trips.

    `accounts`: by primary key, moved by whoever posts; `patients`: those in the scope of `by`, by the key that was
    asked for, also that of a record merged since; `days`: which of them are closed. A membership, a limit used up of
    a merged record is its survivor's.
    """

    def __init__(
        self, person_ids: Iterable[int], *, days: Iterable[dt.date], by: Staff, lock: bool, also: Iterable[int] = ()
    ) -> None:
        """`days`: those that are asked for; `also`: accounts to have beside those of the families."""
        days = set(days)
        self._read_patients(sorted(set(person_ids)), by=by, lock=lock)
        self._read_families(since=min(days, default=timezone.localdate()))
        ids = {patient.person_id for patient in self.patients.values()}
        payers = {shared.payer.person_id for group in self._shared.values() for shared in group}
        self._read_accounts(sorted(ids | payers), sorted(also), years=sorted({day.year for day in days}), lock=lock)
        self._openings: dict[tuple[int, int], Decimal] = {}

    def family_of(self, person_id: int, day: dt.date) -> Family:
        """What counts for a patient, by the key that was asked for, on a day.

        Rule: DOMAIN.md section 3. Of several groups the longest-standing one gives the policy.
        """
        patient = self.patients[person_id]
        person_id = patient.person_id
        stays = sorted(_on(self._stays[person_id], day), key=lambda stay: (stay.starts_on, stay.member_id))
        group_id = stays[0].group_id if stays else None
        path = self._groups[group_id][1] if group_id else patient.path
        policy = self._policies.on(path, day)
        payers: dict[int, Payer] = {}
        for stay in stays:
            for shared in _on(self._shared[stay.group_id], day):
                if shared.payer.person_id != person_id and shared.payer.holds_on(day):
                    payers.setdefault(shared.payer.person_id, self._payer(shared, stay, policy, day))
        return Family(self._beneficiary(person_id, day), tuple(payers.values()), policy, group_id)

    def account_id_of(self, person_id: int) -> int:
        return self._account_of[person_id].pk

    def account_of(self, person_id: int) -> PersonalAccount | None:
        return self._account_of.get(person_id)

    def note_drawn(self, person_id: int, payer_id: int, year: int, amount: Decimal) -> None:
        """A payer's account has paid this for another; negative for what came back."""
        self._drawn[payer_id, year] += amount
        self._drawn_by[person_id, year] += amount

    def _beneficiary(self, person_id: int, day: dt.date) -> Beneficiary:
        return Beneficiary(
            account=_buckets(self._account_of.get(person_id)),
            suspended=bool(_on(self._suspended[person_id], day)),
            card_lent=bool(_on(self._lent[person_id], day)),
            drawn=self._drawn_by[person_id, day.year],
        )

    def _payer(self, shared: _Shared, beneficiary: _Stay, policy: Policy, day: dt.date) -> Payer:
        person_id = shared.payer.person_id
        granted = self._grants[shared.payer.member_id, beneficiary.member_id]
        return Payer(
            payer_id=person_id,
            rank=shared.rank,
            account=_buckets(self._account_of.get(person_id)) or Buckets(),
            bound_on=shared.payer.starts_on,
            opening_balance=self._opening(person_id, day.year) if policy.annual_limit_ratio is not None else ZERO,
            share_limit=shared.share_limit,
            drawn=self._drawn[person_id, day.year],
            in_force=bool(_on(granted, day)),
            suspended=bool(_on(self._suspended[person_id], day)),
            card_lent=bool(_on(self._lent[person_id], day)),
        )

    def _read_patients(self, asked: list[int], *, by: Staff, lock: bool) -> None:
        """Those in the scope of `by`, and every group that one was ever in, whichever of the person's records was."""
        read_groups = GROUPS + (LOCK_GROUPS if lock else "")
        persons, groups = fetch_all((PERSONS, asked), (read_groups, asked))
        patients = {key: Patient(*told) for key, *told, _merged in persons}
        if any(merged for *_told, merged in persons):
            patients = {key: Patient(*told) for key, *told in fetch(PATIENTS, asked)}
            standing = sorted({patient.person_id for patient in patients.values()})
            groups = fetch(read_groups, [record for (record,) in fetch(RECORDS, standing)])
        self.patients = {key: one for key, one in patients.items() if one.path.startswith(by.region.path)}
        self._groups = {key: (region, path) for key, region, path in groups}

    def _read_families(self, *, since: dt.date) -> None:
        """What was shared and granted in the groups, whenever; the policies of all regions; the closed days."""
        groups = list(self._groups)
        paths = {patient.path for patient in self.patients.values()} | {path for _code, path in self._groups.values()}
        members, grants, published, closed = fetch_all(
            (MEMBERS, groups), (GRANTS, groups), PolicyBook.asked(paths), BusinessDays.asked(since)
        )
        self._policies, self.days = PolicyBook(published), BusinessDays(closed, since=since)
        self._stays: dict[int, list[_Stay]] = defaultdict(list)
        self._shared: dict[int, list[_Shared]] = defaultdict(list)
        self._grants: dict[tuple[int, int], list[_Period]] = defaultdict(list)
        merged = sorted({person for _joined, _left, _key, person, _group, is_merged, *_rest in members if is_merged})
        survivor_of: dict[Any, Any] = dict(row[:2] for row in fetch(PATIENTS, merged)) if merged else {}
        stays: dict[int, _Stay] = {}
        for joined_on, left_on, member, record, group, _is_merged, start, end, rank, share_limit in members:
            if member not in stays:
                stays[member] = _Stay(joined_on, left_on, member, survivor_of.get(record) or record, group)
                self._stays[stays[member].person_id].append(stays[member])
            if rank is not None:
                self._shared[group].append(_Shared(start, end, stays[member], rank, share_limit))
        for payer, beneficiary, start, end in grants:
            self._grants[payer, beneficiary].append(_Period(start, end))

    def _read_accounts(self, persons: list[int], also: list[int], *, years: list[int], lock: bool) -> None:
        """The accounts, who of the persons may not use theirs, and what is drawn from the limits that are set."""
        self._drawn: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
        self._drawn_by: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
        limits = list(self._limits())
        accounts, suspensions, *drawn = fetch_all(
            (ACCOUNTS + (LOCK_ACCOUNTS if lock else ""), persons, also),
            (SUSPENSIONS, persons),
            *((statement, persons, years) for statement, _drawn in limits),
        )
        self.accounts = {row[0]: PersonalAccount(**dict(zip(ACCOUNT_FIELDS, row, strict=True))) for row in accounts}
        self._account_of = {account.person_id: account for account in self.accounts.values()}
        self._suspended: dict[int, list[_Period]] = defaultdict(list)
        self._lent: dict[int, list[_Period]] = defaultdict(list)
        for person_id, cause, start, end in suspensions:
            kind = self._lent if cause == Cause.CARD_LENDING else self._suspended
            kind[person_id].append(_Period(start, end))
        for (_statement, kept), rows in zip(limits, drawn, strict=True):
            kept.update({(person_id, year): amount for person_id, year, amount in rows})

    def _limits(self) -> Iterator[tuple[str, dict[tuple[int, int], Decimal]]]:
        """What says how much of a limit is used up, and where it is kept; only where anybody has such a limit."""
        limited = any(shared.share_limit is not None for group in self._shared.values() for shared in group)
        if limited or self._policies.sets("annual_limit_payer", "annual_limit_ratio"):
            yield DRAWN_FROM, self._drawn
        if self._policies.sets("annual_limit_beneficiary"):
            yield DRAWN_BY, self._drawn_by

    def _opening(self, person_id: int, year: int) -> Decimal:
        """What an account held on 1 January, an opening balance that was loaded in the year included."""
        key = person_id, year
        if key not in self._openings:
            account = self._account_of.get(person_id)
            before = Q(business_date__lt=dt.date(year, 1, 1))
            loaded = Q(kind=EntryKind.CARRIED_OVER, business_date__year=year)
            entries = AccountEntry.objects.filter(before | loaded, account=account)
            summed = entries.aggregate(prior=Sum("prior_change"), current=Sum("current_change"))
            self._openings[key] = (summed["prior"] or ZERO) + (summed["current"] or ZERO)
        return self._openings[key]


def _buckets(account: PersonalAccount | None) -> Buckets | None:
    return Buckets(account.prior_years, account.current_year) if account else None


def _on(periods: Iterable[P], day: dt.date) -> list[P]:
    return [one for one in periods if one.holds_on(day)]
