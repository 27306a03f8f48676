"""Entering the ready families of a batch, chunk by chunk, each family whole.

Invariants: a chunk locks its families, their groups and persons, checks the families again and writes groups, cases
and what became of each family in one transaction: a kill loses the chunks at hand, and whoever goes on takes the
families that are still ready. What no longer passes is left out and says why. Families that are ready name nobody
twice, so that it does not matter which chunk is first: while PostgreSQL writes one, the next is checked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any, cast
from uuid import NAMESPACE_URL, UUID, uuid5

from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.acting import acting
from accounts.bulk import chunks, copy_create, rarely_collecting, update_each
from accounts.models import Job, Staff
from accounts.services.jobs import Progress, in_steps
from families.models import CaseLine, ImportBatch, ImportFamily, MutualAidGroup, RegistrationCase
from families.models.batch import BatchState, FamilyState
from families.models.case import CaseKind, CaseState, Channel, LineAction, ReviewMode
from families.services.changes import change_group
from families.services.follow_ups import refresh_follow_ups
from families.services.groups import NewMember, NotEligible, bind
from families.services.imports.batches import tell_audit
from families.services.imports.checking import Checked, Checker
from families.services.imports.faults import RowFault
from families.services.imports.staging import CHECKED_FIELDS, CHUNK, check_again, take_check

Entry = tuple[ImportFamily, Checked]
# Python and PostgreSQL have about as much to do with a chunk: with two at once neither waits for the other.
APPLIERS = 2


@in_steps
def run_apply(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `apply_registrations`: the ready families of a confirmed batch."""
    batch = apply_batch(job.params["batch"], progress=progress, by=job.owner)
    return {"batch": batch.pk, "state": batch.state}


@rarely_collecting()
def apply_batch(batch_id: int, *, progress: Progress, by: Staff) -> ImportBatch:
    """Enter what is ready, until nothing is left.

    Without `only_valid` all families are checked again first: if one of them fails, nothing is entered and the batch
    is back on its desk. Returns: the batch.
    Locks: per chunk the batch (shared), its families, the groups, the persons by primary key.
    """
    with acting(by):
        if _holds_as_a_whole(batch_id, progress):
            _apply(batch_id, progress, by)
    return ImportBatch.objects.get(pk=batch_id)


def _apply(batch_id: int, progress: Progress, by: Staff) -> None:
    total = ImportFamily.objects.filter(batch=batch_id, state=FamilyState.READY).count()
    entered = False
    while not entered:
        if connection.in_atomic_block:  # of the caller, whose rows another connection would not see
            _take_chunks(batch_id, total, progress, by)
        else:
            with ThreadPoolExecutor(APPLIERS) as pool:
                appliers = [pool.submit(_applier, batch_id, total, progress, by) for _each in range(APPLIERS)]
            for applier in appliers:
                applier.result()
        entered = _finish(batch_id, progress, by)


def _applier(batch_id: int, total: int, progress: Progress, by: Staff) -> None:
    """One of several at the same batch, on a connection of its own."""
    try:
        with acting(by, channel="job"):
            _take_chunks(batch_id, total, progress, by)
    finally:
        connection.close()


def _take_chunks(batch_id: int, total: int, progress: Progress, by: Staff) -> None:
    """Enter chunk after chunk, until no family is left that nobody else has in hand."""
    taking = True
    while taking:
        with progress.step():
            taking = _apply_chunk(_hold_open(batch_id), by)
            progress.report(total - ImportFamily.objects.filter(batch=batch_id, state="ready").count(), total)


