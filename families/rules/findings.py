"""What a check says: one finding per rule and person, one per pair of payer and beneficiary.

Those that pass are findings too, so that the counter can show what was looked at.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from enum import StrEnum
from functools import lru_cache
from typing import Literal

from families.rules.kinship import Kind, Pair, Verdict


class Level(StrEnum):
    PASS = "pass"  # noqa: S105 - a level, not a password
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one person.

    `code`: FORMATS.md's error code, empty when passed; `parameter`: the policy parameter that decided, if one
    did; `value`: its value or the fact found; `earliest_on`: the first day on which it would pass, where waiting
    helps.
    """

    rule: str
    level: Level
    position: int
    code: str = ""
    parameter: str = ""
    value: str = ""
    earliest_on: dt.date | None = None


@dataclass(frozen=True, slots=True)
class PairFinding:
    """Whether one payer may be drawn on by one beneficiary; `reason` says why not."""

    payer: int
    beneficiary: int
    pair: Pair
    granted: bool
    reason: Literal["", "in_law", "needs_declaration", "not_near_relative"] = ""

    @property
    def kind(self) -> Kind | None:
        return self.pair.kind

    @property
    def is_presumed(self) -> bool:
        return self.granted and self.pair.verdict is Verdict.PRESUMED


@dataclass(frozen=True, slots=True)
class Preflight:
    """All findings, in the order of the form, and every pair payer–beneficiary."""

    findings: tuple[Finding, ...]
    pairs: tuple[PairFinding, ...] = field(default=())

    @property
    def failures(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.level is Level.FAIL)

    @property
    def passes(self) -> bool:
        return not self.failures

    def of(self, position: int) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.position == position)


def judge(
    rule: str,
    passed: bool,
    position: int,
    code: str,
    *,
    parameter: str = "",
    value: str = "",
    earliest_on: dt.date | None = None,
) -> Finding:
    """A finding that passes, or fails with its code."""
    if passed:
        return _passing(rule, position, parameter, value)
    return Finding(rule, Level.FAIL, position, code=code, parameter=parameter, value=value, earliest_on=earliest_on)


@lru_cache(maxsize=4096)
def _passing(rule: str, position: int, parameter: str, value: str) -> Finding:
    """Made once: an import meets the same few for family after family."""
    return Finding(rule, Level.PASS, position, parameter=parameter, value=value)
