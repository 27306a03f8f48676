"""Wallet transfers: the list of those in scope, one of them with its entries and its way, the answer, the receipt."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import InsuredPerson
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.printing import render_pdf
from accounts.selectors import find_persons
from accounts.services.audit import record_event
from settlement.forms.transfers import AcceptForm, PersonQuery, ReturnForm, TransferQuery
from settlement.models import WalletTransfer
from settlement.models.transfer import ReturnCause, TransferState
from settlement.papers.transfers import transfer_receipt_of
from settlement.rules.transfers import goes_back_at
from settlement.selectors.transfers import as_rows, entries_of
from settlement.services.transfer_answers import accept_transfer, return_transfer
from settlement.services.transfer_refusals import TransferRefused
from settlement.transfer_words import refusal_in_words

ROWS = 50


@require_GET
@permission_required("settlement.view_wallettransfer", raise_exception=True)
def transfers(request: StaffRequest) -> HttpResponse:
    """Those in scope, the newest first, narrowed by the address."""
    query = TransferQuery(request.GET)
    rows = WalletTransfer.objects.for_staff(request.user)
    if not query.is_valid():
        return _list(request, rows.none(), query=query)
    person = _named(request, query.cleaned_data["person"])
    return _list(
        request, _of([person] if person else None, rows.filter(**query.wanted())), query=query, person=person
    )


def _named(request: StaffRequest, pk: int | None) -> InsuredPerson | None:
    """Raises: Http404 for a person outside the scope."""
    return get_object_or_404(InsuredPerson.objects.for_staff(request.user), pk=pk) if pk else None


@require_POST
@permission_required("settlement.view_wallettransfer", raise_exception=True)
def find(request: StaffRequest) -> HttpResponse:
    """Whose transfers: by POST, because neither number nor name stands in an address."""
    query = PersonQuery(request.POST)
    found = list(find_persons(query.cleaned_data["text"], staff=request.user)) if query.is_valid() else []
    if len(found) == 1:
        return redirect(f"{reverse('transfers')}?person={found[0].pk}")
    rows = _of(found, WalletTransfer.objects.for_staff(request.user))
    return _list(request, rows, query=TransferQuery(), find_form=query, status=422 if query.errors else 200)


def _of(persons: list[InsuredPerson] | None, rows: QuerySet[WalletTransfer]) -> QuerySet[WalletTransfer]:
    """Those that one of these persons sent or received; None: everybody's."""
    return rows if persons is None else rows.filter(Q(payer__person__in=persons) | Q(payee__in=persons))


def _list(
    request: StaffRequest,
    rows: QuerySet[WalletTransfer],
    *,
    query: TransferQuery,
    find_form: PersonQuery | None = None,
    status: int = 200,
    **more: Any,
) -> HttpResponse:
    page = Paginator(as_rows(rows), ROWS).get_page(request.GET.get("page"))
    context = {"query": query, "find_form": find_form or PersonQuery(), "page": page, **more}
    return render_page(request, "settlement/transfers.html", context, title=_("Wallet transfers"), status=status)


def transfer_in_scope(request: StaffRequest, pk: int) -> WalletTransfer:
    return get_object_or_404(
        as_rows(WalletTransfer.objects.for_staff(request.user)).select_related("group__region"), pk=pk
    )


@require_GET
@permission_required("settlement.view_wallettransfer", raise_exception=True)
def transfer(request: StaffRequest, pk: int) -> HttpResponse:
    shown = transfer_in_scope(request, pk)
    record_event(
        AuditKind.LOOK, by=request.user, person=_own(request, shown), request=request, transfer=shown.transfer_id
    )
    return _page(request, shown)


def _own(request: StaffRequest, shown: WalletTransfer) -> InsuredPerson:
    """The payer, or the payee where only the payee is of one's own region."""
    payer = shown.payer.person
    return payer if payer.region.path.startswith(request.user.region.path) else shown.payee


