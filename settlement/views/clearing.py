"""Clearing between regions: who owes whom in a month, and the settlements behind each figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_POST

from accounts.list_exports import as_workbook
from accounts.models import Region
from accounts.pages import StaffRequest, render_page
from accounts.rules.money import ZERO
from accounts.spreadsheets.writer import Column, Kind, Value
from settlement.forms.clearing import ClearingForm, PairForm
from settlement.listing import TooBroad
from settlement.models import SettlementKind
from settlement.rules.clearing import Balance, Debt, Net, balances, netted
from settlement.selectors.clearing import Item, debts_of, items_of, unplaced

VIEW = "settlement.view_clearing"


@dataclass(frozen=True, slots=True)
class Cleared:
    """A month: what remains between each two regions, and the balance of each."""

    nets: list[Net]
    balances: list[Balance]
    unplaced: tuple[Decimal, int]

    @property
    def owes(self) -> Decimal:
        """What all owe, which is what all are owed."""
        return sum((one.owes for one in self.balances), ZERO)

    @property
    def is_owed(self) -> Decimal:
        return sum((one.is_owed for one in self.balances), ZERO)


@require_GET
@permission_required(VIEW, raise_exception=True)
def clearing(request: StaffRequest) -> HttpResponse:
    """A month of the pairs of which one side lies in the region of whoever asks."""
    form = ClearingForm(request.GET)
    first = form.cleaned_data["month"] if form.is_valid() else None
    cleared, too_broad = None, False
    try:
        cleared = _cleared(request, first) if first else None
    except TooBroad:
        too_broad = True
    context = {"form": form, "cleared": cleared, "too_broad": too_broad, **_frame(first)}
    return render_page(request, "settlement/clearing.html", context, title=_("Clearing between regions"))


def _cleared(request: StaffRequest, first: dt.date) -> Cleared:
    debts: list[Debt] = debts_of(first, staff=request.user)
    return Cleared(netted(debts), balances(debts), unplaced(first, staff=request.user))


def _frame(first: dt.date | None) -> dict[str, Any]:
    """The month, those beside it where there are any, and the regions by code."""
    months: dict[str, dt.date | None] = {"month": first, "earlier": None, "later": None}
    if first:
        after = (first + dt.timedelta(days=31)).replace(day=1)
        months["earlier"] = (first - dt.timedelta(days=1)).replace(day=1)
        months["later"] = after if after <= timezone.localdate() else None
    return {**months, "regions": dict(Region.objects.values_list("code", "name"))}


@require_POST
@permission_required(VIEW, raise_exception=True)
def export(request: StaffRequest) -> HttpResponse:
    """The month as a workbook: a line for each two regions, what each owes the other, and who pays in the end."""
    form = ClearingForm(request.GET)
    if not form.is_valid():
        return redirect("clearing")
    first = form.cleaned_data["month"]
    try:
        nets = netted(debts_of(first, staff=request.user))
    except TooBroad:
        messages.error(request, _("This month takes too long to add up just now: try again in a while."))
        return redirect(f"{reverse('clearing')}?month={first:%Y-%m}")
    names = dict(Region.objects.values_list("code", "name"))
    return as_workbook(request, what="clearing", columns=_columns(), rows=(_row(first, net, names) for net in nets))


def _columns() -> list[Column]:
    texts = [
        _("month"),
        _("code of the payer"),
        pgettext("clearing", "pays"),
        _("code of the payee"),
        pgettext("clearing", "to"),
    ]
    parts = [
        pgettext("column of amounts", "fund"),
        pgettext("column of amounts", "own account"),
        pgettext("column of amounts", "family"),
        pgettext("clearing", "together"),
    ]
    sides = (pgettext("clearing", "owes"), pgettext("clearing", "is owed"))
    amounts = [*(f"{side} · {part}" for side in sides for part in parts), pgettext("clearing", "net")]
    return [*map(Column, texts), *(Column(one, Kind.AMOUNT) for one in amounts)]


def _row(first: dt.date, net: Net, names: Mapping[str, str]) -> list[Value]:
    debts = [getattr(debt, part) for debt in (net.owes, net.is_owed) for part in ("fund", "own", "family", "total")]
    payer, payee = names.get(net.payer, net.payer), names.get(net.payee, net.payee)
    return [f"{first:%Y-%m}", net.payer, payer, net.payee, payee, *debts, net.amount]


@require_GET
@permission_required(VIEW, raise_exception=True)
def items(request: StaffRequest) -> HttpResponse:
    """The settlements behind what one region owes another; 404 where neither is in scope, or something is no pair.

    Both sides see the number and the amounts of each, and its page only who is responsible for the patient.
    """
    form = PairForm(request.GET, staff=request.user)
    if not form.is_valid():
        raise Http404
    asked = form.cleaned_data
    rows: list[Item] = []
    older, too_broad = None, False
    try:
        rows, older = items_of(asked["month"], owing=asked["owing"].pk, owed=asked["owed"].pk, before=asked["before"])
    except TooBroad:
        too_broad = True
    own = set(Region.objects.under(request.user.region).values_list("code", flat=True))
    context = {
        "asked": asked,
        "rows": [(row, row.region in own) for row in rows],
        "sums": {
            name: sum((getattr(row, name) for row in rows), ZERO) for name in ("fund", "own", "family", "total")
        },
        "older": older,
        "too_broad": too_broad,
        "kinds": dict(SettlementKind.choices),
    }
    title = _("What {owing} owes {owed}").format(owing=asked["owing"].name, owed=asked["owed"].name)
    return render_page(request, "settlement/clearing_items.html", context, title=title)
