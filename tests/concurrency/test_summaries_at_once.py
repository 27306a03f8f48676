"""Two nights at once work the same figures out once; bills that come meanwhile are in them the next time."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from functools import partial

import pytest

from reports.models import SettlementSummary, SummarizedDay
from reports.services.proving import prove_summaries
from reports.services.summaries import refresh_summaries
from tests.concurrency.threads import at_once, kinds
from tests.factories import make_person, make_settlement, make_staff

pytestmark = pytest.mark.usefixtures("committed_db")
DAY = dt.date(2026, 3, 16)


def whole() -> tuple[int, Decimal]:
    row = SettlementSummary.objects.get(region="100000", period="year", by="")
    return row.visits, row.medfee_sumamt


def test_two_refreshes_at_once_work_each_day_out_once() -> None:
    clerk = make_staff("clerk")
    make_settlement(make_person(current="500.00", by=clerk), "40.00", by=clerk)
    answers = at_once(*[partial(refresh_summaries, day=DAY, by=clerk)] * 3)
    assert kinds(answers) == {"list": 3}
    assert sorted(len(answer) for answer in answers if isinstance(answer, list)) == [0, 0, 1]
    assert whole() == (1, Decimal("40.00"))
    assert prove_summaries(days=[DAY]).violations == []


def test_bills_beside_a_refresh_are_no_violation_and_come_with_the_next() -> None:
    clerk = make_staff("clerk")
    people = [make_person(current="500.00", by=clerk) for _ in range(3)]
    make_settlement(people[0], "40.00", by=clerk)
    bills = [partial(make_settlement, person, "10.00", by=clerk) for person in people]
    refresh = partial(refresh_summaries, day=DAY, by=clerk)
    prove = partial(prove_summaries, days=[DAY])
    answers = at_once(bills[0], refresh, bills[1], prove, bills[2], refresh)
    assert kinds(answers) == {"Settlement": 3, "list": 2, "Proof": 1}
    assert prove_summaries(days=[DAY]).violations == []
    refresh()
    assert whole() == (4, Decimal("70.00"))
    assert prove_summaries(days=list(SummarizedDay.objects.values_list("day", flat=True))).violations == []
