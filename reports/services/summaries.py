"""Working out the summaries, every night, of the days that are no longer as they were. The only writer of them.

Invariants: run twice, or two at once, the same comes out; a day is replaced whole, with its month and year, in the
transaction that notes upon what it was worked out. So a bill that comes late, or is reversed a year later, is in
every figure the morning after.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Max
from django.utils import timezone

from accounts.acting import writes
from accounts.models import Staff
from accounts.services.jobs import Progress, Unwatched
from families.rules.kinship import RELATIONS, ImpossiblePair, pair_relation
from reports.models import CounterSummary, FamilySummary, SummarizedDay
from reports.models.summary import Period
from reports.rules.ages import FROM
from reports.services import summary_statements as statements

FIRST_DAY = dt.date(1900, 1, 1)
LOCK = "SELECT pg_advisory_xact_lock(hashtext('reports_summary'))"


@dataclass(frozen=True, slots=True)
class _Changed:
    """A day that is not as it was worked out."""

    day: dt.date
    settlements: int
    reversed: int


@writes
def refresh_summaries(*, day: dt.date, by: Staff, progress: Progress | None = None) -> list[dt.date]:
    """Bring every summary up to date through a business day, or the last that was worked out if that is later.

    Rule: docs/adr/0027. Returns: the days that were worked out. Locks: one refresh at a time.
    """
    progress = progress or Unwatched()
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        through = max(day, last_summarized() or day)
        tree = tree_of_regions()
        changed = _changed(cursor, through, tree)
        months = [list(days) for _month, days in groupby(changed, key=lambda one: one.day.replace(day=1))]
        for done, days in enumerate(months):
            progress.report(done, len(months))
            _replace_days(cursor, [one.day for one in days])
        _replace_longer(cursor, [one.day for one in changed])
        for year in sorted({one.day.year for one in changed}):
            _count_persons(cursor, year, through)
        _count_work(cursor, through)
        _remember(cursor, changed, tree)
    return [one.day for one in changed]


def last_summarized() -> dt.date | None:
    last: dt.date | None = SummarizedDay.objects.aggregate(last=Max("day"))["last"]
    return last


def tree_of_regions() -> str:
    """A digest: regions that moved in the tree have every day worked out again."""
    with connection.cursor() as cursor:
        cursor.execute(statements.TREE)
        (tree,) = cursor.fetchone()
    return tree or ""


def beginnings(days: Iterable[dt.date], period: Period) -> list[dt.date]:
    """Of the months or years that days lie in."""
    first = {"day": 1} if period == Period.MONTH else {"day": 1, "month": 1}
    return sorted({day.replace(**first) for day in days})


def told_apart_by(days: Sequence[dt.date]) -> dict[str, Any]:
    """What the count of days is given: groups of ages, and what the payer is to the patient, by both codes."""
    kin = [(payer, patient, kind) for payer in RELATIONS for patient in RELATIONS if (kind := _kind(payer, patient))]
    payers, patients, kinds = zip(*kin, strict=True)
    return {
        "days": list(days),
        "ages": list(FROM),
        "zone": settings.TIME_ZONE,
        "payers": list(payers),
        "patients": list(patients),
        "kinds": list(kinds),
    }


def _kind(payer: str, patient: str) -> str:
    try:
        return pair_relation(patient, payer).kind or ""
    except ImpossiblePair:
        return ""


def _changed(cursor: Any, through: dt.date, tree: str) -> list[_Changed]:
    cursor.execute(statements.CHANGED, {"first": FIRST_DAY, "last": through, "tree": tree})
    return [_Changed(*row) for row in cursor.fetchall()]


def _replace_days(cursor: Any, days: list[dt.date]) -> None:
    cursor.execute(statements.FORGET, {"period": Period.DAY, "begins": days})
    cursor.execute(statements.DAYS, told_apart_by(days))


def _replace_longer(cursor: Any, days: list[dt.date]) -> None:
    for period, of in ((Period.MONTH, Period.DAY), (Period.YEAR, Period.MONTH)):
        begins = beginnings(days, period)
        cursor.execute(statements.FORGET, {"period": period, "begins": begins})
        cursor.execute(statements.LONGER, {"period": period, "of": of, "begins": begins})


def _count_persons(cursor: Any, year: int, through: dt.date) -> None:
    """Persons to date change on every later day of the year."""
    first, end = dt.date(year, 1, 1), dt.date(year, 12, 31)
    cursor.execute(statements.FORGET_PERSONS, {"first": first, "year_end": end})
    cursor.execute(statements.PERSONS, {"first": first, "last": min(end, through)})


def _count_work(cursor: Any, through: dt.date) -> None:
    """Families and cases are few, and change backwards and for days to come: all anew."""
    FamilySummary.objects.all().delete()
    cursor.execute(statements.FAMILIES)
    CounterSummary.objects.all().delete()
    cursor.execute(statements.COUNTER, {"zone": settings.TIME_ZONE, "last": through})


def _remember(cursor: Any, changed: list[_Changed], tree: str) -> None:
    given = {
        "days": [one.day for one in changed],
        "settlements": [one.settlements for one in changed],
        "reversed": [one.reversed for one in changed],
    }
    cursor.execute(statements.REMEMBER, given | {"tree": tree, "now": timezone.now()})
