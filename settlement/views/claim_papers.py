"""Scans of a claim, and the papers that are printed for it."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest
from accounts.papers_panel import Refusal, ReplacePaperForm
from accounts.printing import render_pdf
from accounts.services.audit import record_event
from accounts.services.persons import TooManyPrints, record_numbers_printed
from accounts.views.papers import answer, show, show_thumbnail, take_in
from settlement.document_panel import panel_of
from settlement.forms.claims import ClaimPaperForm
from settlement.models import Claim, ClaimDocument
from settlement.models.claim import ClaimState
from settlement.papers.claims import claim_form_of, decision_of
from settlement.services.claim_papers import add_claim_document, replace_claim_document
from settlement.views.claims import claim_in_scope


def _document_in_scope(request: StaffRequest, pk: int) -> ClaimDocument:
    documents = ClaimDocument.objects.for_staff(request.user).select_related("claim__person")
    return get_object_or_404(documents, pk=pk)


@require_POST
@permission_required("settlement.add_claimdocument", raise_exception=True)
def add(request: StaffRequest, pk: int) -> HttpResponse:
    claim = claim_in_scope(request, pk)
    form = ClaimPaperForm(request.POST)
    if not form.is_valid():
        return _answer(request, claim, [Refusal("", _("Choose the kind of the paper."))])
    kind = form.cleaned_data["kind"]
    added, refusals = take_in(
        request, lambda upload: add_claim_document(claim_id=claim.pk, kind=kind, upload=upload, by=request.user)
    )
    return _answer(request, claim, refusals, added=added)


@require_POST
@permission_required("settlement.add_claimdocument", raise_exception=True)
def replace(request: StaffRequest, pk: int) -> HttpResponse:
    """One paper by another file, with the reason; the old one stays and is shown as replaced."""
    old = _document_in_scope(request, pk)
    form = ReplacePaperForm(request.POST)
    if not form.is_valid():
        return _answer(request, old.claim, [Refusal("", " ".join(map(str, form["reason"].errors)))])
    reason = form.cleaned_data["reason"]
    added, refusals = take_in(
        request,
        lambda upload: replace_claim_document(document_id=old.pk, upload=upload, reason=reason, by=request.user),
        most=1,
    )
    return _answer(request, old.claim, refusals, added=added)


def _answer(request: StaffRequest, claim: Claim, refusals: list[Refusal], *, added: int = 0) -> HttpResponse:
    return answer(
        request,
        lambda: panel_of(claim, staff=request.user, refusals=refusals),
        redirect("edit-claim", pk=claim.pk),
        refusals,
        added=added,
    )


@require_GET
@permission_required("settlement.view_claimdocument", raise_exception=True)
def document(request: StaffRequest, pk: int) -> HttpResponse:
    shown = _document_in_scope(request, pk)
    claim = shown.claim
    return show(
        shown,
        lambda: record_event(
            AuditKind.LOOK, by=request.user, person=claim.person, request=request, case=claim.number,
            document=shown.number,
        ),
    )  # fmt: skip


@require_GET
@permission_required("settlement.view_claimdocument", raise_exception=True)
def thumbnail(request: StaffRequest, pk: int) -> HttpResponse:
    return show_thumbnail(_document_in_scope(request, pk))


@require_GET
@permission_required(["settlement.view_claim", "accounts.reveal_insuredperson"], raise_exception=True)
def claim_form(request: StaffRequest, pk: int) -> HttpResponse:
    """The application to sign. It carries the full number: for who may reveal it, audited."""
    claim = claim_in_scope(request, pk)
    pdf, paper = render_pdf("claim_form", claim_form_of(claim)), "claim_form"
    try:
        record_numbers_printed(
            persons=[claim.person], case=claim.number, paper=paper, by=request.user, request=request
        )
    except TooManyPrints as refusal:
        messages.error(request, str(refusal))
        return redirect(claim)
    return _paper(claim, pdf, paper)


@require_GET
@permission_required("settlement.view_claim", raise_exception=True)
def decision(request: StaffRequest, pk: int) -> HttpResponse:
    claim = claim_in_scope(request, pk)
    if claim.state not in (ClaimState.APPROVED, ClaimState.REJECTED):
        messages.error(request, _("There is no decision to print before the claim is decided."))
        return redirect(claim)
    pdf, paper = render_pdf("claim_decision", decision_of(claim, by=request.user)), "claim_decision"
    record_event(
        AuditKind.PRINT, by=request.user, person=claim.person, request=request, case=claim.number, paper=paper
    )
    return _paper(claim, pdf, paper)


def _paper(claim: Claim, pdf: bytes, paper: str) -> HttpResponse:
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{claim.number}-{paper}.pdf"',
            "Cache-Control": "no-store",
        },
    )
