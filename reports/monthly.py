"""Saved reports that come every month: asked for at night, of the month before, once, also after nights without beat.

Invariant: a month of a saved report has one file or the reason why there is none (`MonthlyExport`); two schedulers at
once ask once.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.acting import acting, writes
from accounts.models import Staff
from accounts.services.rights import RightMissing, require_right
from reports.exporting import KEPT_OF_A_MONTH, RIGHT, ask_for_export
from reports.files import Form
from reports.lists import OFFERED
from reports.models import MonthlyExport, SavedReport
from reports.models.saved import LAST_MONTHLY_DAY
from reports.rules.months import due_months, last_day

SAVES = "reports.add_savedreport"
LANGUAGE = "zh-hans"  # at night nobody has chosen one


class NoSuchDay(Exception):
    """Not every month has this day."""


@writes
def schedule_report(*, saved: SavedReport, day: int, form: Form, by: Staff) -> None:
    """Have a saved report every month. `day`: 1 to 28; nights before now do not count.

    Raises: RightMissing, NoSuchDay.
    """
    for right in (SAVES, RIGHT):
        require_right(by, right)
    if not 1 <= day <= LAST_MONTHLY_DAY:
        raise NoSuchDay
    saved.monthly_on, saved.monthly_form, saved.monthly_since = day, form.value, timezone.now()
    saved.save(update_fields=["monthly_on", "monthly_form", "monthly_since"])


@writes
def unschedule_report(*, saved: SavedReport, by: Staff) -> None:
    """Raises: RightMissing."""
    require_right(by, SAVES)
    saved.monthly_on, saved.monthly_form, saved.monthly_since = None, "", None
    saved.save(update_fields=["monthly_on", "monthly_form", "monthly_since"])


def export_what_is_due(*, now: dt.datetime) -> int:
    """Ask for the files of every month whose night has come, each in its owner's name. Returns: how many.

    One that cannot be asked for has its reason written down and stops none of the others.
    """
    return sum(
        _export(saved, month)
        for saved in SavedReport.objects.filter(monthly_on__isnull=False).select_related("owner__region")
        for month in _due(saved, now)
    )


def _due(saved: SavedReport, now: dt.datetime) -> list[dt.date]:
    since, bureau_now = timezone.make_naive(saved.monthly_since), timezone.make_naive(now)  # type: ignore[arg-type]
    done = set(saved.months.values_list("month", flat=True))
    months = due_months(on_day=saved.monthly_on or 1, since=since, now=bureau_now)
    return [month for month in months if month not in done]


def _export(saved: SavedReport, month: dt.date) -> bool:
    """Locks: the saved report; whoever comes second finds the month done."""
    with acting(saved.owner, channel="job"), transaction.atomic(), override(LANGUAGE):
        held = SavedReport.objects.select_for_update().filter(pk=saved.pk, monthly_on=saved.monthly_on).first()
        if held is None or held.months.filter(month=month).exists():
            return False
        MonthlyExport.objects.create(saved=held, month=month, **_asked(held, saved.owner, month))
        return True


def _asked(saved: SavedReport, owner: Staff, month: dt.date) -> dict[str, object]:
    """The job, or why there is none."""
    report = OFFERED.get(saved.report)
    if report is None:
        return {"failure": _("This report is no longer offered.")}
    asked = {**saved.asked, **_period(saved, month)}
    try:
        require_right(owner, SAVES)
        form = Form(saved.monthly_form)
        return {"job": ask_for_export(report=report, asked=asked, form=form, by=owner, kept=KEPT_OF_A_MONTH)}
    except RightMissing as missing:
        return {"failure": str(missing)[:300]}


def _period(saved: SavedReport, month: dt.date) -> dict[str, str]:
    """The month in place of the days that the report was saved with; of what holds on a day, the month's last."""
    names = OFFERED[saved.report].narrow.base_filters
    days = {"since": month, "until": last_day(month), "day": last_day(month)}
    return {name: day.isoformat() for name, day in days.items() if name in names}
