"""Full ID numbers: asked for with a reason, decided by a second person."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import StaffRequest, render_page
from accounts.services.rights import RightMissing
from reports.definition import RowList
from reports.exporting import FULL_NUMBERS
from reports.files import Form
from reports.forms import DecisionForm, FullNumbersForm
from reports.full_numbers import (
    NoSuchRows,
    NotToDecide,
    ReasonMissing,
    ask_for_full_numbers,
    decide_full_numbers,
    has_numbers,
)
from reports.lists import OFFERED
from reports.models import FullNumbersRequest
from reports.models.full_numbers import NumbersState
from reports.views.exports import await_export
from reports.views.reports import asked_of, report_or_404

SHOWN = 50


@require_POST
@permission_required(FULL_NUMBERS, raise_exception=True)
def ask(request: StaffRequest, code: str) -> HttpResponse:
    listed, form = report_or_404(request, code), FullNumbersForm(request.POST)
    if not isinstance(listed, RowList) or not has_numbers(listed):
        raise Http404
    asked = asked_of(request.POST, listed)
    back = redirect(f"{reverse('report', args=[code])}?{urlencode(asked)}")
    if not form.is_valid():
        messages.error(request, _("Full numbers need a reason, of at most 200 characters."))
        return back
    wanted, reason = Form(form.cleaned_data["form"]), form.cleaned_data["reason"]
    try:
        made = ask_for_full_numbers(listed=listed, asked=asked, form=wanted, reason=reason, by=request.user)
    except (NoSuchRows, RightMissing) as refused:
        messages.error(request, str(refused))
        return back
    if made.job is None:
        messages.info(request, _("More than {n} lines: a second person has to agree.").format(n=made.alone_up_to))
        return redirect("full-numbers")
    await_export(request, made.job)
    return redirect("exports")


@require_GET
@permission_required("reports.view_fullnumbersrequest", raise_exception=True)
def requests(request: StaffRequest) -> HttpResponse:
    """Those in scope: what waits first, then what was decided."""
    scope = FullNumbersRequest.objects.for_staff(request.user).select_related("asked_by", "decided_by", "region")
    may_decide = request.user.has_perm(FULL_NUMBERS)
    waiting = [
        (one, OFFERED[one.report], may_decide and one.asked_by_id != request.user.pk)
        for one in scope.filter(state=NumbersState.WAITING).order_by("asked_at")
    ]
    others = [(one, OFFERED[one.report]) for one in scope.exclude(state=NumbersState.WAITING)[:SHOWN]]
    context = {"waiting": waiting, "others": others}
    return render_page(request, "reports/full_numbers.html", context, title=_("Full ID numbers"))


@require_POST
@permission_required(FULL_NUMBERS, raise_exception=True)
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    asked = get_object_or_404(FullNumbersRequest.objects.for_staff(request.user), pk=pk)
    form = DecisionForm(request.POST)
    try:
        if not form.is_valid():
            raise ReasonMissing
        agree, reason = form.cleaned_data["agree"], form.cleaned_data["reason"]
        decide_full_numbers(request_id=asked.pk, agree=agree, reason=reason, by=request.user)
    except ReasonMissing:
        messages.error(request, _("A refusal needs a reason, of at most 200 characters."))
    except (NotToDecide, RightMissing) as refused:
        messages.error(request, str(refused))
    else:
        said = _("Agreed: the file is being made.") if agree else _("Refused; nothing is exported.")
        messages.success(request, said)
    return redirect("full-numbers")
