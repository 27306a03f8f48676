"""What the pre-flight check needs to know of persons, read for many of them at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import F

from accounts.bulk import any_of
from accounts.models import InsuredPerson, PersonalAccount, Region, Suspension
from accounts.models.person import InsuranceStatus
from accounts.models.suspension import Cause
from families.models import GroupMember
from families.rules.facts import PastMembership, PersonFacts


@dataclass(frozen=True, slots=True)
class Known:
    """A person with every stay in a group, and the suspensions that reach the first day asked for or a later one."""

    person_id: int
    region: Region
    insutype: str
    gender: str
    born_on: dt.date
    balance: Decimal | None
    stays: tuple[PastMembership, ...]
    suspensions: tuple[Suspension, ...]

    def on(self, day: dt.date, also: Iterable[PastMembership] = ()) -> PersonFacts:
        """The facts that count from a day on: a suspension that is over by then does not.

        `also`: stays that are not stored yet.
        """
        running = [one for one in self.suspensions if one.ends_on is None or one.ends_on > day]
        return PersonFacts(
            person_id=self.person_id,
            insutype=self.insutype,
            status=next((one.status for one in running if one.status), InsuranceStatus.NORMAL),
            card_lent=any(one.cause == Cause.CARD_LENDING for one in running),
            born_on=self.born_on,
            gender=self.gender,
            province=self.region.province,
            city=self.region.city,
            balance=self.balance,
            memberships=(*self.stays, *also),
        )


def known_from(person_ids: Collection[int], *, day: dt.date) -> dict[int, Known]:
    """By person, in five queries however many there are. `day`: the first that is asked for."""
    found = InsuredPerson.objects.filter(any_of("pk", person_ids)).order_by()
    persons = list(found.values_list("pk", "region", "insutype", "gender", "born_on"))
    # One region for all of its persons: a join would make one for each.
    regions = Region.objects.in_bulk({region for _person_id, region, *_facts in persons})
    stays = defaultdict(list)
    members = GroupMember.objects.filter(any_of("person", person_ids)).order_by("joined_on", "pk")
    rows = members.values_list("person", "group__number", "joined_on", "left_on", "exclusive")
    for person_id, number, joined_on, left_on, exclusive in rows:
        stays[person_id].append(PastMembership(number, joined_on, left_on, exclusive))
    suspensions = defaultdict(list)
    for suspension in Suspension.objects.filter(any_of("person", person_ids)).reaching(day):
        suspensions[suspension.person_id].append(suspension)
    accounts = PersonalAccount.objects.filter(any_of("person", person_ids))
    balances = dict(accounts.annotate(balance=F("prior_years") + F("current_year")).values_list("person", "balance"))
    return {
        person_id: Known(
            person_id=person_id,
            region=regions[region],
            insutype=insutype,
            gender=gender,
            born_on=born_on,
            balance=balances.get(person_id),
            stays=_joined(stays.get(person_id, ())),
            suspensions=tuple(suspensions.get(person_id, ())),
        )
        for person_id, region, insutype, gender, born_on in persons
    }


def facts_for(person_ids: Collection[int], *, day: dt.date) -> dict[int, PersonFacts]:
    """What counts from a day on, by person."""
    return {person_id: known.on(day) for person_id, known in known_from(person_ids, day=day).items()}


def _joined(stays: Iterable[PastMembership]) -> tuple[PastMembership, ...]:
    """Memberships by their first day; those that follow one another in the same group are one stay."""
    joined: list[PastMembership] = []
    for stay in stays:
        before = next(
            (one for one in joined if one.group_number == stay.group_number and one.left_on == stay.joined_on), None
        )
        if before is not None:
            joined.remove(before)
            stay = replace(stay, joined_on=before.joined_on)
        joined.append(stay)
    return tuple(joined)
