"""Files of reports: asked for, watched, fetched. A worker makes them; the web process reads no row for them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Job
from accounts.models.audit import AuditKind
from accounts.models.job import JobState
from accounts.pages import StaffRequest, render_page
from accounts.services.audit import record_event
from accounts.services.jobs import NotToCancel, cancel_job, may_be_cancelled
from reports.exporting import KEPT, KEPT_OF_A_MONTH, KIND, RIGHT, ask_for_export
from reports.files import CONTENT_TYPES, Form
from reports.forms import ExportForm
from reports.lists import OFFERED
from reports.views.reports import asked_of, report_or_404

SHOWN = 50
AWAITED = "awaited_exports"  # in the session: those whose end is told wherever the person is by then


def own_exports(request: StaffRequest) -> QuerySet[Job]:
    """Without the files' contents: the page asks every second."""
    own = Job.objects.for_staff(request.user).filter(owner=request.user, kind=KIND, params__report__in=[*OFFERED])
    return own.select_related("file", "full_numbers").defer("file__content_sealed")


def await_export(request: StaffRequest, job: Job) -> None:
    request.session[AWAITED] = [*request.session.get(AWAITED, []), job.pk]


@require_POST
@permission_required(RIGHT, raise_exception=True)
def ask(request: StaffRequest, code: str) -> HttpResponse:
    report, form = report_or_404(request, code), ExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such form of a file."))
        return redirect("report", code)
    asked = asked_of(request.POST, report)
    job = ask_for_export(report=report, asked=asked, form=Form(form.cleaned_data["form"]), by=request.user)
    await_export(request, job)
    return redirect("exports")


@require_GET
@permission_required(RIGHT, raise_exception=True)
def exports(request: StaffRequest) -> HttpResponse:
    told = [_told(job) for job in own_exports(request)[:SHOWN]]
    context = {"exports": told, "days": KEPT.days, "monthly_days": KEPT_OF_A_MONTH.days}
    return render_page(request, "reports/exports.html", context, title=_("My exports"))


@require_GET
@permission_required(RIGHT, raise_exception=True)
def export(request: StaffRequest, pk: int) -> HttpResponse:
    """One export as a line of the list: asked for every second while it is made."""
    return render(request, "reports/_export.html", {"one": _told(get_object_or_404(own_exports(request), pk=pk))})


@require_GET
@permission_required(RIGHT, raise_exception=True)
def notice(request: StaffRequest) -> HttpResponse:
    """Which awaited exports are over: asked for by every page while there are any."""
    awaited = set(request.session.get(AWAITED, []))
    over = [job for job in own_exports(request).filter(pk__in=awaited) if job.is_over]
    left = awaited - {job.pk for job in over}
    if left != awaited:
        request.session[AWAITED] = sorted(left)
    return render(request, "reports/_notice.html", {"over": [_told(job) for job in over], "left": left})


@require_POST
@permission_required(RIGHT, raise_exception=True)
def cancel(request: StaffRequest, pk: int) -> HttpResponse:
    job = get_object_or_404(own_exports(request), pk=pk)
    try:
        cancel_job(job=job, by=request.user)
    except NotToCancel as refused:
        messages.error(request, str(refused))
    else:
        messages.success(request, _("Cancelled; nothing of it is kept."))
    return redirect("exports")


def _told(job: Job) -> dict[str, object]:
    return {
        "job": job,
        "report": OFFERED[job.params["report"]],
        "is_there": job.state == JobState.DONE and _is_kept(job),
        "may_cancel": may_be_cancelled(job),
        "is_full": hasattr(job, "full_numbers"),
    }


def _is_kept(job: Job) -> bool:
    return hasattr(job, "file") and job.file.expires_at is not None and job.file.expires_at > timezone.now()


@require_GET
@permission_required(RIGHT, raise_exception=True)
def file(request: StaffRequest, pk: int) -> StreamingHttpResponse:
    """The file, to the person who asked for it, piece by piece, while it is kept; each fetching is an audit event."""
    finished = own_exports(request).filter(state=JobState.DONE, file__expires_at__gt=timezone.now())
    job = get_object_or_404(finished, pk=pk)
    report_or_404(request, job.params["report"])
    full: dict[str, Any] = {"full_numbers": job.full_numbers.pk} if hasattr(job, "full_numbers") else {}
    record_event(AuditKind.EXPORT, by=request.user, request=request, fetched=job.pk, sha256=job.file.sha256, **full)
    disposition = content_disposition_header(as_attachment=True, filename=job.file.name)
    headers = {
        "Content-Disposition": disposition or "attachment",
        "Content-Length": str(job.file.size),
        "Cache-Control": "no-store",
    }
    return StreamingHttpResponse(
        job.file.opened(), content_type=CONTENT_TYPES[Form(job.params["form"])], headers=headers
    )
