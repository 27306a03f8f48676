"""One case: what it asks for, what it does to the family, whether it still passes, its way and its papers."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.printing import render_pdf
from accounts.selectors import code_labels
from accounts.services.audit import record_event
from accounts.services.persons import TooManyPrints, record_numbers_printed
from accounts.services.review import AlreadyDecided, NotYours
from families.comparison import comparison_of
from families.document_panel import panel_of
from families.forms import ReasonForm, TakeOverForm
from families.import_desk import batch_of
from families.messages import READY_REASONS
from families.models import RegistrationCase
from families.models.case import CaseState
from families.papers import receipt_of, registration_form_of
from families.services.case_forms import CaseCheck, check_case, form_of, seen_as
from families.services.cases import withdraw_case
from families.services.groups import GroupDissolved
from families.trail import steps_of
from families.verdicts import differences_of, explain
from families.worklists import next_to_review, previous_to_review, to_review


def case_in_scope(request: StaffRequest, pk: int) -> RegistrationCase:
    cases = RegistrationCase.objects.for_staff(request.user)
    return get_object_or_404(
        cases.select_related(
            "owner__region",
            "region",
            "handled_by",
            "reviewed_by",
            "group",
            "corrects",
            "import_family__batch__region",
        ),
        pk=pk,
    )


@require_GET
@permission_required("families.view_registrationcase", raise_exception=True)
def case(request: StaffRequest, pk: int) -> HttpResponse:
    shown = case_in_scope(request, pk)
    record_event(AuditKind.LOOK, by=request.user, person=shown.owner, request=request, case=shown.number)
    return case_page(request, shown)


def case_page(
    request: StaffRequest, shown: RegistrationCase, *, reason_form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    check = _check(shown)
    context = {
        "case": shown,
        "person": shown.owner,
        "batch": batch_of(shown, request.user),
        "lines": shown.lines.select_related("person__region").order_by("position"),
        "relations": code_labels("relation"),
        "insutypes": code_labels("insutype"),
        "verdict": explain(check) if check else None,
        "seen": seen_as(shown, check) if check else "",
        "is_own": request.user.pk in (shown.handled_by_id, shown.opened_by_id),
        "is_mine": shown.handled_by_id == request.user.pk,
        "take_over_form": TakeOverForm(case=shown, staff=request.user)
        if shown.is_open and request.user.has_perm("families.take_over_registrationcase")
        else None,
        "differences": differences_of(shown, check) if check else [],
        "corrected_by": shown.corrections.exclude(state=CaseState.WITHDRAWN).first(),
        "reason_form": reason_form or ReasonForm(),
        "panel": panel_of(shown, staff=request.user),
        "comparison": comparison_of(shown) if check else None,
        "steps": steps_of(shown),
        "queue": _queue(request, shown) if request.user.has_perm("families.review_registrationcase") else None,
        "ready_reasons": READY_REASONS,
    }
    return render_page(request, "families/case.html", context, title=shown.number, status=status)


def _queue(request: StaffRequest, shown: RegistrationCase) -> dict[str, Any]:
    """Where the reviewer goes from here."""
    return {
        "count": to_review(request.user).count(),
        "next": next_to_review(request.user, after=shown),
        "previous": previous_to_review(request.user, before=shown),
    }


def _check(shown: RegistrationCase) -> CaseCheck | None:
    """The check as of now of an open case; None where the group is no more."""
    try:
        return check_case(form_of(shown)) if shown.is_open else None
    except GroupDissolved:
        return None


@require_POST
@permission_required("families.add_registrationcase", raise_exception=True)
def withdraw(request: StaffRequest, pk: int) -> HttpResponse:
    shown = case_in_scope(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return case_page(request, shown, reason_form=form, status=422)
    try:
        withdraw_case(case_id=shown.pk, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("Withdrawn."))
    except (AlreadyDecided, NotYours) as refusal:
        messages.error(request, str(refusal))
    return redirect(shown)


@require_GET
@permission_required(["families.view_registrationcase", "accounts.reveal_insuredperson"], raise_exception=True)
def registration_form(request: StaffRequest, pk: int) -> HttpResponse:
    """The paper form for the family to sign. It carries full numbers: for who may reveal them, audited per person."""
    shown = case_in_scope(request, pk)
    printed = [line.person for line in shown.lines.select_related("person").order_by("position")] or [shown.owner]
    pdf, paper = render_pdf("registration_form", registration_form_of(shown)), "registration_form"
    try:
        record_numbers_printed(persons=printed, case=shown.number, paper=paper, by=request.user, request=request)
    except TooManyPrints as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)
    return _paper(shown, pdf, paper)


@require_GET
@permission_required("families.view_registrationcase", raise_exception=True)
def receipt(request: StaffRequest, pk: int) -> HttpResponse:
    shown = case_in_scope(request, pk)
    if shown.decided_at is None:
        messages.error(request, _("There is no receipt before the decision."))
        return redirect(shown)
    pdf = render_pdf("receipt", receipt_of(shown))
    record_event(
        AuditKind.PRINT, by=request.user, person=shown.owner, request=request, case=shown.number, paper="receipt"
    )
    return _paper(shown, pdf, "receipt")


def _paper(shown: RegistrationCase, pdf: bytes, paper: str) -> HttpResponse:
    return HttpResponse(
        pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{shown.number}-{paper}.pdf"',
            "Cache-Control": "no-store",
        },
    )
