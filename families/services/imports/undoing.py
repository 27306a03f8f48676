"""Undoing a batch: every family that nobody touched since is as if it had never been bound.

Nothing is deleted: memberships, sharings and grants end on the day on which they began, so that they hold on no day,
and a case of each family says so. What other business rests on stays, and says why.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import NAMESPACE_URL, uuid5

from django.db.models import F, Q, QuerySet
from django.utils import timezone

from accounts.acting import writes
from accounts.bulk import copy_create, update_each
from accounts.models import Job, Staff
from accounts.services.jobs import Progress, enqueue, in_steps
from accounts.services.review import NotYours
from families.models import (
    CaseLine,
    Grant,
    GroupMember,
    ImportBatch,
    ImportFamily,
    MutualAidGroup,
    RegistrationCase,
    Sharing,
)
from families.models.batch import BatchState, FamilyState
from families.models.case import OPEN, CaseKind, CaseState, Cause, Channel, LineAction, ReviewMode
from families.services.follow_ups import refresh_follow_ups
from families.services.groups import lock_persons
from families.services.imports.applying import case_numbers, make_effective
from families.services.imports.batches import expect, lock_batch, tell_audit
from families.services.imports.faults import RowFault
from families.services.imports.resting import SINCE
from families.services.imports.staging import CHUNK


@writes
def undo_batch(*, batch_id: int, reason: str, by: Staff) -> ImportBatch:
    """Have every family of a batch undone that nothing rests on; what was reviewed takes a second person again.

    Raises: AlreadyDecided, NotYours; nothing is written then. Locks: the batch.
    """
    batch = lock_batch(batch_id, by)
    expect(batch, BatchState.APPLIED, BatchState.CHECKED)
    if batch.needs_review and by.pk in (batch.owner_id, batch.confirmed_by_id):
        raise NotYours(who=str(batch.reviewed_by or batch.owner))
    batch.state, batch.reason = BatchState.UNDOING, reason
    batch.job = enqueue(kind="undo_registrations", by=by, params={"batch": batch.pk})
    batch.save(update_fields=["state", "reason", "job"])
    return batch


def what_stays(batch: ImportBatch) -> list[tuple[ImportFamily, RowFault]]:
    """The entered families that could not be undone now, and why."""
    entries = _entries(batch.families.filter(state=FamilyState.APPLIED))
    reasons = _resting(entries)
    return [(entry.family, reasons[entry.family.pk]) for entry in entries if entry.family.pk in reasons]


@dataclass(frozen=True, slots=True)
class Entry:
    """An entered family with the case and the group that it came to."""

    family: ImportFamily
    case: RegistrationCase
    group: MutualAidGroup

    @property
    def was_created(self) -> bool:
        return self.case.kind == CaseKind.CREATE


def _entries(families: QuerySet[ImportFamily], most: int | None = None) -> list[Entry]:
    rows = families.select_related("case", "group").order_by("position")[:most]
    return [Entry(family, family.case, family.group) for family in rows if family.case and family.group]


def _resting(entries: Collection[Entry]) -> dict[int, RowFault]:
    """By family: a later case of its group, effective or open, or what happened through the group since."""
    since = {entry.group.pk: entry.case.decided_at for entry in entries if entry.case.decided_at}
    found = {"case_since": _later_cases(entries)} | {code: asked(since) for code, asked in SINCE.items()}
    reasons = {}
    for entry in entries:
        code = next((code for code, by_group in found.items() if entry.group.pk in by_group), "")
        if code:
            value = {"value": found[code][entry.group.pk]}
            reasons[entry.family.pk] = RowFault(entry.family.first_row, "family", code, value)
    return reasons


def _later_cases(entries: Collection[Entry]) -> Mapping[int, str]:
    """By group: the number of the first case after the one that entered the family."""
    own = {entry.group.pk: entry.case.pk for entry in entries}
    standing = RegistrationCase.objects.filter(Q(state=CaseState.EFFECTIVE) | Q(state__in=OPEN), group__in=own)
    latest_first = standing.order_by("-pk").values_list("pk", "group", "number")
    return {group: number for key, group, number in latest_first if key > own[group]}


@in_steps
def run_undo(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `undo_registrations`."""
    total = ImportFamily.objects.filter(batch=job.params["batch"], state=FamilyState.APPLIED, stays="").count()
    while True:
        with progress.step():
            batches = ImportBatch.objects.select_for_update(of=("self",)).select_related("owner", "region")
            batch = batches.get(pk=job.params["batch"])
            left = _undo_chunk(batch, job.owner) if batch.state == BatchState.UNDOING else 0
            progress.report(total - left, total)
            if not left:
                return {"batch": batch.pk, "state": batch.state}


