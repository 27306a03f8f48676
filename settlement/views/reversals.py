"""Cases of reversal: asked for at the settlement, decided by another person; and the list of them."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.services.audit import record_event
from families.forms import ReasonForm
from settlement.models import ReversalCase, Settlement
from settlement.models.reversal import ReversalState
from settlement.services.reversals import (
    REFUSALS,
    approve_reversal,
    ask_reversal,
    open_case_of,
    reject_reversal,
    reversal_of,
    withdraw_reversal,
)
from settlement.services.settled import shares_of
from settlement.trail import steps_of
from settlement.views.lists import work_list
from settlement.worklists import reversals_of


def _case_in_scope(request: StaffRequest, pk: int) -> ReversalCase:
    cases = ReversalCase.objects.for_staff(request.user)
    related = (
        "settlement__person__region", "settlement__institution", "settlement__claim__institution", "handled_by",
        "reviewed_by", "reversal",
    )  # fmt: skip
    return get_object_or_404(cases.select_related(*related), pk=pk)


@require_GET
@permission_required("settlement.view_reversalcase", raise_exception=True)
def reversals(request: StaffRequest) -> HttpResponse:
    reviews = request.user.has_perm("settlement.review_reversalcase")
    return work_list(
        request,
        "settlement/reversals.html",
        reversals_of(request.user),
        states=ReversalState,
        reviews=reviews,
        title=_("Reversals"),
    )


@require_http_methods(["GET", "POST"])
@permission_required("settlement.reverse_settlement", raise_exception=True)
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    """The settlement, what would go back to whom, and why it is wrong."""
    settlements = Settlement.objects.for_staff(request.user).select_related(
        "person__region", "institution", "claim__institution"
    )
    settlement = get_object_or_404(settlements, pk=pk)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            case = ask_reversal(settlement_id=settlement.pk, reason=form.cleaned_data["reason"], by=request.user)
        except REFUSALS as refusal:
            messages.error(request, str(refusal))
            return redirect("reversal-ask", pk=settlement.pk)
        messages.success(request, _("Submitted; another person reviews it."))
        return redirect(case)
    record_event(AuditKind.LOOK, by=request.user, person=settlement.person, request=request, case=settlement.setl_id)
    context = {
        "settlement": settlement,
        "person": settlement.person,
        "shares": shares_of(settlement, by=request.user),
        "form": form,
        "reversal": reversal_of(settlement),
        "open_case": open_case_of(settlement.pk),
    }
    status = 422 if form.errors else 200
    return render_page(request, "settlement/reversal_ask.html", context, title=_("Ask for a reversal"), status=status)


@require_GET
@permission_required("settlement.view_reversalcase", raise_exception=True)
def reversal(request: StaffRequest, pk: int) -> HttpResponse:
    shown = _case_in_scope(request, pk)
    person = shown.settlement.person
    record_event(AuditKind.LOOK, by=request.user, person=person, request=request, case=shown.number)
    return _case_page(request, shown)


def _case_page(
    request: StaffRequest, shown: ReversalCase, *, reason_form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    context = {
        "case": shown,
        "settlement": shown.settlement,
        "person": shown.settlement.person,
        "shares": shares_of(shown.settlement, by=request.user),
        "overtaken": reversal_of(shown.settlement) if shown.is_open else None,
        "is_own": shown.handled_by_id == request.user.pk,
        "steps": steps_of(shown),
        "reason_form": reason_form or ReasonForm(),
    }
    return render_page(request, "settlement/reversal.html", context, title=shown.number, status=status)


@require_POST
@permission_required("settlement.review_reversalcase", raise_exception=True)
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    shown = _case_in_scope(request, pk)
    try:
        done = approve_reversal(case_id=shown.pk, by=request.user)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)
    if done.state == ReversalState.APPROVED:
        messages.success(request, _("{number}: reversed, every share is paid back.").format(number=done.number))
    else:
        messages.warning(request, done.decision)
    return redirect(done)


@require_POST
@permission_required("settlement.review_reversalcase", raise_exception=True)
def reject(request: StaffRequest, pk: int) -> HttpResponse:
    shown = _case_in_scope(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _case_page(request, shown, reason_form=form, status=422)
    try:
        reject_reversal(case_id=shown.pk, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("{number}: refused with the reason.").format(number=shown.number))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return redirect(shown)


@require_POST
@permission_required("settlement.reverse_settlement", raise_exception=True)
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    shown = _case_in_scope(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _case_page(request, shown, reason_form=form, status=422)
    try:
        withdraw_reversal(case_id=shown.pk, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Withdrawn."))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return redirect(shown)
