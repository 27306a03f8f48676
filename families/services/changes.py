"""Changing a group: members join and leave, share otherwise, the owner changes, the group ends.

Nothing is deleted and nothing past is rewritten: what ends gets its last day, what begins is another row. Invariants:
what is written passed the check under lock; an end that was set is moved to a later day by a membership anew only.
Order of the locks: the group's row, then the persons by primary key.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence, Set

from django.db.models import F, Q, QuerySet, Value
from django.db.models.functions import Greatest

from accounts.acting import writes
from accounts.models import Staff
from families.models import Grant, GroupMember, MutualAidGroup, Sharing
from families.models.case import CaseKind
from families.services.groups import (
    GroupFull,
    NewMember,
    NotEligible,
    earlier_of,
    grant_for,
    lock_group,
    lock_persons,
)
from families.services.plans import GroupChange, Place, Plan, plan_change


@writes
def change_group(*, group_id: int, change: GroupChange, by: Staff) -> Plan:
    """Carry out a change, after planning and checking it again on what is locked.

    Rules: DOMAIN.md sections 3 to 5 under the policy of the change's day. The caller sees to it that the day is not
    past where only newcomers may begin in the past. Returns: the plan that was carried out.
    Raises: NotEligible, GroupFull, GroupDissolved; nothing is written then. Locks: the group, then all its persons.
    """
    group = lock_group(group_id, change.day)
    members = GroupMember.objects.filter(group=group).values_list("person", flat=True)
    lock_persons([*members, *(member.person_id for member in change.joins)])
    plan = plan_change(group, change)
    if not plan.preflight.passes:
        raise _refusal(plan)
    _end_memberships(plan)
    _end_sharings_and_grants(plan)
    rows = _begin_memberships(plan)
    _begin_sharings(plan, rows)
    _begin_grants(plan, rows)
    if change.kind == CaseKind.DISSOLVE:
        group.dissolved_on = earlier_of(group.dissolved_on, max(plan.released_on, group.opened_on))
        group.save(update_fields=["dissolved_on"])
    return plan


def add_member(
    *, group_id: int, member: NewMember, declared: Set[tuple[int, int]] = frozenset(), by: Staff
) -> GroupMember:
    """Bind one more person: the lowest seat that stays free, up to the policy's `max_members`.

    `declared`: pairs of persons. Raises: as `change_group`.
    """
    change = GroupChange(CaseKind.ADD, member.starts_on, joins=[member], declared=frozenset(declared))
    change_group(group_id=group_id, change=change, by=by)
    joined = GroupMember.objects.filter(group=group_id, person=member.person_id, joined_on=member.starts_on)
    return joined.exclude(left_on__lte=F("joined_on")).select_related("person").get()


def release_members(
    *, group_id: int, person_ids: Sequence[int], day: dt.date, reason: str, by: Staff
) -> MutualAidGroup:
    """End memberships, with their sharings and grants, `release_lag_days` after `day`. Raises: as `change_group`."""
    change = GroupChange(CaseKind.RELEASE, day, leaves=person_ids, reason=reason)
    return change_group(group_id=group_id, change=change, by=by).group


@writes
def dissolve_group(*, group_id: int, day: dt.date, reason: str, by: Staff) -> MutualAidGroup:
    """End a group with every membership, sharing and grant. Raises: as `change_group`."""
    lock_group(group_id, day)
    members = GroupMember.objects.filter(group=group_id).exclude(left_on__lte=Greatest("joined_on", Value(day)))
    persons = sorted(set(members.values_list("person", flat=True)))
    change = GroupChange(CaseKind.DISSOLVE, day, leaves=persons, reason=reason)
    return change_group(group_id=group_id, change=change, by=by).group


def _refusal(plan: Plan) -> NotEligible:
    if {failure.code for failure in plan.preflight.failures} == {"group_full"}:
        return GroupFull(plan.preflight, plan.group, plan.policy.max_members)
    return NotEligible(plan.preflight)


def _ended(plan: Plan) -> Iterator[tuple[GroupMember, dt.date]]:
    """The stored memberships that end, each with the first day on which it holds no more."""
    for place in plan.places:
        if place.stored is not None and place.leaves:
            yield place.stored, place.joined_on if place.dropped else max(plan.released_on, place.joined_on)
        elif place.stored is not None and place.renewed:
            yield place.stored, place.retermed_from(plan.change.day)


def _end_memberships(plan: Plan) -> None:
    rows = []
    for row, day in _ended(plan):
        row.left_on, row.left_reason = earlier_of(row.left_on, day), plan.change.reason or plan.change.kind
        rows.append(row)
    GroupMember.objects.bulk_update(rows, ["left_on", "left_reason"])


def _end_sharings_and_grants(plan: Plan) -> None:
    for place, day in plan.cuts:
        _cut(Sharing.objects.filter(payer=place.stored), day)
        if place.stops_sharing or place.begins_to_share:
            _cut(Grant.objects.filter(payer=place.stored), day)
    for row, day in _ended(plan):
        _cut(Grant.objects.filter(Q(payer=row) | Q(beneficiary=row)), day)


def _cut(running: QuerySet[Sharing] | QuerySet[Grant], day: dt.date) -> None:
    """What would begin later never begins, what ends sooner stays so."""
    running.exclude(ends_on__lte=day).update(ends_on=Greatest("starts_on", Value(day)))


def _begin_memberships(plan: Plan) -> dict[int, GroupMember]:
    """The memberships of those who stay or join, by position; who joined before stays in the row there is."""
    rows = {}
    for place in plan.staying:
        rows[place.position] = place.stored if place.stored and not place.renewed else _membership(place, plan)
    GroupMember.objects.bulk_create(row for row in rows.values() if row.pk is None)
    return rows


def _membership(place: Place, plan: Plan) -> GroupMember:
    return GroupMember(
        group=plan.group,
        person_id=place.person_id,
        seat=place.seat,
        relation=place.relation,
        exclusive=place.stored.exclusive if place.stored else plan.policy.one_group_per_person,
        joined_on=place.retermed_from(plan.change.day),
        left_on=place.left_on,
    )


def _begin_sharings(plan: Plan, rows: dict[int, GroupMember]) -> None:
    for place, sharing in plan.sharings:
        sharing.group, sharing.payer = plan.group, rows[place.position]
    Sharing.objects.bulk_create(sharing for _place, sharing in plan.sharings)


def _begin_grants(plan: Plan, rows: dict[int, GroupMember]) -> None:
    """A grant for every pair that passes and has somebody new in it, or is declared now."""
    places = {place.position: place for place in plan.staying}
    stops = {place.position: day for place, day in plan.cuts if place.stops_sharing}
    running = set(
        Grant.objects.filter(group=plan.group)
        .exclude(ends_on__lte=Greatest("starts_on", Value(plan.change.day)))
        .values_list("payer", "beneficiary")
    )
    grants = []
    for pair in plan.preflight.pairs:
        payer, taker = places[pair.payer], places[pair.beneficiary]
        if not pair.granted or not _is_new(payer, taker, plan):
            continue
        joined = any(place.stored is None or place.renewed for place in (payer, taker))
        grant = grant_for(
            rows[pair.payer],
            rows[pair.beneficiary],
            pair,
            ends_on=stops.get(pair.payer),
            not_before=dt.date.min if joined else payer.retermed_from(plan.change.day),
        )
        if grant is not None and (grant.payer_id, grant.beneficiary_id) not in running:
            grants.append(grant)
    Grant.objects.bulk_create(grants)


def _is_new(payer: Place, taker: Place, plan: Plan) -> bool:
    fresh = any(place.stored is None or place.renewed for place in (payer, taker))
    return fresh or payer.begins_to_share or (payer.person_id, taker.person_id) in plan.change.declared
