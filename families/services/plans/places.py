"""Who has which place after a change: present members, leavers, the next owner, newcomers."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterator, Sequence, Set

from families.models import GroupMember, MutualAidGroup, Sharing
from families.models.case import CaseKind
from families.rules.kinship import OWNER
from families.rules.policy import SEATS, Policy
from families.services.groups import earlier_of
from families.services.plans.shapes import GroupChange, Place, Plan


def places_of(group: MutualAidGroup, day: dt.date) -> list[Place]:
    """Everyone who has a seat on the day or later, with what they share by then."""
    rows = GroupMember.objects.filter(group=group).select_related("person").order_by("seat", "joined_on")
    present = [row for row in rows if row.left_on is None or row.left_on > max(day, row.joined_on)]
    sharings = defaultdict(list)
    running = Sharing.objects.filter(group=group).exclude(ends_on__lte=day).order_by("starts_on", "pk")
    for sharing in running:
        if sharing.ends_on != sharing.starts_on:
            sharings[sharing.payer_id].append(sharing)
    places = [
        _place(row, position, sharings[row.pk]) for position, row in zip(_positions(present), present, strict=True)
    ]
    seen: set[int] = set()
    for place in sorted(places, key=lambda place: place.joined_on):
        place.follows = place.person_id in seen
        seen.add(place.person_id)
    return places


def _place(row: GroupMember, position: int, sharings: list[Sharing]) -> Place:
    last = sharings[-1] if sharings else None
    return Place(
        position=position,
        person_id=row.person_id,
        stored=row,
        seat=row.seat,
        relation=row.relation,
        joined_on=row.joined_on,
        left_on=row.left_on,
        rank=last.rank if last else None,
        share_limit=last.share_limit if last else None,
        sharings=sharings,
    )


def _positions(present: Sequence[GroupMember]) -> Iterator[int]:
    """The seats; whoever takes a seat after somebody who is still to leave it gets a number beyond the seats."""
    seen: set[int] = set()
    for row in present:
        position = row.seat if row.seat not in seen else SEATS + len(seen)
        seen.add(position)
        yield position


def take(places: list[Place], change: GroupChange, group_ends_on: dt.date | None) -> list[int]:
    """Put what is asked for into the places. Returns: persons who are named and no members.

    An owner has no last day but the group's. What was planned for later gives way to what is asked for now.
    """
    by_person = {place.person_id: place for place in places if not place.follows}
    for terms in change.terms:
        place = by_person.get(terms.person_id)
        if place is not None:
            place.relation = terms.relation
            place.left_on = earlier_of(None if terms.relation == OWNER else terms.left_on, group_ends_on)
            place.rank, place.share_limit = terms.rank, terms.share_limit
    stated, gone = {terms.person_id for terms in change.terms}, set(change.leaves)
    for place in places:
        place.named = place.person_id in stated | gone
        place.dropped = place.follows and place.person_id in stated
        place.leaves = place.dropped or place.person_id in gone
    return [one for one in [*change.leaves, *(terms.person_id for terms in change.terms)] if one not in by_person]


def hold_until_released(plan: Plan) -> None:
    """A last day is brought forward no further than a release would: `release_lag_days` (1 Xiaogan)."""
    for place in plan.places:
        if place.leaves_sooner and place.left_on is not None and place.left_on > plan.change.day:
            held = max(place.left_on, plan.released_on)
            place.left_on = earlier_of(held, place.stored.left_on if place.stored else None)


def seat_owner(places: list[Place], kind: str) -> None:
    """The new owner takes seat 1; who was the owner and stays takes the lowest seat that is free then."""
    owners = [place for place in places if place.relation == OWNER and not place.leaves]
    if kind != CaseKind.HAND_OVER or len(owners) != 1:
        return
    (owner,) = owners
    taken = {place.seat for place in places if place is not owner and not place.dropped}
    for place in places:
        if place.seat == 1 and place is not owner and not place.leaves:
            place.seat = _free_seat(taken)
    owner.seat = 1


def seat_extended(places: list[Place]) -> None:
    """Who stays longer than planned takes another seat where somebody has the own one by then."""
    for place in places:
        others = [other for other in places if other is not place and not other.leaves]
        if place.renewed and any(other.seat == place.seat and _overlap(place, other) for other in others):
            place.seat = _free_seat({other.seat for other in others})


def _overlap(one: Place, other: Place) -> bool:
    return (one.left_on is None or other.joined_on < one.left_on) and (
        other.left_on is None or one.joined_on < other.left_on
    )


def _free_seat(taken: Set[int]) -> int:
    """The lowest but the owner's, or one beyond the seats, which the check refuses."""
    return next(seat for seat in range(2, len(taken) + 3) if seat not in taken)


def joiners(group: MutualAidGroup, change: GroupChange, policy: Policy, places: Sequence[Place]) -> Iterator[Place]:
    """Each takes the lowest seat that stays free; a group that ends takes them along: nobody outstays it."""
    taken = {place.seat for place in places}
    positions = {place.position for place in places}
    for member in change.joins:
        seat = next((seat for seat in range(2, policy.max_members + 1) if seat not in taken), max(*taken, SEATS) + 1)
        position = seat if seat not in positions else max(*positions, SEATS) + 1
        taken.add(seat)
        positions.add(position)
        yield Place(
            position=position,
            person_id=member.person_id,
            stored=None,
            seat=seat,
            relation=member.relation,
            joined_on=member.starts_on,
            left_on=earlier_of(member.left_on, group.dissolved_on),
            rank=member.rank,
            share_limit=member.share_limit,
            named=True,
        )
