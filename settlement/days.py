"""The days of a month with what stands against signing each (日结)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Count, Q, QuerySet
from django.utils import timezone

from accounts.models import ClosedDay, Staff
from settlement.models import Discrepancy, Institution, Reconciliation, Settlement, Statement
from settlement.models.discrepancy import DiscrepancyState

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class DayStanding:
    """A day of the staff member's region.

    `run`: the last comparison that covers the region; `counts`: differences by state; `closed`: the signature that
    holds for the region, its own or of a region above; `below`: how many regions below signed for themselves.
    """

    day: dt.date
    run: Reconciliation | None = None
    counts: Counter[str] = field(default_factory=Counter)
    closed: ClosedDay | None = None
    below: int = 0

    @property
    def open(self) -> int:
        return self.counts[DiscrepancyState.OPEN] + self.counts[DiscrepancyState.PROPOSED]

    @property
    def decided(self) -> int:
        return self.counts[DiscrepancyState.DECIDED]

    @property
    def may_be_signed(self) -> bool:
        return self.run is not None and not self.open and self.closed is None


def days_of(staff: Staff, first: dt.date, last: dt.date) -> list[DayStanding]:
    """The days from first to last that are over, the newest first; a query each, however many days."""
    last = min(last, timezone.localdate() - DAY)
    within = {"business_date__range": (first, last)}
    above = staff.region.ancestors()
    compared = Reconciliation.objects.filter(region__in=above, **within).select_related("run_by").order_by("run_at")
    runs = {run.business_date: run for run in compared}
    counted: dict[dt.date, Counter[str]] = {}
    found: QuerySet[Any] = Discrepancy.objects.for_staff(staff).filter(**within).with_state()
    for day, state, count in found.order_by().values_list("business_date", "state").annotate(Count("pk")):
        counted.setdefault(day, Counter())[state] = count
    here_or_below = Q(region__in=above) | Q(region__path__startswith=staff.region.path)
    closings = list(
        ClosedDay.objects.standing().filter(here_or_below, **within).select_related("region", "closed_by")
    )
    covering = {one.business_date: one for one in closings if staff.region.path.startswith(one.region.path)}
    below = Counter(one.business_date for one in closings if not staff.region.path.startswith(one.region.path))
    return [
        DayStanding(day, runs.get(day), counted.get(day, Counter()), covering.get(day), below[day])
        for day in (last - n * DAY for n in range((last - first).days + 1))
    ]


def day_of(staff: Staff, day: dt.date) -> DayStanding | None:
    """None for a day that is not over."""
    return next(iter(days_of(staff, day, day)), None)


def month_of(day: dt.date) -> tuple[dt.date, dt.date]:
    return day.replace(day=1), day.replace(day=calendar.monthrange(day.year, day.month)[1])


def without_statement(staff: Staff, day: dt.date) -> list[Institution]:
    """Institutions in the region that settled on a day, and whose statement is not here: they were not compared."""
    settled = Settlement.objects.settled_on(day).values("institution")
    told = Statement.objects.counting().filter(business_date=day).values("institution")
    here = Institution.objects.filter(region__path__startswith=staff.region.path)
    return list(here.filter(pk__in=settled).exclude(pk__in=told).order_by("pk"))
