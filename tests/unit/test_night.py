"""The rule of the nightly chain: what may begin, what waits and for what, what is done again."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from settlement.rules.night import Hindrance, Known, Night, Step, Wait

DAY = dt.date(2026, 3, 17)
FIRST = Step("first", dt.time(0, 10))
WAITS = Step("waits", dt.time(0, 30), awaits="papers", until=dt.time(5))
NEEDS = Step("needs", dt.time(1), after=("waits",))
FURTHER = Step("further", dt.time(1), after=("needs",))
LAST = Step("last", dt.time(6, 30), after=("first", "waits", "needs", "further"), whatever_came=True)
STEPS = (FIRST, WAITS, NEEDS, FURTHER, LAST)
RUN = {"papers": 0}


def night(at: str, *, complete: bool = False, papers: int = 0, days_later: int = 0, **known: Known) -> Night:
    now = dt.datetime.combine(DAY, dt.time.fromisoformat(at)) + dt.timedelta(days=days_later)
    return Night(DAY, now, known, {"papers": papers}, complete=lambda _input: complete)


def due(night: Night) -> dict[str, Any]:
    return {step.kind: dict(basis) for step, basis in night.due(STEPS)}


def done(run: int = 1, **basis: Any) -> Known:
    return Known("done", run, basis)


def test_a_step_begins_at_its_hour() -> None:
    assert due(night("00:09")) == {}
    assert due(night("00:10")) == {"first": {}}


@pytest.mark.parametrize(("at", "complete", "begins"), [("00:30", False, False), ("00:30", True, True),
                                                        ("04:59", False, False), ("05:00", False, True)])  # fmt: skip
def test_it_waits_for_its_input_until_the_hour_has_come(at: str, complete: bool, begins: bool) -> None:
    assert ("waits" in due(night(at, complete=complete))) == begins


def test_what_was_asked_for_is_not_asked_for_again() -> None:
    for state in ("queued", "running", "done", "refused", "failed"):
        known = {step.kind: Known(state, 1, {}) for step in (FIRST,)}
        assert due(night("00:20", **known)) == {}


def test_a_step_stands_on_the_runs_before_it_and_is_done_again_when_one_of_them_was() -> None:
    before = {"first": done(), "waits": done(1, papers=0)}
    assert due(night("02:00", **before)) == {"needs": {"waits": 1}}
    after = before | {"needs": done(1, waits=1)}
    assert "needs" not in due(night("02:00", **after))
    assert due(night("02:00", **after | {"waits": done(2, papers=0)})) == {
        "needs": {"waits": 2},
        "further": {"needs": 1},
    }


def test_an_input_that_came_late_has_the_step_done_again_once() -> None:
    known = {"first": done(), "waits": done(1, papers=0)}
    assert due(night("09:00", papers=1, **known))["waits"] == {"papers": 1}
    assert "waits" not in due(night("09:00", papers=1, **known | {"waits": Known("queued", 1, {"papers": 1})}))
    assert "waits" not in due(night("09:00", papers=1, **known | {"waits": done(2, papers=1)}))


@pytest.mark.parametrize("state", ["failed", "refused"])
def test_what_needs_a_step_that_failed_does_not_begin_and_what_follows_it_neither(state: str) -> None:
    stands = night("07:00", first=done(), waits=Known(state, 5, {"papers": 0}))
    assert stands.hindrance(NEEDS, STEPS) == Hindrance(Wait.FAILED, "waits")
    assert stands.hindrance(FURTHER, STEPS) == Hindrance(Wait.FAILED, "needs")
    assert due(stands) == {"last": {"first": 1, "waits": 5}}


def test_the_last_step_waits_until_the_others_have_ended_whatever_came_of_them() -> None:
    known = {"first": done(), "waits": done(1, papers=0), "needs": Known("running", 1, {"waits": 1})}
    assert night("07:00", **known).hindrance(LAST, STEPS) == Hindrance(Wait.STEP, "needs")
    assert night("07:00", **known | {"needs": Known("failed", 5, {"waits": 1})}).hindrance(LAST, STEPS) is None
    assert night("06:29", **known).hindrance(LAST, STEPS) == Hindrance(Wait.HOUR)


def test_a_step_waits_for_one_that_has_not_begun() -> None:
    assert night("02:00", first=done()).hindrance(NEEDS, STEPS) == Hindrance(Wait.STEP, "waits")
    assert night("02:00", first=done()).hindrance(WAITS, STEPS) == Hindrance(Wait.INPUT, "papers")


def test_of_a_night_that_was_missed_everything_is_due_in_its_order() -> None:
    known: dict[str, Known] = {}
    rounds = []
    while asked := due(night("00:00", days_later=3, **known)):
        rounds.append(list(asked))
        known |= {kind: Known("done", 1, basis) for kind, basis in asked.items()}
    assert rounds == [["first", "waits"], ["needs"], ["further"], ["last"]]
