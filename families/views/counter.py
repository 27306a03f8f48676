"""The counter: one page for the whole conversation with a family.

number + Enter → person card → member rows → live pre-flight check → who shares, order, limits → save and print →
submit. The page keeps its state in the form; a draft is stored when the form is printed or submitted.
"""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import InsuredPerson
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.selectors import code_labels
from accounts.services.audit import record_event
from accounts.services.review import AlreadyDecided
from accounts.views.persons import card_context, person_in_scope
from families.document_panel import panel_of
from families.forms import FamilyForm, RowForm
from families.models import RegistrationCase
from families.models.case import OPEN, CaseState
from families.rules.kinship import OWNER
from families.rules.policy import SEATS
from families.selectors import group_on, membership_on, open_cases_of, policy_on
from families.services.cases import (
    CaseInput,
    DraftChanged,
    LineInput,
    NotYours,
    OpenElsewhere,
    OwnerNotFirst,
    check_case,
    form_of,
    save_case,
    submit_case,
)
from families.services.documents import DocumentsMissing
from families.services.groups import NotEligible
from families.verdicts import Verdict, explain


@require_GET
@permission_required("families.add_registrationcase", raise_exception=True)
def start(request: StaffRequest) -> HttpResponse:
    """The clerk's first page: the search field, own open cases, what came back, what was done today."""
    own = RegistrationCase.objects.for_staff(request.user).filter(handled_by=request.user).select_related("owner")
    context = {
        "open_cases": own.filter(state__in=OPEN)[:20],
        "returned": own.filter(state=CaseState.REJECTED).order_by("-decided_at")[:10],
        "effective": own.filter(state=CaseState.EFFECTIVE).order_by("-decided_at")[:10],
    }
    return render_page(request, "families/counter_start.html", context, title=_("Counter"))


@require_GET
@permission_required("families.add_registrationcase", raise_exception=True)
def person(request: StaffRequest, pk: int) -> HttpResponse:
    """The person card, and beside it the form to bind the family, or the group that there is already."""
    owner = person_in_scope(request, pk)
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
        "verdict": _verdict(form, case),
        "membership": membership,
        "picture": group_on(membership.group, timezone.localdate()) if membership and visible else None,
        "open_cases": open_cases_of(owner, staff=request.user).exclude(pk=case.pk if case else 0),
        "relations": code_labels("relation"),
        "seats": SEATS,
        "panel": panel_of(case, staff=request.user) if case else None,
    }
    title = f"{case.number} {owner.name}" if case else _("Bind the family of {name}").format(name=owner.name)
    return render_page(request, "families/counter.html", context, title=title, status=status)


@require_POST
@permission_required("families.add_registrationcase", raise_exception=True)
def row(request: StaffRequest, pk: int) -> HttpResponse:
    """Look one row's person up: the row anew, and a blank one after it when it was the last."""
    owner = person_in_scope(request, pk)
    wanted = request.POST.get("look-up", "")
    form = FamilyForm.from_post(request.POST, owner=owner, staff=request.user)
    rows = [one for one in form.rows if one.row == wanted]
    if not rows:
        return HttpResponse(status=422)
    looked_up, last = rows[0], form.rows[-1]
    followed = looked_up.found is not None and looked_up is last and len(form.rows) < SEATS - 1
    context = {
        "row": looked_up,
        "next_row": RowForm(prefix=str(int(looked_up.row) + 1), staff=request.user) if followed else None,
        "owner": owner,
        "asked": True,
    }
    response = render(request, "families/_row_looked_up.html", context)
    response["HX-Trigger-After-Settle"] = "family-changed"
    return response


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
    case = _keep(request, form)
    return redirect("counter-case", pk=case.pk) if case else _as_typed(request, form)


