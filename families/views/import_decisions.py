"""What is decided about a batch as a whole: confirmed, taken back, discarded, reviewed, undone."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.selectors import code_labels
from accounts.services.audit import record_event
from accounts.services.review import AlreadyDecided, NotYours, OwnWork
from families import import_desk as desk
from families.forms import ReasonForm
from families.import_messages import name_of
from families.import_sample import sample_of
from families.messages import READY_REASONS
from families.models import ImportBatch
from families.models.batch import BatchState
from families.services.imports.batches import (
    FaultyFamilies,
    HasEntered,
    NothingReady,
    NotInspected,
    approve_batch,
    confirm_batch,
    discard_batch,
    return_batch,
    take_back,
)
from families.services.imports.undoing import undo_batch, what_stays
from families.views.imports import at_the_desk, batch_in_scope

REVIEWS = "families.review_registrationcase"
REFUSALS = (AlreadyDecided, NotYours, OwnWork, FaultyFamilies, HasEntered, NothingReady, NotInspected)
LISTED = 200


def _told(request: StaffRequest, shown: ImportBatch, act: Callable[[], Any], done: str) -> bool:
    """Do it and say so, or say why it was not done."""
    try:
        act()
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return False
    messages.success(request, done)
    return True


@require_POST
@at_the_desk
def confirm(request: StaffRequest, pk: int) -> HttpResponse:
    """Have all families entered, or with `only_valid` those that are ready; a second click changes nothing."""
    shown = batch_in_scope(request, pk)
    only_valid = "only_valid" in request.POST
    done = (
        _("Confirmed: another person reviews it now.") if shown.needs_review else _("Confirmed: it is entered now.")
    )
    _told(request, shown, lambda: confirm_batch(batch_id=pk, only_valid=only_valid, by=request.user), done)
    return redirect(shown)


@require_POST
@at_the_desk
def back(request: StaffRequest, pk: int) -> HttpResponse:
    shown = batch_in_scope(request, pk)
    _told(request, shown, lambda: take_back(batch_id=pk, by=request.user), _("Taken back."))
    return redirect(shown)


@require_POST
@at_the_desk
def discard(request: StaffRequest, pk: int) -> HttpResponse:
    shown = batch_in_scope(request, pk)
    done = _("Discarded: the file may be loaded anew.")
    _told(request, shown, lambda: discard_batch(batch_id=pk, by=request.user), done)
    return redirect(shown)


@require_http_methods(["GET", "POST"])
@at_the_desk
def undo(request: StaffRequest, pk: int) -> HttpResponse:
    """What would stay and why; then, with a reason, the undoing of everything else."""
    shown = batch_in_scope(request, pk)
    form = ReasonForm(request.POST or None)
    form.fields["reason"].widget.attrs["data-focus"] = True
    if request.method == "GET" or not form.is_valid():
        return _undo_page(request, shown, form, status=422 if form.is_bound else 200)
    reason = form.cleaned_data["reason"]
    done = _("The batch is undone now.")
    _told(request, shown, lambda: undo_batch(batch_id=pk, reason=reason, by=request.user), done)
    return redirect(shown)


def _undo_page(request: StaffRequest, shown: ImportBatch, form: ReasonForm, *, status: int) -> HttpResponse:
    figures = desk.figures_of([shown])[shown.pk]
    if shown.state not in (BatchState.APPLIED, BatchState.CHECKED) or not figures.applied:
        messages.error(request, _("Nothing of this batch is entered: there is nothing to undo."))
        return redirect(shown)
    stays = what_stays(shown)
    context = {
        "batch": shown,
        "form": form,
        "stays": [(desk.line_of(family, shown.layout), fault) for family, fault in stays[:LISTED]],
        "count": len(stays),
        "goes": figures.applied - len(stays),
        "works": desk.works_on(shown, request.user),
        "needs_another": shown.needs_review and request.user.pk in (shown.owner_id, shown.confirmed_by_id),
    }
    title = _("Undo batch {n}").format(n=shown.pk)
    return render_page(request, "families/import_undo.html", context, title=title, status=status)


@require_GET
@permission_required([REVIEWS, "families.view_importbatch"], raise_exception=True)
def review(request: StaffRequest, pk: int) -> HttpResponse:
    """The batch for its reviewer: figures, what was wrong, and the families drawn to be compared with their forms."""
    shown = batch_in_scope(request, pk)
    if shown.state != BatchState.SUBMITTED:
        return redirect(shown)
    return _review_page(request, shown)


def _review_page(
    request: StaffRequest,
    shown: ImportBatch,
    *,
    reason_form: ReasonForm | None = None,
    inspected: frozenset[int] = frozenset(),
    status: int = 200,
) -> HttpResponse:
    sample = sample_of(shown)
    for sampled in sample:
        record_event(
            AuditKind.LOOK, by=request.user, region=shown.region, request=request, batch=shown.pk,
            row=sampled.line.family.first_row,
        )  # fmt: skip
    context = {
        "batch": shown,
        "figures": desk.figures_of([shown])[shown.pk],
        "codes": [(name_of(code), count) for code, count in desk.codes_of(shown)],
        "sample": sample,
        "inspected": inspected,
        "first_left": next((key for key in shown.sample if key not in inspected), None),
        "reviews": desk.reviews(shown, request.user),
        "reason_form": reason_form or ReasonForm(),
        "ready_reasons": READY_REASONS,
        "relations": code_labels("relation"),
        "insutypes": code_labels("insutype"),
        "next_batch": desk.waiting_batches(request.user).exclude(pk=shown.pk).first(),
    }
    title = _("Review of batch {n}").format(n=shown.pk)
    return render_page(request, "families/import_review.html", context, title=title, status=status)


@require_POST
@permission_required([REVIEWS, "families.view_importbatch"], raise_exception=True)
def approve(request: StaffRequest, pk: int) -> HttpResponse:
    """Nothing goes in before every family of the sample was compared with its form."""
    shown = batch_in_scope(request, pk)
    inspected = frozenset(int(key) for key in request.POST.getlist("inspected") if key.isascii() and key.isdigit())
    try:
        approve_batch(batch_id=pk, inspected=inspected, by=request.user)
    except NotInspected as refusal:
        messages.error(request, str(refusal))
        return _review_page(request, shown, inspected=inspected, status=422)
    except (AlreadyDecided, OwnWork) as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)
    messages.success(request, _("Batch {n}: approved, it is entered now.").format(n=pk))
    return redirect(shown)


@require_POST
@permission_required([REVIEWS, "families.view_importbatch"], raise_exception=True)
def send_back(request: StaffRequest, pk: int) -> HttpResponse:
    shown = batch_in_scope(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        if shown.state != BatchState.SUBMITTED:
            return redirect(shown)
        return _review_page(request, shown, reason_form=form, status=422)
    done = _("Batch {n}: sent back with the reason.").format(n=pk)
    reason = form.cleaned_data["reason"]
    went = _told(request, shown, lambda: return_batch(batch_id=pk, reason=reason, by=request.user), done)
    return redirect("review-queue") if went else redirect(shown)
