"""The counter for a family that has a group: add, change, release, hand over, dissolve, each with the same check.

From the group's page or the person's: one page, filled with what holds today; what differs becomes the case.
"""

from __future__ import annotations

from uuid import uuid4

from django.contrib.auth.decorators import permission_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from accounts.models.audit import AuditKind
from accounts.pages import StaffRequest, render_page
from accounts.selectors import code_labels
from accounts.services.audit import record_event
from families.document_panel import panel_of
from families.forms import GroupForm
from families.models import MutualAidGroup, RegistrationCase
from families.models.case import ENDING, OPEN, CaseKind
from families.services.case_forms import check_case
from families.services.groups import GroupDissolved
from families.verdicts import Verdict, explain
from families.views.keeping import keep, looked_up, stored


@require_GET
@permission_required("families.add_registrationcase", raise_exception=True)
def change(request: StaffRequest, pk: int) -> HttpResponse:
    """The family as it stands, to be changed; a case that is open already is shown instead, with its holder."""
    group, kind = _group(request, pk), _kind(request.GET)
    successor = request.GET.get("successor", "")
    form = GroupForm.blank(
        kind=kind,
        group=group,
        staff=request.user,
        key=uuid4(),
        successor=int(successor) if successor.isascii() and successor.isdigit() and len(successor) < 19 else None,
    )
    return conversation(request, form, case=None)


def _group(request: StaffRequest, pk: int) -> MutualAidGroup:
    groups = MutualAidGroup.objects.for_staff(request.user).select_related("region")
    return get_object_or_404(groups, pk=pk)


def _kind(data: QueryDict) -> str:
    """Raises: Http404 for what is no business with a group that there is."""
    kind = data.get("kind", CaseKind.CHANGE)
    if kind not in CaseKind.values or kind == CaseKind.CREATE:
        raise Http404
    return kind


def _form(request: StaffRequest, pk: int) -> GroupForm:
    group = _group(request, pk)
    return GroupForm.from_post(request.POST, kind=_kind(request.POST), group=group, staff=request.user)


def conversation(
    request: StaffRequest, form: GroupForm, *, case: RegistrationCase | None, status: int = 200
) -> HttpResponse:
    group, kind = form.group, CaseKind(form.kind)
    owner = next((row.member.person for row in form.members if row.is_owner), None)
    record_event(AuditKind.LOOK, by=request.user, person=owner, region=group.region, request=request)
    context = {
        "group": group,
        "case": case,
        "form": form,
        "kind": kind,
        "person": owner,
        "verdict": _verdict(form),
        "asks_cause": kind in ENDING,
        "other_case": group.cases.filter(state__in=OPEN)
        .exclude(pk=case.pk if case else 0)
        .select_related("handled_by")
        .first(),
        "dissolved": group.dissolved_on is not None and group.dissolved_on <= timezone.localdate(),
        "relations": code_labels("relation"),
        "look_up_url": reverse("change-row", args=[group.pk]),
        "panel": panel_of(case, staff=request.user) if case else None,
    }
    title = f"{case.number} {kind.label}" if case else f"{kind.label} {group.number}"
    return render_page(request, "families/change.html", context, title=title, status=status)


@require_POST
@permission_required("families.add_registrationcase", raise_exception=True)
def row(request: StaffRequest, pk: int) -> HttpResponse:
    """Look one newcomer up."""
    return looked_up(request, _form(request, pk).rows, look_up_url=reverse("change-row", args=[pk]))


@require_POST
@permission_required("families.add_registrationcase", raise_exception=True)
def check(request: StaffRequest, pk: int) -> HttpResponse:
    """The live pre-flight check: reads the form as it stands, answers with the verdict alone."""
    form = _form(request, pk)
    form.is_valid()
    return render(request, "families/_verdict.html", {"verdict": _verdict(form), "form": form})


@require_POST
@permission_required("families.add_registrationcase", raise_exception=True)
def save(request: StaffRequest, pk: int) -> HttpResponse:
    """Store the form as a draft, to be printed, signed and submitted."""
    form = _form(request, pk)
    case = keep(request, form)
    if case is not None:
        return redirect("counter-case", pk=case.pk)
    return conversation(request, form, case=stored(request, form), status=422)


def _verdict(form: GroupForm) -> Verdict | None:
    """The check in words; None while nothing is asked for yet."""
    if form.head.is_bound and not form.head.is_valid():
        return None
    if not form.members or not form.filled:
        return None
    try:
        return explain(check_case(form.case_input()))
    except GroupDissolved:
        return None
