"""Drafts of every kind: shown on the page they were filled on, submitted, corrected, taken over."""

from __future__ import annotations

from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import Staff
from accounts.pages import StaffRequest
from accounts.services.review import AlreadyDecided, NotYours
from families.forms import FamilyForm, GroupForm, TakeOverForm
from families.models import RegistrationCase
from families.models.case import CaseKind, CaseState
from families.services.cases import NotAClerk, correct_case, submit_case, take_over_case
from families.services.documents import DocumentsMissing
from families.services.drafts import OpenElsewhere
from families.services.groups import GroupDissolved, NotEligible
from families.views import changes, counter
from families.views.keeping import keep, stored


def _case(request: StaffRequest, pk: int) -> RegistrationCase:
    cases = RegistrationCase.objects.for_staff(request.user)
    return get_object_or_404(cases.select_related("owner__region", "handled_by", "group__region"), pk=pk)


@require_GET
@permission_required("families.add_registrationcase", raise_exception=True)
def draft(request: StaffRequest, pk: int) -> HttpResponse:
    """A stored draft, with print and submit; a case that is no draft any more has its own page."""
    case = _case(request, pk)
    if case.state != CaseState.DRAFT or case.handled_by_id != request.user.pk:
        return redirect(case)
    if case.kind == CaseKind.CREATE or case.group is None:
        form = FamilyForm.from_case(case, staff=request.user)
        return counter.conversation(request, case.owner, form=form, case=case)
    return changes.conversation(request, GroupForm.from_case(case, case.group, staff=request.user), case=case)


def _form(request: StaffRequest, case: RegistrationCase) -> FamilyForm | GroupForm:
    if case.kind == CaseKind.CREATE or case.group is None:
        return FamilyForm.from_post(request.POST, owner=case.owner, staff=request.user)
    return GroupForm.from_post(request.POST, kind=case.kind, group=case.group, staff=request.user)


def _as_typed(request: StaffRequest, form: FamilyForm | GroupForm) -> HttpResponse:
    """The page again with everything that was typed."""
    case = stored(request, form)
    if isinstance(form, FamilyForm):
        return counter.conversation(request, form.owner, form=form, case=case, status=422)
    return changes.conversation(request, form, case=case, status=422)


@require_POST
@permission_required("families.add_registrationcase", raise_exception=True)
def submit(request: StaffRequest, pk: int) -> HttpResponse:
    """Send a draft to the reviewers. What was typed since it was printed is stored first, and printed again."""
    shown = _case(request, pk)
    if shown.state == CaseState.DRAFT and "key" in request.POST:
        form = _form(request, shown)
        kept = keep(request, form)
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
    except (AlreadyDecided, NotYours, GroupDissolved) as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)
    in_force = done.state == CaseState.EFFECTIVE
    messages.success(request, _("Effective at once.") if in_force else _("Submitted: another person reviews it."))
    return redirect(done)


@require_POST
@permission_required("families.add_registrationcase", raise_exception=True)
def correct(request: StaffRequest, pk: int) -> HttpResponse:
    """A rejected case as a new draft, to be corrected and sent again."""
    shown = _case(request, pk)
    try:
        return redirect("counter-case", pk=correct_case(case_id=shown.pk, key=uuid4(), by=request.user).pk)
    except (AlreadyDecided, OpenElsewhere) as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)


@require_POST
@permission_required("families.take_over_registrationcase", raise_exception=True)
def take_over(request: StaffRequest, pk: int) -> HttpResponse:
    """Give an open case of another desk to a clerk."""
    shown = _case(request, pk)
    form = TakeOverForm(request.POST, case=shown, staff=request.user)
    if not form.is_valid():
        messages.error(request, _("Choose who goes on with it."))
        return redirect(shown)
    to: Staff = form.cleaned_data["to"]
    try:
        take_over_case(case_id=shown.pk, to=to, by=request.user)
        messages.success(request, _("{who} has the case now.").format(who=to))
    except (AlreadyDecided, NotAClerk) as refusal:
        messages.error(request, str(refusal))
    return redirect(shown)
