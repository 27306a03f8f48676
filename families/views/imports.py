"""The workbench of registration forms: the batches, one of them, and how far the work on it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required, user_passes_test
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.services.audit import record_event
from accounts.services.review import AlreadyDecided, NotYours
from families import import_desk as desk
from families.forms import ReasonForm
from families.forms.corrections import CorrectionForm
from families.forms.imports import CorrectedForm, HeadingsForm, LoadForm
from families.import_filters import BatchFilter, FamilyQuery
from families.import_headings import first_rows_of, headings_of, sender_of
from families.models import ImportBatch, ImportFamily
from families.models.batch import BatchState
from families.registration_books import template_book
from families.services.imports.batches import CONFIRMS_ANY, LOADS, HasEntered, assign_headings, load_file
from families.services.imports.corrections import OPEN_TO_CORRECTION
from families.services.imports.error_books import is_large

VIEW = "families.view_importbatch"
BATCHES, FAMILIES = 25, 50
WORKBOOK = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _has_a_desk(staff: Any) -> bool:
    """Whoever loads batches or confirms those of others. Raises: PermissionDenied."""
    if staff.has_perm(LOADS) or staff.has_perm(CONFIRMS_ANY):
        return True
    raise PermissionDenied


at_the_desk = user_passes_test(_has_a_desk)


def batch_in_scope(request: StaffRequest, pk: int) -> ImportBatch:
    """Raises: Http404 for a batch that is not there or not in scope."""
    return get_object_or_404(desk.batches_for(request.user), pk=pk)


@require_GET
@permission_required(VIEW, raise_exception=True)
def batches(request: StaffRequest) -> HttpResponse:
    """The batches of the region, newest first, and where a file is dropped."""
    return _batches(request, LoadForm())


@require_POST
@permission_required(LOADS, raise_exception=True)
def load(request: StaffRequest) -> HttpResponse:
    """Take a file over; the same file again leads to the batch that it is already."""
    form = LoadForm(request.POST, request.FILES, request_bytes=_bytes_of(request))
    if not form.is_valid():
        return _batches(request, form, status=422)
    upload = form.cleaned_data["file"]
    batch, is_new = load_file(
        content=upload.read(), name=upload.name, sender=form.cleaned_data["sender"], by=request.user
    )
    if is_new:
        messages.success(request, _("The file was taken over. Its progress is shown here."))
    else:
        words = _("This file is batch {n} already, loaded by {who}: nothing was changed.")
        messages.warning(request, words.format(n=batch.pk, who=batch.owner))
    return redirect(batch)


def _bytes_of(request: StaffRequest) -> int:
    return int(request.META.get("CONTENT_LENGTH") or 0)


def _batches(request: StaffRequest, form: LoadForm, *, status: int = 200) -> HttpResponse:
    narrow = BatchFilter(request.GET, request=request, staff=request.user)
    page = Paginator(narrow.narrowed(), BATCHES).get_page(request.GET.get("page"))
    figures = desk.figures_of(page.object_list)
    context = {
        "form": form,
        "filter": narrow,
        "page": page,
        "rows": [(batch, figures[batch.pk], desk.progress_of(batch)) for batch in page.object_list],
        "senders": desk.senders_for(request.user) if request.user.has_perm(LOADS) else [],
    }
    return render_page(request, "families/imports.html", context, title=_("Batch registration"), status=status)


@require_GET
@permission_required(LOADS, raise_exception=True)
def template(request: StaffRequest) -> HttpResponse:
    """The workbook to fill in."""
    return workbook(template_book(), "家庭共济批量登记表.xlsx")


def workbook(content: bytes, name: str) -> HttpResponse:
    """A file to save."""
    disposition = content_disposition_header(as_attachment=True, filename=name)
    headers = {"Content-Disposition": disposition or "attachment", "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=WORKBOOK, headers=headers)


@require_GET
@permission_required(VIEW, raise_exception=True)
def progress(request: StaffRequest, pk: int) -> HttpResponse:
    """How far the work on a batch is: a line of the list, or the bar of its page, which opens anew at the end."""
    batch = batch_in_scope(request, pk)
    moving = desk.progress_of(batch)
    if "row" in request.GET:
        figures = desk.figures_of([batch])[batch.pk]
        context = {"batch": batch, "figures": figures, "progress": moving}
        return render(request, "families/_import_row.html", context)
    answer = render(request, "families/_import_progress.html", {"batch": batch, "progress": moving})
    if moving is None:
        answer["HX-Refresh"] = "true"
    return answer


@require_GET
@permission_required(VIEW, raise_exception=True)
def batch(request: StaffRequest, pk: int) -> HttpResponse:
    """One batch: its figures, the families to correct first, and what can be done with it."""
    return batch_page(request, batch_in_scope(request, pk))


@require_POST
@at_the_desk
def headings(request: StaffRequest, pk: int) -> HttpResponse:
    """Say what headings mean, and have the file read again."""
    shown = batch_in_scope(request, pk)
    form = HeadingsForm(
        request.POST, sender=sender_of(shown), headings=headings_of(shown, request.POST.get("row", ""))
    )
    if not form.is_valid():
        return batch_page(request, shown, headings_form=form, status=422)
    try:
        assign_headings(batch_id=pk, columns=form.columns, sender=form.cleaned_data["sender"], by=request.user)
        messages.success(request, _("The file is read again with these columns."))
    except (AlreadyDecided, NotYours, HasEntered) as refusal:
        messages.error(request, str(refusal))
    return redirect(shown)


def batch_page(
    request: StaffRequest,
    shown: ImportBatch,
    *,
    headings_form: HeadingsForm | None = None,
    upload_form: CorrectedForm | None = None,
    status: int = 200,
) -> HttpResponse:
    works = desk.works_on(shown, request.user)
    figures = desk.figures_of([shown])[shown.pk]
    codes = desk.codes_of(shown) if figures.faulty else []
    context = {
        "batch": shown,
        "figures": figures,
        "codes": codes,
        "progress": desk.progress_of(shown),
        "works": works,
        "reviews": desk.reviews(shown, request.user),
        "large_book": works and bool(figures.faulty) and is_large(shown),
        "upload_form": upload_form or CorrectedForm(),
        "reason_form": ReasonForm(),
        "next_faulty": desk.next_faulty(None, shown) if figures.faulty else None,
    }
    context |= _families(request, shown, codes) if figures.families else {}
    context |= _unread(request, shown, figures, headings_form) if works else {}
    return render_page(request, "families/import_batch.html", context, title=_batch_title(shown), status=status)


def _batch_title(shown: ImportBatch) -> str:
    return _("Batch {n}").format(n=shown.pk)


def _families(request: StaffRequest, shown: ImportBatch, codes: list[tuple[str, int]]) -> dict[str, Any]:
    """A page of the families, one of them open where the address says so."""
    query = FamilyQuery(request.GET, codes=codes)
    families = query.narrow(desk.families_in_order(shown).select_related("group", "case", "corrected_by"))
    opened = _opened(request, shown)
    pages = Paginator(families, FAMILIES)
    number = desk.place_of(opened, families) // FAMILIES + 1 if opened else request.GET.get("page")
    page = pages.get_page(number)
    lines = [desk.line_of(family, shown.layout) for family in page.object_list]
    if opened is not None:
        tell_looked(request, opened, shown)
    return {
        "query": query,
        "opened": opened,
        "page": page,
        "lines": [
            (line, form_for(line.family, shown, request.user) if line.family == opened else None) for line in lines
        ],
        "next_faulty": desk.next_faulty(opened, shown),
    }


def tell_looked(request: StaffRequest, family: ImportFamily, shown: ImportBatch) -> None:
    """Whoever opens a family sees what its form says of people who may not be on the roster."""
    record_event(
        AuditKind.LOOK, by=request.user, region=shown.region, request=request, batch=shown.pk, row=family.first_row
    )


def form_for(family: ImportFamily, shown: ImportBatch, staff: Staff, data: Any = None) -> CorrectionForm:
    """To be corrected by whoever works on the batch; masked for everybody else."""
    corrects = shown.is_open and family.state in OPEN_TO_CORRECTION and desk.works_on(shown, staff)
    return CorrectionForm(data, family=family, layout=shown.layout, masked=not corrects)


def _opened(request: StaffRequest, shown: ImportBatch) -> ImportFamily | None:
    """The family that the address asks to be open, when it is one of this batch."""
    asked = request.GET.get("open", "")
    if not (asked.isascii() and asked.isdigit() and len(asked) < 18):
        return None
    return shown.families.filter(pk=int(asked)).first()


def _unread(
    request: StaffRequest, shown: ImportBatch, figures: desk.Figures, form: HeadingsForm | None
) -> dict[str, Any]:
    """What was not read of the file, to be assigned by whoever works on it."""
    open_to_it = shown.state == BatchState.UNMAPPED or (shown.state == BatchState.CHECKED and not figures.has_entered)
    if not open_to_it:
        return {}
    row = request.POST.get("row", "") or request.GET.get("row", "")
    form = form or HeadingsForm(sender=sender_of(shown), headings=headings_of(shown, row))
    if shown.state == BatchState.UNMAPPED:
        form.focus()
    return {
        "headings_form": form,
        "first_rows": first_rows_of(shown, row, form.selects) if shown.state == BatchState.UNMAPPED else [],
        "senders": desk.senders_for(request.user),
    }
