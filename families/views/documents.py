"""Papers of a case: added, replaced, looked at. Nothing of it is reached but through a view, in scope."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest
from accounts.papers_panel import Refusal, ReplacePaperForm
from accounts.services.audit import record_event
from accounts.services.review import AlreadyDecided, NotYours
from accounts.views.papers import answer, show, show_thumbnail, take_in
from families.document_forms import AgentForm, UploadDocumentsForm
from families.document_panel import panel_of
from families.models import CaseDocument, RegistrationCase
from families.models.case import CaseState
from families.services.documents import NoAgent, add_document, agent_of, replace_document, set_agent


def _case_in_scope(request: StaffRequest, pk: int) -> RegistrationCase:
    cases = RegistrationCase.objects.for_staff(request.user)
    return get_object_or_404(cases.select_related("owner__region", "region", "handled_by", "reviewed_by"), pk=pk)


def _document_in_scope(request: StaffRequest, pk: int) -> CaseDocument:
    documents = CaseDocument.objects.for_staff(request.user).select_related("case__owner", "person")
    return get_object_or_404(documents, pk=pk)


@require_POST
@permission_required("families.add_casedocument", raise_exception=True)
def add(request: StaffRequest, pk: int) -> HttpResponse:
    case = _case_in_scope(request, pk)
    form = UploadDocumentsForm(request.POST, lines=list(case.lines.select_related("person")))
    if not form.is_valid():
        return _answer(request, case, [Refusal("", _("Choose the kind of the paper and whose it is."))])
    added, refusals = take_in(
        request, lambda upload: add_document(case_id=case.pk, upload=upload, by=request.user, **_filed_as(form))
    )
    return _answer(request, case, refusals, added=added)


def _filed_as(form: UploadDocumentsForm) -> dict[str, Any]:
    return {"kind": form.cleaned_data["kind"], "person_id": form.cleaned_data["person"]}


@require_POST
@permission_required("families.add_casedocument", raise_exception=True)
def replace(request: StaffRequest, pk: int) -> HttpResponse:
    """One paper by another file, with the reason; the old one stays and is shown as replaced."""
    old = _document_in_scope(request, pk)
    form = ReplacePaperForm(request.POST)
    if not form.is_valid():
        return _answer(request, old.case, [Refusal("", " ".join(map(str, form["reason"].errors)))])
    reason = form.cleaned_data["reason"]
    added, refusals = take_in(
        request,
        lambda upload: replace_document(document_id=old.pk, upload=upload, reason=reason, by=request.user),
        most=1,
    )
    return _answer(request, old.case, refusals, added=added)


def _answer(
    request: StaffRequest, case: RegistrationCase, refusals: list[Refusal], *, added: int = 0
) -> HttpResponse:
    data = request.POST if "kind" in request.POST else None
    return answer(
        request,
        lambda: panel_of(case, staff=request.user, data=data, refusals=refusals),
        _back(case),
        refusals,
        added=added,
    )


def _back(case: RegistrationCase) -> HttpResponse:
    return redirect("counter-case", pk=case.pk) if case.state == CaseState.DRAFT else redirect(case)


@require_GET
@permission_required("families.view_casedocument", raise_exception=True)
def document(request: StaffRequest, pk: int) -> HttpResponse:
    shown = _document_in_scope(request, pk)
    return show(
        shown,
        lambda: record_event(
            AuditKind.LOOK, by=request.user, person=shown.person or shown.case.owner, request=request,
            case=shown.case.number, document=shown.number,
        ),
    )  # fmt: skip


@require_GET
@permission_required("families.view_casedocument", raise_exception=True)
def thumbnail(request: StaffRequest, pk: int) -> HttpResponse:
    return show_thumbnail(_document_in_scope(request, pk))


@require_POST
@permission_required("families.change_caseagent", raise_exception=True)
def agent(request: StaffRequest, pk: int) -> HttpResponse:
    """Certificate and phone of whoever acts for the family; kept sealed, printed on the form."""
    case = _case_in_scope(request, pk)
    form = AgentForm(request.POST, agent=agent_of(case))
    if form.is_valid():
        try:
            set_agent(case_id=case.pk, by=request.user, **form.cleaned_data)
            messages.success(request, _("The agent's certificate is noted: it stands on the form."))
        except (AlreadyDecided, NoAgent, NotYours) as refusal:
            messages.error(request, str(refusal))
    for field in form:
        for error in field.errors:
            messages.error(request, f"{field.label}: {error}")
    return _back(case)
