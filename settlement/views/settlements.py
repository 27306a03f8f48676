"""The list of settlements, and one of them: what it cost, who paid, and why these accounts."""

from __future__ import annotations

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import FindForm
from accounts.models import InsuredPerson
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.selectors import code_labels, find_persons
from accounts.services.audit import record_event
from settlement.explained import FEES, PAYERS, parts_of, shares_of, why_paid
from settlement.filters import SettlementFilter
from settlement.listing import ROWS, Asked, Page, TooBroad, page_of, state_of
from settlement.models import Settlement

VIEW = "settlement.view_settlement"


@require_GET
@permission_required(VIEW, raise_exception=True)
def settlements(request: StaffRequest) -> HttpResponse:
    """Newest first, narrowed by the address."""
    narrow = SettlementFilter(request.GET, request=request, staff=request.user)
    page, too_broad = Page([], None, None), False
    if narrow.form.is_valid():
        asked = Asked(narrow.narrowed(), request.user, few=narrow.few)
        try:
            page = page_of(asked, **narrow.places)
        except TooBroad:
            too_broad = True
    context = {
        "filter": narrow,
        "page": page,
        "rows": [(row, state_of(row)) for row in page.rows],
        "page_size": ROWS,
        "too_broad": too_broad,
        "med_types": code_labels("med_type"),
    }
    return render_page(request, "settlement/settlements.html", context, title=_("Settlements"))


@require_POST
@permission_required(VIEW, raise_exception=True)
def find(request: StaffRequest) -> HttpResponse:
    """A settlement by its number; else a person, to whose settlements the list is narrowed.

    By POST: a person's number in an address would stay in logs and histories.
    """
    form = FindForm(request.POST)
    text = form.cleaned_data["text"].strip() if form.is_valid() else ""
    settlement = Settlement.objects.for_staff(request.user).filter(setl_id=text).first()
    if settlement is not None:
        return redirect(settlement)
    found = list(find_persons(text, staff=request.user))
    if len(found) == 1:
        return redirect(_address_of(found[0]))
    addresses = [(one, _address_of(one)) for one in found]
    context = {"found": addresses, "text": text, "insutypes": code_labels("insutype")}
    return render_page(request, "settlement/found.html", context, title=_("Settlements"))


def _address_of(person: InsuredPerson) -> str:
    return f"{reverse('settlements')}?person={person.pk}"


@require_GET
@permission_required(VIEW, raise_exception=True)
def settlement(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything about one settlement, for the region in which the patient was insured; 404 for every other."""
    related = ("person", "institution", "region", "group__region", "recorded_by", "reverses", "reversed_by")
    shown = get_object_or_404(Settlement.objects.for_staff(request.user).select_related(*related), pk=pk)
    record_event(AuditKind.LOOK, by=request.user, person=shown.person, request=request, settlement=shown.setl_id)
    person_seen = InsuredPerson.objects.for_staff(request.user).filter(pk=shown.person_id).exists()
    context = {
        "settlement": shown,
        "person_seen": person_seen,
        "group_seen": shown.group and shown.group.region.path.startswith(request.user.region.path),
        "med_type": code_labels("med_type").get(shown.med_type, shown.med_type),
        "insutype": code_labels("insutype").get(shown.insutype, shown.insutype),
        "bars": [
            (_("Who paid"), parts_of(shown, PAYERS)),
            (_("What was paid for"), parts_of(shown, FEES)),
        ],
        "considered": why_paid(shown, staff=request.user),
        "shares": shares_of(shown) if shown.reverses_id else [],
    }
    return render_page(request, "settlement/settlement.html", context, title=_("Settlement"))
