"""What each member shares after a change: whose sharing ends when, and what begins instead."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from families.models import Sharing
from families.services.groups import earlier_of, next_free
from families.services.plans.shapes import Place, Plan


def plan_sharings(plan: Plan) -> None:
    for place in plan.places:
        cut = _cut_on(place, plan)
        if cut is not None:
            plan.cuts.append((place, cut))
    joining = [place for place in plan.staying if place.stored is None and place.rank is not None]
    for place in plan.staying:
        if place not in joining:
            plan.sharings += [(place, sharing) for sharing in _new_sharings(place, plan)]
    kept = [sharing for _place, sharing in plan.sharings] + [sharing for _place, sharing in kept_sharings(plan)]
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


def kept_sharings(plan: Plan) -> Iterator[tuple[Place, Sharing]]:
    """The stored sharings with the days that the plan leaves them."""
    cuts = {place.position: day for place, day in plan.cuts}
    for place in plan.places:
        for one in place.sharings:
            end = earlier_of(one.ends_on, cuts.get(place.position))
            if end is None or end > one.starts_on:
                yield place, Sharing(rank=one.rank, starts_on=one.starts_on, ends_on=end)
