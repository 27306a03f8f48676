"""Papers of a case: added, replaced, looked at. Nothing of it is reached but through a view, in scope."""

from __future__ import annotations

import logging

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest
from accounts.scans.limits import MIB
from accounts.scans.refusals import ScanRefused
from accounts.sealed_files import FileGone
from accounts.services.audit import record_event
from accounts.services.review import AlreadyDecided, NotYours
from families.document_forms import AgentForm, ReplaceDocumentForm, UploadDocumentsForm
from families.document_panel import Refusal, panel_of
from families.models import CaseDocument, RegistrationCase
from families.models.case import CaseState
from families.models.document import SUFFIXES
from families.services.documents import (
    AlreadyReplaced,
    NoAgent,
    NotOfThisFamily,
    SameDocument,
    TooManyDocuments,
    Upload,
    add_document,
    agent_of,
    replace_document,
    set_agent,
)

logger = logging.getLogger(__name__)

REFUSALS = (
    ScanRefused, AlreadyDecided, AlreadyReplaced, NotYours, NotOfThisFamily, SameDocument, TooManyDocuments,
)  # fmt: skip
# A page of its own that may do nothing: no script, no form, no frame, and no other site may take it in.
CLOSED = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PICTURE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
# Browsers show no PDF in a sandbox; what would run in one was refused when it came (accounts/scans/pdf.py).
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def _case_in_scope(request: StaffRequest, pk: int) -> RegistrationCase:
    cases = RegistrationCase.objects.for_staff(request.user)
    return get_object_or_404(cases.select_related("owner__region", "region", "handled_by", "reviewed_by"), pk=pk)


def _document_in_scope(request: StaffRequest, pk: int) -> CaseDocument:
    documents = CaseDocument.objects.for_staff(request.user).select_related("case__owner", "person")
    return get_object_or_404(documents, pk=pk)


@require_POST
@permission_required("families.add_casedocument", raise_exception=True)
def add(request: StaffRequest, pk: int) -> HttpResponse:
    """Every file of the request for itself: what is refused is told beside its name, the others are taken."""
    case = _case_in_scope(request, pk)
    form = UploadDocumentsForm(request.POST, lines=list(case.lines.select_related("person")))
    if not form.is_valid():
        return _answer(request, case, [Refusal("", _("Choose the kind of the paper and whose it is."))])
    refusals = []
    files = request.FILES.getlist("files")
    for file in files:
        try:
            add_document(
                case_id=case.pk, kind=form.cleaned_data["kind"], person_id=form.cleaned_data["person"],
                upload=_upload(file), by=request.user,
            )  # fmt: skip
        except REFUSALS as refusal:
            refusals.append(_refusal(file, refusal))
    return _answer(request, case, refusals or _no_file(request, files), added=len(files) - len(refusals))


@require_POST
@permission_required("families.add_casedocument", raise_exception=True)
def replace(request: StaffRequest, pk: int) -> HttpResponse:
    """One paper by another file, with the reason; the old one stays and is shown as replaced."""
    document = _document_in_scope(request, pk)
    form = ReplaceDocumentForm(request.POST)
    files = request.FILES.getlist("files")[:1]
    if not form.is_valid():
        return _answer(request, document.case, [Refusal("", " ".join(map(str, form["reason"].errors)))])
    refusals = []
    for file in files:
        try:
            replace_document(
                document_id=document.pk, upload=_upload(file), reason=form.cleaned_data["reason"], by=request.user
            )
        except REFUSALS as refusal:
            refusals.append(_refusal(file, refusal))
    return _answer(request, document.case, refusals or _no_file(request, files), added=len(files) - len(refusals))


def _upload(file: UploadedFile) -> Upload:
    return Upload(name=file.name or "", content=file.read())


def _refusal(file: UploadedFile, refusal: Exception) -> Refusal:
    return Refusal(file.name or "", refusal.message if isinstance(refusal, ScanRefused) else str(refusal))


def _no_file(request: StaffRequest, files: list[UploadedFile]) -> list[Refusal]:
    """Of a request that is too large Django drops every file without a word."""
    if files:
        return []
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // MIB
        return [Refusal("", _("The files are larger than {n} MB together: send fewer at once.").format(n=limit))]
    return [Refusal("", _("Choose at least one file."))]


def _answer(
    request: StaffRequest, case: RegistrationCase, refusals: list[Refusal], *, added: int = 0
) -> HttpResponse:
    """The panel anew for the page's script; a redirect with messages for a browser without it."""
    status = 422 if refusals else 200
    if request.headers.get("X-Requested-With") == "fetch":
        panel = panel_of(case, staff=request.user, data=request.POST if "kind" in request.POST else None,
                         refusals=refusals)  # fmt: skip
        return render(request, "families/_documents.html", {"panel": panel}, status=status)
    for refusal in refusals:
        messages.error(request, f"{refusal.name}: {refusal.why}" if refusal.name else refusal.why)
    if added > 0:
        messages.success(request, ngettext("{n} paper added.", "{n} papers added.", added).format(n=added))
    return _back(case)


def _back(case: RegistrationCase) -> HttpResponse:
    return redirect("counter-case", pk=case.pk) if case.state == CaseState.DRAFT else redirect(case)


@require_GET
@permission_required("families.view_casedocument", raise_exception=True)
def document(request: StaffRequest, pk: int) -> HttpResponse:
    """The paper itself. It shows numbers in full: every look is recorded."""
    shown = _document_in_scope(request, pk)
    try:
        content = shown.content
    except FileGone:
        return _gone(shown)
    record_event(
        AuditKind.LOOK, by=request.user, person=shown.person or shown.case.owner, request=request,
        case=shown.case.number, document=shown.number,
    )  # fmt: skip
    name = f"{shown.case.number}-{shown.number}.{SUFFIXES[shown.content_type]}"
    policy = PICTURE_POLICY if shown.is_picture else PDF_POLICY
    return HttpResponse(
        content,
        content_type=shown.content_type,
        headers=CLOSED | {"Content-Security-Policy": policy, "Content-Disposition": f'inline; filename="{name}"'},
    )


@require_GET
@permission_required("families.view_casedocument", raise_exception=True)
def thumbnail(request: StaffRequest, pk: int) -> HttpResponse:
    """Too small to read a number on; the look at the page that it stands on is recorded already."""
    shown = _document_in_scope(request, pk)
    try:
        content = shown.thumbnail
    except FileGone:
        return _gone(shown)
    return HttpResponse(
        content,
        content_type="image/jpeg",
        headers=CLOSED | {"Content-Security-Policy": PICTURE_POLICY, "Content-Disposition": "inline"},
    )


def _gone(document: CaseDocument) -> HttpResponse:
    logger.error("the file of a paper is not there", extra={"document": document.pk})
    words = _("The file of this paper is not where it was stored. Tell the administrator: it is in the backup.")
    return HttpResponse(words, status=410, content_type="text/plain; charset=utf-8")


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
