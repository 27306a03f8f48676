"""The nightly chain (日终处理): which step of a night may begin, and which has to be done again. Pure.

A night is named by the day that begins with it. A step has one job a night. It begins when its hour has come, what
it waits for is here, and the steps before it have ended. What it was done upon (the runs of the steps before it, and
the state of its input) is its basis: when that is another one, the step is done again. So a late statement, or a step
done again by hand, brings about what follows from it, and nothing else is done twice.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

DONE = "done"
OVER = frozenset({DONE, "refused", "failed"})
Basis = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Step:
    """`kind`: of its job. `begins`: the earliest hour of the night's day.

    `after`: the steps that have to be done before it, or with `whatever_came` have ended, done or not.
    `awaits`: the name of an input that it waits for, until the hour `until` at the latest.
    """

    kind: str
    begins: dt.time
    after: tuple[str, ...] = ()
    whatever_came: bool = False
    awaits: str = ""
    until: dt.time = dt.time(0)


@dataclass(frozen=True, slots=True)
class Known:
    """What stands of a step's job. `run`: how many times a worker took it, which tells one run from the next."""

    state: str
    run: int = 0
    basis: Basis = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        return self.state in OVER


class Wait(StrEnum):
    """Why a step does not begin."""

    HOUR = "hour"
    INPUT = "input"
    STEP = "step"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Hindrance:
    """`what`: the kind of the step that is waited for, or did not succeed."""

    wait: Wait
    what: str = ""


@dataclass(frozen=True)
class Night:
    """The jobs of a night by kind, and its inputs. `now`: in the time of the bureau, without a zone.

    `inputs`: the state of each; `complete`: whether one has all that can be expected.
    """

    day: dt.date
    now: dt.datetime
    known: Mapping[str, Known]
    inputs: Basis
    complete: Callable[[str], bool]

    def due(self, steps: Sequence[Step]) -> Iterator[tuple[Step, Basis]]:
        """The steps that are to be asked for, each with its basis: for the first time, or again."""
        for step in steps:
            known, basis = self.known.get(step.kind), self.basis_of(step)
            stale = known is None or (known.is_over and known.basis != basis)
            if stale and self.hindrance(step, steps) is None:
                yield step, basis

    def basis_of(self, step: Step) -> Basis:
        runs = {kind: self.known[kind].run for kind in step.after if kind in self.known}
        return runs | ({step.awaits: self.inputs[step.awaits]} if step.awaits else {})

    def hindrance(self, step: Step, steps: Sequence[Step]) -> Hindrance | None:
        """What keeps a step from beginning now, if anything."""
        if self.now < dt.datetime.combine(self.day, step.begins):
            return Hindrance(Wait.HOUR)
        for kind in step.after:
            before = self.known.get(kind)
            over = before.is_over if before else step.whatever_came and self._never_begins(kind, steps)
            if not over:
                return Hindrance(self._waiting_for(kind, steps), kind)
            if not step.whatever_came and before and before.state != DONE:
                return Hindrance(Wait.FAILED, kind)
        if step.awaits and self.now < dt.datetime.combine(self.day, step.until) and not self.complete(step.awaits):
            return Hindrance(Wait.INPUT, step.awaits)
        return None

    def _waiting_for(self, kind: str, steps: Sequence[Step]) -> Wait:
        return Wait.FAILED if kind not in self.known and self._never_begins(kind, steps) else Wait.STEP

    def _never_begins(self, kind: str, steps: Sequence[Step]) -> bool:
        """Whether a step that was not asked for is not going to be: one that it needs did not succeed."""
        step = next(one for one in steps if one.kind == kind)
        found = self.hindrance(step, steps)
        return found is not None and found.wait == Wait.FAILED
