"""What leaves the workbench and comes back: the workbook of errors, its correction, the summary."""

from __future__ import annotations

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models.audit import AuditKind
from accounts.models.job import JobState
from accounts.pages import StaffRequest
from accounts.services.audit import record_event
from accounts.services.review import AlreadyDecided, NotYours
from families import import_desk as desk
from families.batch_papers import batch_summary_pdf
from families.forms.imports import CorrectedForm
from families.models import ImportBatch
from families.registration_books import book_name, error_book
from families.services.imports.corrections import load_corrections
from families.services.imports.error_books import ask_for_book, is_large, last_book, to_correct
from families.views.imports import at_the_desk, batch_in_scope, batch_page, workbook


@require_GET
@at_the_desk
def errors(request: StaffRequest, pk: int) -> HttpResponse:
    """The families to correct, in the sender's own layout. It carries full numbers: for who works on the batch."""
    shown = batch_in_scope(request, pk)
    faulty = to_correct(shown)
    count = faulty.count()
    if not desk.works_on(shown, request.user):
        messages.error(request, str(NotYours(who=str(shown.owner))))
        return redirect(shown)
    if not count:
        messages.error(request, _("Nothing is to be corrected."))
        return redirect(shown)
    if is_large(shown):
        return _kept_book(request, shown)
    return _told_book(request, shown, error_book(shown, faulty.iterator(chunk_size=500)), count)


def _kept_book(request: StaffRequest, shown: ImportBatch) -> HttpResponse:
    """The one that a worker made for this person."""
    job = last_book(shown, request.user)
    if job is None or job.state != JobState.DONE or job.result is None:
        messages.warning(request, _("A workbook of errors this large is made by a worker: ask for it here."))
        return redirect(shown)
    return _told_book(request, shown, job.file.content, job.result["families"])


def _told_book(request: StaffRequest, shown: ImportBatch, content: bytes, count: int) -> HttpResponse:
    record_event(
        AuditKind.PRINT, by=request.user, region=shown.region, request=request, batch=shown.pk,
        paper="error_book", families=count,
    )  # fmt: skip
    return workbook(content, book_name(shown))


@require_GET
@at_the_desk
def error_book_progress(request: StaffRequest, pk: int) -> HttpResponse:
    """How far the worker is with the workbook that this person asked for, as a fragment."""
    shown = batch_in_scope(request, pk)
    job = last_book(shown, request.user)
    context = {"batch": shown, "job": job, "asks": "every 1s" if job is not None and not job.is_over else ""}
    return render(request, "families/_import_error_book.html", context)


@require_POST
@at_the_desk
def make_error_book(request: StaffRequest, pk: int) -> HttpResponse:
    """Have a worker make it."""
    shown = batch_in_scope(request, pk)
    try:
        ask_for_book(batch_id=pk, language=get_language() or settings.LANGUAGE_CODE, by=request.user)
    except NotYours as refusal:
        messages.error(request, str(refusal))
    return redirect(shown)


@require_POST
@at_the_desk
def corrections(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the corrected workbook over: a worker replaces the families in it."""
    shown = batch_in_scope(request, pk)
    length = int(request.META.get("CONTENT_LENGTH") or 0)
    form = CorrectedForm(request.POST, request.FILES, request_bytes=length)
    if not form.is_valid():
        return batch_page(request, shown, upload_form=form, status=422)
    upload = form.cleaned_data["file"]
    try:
        load_corrections(batch_id=pk, content=upload.read(), name=upload.name, by=request.user)
        messages.success(request, _("The corrected workbook was taken over. Its progress is shown here."))
    except (AlreadyDecided, NotYours) as refusal:
        messages.error(request, str(refusal))
    return redirect(shown)


@require_GET
@permission_required("families.view_importbatch", raise_exception=True)
def summary(request: StaffRequest, pk: int) -> HttpResponse:
    """What came in, what went in, what goes back: to be signed and filed."""
    shown = batch_in_scope(request, pk)
    faulty = to_correct(shown)
    figures = desk.figures_of([shown])[shown.pk].with_codes(desk.codes_of(shown))
    pdf = batch_summary_pdf(shown, figures, faulty.iterator(chunk_size=200))
    record_event(
        AuditKind.PRINT, by=request.user, region=shown.region, request=request, batch=shown.pk, paper="batch_summary"
    )
    headers = {"Content-Disposition": f'inline; filename="batch-{shown.pk}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
