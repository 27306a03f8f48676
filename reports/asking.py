"""What was asked of a report, from an address or a job, and the same in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.http import HttpRequest

from accounts.models import Staff
from reports.definition import Report
from reports.files import About
from reports.filters import ReportFilter


def narrowed(
    report: Report, asked: Mapping[str, str], *, staff: Staff, today: dt.date, request: HttpRequest | None = None
) -> ReportFilter:
    """The filter of a report with what was asked, in the scope of the staff member."""
    return report.narrow(asked, request=request, staff=staff, today=today)


def in_words(rows: ReportFilter) -> list[tuple[str, str]]:
    """What rows are narrowed to: label and value, in the order of the page."""
    told = []
    for name, value in rows.asked.items():
        choices = dict(rows.filters[name].extra.get("choices", []))
        told.append((str(rows.filters[name].label), str(choices.get(value, value))))
    return told


def about(rows: ReportFilter, *, staff: Staff, at: dt.datetime) -> About:
    return About(
        asked=in_words(rows),
        scope=str(staff.region),
        staff=str(staff),
        office=staff.office or staff.region.name,
        at=at,
    )
