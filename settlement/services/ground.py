"""What has to be known before bills can be settled: families, accounts, suspensions, limits used up, policies.

Read for many patients at once, and asked for each of them on any day; `lock` takes the rows that the decision rests
on, in the order of DESIGN.md: groups, then accounts, each by primary key.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from django.db.models import Q, QuerySet, Sum

from accounts.models import AccountEntry, InsuredPerson, PersonalAccount, Region, Suspension
from accounts.models.account import EntryKind
from accounts.models.suspension import Cause
from accounts.rules.money import ZERO
from accounts.services.ledger import lock_accounts
from families.models import Grant, GroupMember, MutualAidGroup, Sharing
from families.rules.policy import Policy
from families.selectors import PolicyBook
from settlement.models import SettlementShare
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


class Ground:
    """Facts about some patients and their families.

    `accounts`: by primary key, moved by whoever posts; `persons`: the patients alone, by the key that was asked for,
    also that of a record merged since. A membership, a limit used up of a merged record is its survivor's.
    """

    def __init__(
        self, person_ids: Collection[int], *, years: Collection[int], lock: bool, also: Collection[int] = ()
    ) -> None:
        """`years`: whose limits are asked for; `also`: accounts to have beside those of the families."""
        self.persons = _survivors(person_ids)
        patients = {person.pk for person in self.persons.values()}
        self._records = _records_of(patients)
        self._stays: dict[int, list[_Stay]] = defaultdict(list)
        self._shared: dict[int, list[_Shared]] = defaultdict(list)
        self._grants: dict[tuple[int, int], list[_Period]] = defaultdict(list)
        self._group_regions = self._read_groups(lock=lock)
        payers = {shared.payer.person_id for group in self._shared.values() for shared in group}
        everybody = payers | patients
        self._records |= _records_of(payers - patients)
        self.accounts = _accounts_of(everybody, also, lock=lock)
        self._account_of = {account.person_id: account for account in self.accounts.values()}
        self._suspended: dict[int, list[_Period]] = defaultdict(list)
        self._lent: dict[int, list[_Period]] = defaultdict(list)
        self._read_suspensions(everybody)
        regions = {person.region_id for person in self.persons.values()} | set(self._group_regions.values())
        self._regions = Region.objects.in_bulk(regions)
        self._policies = PolicyBook(self._regions.values())
        self._drawn = self._drawn_from(years)
        self._drawn_by = self._drawn_by_patient(years)
        self._openings: dict[tuple[int, int], Decimal] = {}

    def family_of(self, person_id: int, day: dt.date) -> Family:
        """Rule: DOMAIN.md section 3. Of several groups the longest-standing one gives the policy."""
        stays = sorted(_on(self._stays[person_id], day), key=lambda stay: (stay.starts_on, stay.member_id))
        group_id = stays[0].group_id if stays else None
        code = self._group_regions[group_id] if group_id else self.persons[person_id].region_id
        policy = self._policies.on(self._regions[code], day)
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

    def _read_groups(self, *, lock: bool) -> dict[int, str]:
        """Every group that a patient was ever in, with its region; locked against changes of the family."""
        of_patients = GroupMember.objects.filter(person__in=self._records).values_list("group", flat=True)
        groups = MutualAidGroup.objects.filter(pk__in=set(of_patients)).order_by("pk")
        regions = dict((groups.select_for_update(no_key=True) if lock else groups).values_list("pk", "region"))
        if not regions:
            return regions
        members = GroupMember.objects.filter(group__in=regions).order_by()
        stays = {}
        found = list(members.values_list("pk", "person", "person__merged_into", "group", *GroupMember.period))
        survivors = _survivors({person for _key, person, merged_into, *_rest in found if merged_into})
        for key, person, _merged_into, group, joined_on, left_on in found:
            person_id = survivors[person].pk if person in survivors else person
            stays[key] = _Stay(joined_on, left_on, member_id=key, person_id=person_id, group_id=group)
            self._stays[person_id].append(stays[key])
        sharings = Sharing.objects.filter(group__in=regions).order_by()
        rows = sharings.values_list("group", "payer", "rank", "share_limit", *Sharing.period)
        for group, payer, rank, share_limit, start, end in rows:
            self._shared[group].append(_Shared(start, end, stays[payer], rank, share_limit))
        grants = Grant.objects.filter(group__in=regions).order_by()
        for payer, beneficiary, start, end in grants.values_list("payer", "beneficiary", *Grant.period):
            self._grants[payer, beneficiary].append(_Period(start, end))
        return regions

    def _read_suspensions(self, person_ids: Iterable[int]) -> None:
        rows = Suspension.objects.filter(person__in=list(person_ids)).order_by()
        for person_id, cause, start, end in rows.values_list("person", "cause", *Suspension.period):
            kind = self._lent if cause == Cause.CARD_LENDING else self._suspended
            kind[person_id].append(_Period(start, end))

    def _drawn_from(self, years: Collection[int]) -> dict[tuple[int, int], Decimal]:
        """(payer, year) → yuan that the payer's accounts have paid for others."""
        person_of = {account.pk: account.person_id for account in self.accounts.values()}
        closed = {record: person for record, person in self._records.items() if record != person}
        if closed:
            accounts = PersonalAccount.objects.filter(person__in=closed).values_list("pk", "person")
            person_of |= {account: closed[record] for account, record in accounts}
        return _summed(SettlementShare.objects.filter(account__in=person_of), "account", person_of, years)

    def _drawn_by_patient(self, years: Collection[int]) -> dict[tuple[int, int], Decimal]:
        """(patient, year) → yuan that the family's accounts have paid for this patient."""
        shares = SettlementShare.objects.filter(settlement__person__in=self._records)
        return _summed(shares, "settlement__person", self._records, years)

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


