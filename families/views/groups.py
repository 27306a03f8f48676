"""One group on one day: who, which seat, who pays for whom and in which order."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib.auth.decorators import permission_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.selectors import accounts_of, code_labels
from accounts.services.audit import record_event
from accounts.views.persons import person_in_scope
from families.forms import DayQuery
from families.import_desk import batch_of
from families.models import MutualAidGroup
from families.models.case import CHANGES
from families.policy_words import limits_in_words
from families.selectors import (
    family_trail_of,
    group_on,
    matches_of,
    membership_on,
    open_cases_of,
    open_follow_ups_of,
    payers_for,
    policy_on,
)
from families.timeline import TurnInWords, history_of

# Turns to come that stand at the top of the page; the time line has them all.
AT_A_GLANCE = 3


@require_GET
def start(request: StaffRequest) -> HttpResponse:
    """The first page after signing in, by role."""
    pages = {
        "families.add_registrationcase": "counter",
        "families.review_registrationcase": "review-queue",
        "reports.read_reports": "dashboard",
        "accounts.view_insuredperson": "admin:families_mutualaidgroup_changelist",
        "accounts.view_staff": "admin:accounts_staff_changelist",
    }
    return redirect(next((page for right, page in pages.items() if request.user.has_perm(right)), "admin:index"))


@require_GET
@permission_required("families.view_mutualaidgroup", raise_exception=True)
def group(request: StaffRequest, pk: int) -> HttpResponse:
    groups = MutualAidGroup.objects.for_staff(request.user).select_related("region")
    shown = get_object_or_404(groups, pk=pk)
    query, today = DayQuery(request.GET), timezone.localdate()
    day = (query.cleaned_data["day"] if query.is_valid() else None) or today
    picture, history = group_on(shown, day), history_of(shown)
    owner = next((member for member, _terms in picture.members), None)
    record_event(
        AuditKind.LOOK, by=request.user, person=owner.person if owner else None,
        region=shown.region, request=request, group=shown.number,
    )  # fmt: skip
    policy = policy_on(shown.region, day)
    context = _days(history.turns(), day) | {
        "group": shown,
        "picture": picture,
        "owner": owner,
        "payers": sum(terms.rank is not None for _member, terms in picture.members),
        "in_force": shown.opened_on <= day and (shown.dissolved_on is None or day < shown.dissolved_on),
        "policy": policy,
        "limits": limits_in_words(policy),
        "balances": accounts_of([member.person_id for member, _terms in picture.members], staff=request.user),
        "stays": history.stays_on(day),
        "day": day,
        "typed_day": query.data.get("day", "") if query.errors else day.isoformat(),
        "day_error": next(iter(query.errors.get("day", [])), ""),
        "today": today,
        "relations": code_labels("relation"),
        "former": history.former(day),
        "open_case": history.open_case,
        "kinds": CHANGES,
        "follow_ups": open_follow_ups_of(shown, staff=request.user),
        "cases": [(case, batch_of(case, request.user)) for case in history.cases],
    }
    return render_page(request, "families/group.html", context, title=shown.number)


def _days(turns: list[TurnInWords], day: dt.date) -> dict[str, Any]:
    """The time line, what of it lies after the day shown, and the nearest days on which something changed."""
    days = {turn.day for turn in turns}
    return {
        "turns": turns,
        "coming": [turn for turn in reversed(turns) if turn.day > day][:AT_A_GLANCE],
        "previous_day": max((one for one in days if one < day), default=None),
        "next_day": min((one for one in days if one > day), default=None),
    }


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
