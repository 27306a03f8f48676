"""The simulator at the counter: a bill that somebody asks about, and who would pay it."""

from __future__ import annotations

from collections.abc import Sequence

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from accounts.models import InsuredPerson
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.services.audit import record_event
from accounts.views.persons import person_in_scope
from families.models import MutualAidGroup
from settlement.forms.simulating import BillForm
from settlement.services.simulating import simulate


@require_GET
@permission_required("settlement.view_settlement", raise_exception=True)
def person(request: StaffRequest, pk: int) -> HttpResponse:
    return _simulator(request, [person_in_scope(request, pk).survivor], None)


@require_GET
@permission_required("settlement.view_settlement", raise_exception=True)
def group(request: StaffRequest, pk: int) -> HttpResponse:
    """For each member of a family that the staff member sees, by seat."""
    shown = get_object_or_404(MutualAidGroup.objects.for_staff(request.user), pk=pk)
    seats = shown.members.on(timezone.localdate()).values("person")
    persons = InsuredPerson.objects.for_staff(request.user).filter(pk__in=seats)
    return _simulator(request, list(persons.order_by("memberships__seat").distinct()), shown)


def _simulator(request: StaffRequest, persons: Sequence[InsuredPerson], shown: MutualAidGroup | None) -> HttpResponse:
    """`persons`: who the bill may be of."""
    data = request.GET if "amount" in request.GET else None
    form = BillForm(data, persons=persons)
    patient = form.patient if form.is_valid() else (persons[0] if persons else None)
    record_event(AuditKind.LOOK, by=request.user, person=patient, request=request)
    simulation = None
    if form.is_valid():
        simulation = simulate(person=form.patient, bill=form.bill, day=form.cleaned_data["day"], by=request.user)
    context = {"form": form, "simulation": simulation, "group": shown, "person": patient}
    return render_page(request, "settlement/simulate.html", context, title=_("Who would pay"))
