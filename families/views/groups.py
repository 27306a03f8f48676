"""One group on one day: who, which seat, who pays for whom and in which order."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.selectors import code_labels
from accounts.services.audit import record_event
from accounts.views.persons import person_in_scope
from families.forms import DayQuery
from families.models import MutualAidGroup
from families.models.case import CHANGES
from families.selectors import (
    family_trail_of,
    group_on,
    matches_of,
    membership_on,
    open_cases_of,
    open_follow_ups_of,
    payers_for,
)


@require_GET
def start(request: StaffRequest) -> HttpResponse:
    """The first page after signing in, by role."""
    pages = {
        "families.add_registrationcase": "counter",
        "families.review_registrationcase": "review-queue",
        "accounts.view_insuredperson": "admin:families_mutualaidgroup_changelist",
        "accounts.view_staff": "admin:accounts_staff_changelist",
    }
    return redirect(next((page for right, page in pages.items() if request.user.has_perm(right)), "admin:index"))


@require_GET
@permission_required("families.view_mutualaidgroup", raise_exception=True)
def group(request: StaffRequest, pk: int) -> HttpResponse:
    groups = MutualAidGroup.objects.for_staff(request.user).select_related("region")
    shown = get_object_or_404(groups, pk=pk)
    day = _day(request)
    picture = group_on(shown, day)
    record_event(
        AuditKind.LOOK, by=request.user, person=picture.members[0][0].person if picture.members else None,
        region=shown.region, request=request, group=shown.number,
    )  # fmt: skip
    context = {
        "group": shown,
        "picture": picture,
        "day": day,
        "today": timezone.localdate(),
        "relations": code_labels("relation"),
        "insutypes": code_labels("insutype"),
        "past": shown.members.filter(left_on__lte=day).select_related("person").order_by("left_on"),
        "kinds": CHANGES,
        "follow_ups": open_follow_ups_of(shown, staff=request.user),
        "cases": shown.cases.select_related("handled_by", "reviewed_by"),
    }
    return render_page(request, "families/group.html", context, title=shown.number)


def _day(request: StaffRequest) -> dt.date:
    form = DayQuery(request.GET)
    return (form.cleaned_data["day"] if form.is_valid() else None) or timezone.localdate()


@require_GET
@permission_required("families.view_mutualaidgroup", raise_exception=True)
def person_panel(request: StaffRequest, pk: int) -> HttpResponse:
    """What families/ knows of a person, as a fragment for the person's page one floor below."""
    shown = person_in_scope(request, pk)
    today = timezone.localdate()
    membership = membership_on(shown, today)
    context = {
        "person": shown,
        "membership": membership,
        "group_visible": membership is not None and membership.group.region.path.startswith(request.user.region.path),
        "payers": payers_for(shown, today),
        "follow_ups": open_follow_ups_of(membership.group, staff=request.user) if membership else [],
        "open_cases": open_cases_of(shown, staff=request.user),
        "matches": matches_of(shown, staff=request.user),
        "relations": code_labels("relation"),
    }
    return render(request, "families/_person_panel.html", context)


@require_GET
@permission_required("accounts.read_trail", raise_exception=True)
def person_trail(request: StaffRequest, pk: int) -> HttpResponse:
    """Memberships, sharings and cases of a person, each with its changes: the second half of the trail page."""
    shown = person_in_scope(request, pk)
    context = {"person": shown, "lines": family_trail_of(shown, staff=request.user)}
    return render(request, "families/_person_trail.html", context)
