"""Binding a family. With changes.py and merging.py the only writers of groups, memberships, sharings and grants.

Invariant: a write happens only after the pre-flight check passed on facts read under lock. Order of the locks:
the group's row, then the persons by primary key (DESIGN.md "Laws"); the database refuses what would slip through.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import InsuredPerson, Region, Staff
from families.models import Grant, GroupMember, MutualAidGroup, Sharing
from families.rules.facts import Applicant
from families.rules.findings import PairFinding, Preflight
from families.rules.preflight import check_family
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
    members = _until_owner_leaves(members)
    group = MutualAidGroup.objects.create(
        number=_next_number(region), region=region, opened_on=first_day, dissolved_on=members[0].left_on
    )
    rows = GroupMember.objects.bulk_create(
        GroupMember(
            group=group,
            person_id=member.person_id,
            seat=seat,
            relation=member.relation,
            exclusive=policy.one_group_per_person,
            joined_on=member.starts_on,
            left_on=member.left_on,
        )
        for seat, member in enumerate(members, start=1)
    )
    _share(rows, members)
    _grant(dict(enumerate(rows, start=1)), preflight.pairs)
    return group


def applicants_of(members: Sequence[NewMember]) -> list[Applicant]:
    """A new family as the pre-flight check takes it. Locks: expects the persons locked where it is written."""
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
    return [replace(member, left_on=earlier_of(member.left_on, members[0].left_on)) for member in members]


def lock_group(group_id: int, day: dt.date) -> MutualAidGroup:
    """The group, locked. Raises: GroupDissolved when it is no more by that day."""
    group = MutualAidGroup.objects.select_for_update(of=("self",)).select_related("region").get(pk=group_id)
    if group.dissolved_on is not None and group.dissolved_on <= day:
        raise GroupDissolved(group)
    return group


def lock_persons(person_ids: Iterable[int]) -> None:
    """In the order of the primary key; no_key, because other tables may go on pointing at the persons."""
    ids = set(person_ids)
    list(InsuredPerson.objects.filter(pk__in=ids).order_by("pk").select_for_update(no_key=True).values_list("pk"))


def _share(rows: Sequence[GroupMember], members: Sequence[NewMember]) -> None:
    """One sharing per member that shares, by rank, then in the order given.

    Rule: FORMATS.md, "顺序号 orders the payers": where two have the same number the later takes the next free one.
    """
    payers = [
        (member.rank, row, member) for row, member in zip(rows, members, strict=True) if member.rank is not None
    ]
    taken: set[int] = set()
    sharings = []
    for wanted, row, member in sorted(payers, key=lambda payer: payer[0]):
        rank = next_free(wanted, taken)
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


def next_free(wanted: int, taken: Set[int]) -> int:
    """The wanted rank, or the first after it that nobody has."""
    rank = max(wanted, 1)
    while rank in taken:
        rank += 1
    return rank


def _grant(rows: dict[int, GroupMember], pairs: Iterable[PairFinding]) -> None:
    """One grant per pair that passes. `rows`: by position of the pairs."""
    grants = (grant_for(rows[pair.payer], rows[pair.beneficiary], pair) for pair in pairs if pair.granted)
    Grant.objects.bulk_create(grant for grant in grants if grant is not None)


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
        payer=payer,
        beneficiary=beneficiary,
        basis=pair.pair.verdict.value,
        starts_on=start,
        ends_on=end,
    )


def earlier_of(*ends: dt.date | None) -> dt.date | None:
    """The earliest of these ends, None being no end."""
    return min((end for end in ends if end is not None), default=None)


def _next_number(region: Region) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('families_group_number')")
        return f"GJ{region.code}{cursor.fetchone()[0]:08d}"
