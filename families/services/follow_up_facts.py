"""What has to be followed up on a day, read from memberships, suspensions, moves and policies. Writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, field

from django.db.models import Count, Exists, F, OuterRef, Subquery

from accounts.models import Region, RegionMove, Suspension
from accounts.models.dated import DatedQuerySet, holds_on
from accounts.models.suspension import Cause
from families.models import GroupMember, Sharing
from families.models.follow_up import FollowUpKind
from families.rules.excess import region_not_admitted, relations_not_admitted
from families.rules.policy import Policy
from families.selectors import policy_on

OWNER_SEAT = 1
Key = tuple[int, int | None, str, dt.date]


@dataclass(frozen=True, slots=True)
class Due:
    """`person_id`: None where it is about the whole group; `parameter`: of the policy, where one decides."""

    group_id: int
    person_id: int | None
    kind: FollowUpKind
    since: dt.date
    parameter: str = field(default="", compare=False)

    @property
    def key(self) -> Key:
        return (self.group_id, self.person_id, self.kind.value, self.since)


def due_on(day: dt.date, *, group_ids: Collection[int] | None = None) -> list[Due]:
    """Everything to be followed up on a day, one per group, person and kind. `group_ids`: of these alone."""
    members = GroupMember.objects.on(day)
    if group_ids is not None:
        members = members.filter(group__in=group_ids)
    first: dict[tuple[int, int | None, str], Due] = {}
    for due in (*_suspended(members, day), *_not_admitted(members, day)):
        first.setdefault((due.group_id, due.person_id, due.kind.value), due)
    return list(first.values())


def _suspended(members: DatedQuerySet[GroupMember], day: dt.date) -> Iterator[Due]:
    rows = (
        members.filter(holds_on("person__suspensions", Suspension.period, day))
        .annotate(
            cause=F("person__suspensions__cause"),
            since=F("person__suspensions__starts_on"),
            shares=Exists(Sharing.objects.on(day).filter(payer=OuterRef("pk"))),
        )
        .order_by("pk")
        .values_list("group", "person", "seat", "shares", "cause", "since")
    )
    for group_id, person_id, seat, shares, cause, since in rows:
        yield Due(group_id, person_id, _kind_of(cause, seat == OWNER_SEAT, shares), since)


def _kind_of(cause: str, owns: bool, shares: bool) -> FollowUpKind:
    if cause == Cause.CARD_LENDING:
        return FollowUpKind.CARD_LENDING
    if cause == Cause.DEATH:
        return FollowUpKind.OWNER_DIED if owns else FollowUpKind.MEMBER_DIED
    if owns:
        return FollowUpKind.OWNER_SUSPENDED
    return FollowUpKind.PAYER_SUSPENDED if shares else FollowUpKind.MEMBER_SUSPENDED


@dataclass(frozen=True, slots=True)
class _Office:
    """The members bound in one region, and the policy that holds there."""

    region: Region
    policy: Policy
    members: DatedQuerySet[GroupMember]
    day: dt.date

    def since(self, parameter: str, joined_on: dt.date) -> dt.date:
        origin = self.policy.origins.get(parameter)
        return max(origin.effective_on, joined_on) if origin else joined_on

    def excess(self, parameter: str, group_id: int, person_id: int | None, joined_on: dt.date) -> Due:
        since = self.since(parameter, joined_on)
        return Due(group_id, person_id, FollowUpKind.POLICY_EXCESS, since, parameter)


def _not_admitted(members: DatedQuerySet[GroupMember], day: dt.date) -> Iterator[Due]:
    """A handful of queries per region, however many families it has."""
    for region in Region.objects.filter(pk__in=members.values("group__region")):
        office = _Office(region, policy_on(region, day), members.filter(group__region=region), day)
        for find in _EXCESSES:
            yield from find(office)


def _too_many(office: _Office) -> Iterator[Due]:
    groups = office.members.order_by().values("group", "group__opened_on").annotate(n=Count("pk"))
    most = office.policy.max_members
    for group_id, opened_on in groups.filter(n__gt=most).values_list("group", "group__opened_on"):
        yield office.excess("max_members", group_id, None, opened_on)


def _relations(office: _Office) -> Iterator[Due]:
    present = office.members.order_by().values_list("relation", flat=True).distinct()
    refused = relations_not_admitted(present, office.policy)
    rows = office.members.filter(relation__in=refused) if refused else office.members.none()
    for group_id, person_id, relation, joined_on in rows.values_list("group", "person", "relation", "joined_on"):
        yield office.excess(refused[relation], group_id, person_id, joined_on)


def _regions(office: _Office) -> Iterator[Due]:
    """Insured where the policy of the family's region does not admit it: because of a move, or of the policy."""
    home = (office.region.province, office.region.city)
    refused: dict[str, str] = {
        region.code: parameter
        for region in Region.objects.filter(pk__in=office.members.values("person__region"))
        if (parameter := region_not_admitted(home, (region.province, region.city), office.policy))
    }
    if not refused:
        return
    moves = RegionMove.objects.filter(person=OuterRef("person"), applied_at__isnull=False).order_by("-moves_on")
    rows = office.members.filter(person__region__in=refused).annotate(moved_on=Subquery(moves.values("moves_on")[:1]))
    for member in rows.select_related("person"):
        parameter = refused[member.person.region_id]
        since = office.since(parameter, member.joined_on)
        if since > member.joined_on and (member.moved_on is None or member.moved_on < since):
            yield office.excess(parameter, member.group_id, member.person_id, member.joined_on)
        else:
            since = member.moved_on or member.joined_on
            yield Due(member.group_id, member.person_id, FollowUpKind.MOVED_AWAY, since, parameter)


def _two_groups(office: _Office) -> Iterator[Due]:
    """Of two memberships on a day one at least is not exclusive: few are, and the search begins with them."""
    if not office.policy.one_group_per_person:
        return
    elsewhere = GroupMember.objects.on(office.day).filter(person=OuterRef("person")).exclude(pk=OuterRef("pk"))
    loose = GroupMember.objects.on(office.day).filter(exclusive=False).values("person")
    rows = office.members.filter(person__in=loose).filter(Exists(elsewhere))
    for group_id, person_id, joined_on in rows.values_list("group", "person", "joined_on"):
        yield office.excess("one_group_per_person", group_id, person_id, joined_on)


# What a policy may no longer admit, the first named where several hold for one person.
_EXCESSES: tuple[Callable[[_Office], Iterator[Due]], ...] = (_too_many, _relations, _regions, _two_groups)
