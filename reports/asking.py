"""What was asked of a report, from an address or a job, and the same in words."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.http import HttpRequest

from accounts.models import Staff
from reports.definition import Offered
from reports.files import About
from reports.filters import ReportFilter, SettlementListFilter


def narrowed(
    report: Offered, asked: Mapping[str, str], *, staff: Staff, today: dt.date, request: HttpRequest | None = None
) -> ReportFilter | SettlementListFilter:
    """The filter of a report with what was asked, in the scope of the staff member."""
    return report.narrow(asked, request=request, staff=staff, today=today)


def in_words(rows: ReportFilter | SettlementListFilter) -> list[tuple[str, str]]:
    """What rows are narrowed to: label and value, in the order of the page."""
    return [(str(rows.filters[name].label), rows.in_words(name, value)) for name, value in rows.asked.items()]


def about(rows: ReportFilter | SettlementListFilter, *, staff: Staff, at: dt.datetime) -> About:
    return About(
        asked=in_words(rows),
        scope=str(staff.region),
        staff=str(staff),
        office=staff.office or staff.region.name,
        at=at,
    )
