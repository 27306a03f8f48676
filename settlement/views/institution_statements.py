"""Statements of institutions (3202): files dropped, taken in by a worker, listed with what each replaced.

The web process never parses a file.
"""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_POST

from accounts.job_progress import progress_of
from accounts.models import Job
from accounts.models.audit import AuditKind
from accounts.models.job import JobState
from accounts.pages import StaffRequest, render_page
from accounts.rules.identity import mask_number
from accounts.services.audit import record_event
from accounts.services.import_result import SHOWN_ERRORS
from settlement.forms.statements import SchemeForm, StatementFilter, StatementsForm
from settlement.models import Discrepancy, Statement, StatementLine
from settlement.models.discrepancy import DifferenceCode
from settlement.services.reconciling import RIGHT as RECONCILE
from settlement.services.results import Scheme, result_file
from settlement.services.statements import LOAD, RIGHT, ask_for_load
from settlement.services.totals import LOAD as LOAD_TOTALS

VIEW = "settlement.view_statement"
ROWS, LINES, LOADS = 50, 100, 20
# National field → what a person calls it.
FIELDS = {field.help_text: field.verbose_name for field in StatementLine._meta.concrete_fields if field.help_text} | {
    "fixmedins_code": gettext_lazy("institution")
}


@require_GET
@permission_required(VIEW, raise_exception=True)
def statements(request: StaffRequest) -> HttpResponse:
    """The statements in scope; with the right, files are handed over here."""
    return _page(request, StatementsForm())


@require_POST
@permission_required(RIGHT, raise_exception=True)
def take_in(request: StaffRequest) -> HttpResponse:
    """Files for a worker to take in, each a job of its own."""
    form = StatementsForm(request.POST, request.FILES, request_bytes=int(request.META.get("CONTENT_LENGTH") or 0))
    if not form.is_valid():
        return _page(request, form, status=422)
    for upload in form.cleaned_data["file"]:
        ask_for_load(content=upload.read(), name=upload.name, by=request.user)
    return redirect("institution-statements")


def _page(request: StaffRequest, form: StatementsForm, *, status: int = 200) -> HttpResponse:
    narrow = StatementFilter(request.GET)
    page = Paginator(narrow.narrowed(_statements(request)), ROWS).get_page(request.GET.get("page"))
    may_load = request.user.has_perm(RIGHT)
    loads = list(loads_for(request).filter(kind=LOAD)[:LOADS]) if may_load else []
    context = {
        "form": form if may_load else None,
        "filter": narrow,
        "page": page,
        "loads": loads,
        "working": any(not job.is_over for job in loads),
    }
    return render_page(
        request, "settlement/institution_statements.html", context, title=_("Statements"), status=status
    )


def _statements(request: StaffRequest) -> QuerySet[Statement]:
    still_open = (
        Discrepancy.objects.open()
        .filter(institution=OuterRef("institution"), business_date=OuterRef("business_date"))
        .order_by()
        .values("institution")
        .annotate(n=Count("setl_id", distinct=True))
    )
    rows = Statement.objects.for_staff(request.user).select_related("institution", "loaded_by")
    return rows.annotate(still_open=Subquery(still_open.values("n")))


def loads_for(request: StaffRequest) -> QuerySet[Job]:
    """What was handed over in the region, newest first, without the contents."""
    loads = Job.objects.for_staff(request.user).filter(kind__in=[LOAD, LOAD_TOTALS])
    return loads.select_related("owner", "region", "file").defer("file__content_sealed")


@require_GET
@permission_required(RIGHT, raise_exception=True)
def load(request: StaffRequest, pk: int) -> HttpResponse:
    """One file that was handed over: how far it is, then what came of it."""
    job = get_object_or_404(loads_for(request), pk=pk)
    errors = (job.result or {}).get("error_count")
    context = {
        "job": job,
        "progress": progress_of(job),
        "shown_errors": SHOWN_ERRORS,
        "of_totals": job.kind == LOAD_TOTALS,
        "stored": job.state == JobState.DONE and not errors,
    }
    return render_page(request, "settlement/statement_load.html", context, title=_("File of an institution"))


@require_GET
@permission_required(VIEW, raise_exception=True)
def statement(request: StaffRequest, pk: int) -> HttpResponse:
    """A statement with its lines, and the others of the same institution and day."""
    shown = get_object_or_404(_statements(request), pk=pk)
    record_event(AuditKind.LOOK, by=request.user, request=request, statement=shown.pk)
    page = Paginator(_lines(shown), LINES).get_page(request.GET.get("page"))
    of_day = Statement.objects.for_staff(request.user).filter(
        institution=shown.institution_id, business_date=shown.business_date
    )
    context = {
        "statement": shown,
        "versions": of_day.select_related("loaded_by").order_by("-pk"),
        "page": page,
        "lines": [(line, mask_number(line.psn_no), _differing(line)) for line in page],
        "schemes": Scheme.choices if shown.counts and request.user.has_perm(RECONCILE) else [],
    }
    title = _("Statement of {name}").format(name=shown.institution.name)
    return render_page(request, "settlement/institution_statement.html", context, title=title)


def _differing(line: StatementLine) -> list[str]:
    """Field by field, or that the centre has nothing of the line. Expects a row of `_lines`."""
    return [
        str(FIELDS.get(one.field, one.field)) if one.code == DifferenceCode.DIFFERS else one.get_code_display()
        for one in line.discrepancies.all()
    ]


def _lines(statement: Statement) -> QuerySet[StatementLine]:
    still = Prefetch("discrepancies", Discrepancy.objects.filter(closed_at=None).order_by("field"))
    return StatementLine.objects.filter(statement=statement).order_by("number").prefetch_related(still)


@require_GET
@permission_required(RECONCILE, raise_exception=True)
def result(request: StaffRequest, pk: int) -> HttpResponse:
    """The file that goes back to the institution; of the statement that counts."""
    counting = Statement.objects.for_staff(request.user).counting().select_related("institution")
    form = SchemeForm(request.GET)
    scheme = form.cleaned_data["scheme"] if form.is_valid() else Scheme.NATIONAL
    file = result_file(statement=get_object_or_404(counting, pk=pk), scheme=scheme, by=request.user, request=request)
    disposition = content_disposition_header(as_attachment=True, filename=file.name)
    headers = {"Content-Disposition": disposition or "attachment", "Cache-Control": "no-store"}
    return HttpResponse(file.content, content_type="application/zip", headers=headers)
