"""What the pre-flight check needs to know of persons, read for many of them at once."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from accounts.models import InsuredPerson, Suspension
from accounts.models.person import InsuranceStatus
from accounts.models.suspension import Cause
from families.models import GroupMember
from families.rules.facts import PastMembership, PersonFacts


@dataclass(frozen=True, slots=True)
class Known:
    """A person with every stay in a group, and the suspensions that reach the first day asked for or a later one."""

    person: InsuredPerson
    stays: tuple[PastMembership, ...]
    suspensions: tuple[Suspension, ...]

    def on(self, day: dt.date, also: Iterable[PastMembership] = ()) -> PersonFacts:
        """The facts that count from a day on: a suspension that is over by then does not.

        `also`: stays that are not stored yet.
        """
        account = getattr(self.person, "account", None)
        running = [one for one in self.suspensions if one.ends_on is None or one.ends_on > day]
        return PersonFacts(
            person_id=self.person.pk,
            insutype=self.person.insutype,
            status=next((one.status for one in running if one.status), InsuranceStatus.NORMAL),
            card_lent=any(one.cause == Cause.CARD_LENDING for one in running),
            born_on=self.person.born_on,
            gender=self.person.gender,
            province=self.person.region.province,
            city=self.person.region.city,
            balance=account.prior_years + account.current_year if account else None,
            memberships=(*self.stays, *also),
        )


def known_from(person_ids: Collection[int], *, day: dt.date) -> dict[int, Known]:
    """By person, in three queries however many there are. `day`: the first that is asked for."""
    persons = InsuredPerson.objects.filter(pk__in=person_ids).select_related("region", "account")
    stays = defaultdict(list)
    for stay in GroupMember.objects.filter(person__in=person_ids).select_related("group").order_by("joined_on", "pk"):
        stays[stay.person_id].append(stay)
    suspensions = defaultdict(list)
    for suspension in Suspension.objects.filter(person__in=person_ids).reaching(day):
        suspensions[suspension.person_id].append(suspension)
    return {
        person.pk: Known(person, _stays(stays.get(person.pk, ())), tuple(suspensions.get(person.pk, ())))
        for person in persons
    }


def facts_for(person_ids: Collection[int], *, day: dt.date) -> dict[int, PersonFacts]:
    """What counts from a day on, by person."""
    return {person_id: known.on(day) for person_id, known in known_from(person_ids, day=day).items()}


def _stays(rows: Iterable[GroupMember]) -> tuple[PastMembership, ...]:
    """Memberships by their first day; those that follow one another in the same group are one stay."""
    stays: list[PastMembership] = []
    for row in rows:
        stay = PastMembership(row.group.number, row.joined_on, row.left_on, row.exclusive)
        before = next(
            (one for one in stays if one.group_number == stay.group_number and one.left_on == stay.joined_on), None
        )
        if before is not None:
            stays.remove(before)
            stay = replace(stay, joined_on=before.joined_on)
        stays.append(stay)
    return tuple(stays)