def _undo_chunk(batch: ImportBatch, by: Staff) -> int:
    """Undo the next families. Returns: how many are left after them."""
    applied = batch.families.filter(state=FamilyState.APPLIED, stays="").order_by("position")
    entries = _entries(applied, CHUNK)
    if entries:
        _lock(entries)
        resting = _resting(entries)
        for entry in entries:
            if entry.family.pk in resting:
                entry.family.stays = resting[entry.family.pk].code
            else:
                entry.family.state = FamilyState.UNDONE
        _undo([entry for entry in entries if not entry.family.stays], batch, by)
        families = [entry.family for entry in entries]
        update_each(families, ["state", "stays"])
    left = applied.count()
    if not left:
        batch.state = BatchState.UNDONE
        batch.save(update_fields=["state"])
        tell_audit(batch, {"undone": batch.families.filter(state=FamilyState.UNDONE).count()}, by)
    return left


def _lock(entries: Sequence[Entry]) -> None:
    groups = [entry.group.pk for entry in entries]
    list(MutualAidGroup.objects.filter(pk__in=groups).order_by("pk").select_for_update().values_list("pk"))
    lock_persons(GroupMember.objects.filter(group__in=groups).values_list("person", flat=True))


def _undo(entries: Sequence[Entry], batch: ImportBatch, by: Staff) -> None:
    """End what began, on the day on which it began."""
    members = _members(entries)
    keys = [member.pk for member in members]
    Grant.objects.filter(Q(payer__in=keys) | Q(beneficiary__in=keys)).update(ends_on=F("starts_on"))
    Sharing.objects.filter(payer__in=keys).update(ends_on=F("starts_on"))
    GroupMember.objects.filter(pk__in=keys).update(left_on=F("joined_on"), left_reason=Cause.CORRECTION)
    created = [entry.group.pk for entry in entries if entry.was_created]
    MutualAidGroup.objects.filter(pk__in=created).update(dissolved_on=F("opened_on"))
    _record_cases(entries, members, batch, by)
    refresh_follow_ups(day=timezone.localdate(), by=by, group_ids=[entry.group.pk for entry in entries])


def _members(entries: Sequence[Entry]) -> list[GroupMember]:
    """Everybody of the groups that were created, and those whom the cases added to others."""
    created = {entry.group.pk for entry in entries if entry.was_created}
    lines = CaseLine.objects.filter(case__in=[entry.case.pk for entry in entries if not entry.was_created])
    added = set(lines.values_list("case__group", "person", "starts_on"))
    rows = GroupMember.objects.filter(group__in=[entry.group.pk for entry in entries]).order_by("group", "seat")
    return [row for row in rows if row.group_id in created or (row.group_id, row.person_id, row.joined_on) in added]


def _record_cases(entries: Sequence[Entry], members: Sequence[GroupMember], batch: ImportBatch, by: Staff) -> None:
    numbers = case_numbers(len(entries))
    cases = copy_create([_case(entry, number, batch, by) for entry, number in zip(entries, numbers, strict=True)])
    by_group = {entry.group.pk: case for entry, case in zip(entries, cases, strict=True)}
    copy_create([_line(by_group[member.group_id], member) for member in members])
    groups = [entry.group.pk for entry in entries]
    make_effective(cases, groups, [entry.group.opened_on for entry in entries], by if batch.needs_review else None)


def _case(entry: Entry, number: str, batch: ImportBatch, by: Staff) -> RegistrationCase:
    handled_by = batch.owner if batch.needs_review else by
    return RegistrationCase(
        number=number,
        kind=CaseKind.DISSOLVE if entry.was_created else CaseKind.RELEASE,
        cause=Cause.CORRECTION,
        region_id=entry.case.region_id,
        owner_id=entry.case.owner_id,
        group=entry.group,
        channel=Channel.IMPORT,
        review_mode=ReviewMode.REVIEW if batch.needs_review else ReviewMode.IMMEDIATE,
        opened_by=handled_by,
        handled_by=handled_by,
        submitted_at=timezone.now(),
        submission_key=uuid5(NAMESPACE_URL, f"undo:{batch.pk}:{entry.family.position}"),
        reason=batch.reason,
    )


def _line(case: RegistrationCase, member: GroupMember) -> CaseLine:
    return CaseLine(
        case=case,
        position=member.seat,
        person_id=member.person_id,
        action=LineAction.LEAVE,
        relation=member.relation,
        starts_on=member.joined_on,
    )
