"""Standard reports: which there are, and one of them with its figures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import StaffRequest, render_page
from reports.asking import narrowed
from reports.definition import Holds, Offered, Report, RowList
from reports.files import Form, shown_all
from reports.forms import MonthlyForm, SaveForm
from reports.full_numbers import has_numbers
from reports.list_files import FIGURES, shown
from reports.lists import LISTS, OFFERED
from reports.models import SavedReport
from reports.monthly import schedule_report, unschedule_report
from reports.reading import Reading
from reports.services.saving import forget_report, save_report
from reports.standard import REPORTS
from reports.tables import Table, table_of
from settlement.listing import TooBroad, patience

READ = "reports.read_reports"
LINES = 200
FIRST_ROWS = 50
ON_THE_RIGHT = (*FIGURES, Holds.COUNT)


def report_or_404(request: StaffRequest, code: str) -> Offered:
    """A report or list whose rows the staff member may see."""
    report = OFFERED.get(code)
    if report is None or not request.user.has_perm(report.right):
        raise Http404
    return report


def asked_of(values: object, report: Offered) -> dict[str, str]:
    """What an address or a form narrows the report to; what the report does not know is left out."""
    names = report.narrow.base_filters
    return {name: text for name, text in values.items() if name in names and len(text) < 40}  # type: ignore[attr-defined]


@require_GET
@permission_required(READ, raise_exception=True)
def reports(request: StaffRequest) -> HttpResponse:
    own = SavedReport.objects.for_staff(request.user).filter(owner=request.user, report__in=OFFERED)
    saved = [
        (one, OFFERED[one.report], f"{reverse('report', args=[one.report])}?{urlencode(one.asked)}")
        for one in own.prefetch_related("months__job")
    ]
    kinds = (_("Standard reports"), REPORTS), (_("Lists"), LISTS)
    offered = [(title, [one for one in kind.values() if request.user.has_perm(one.right)]) for title, kind in kinds]
    context = {"offered": offered, "saved": saved, "forms": list(Form)}
    return render_page(request, "reports/reports.html", context, title=_("Standard reports"))


@require_GET
@permission_required(READ, raise_exception=True)
def report(request: StaffRequest, code: str) -> HttpResponse:
    """One report: what it is narrowed to, its first lines, and the figures of all rows. Of a list, the first rows."""
    offered = report_or_404(request, code)
    asked = asked_of(request.GET, offered)
    rows = narrowed(offered, asked, staff=request.user, today=timezone.localdate(), request=request)
    context: dict[str, Any] = {"report": offered, "filter": rows, "asked": {**rows.data}, "forms": list(Form)}
    if rows.is_valid():
        told = _of_list(offered, rows.narrowed()) if isinstance(offered, RowList) else _of_report(offered, rows)
        context |= told
    template = "reports/list.html" if isinstance(offered, RowList) else "reports/report.html"
    return render_page(request, template, context, title=str(offered.title))


def _of_report(report: Report, rows: Any) -> dict[str, Any]:
    table = table_of(report, rows.narrowed(), most=LINES)
    totals = shown_all(table, table.totals)
    return {"lines": _lines(table), "totals": totals, "more": table.more, "most": LINES}


def _of_list(listed: RowList, rows: QuerySet[Any]) -> dict[str, Any]:
    """The first rows, unless no index finds them soon; a worker has more time. With the columns of the paper."""
    columns = [(place, one) for place, one in enumerate(listed.columns) if one.on_paper]
    context: dict[str, Any] = {
        "columns": [(one.label, one.holds in ON_THE_RIGHT) for _place, one in columns],
        "most": FIRST_ROWS,
        "has_numbers": has_numbers(listed),
        "has_amounts": any(one.holds in FIGURES for one in listed.columns),
    }
    try:
        with patience():
            found = Reading(listed, rows).first(FIRST_ROWS + 1)
    except TooBroad:
        return context | {"too_broad": True}
    lines = [
        [(shown(row[place], one.holds), one.holds in ON_THE_RIGHT) for place, one in columns]
        for row in found[:FIRST_ROWS]
    ]
    return context | {"lines": lines, "more": len(found) > FIRST_ROWS}


def _lines(table: Table) -> list[tuple[tuple[str, ...], list[str]]]:
    return [(line.words, shown_all(table, line.figures)) for line in table.lines]


@require_POST
@permission_required("reports.add_savedreport", raise_exception=True)
def save(request: StaffRequest, code: str) -> HttpResponse:
    """Keep what the report is narrowed to under a name; the same name again takes its place."""
    shown, form = report_or_404(request, code), SaveForm(request.POST)
    asked = asked_of(request.POST, shown)
    if form.is_valid():
        save_report(name=form.cleaned_data["name"], report=shown.code, asked=asked, by=request.user)
        messages.success(request, _("Saved as “{name}”.").format(name=form.cleaned_data["name"]))
    else:
        messages.error(request, _("Give it a name of at most 60 characters."))
    return redirect(f"{reverse('report', args=[code])}?{urlencode(asked)}")


@require_POST
@permission_required("reports.add_savedreport", raise_exception=True)
def forget(request: StaffRequest, pk: int) -> HttpResponse:
    saved = get_object_or_404(SavedReport.objects.for_staff(request.user).filter(owner=request.user), pk=pk)
    forget_report(saved=saved, by=request.user)
    return redirect("reports")


@require_POST
@permission_required("reports.add_savedreport", raise_exception=True)
def monthly(request: StaffRequest, pk: int) -> HttpResponse:
    """Have a saved report every month, or no more when no day is given."""
    saved = get_object_or_404(SavedReport.objects.for_staff(request.user).filter(owner=request.user), pk=pk)
    form = MonthlyForm(request.POST)
    if not request.POST.get("day"):
        unschedule_report(saved=saved, by=request.user)
        messages.success(request, _("“{name}” no longer comes by itself.").format(name=saved.name))
    elif form.is_valid():
        day = form.cleaned_data["day"]
        schedule_report(saved=saved, day=day, form=Form(form.cleaned_data["form"]), by=request.user)
        messages.success(
            request, _("“{name}” comes in the night to day {day} of each month.").format(name=saved.name, day=day)
        )
    else:
        messages.error(request, _("Give a day from 1 to 28, and a form."))
    return redirect("reports")
