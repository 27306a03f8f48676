"""Nights and their steps, what is done again by hand, and the morning report on the screen and on paper."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.services.audit import record_event
from settlement.forms.nights import AgainForm, ReportForm, UntilForm
from settlement.law_words import FIELDS, FIGURES
from settlement.night_steps import LABELS
from settlement.papers.morning import morning_report_pdf
from settlement.selectors.morning import MorningReport, morning_report
from settlement.selectors.nights import DAY, first_night, nights_shown
from settlement.services.night import RIGHT, NightNotCome, run_again

VIEW = "accounts.view_nights"
NIGHTS = 14


@require_GET
@permission_required(VIEW, raise_exception=True)
def nights(request: StaffRequest) -> HttpResponse:
    """Two weeks of nights, the latest first, step by step; until today, unless the address says otherwise."""
    now = timezone.now()
    today = timezone.localdate(now)
    form = UntilForm({"until": today.isoformat()} | request.GET.dict())
    until = min(form.cleaned_data["until"], today) if form.is_valid() else today
    days = [until - n * DAY for n in range(NIGHTS)]
    first = first_night() or today
    shown = nights_shown([day for day in days if day >= min(first, until)], now=now, region=request.user.region)
    context = {
        "form": form,
        "nights": shown,
        "working": any(night.is_at_work for night in shown),
        "labels": list(LABELS.values()),
        "may_run": request.user.has_perm(RIGHT),
        "earlier": days[-1] - DAY if days[-1] > first else None,
    }
    return render_page(
        request, "settlement/nights.html", context, title=_("Nights"), status=422 if form.errors else 200
    )


@require_POST
@permission_required(RIGHT, raise_exception=True)
def again(request: StaffRequest) -> HttpResponse:
    """Have a step, or a whole night, done again."""
    form = AgainForm(request.POST)
    if not form.is_valid():
        raise Http404
    day, kind = form.cleaned_data["day"], form.cleaned_data["kind"]
    try:
        asked = run_again(day=day, kind=kind, now=timezone.now(), by=request.user)
    except NightNotCome as refusal:
        messages.error(request, str(refusal))
        return redirect("nights")
    if asked:
        steps = ", ".join(str(LABELS[job.kind]) for job in asked)
        messages.success(request, _("Asked for the night to {day}: {steps}.").format(day=day, steps=steps))
    else:
        messages.warning(request, _("Nothing to do: the step is at work, or its time has not come."))
    return redirect("nights")


@require_GET
@permission_required(VIEW, raise_exception=True)
def report(request: StaffRequest) -> HttpResponse:
    """The morning report of a region and day; of yesterday and the own region, unless the address says otherwise."""
    form = _asked(request)
    shown = _report(request, form) if form.is_valid() else None
    context = {"form": form, "report": shown, "words": FIGURES, "fields": FIELDS}
    return render_page(
        request, "settlement/morning.html", context, title=_("Morning report"), status=200 if shown else 422
    )


@require_GET
@permission_required(VIEW, raise_exception=True)
def report_pdf(request: StaffRequest) -> HttpResponse:
    """The same on paper."""
    form = _asked(request)
    if not form.is_valid():
        raise Http404
    shown = _report(request, form)
    pdf = morning_report_pdf(shown, by=request.user, printed_at=timezone.localtime())
    record_event(
        AuditKind.PRINT, by=request.user, region=shown.region, request=request, paper="morning_report",
        day=shown.day.isoformat(),
    )  # fmt: skip
    headers = {"Content-Disposition": 'inline; filename="morning_report.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)


def _asked(request: StaffRequest) -> ReportForm:
    """Raises: Http404 for a region outside the scope."""
    yesterday = timezone.localdate() - DAY
    asked = {"day": yesterday.isoformat(), "region": request.user.region_id} | request.GET.dict()
    form = ReportForm(asked, region=request.user.region, last=yesterday)
    if "region" in form.errors:
        raise Http404
    return form


def _report(request: StaffRequest, form: ReportForm) -> MorningReport:
    asked = form.cleaned_data
    return morning_report(region=asked["region"], day=asked["day"], now=timezone.now(), staff=request.user)
