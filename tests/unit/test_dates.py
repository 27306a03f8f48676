"""Days that follow from other days."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.rules.dates import first_of_next_month


@pytest.mark.parametrize(
    ("day", "first"),
    [("2026-01-01", "2026-02-01"), ("2026-01-31", "2026-02-01"), ("2026-12-05", "2027-01-01")],
)
def test_the_month_after(day: str, first: str) -> None:
    assert first_of_next_month(dt.date.fromisoformat(day)) == dt.date.fromisoformat(first)