def _hold_open(batch_id: int) -> ImportBatch:
    """The batch, which nobody changes until the transaction ends; several may hold it so."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT FROM families_importbatch WHERE id = %s FOR SHARE", [batch_id])
    return ImportBatch.objects.select_related("owner__region", "region").get(pk=batch_id)


def _finish(batch_id: int, progress: Progress, by: Staff) -> bool:
    """Whether the batch is over: entered once nothing is ready any more. Waits for whoever has a chunk in hand."""
    with progress.step():
        batch = _lock(batch_id)
        if batch.state != BatchState.APPLYING:
            return True
        if batch.families.filter(state=FamilyState.READY).exists():
            return False
        batch.state = BatchState.APPLIED
        batch.save(update_fields=["state"])
        tell_audit(batch, {"entered": batch.families.filter(state=FamilyState.APPLIED).count()}, by)
        return True


def _lock(batch_id: int) -> ImportBatch:
    batches = ImportBatch.objects.select_for_update(of=("self",))
    return batches.select_related("owner__region", "region").get(pk=batch_id)


def _holds_as_a_whole(batch_id: int, progress: Progress) -> bool:
    """Whether all that was confirmed may still go in; asked once, before the first of them does."""
    with progress.step():
        batch = _lock(batch_id)
        begun = batch.families.filter(state=FamilyState.APPLIED).exists()
        if batch.only_valid or begun or batch.state != BatchState.APPLYING:
            return True
        ready = list(batch.families.filter(state=FamilyState.READY).order_by("position"))
        checker = Checker(by=batch.owner, today=timezone.localdate())
        for chunk in chunks(ready, CHUNK):
            for family, checked in zip(chunk, check_again(batch, chunk, checker=checker), strict=True):
                take_check(family, checked)
        failed = any(family.state == FamilyState.FAULTY for family in ready)
        if failed:
            update_each(ready, CHECKED_FIELDS)
            batch.state = BatchState.CHECKED
            batch.save(update_fields=["state"])
        return not failed


def _apply_chunk(batch: ImportBatch, by: Staff) -> bool:
    """Enter the next families. Returns: whether there were any."""
    if batch.state != BatchState.APPLYING:
        return False
    ready = batch.families.filter(state=FamilyState.READY).order_by("position")
    families = list(ready.select_for_update(skip_locked=True)[:CHUNK])
    entries = list(zip(families, check_again(batch, families, lock=True), strict=True)) if families else []
    for family, checked in entries:
        take_check(family, checked)
    _enter([entry for entry in entries if entry[1].is_ready], batch, by)
    _mark_entered([family for family in families if family.state == FamilyState.APPLIED])
    update_each([family for family in families if family.state != FamilyState.APPLIED], CHECKED_FIELDS)
    return bool(families)


def _mark_entered(families: Sequence[ImportFamily]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE families_importfamily AS its
               SET state = %s, group_id = new.group_id, case_id = new.case_id
              FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[]) AS new(id, group_id, case_id)
             WHERE its.id = new.id
            """,
            [
                FamilyState.APPLIED,
                [family.pk for family in families],
                [family.group_id for family in families],
                [family.case_id for family in families],
            ],
        )


def _enter(entries: Sequence[Entry], batch: ImportBatch, by: Staff) -> None:
    """Write families, together; where the database refuses one of them, the others without it."""
    if not entries:
        return
    try:
        with transaction.atomic():
            _write(entries, batch, by)
    except (IntegrityError, NotEligible):
        if len(entries) == 1:
            family = entries[0][0]
            family.state, family.group, family.case = FamilyState.FAULTY, None, None
            family.errors = [RowFault(family.first_row, "family", "not_written").as_json()]
            return
        middle = len(entries) // 2
        _enter(entries[:middle], batch, by)
        _enter(entries[middle:], batch, by)


