"""Binding: who is taken into a group. With leaving.py and merging.py the only writers of groups, memberships,
sharings, grants.

Invariant: a write happens only after the pre-flight check passed on facts read under lock. Order of the locks:
the group's row, then the persons by primary key (DESIGN.md "Laws"); the database refuses what would slip through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import count

from django.db import connection
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import InsuredPerson, Region, Staff
from families.models import Grant, GroupMember, MutualAidGroup, Sharing
from families.rules.facts import Applicant
from families.rules.policy import SEATS, Policy
from families.rules.preflight import PairFinding, Preflight, check_family
from families.selectors import facts_for, policy_on


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


class GroupFull(Exception):
    """Every seat the policy allows is taken on some day from then on. Nothing was written."""

    def __init__(self, group: MutualAidGroup, max_members: int) -> None:
        self.group, self.max_members = group, max_members
        super().__init__(_("Group {number} has all {n} seats taken.").format(number=group.number, n=max_members))


class GroupDissolved(Exception):
    def __init__(self, group: MutualAidGroup) -> None:
        super().__init__(_("Group {number} is dissolved.").format(number=group.number))


@writes
def create_group(
    *, region: Region, members: Sequence[NewMember], declared: Set[tuple[int, int]] = frozenset(), by: Staff
) -> MutualAidGroup:
    """Bind a family, the owner first; seats in the order given.

    Rules: DOMAIN.md sections 3 to 5, by the policy of `region` on the owner's first day. `declared`: pairs of
    positions (1 is the owner) whose relation the family declares.
    Raises: NotEligible; nothing is written then. Locks: the persons, by primary key.
    """
    first_day = min(member.starts_on for member in members)
    policy = policy_on(region, first_day)
    _lock_persons(member.person_id for member in members)
    preflight = check_family(applicants_of(members, day=first_day), policy=policy, declared=declared)
    if not preflight.passes:
        raise NotEligible(preflight)
    group = MutualAidGroup.objects.create(number=_next_number(region), region=region, opened_on=first_day)
    rows = GroupMember.objects.bulk_create(
        _membership(group, member, seat, policy) for seat, member in enumerate(members, start=1)
    )
    _share(rows, members)
    _grant(dict(enumerate(rows, start=1)), preflight.pairs)
    return group


@writes
def add_member(
    *, group_id: int, member: NewMember, declared: Set[tuple[int, int]] = frozenset(), by: Staff
) -> GroupMember:
    """Bind one more person: the lowest seat that stays free, up to the policy's `max_members`.

    `declared`: pairs of seats. A group that ends takes the new member along: nobody outstays it.
    Raises: GroupFull, NotEligible, GroupDissolved; nothing is written then. Locks: the group, then all its persons.
    """
    group = lock_group(group_id, member.starts_on)
    member = replace(member, left_on=earlier_of(member.left_on, group.dissolved_on))
    policy = policy_on(group.region, member.starts_on)
    present = _members_from(group, member.starts_on)
    _lock_persons([*(row.person_id for row in present), member.person_id])
    seat = _free_seat(group, present, policy)
    applicants = [
        *_as_applicants(present, member.starts_on),
        *applicants_of([member], day=member.starts_on, seat=seat),
    ]
    preflight = check_family(applicants, policy=policy, declared=declared)
    if not preflight.passes:
        raise NotEligible(preflight)
    row = _membership(group, member, seat, policy)
    row.save(force_insert=True)
    _share([row], [member])
    rows = {**dict(zip(_positions(present), present, strict=True)), seat: row}
    _grant(rows, [pair for pair in preflight.pairs if seat in (pair.payer, pair.beneficiary)])
    return row


def applicants_of(members: Sequence[NewMember], *, day: dt.date, seat: int = 1) -> list[Applicant]:
    """The members as the pre-flight check takes them, numbered from `seat`. Locks: expects the persons locked."""
    facts = facts_for([member.person_id for member in members], day=day)
    return [
        Applicant(
            position=position,
            facts=facts[member.person_id],
            relation=member.relation,
            shares=member.shares,
            starts_on=member.starts_on,
            ends_on=member.left_on,
        )
        for position, member in enumerate(members, start=seat)
    ]


def _as_applicants(present: Sequence[GroupMember], day: dt.date) -> list[Applicant]:
    """`day`: the newcomer's first; who begins to share later is a payer from then on."""
    facts = facts_for([row.person_id for row in present], day=day)
    sharing = set(Sharing.objects.filter(payer__in=present).exclude(ends_on__lte=day).values_list("payer", flat=True))
    return [
        Applicant(
            position=position,
            facts=facts[row.person_id],
            relation=row.relation,
            shares=row.pk in sharing,
            starts_on=row.joined_on,
            ends_on=row.left_on,
            already_member=True,
        )
        for position, row in zip(_positions(present), present, strict=True)
    ]


