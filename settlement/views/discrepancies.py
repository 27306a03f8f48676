"""Differences of the reconciliation: the list, one of them, and what is done with them."""

from __future__ import annotations

from collections import Counter

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_POST

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.services.audit import record_event
from families.forms import ReasonForm
from settlement.differences import FIELDS, alike, differences_of, lines_of, next_open, side_by_side, steps_of
from settlement.forms.discrepancies import STATES, DecideForm, DecideOneForm, DifferenceFilter, HandOverForm, NoteForm
from settlement.forms.discrepancies import states_of as states_named
from settlement.models import Discrepancy, DiscrepancyDecision, Settlement
from settlement.models.discrepancy import DecisionReason
from settlement.services.deciding import (
    REFUSALS,
    comment_on,
    confirm,
    confirm_chosen,
    decide,
    end_decision,
    hand_over,
)
from settlement.worklists import count_by_state

VIEW = "settlement.view_discrepancy"
DECIDE = "settlement.decide_discrepancy"
ROWS = 100


@require_GET
@permission_required(VIEW, raise_exception=True)
def discrepancies(request: StaffRequest) -> HttpResponse:
    """The oldest first, narrowed by the address."""
    narrow = DifferenceFilter(request.GET, differences=differences_of(request.user), staff=request.user)
    counted = Counter(count_by_state(narrow.narrowed(but="state")))
    context = {
        "filter": narrow,
        "counts": [(state, label, sum(counted[one] for one in states_named(state))) for state, label in STATES],
        "together": counted.total(),
        "chosen": narrow.cleaned_data if narrow.is_valid() else {},
        "page": Paginator(narrow.narrowed(), ROWS).get_page(request.GET.get("page")),
        "reasons": dict(DecisionReason.choices),
        "fields": FIELDS,
        "decide_form": DecideForm(),
        "may_decide": request.user.has_perm(DECIDE),
    }
    return render_page(request, "settlement/discrepancies.html", context, title=_("Exceptions"))


def _in_scope(request: StaffRequest, pk: int) -> Discrepancy:
    rows = differences_of(request.user).select_related("institution__region", "owner", "settlement", "line")
    shown: Discrepancy = get_object_or_404(rows, pk=pk)
    return shown


@require_GET
@permission_required(VIEW, raise_exception=True)
def discrepancy(request: StaffRequest, pk: int) -> HttpResponse:
    shown = _in_scope(request, pk)
    person = shown.settlement.person if shown.settlement else None
    record_event(AuditKind.LOOK, by=request.user, person=person, request=request, settlement=shown.setl_id)
    return _page(request, shown)


def _page(
    request: StaffRequest,
    shown: Discrepancy,
    *,
    decide_form: DecideForm | None = None,
    note_form: NoteForm | None = None,
    reason_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    decision = shown.decisions.filter(ended_at=None).select_related("decided_by", "confirmed_by").first()
    may_decide = request.user.has_perm(DECIDE)
    context = {
        "difference": shown,
        "state": shown.state,  # type: ignore[attr-defined]
        "at_stake": shown.differing.at_stake,
        "sides": side_by_side(shown),
        "fields": FIELDS,
        "lines": lines_of(shown),
        "ours": Settlement.objects.for_staff(request.user).filter(setl_id=shown.setl_id).first(),
        "decision": decision,
        "is_own": decision is not None and decision.decided_by_id == request.user.pk,
        "alike": alike(request.user, shown).count() if may_decide else 0,
        "may_decide": may_decide,
        "decide_form": decide_form or DecideOneForm(discrepancy=shown),
        "hand_over_form": HandOverForm(discrepancy=shown),
        "note_form": note_form or NoteForm(),
        "reason_form": reason_form or ReasonForm(),
        "steps": steps_of(shown),
    }
    return render_page(request, "settlement/discrepancy.html", context, title=_("Exception"), status=status)


@require_POST
@permission_required(DECIDE, raise_exception=True)
def decide_one(request: StaffRequest, pk: int) -> HttpResponse:
    """Then on to the next one that is open."""
    shown = _in_scope(request, pk)
    form = DecideOneForm(request.POST, discrepancy=shown)
    if not form.is_valid():
        return _page(request, shown, decide_form=form, status=422)
    asked = {name: form.cleaned_data[name] for name in ("reason", "note")}
    try:
        decisions = decide(chosen={shown.pk: form.cleaned_data["version"]}, by=request.user, **asked)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)
    _tell(request, decisions)
    return redirect(next_open(request.user, after=shown) or reverse("discrepancies"))


