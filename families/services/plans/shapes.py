"""What is asked of a group, and what it would be afterwards: the shapes that planning fills."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from families.models import GroupMember, MutualAidGroup, Sharing
from families.models.case import CaseKind
from families.rules.facts import PastMembership
from families.rules.findings import Preflight
from families.rules.policy import Policy
from families.services.groups import NewMember

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
    """What is asked for. `leaves`: persons; `declared`: pairs of persons, payer and beneficiary.

    `stays`: memberships by person that are to be stored before this change, to be counted as if they were.
    """

    kind: str
    day: dt.date
    joins: Sequence[NewMember] = ()
    terms: Sequence[MemberTerms] = ()
    leaves: Sequence[int] = ()
    declared: frozenset[tuple[int, int]] = frozenset()
    reason: str = ""
    stays: Mapping[int, Sequence[PastMembership]] = field(default_factory=dict)


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
