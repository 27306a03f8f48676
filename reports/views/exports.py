"""Files of reports: asked for, watched, fetched. A worker makes them; the web process reads no row for them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import QuerySet
from django.http import HttpResponse
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
from reports.exporting import KEPT, KIND, RIGHT, ask_for_export
from reports.files import CONTENT_TYPES, Form
from reports.forms import ExportForm
from reports.standard import REPORTS
from reports.views.reports import asked_of, report_or_404

SHOWN = 50


def own_exports(request: StaffRequest) -> QuerySet[Job]:
    """Without the files' contents: the page asks every second."""
    own = Job.objects.for_staff(request.user).filter(owner=request.user, kind=KIND)
    return own.select_related("file").defer("file__content_sealed")


@require_POST
@permission_required(RIGHT, raise_exception=True)
def ask(request: StaffRequest, code: str) -> HttpResponse:
    report, form = report_or_404(request, code), ExportForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such form of a file."))
        return redirect("report", code)
    asked = asked_of(request.POST, report)
    ask_for_export(report=report, asked=asked, form=Form(form.cleaned_data["form"]), by=request.user)
    return redirect("exports")


@require_GET
@permission_required(RIGHT, raise_exception=True)
def exports(request: StaffRequest) -> HttpResponse:
    context = {"exports": [_told(job) for job in own_exports(request)[:SHOWN]], "days": KEPT.days}
    return render_page(request, "reports/exports.html", context, title=_("My exports"))


@require_GET
@permission_required(RIGHT, raise_exception=True)
def export(request: StaffRequest, pk: int) -> HttpResponse:
    """One export as a line of the list: asked for every second while it is made."""
    return render(request, "reports/_export.html", {"one": _told(get_object_or_404(own_exports(request), pk=pk))})


def _told(job: Job) -> dict[str, object]:
    return {
        "job": job,
        "report": REPORTS[job.params["report"]],
        "is_there": job.state == JobState.DONE and _is_kept(job),
    }


def _is_kept(job: Job) -> bool:
    recent = job.finished_at is not None and job.finished_at > timezone.now() - KEPT
    return recent and hasattr(job, "file")


@require_GET
@permission_required(RIGHT, raise_exception=True)
def file(request: StaffRequest, pk: int) -> HttpResponse:
    """The file, to the person who asked for it, for a week; each fetching is an audit event."""
    finished = own_exports(request).filter(state=JobState.DONE, finished_at__gt=timezone.now() - KEPT)
    job = get_object_or_404(finished.filter(file__isnull=False), pk=pk)
    report_or_404(request, job.params["report"])
    record_event(AuditKind.EXPORT, by=request.user, request=request, fetched=job.pk, sha256=job.file.sha256)
    disposition = content_disposition_header(as_attachment=True, filename=job.file.name)
    headers = {"Content-Disposition": disposition or "attachment", "Cache-Control": "no-store"}
    return HttpResponse(job.file.content, content_type=CONTENT_TYPES[Form(job.params["form"])], headers=headers)
