"""What happened to a group, by day: told from its dated rows, each turn with the case that brought it about.

Pure. Invariants: rows that hold no day tell nothing; a membership that follows another of the same person on the same
day is no leaving and no joining, but what differs between the two.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import pairwise
from typing import Literal

from families.rules.kinship import OWNER

What = Literal[
    "founded", "handed_over", "joined", "relation", "shares", "order", "limit", "term", "stops_sharing", "left",
    "dissolved",
]  # fmt: skip
# In this order within a day.
WHATS: tuple[What, ...] = (
    "founded", "dissolved", "handed_over", "joined", "left", "relation", "term", "shares", "order", "limit",
    "stops_sharing",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Membership:
    """`person`: any key that tells persons apart; `left_on`: the first day no longer, None for until released."""

    person: int
    relation: str
    joined_on: dt.date
    left_on: dt.date | None = None
    reason: str = ""

    @property
    def holds_a_day(self) -> bool:
        return self.joined_on != self.left_on


@dataclass(frozen=True, slots=True)
class Share:
    """What a person shares. `limit`: yuan per year, None without."""

    person: int
    rank: int
    limit: Decimal | None
    starts_on: dt.date
    ends_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class Effect:
    """What an effective case does to one person: between which days, and on which day it lets an agreed end come."""

    case: int
    person: int
    first_on: dt.date
    last_on: dt.date
    ends_on: dt.date | None = None

    def reaches(self, day: dt.date) -> bool:
        return self.first_on <= day <= self.last_on or day == self.ends_on


@dataclass(frozen=True, slots=True)
class Stay:
    """Memberships of one person that follow one another without a day between."""

    memberships: tuple[Membership, ...]

    @property
    def person(self) -> int:
        return self.memberships[0].person

    @property
    def joined_on(self) -> dt.date:
        return self.memberships[0].joined_on

    @property
    def last(self) -> Membership:
        return self.memberships[-1]

    @property
    def left_on(self) -> dt.date | None:
        return self.last.left_on


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happened to one person. `share`: what a person who joins or begins to share shares."""

    day: dt.date
    what: What
    person: int
    before: str | int | Decimal | None = None
    after: str | int | Decimal | dt.date | None = None
    share: Share | None = None


@dataclass(frozen=True, slots=True)
class Turn:
    """What one case brought about on one day. `case`: None where no case did, such as an agreed last day."""

    day: dt.date
    case: int | None
    events: tuple[Event, ...]


def turns_of(events: Iterable[Event], effects: Sequence[Effect]) -> list[Turn]:
    """Newest first; where several cases reach the day, the latest of them."""
    by_turn: dict[tuple[dt.date, int], list[Event]] = defaultdict(list)
    for event in events:
        reaching = (effect.case for effect in effects if effect.person == event.person and effect.reaches(event.day))
        by_turn[event.day, max(reaching, default=0)].append(event)
    return [
        Turn(day, case or None, tuple(sorted(happened, key=lambda event: WHATS.index(event.what))))
        for (day, case), happened in sorted(by_turn.items(), reverse=True)
    ]


def events_of(
    memberships: Iterable[Membership], shares: Iterable[Share], dissolved_on: dt.date | None
) -> list[Event]:
    """Everything that the rows tell, in no order. A group that ends says so once, and not of every member."""
    stays = stays_of(memberships)
    shared = _shared(shares)
    founded_on = min((stay.joined_on for stay in stays), default=None)
    events = [event for stay in stays for event in _of_stay(stay, shared[stay.person], founded_on, dissolved_on)]
    events += _ownership(stays, dissolved_on)
    for person, own in shared.items():
        events += _of_shares(own, [stay for stay in stays if stay.person == person])
    return events


def stays_of(memberships: Iterable[Membership]) -> list[Stay]:
    """By first day and person."""
    rows = sorted((row for row in memberships if row.holds_a_day), key=lambda row: (row.person, row.joined_on))
    stays: list[Stay] = []
    for row in rows:
        last = stays[-1] if stays else None
        if last is not None and last.person == row.person and last.left_on == row.joined_on:
            stays[-1] = Stay((*last.memberships, row))
        else:
            stays.append(Stay((row,)))
    return sorted(stays, key=lambda stay: stay.joined_on)


def _shared(shares: Iterable[Share]) -> dict[int, list[Share]]:
    """The shares of each person by their first day, without those that hold no day."""
    shared: dict[int, list[Share]] = defaultdict(list)
    for share in sorted(shares, key=lambda share: share.starts_on):
        if share.starts_on != share.ends_on:
            shared[share.person].append(share)
    return shared


def _of_stay(
    stay: Stay, shares: Sequence[Share], founded_on: dt.date | None, dissolved_on: dt.date | None
) -> Iterator[Event]:
    first, person = stay.memberships[0], stay.person
    founds = first.relation == OWNER and first.joined_on == founded_on
    begun = next((share for share in shares if share.starts_on == stay.joined_on), None)
    yield Event(stay.joined_on, "founded" if founds else "joined", person, after=first.relation, share=begun)
    for before, after in pairwise(stay.memberships):
        if before.relation == after.relation:
            yield Event(after.joined_on, "term", person, after=after.left_on)
        elif after.relation != OWNER:
            yield Event(after.joined_on, "relation", person, before.relation, after.relation)
    if stay.left_on is not None and stay.left_on != dissolved_on:
        yield Event(stay.left_on, "left", person, before=stay.last.relation, after=stay.last.reason)


def _ownership(stays: Sequence[Stay], dissolved_on: dt.date | None) -> Iterator[Event]:
    """Who owned the group: from one to the next, and until its end."""
    rows = (row for stay in stays for row in stay.memberships if row.relation == OWNER)
    owners = sorted(rows, key=lambda row: row.joined_on)
    for before, after in pairwise(owners):
        if before.person != after.person:
            yield Event(after.joined_on, "handed_over", after.person, before.person, after.person)
    if owners and dissolved_on is not None and owners[-1].left_on == dissolved_on:
        yield Event(dissolved_on, "dissolved", owners[-1].person, after=owners[-1].reason)


def _of_shares(shares: Sequence[Share], stays: Sequence[Stay]) -> Iterator[Event]:
    """What begins with a stay or ends with it is told with it."""
    joins, leaves = {stay.joined_on for stay in stays}, {stay.left_on for stay in stays}
    if shares and shares[0].starts_on not in joins:
        yield _begins(shares[0])
    for before, after in pairwise(shares):
        yield from _between(before, after, joins, leaves)
    if shares and shares[-1].ends_on not in {None, *leaves}:
        yield _stops(shares[-1])


def _between(before: Share, after: Share, joins: set[dt.date], leaves: set[dt.date | None]) -> Iterator[Event]:
    if before.ends_on != after.starts_on:
        if before.ends_on not in leaves:
            yield _stops(before)
        if after.starts_on not in joins:
            yield _begins(after)
        return
    if before.rank != after.rank:
        yield Event(after.starts_on, "order", after.person, before.rank, after.rank)
    if before.limit != after.limit:
        yield Event(after.starts_on, "limit", after.person, before.limit, after.limit)


def _begins(share: Share) -> Event:
    return Event(share.starts_on, "shares", share.person, share=share)


def _stops(share: Share) -> Event:
    return Event(share.ends_on or share.starts_on, "stops_sharing", share.person, share.rank)
