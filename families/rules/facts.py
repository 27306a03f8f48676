"""What the pre-flight check is asked about: persons as the rules see them, and the rows of a form.

Plain values, gathered by selectors; nothing here decides anything.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True, slots=True)
class PastMembership:
    """A stay in a group: the first day, and the first day no longer in it."""

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
    changes_this_year: int = 0
    card_lent: bool = False


@dataclass(frozen=True, slots=True)
class Applicant:
    """One row of the form. Position 1 is the owner, who always shares (FORMATS.md, "Registration workbook")."""

    position: int
    facts: PersonFacts
    relation: str
    shares: bool
    starts_on: dt.date
    ends_on: dt.date | None = None
    already_member: bool = False

    def meets(self, other: Applicant) -> bool:
        """Whether both are members on some day."""
        return (other.ends_on is None or self.starts_on < other.ends_on) and (
            self.ends_on is None or other.starts_on < self.ends_on
        )
