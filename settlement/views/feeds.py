"""Settlement feeds: a file dropped, settled by a worker, and what came of it. The web process never parses a file."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from accounts.job_progress import progress_of
from accounts.models import Job
from accounts.pages import StaffRequest, render_page
from accounts.services.exports import export_table
from accounts.services.import_result import SHOWN_ERRORS
from accounts.spreadsheets.writer import CONTENT_TYPES, Column, Form
from settlement.forms.settlements import FeedForm
from settlement.services.feed import LOAD, RIGHT, ask_for_load

FEEDS = 25


def feeds_for(request: StaffRequest) -> QuerySet[Job]:
    """The feeds that were loaded in the region, newest first, without their contents."""
    loads = Job.objects.for_staff(request.user).filter(kind=LOAD)
    return loads.select_related("owner", "region", "file").defer("file__content_sealed")


@require_http_methods(["GET", "POST"])
@permission_required(RIGHT, raise_exception=True)
def load(request: StaffRequest) -> HttpResponse:
    """Take a feed over, and the feeds that were loaded before."""
    if request.method == "GET":
        return _page(request, FeedForm())
    form = FeedForm(request.POST, request.FILES, request_bytes=int(request.META.get("CONTENT_LENGTH") or 0))
    if not form.is_valid():
        return _page(request, form, status=422)
    upload = form.cleaned_data["file"]
    job = ask_for_load(
        content=upload.read(), name=upload.name, check_only=form.cleaned_data["check_only"], by=request.user
    )
    return redirect("settlement-feed", job.pk)


def _page(request: StaffRequest, form: FeedForm, *, status: int = 200) -> HttpResponse:
    page = Paginator(feeds_for(request), FEEDS).get_page(request.GET.get("page"))
    context = {"form": form, "page": page}
    return render_page(request, "settlement/load.html", context, title=_("Load settlements"), status=status)


@require_GET
@permission_required(RIGHT, raise_exception=True)
def feed(request: StaffRequest, pk: int) -> HttpResponse:
    """One feed: how far it is, then what came of it; asked for every second until it is over."""
    job = get_object_or_404(feeds_for(request), pk=pk)
    context = {"job": job, "progress": progress_of(job), "shown_errors": SHOWN_ERRORS}
    return render_page(request, "settlement/feed.html", context, title=_("Settlement feed"))


@require_GET
@permission_required(RIGHT, raise_exception=True)
def errors(request: StaffRequest, pk: int) -> HttpResponse:
    """What is wrong with a feed, as a workbook for the institution that sent it; values are masked in it."""
    job = get_object_or_404(feeds_for(request).filter(result__error_count__gt=0), pk=pk)
    columns = [
        Column(_("Row"), width=8),
        Column(_("Column")),
        Column(_("Error"), width=28),
        Column(_("What to do"), width=90),
    ]
    faults = job.result["errors"] if job.result else []
    rows = ((str(one["row"]), one["column"], one["code"], one["message"]) for one in faults)
    book = export_table(
        what="settlement_errors", columns=columns, rows=rows, form=Form.XLSX, by=request.user, request=request
    )
    disposition = content_disposition_header(as_attachment=True, filename=_("errors-{n}.xlsx").format(n=job.pk))
    headers = {"Content-Disposition": disposition or "attachment", "Cache-Control": "no-store"}
    return HttpResponse(book, content_type=CONTENT_TYPES[Form.XLSX], headers=headers)
