"""The counter: one page for the whole conversation with a family.

number + Enter → person card → member rows → live pre-flight check → who shares, order, limits → save and print →
submit. The page keeps its state in the form; a draft is stored when the form is printed or submitted.
"""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import InsuredPerson
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.selectors import code_labels
from accounts.services.audit import record_event
from accounts.views.persons import card_context, person_in_scope
from families.document_panel import panel_of
from families.forms import FamilyForm
from families.models import RegistrationCase
from families.models.case import CHANGES
from families.rules.kinship import OWNER
from families.rules.policy import SEATS
from families.selectors import group_on, membership_on, open_cases_of
from families.services.case_forms import CaseInput, LineInput, check_case, form_of
from families.verdicts import Verdict, explain
from families.views.keeping import keep, looked_up, stored
from families.worklists import day_of

ROWS = 4


@require_GET
@permission_required("families.add_registrationcase", raise_exception=True)
def start(request: StaffRequest) -> HttpResponse:
    """The clerk's first page: the search field, and the own day on one screen."""
    context = {"day": day_of(request.user, rows=ROWS)}
    return render_page(request, "families/counter_start.html", context, title=_("Counter"))


@require_GET
@permission_required("families.add_registrationcase", raise_exception=True)
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """The person card, and beside it the form to bind the family, or the group that there is already."""
    owner = person_in_scope(request, pk)
    if owner.merged_into is not None:
        return redirect(owner)
    record_event(AuditKind.LOOK, by=request.user, person=owner, request=request)
    form = FamilyForm.blank(owner=owner, staff=request.user, key=uuid4())
    return conversation(request, owner, form=form, case=None)


def conversation(
    request: StaffRequest,
    owner: InsuredPerson,
    *,
    form: FamilyForm,
    case: RegistrationCase | None,
    status: int = 200,
) -> HttpResponse:
    membership = membership_on(owner, timezone.localdate())
    visible = membership is not None and membership.group.region.path.startswith(request.user.region.path)
    context = card_context(request, owner) | {
        "case": case,
        "form": form,
        "verdict": explain(check_case(form_of(case))) if case and not form.head.is_bound else _verdict(form),
        "look_up_url": reverse("counter-row", args=[owner.pk]),
        "membership": membership,
        "picture": group_on(membership.group, timezone.localdate()) if membership and visible else None,
        "open_cases": open_cases_of(owner, staff=request.user).exclude(pk=case.pk if case else 0),
        "relations": code_labels("relation"),
        "seats": SEATS,
        "kinds": CHANGES,
        "panel": panel_of(case, staff=request.user) if case else None,
    }
    title = f"{case.number} {owner.name}" if case else _("Bind the family of {name}").format(name=owner.name)
    return render_page(request, "families/counter.html", context, title=title, status=status)


@require_POST
@permission_required("families.add_registrationcase", raise_exception=True)
def row(request: StaffRequest, pk: int) -> HttpResponse:
    """Look one row's person up: the row anew, and a blank one after it when it was the last."""
    owner = person_in_scope(request, pk)
    form = FamilyForm.from_post(request.POST, owner=owner, staff=request.user)
    return looked_up(request, form.rows, look_up_url=reverse("counter-row", args=[owner.pk]))


@require_POST
@permission_required("families.add_registrationcase", raise_exception=True)
def check(request: StaffRequest, pk: int) -> HttpResponse:
    """The live pre-flight check: reads the form as it stands, answers with the verdict alone."""
    owner = person_in_scope(request, pk)
    form = FamilyForm.from_post(request.POST, owner=owner, staff=request.user)
    form.is_valid()
    return render(request, "families/_verdict.html", {"verdict": _verdict(form), "form": form})


@require_POST
@permission_required("families.add_registrationcase", raise_exception=True)
def save(request: StaffRequest, pk: int) -> HttpResponse:
    """Store the form as a draft, to be printed, signed and submitted. A second click finds the first one's case."""
    form = FamilyForm.from_post(request.POST, owner=person_in_scope(request, pk), staff=request.user)
    case = keep(request, form)
    return redirect("counter-case", pk=case.pk) if case else _as_typed(request, form)


def _as_typed(request: StaffRequest, form: FamilyForm) -> HttpResponse:
    """The page again with everything that was typed."""
    return conversation(request, form.owner, form=form, case=stored(request, form), status=422)


def _verdict(form: FamilyForm) -> Verdict | None:
    """The check in words; of the owner alone before the first member; None without a start."""
    if form.head.is_bound:
        return explain(check_case(form.case_input())) if form.head.is_valid() else None
    owner = LineInput(person_id=form.owner.pk, relation=OWNER, shares=True, rank=1, starts_on=timezone.localdate())
    return explain(check_case(CaseInput(key=uuid4(), owner_id=form.owner.pk, lines=[owner])))
