"""Standard reports: which there are, and one of them with its figures."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import StaffRequest, render_page
from reports.asking import narrowed
from reports.definition import Report
from reports.files import Form, shown_all
from reports.forms import SaveForm
from reports.models import SavedReport
from reports.services.saving import forget_report, save_report
from reports.standard import REPORTS
from reports.tables import Table, table_of

READ = "reports.read_reports"
LINES = 200


def own_reports(request: StaffRequest) -> list[Report]:
    """Those whose rows the staff member may see."""
    return [report for report in REPORTS.values() if request.user.has_perm(report.right)]


def report_or_404(request: StaffRequest, code: str) -> Report:
    report = REPORTS.get(code)
    if report is None or report not in own_reports(request):
        raise Http404
    return report


def asked_of(values: object, report: Report) -> dict[str, str]:
    """What an address or a form narrows the report to; what the report does not know is left out."""
    names = report.narrow.base_filters
    return {name: text for name, text in values.items() if name in names and len(text) < 40}  # type: ignore[attr-defined]


@require_GET
@permission_required(READ, raise_exception=True)
def reports(request: StaffRequest) -> HttpResponse:
    saved = [
        (one, REPORTS[one.report], f"{reverse('report', args=[one.report])}?{urlencode(one.asked)}")
        for one in SavedReport.objects.for_staff(request.user).filter(owner=request.user, report__in=REPORTS)
    ]
    context = {"reports": own_reports(request), "saved": saved}
    return render_page(request, "reports/reports.html", context, title=_("Standard reports"))


@require_GET
@permission_required(READ, raise_exception=True)
def report(request: StaffRequest, code: str) -> HttpResponse:
    """One report: what it is narrowed to, its first lines, and the figures of all rows."""
    shown = report_or_404(request, code)
    asked = asked_of(request.GET, shown)
    rows = narrowed(shown, asked, staff=request.user, today=timezone.localdate(), request=request)
    context = {"report": shown, "filter": rows, "asked": {**rows.data}, "most": LINES, "forms": list(Form)}
    if rows.is_valid():
        table = table_of(shown, rows.narrowed(), most=LINES)
        context |= {"lines": _lines(table), "totals": shown_all(table, table.totals), "more": table.more}
    return render_page(request, "reports/report.html", context, title=str(shown.title))


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
