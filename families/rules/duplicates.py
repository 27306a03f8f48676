"""Whether two records are one person: what speaks for it, what against, and how certain that makes it.

A worksheet, not a verdict: every finding has a weight, the sum gives the level, and people decide. Without the number
itself (the 15 digits of the first card are the 18 without century and check character) no sum reaches "certain".
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum

from families.rules.facts import PastMembership

RESIDENT_ID = "01"
NORMAL = "1"


class Level(Enum):
    CERTAIN = "certain"
    LIKELY = "likely"
    POSSIBLE = "possible"
    UNLIKELY = "unlikely"


@dataclass(frozen=True, slots=True)
class RecordFacts:
    """One record as the comparison sees it.

    `number` and `number15`: digests of the number and of its 15-digit form, None without one; `valid_id`: a resident
    ID number whose date and check character are right; `phone`: a digest, empty when none is stored.
    """

    name: str
    name_key: str
    born_on: dt.date
    gender: str
    cert_type: str
    number: bytes
    number15: bytes | None
    valid_id: bool
    phone: bytes
    region: str
    status: str
    has_account: bool
    stays: tuple[PastMembership, ...] = ()


@dataclass(frozen=True, slots=True)
class Evidence:
    """One finding; `value` is a code or a group's number, never personal data."""

    code: str
    value: str = ""


@dataclass(frozen=True, slots=True)
class Comparison:
    level: Level
    speaks_for: tuple[Evidence, ...]
    speaks_against: tuple[Evidence, ...]


# Positive speaks for one person, negative for two.
WEIGHTS = {
    "same_number": 60,
    "same_name": 20,
    "name_alike": 10,
    "same_birthday": 20,
    "same_gender": 5,
    "other_certificate": 10,
    "same_phone": 15,
    "same_region": 5,
    "one_not_insured": 5,
    "two_resident_ids": -70,
    "other_name": -40,
    "other_birthday": -60,
    "other_gender": -40,
    "other_phone": -5,
    "other_region": -5,
    "both_insured": -5,
    "two_accounts": -5,
    "in_one_group": -80,
    "in_two_groups": -5,
}
THRESHOLDS = ((85, Level.CERTAIN), (60, Level.LIKELY), (40, Level.POSSIBLE))


def compare(first: RecordFacts, second: RecordFacts) -> Comparison:
    """Every finding about a pair, the weightiest first; the order of the two does not matter."""
    found = [finding for check in CHECKS if (finding := check(first, second)) is not None]
    found.sort(key=lambda finding: -abs(WEIGHTS[finding.code]))
    score = sum(WEIGHTS[finding.code] for finding in found)
    return Comparison(
        level=next((level for least, level in THRESHOLDS if score >= least), Level.UNLIKELY),
        speaks_for=tuple(finding for finding in found if WEIGHTS[finding.code] > 0),
        speaks_against=tuple(finding for finding in found if WEIGHTS[finding.code] < 0),
    )


def _number(first: RecordFacts, second: RecordFacts) -> Evidence | None:
    if first.number15 == second.number or second.number15 == first.number:
        return Evidence("same_number")
    return Evidence("two_resident_ids") if first.valid_id and second.valid_id else None


def _name(first: RecordFacts, second: RecordFacts) -> Evidence:
    if first.name == second.name:
        return Evidence("same_name")
    return Evidence("name_alike" if first.name_key == second.name_key else "other_name")


def _birthday(first: RecordFacts, second: RecordFacts) -> Evidence:
    return Evidence("same_birthday" if first.born_on == second.born_on else "other_birthday")


def _gender(first: RecordFacts, second: RecordFacts) -> Evidence:
    return Evidence("same_gender" if first.gender == second.gender else "other_gender")


def _certificate(first: RecordFacts, second: RecordFacts) -> Evidence | None:
    if first.cert_type == second.cert_type:
        return None
    return Evidence("other_certificate", "/".join(sorted((first.cert_type, second.cert_type))))


def _phone(first: RecordFacts, second: RecordFacts) -> Evidence | None:
    if not first.phone or not second.phone:
        return None
    return Evidence("same_phone" if first.phone == second.phone else "other_phone")


def _region(first: RecordFacts, second: RecordFacts) -> Evidence:
    return Evidence("same_region" if first.region == second.region else "other_region")


def _insurance(first: RecordFacts, second: RecordFacts) -> Evidence:
    """One record ended when the other began is what a change of certificate looks like."""
    return Evidence("both_insured" if first.status == second.status == NORMAL else "one_not_insured")


def _accounts(first: RecordFacts, second: RecordFacts) -> Evidence | None:
    return Evidence("two_accounts") if first.has_account and second.has_account else None


def _groups(first: RecordFacts, second: RecordFacts) -> Evidence | None:
    """Two seats in one family at once are two people, unless somebody bound one person twice."""
    met = [(one, other) for one in first.stays for other in second.stays if _meet(one, other)]
    together = [one.group_number for one, other in met if one.group_number == other.group_number]
    if together:
        return Evidence("in_one_group", together[0])
    return Evidence("in_two_groups", "/".join(sorted({s.group_number for s in met[0]}))) if met else None


def _meet(one: PastMembership, other: PastMembership) -> bool:
    return one.reaches(other.joined_on) and other.reaches(one.joined_on)


Check = Callable[[RecordFacts, RecordFacts], Evidence | None]
CHECKS: tuple[Check, ...] = (
    _number, _name, _birthday, _gender, _certificate, _phone, _region, _insurance, _accounts, _groups,
)  # fmt: skip
