"""How nights stand: the jobs of their steps, what each waits for, and the figures that a staff member may see.

The jobs belong to the night of the whole country. Whoever may look at nights sees how each step stands; figures are
those of a region tree, and the country's alone where nothing is counted by region.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Job, Region
from accounts.models.job import JobState
from settlement.night_steps import LABELS, STATEMENTS, STEPS
from settlement.rules.night import Hindrance, Known, Night, Step
from settlement.selectors.day_figures import is_every_statement_here, statements_told

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

DAY = dt.timedelta(days=1)
JobsOfNights = dict[dt.date, dict[str, Job]]
FIGURES: dict[str, StrOrPromise] = {
    "compared": _("compared"),
    "balanced": _("balanced"),
    "differing": _("differing"),
    "without_statement": _("without a statement"),
    "violations": _("violations"),
    "accounts": _("accounts"),
    "entries": _("entries"),
    "transfers_returned": _("transfers returned"),
    "statuses_changed": _("statuses changed"),
    "moves_applied": _("moves applied"),
    "follow_ups_opened": _("follow-ups opened"),
    "follow_ups_closed": _("follow-ups closed"),
    "duplicates_proposed": _("possible duplicates"),
    "days_summarized": _("days worked out"),
    "days_proved": _("days proved"),
}
OF_THE_COUNTRY = ("accounts", "entries")  # counted in one figure, not by region
NOT_GOOD = ("differing", "without_statement", "violations")


def jobs_of(days: Sequence[dt.date], *, steps: Sequence[Step] = STEPS, with_results: bool = False) -> JobsOfNights:
    """The jobs of these nights by kind."""
    found: JobsOfNights = {day: {} for day in days}
    jobs = Job.objects.filter(kind__in=[step.kind for step in steps], business_date__in=days)
    for job in jobs if with_results else jobs.defer("result"):
        found[job.business_date][job.kind] = job  # type: ignore[index] # one of the days
    return found


def nights_at(jobs: JobsOfNights, *, now: dt.datetime) -> list[Night]:
    """How nights stand, from their jobs."""
    told = statements_told([day - DAY for day in jobs])
    return [
        Night(
            day=day,
            now=timezone.make_naive(now),
            known={kind: Known(job.state, job.fence, job.params.get("basis", {})) for kind, job in known.items()},
            inputs={STATEMENTS: told[day - DAY]},
            complete=partial(_is_complete, day - DAY),
        )
        for day, known in jobs.items()
    ]


def _is_complete(day: dt.date, _input: str) -> bool:
    return is_every_statement_here(day)


def first_night() -> dt.date | None:
    """The first that any step was asked for."""
    first: dt.date | None = Job.objects.filter(kind__in=LABELS).aggregate(first=Min("business_date"))["first"]
    return first


@dataclass(frozen=True, slots=True)
class Figure:
    label: StrOrPromise
    count: int
    is_good: bool


@dataclass(frozen=True, slots=True)
class StepShown:
    """A step of a night. `hindrance`: why it has not begun; None also where it is about to."""

    step: Step
    label: StrOrPromise
    job: Job | None
    hindrance: Hindrance | None
    figures: list[Figure]

    @property
    def waits_for(self) -> StrOrPromise:
        return LABELS.get(self.hindrance.what, "") if self.hindrance else ""


@dataclass(frozen=True, slots=True)
class NightShown:
    """`day`: that begins with the night; `business_day`: that it looks back upon."""

    day: dt.date
    steps: list[StepShown]

    @property
    def business_day(self) -> dt.date:
        return self.day - DAY

    @property
    def is_at_work(self) -> bool:
        """Whether a step runs, or is about to: one that is tried again later only waits."""
        jobs = [shown.job for shown in self.steps if shown.job]
        return any(
            job.state == JobState.RUNNING or (job.state == JobState.QUEUED and not job.not_before) for job in jobs
        )


def nights_shown(days: Sequence[dt.date], *, now: dt.datetime, region: Region) -> list[NightShown]:
    """These nights, in the order given, with the figures of a region tree."""
    jobs = jobs_of(days, with_results=True)
    paths = dict(Region.objects.values_list("code", "path"))
    return [
        NightShown(night.day, [_shown(step, night, jobs[night.day].get(step.kind), region, paths) for step in STEPS])
        for night in nights_at(jobs, now=now)
    ]


def _shown(step: Step, night: Night, job: Job | None, region: Region, paths: Mapping[str, str]) -> StepShown:
    hindrance = None if job else night.hindrance(step, STEPS)
    counts = figures_for(job.result or {}, region, paths) if job else {}
    figures = [
        Figure(label, counts[name], not (counts[name] and name in NOT_GOOD))
        for name, label in FIGURES.items()
        if name in counts
    ]
    return StepShown(step, LABELS[step.kind], job, hindrance, figures)


def figures_for(result: Mapping[str, Any], region: Region, paths: Mapping[str, str]) -> dict[str, int]:
    """The figures of a step for a region tree. What was not counted by region is the country's alone."""
    if region.parent_id is None:
        counts: dict[str, int] = result.get("figures") or {name: n for name, n in result.items() if n}
        return counts
    rows = [counts for code, counts in result.get("regions", {}).items() if lies_under(code, region, paths)]
    names = [name for name in result.get("figures", {}) if name not in OF_THE_COUNTRY]
    return {name: sum(row.get(name, 0) for row in rows) for name in names}


def lies_under(code: str, region: Region, paths: Mapping[str, str]) -> bool:
    """Whether a region is in a tree; "" is nobody's but the country's."""
    return paths.get(code, "").startswith(region.path) if code else region.parent_id is None
