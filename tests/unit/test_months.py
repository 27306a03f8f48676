"""Which months a monthly report is due for."""

from __future__ import annotations

import datetime as dt

import pytest

from reports.rules.months import before, due_months, last_day


def at(text: str) -> dt.datetime:
    return dt.datetime.fromisoformat(text)


@pytest.mark.parametrize(
    ("since", "now", "months"),
    [
        ("2026-03-01 12:00", "2026-03-05 01:59", []),
        ("2026-03-01 12:00", "2026-03-05 02:00", ["2026-02-01"]),
        ("2026-03-05 02:01", "2026-03-31 23:00", []),
        ("2026-03-05 02:01", "2026-04-05 02:00", ["2026-03-01"]),
        ("2025-11-10 00:00", "2026-02-05 03:00", ["2025-11-01", "2025-12-01", "2026-01-01"]),
        ("2026-03-31 23:59", "2026-04-01 00:00", []),
    ],
)
def test_a_month_is_due_when_its_night_has_come_and_missed_nights_are_made_good(
    since: str, now: str, months: list[str]
) -> None:
    due = due_months(on_day=5, since=at(since), now=at(now))
    assert due == [dt.date.fromisoformat(month) for month in months]


def test_every_month_of_years_is_due_once_on_any_day() -> None:
    for day in range(1, 29):
        due = due_months(on_day=day, since=at("2023-12-31 23:00"), now=at("2026-12-31 00:00"))
        assert due == [dt.date(2023 + number // 12, number % 12 + 1, 1) for number in range(11, 47)]


def test_the_month_before_and_the_last_day() -> None:
    assert before(dt.date(2026, 1, 31)) == dt.date(2025, 12, 1)
    assert last_day(dt.date(2024, 2, 1)) == dt.date(2024, 2, 29)
    assert last_day(dt.date(2025, 12, 1)) == dt.date(2025, 12, 31)
