"""The days: compared or not, what is open of each, signing and reopening them (日结)."""

from __future__ import annotations

import datetime as dt

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.db.models import Q
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import ClosedDay
from accounts.pages import StaffRequest, render_page
from families.forms import ReasonForm
from settlement.days import DAY, day_of, days_of, month_of, without_statement
from settlement.differences import FIELDS, differences_of
from settlement.forms.discrepancies import DayForm
from settlement.models.discrepancy import DecisionReason, DiscrepancyState, in_state
from settlement.services.daily_close import CLOSE, REOPEN, NotClosed, close_day, reopen_day
from settlement.services.reconciling import RIGHT as COMPARE
from settlement.services.reconciling import reconcile

VIEW = "accounts.view_closedday"


@require_GET
@permission_required(VIEW, raise_exception=True)
def days(request: StaffRequest) -> HttpResponse:
    """A month, the newest day first."""
    yesterday = timezone.localdate() - DAY
    form = DayForm({"day": yesterday.isoformat()} | request.GET.dict())
    first, last = month_of(form.cleaned_data["day"] if form.is_valid() else yesterday)
    context = {
        "form": form,
        "days": days_of(request.user, first, last),
        "first": first,
        "before": first - DAY,
        "after": last + DAY if last < yesterday else None,
        "region": request.user.region,
    }
    return render_page(
        request, "settlement/days.html", context, title=_("Daily close"), status=422 if form.errors else 200
    )


@require_GET
@permission_required(VIEW, raise_exception=True)
def day(request: StaffRequest) -> HttpResponse:
    form = DayForm(request.GET)
    if not form.is_valid():
        raise Http404
    return _page(request, form.cleaned_data["day"])


def _page(
    request: StaffRequest, shown: dt.date, *, reason_form: ReasonForm | None = None, status: int = 200
) -> HttpResponse:
    standing = day_of(request.user, shown)
    if standing is None:
        raise Http404
    of_day = Q(region__in=request.user.region.ancestors()) | Q(region__path__startswith=request.user.region.path)
    closings = ClosedDay.objects.filter(of_day, business_date=shown).order_by("pk")
    own = ClosedDay.objects.for_staff(request.user).standing() if request.user.has_perm(REOPEN) else closings.none()
    context = {
        "standing": standing,
        "day": shown,
        "region": request.user.region,
        "decided": differences_of(request.user).filter(in_state(DiscrepancyState.DECIDED), business_date=shown),
        "reasons": dict(DecisionReason.choices),
        "fields": FIELDS,
        "missing": without_statement(request.user, shown),
        "closings": closings.select_related("region", "closed_by", "reopened_by"),
        "may_reopen": set(own.filter(business_date=shown).values_list("pk", flat=True)),
        "reason_form": reason_form or ReasonForm(),
    }
    return render_page(
        request, "settlement/day.html", context, title=_("Daily close of {day}").format(day=shown), status=status
    )


def _day_asked(request: StaffRequest) -> dt.date | None:
    form = DayForm(request.POST)
    if form.is_valid():
        asked: dt.date = form.cleaned_data["day"]
        return asked
    messages.error(request, _("Choose a day."))
    return None


def _to(shown: dt.date | None) -> HttpResponse:
    """The page of a day; one that is not over has none."""
    is_over = shown is not None and shown < timezone.localdate()
    return redirect(f"{reverse('day')}?day={shown}" if is_over else reverse("days"))


@require_POST
@permission_required(COMPARE, raise_exception=True)
def compare(request: StaffRequest) -> HttpResponse:
    """Compare a day now, with the statements that are here."""
    asked = _day_asked(request)
    if asked:
        run = reconcile(day=asked, by=request.user).run
        text = _("{compared} compared, {balanced} of them balanced.")
        messages.success(request, text.format(compared=run.compared, balanced=run.balanced))
    return _to(asked)


@require_POST
@permission_required(CLOSE, raise_exception=True)
def close(request: StaffRequest) -> HttpResponse:
    asked = _day_asked(request)
    if asked:
        try:
            close_day(day=asked, by=request.user)
            messages.success(request, _("{day} is signed: nothing is posted to it any more.").format(day=asked))
        except NotClosed as refusal:
            messages.error(request, str(refusal))
    return _to(asked)


@require_POST
@permission_required(REOPEN, raise_exception=True)
def reopen(request: StaffRequest, pk: int) -> HttpResponse:
    closed = get_object_or_404(ClosedDay.objects.for_staff(request.user), pk=pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, closed.business_date, reason_form=form, status=422)
    try:
        reopen_day(closed_id=closed.pk, reason=form.cleaned_data["reason"], by=request.user)
        messages.success(request, _("{day} is open again.").format(day=closed.business_date))
    except NotClosed as refusal:
        messages.error(request, str(refusal))
    return _to(closed.business_date)
