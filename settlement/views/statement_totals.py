"""Totals of institutions (3201): entered or loaded, each beside our own sum, and where detail is asked for."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import StaffRequest, render_page
from accounts.selectors import code_labels
from settlement.forms.statements import TotalFilter, TotalForm, TotalsFileForm
from settlement.models import StatementTotal
from settlement.services.comparing import compare_totals
from settlement.services.statements import RIGHT
from settlement.services.totals import ask_for_totals, record_totals

VIEW = "settlement.view_statementtotal"
ROWS = 50


@require_GET
@permission_required(VIEW, raise_exception=True)
def totals(request: StaffRequest) -> HttpResponse:
    """The totals in scope; with the right, one is entered here."""
    return _page(request, TotalForm(staff=request.user))


@require_POST
@permission_required(RIGHT, raise_exception=True)
def enter(request: StaffRequest) -> HttpResponse:
    """One total."""
    form = TotalForm(request.POST, staff=request.user)
    if not form.is_valid():
        return _page(request, form, status=422)
    if record_totals(totals=[form.total], by=request.user):
        messages.success(request, _("The total is stored and compared below."))
    else:
        messages.info(request, _("The same total counts already: nothing changed."))
    return redirect("statement-totals")


@require_POST
@permission_required(RIGHT, raise_exception=True)
def load(request: StaffRequest) -> HttpResponse:
    """A table of totals, for a worker to take in."""
    form = TotalsFileForm(request.POST, request.FILES, request_bytes=int(request.META.get("CONTENT_LENGTH") or 0))
    if not form.is_valid():
        return _page(request, TotalForm(staff=request.user), upload=form, status=422)
    upload = form.cleaned_data["file"]
    return redirect("statement-load", ask_for_totals(content=upload.read(), name=upload.name, by=request.user).pk)


def _page(
    request: StaffRequest, form: TotalForm, *, upload: TotalsFileForm | None = None, status: int = 200
) -> HttpResponse:
    narrow = TotalFilter(request.GET)
    rows = StatementTotal.objects.for_staff(request.user).select_related("institution", "loaded_by")
    page = Paginator(narrow.narrowed(rows), ROWS).get_page(request.GET.get("page"))
    context = {
        "form": form if request.user.has_perm(RIGHT) else None,
        "upload": upload or TotalsFileForm(),
        "filter": narrow,
        "page": page,
        "compared": compare_totals(page.object_list),
        "results": code_labels("stmt_rslt"),
        "insutypes": code_labels("insutype"),
        "clr_types": code_labels("clr_type"),
    }
    return render_page(request, "settlement/statement_totals.html", context, title=_("Totals"), status=status)
