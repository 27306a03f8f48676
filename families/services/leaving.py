"""Leaving: a member is released, a group is dissolved. Nothing is deleted: memberships, sharings and grants end.

Invariant: an end is never moved to a later day. Order of the locks: the group's row, then its members.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

from django.db.models import Q, QuerySet, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Staff
from families.models import Grant, GroupMember, MutualAidGroup, Sharing
from families.rules.kinship import OWNER
from families.selectors import policy_on
from families.services.groups import earlier_of, lock_group


class BoundTooShort(Exception):
    """`min_bind_days` have not passed since the member joined."""

    def __init__(self, earliest_on: dt.date) -> None:
        self.earliest_on = earliest_on
        super().__init__(_("May be released from {day} at the earliest.").format(day=earliest_on))


class OwnerStays(Exception):
    """The owner leaves by handing over or by dissolving the group, not by a release."""

    def __init__(self) -> None:
        super().__init__(_("The owner cannot be released: hand the group over or dissolve it."))


class AlreadyReleased(Exception):
    """The membership has ended by that day: releasing it again would lengthen it. Nothing was written."""

    def __init__(self, member: GroupMember) -> None:
        self.member = member
        super().__init__(_("Released already: no member since {day}.").format(day=member.left_on))


@writes
def release_member(*, member_id: int, day: dt.date, reason: str, by: Staff) -> GroupMember:
    """End a membership, with its sharing and grants, `release_lag_days` after `day`.

    A membership that ends sooner anyway keeps its end.
    Raises: OwnerStays, AlreadyReleased, BoundTooShort (`min_bind_days`), GroupDissolved; nothing is written then.
    Locks: the group, then the member.
    """
    group_id = GroupMember.objects.values_list("group", flat=True).get(pk=member_id)
    group = lock_group(group_id, day)
    member = GroupMember.objects.select_for_update(of=("self",)).get(pk=member_id)
    if member.relation == OWNER:
        raise OwnerStays
    if member.left_on is not None and member.left_on <= day:
        raise AlreadyReleased(member)
    policy = policy_on(group.region, day)
    earliest = member.joined_on + dt.timedelta(days=policy.min_bind_days)
    if day < earliest:
        raise BoundTooShort(earliest)
    _end([member], day + dt.timedelta(days=policy.release_lag_days), reason)
    return member


@writes
def dissolve_group(*, group_id: int, day: dt.date, reason: str, by: Staff) -> MutualAidGroup:
    """End a group on a day, with every membership, sharing and grant.

    Raises: GroupDissolved. Locks: the group, then its members.
    """
    group = lock_group(group_id, day)
    rows = list(GroupMember.objects.select_for_update().filter(group=group).order_by("pk"))
    _end([row for row in rows if row.left_on is None or row.left_on > day], day, reason)
    group.dissolved_on = max(day, group.opened_on)
    group.save(update_fields=["dissolved_on"])
    return group


def _end(rows: Sequence[GroupMember], day: dt.date, reason: str) -> None:
    """End memberships and all that hangs on them; what would begin later never begins, what ends sooner stays so."""
    for row in rows:
        row.left_on, row.left_reason = earlier_of(row.left_on, max(day, row.joined_on)), reason
    GroupMember.objects.bulk_update(rows, ["left_on", "left_reason"])
    _cut(Sharing.objects.filter(payer__in=rows), day)
    _cut(Grant.objects.filter(Q(payer__in=rows) | Q(beneficiary__in=rows)), day)


def _cut(running: QuerySet[Sharing] | QuerySet[Grant], day: dt.date) -> None:
    running.exclude(ends_on__lte=day).update(ends_on=Greatest("starts_on", Value(day)))
