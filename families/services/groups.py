"""Binding a family. With changes.py and merging.py the only writers of groups, memberships, sharings and grants.

Invariant: a write happens only after the pre-flight check passed on facts read under lock. Order of the locks:
the group's row, then the persons by primary key (DESIGN.md "Laws"); the database refuses what would slip through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.bulk import any_of, copy_create
from accounts.models import InsuredPerson, Region, Staff
from families.models import Grant, GroupMember, MutualAidGroup, Sharing
from families.person_facts import facts_for
from families.rules.facts import Applicant, PersonFacts
from families.rules.findings import PairFinding, Preflight
from families.rules.policy import Policy
from families.rules.preflight import check_family
from families.selectors import policy_on


@dataclass(frozen=True, slots=True)
class NewMember:
    """A person to be bound. `rank`: order as a payer, None when nothing is shared; `share_limit`: yuan per year.

    `starts_on`: first day; `left_on`: first day no longer a member, None for until released.
    """

    person_id: int
    relation: str
    starts_on: dt.date
    rank: int | None = None
    share_limit: Decimal | None = None
    left_on: dt.date | None = None

    @property
    def shares(self) -> bool:
        return self.rank is not None


class NotEligible(Exception):
    """The pre-flight check fails; `preflight` names rule and person. Nothing was written."""

    def __init__(self, preflight: Preflight) -> None:
        self.preflight = preflight
        super().__init__(", ".join(sorted({finding.code for finding in preflight.failures})))


class GroupFull(NotEligible):
    """Every seat the policy allows is taken on some day from then on. Nothing was written."""

    def __init__(self, preflight: Preflight, group: MutualAidGroup, max_members: int) -> None:
        super().__init__(preflight)
        self.group, self.max_members = group, max_members

    def __str__(self) -> str:
        return _("Group {number} has all {n} seats taken.").format(number=self.group.number, n=self.max_members)


class GroupDissolved(Exception):
    def __init__(self, group: MutualAidGroup) -> None:
        super().__init__(_("Group {number} is dissolved.").format(number=group.number))


@writes
def create_group(
    *, region: Region, members: Sequence[NewMember], declared: Set[tuple[int, int]] = frozenset(), by: Staff
) -> MutualAidGroup:
    """Bind a family, the owner first; seats in the order given.

    Rules: DOMAIN.md sections 3 to 5, by the policy of `region` on the owner's first day. `declared`: pairs of
    positions (1 is the owner) whose relation the family declares. An owner's last day is the group's: nobody outstays
    the owner.
    Raises: NotEligible; nothing is written then. Locks: the persons, by primary key.
    """
    first_day = min(member.starts_on for member in members)
    policy = policy_on(region, first_day)
    lock_persons(member.person_id for member in members)
    preflight = check_family(applicants_of(members), policy=policy, declared=declared)
    if not preflight.passes:
        raise NotEligible(preflight)
    (group,) = bind([Binding(region, members, policy, preflight)])
    return group


@dataclass(frozen=True, slots=True)
class Binding:
    """A family that passed the check: the owner first, the policy of the first day, and what the check said."""

    region: Region
    members: Sequence[NewMember]
    policy: Policy
    preflight: Preflight

    @property
    def first_day(self) -> dt.date:
        return min(member.starts_on for member in self.members)


def bind(bindings: Sequence[Binding]) -> list[MutualAidGroup]:
    """Write the groups of families that passed, many at once. Expects a transaction and the persons locked."""
    numbers = _next_numbers(len(bindings))
    groups = copy_create(
        [
            MutualAidGroup(
                number=f"GJ{binding.region.code}{number:08d}",
                region_id=binding.region.pk,
                opened_on=binding.first_day,
                dissolved_on=binding.members[0].left_on,
            )
            for binding, number in zip(bindings, numbers, strict=True)
        ]
    )
    rows = copy_create(
        [row for group, binding in zip(groups, bindings, strict=True) for row in _members(group, binding)]
    )
    sharings, grants, start = list[Sharing](), list[Grant](), 0
    for binding in bindings:
        family = rows[start : start + len(binding.members)]
        start += len(family)
        sharings += _sharings(family, binding.members)
        grants += _grants(family, binding.preflight.pairs)
    copy_create(sharings)
    copy_create(grants)
    return groups


def _members(group: MutualAidGroup, binding: Binding) -> Iterator[GroupMember]:
    for seat, member in enumerate(_until_owner_leaves(binding.members), start=1):
        yield GroupMember(
            group_id=group.pk,
            person_id=member.person_id,
            seat=seat,
            relation=member.relation,
            exclusive=binding.policy.one_group_per_person,
            joined_on=member.starts_on,
            left_on=member.left_on,
        )


def applicants_of(members: Sequence[NewMember], facts: Mapping[int, PersonFacts] | None = None) -> list[Applicant]:
    """A new family as the pre-flight check takes it. `facts`: by person, where they were read for many families.

    Locks: expects the persons locked where it is written.
    """
    if facts is None:
        facts = facts_for([member.person_id for member in members], day=min(member.starts_on for member in members))
    return [
        Applicant(
            position=position,
            facts=facts[member.person_id],
            relation=member.relation,
            shares=member.shares,
            starts_on=member.starts_on,
            ends_on=member.left_on,
        )
        for position, member in enumerate(_until_owner_leaves(members), start=1)
    ]


def _until_owner_leaves(members: Sequence[NewMember]) -> list[NewMember]:
    last = members[0].left_on
    if last is None:
        return list(members)
    return [replace(member, left_on=earlier_of(member.left_on, last)) for member in members]


def lock_group(group_id: int, day: dt.date) -> MutualAidGroup:
    """The group, locked. Raises: GroupDissolved when it is no more by that day."""
    group = MutualAidGroup.objects.select_for_update(of=("self",)).select_related("region").get(pk=group_id)
    if group.dissolved_on is not None and group.dissolved_on <= day:
        raise GroupDissolved(group)
    return group


def lock_persons(person_ids: Iterable[int]) -> None:
    """In the order of the primary key; no_key, because other tables may go on pointing at the persons."""
    ids = set(person_ids)
    persons = InsuredPerson.objects.filter(any_of("pk", ids)).order_by("pk")
    list(persons.select_for_update(no_key=True).values_list("pk"))


def _sharings(rows: Sequence[GroupMember], members: Sequence[NewMember]) -> Iterator[Sharing]:
    """One sharing per member that shares, by rank, then in the order given.

    Rule: FORMATS.md, "顺序号 orders the payers": where two have the same number the later takes the next free one.
    """
    payers = [
        (member.rank, row, member) for row, member in zip(rows, members, strict=True) if member.rank is not None
    ]
    taken: set[int] = set()
    for wanted, row, member in sorted(payers, key=lambda payer: payer[0]):
        rank = next_free(wanted, taken)
        taken.add(rank)
        yield Sharing(
            group_id=row.group_id,
            payer_id=row.pk,
            rank=rank,
            share_limit=member.share_limit,
            starts_on=row.joined_on,
            ends_on=row.left_on,
        )


def next_free(wanted: int, taken: Set[int]) -> int:
    """The wanted rank, or the first after it that nobody has."""
    rank = max(wanted, 1)
    while rank in taken:
        rank += 1
    return rank


def _grants(rows: Sequence[GroupMember], pairs: Iterable[PairFinding]) -> Iterator[Grant]:
    """One grant per pair that passes. `rows`: in the order of the pairs' positions."""
    for pair in pairs:
        if pair.granted and (grant := grant_for(rows[pair.payer - 1], rows[pair.beneficiary - 1], pair)):
            yield grant


def grant_for(
    payer: GroupMember,
    beneficiary: GroupMember,
    pair: PairFinding,
    *,
    not_before: dt.date = dt.date.min,
    ends_on: dt.date | None = None,
) -> Grant | None:
    """The grant of a pair for the days on which both are members; None where there is no such day."""
    start = max(payer.joined_on, beneficiary.joined_on, not_before)
    end = earlier_of(payer.left_on, beneficiary.left_on, ends_on)
    if end is not None and end <= start:
        return None
    return Grant(
        group_id=payer.group_id,
        payer_id=payer.pk,
        beneficiary_id=beneficiary.pk,
        basis=pair.pair.verdict.value,
        starts_on=start,
        ends_on=end,
    )


def earlier_of(*ends: dt.date | None) -> dt.date | None:
    """The earliest of these ends, None being no end."""
    return min((end for end in ends if end is not None), default=None)


def _next_numbers(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('families_group_number') FROM generate_series(1, %s)", [count])
        return [number for (number,) in cursor.fetchall()]
