"""What leaves the workbench and comes back: the workbook of errors, its correction, the summary."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest
from accounts.services.audit import record_event
from accounts.services.review import AlreadyDecided, NotYours
from families import import_desk as desk
from families.batch_papers import batch_summary_pdf
from families.forms.imports import CorrectedForm
from families.models.batch import FamilyState
from families.registration_books import error_book
from families.services.imports.corrections import load_corrections
from families.views.imports import at_the_desk, batch_in_scope, batch_page, workbook


@require_GET
@at_the_desk
def errors(request: StaffRequest, pk: int) -> HttpResponse:
    """The families to correct, in the sender's own layout. It carries full numbers: for who works on the batch."""
    shown = batch_in_scope(request, pk)
    faulty = shown.families.filter(state=FamilyState.FAULTY).order_by("position")
    count = faulty.count()
    if not desk.works_on(shown, request.user):
        messages.error(request, str(NotYours(who=str(shown.owner))))
        return redirect(shown)
    if not count:
        messages.error(request, _("Nothing is to be corrected."))
        return redirect(shown)
    book = error_book(shown, faulty.iterator(chunk_size=500))
    record_event(
        AuditKind.PRINT, by=request.user, region=shown.region, request=request, batch=shown.pk,
        paper="error_book", families=count,
    )  # fmt: skip
    return workbook(book, f"错误明细表-{shown.pk}.xlsx")


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
    faulty = shown.families.filter(state=FamilyState.FAULTY).order_by("position")
    figures = desk.figures_of([shown])[shown.pk].with_codes(desk.codes_of(shown))
    pdf = batch_summary_pdf(shown, figures, faulty.iterator(chunk_size=200))
    record_event(
        AuditKind.PRINT, by=request.user, region=shown.region, request=request, batch=shown.pk, paper="batch_summary"
    )
    headers = {"Content-Disposition": f'inline; filename="batch-{shown.pk}.pdf"', "Cache-Control": "no-store"}
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
