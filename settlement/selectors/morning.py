"""The morning report of a region and business day: the one source of the page and of the paper. Read as of now."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from accounts.models import Region, Staff
from settlement.models import Discrepancy
from settlement.selectors.day_figures import Figures, InstitutionDay, institutions_of_day, together
from settlement.selectors.nights import DAY, StepShown, lies_under, nights_shown

OLDEST = 10
MOST_ROWS = 100


@dataclass(frozen=True, slots=True)
class OpenDifference:
    """`age`: days since the business day."""

    difference: Discrepancy
    age: int


@dataclass(frozen=True)
class MorningReport:
    """`differing` and `without_statement`: the institutions, at most MOST_ROWS of each; the figures count all.

    `violations`: of the ledger's laws, as `Violation.as_json`; `proved`: the step that looked for them.
    """

    region: Region
    day: dt.date
    figures: Figures
    differing: list[InstitutionDay]
    without_statement: list[InstitutionDay]
    open_count: int
    oldest: list[OpenDifference]
    violations: list[dict[str, Any]]
    steps: list[StepShown]

    @property
    def night(self) -> dt.date:
        return self.day + DAY

    @property
    def proved(self) -> StepShown:
        return next(one for one in self.steps if one.step.kind == "audit_ledger")


def morning_report(*, region: Region, day: dt.date, now: dt.datetime, staff: Staff) -> MorningReport:
    """`region`: in the scope of `staff`; `day`: the business day that was reconciled."""
    institutions = institutions_of_day(day, under=region.path)
    of_region = Discrepancy.objects.for_staff(staff).filter(institution__region__path__startswith=region.path)
    still_open = of_region.open().select_related("institution").order_by("business_date", "found_at", "pk")
    today = timezone.localdate(now)
    (night,) = nights_shown([day + DAY], now=now, region=region)
    return MorningReport(
        region=region,
        day=day,
        figures=together(one.figures for one in institutions),
        differing=[one for one in institutions if one.figures.differing][:MOST_ROWS],
        without_statement=[one for one in institutions if not one.has_statement and one.figures.settled][:MOST_ROWS],
        open_count=still_open.count(),
        oldest=[OpenDifference(one, (today - one.business_date).days) for one in still_open[:OLDEST]],
        violations=_violations(night.steps, region),
        steps=night.steps,
    )


def _violations(steps: list[StepShown], region: Region) -> list[dict[str, Any]]:
    """Those of the accounts of the region, as the night found them."""
    job = next(one.job for one in steps if one.step.kind == "audit_ledger")
    found = (job.result or {}).get("found", []) if job else []
    paths = dict(Region.objects.values_list("code", "path")) if found else {}
    return [one for one in found if lies_under(one["region"], region, paths)][:MOST_ROWS]
