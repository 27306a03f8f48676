"""The premium of a family member at the counter: who would pay it, then paid."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.models import InsuredPerson
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.services.audit import record_event
from accounts.views.persons import card_context, person_in_scope
from settlement.forms.premiums import PremiumForm
from settlement.rules.facts import Bill
from settlement.services.premiums import RIGHT, USAGE, pay_premium, seen_as
from settlement.services.refusals import SettlementRefused
from settlement.services.simulating import Simulation, simulate


@require_http_methods(["GET", "POST"])
@permission_required(RIGHT, raise_exception=True)
def pay(request: StaffRequest, pk: int) -> HttpResponse:
    """Shows who would pay; what is confirmed is paid by them, or by nobody where that would be others by now."""
    person = person_in_scope(request, pk)
    if person.merged_into is not None:
        return redirect(person)
    form = PremiumForm(request.POST or None)
    if request.method == "GET":
        record_event(AuditKind.LOOK, by=request.user, person=person, request=request)
        return _page(request, person, form, None)
    if not form.is_valid():
        return _page(request, person, form, None, status=422)
    simulation = _preview(request, person, form)
    if not form.cleaned_data["confirmed"]:
        return _page(request, person, form, simulation)
    try:
        paid = pay_premium(
            person_id=person.pk,
            payment_id=form.cleaned_data["payment_id"],
            year=form.cleaned_data["year"],
            amount=form.cleaned_data["amount"],
            at=timezone.now().replace(microsecond=0),
            seen=form.cleaned_data["seen"],
            by=request.user,
        )
    except SettlementRefused as refusal:
        form.add_error(None, str(refusal))
        return _page(request, person, form, simulation, status=422)
    messages.success(request, _("The premium of {year} is paid.").format(year=form.cleaned_data["year"]))
    return redirect(paid)


def _preview(request: StaffRequest, person: InsuredPerson, form: PremiumForm) -> Simulation:
    bill = Bill(form.cleaned_data["amount"], USAGE, networked=False)
    simulation = simulate(person=person, bill=bill, day=timezone.localdate(), by=request.user)
    form.show(seen_as(simulation, form.cleaned_data["year"]))
    return simulation


def _page(
    request: StaffRequest,
    person: InsuredPerson,
    form: PremiumForm,
    simulation: Simulation | None,
    *,
    status: int = 200,
) -> HttpResponse:
    context = card_context(request, person) | {"form": form, "simulation": simulation}
    title = _("Premium of {name}").format(name=person.name)
    return render_page(request, "settlement/premium.html", context, title=title, status=status)
