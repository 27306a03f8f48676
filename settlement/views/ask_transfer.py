"""Asking for a wallet transfer, from the payer's page: who gets how much, checked while it is typed; and what a
person's own pages show of transfers."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import InsuredPerson
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.rules.numbers import new_number
from accounts.selectors import code_labels
from accounts.services.audit import record_event
from accounts.trail import changes_of
from accounts.views.persons import card_context, person_in_scope
from families.selectors import membership_on
from settlement.forms.transfers import PREFIX, TransferForm
from settlement.selectors.transfers import family_of, transfers_of
from settlement.services.transfer_refusals import TransferIdTaken, TransferRefused
from settlement.services.transfers import check_wallet, transfer_wallet
from settlement.transfer_words import refusal_in_words
from settlement.verdicts import WalletVerdict, explain

AT_A_GLANCE = 5


@require_GET
@permission_required("settlement.add_wallettransfer", raise_exception=True)
def ask(request: StaffRequest, pk: int) -> HttpResponse:
    """The form, with the payer's card beside it."""
    payer = person_in_scope(request, pk)
    if payer.merged_into is not None:
        return redirect(payer)
    record_event(AuditKind.LOOK, by=request.user, person=payer, request=request)
    return _page(request, payer, _form(request, payer))


def _form(request: StaffRequest, payer: InsuredPerson) -> TransferForm:
    today = timezone.localdate()
    family = family_of(payer, today, staff=request.user)
    if request.method == "POST":
        return TransferForm(request.POST, family=family)
    return TransferForm(family=family, initial={"transfer_id": new_number(PREFIX, today)})


def _page(request: StaffRequest, payer: InsuredPerson, form: TransferForm, *, status: int = 200) -> HttpResponse:
    context = card_context(request, payer) | {
        "form": form,
        "verdict": _verdict(payer, form),
        "membership": membership_on(payer, timezone.localdate()),
        "relations": code_labels("relation"),
    }
    title = _("Transfer from the wallet of {name}").format(name=payer.name)
    return render_page(request, "settlement/transfer_ask.html", context, title=title, status=status)


def _verdict(payer: InsuredPerson, form: TransferForm) -> WalletVerdict:
    return explain(check_wallet(payer=payer, at=timezone.now(), **form.order), **form.order)


@require_POST
@permission_required("settlement.add_wallettransfer", raise_exception=True)
def check(request: StaffRequest, pk: int) -> HttpResponse:
    """The live check: reads the form as it stands, answers with the verdict alone."""
    payer = person_in_scope(request, pk)
    form = _form(request, payer)
    form.is_valid()
    return render(request, "settlement/_transfer_check.html", {"verdict": _verdict(payer, form)})


@require_POST
@permission_required("settlement.add_wallettransfer", raise_exception=True)
def save(request: StaffRequest, pk: int) -> HttpResponse:
    """Take the money out, or say which of balance, data and system stands against it. A second click is the first."""
    payer = person_in_scope(request, pk)
    form = _form(request, payer)
    if not form.is_valid():
        return _page(request, payer, form, status=422)
    order = {name: form.cleaned_data[name] for name in ("transfer_id", "amount", "purpose")}
    try:
        made = transfer_wallet(
            payer_id=payer.pk, payee_id=form.cleaned_data["payee"], at=timezone.now(), by=request.user, **order
        )
    except TransferRefused as refusal:
        form.add_error(None, refusal_in_words(refusal.kind, str(refusal), refusal.advice))
        if isinstance(refusal, TransferIdTaken):
            form.data = {name: form.data[name] for name in form.data} | {
                "transfer_id": new_number(PREFIX, timezone.localdate())
            }
        return _page(request, payer, form, status=422)
    messages.success(request, _("{amount} yuan have left the account.").format(amount=made.amount))
    return redirect(made)


@require_GET
@permission_required("settlement.view_wallettransfer", raise_exception=True)
def person_panel(request: StaffRequest, pk: int) -> HttpResponse:
    """What a person sent and received lately, as a fragment for the person's pages; empty without any."""
    shown = person_in_scope(request, pk)
    rows = transfers_of(shown, staff=request.user)[: AT_A_GLANCE + 1]
    context = {"person": shown, "transfers": rows[:AT_A_GLANCE], "more": len(rows) > AT_A_GLANCE}
    return render(request, "settlement/_person_transfers.html", context)


@require_GET
@permission_required("accounts.read_trail", raise_exception=True)
def person_trail(request: StaffRequest, pk: int) -> HttpResponse:
    """The transfers of a person, each with its changes: a part of the trail page."""
    shown = person_in_scope(request, pk)
    lines = changes_of(list(transfers_of(shown, staff=request.user)))
    return render(request, "settlement/_person_transfer_trail.html", {"person": shown, "lines": lines})