@require_POST
@permission_required(DECIDE, raise_exception=True)
def decide_chosen(request: StaffRequest) -> HttpResponse:
    """Several at once: all of them or none."""
    form, chosen = DecideForm(request.POST), _chosen(request)
    if not chosen or not form.is_valid():
        wrong = [error for errors in form.errors.values() for error in errors] if chosen else []
        messages.error(request, " ".join(map(str, wrong)) or _("Choose at least one exception."))
        return _back(request)
    try:
        _tell(request, decide(chosen=chosen, by=request.user, **form.cleaned_data))
    except Discrepancy.DoesNotExist:
        messages.error(request, _("Choose at least one exception."))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return _back(request)


def _tell(request: StaffRequest, decisions: list[DiscrepancyDecision]) -> None:
    n, waiting = len(decisions), sum(not one.is_final for one in decisions)
    if waiting:
        text = ngettext("{n} waits for a second person.", "{n} wait for a second person.", waiting)
        messages.warning(request, text.format(n=waiting))
    if n > waiting:
        text = ngettext("{n} exception decided.", "{n} exceptions decided.", n - waiting)
        messages.success(request, text.format(n=n - waiting))


@require_POST
@permission_required(DECIDE, raise_exception=True)
def take_chosen(request: StaffRequest) -> HttpResponse:
    """To be worked off by whoever asks."""
    try:
        n = hand_over(chosen=_chosen(request), owner=request.user, by=request.user)
        messages.success(request, ngettext("{n} exception is yours.", "{n} exceptions are yours.", n).format(n=n))
    except Discrepancy.DoesNotExist:
        messages.error(request, _("Choose at least one exception."))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return _back(request)


@require_POST
@permission_required(DECIDE, raise_exception=True)
def confirm_several(request: StaffRequest) -> HttpResponse:
    """What others proposed: all of it or none."""
    try:
        n = confirm_chosen(chosen=_chosen(request), by=request.user)
        messages.success(request, ngettext("{n} decision confirmed.", "{n} decisions confirmed.", n).format(n=n))
    except Discrepancy.DoesNotExist:
        messages.error(request, _("Choose at least one exception."))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return _back(request)


def _chosen(request: StaffRequest) -> dict[int, int]:
    """Key → version, of boxes like `12:3`; nothing where one of them is not."""
    pairs = [box.split(":") for box in request.POST.getlist("chosen")]
    if any(len(pair) != 2 or not all(part.isascii() and part.isdigit() for part in pair) for pair in pairs):
        return {}
    return {int(pk[:18]): int(version[:9]) for pk, version in pairs}


def _back(request: StaffRequest) -> HttpResponse:
    asked = QueryDict(request.POST.get("back", ""))
    return redirect(f"{reverse('discrepancies')}?{asked.urlencode()}" if asked else reverse("discrepancies"))


@require_POST
@permission_required(DECIDE, raise_exception=True)
def hand_one_over(request: StaffRequest, pk: int) -> HttpResponse:
    """To a colleague, or to nobody; without `to`, whoever asks takes it."""
    shown = _in_scope(request, pk)
    form = HandOverForm(request.POST, discrepancy=shown)
    if not form.is_valid():
        messages.error(request, _("Choose who goes on with it."))
        return redirect(shown)
    owner = form.cleaned_data["to"] if "to" in request.POST else request.user
    try:
        hand_over(chosen={shown.pk: form.cleaned_data["version"]}, owner=owner, by=request.user)
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return redirect(shown)


@require_POST
@permission_required(DECIDE, raise_exception=True)
def comment(request: StaffRequest, pk: int) -> HttpResponse:
    shown, form = _in_scope(request, pk), NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, note_form=form, status=422)
    comment_on(discrepancy_id=shown.pk, text=form.cleaned_data["text"], by=request.user)
    return redirect(shown)


def _decision_in_scope(request: StaffRequest, pk: int) -> DiscrepancyDecision:
    decisions = DiscrepancyDecision.objects.for_staff(request.user).select_related("discrepancy")
    return get_object_or_404(decisions, pk=pk)


@require_POST
@permission_required(DECIDE, raise_exception=True)
def confirm_decision(request: StaffRequest, pk: int) -> HttpResponse:
    decision = _decision_in_scope(request, pk)
    try:
        confirm(decision_id=decision.pk, by=request.user)
        messages.success(request, _("Confirmed."))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return redirect(decision.discrepancy)


@require_POST
@permission_required(DECIDE, raise_exception=True)
def end(request: StaffRequest, pk: int) -> HttpResponse:
    """Not confirmed, or taken back."""
    decision, form = _decision_in_scope(request, pk), ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, _in_scope(request, decision.discrepancy_id), reason_form=form, status=422)
    try:
        end_decision(decision_id=decision.pk, note=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("The exception is open again."))
    except REFUSALS as refusal:
        messages.error(request, str(refusal))
    return redirect(decision.discrepancy)
