"""Corrections of a balance: asked for on one page, decided on another by another person."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.forms import AdjustmentForm, DecisionForm
from accounts.models import AccountAdjustment, PersonalAccount
from accounts.models.account import AdjustmentState
from accounts.pages import StaffRequest, render_page
from accounts.services.adjustments import SentBefore, decide_adjustment, request_adjustment
from accounts.services.ledger import AccountClosed, InsufficientBalance
from accounts.services.persons import RecordMerged
from accounts.services.review import AlreadyDecided, OwnWork


@require_http_methods(["GET", "POST"])
@permission_required("accounts.add_accountadjustment", raise_exception=True)
def request_(request: StaffRequest, pk: int) -> HttpResponse:
    """Ask for a correction of one account. `pk`: the account."""
    accounts = PersonalAccount.objects.for_staff(request.user).select_related("person__region")
    account = get_object_or_404(accounts, pk=pk)
    form = AdjustmentForm(request.POST or None, initial={"key": uuid4()})
    if request.method == "POST" and form.is_valid():
        try:
            request_adjustment(account=account, by=request.user, **form.cleaned_data)
        except SentBefore as refusal:
            form.data = {name: form.data[name] for name in form.data} | {"key": str(uuid4())}
            form.add_error(None, str(refusal))
        except RecordMerged as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Sent to the reviewers."))
            return redirect(account.person)
    context = {"account": account, "person": account.person, "form": form}
    return render_page(request, "accounts/adjust.html", context, title=_("Adjust a balance"))


@require_GET
@permission_required("accounts.review_accountadjustment", raise_exception=True)
def queue(request: StaffRequest) -> HttpResponse:
    waiting = (
        AccountAdjustment.objects.for_staff(request.user)
        .filter(state=AdjustmentState.SUBMITTED)
        .select_related("account__person", "handled_by")
        .order_by("handled_at")
    )
    context = {"waiting": waiting, "form": DecisionForm()}
    return render_page(request, "accounts/adjustments.html", context, title=_("Adjustments to review"))


@require_POST
@permission_required("accounts.review_accountadjustment", raise_exception=True)
def decide(request: StaffRequest, pk: int) -> HttpResponse:
    adjustment = get_object_or_404(AccountAdjustment.objects.for_staff(request.user), pk=pk)
    form = DecisionForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Give the reason for sending it back."))
        return redirect("adjustments")
    try:
        decide_adjustment(adjustment_id=adjustment.pk, by=request.user, **form.cleaned_data)
        messages.success(request, _("Decided."))
    except (OwnWork, AlreadyDecided, InsufficientBalance, AccountClosed) as refusal:
        messages.error(request, str(refusal))
    return redirect("adjustments")
