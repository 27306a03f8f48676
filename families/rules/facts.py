"""What the pre-flight check is asked about: persons as the rules see them, and the rows of a form.

Plain values, gathered by selectors; nothing here decides anything.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PastMembership:
    """A stay in a group: the first day, and the first day no longer in it.

    Memberships that follow one another in the same group are one stay: a hand-over ends nobody's.
    """

    group_number: str
    joined_on: dt.date
    left_on: dt.date | None
    exclusive: bool

    def reaches(self, day: dt.date) -> bool:
        return self.left_on is None or self.left_on > max(day, self.joined_on)


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """What the rules need to know of a person. `balance`: yuan in both buckets, None without an account."""

    person_id: int
    insutype: str
    status: str
    born_on: dt.date
    gender: str
    province: str
    city: str
    balance: Decimal | None = None
    memberships: tuple[PastMembership, ...] = ()
    card_lent: bool = False

    def changes_in(self, year: int) -> int:
        """How often the person joined or left a group that year; what never began is no change."""
        return sum(
            day is not None and day.year == year
            for stay in self.memberships
            if stay.joined_on != stay.left_on
            for day in (stay.joined_on, stay.left_on)
        )

    def bound_since(self, group_number: str, day: dt.date) -> dt.date:
        """The first day of the stay in this group that covers the day; the day itself where none does."""
        stays = (stay for stay in self.memberships if stay.group_number == group_number)
        return max((stay.joined_on for stay in stays if stay.joined_on <= day), default=day)


@dataclass(frozen=True, slots=True)
class Applicant:
    """One row of the form. Position 1 is the owner, who always shares (FORMATS.md, "Registration workbook").

    `already_member`: was asked everything when joining; `restated`: relation or period are stated anew;
    `begins_to_share`: as a member. `seat`: where it is not the place in the row. `group_number`: of the group that
    there is.
    """

    position: int
    facts: PersonFacts
    relation: str
    shares: bool
    starts_on: dt.date
    ends_on: dt.date | None = None
    already_member: bool = False
    restated: bool = False
    begins_to_share: bool = False
    seat: int | None = None
    group_number: str = ""

    def meets(self, other: Applicant) -> bool:
        """Whether both are members on some day."""
        return (other.ends_on is None or self.starts_on < other.ends_on) and (
            self.ends_on is None or other.starts_on < self.ends_on
        )


@dataclass(frozen=True, slots=True)
class Leaver:
    """One who is to be released, or who stops sharing. `leaves_on`: the day asked for.

    `is_member`: on that day, or later; `owner_stays`: the owner, where the business is not one for owners.
    `must_go`: the insurance is not in normal status any more, or the owner's is not: no waiting time holds them.
    `stops_sharing`: stays as a member.
    """

    position: int
    facts: PersonFacts
    bound_since: dt.date
    leaves_on: dt.date
    is_member: bool = True
    owner_stays: bool = False
    must_go: bool = False
    stops_sharing: bool = False