@require_POST
@permission_required("families.add_registrationcase", raise_exception=True)
def submit(request: StaffRequest, pk: int) -> HttpResponse:
    """Send a draft to the reviewers. What was typed since it was printed is stored first, and printed again."""
    cases = RegistrationCase.objects.for_staff(request.user).select_related("owner__region")
    shown = get_object_or_404(cases, pk=pk)
    if shown.state == CaseState.DRAFT and "key" in request.POST:
        form = FamilyForm.from_post(request.POST, owner=shown.owner, staff=request.user)
        kept = _keep(request, form)
        if kept is None:
            return _as_typed(request, form)
        if (kept.pk, kept.version) != (shown.pk, shown.version):
            messages.warning(request, _("The form was changed: print it again and have it signed, then submit."))
            return redirect("counter-case", pk=kept.pk)
    return _submit(request, shown)


def _submit(request: StaffRequest, shown: RegistrationCase) -> HttpResponse:
    try:
        done = submit_case(case_id=shown.pk, by=request.user)
    except NotEligible:
        messages.error(request, _("Not submitted: the check below fails."))
        return redirect("counter-case", pk=shown.pk)
    except DocumentsMissing as missing:
        messages.error(request, str(missing))
        return redirect(f"{reverse('counter-case', args=[shown.pk])}#documents")
    except (AlreadyDecided, NotYours) as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)
    in_force = done.state == CaseState.EFFECTIVE
    messages.success(request, _("Effective at once.") if in_force else _("Submitted: another person reviews it."))
    return redirect(done)


def _keep(request: StaffRequest, form: FamilyForm) -> RegistrationCase | None:
    """Store the form, or say why not and store nothing."""
    valid = form.is_valid()
    if not form.filled:
        messages.error(request, _("Add at least one member."))
    if not valid or not form.filled:
        return None
    try:
        return save_case(form=form.case_input(), by=request.user)
    except NotEligible:
        messages.error(request, _("Not saved: the check below fails."))
    except DraftChanged as changed:
        form.take_version(changed.case.version)
        messages.error(request, str(changed))
    except (OpenElsewhere, OwnerNotFirst) as refusal:
        messages.error(request, str(refusal))
    return None


def _as_typed(request: StaffRequest, form: FamilyForm) -> HttpResponse:
    """The page again with everything that was typed."""
    return conversation(request, form.owner, form=form, case=_stored(request, form), status=422)


def _stored(request: StaffRequest, form: FamilyForm) -> RegistrationCase | None:
    """The draft that this form was saved as before, if it was."""
    key = form.head.cleaned_data.get("key")
    own = RegistrationCase.objects.for_staff(request.user).filter(handled_by=request.user)
    return own.filter(submission_key=key).first() if key else None


@require_GET
@permission_required("families.add_registrationcase", raise_exception=True)
def draft(request: StaffRequest, pk: int) -> HttpResponse:
    """A stored draft on the same page, with print and submit; a case that is no draft any more has its own page."""
    cases = RegistrationCase.objects.for_staff(request.user).select_related("owner__region", "handled_by")
    case = get_object_or_404(cases, pk=pk)
    if case.state != CaseState.DRAFT or case.handled_by_id != request.user.pk:
        return redirect(case)
    form = FamilyForm.from_case(case, staff=request.user)
    return conversation(request, case.owner, form=form, case=case)


def _verdict(form: FamilyForm, case: RegistrationCase | None = None) -> Verdict | None:
    """The check in words; of the owner alone before the first member; None without a start."""
    if case is not None and not form.head.is_bound:
        return _explain(form, form_of(case))
    if not form.head.is_bound:
        owner = LineInput(
            person_id=form.owner.pk, relation=OWNER, shares=True, rank=1, starts_on=timezone.localdate()
        )
        return _explain(form, CaseInput(key=uuid4(), owner_id=form.owner.pk, lines=[owner]))
    return _explain(form, form.case_input()) if form.head.is_valid() else None


def _explain(form: FamilyForm, case_input: CaseInput) -> Verdict:
    positions = form.positions()
    return explain(
        check_case(case_input, owner=form.owner),
        policy=policy_on(form.owner.region, min(line.starts_on for line in case_input.lines)),
        names={1: form.owner.name}
        | {positions[one.row]: one.found.name for one in form.ready if one.found is not None},
        ranks={
            position: line.rank or SEATS for position, line in enumerate(case_input.lines, start=1) if line.shares
        },
        rows={position: row for row, position in positions.items()},
        declared=case_input.declared,
    )