def _positions(present: Sequence[GroupMember]) -> list[int]:
    """The seats; whoever takes a seat after somebody who is still to leave it gets a number beyond the seats."""
    seen: set[int] = set()
    positions = []
    for row in present:
        position = row.seat if row.seat not in seen else SEATS + len(seen)
        seen.add(position)
        positions.append(position)
    return positions


def lock_group(group_id: int, day: dt.date) -> MutualAidGroup:
    """The group, locked. Raises: GroupDissolved when it is no more by that day."""
    group = MutualAidGroup.objects.select_for_update(of=("self",)).select_related("region").get(pk=group_id)
    if group.dissolved_on is not None and group.dissolved_on <= day:
        raise GroupDissolved(group)
    return group


def _lock_persons(person_ids: Iterable[int]) -> None:
    """In the order of the primary key; no_key, because other tables may go on pointing at the persons."""
    ids = set(person_ids)
    list(InsuredPerson.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _members_from(group: MutualAidGroup, day: dt.date) -> list[GroupMember]:
    """Everyone who has a seat on that day or later."""
    rows = GroupMember.objects.filter(group=group).order_by("seat", "joined_on")
    return [row for row in rows if row.left_on is None or row.left_on > max(day, row.joined_on)]


def _free_seat(group: MutualAidGroup, present: Sequence[GroupMember], policy: Policy) -> int:
    taken = {row.seat for row in present}
    for seat in range(2, policy.max_members + 1):
        if seat not in taken:
            return seat
    raise GroupFull(group, policy.max_members)


def _membership(group: MutualAidGroup, member: NewMember, seat: int, policy: Policy) -> GroupMember:
    return GroupMember(
        group=group,
        person_id=member.person_id,
        seat=seat,
        relation=member.relation,
        exclusive=policy.one_group_per_person,
        joined_on=member.starts_on,
        left_on=member.left_on,
    )


def _share(rows: Sequence[GroupMember], members: Sequence[NewMember]) -> None:
    """One sharing per member that shares, by rank, then in the order given.

    Rule: FORMATS.md, "顺序号 orders the payers": where two have the same number the later takes the next free one.
    Locks: expects the group locked.
    """
    payers = [
        (member.rank, row, member) for row, member in zip(rows, members, strict=True) if member.rank is not None
    ]
    taken = _ranks_from(rows)
    sharings = []
    for wanted, row, member in sorted(payers, key=lambda payer: payer[0]):
        rank = next(rank for rank in count(max(wanted, 1)) if rank not in taken)
        taken.add(rank)
        sharings.append(
            Sharing(
                group_id=row.group_id,
                payer=row,
                rank=rank,
                share_limit=member.share_limit,
                starts_on=row.joined_on,
                ends_on=row.left_on,
            )
        )
    Sharing.objects.bulk_create(sharings)


def _ranks_from(rows: Sequence[GroupMember]) -> set[int]:
    """The ranks that somebody has on the first of these days or later."""
    running = Sharing.objects.filter(group=rows[0].group_id).exclude(ends_on__lte=min(row.joined_on for row in rows))
    return set(running.values_list("rank", flat=True))


def _grant(rows: dict[int, GroupMember], pairs: Iterable[PairFinding]) -> None:
    """One grant per pair that passes, for the days on which both are members. `rows`: by position of the pairs."""
    grants = []
    for pair in pairs:
        if pair.granted:
            payer, beneficiary = rows[pair.payer], rows[pair.beneficiary]
            start = max(payer.joined_on, beneficiary.joined_on)
            end = earlier_of(payer.left_on, beneficiary.left_on)
            if end is None or end > start:
                grants.append(
                    Grant(
                        group_id=payer.group_id,
                        payer=payer,
                        beneficiary=beneficiary,
                        basis=pair.pair.verdict.value,
                        starts_on=start,
                        ends_on=end,
                    )
                )
    Grant.objects.bulk_create(grants)


def earlier_of(*ends: dt.date | None) -> dt.date | None:
    """The earliest of these ends, None being no end."""
    return min((end for end in ends if end is not None), default=None)


def _next_number(region: Region) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('families_group_number')")
        return f"GJ{region.code}{cursor.fetchone()[0]:08d}"
