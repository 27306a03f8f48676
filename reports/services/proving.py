"""Summaries prove themselves: every figure counted anew of the settlements, and compared with what is stored.

A day is judged only while it is as it was worked out, so postings meanwhile are no fault. Reads only, but for the
note of when a day was proved; what is wrong is worked out again the next night, and said until then.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Job, Staff
from accounts.services.jobs import JobRefused, Progress, in_steps
from reports.models import SummarizedDay
from reports.models.summary import Period
from reports.services import summary_statements as statements
from reports.services.summaries import beginnings, refresh_summaries, told_apart_by, tree_of_regions
from settlement.services.night import business_day

MOST = 1_000  # what is wrong by the million is told by its first thousand
AT_ONCE = 31  # days that are counted together
SAMPLE = 7  # days a night, beside those that changed: a year goes round in two months


@dataclass(frozen=True, slots=True)
class Violation:
    """A figure that is not what the settlements come to. `begins`: of its day, month or year.

    `by`: "persons" for persons to date; `stored` and `counted`: None where there is no row.
    """

    period: str
    begins: dt.date
    region: str
    by: str
    value: str
    figure: str
    stored: Decimal | None
    counted: Decimal | None

    def __str__(self) -> str:
        place = " ".join(filter(None, (f"{self.begins}", self.period, self.region, self.by, self.value, self.figure)))
        return f"{place}: {self.stored} / {self.counted}"


@dataclass(frozen=True, slots=True)
class Proof:
    """`outdated`: days on which a birthday or a relation was corrected since; that is no violation."""

    days: list[dt.date]
    violations: list[Violation]
    outdated: list[dt.date]


@in_steps
def run_refresh(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `refresh_summaries`: work out what changed, prove it and a sample of the other days.

    Raises: JobRefused with the first figure that is wrong; its day is worked out again the next night.
    """
    with progress.step():
        changed = refresh_summaries(day=business_day(job), by=job.owner, progress=progress)
    sample = longest_unproved(SAMPLE)
    proof = prove_summaries(days=[*{*changed, *sample}], persons_on=[*{*changed[-1:], *sample[:1]}])
    with progress.step():
        note_proof(proof=proof, by=job.owner)
    if proof.violations:
        raise JobRefused(
            _("{n} figures of the summaries are not what the settlements come to, the first: {first}").format(
                n=len(proof.violations), first=proof.violations[0]
            )
        )
    return {"days_summarized": len(changed), "days_proved": len(proof.days)}


def longest_unproved(count: int) -> list[dt.date]:
    days = SummarizedDay.objects.order_by(F("proved_at").asc(nulls_first=True), "day").values_list("day", flat=True)
    return list(days[:count])


def prove_summaries(*, days: Sequence[dt.date], persons_on: Sequence[dt.date] | None = None) -> Proof:
    """Compare every figure of these days, and of their months and years, with the settlements.

    `persons_on`: of which days persons to date are counted too, each time from the first of the year; None: of all.
    """
    days = sorted(days)
    some = [days[n : n + AT_ONCE] for n in range(0, len(days), AT_ONCE)]
    found = [row for few in some for row in _found(statements.DAYS_PROOF, _of_days(few))]
    for period, of in ((Period.MONTH, Period.DAY), (Period.YEAR, Period.MONTH)):
        given = {"period": period, "of": of, "begins": beginnings(days, period)}
        found += _found(statements.LONGER_PROOF, given)
    for day in days if persons_on is None else persons_on:
        year = {"first": day.replace(month=1, day=1), "last": day, "tree": tree_of_regions()}
        found += _found(statements.PERSONS_PROOF, year)
    return Proof(
        days=days,
        violations=[Violation(*row) for *row, shifted in found if not shifted],
        outdated=sorted({begins for _period, begins, *_rest, shifted in found if shifted}),
    )


def _of_days(days: list[dt.date]) -> dict[str, Any]:
    return told_apart_by(days) | {"first": days[0], "last": days[-1], "tree": tree_of_regions()}


def _found(statement: str, given: dict[str, Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, given | {"most": MOST})
        return list(cursor.fetchall())


@writes
def note_proof(*, proof: Proof, by: Staff) -> None:
    """Note when the days were proved; what has to be worked out again is as if it had never been."""
    wrong = {*proof.outdated, *(day for one in proof.violations for day in _within(one, proof.days))}
    known = SummarizedDay.objects.filter(day__in=proof.days)
    known.exclude(day__in=wrong).update(proved_at=timezone.now())
    known.filter(day__in=wrong).update(tree="")


def _within(violation: Violation, days: Sequence[dt.date]) -> list[dt.date]:
    """The days of a violation's period."""
    if violation.period == Period.DAY:
        return [violation.begins]
    months = violation.period == Period.MONTH
    return [
        day
        for day in days
        if day.year == violation.begins.year and (not months or day.month == violation.begins.month)
    ]
