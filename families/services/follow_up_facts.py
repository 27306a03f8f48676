"""What has to be followed up on a day, read from memberships, suspensions, moves and policies. Writes nothing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field

from django.db.models import Exists, F, OuterRef, Subquery

from accounts.models import Region, RegionMove, Suspension
from accounts.models.dated import DatedQuerySet, holds_on
from accounts.models.suspension import Cause
from families.beyond_policy import PLACES, Rows, rows_beyond
from families.models import GroupMember, MutualAidGroup, Sharing
from families.models.follow_up import FollowUpKind
from families.rules.policy import Policy
from families.selectors import policies_in

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
    """Everything to be followed up on a day, one per group, person and kind. `group_ids`: of these alone.

    Where several hold, the one that began last: it is not hidden by what a clerk closed before.
    """
    members = GroupMember.objects.on(day)
    if group_ids is not None:
        members = members.filter(group__in=group_ids)
    found = (*_suspended(members, day), *_not_admitted(day, group_ids))
    last: dict[tuple[int, int | None, str], Due] = {}
    for due in sorted(found, key=lambda due: due.since, reverse=True):
        last.setdefault((due.group_id, due.person_id, due.kind.value), due)
    return list(last.values())


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


def _not_admitted(day: dt.date, group_ids: Collection[int] | None) -> Iterator[Due]:
    """What the policy admits no more, since it was bound or since the policy is in force, whichever came last."""
    regions = Region.objects.all()
    if group_ids is not None:
        regions = regions.filter(pk__in=MutualAidGroup.objects.filter(pk__in=group_ids).values("region"))
    policies = policies_in(regions, day)
    for parameter, found in rows_beyond(policies, day):
        rows = found if group_ids is None else found.filter(group_id__in=group_ids)
        yield from (_away if parameter in PLACES else _excesses)(parameter, rows, policies)


def _excesses(parameter: str, rows: Rows, policies: Mapping[str, Policy]) -> Iterator[Due]:
    for group_id, person_id, region, bound_on in rows.values_list("group_id", "who", "group__region_id", "bound_on"):
        since = _since(policies[region], parameter, bound_on)
        yield Due(group_id, person_id, FollowUpKind.POLICY_EXCESS, since, parameter)


def _since(policy: Policy, parameter: str, bound_on: dt.date) -> dt.date:
    origin = policy.origins.get(parameter)
    return max(origin.effective_on, bound_on) if origin else bound_on


def _away(parameter: str, rows: Rows, policies: Mapping[str, Policy]) -> Iterator[Due]:
    """Insured elsewhere than the owner: because one of the two moved, the last of them named, or of the policy."""
    moves = RegionMove.objects.filter(applied_at__isnull=False).order_by("-moves_on")
    dated = rows.annotate(
        region=F("group__region_id"),
        moved_on=Subquery(moves.filter(person=OuterRef("who")).values("moves_on")[:1]),
        owner_moved_on=Subquery(moves.filter(person=OuterRef("owner")).values("moves_on")[:1]),
    )
    for row in dated:
        since = _since(policies[row["region"]], parameter, row["bound_on"])
        moved = [(row["moved_on"], row["who"]), (row["owner_moved_on"], row["owner"])]
        last = max(((day, who) for day, who in moved if day and day >= since), default=None)
        if last is None:
            yield Due(row["group_id"], row["who"], FollowUpKind.POLICY_EXCESS, since, parameter)
        else:
            yield Due(row["group_id"], last[1], FollowUpKind.MOVED_AWAY, last[0], parameter)
