"""Claims at the window: filled in, looked at live, submitted, withdrawn; and the list of them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models import InsuredPerson, Staff
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.selectors import code_labels
from accounts.services.audit import record_event
from accounts.views.persons import person_in_scope
from families.forms import ReasonForm
from settlement.document_panel import panel_of
from settlement.forms.claims import ClaimForm, VersionForm
from settlement.models import Claim
from settlement.models.claim import ClaimState
from settlement.services.claim_duplicates import duplicates_of
from settlement.services.claim_papers import PapersMissing
from settlement.services.claims import (
    REFUSALS,
    ClaimChanged,
    ClaimedBefore,
    save_claim,
    seen_as,
    simulation_of,
    submit_claim,
    withdraw_claim,
)
from settlement.services.refusals import PersonUnknown
from settlement.services.reversals import open_case_of, reversal_of
from settlement.services.settled import shares_of
from settlement.services.simulating import Simulation, differences
from settlement.trail import steps_of
from settlement.views.lists import work_list
from settlement.worklists import claims_of


def claim_in_scope(request: StaffRequest, pk: int) -> Claim:
    claims = Claim.objects.for_staff(request.user)
    related = ("person__region", "person__merged_into", "region", "institution", "handled_by", "reviewed_by")
    return get_object_or_404(claims.select_related(*related, "settlement"), pk=pk)


@require_GET
@permission_required("settlement.view_claim", raise_exception=True)
def claims(request: StaffRequest) -> HttpResponse:
    reviews = request.user.has_perm("settlement.review_claim")
    return work_list(
        request,
        "settlement/claims.html",
        claims_of(request.user),
        states=ClaimState,
        reviews=reviews,
        title=_("Claims"),
    )


@require_http_methods(["GET", "POST"])
@permission_required("settlement.add_claim", raise_exception=True)
def new(request: StaffRequest, pk: int) -> HttpResponse:
    """A claim of a person: the form, and its first saving."""
    person = person_in_scope(request, pk)
    if person.merged_into is not None:
        return redirect(person)
    if request.method == "GET":
        record_event(AuditKind.LOOK, by=request.user, person=person, request=request)
        return _edit_page(request, ClaimForm(person=person), None)
    return _save(request, ClaimForm(request.POST, person=person), None)


@require_http_methods(["GET", "POST"])
@permission_required("settlement.change_claim", raise_exception=True)
def edit(request: StaffRequest, pk: int) -> HttpResponse:
    """A claim that its clerk has in hand: the form as it is stored, its papers, and the way to the reviewers."""
    claim = claim_in_scope(request, pk)
    if not claim.in_hand or claim.handled_by_id != request.user.pk:
        return redirect(claim)
    if request.method == "GET":
        record_event(AuditKind.LOOK, by=request.user, person=claim.person, request=request, case=claim.number)
        return _edit_page(request, ClaimForm(person=claim.person, claim=claim), claim)
    return _save(request, ClaimForm(request.POST, person=claim.person, claim=claim), claim)


@require_POST
@permission_required("settlement.add_claim", raise_exception=True)
def preview(request: StaffRequest, pk: int) -> HttpResponse:
    """What the form says so far: whether it adds up, what stands against it, who would pay."""
    person = person_in_scope(request, pk)
    form = ClaimForm(request.POST, person=person)
    form.is_valid()
    key = form.cleaned_data.get("key")
    stored = Claim.objects.for_staff(request.user).filter(submission_key=key, person=person).first() if key else None
    return render(request, "settlement/_claim_preview.html", _preview(form, stored, request.user))


@require_POST
@permission_required("settlement.change_claim", raise_exception=True)
def submit(request: StaffRequest, pk: int) -> HttpResponse:
    """What was typed is saved first, so that nothing is lost between the two buttons."""
    claim = claim_in_scope(request, pk)
    if "invoice_number" in request.POST and claim.in_hand and claim.handled_by_id == request.user.pk:
        form = ClaimForm(request.POST, person=claim.person, claim=claim)
        saved = _kept(request, form)
        if saved is None:
            return _edit_page(request, form, claim, status=422)
        version = saved.version
    else:
        asked = VersionForm(request.POST)
        version = asked.cleaned_data["version"] if asked.is_valid() else 0
    try:
        done = submit_claim(claim_id=claim.pk, version=version, by=request.user)
    except (*REFUSALS, PapersMissing) as refusal:
        messages.error(request, str(refusal))
        return redirect("edit-claim", pk=claim.pk)
    messages.success(request, _("Submitted; another person reviews it."))
    return redirect(done)


@require_POST
@permission_required("settlement.change_claim", raise_exception=True)
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    claim = claim_in_scope(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return claim_page(request, claim, reason_form=form, status=422)
    try:
        withdraw_claim(claim_id=claim.pk, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Withdrawn."))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return redirect(claim)


@require_GET
@permission_required("settlement.view_claim", raise_exception=True)
def claim(request: StaffRequest, pk: int) -> HttpResponse:
    shown = claim_in_scope(request, pk)
    record_event(AuditKind.LOOK, by=request.user, person=shown.person, request=request, case=shown.number)
    return claim_page(request, shown)


def claim_page(
    request: StaffRequest, shown: Claim, *, reason_form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    simulation = _simulation(shown, request.user) if shown.is_open else None
    settlement = shown.settlement
    context = {
        "claim": shown,
        "person": shown.person,
        "med_types": code_labels("med_type"),
        "simulation": simulation,
        "seen": seen_as(shown, simulation) if simulation else "",
        "differences": differences(shown.submitted_preview, simulation)
        if simulation and shown.submitted_preview and shown.state == ClaimState.SUBMITTED
        else [],
        "duplicates": duplicates_of(shown, by=request.user) if shown.is_open else [],
        "is_own": shown.handled_by_id == request.user.pk,
        "panel": panel_of(shown, staff=request.user),
        "steps": steps_of(shown),
        "reason_form": reason_form or ReasonForm(),
        "shares": shares_of(settlement, by=request.user) if settlement else [],
        "reversal": reversal_of(settlement) if settlement else None,
        "open_reversal": open_case_of(settlement.pk) if settlement else None,
    }
    return render_page(request, "settlement/claim.html", context, title=shown.number, status=status)


def _simulation(claim: Claim, staff: Staff) -> Simulation | None:
    """None for a patient whose record another region keeps by now."""
    try:
        return simulation_of(claim, by=staff)
    except PersonUnknown:
        return None


def _save(request: StaffRequest, form: ClaimForm, stored: Claim | None) -> HttpResponse:
    saved = _kept(request, form)
    if saved is None:
        return _edit_page(request, form, stored, status=422)
    messages.success(request, _("Saved as {number}. Add the scans, then submit it.").format(number=saved.number))
    return redirect("edit-claim", pk=saved.pk)


def _kept(request: StaffRequest, form: ClaimForm) -> Claim | None:
    """Store the form, or say why not and store nothing."""
    if not form.is_valid():
        return None
    try:
        return save_claim(form=form.claim_input(), by=request.user)
    except ClaimChanged as changed:
        form.data = form.data.copy() | {"version": str(changed.claim.version)}  # type: ignore[attr-defined]
        form.add_error(None, str(changed))
    except REFUSALS as refusal:
        form.add_error("invoice_number" if isinstance(refusal, ClaimedBefore) else None, str(refusal))
    return None


def _edit_page(request: StaffRequest, form: ClaimForm, stored: Claim | None, *, status: int = 200) -> HttpResponse:
    person: InsuredPerson = form.person
    context = {
        "person": person,
        "claim": stored,
        "form": form,
        "panel": panel_of(stored, staff=request.user) if stored else None,
        "reason_form": ReasonForm(),
        **(_preview(form, stored, request.user) if form.is_bound or stored else {"sums": []}),
    }
    title = stored.number if stored else _("Claim for {name}").format(name=person.name)
    return render_page(request, "settlement/claim_edit.html", context, title=title, status=status)


def _preview(form: ClaimForm, stored: Claim | None, staff: Staff) -> dict[str, Any]:
    """Of the form as far as it can be read; of one that is only shown, what is stored."""
    claim = stored
    if form.is_bound:
        claim = form.as_claim(stored) if form.is_valid() else None
    return {
        "sums": form.sums if form.is_bound else [],
        "simulation": _simulation(claim, staff) if claim else None,
        "duplicates": duplicates_of(claim, by=staff) if claim else [],
        "institution": claim.institution if claim else form.institution,
        "incomplete": claim is None,
    }
