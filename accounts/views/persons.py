"""The page of one insured person, and what may be done there. Outside the scope: 404."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import ContactForm, RevealForm, VersionedForm
from accounts.models import InsuredPerson
from accounts.models.audit import AuditKind
from accounts.models.suspension import Cause
from accounts.pages import StaffRequest, render_page
from accounts.selectors import (
    account_of,
    code_labels,
    contact_is_old,
    planned_move_of,
    records_merged_into,
    survivor_in_scope,
    suspensions_from,
)
from accounts.services.audit import record_event
from accounts.services.persons import ChangedMeanwhile, RecordMerged, TooManyReveals, change_contact, reveal_number
from accounts.trail import trail_of


def person_in_scope(request: StaffRequest, pk: int) -> InsuredPerson:
    """Raises: Http404 for a person that is not there or not in the staff member's scope; both look the same."""
    persons = InsuredPerson.objects.for_staff(request.user).select_related("region", "merged_into")
    return get_object_or_404(persons, pk=pk)


@require_GET
@permission_required("accounts.view_insuredperson", raise_exception=True)
def person(request: StaffRequest, pk: int) -> HttpResponse:
    shown = person_in_scope(request, pk)
    record_event(AuditKind.LOOK, by=request.user, person=shown, request=request)
    return _person_page(request, shown)


def card_context(request: StaffRequest, shown: InsuredPerson) -> dict[str, object]:
    """What the person card needs, on this page and at the counter."""
    today = timezone.localdate()
    suspensions = suspensions_from(shown, today)
    return {
        "person": shown,
        "account": account_of(shown, staff=request.user),
        "insutype": code_labels("insutype").get(shown.insutype, shown.insutype),
        "cert_type": code_labels("psn_cert_type").get(shown.cert_type, shown.cert_type),
        "psn_type": code_labels("psn_type").get(shown.psn_type, shown.psn_type),
        "also_known": records_merged_into(shown, staff=request.user),
        "survivor": survivor_in_scope(shown, staff=request.user) if shown.merged_into else None,
        "age": shown.age_on(today),
        "today": today,
        "suspensions": suspensions,
        "has_died": any(one.cause == Cause.DEATH for one in suspensions),
        "planned_move": planned_move_of(shown),
        "contact_is_old": contact_is_old(shown, today=today),
        "reveal_form": RevealForm(),
    }


def _person_page(
    request: StaffRequest,
    shown: InsuredPerson,
    *,
    contact_form: ContactForm | None = None,
    code: int = 200,
) -> HttpResponse:
    account = account_of(shown, staff=request.user)
    context = card_context(request, shown) | {
        "entries": account.entries.order_by("-sequence")[:50] if account else [],
        "adjustments": account.adjustments.select_related("handled_by", "reviewed_by") if account else [],
        "contact_form": contact_form or ContactForm(initial={"version": shown.version}),
    }
    return render_page(request, "accounts/person.html", context, title=shown.name, status=code)


@require_POST
@permission_required("accounts.reveal_insuredperson", raise_exception=True)
def reveal(request: StaffRequest, pk: int) -> HttpResponse:
    """The full number and phone, as a fragment for the card; audited with the reason."""
    shown = person_in_scope(request, pk)
    form = RevealForm(request.POST)
    context: dict[str, object] = {"person": shown, "reveal_form": form}
    if form.is_valid():
        try:
            number, mobile = reveal_number(person=shown, reason=form.cleaned_data["reason"], by=request.user)
            context |= {"number": number, "mobile": mobile}
        except TooManyReveals as refusal:
            form.add_error("reason", str(refusal))
    response = render(request, "accounts/_numbers.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_POST
@permission_required("accounts.change_insuredperson", raise_exception=True)
def contact(request: StaffRequest, pk: int) -> HttpResponse:
    shown = person_in_scope(request, pk)
    form = ContactForm(request.POST)
    if not form.is_valid():
        return _person_page(request, shown, contact_form=form, code=422)
    mobile = form.cleaned_data["mobile"] or shown.mobile
    try:
        change_contact(person_id=pk, version=form.cleaned_data["version"], mobile=mobile, by=request.user)
    except ChangedMeanwhile as changed:
        return _person_page(request, shown, contact_form=on_top_of(form, shown, changed), code=409)
    except RecordMerged as merged:
        messages.error(request, str(merged))
        return redirect(shown)
    messages.success(request, _("Contact data confirmed as of today."))
    return redirect(shown)


def on_top_of(form: VersionedForm, shown: InsuredPerson, changed: ChangedMeanwhile) -> Any:
    """The same form with what was typed, on top of the version that is stored now."""
    form.data = {name: form.data[name] for name in form.data} | {"version": str(shown.version)}
    form.add_error(None, str(changed))
    return form


@require_GET
@permission_required("accounts.read_trail", raise_exception=True)
def trail(request: StaffRequest, pk: int) -> HttpResponse:
    """Everything that was done to one person: rows changed, numbers revealed, pages looked at."""
    shown = person_in_scope(request, pk)
    lines = trail_of(shown, account_of(shown, staff=request.user))
    return render_page(
        request,
        "accounts/trail.html",
        {"person": shown, "lines": lines},
        title=_("Trail of {name}").format(name=shown.name),
    )
