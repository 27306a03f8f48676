"""Anomalies: the list by state, one of them with its evidence, and what an auditor says of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.models import InsuredPerson
from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.services.audit import record_event
from accounts.services.review import AlreadyDecided
from settlement.anomaly_words import SHOWN, cases_of, facts_of, sentence_of, thresholds_of
from settlement.forms.anomalies import AnomalyQuery, JudgeForm
from settlement.models import Anomaly
from settlement.models.anomaly import AnomalyState
from settlement.services.anomalies import RIGHT, judge_anomaly
from settlement.worklists import count_by_state

VIEW = "settlement.view_anomaly"
ROWS = 50


def in_scope(request: StaffRequest) -> QuerySet[Anomaly]:
    rows = Anomaly.objects.for_staff(request.user)
    return rows.select_related("region", "person__region", "group__region", "institution", "subject_staff")


@require_GET
@permission_required(VIEW, raise_exception=True)
def anomalies(request: StaffRequest) -> HttpResponse:
    """Those of one state, the newest first, and how many there are of each."""
    query = AnomalyQuery(request.GET, staff=request.user)
    rows = in_scope(request).filter(**query.wanted()) if query.is_valid() else Anomaly.objects.none()
    counts = count_by_state(rows)
    page = Paginator(rows.filter(state=query.state_shown).defer("evidence"), ROWS).get_page(request.GET.get("page"))
    context = {
        "query": query,
        "page": page,
        "rows": [(row, sentence_of(row), _is_here(request, row.person)) for row in page],
        "counts": [(state, label, counts.get(state, 0)) for state, label in AnomalyState.choices],
        "state": query.state_shown,
    }
    return render_page(request, "settlement/anomalies.html", context, title=_("Anomalies"))


def _is_here(request: StaffRequest, person: InsuredPerson | None) -> bool:
    """Whether the person's page can be opened: who moved away is another region's now."""
    return person is not None and person.region.path.startswith(request.user.region.path)


@require_GET
@permission_required(VIEW, raise_exception=True)
def anomaly(request: StaffRequest, pk: int) -> HttpResponse:
    shown = get_object_or_404(in_scope(request), pk=pk)
    person = shown.person if _is_here(request, shown.person) else None
    record_event(AuditKind.LOOK, by=request.user, person=person, request=request, anomaly=shown.pk)
    return _page(request, shown)


def _page(request: StaffRequest, shown: Anomaly, *, form: JudgeForm | None = None, status: int = 200) -> HttpResponse:
    may_judge = request.user.has_perm(RIGHT)
    facts = facts_of(shown, staff=request.user)
    context: dict[str, Any] = {
        "anomaly": shown,
        "sentence": sentence_of(shown),
        "thresholds": thresholds_of(shown),
        "facts": facts,
        "amounts": any(fact.amount for fact in facts),
        "more": max(len(shown.evidence) - SHOWN, 0),
        "cases": cases_of(shown, staff=request.user),
        "person_here": _is_here(request, shown.person),
        "group_here": shown.group and shown.group.region.path.startswith(request.user.region.path),
        "notes": shown.notes.select_related("by"),
        "form": (form or JudgeForm(anomaly=shown)) if may_judge else None,
    }
    title = f"{shown.get_kind_display()} · {shown.day:%Y-%m-%d}"
    return render_page(request, "settlement/anomaly.html", context, title=title, status=status)


@require_POST
@permission_required(RIGHT, raise_exception=True)
def judge(request: StaffRequest, pk: int) -> HttpResponse:
    """Note what was found out, and set the state."""
    shown = get_object_or_404(in_scope(request), pk=pk)
    form = JudgeForm(request.POST, anomaly=shown)
    if not form.is_valid():
        return _page(request, shown, form=form, status=422)
    said = form.cleaned_data
    try:
        note = judge_anomaly(
            anomaly_id=pk, seen=AnomalyState(said["seen"]), state=AnomalyState(said["state"]), text=said["text"],
            by=request.user,
        )  # fmt: skip
    except AlreadyDecided as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Noted: {state}.").format(state=note.get_state_display()))
    return redirect(shown)
