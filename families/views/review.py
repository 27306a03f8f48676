"""The reviewer's queue: what waits, the longest first, and one decision after the other."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.pages import StaffRequest, render_page
from accounts.services.review import AlreadyDecided, OwnWork
from families.forms import ReasonForm
from families.import_desk import waiting_batches
from families.models import RegistrationCase
from families.services.cases import NotAsSeen, approve_case, reject_case
from families.services.groups import GroupDissolved, NotEligible
from families.views.cases import case_in_scope, case_page
from families.worklists import as_rows, next_to_review, own_waiting, to_review

ROWS = 100


@require_GET
@permission_required("families.review_registrationcase", raise_exception=True)
def queue(request: StaffRequest) -> HttpResponse:
    """The reviewer's first page."""
    waiting = to_review(request.user)
    context = {
        "batches": waiting_batches(request.user)[:ROWS],
        "cases": as_rows(waiting)[:ROWS],
        "count": waiting.count(),
        "own": own_waiting(request.user).count(),
    }
    return render_page(request, "families/queue.html", context, title=_("Cases to review"))


@require_POST
@permission_required("families.review_registrationcase", raise_exception=True)
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    shown = case_in_scope(request, pk)
    try:
        done = approve_case(case_id=shown.pk, seen=request.POST.get("seen", ""), by=request.user)
    except NotEligible:
        messages.error(request, _("Not approved: since it was submitted something changed, see the check below."))
        return redirect(shown)
    except (OwnWork, AlreadyDecided, NotAsSeen, GroupDissolved) as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)
    day = date_format(done.effective_on or timezone.localdate())
    words = _("{number}, {owner}: approved, in force from {day}.")
    messages.success(request, words.format(number=done.number, owner=shown.owner.name, day=day))
    return _go_on(request, done)


@require_POST
@permission_required("families.review_registrationcase", raise_exception=True)
def reject(request: StaffRequest, pk: int) -> HttpResponse:
    shown = case_in_scope(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return case_page(request, shown, reason_form=form, status=422)
    try:
        done = reject_case(case_id=shown.pk, reason=form.cleaned_data["reason"], by=request.user)
    except (OwnWork, AlreadyDecided) as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)
    words = _("{number}, {owner}: sent back with the reason.")
    messages.success(request, words.format(number=done.number, owner=shown.owner.name))
    return _go_on(request, done)


def _go_on(request: StaffRequest, done: RegistrationCase) -> HttpResponse:
    """To the next case that waits; to the empty queue after the last."""
    following = next_to_review(request.user, after=done)
    return redirect(following) if following else redirect("review-queue")
