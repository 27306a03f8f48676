"""What a group would be after a change: who joins, leaves, shares otherwise or is stated anew, and whether it may.

A plan is made from what is stored and written by changes.py; the counter shows the same plan before anyone signs.
It locks nothing: who writes it holds the group and its persons already. What nobody asked to change is not touched,
whatever the policy says by now: nothing bound is cut off by a new version.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import combinations

from families.models import Grant, GroupMember, MutualAidGroup, Sharing
from families.models.case import CaseKind
from families.rules.facts import Applicant, Leaver, PersonFacts
from families.rules.kinship import OWNER
from families.rules.policy import SEATS, Policy
from families.rules.preflight import NORMAL, Finding, Level, Preflight, check_family, check_leavers
from families.selectors import facts_for, policy_on
from families.services.groups import NewMember, earlier_of, next_free

WHOLE_FAMILY = (CaseKind.HAND_OVER, CaseKind.DISSOLVE)


@dataclass(frozen=True, slots=True)
class MemberTerms:
    """What holds for a member from the day on, in full. `rank`: None shares nothing; `share_limit`: yuan per year."""

    person_id: int
    relation: str
    rank: int | None = None
    share_limit: Decimal | None = None
    left_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class GroupChange:
    """What is asked for. `leaves`: persons; `declared`: pairs of persons, payer and beneficiary."""

    kind: str
    day: dt.date
    joins: Sequence[NewMember] = ()
    terms: Sequence[MemberTerms] = ()
    leaves: Sequence[int] = ()
    declared: frozenset[tuple[int, int]] = frozenset()
    reason: str = ""


@dataclass(slots=True)
class Place:
    """One person of the family as it is to be. `stored`: the membership there is, None for who joins.

    `position`: the seat, or a number beyond the seats for who has none of their own in the check. `follows`: another
    membership of the same person comes before; `dropped`: it never begins, because new terms take its place.
    """

    position: int
    person_id: int
    stored: GroupMember | None
    seat: int
    relation: str
    joined_on: dt.date
    left_on: dt.date | None
    rank: int | None = None
    share_limit: Decimal | None = None
    sharings: list[Sharing] = field(default_factory=list)
    leaves: bool = False
    named: bool = False
    follows: bool = False
    dropped: bool = False

    @property
    def renewed(self) -> bool:
        """Whether the membership ends and begins anew: seat, relation and period are never rewritten."""
        old = self.stored
        return old is not None and (old.seat, old.relation, old.left_on) != (self.seat, self.relation, self.left_on)

    @property
    def shared(self) -> bool:
        return bool(self.sharings)

    @property
    def begins_to_share(self) -> bool:
        """As a member, or again after a stop that is still to come."""
        if self.stored is None or self.rank is None or not self.named:
            return False
        return not self.shared or self.sharings[-1].ends_on != self.stored.left_on

    @property
    def stops_sharing(self) -> bool:
        return not self.leaves and self.shared and self.rank is None

    @property
    def leaves_sooner(self) -> bool:
        """A last day set or brought forward: whoever stays until then is released by it."""
        if self.stored is None or self.leaves or self.left_on is None:
            return False
        return self.stored.left_on is None or self.left_on < self.stored.left_on

    def retermed_from(self, day: dt.date) -> dt.date:
        return max(day, self.stored.joined_on) if self.stored else self.joined_on


@dataclass(slots=True)
class Plan:
    """The places with the owner first, what the check says, and whose sharing runs from when to when.

    `strangers`: who is named and no member, by position.
    """

    group: MutualAidGroup
    change: GroupChange
    policy: Policy
    places: list[Place]
    preflight: Preflight
    sharings: list[tuple[Place, Sharing]] = field(default_factory=list)
    cuts: list[tuple[Place, dt.date]] = field(default_factory=list)
    strangers: dict[int, int] = field(default_factory=dict)

    @property
    def released_on(self) -> dt.date:
        """The first day on which those who leave are gone: a hand-over leaves no day without an owner."""
        lag = 0 if self.change.kind == CaseKind.HAND_OVER else self.policy.release_lag_days
        return self.change.day + dt.timedelta(days=lag)

    @property
    def in_force_on(self) -> dt.date:
        """The first day on which everything that was asked for holds."""
        ends = any((place.leaves and not place.dropped) or place.stops_sharing for place in self.places)
        turns = [sharing.starts_on for place, sharing in self.sharings if place.stored is not None]
        return max([self.released_on if ends else self.change.day, *turns])

    @property
    def staying(self) -> list[Place]:
        return [place for place in self.places if not place.leaves]


def plan_change(group: MutualAidGroup, change: GroupChange) -> Plan:
    """Plan a change of a group under the policy of its day."""
    policy = policy_on(group.region, change.day)
    places = _places(group, change.day)
    strangers = _take(places, change, group.dissolved_on)
    plan = Plan(group, change, policy, places, Preflight(()))
    _hold_until_released(plan)
    _seat_owner(places, change.kind)
    _seat_extended(places)
    places += _joiners(group, change, policy, places)
    places.sort(key=lambda place: (place.leaves, place.relation != OWNER))
    first = max([2 * SEATS, *(place.position + 1 for place in places)])
    plan.strangers = dict(enumerate(strangers, start=first))
    _plan_sharings(plan)
    plan.preflight = _check(plan)
    return plan


def _places(group: MutualAidGroup, day: dt.date) -> list[Place]:
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


def _take(places: list[Place], change: GroupChange, group_ends_on: dt.date | None) -> list[int]:
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


def _hold_until_released(plan: Plan) -> None:
    """A last day is brought forward no further than a release would: `release_lag_days` (1 Xiaogan)."""
    for place in plan.places:
        if place.leaves_sooner and place.left_on is not None and place.left_on > plan.change.day:
            held = max(place.left_on, plan.released_on)
            place.left_on = earlier_of(held, place.stored.left_on if place.stored else None)


def _seat_owner(places: list[Place], kind: str) -> None:
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


def _seat_extended(places: list[Place]) -> None:
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


def _joiners(group: MutualAidGroup, change: GroupChange, policy: Policy, places: Sequence[Place]) -> Iterator[Place]:
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


# Sharings: whose ends when, and what begins instead.


def _plan_sharings(plan: Plan) -> None:
    for place in plan.places:
        cut = _cut_on(place, plan)
        if cut is not None:
            plan.cuts.append((place, cut))
    joining = [place for place in plan.staying if place.stored is None and place.rank is not None]
    for place in plan.staying:
        if place not in joining:
            plan.sharings += [(place, sharing) for sharing in _new_sharings(place, plan)]
    kept = [sharing for _place, sharing in plan.sharings] + [sharing for _place, sharing in _kept(plan)]
    for place in sorted(joining, key=lambda place: place.rank or 0):
        met = {one.rank for one in kept if one.ends_on is None or one.ends_on > place.joined_on}
        sharing = _sharing(place, next_free(place.rank or 1, met), place.joined_on)
        kept.append(sharing)
        plan.sharings.append((place, sharing))


def _cut_on(place: Place, plan: Plan) -> dt.date | None:
    """The first day on which what the member shares by now holds no more; None where it goes on."""
    if place.stored is None or not place.shared:
        return None
    if place.leaves:
        return place.joined_on if place.dropped else plan.released_on
    if place.stops_sharing:
        return place.retermed_from(plan.change.day if place.renewed else plan.released_on)
    return place.retermed_from(plan.change.day) if _is_retermed(place) else None


def _is_retermed(place: Place) -> bool:
    if place.renewed or place.begins_to_share:
        return True
    last = place.sharings[-1] if place.shared and place.named else None
    return last is not None and (last.rank, last.share_limit) != (place.rank, place.share_limit)


def _new_sharings(place: Place, plan: Plan) -> list[Sharing]:
    """What a member shares from the day on; another order waits for `order_change_lag_days` (1 Huanggang)."""
    if place.rank is None or not _is_retermed(place):
        return []
    start = place.retermed_from(plan.change.day)
    before = next((one for one in place.sharings if one.ends_on is None or one.ends_on > start), None)
    waits = before is not None and before.rank != place.rank and not place.renewed
    pending = (one.starts_on for one in place.sharings if one.rank == place.rank and one.starts_on > start)
    turn = next(pending, start + dt.timedelta(days=plan.policy.order_change_lag_days)) if waits else start
    steps = [_sharing(place, place.rank, turn)]
    if before is not None and turn > start:
        steps.insert(0, _sharing(place, before.rank, start, earlier_of(turn, place.left_on)))
    return [one for one in steps if one.ends_on is None or one.ends_on > one.starts_on]


def _sharing(place: Place, rank: int, start: dt.date, end: dt.date | None = None) -> Sharing:
    return Sharing(
        rank=rank, share_limit=place.share_limit, starts_on=start, ends_on=end if end is not None else place.left_on
    )


def _kept(plan: Plan) -> Iterator[tuple[Place, Sharing]]:
    """The stored sharings with the days that the plan leaves them."""
    cuts = {place.position: day for place, day in plan.cuts}
    for place in plan.places:
        for one in place.sharings:
            end = earlier_of(one.ends_on, cuts.get(place.position))
            if end is None or end > one.starts_on:
                yield place, Sharing(rank=one.rank, starts_on=one.starts_on, ends_on=end)


# The check.


def _check(plan: Plan) -> Preflight:
    facts = facts_for([*(place.person_id for place in plan.places), *plan.strangers.values()], day=plan.change.day)
    findings = list(check_leavers(_leavers(plan, facts), policy=plan.policy))
    findings += _check_form(plan)
    asked_only_to_go = plan.change.kind in (CaseKind.RELEASE, CaseKind.DISSOLVE) and not (
        plan.change.joins or plan.change.terms
    )
    if asked_only_to_go or not plan.staying or any(finding.code == "owner_changes" for finding in findings):
        return Preflight(tuple(sorted(findings, key=lambda finding: finding.position)))
    family = check_family(
        [_applicant(place, facts, plan) for place in plan.staying], policy=plan.policy, declared=_declared(plan)
    )
    return Preflight(
        tuple(sorted([*findings, *family.findings], key=lambda finding: finding.position)), pairs=family.pairs
    )


def _applicant(place: Place, facts: dict[int, PersonFacts], plan: Plan) -> Applicant:
    starts_on = place.retermed_from(plan.change.day) if place.renewed else place.joined_on
    return Applicant(
        position=place.position,
        facts=facts[place.person_id],
        relation=place.relation,
        shares=place.rank is not None or place.stops_sharing,
        starts_on=starts_on,
        ends_on=place.left_on,
        already_member=place.stored is not None,
        restated=place.renewed,
        begins_to_share=place.begins_to_share or (place.renewed and place.relation == OWNER),
        seat=place.seat,
        group_number=plan.group.number,
    )


def _leavers(plan: Plan, facts: dict[int, PersonFacts]) -> Iterator[Leaver]:
    change = plan.change
    gone = [place for place in plan.places if place.leaves and not place.follows]
    ending = [place for place in plan.staying if place.stops_sharing or place.leaves_sooner]
    family_must_go = change.kind == CaseKind.DISSOLVE and any(
        place.relation == OWNER and facts[place.person_id].status != NORMAL for place in gone
    )
    for place in [*gone, *ending]:
        known = facts[place.person_id]
        yield Leaver(
            position=place.position,
            facts=known,
            bound_since=known.bound_since(plan.group.number, change.day),
            leaves_on=_asked_to_leave_on(place, plan),
            owner_stays=place.leaves and place.relation == OWNER and change.kind not in WHOLE_FAMILY,
            must_go=family_must_go or known.status != NORMAL,
            stops_sharing=place.stops_sharing and not place.leaves_sooner,
        )
    for position, person_id in plan.strangers.items():
        yield Leaver(position, facts[person_id], change.day, change.day, is_member=False)


def _asked_to_leave_on(place: Place, plan: Plan) -> dt.date:
    """The day on which a release would have been asked for, for a last day that is brought forward."""
    if not place.leaves_sooner or place.stops_sharing or place.left_on is None:
        return plan.change.day
    return max(plan.change.day, place.left_on - (plan.released_on - plan.change.day))


def _check_form(plan: Plan) -> Iterator[Finding]:
    """What the form itself lacks, or says twice."""
    yield from _check_named(plan)
    yield from _check_owner_later(plan)
    for place in plan.staying:
        if place.stored is not None and place.seat > SEATS:
            yield Finding("seats", Level.FAIL, place.position, "group_full", "max_members", str(SEATS))
    yield from _check_ranks(plan)


def _check_named(plan: Plan) -> Iterator[Finding]:
    """Whom the business has to name, and who is named twice; somebody owns the group afterwards, or it ends."""
    named = Counter([*plan.change.leaves, *(terms.person_id for terms in plan.change.terms)])
    for place in plan.places:
        if plan.change.kind in WHOLE_FAMILY and not place.named:
            yield Finding("complete", Level.FAIL, place.position, code="member_missing")
        if named[place.person_id] > 1 and not place.follows:
            yield Finding("once", Level.FAIL, place.position, code="duplicate_row")
        if plan.change.kind == CaseKind.HAND_OVER and not plan.staying and place.relation == OWNER:
            yield Finding("owner_stays", Level.FAIL, place.position, code="owner_stays")


def _check_owner_later(plan: Plan) -> Iterator[Finding]:
    """Relations are those to the owner: what begins before another owner does is not known from then on."""
    owners = [place for place in plan.staying if place.stored is not None and place.stored.relation == OWNER]
    if len(owners) < 2 or not (plan.change.joins or plan.change.terms):
        return
    turn = max(place.joined_on for place in owners)
    for place in plan.staying:
        if place.named and not place.follows and place.retermed_from(plan.change.day) < turn:
            yield Finding("one_owner", Level.FAIL, place.position, code="owner_changes", earliest_on=turn)


def _check_ranks(plan: Plan) -> Iterator[Finding]:
    """Two accounts at the same place in the order."""
    running = [*plan.sharings, *_kept(plan)]
    for (place, one), (other, another) in combinations(running, 2):
        if place is not other and one.rank == another.rank and _meet(one, another):
            later = max(place, other, key=lambda each: (each.named, each.position))
            yield Finding("rank", Level.FAIL, later.position, code="rank_taken", value=str(one.rank))


def _meet(one: Sharing, other: Sharing) -> bool:
    return (one.ends_on is None or other.starts_on < one.ends_on) and (
        other.ends_on is None or one.starts_on < other.ends_on
    )


def _declared(plan: Plan) -> set[tuple[int, int]]:
    """Positions of the pairs that the family declares now or declared before."""
    positions = {place.person_id: place.position for place in plan.staying}
    before = Grant.objects.filter(group=plan.group, basis="declare").exclude(ends_on__lte=plan.change.day)
    pairs: Iterable[tuple[int, int]] = [
        *plan.change.declared,
        *before.values_list("payer__person", "beneficiary__person"),
    ]
    return {
        (positions[payer], positions[taker]) for payer, taker in pairs if payer in positions and taker in positions
    }
