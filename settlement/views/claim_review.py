"""What a reviewer does with a claim: settled, sent back to be corrected, or refused for good."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.pages import StaffRequest
from families.forms import ReasonForm
from settlement.models import Claim
from settlement.services.claims import REFUSALS, approve_claim, reject_claim, return_claim
from settlement.views.claims import claim_in_scope, claim_page
from settlement.worklists import claims_of, next_to_review


@require_POST
@permission_required("settlement.review_claim", raise_exception=True)
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    claim = claim_in_scope(request, pk)
    try:
        done = approve_claim(claim_id=claim.pk, seen=request.POST.get("seen", ""), by=request.user)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect(claim)
    messages.success(request, _("{number}: approved and settled.").format(number=done.number))
    if done.settlement is not None and done.settlement.business_date != done.settled_on:
        text = _("{day} was closed: booked on {booked}, the next open day.")
        messages.info(request, text.format(day=done.settled_on, booked=done.settlement.business_date))
    return redirect(done)  # the decision is printed from there


@require_POST
@permission_required("settlement.review_claim", raise_exception=True)
def send_back(request: StaffRequest, pk: int) -> HttpResponse:
    return _refused(request, pk, return_claim, _("{number}: sent back with the reason."))


@require_POST
@permission_required("settlement.review_claim", raise_exception=True)
def reject(request: StaffRequest, pk: int) -> HttpResponse:
    return _refused(request, pk, reject_claim, _("{number}: refused with the reason."))


def _refused(request: StaffRequest, pk: int, decide: Callable[..., Claim], words: str) -> HttpResponse:
    claim = claim_in_scope(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return claim_page(request, claim, reason_form=form, status=422)
    try:
        done = decide(claim_id=claim.pk, reason=form.cleaned_data["reason"], by=request.user)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect(claim)
    messages.success(request, words.format(number=done.number))
    following = next_to_review(claims_of(request.user), request.user, after=done)
    return redirect(following) if following else redirect("claims")
