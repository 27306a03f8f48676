"""The worklist of follow-ups, and one of them: whom to call, what was done, closing it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import permission_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.forms import RevealForm
from accounts.list_exports import MOST_ROWS, as_workbook
from accounts.models import InsuredPerson
from accounts.models.audit import AuditKind
from accounts.models.suspension import Cause
from accounts.pages import StaffRequest, render_page
from accounts.selectors import code_labels
from accounts.services.audit import record_event
from accounts.spreadsheets.writer import Column, Kind, Value
from families.forms import FollowUpFilter, NoteForm, ReasonForm
from families.messages import ADVICE
from families.models import FollowUp, GroupMember
from families.models.case import CaseKind
from families.models.follow_up import FollowUpKind
from families.policy_words import name_in_words
from families.rules.kinship import OWNER
from families.selectors import Terms, group_on, open_follow_up_counts, worklist_for
from families.services.follow_ups import FollowUpClosed, add_note, close_follow_up

PER_PAGE = 50
EXPORT = "accounts.export_insuredperson"
# The business that settles it, for a member and where the owner is concerned; without any, waiting does.
SETTLED_BY: dict[str, tuple[tuple[CaseKind, ...], tuple[CaseKind, ...]]] = {
    FollowUpKind.OWNER_DIED: ((), (CaseKind.HAND_OVER, CaseKind.DISSOLVE)),
    FollowUpKind.MEMBER_DIED: ((CaseKind.RELEASE,), ()),
    FollowUpKind.OWNER_SUSPENDED: ((), (CaseKind.HAND_OVER,)),
    FollowUpKind.PAYER_SUSPENDED: ((CaseKind.RELEASE,), ()),
    FollowUpKind.MEMBER_SUSPENDED: ((CaseKind.RELEASE,), ()),
    FollowUpKind.CARD_LENDING: ((), ()),
    FollowUpKind.MOVED_AWAY: ((CaseKind.RELEASE,), (CaseKind.HAND_OVER, CaseKind.DISSOLVE)),
    FollowUpKind.POLICY_EXCESS: (
        (CaseKind.RELEASE, CaseKind.CHANGE),
        (CaseKind.CHANGE, CaseKind.HAND_OVER, CaseKind.DISSOLVE),
    ),
}


def _ways(shown: FollowUp, *, owner_id: int | None) -> tuple[CaseKind, ...]:
    """The business to begin with at the counter; none once it is closed."""
    for_member, for_owner = SETTLED_BY[shown.kind]
    if not shown.is_open:
        return ()
    return for_owner if shown.person_id is not None and shown.person_id == owner_id else for_member


@require_GET
@permission_required("families.view_followup", raise_exception=True)
def worklist(request: StaffRequest) -> HttpResponse:
    """What has to be settled with families, the oldest first."""
    form = FollowUpFilter(request.GET)
    wanted = form.wanted()
    rows = worklist_for(request.user, today=timezone.localdate()).filter(**wanted)
    page = Paginator(rows, PER_PAGE).get_page(form.page_number())
    context = {
        "form": FollowUpFilter(initial=wanted),
        "wanted": wanted,
        "page": page,
        "rows": [(row, ADVICE[row.kind], _ways(row, owner_id=row.owner_id)) for row in page],
        "counts": list(_counts(open_follow_up_counts(request.user))),
        "today": timezone.localdate(),
    }
    return render_page(request, "families/worklist.html", context, title=_("Follow-ups"))


@require_POST
@permission_required(["families.view_followup", EXPORT], raise_exception=True)
def export(request: StaffRequest) -> HttpResponse:
    """The worklist as a workbook, narrowed as its address says."""
    wanted = FollowUpFilter(request.GET).wanted()
    rows = worklist_for(request.user, today=timezone.localdate()).filter(**wanted)[: MOST_ROWS + 1]
    if len(rows) > MOST_ROWS:
        messages.error(request, _("More than {n} lines: narrow the list.").format(n=MOST_ROWS))
        return redirect("follow-ups")
    columns = [
        Column(_("since"), Kind.DAY, 12), Column(_("what to settle")), Column(_("member"), width=12),
        Column(_("group")), Column(_("region"), width=12), Column(_("owner of the group"), width=12),
        Column(_("what to do"), width=60), Column(_("last note"), width=40), Column(_("look again on"), Kind.DAY, 12),
    ]  # fmt: skip
    return as_workbook(request, what="follow_ups", columns=columns, rows=map(_exported, rows))


def _exported(row: FollowUp) -> list[Value]:
    """Expects a row of `worklist_for`."""
    done: Any = row
    todo = str(ADVICE[row.kind]) if row.is_open else row.reason or _("No longer true.")
    member = row.person.name if row.person else None
    return [
        row.since, row.get_kind_display(), member, row.group.number, row.group.region.name, done.owner_name, todo,
        done.last_note, done.again_on,
    ]  # fmt: skip


def _counts(counts: dict[str, int]) -> Iterator[tuple[str, str, int]]:
    """Kind, its name and how many are open, for those of which there are any."""
    for kind in FollowUpKind:
        if counts.get(kind):
            yield kind.value, str(kind.label), counts[kind]


def follow_up_in_scope(request: StaffRequest, pk: int) -> FollowUp:
    rows = FollowUp.objects.for_staff(request.user).select_related("group__region", "person", "closed_by")
    return get_object_or_404(rows, pk=pk)


@require_GET
@permission_required("families.view_followup", raise_exception=True)
def follow_up(request: StaffRequest, pk: int) -> HttpResponse:
    shown = follow_up_in_scope(request, pk)
    record_event(
        AuditKind.LOOK, by=request.user, person=shown.person, region=shown.group.region, request=request,
        group=shown.group.number,
    )  # fmt: skip
    return _page(request, shown)


def _page(
    request: StaffRequest,
    shown: FollowUp,
    *,
    note_form: NoteForm | None = None,
    reason_form: ReasonForm | None = None,
    status: int = 200,
) -> HttpResponse:
    picture = group_on(shown.group, timezone.localdate())
    contact = _contact(picture.members)
    context = {
        "follow_up": shown,
        "advice": ADVICE[shown.kind],
        "ways": _ways(shown, owner_id=_owner_of(picture.members)),
        "parameter": name_in_words(shown.parameter) if shown.parameter else "",
        "members": picture.members,
        "relations": code_labels("relation"),
        "contact": contact,
        "person": _in_scope(request, contact),
        "reveal_form": RevealForm(),
        "notes": shown.notes.select_related("by"),
        "note_form": note_form or NoteForm(),
        "reason_form": reason_form or ReasonForm(),
    }
    return render_page(request, "families/follow_up.html", context, title=_("Follow-up"), status=status)


def _owner_of(members: Sequence[tuple[GroupMember, Terms]]) -> int | None:
    return next((member.person_id for member, _terms in members if member.relation == OWNER), None)


def _contact(members: Sequence[tuple[GroupMember, Terms]]) -> InsuredPerson | None:
    """Whom to call: the owner, or who has the next seat where the owner died."""
    alive = (member.person for member, terms in members if all(one.cause != Cause.DEATH for one in terms.suspensions))
    return next(alive, None)


def _in_scope(request: StaffRequest, contact: InsuredPerson | None) -> InsuredPerson | None:
    """The number of somebody insured elsewhere is revealed there."""
    if contact is None:
        return None
    return InsuredPerson.objects.for_staff(request.user).filter(pk=contact.pk).first()


@require_POST
@permission_required("families.add_followupnote", raise_exception=True)
def note(request: StaffRequest, pk: int) -> HttpResponse:
    shown = follow_up_in_scope(request, pk)
    form = NoteForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, note_form=form, status=422)
    try:
        add_note(follow_up_id=pk, by=request.user, **form.cleaned_data)
        messages.success(request, _("Noted."))
    except FollowUpClosed as refusal:
        messages.error(request, str(refusal))
    return redirect(shown)


@require_POST
@permission_required("families.change_followup", raise_exception=True)
def close(request: StaffRequest, pk: int) -> HttpResponse:
    shown = follow_up_in_scope(request, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, shown, reason_form=form, status=422)
    try:
        close_follow_up(follow_up_id=pk, reason=form.cleaned_data["reason"], by=request.user)
    except FollowUpClosed as refusal:
        messages.error(request, str(refusal))
        return redirect(shown)
    messages.success(request, _("Closed."))
    return redirect("follow-ups")
