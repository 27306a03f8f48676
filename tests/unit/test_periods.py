"""Periods of a dashboard: what makes one up, and the same days of the year before."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports.rules.ages import groups
from reports.rules.periods import ONE_DAY, Span, last_of_month, tiles, to_date, year_before

LAST = {"day": lambda day: day, "month": last_of_month, "year": lambda day: day.replace(month=12, day=31)}


def day(text: str) -> dt.date:
    return dt.date.fromisoformat(text)


def made_up(since: str, until: str, through: str = "2026-12-31") -> list[str]:
    return [f"{of} {begins}" for of, begins in tiles(Span(day(since), day(until)), through=day(through))]


def test_whole_years_and_months_are_read_as_one_row() -> None:
    assert made_up("2025-01-01", "2025-12-31") == ["year 2025-01-01"]
    assert made_up("2025-02-01", "2025-03-02") == ["month 2025-02-01", "day 2025-03-01", "day 2025-03-02"]
    assert made_up("2025-01-30", "2025-02-28") == ["day 2025-01-30", "day 2025-01-31", "month 2025-02-01"]


def test_a_year_that_is_not_over_is_whole_when_the_span_reaches_its_last_figures() -> None:
    assert made_up("2026-01-01", "2026-03-16", through="2026-03-16") == ["year 2026-01-01"]
    assert made_up("2026-03-01", "2026-03-20", through="2026-03-16") == ["month 2026-03-01"]
    assert made_up("2026-03-01", "2026-03-02", through="2026-03-16") == ["day 2026-03-01", "day 2026-03-02"]
    assert made_up("2026-04-01", "2026-04-02", through="2026-03-16") == []


@given(st.dates(day("2023-01-01"), day("2026-12-31")), st.integers(0, 800), st.integers(0, 900))
def test_every_day_of_a_span_that_was_worked_out_is_covered_once(since: dt.date, length: int, worked: int) -> None:
    until, through = since + length * ONE_DAY, since + worked * ONE_DAY
    covered = [
        begins + n * ONE_DAY
        for of, begins in tiles(Span(since, until), through=through)
        for n in range((LAST[of](begins) - begins).days + 1)
        if begins + n * ONE_DAY <= through
    ]
    assert covered == [since + n * ONE_DAY for n in range(min(length, worked) + 1)]


@pytest.mark.parametrize(("one", "other"), [("2026-03-16", "2025-03-16"), ("2024-02-29", "2023-02-28")])
def test_the_year_before_has_the_same_days(one: str, other: str) -> None:
    assert year_before(day(one)) == day(other)


def test_a_period_runs_from_its_first_day() -> None:
    assert [to_date(of, day("2026-03-16")).since.isoformat() for of in ("day", "month", "year")] == [
        "2026-03-16", "2026-03-01", "2026-01-01",
    ]  # fmt: skip


def test_ages_fall_into_groups_without_a_gap() -> None:
    bounds = list(groups().values())
    assert bounds[0][0] == 0
    assert bounds[-1][1] is None
    assert all(one[1] == other[0] - 1 for one, other in pairwise(bounds))