def _write(entries: Sequence[Entry], batch: ImportBatch, by: Staff) -> None:
    created = [entry for entry in entries if entry[1].binding is not None]
    added = [entry for entry in entries if entry[1].change is not None]
    groups = bind([checked.binding for _family, checked in created if checked.binding is not None])
    done = [
        (family, checked, group, group.opened_on) for (family, checked), group in zip(created, groups, strict=True)
    ]
    for family, checked in added:
        if checked.group is not None and checked.change is not None:
            plan = change_group(group_id=checked.group.pk, change=checked.change, by=by)
            done.append((family, checked, checked.group, plan.in_force_on))
    _record_cases(done, batch)
    connection.check_constraints()  # now, where it is known whose fault it is, and no applier waits for the other
    if added:  # last, because of one refresh at a time
        groups_added_to = [checked.group.pk for _family, checked in added if checked.group]
        refresh_follow_ups(day=timezone.localdate(), by=by, group_ids=groups_added_to)
    for family, _checked, group, _day in done:
        family.state, family.group = FamilyState.APPLIED, group


Done = tuple[ImportFamily, Checked, MutualAidGroup, dt.date]


def _record_cases(done: Sequence[Done], batch: ImportBatch) -> None:
    """The case of each family: drafted, its lines, effective; handled by whoever loaded the file."""
    cases = copy_create(
        [
            _case(family, checked, group, number, batch)
            for (family, checked, group, _day), number in zip(done, case_numbers(len(done)), strict=True)
        ]
    )
    lines = []
    for case, (family, checked, _group, _day) in zip(cases, done, strict=True):
        lines += _lines(case, checked)
        family.case = case
    copy_create(lines)
    groups = [group.pk for _family, _checked, group, _day in done]
    make_effective(cases, groups, [day for _family, _checked, _group, day in done], batch.reviewed_by)


def _case(
    family: ImportFamily, checked: Checked, group: MutualAidGroup, number: str, batch: ImportBatch
) -> RegistrationCase:
    return RegistrationCase(
        number=number,
        kind=CaseKind.CREATE if checked.binding else CaseKind.ADD,
        region_id=group.region_id,
        owner_id=cast("int", checked.owner_id),
        group_id=None if checked.binding else group.pk,
        channel=Channel.IMPORT,
        review_mode=ReviewMode.REVIEW if batch.needs_review else ReviewMode.IMMEDIATE,
        opened_by_id=batch.owner_id,
        handled_by_id=batch.owner_id,
        submitted_at=batch.confirmed_at,
        submission_key=_key(family),
    )


def _key(family: ImportFamily) -> UUID:
    """The same for the same family of the same batch: the database refuses a second case of it."""
    return uuid5(NAMESPACE_URL, f"import:{family.batch_id}:{family.position}")


def _lines(case: RegistrationCase, checked: Checked) -> list[CaseLine]:
    first = 1 if checked.binding else 2
    return [_line(case, position, member) for position, member in enumerate(checked.members, start=first)]


def _line(case: RegistrationCase, position: int, member: NewMember) -> CaseLine:
    return CaseLine(
        case_id=case.pk,
        position=position,
        person_id=member.person_id,
        action=LineAction.JOIN,
        relation=member.relation,
        shares=member.shares,
        rank=member.rank,
        share_limit=member.share_limit,
        starts_on=member.starts_on,
        last_on=member.left_on - dt.timedelta(days=1) if member.left_on else None,
    )


def case_numbers(count: int) -> list[str]:
    """The next numbers of cases of today."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('families_case_number') FROM generate_series(1, %s)", [count])
        return [f"DJ{timezone.localdate():%Y%m%d}{number:06d}" for (number,) in cursor.fetchall()]


def make_effective(
    cases: Sequence[RegistrationCase],
    group_ids: Sequence[int],
    days: Sequence[dt.date],
    reviewer: Staff | None,
) -> None:
    """Decide drafted cases, each with its group and the day from which it holds."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            UPDATE families_registrationcase AS its
               SET state = %s, group_id = new.group_id, effective_on = new.day, reviewed_by_id = %s, decided_at = %s
              FROM unnest(%s::bigint[], %s::bigint[], %s::date[]) AS new(id, group_id, day)
             WHERE its.id = new.id
            """,
            [
                CaseState.EFFECTIVE,
                reviewer.pk if reviewer else None,
                timezone.now(),
                [case.pk for case in cases],
                list(group_ids),
                list(days),
            ],
        )