def _accounts_of(person_ids: Collection[int], also: Collection[int], *, lock: bool) -> dict[int, PersonalAccount]:
    accounts = PersonalAccount.objects.filter(Q(person__in=person_ids) | Q(pk__in=also))
    return lock_accounts(accounts.values_list("pk", flat=True)) if lock else accounts.in_bulk()


def _summed(
    shares: QuerySet[SettlementShare], by: str, whose: Mapping[int, int], years: Collection[int]
) -> dict[tuple[int, int], Decimal]:
    """(person, year) → yuan of the family's shares. `by`: the column that `whose` leads from to the person."""
    rows = shares.filter(year__in=years, position__gt=0).order_by().values_list(by, "year")
    drawn: dict[tuple[int, int], Decimal] = defaultdict(lambda: ZERO)
    for key, year, amount in rows.annotate(drawn=Sum("prior_years") + Sum("current_year")):
        drawn[whose[key], year] += amount
    return drawn


def _survivors(person_ids: Collection[int]) -> dict[int, InsuredPerson]:
    """Each record → the one that stands for the person now."""
    if not person_ids:
        return {}
    records = InsuredPerson.objects.filter(pk__in=person_ids).only("psn_no", "insutype", "region_id", "merged_into")
    return {record.pk: record.survivor for record in records}


def _records_of(person_ids: Collection[int]) -> dict[int, int]:
    """Every record of these persons, those that were merged into theirs included → the person."""
    whose = found = {person_id: person_id for person_id in person_ids}
    while found:
        merged = InsuredPerson.objects.filter(merged_into__in=found).values_list("pk", "merged_into")
        found = {record: whose[into] for record, into in merged if into}
        whose = whose | found
    return whose


def _buckets(account: PersonalAccount | None) -> Buckets | None:
    return Buckets(account.prior_years, account.current_year) if account else None


def _on(periods: Iterable[P], day: dt.date) -> list[P]:
    return [one for one in periods if one.holds_on(day)]