def _page(
    request: StaffRequest, shown: WalletTransfer, *, form: forms.Form | None = None, status: int = 200
) -> HttpResponse:
    """`form`: an answer that could not be recorded."""
    own, payer, payee = request.user.region.path, shown.payer.person, shown.payee
    deadline = goes_back_at(shown.business_date)
    waits = shown.state == TransferState.WAITING and request.user.has_perm("settlement.answer_wallettransfer")
    context = {
        "transfer": shown,
        "payer": payer,
        "payee": payee,
        "payer_here": payer.region.path.startswith(own),
        "payee_here": payee.region.path.startswith(own),
        "group_here": shown.group.region.path.startswith(own),
        "deadline": deadline,
        "is_late": timezone.now() >= deadline,
        "forms": _answer_forms(form) if waits else {},
        "entries": entries_of(shown, staff=request.user),
    }
    title = _("Wallet transfer {number}").format(number=shown.transfer_id)
    return render_page(request, "settlement/transfer.html", context, title=title, status=status)


def _answer_forms(form: forms.Form | None) -> dict[str, forms.Form]:
    """What can still become of it, by the address that takes it."""
    empty: dict[str, forms.Form] = {"accept": AcceptForm()}
    empty |= {cause.value: ReturnForm(cause=cause) for cause in ReturnForm.SPOKEN}
    if isinstance(form, AcceptForm):
        return empty | {"accept": form}
    return empty | ({form.cause.value: form} if isinstance(form, ReturnForm) else {})


@require_POST
@permission_required("settlement.answer_wallettransfer", raise_exception=True)
def accept(request: StaffRequest, pk: int) -> HttpResponse:
    """The payee is at the window and accepts."""
    shown, form = transfer_in_scope(request, pk), AcceptForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, form=form, status=422)
    try:
        accept_transfer(transfer_id=shown.transfer_id, at=timezone.now(), by=request.user)
    except TransferRefused as refusal:
        messages.error(request, refusal_in_words(refusal.kind, str(refusal), refusal.advice))
    else:
        messages.success(
            request,
            _("{amount} yuan are in the account of {name}.").format(amount=shown.amount, name=shown.payee.name),
        )
    return redirect(shown)


@require_POST
@permission_required("settlement.answer_wallettransfer", raise_exception=True)
def give_back(request: StaffRequest, pk: int, cause: ReturnCause) -> HttpResponse:
    """The payee refuses, or the payer takes it back."""
    shown, form = transfer_in_scope(request, pk), ReturnForm(request.POST, cause=cause)
    if not form.is_valid():
        return _page(request, shown, form=form, status=422)
    reason = form.cleaned_data["reason"]
    try:
        return_transfer(transfer_id=shown.transfer_id, cause=cause, reason=reason, at=timezone.now(), by=request.user)
    except TransferRefused as refusal:
        messages.error(request, refusal_in_words(refusal.kind, str(refusal), refusal.advice))
    else:
        name = shown.payer.person.name
        messages.success(request, _("{amount} yuan are back with {name}.").format(amount=shown.amount, name=name))
    return redirect(shown)


@require_GET
@permission_required("settlement.view_wallettransfer", raise_exception=True)
def receipt(request: StaffRequest, pk: int) -> HttpResponse:
    """What payer or payee take home; numbers masked."""
    shown = transfer_in_scope(request, pk)
    pdf = render_pdf("transfer_receipt", transfer_receipt_of(shown))
    record_event(
        AuditKind.PRINT, by=request.user, person=_own(request, shown), request=request,
        transfer=shown.transfer_id, paper="transfer_receipt",
    )  # fmt: skip
    headers = {
        "Content-Disposition": f'inline; filename="{shown.transfer_id}.pdf"', "Cache-Control": "no-store"
    }  # fmt: skip
    return HttpResponse(pdf, content_type="application/pdf", headers=headers)
