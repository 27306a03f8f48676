"""A batch from its file to its end: loaded, checked, confirmed, reviewed, discarded.

reading → checked → (submitted →) applying → applied; unreadable ones are refused, those with unknown headings wait to
be told. Invariants: the same file is the same batch; whoever loaded or corrected it, or confirmed it, never reviews
it; nothing goes in that was not confirmed.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

from django.db import IntegrityError
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.import_result import result_for
from accounts.services.jobs import enqueue
from accounts.services.review import AlreadyDecided, NotYours, OwnWork
from families.models import ImportBatch, ImportFamily, SenderHeading
from families.models.batch import OVER, WORKBENCH, BatchState, FamilyState
from families.services.imports.columns import COLUMNS

LOADS = "families.add_importbatch"
CONFIRMS_ANY = "families.confirm_importbatch"
REVIEWS = "families.review_registrationcase"
# What a reviewer looks at of a batch: all of a small one, these many of a large one.
SAMPLE = 10


class FaultyFamilies(Exception):
    """Some families have faults, and the whole batch was confirmed: nothing goes in."""

    def __init__(self, count: int) -> None:
        self.count = count
        super().__init__(_("{n} families are still to be corrected: nothing was entered.").format(n=count))


class NothingReady(Exception):
    def __init__(self) -> None:
        super().__init__(_("No family is ready to be entered."))


class NotInspected(Exception):
    """The reviewer has not looked at every family of the sample."""

    def __init__(self) -> None:
        super().__init__(_("Every family of the sample has to be compared with its form first."))


class HasEntered(Exception):
    def __init__(self) -> None:
        super().__init__(_("Families of this batch are entered already: it can be undone, not discarded."))


def live_batch_of(*, sha256: str, by: Staff) -> ImportBatch | None:
    """The batch that this file is already, in scope; one that is over leaves the file free."""
    known = ImportBatch.objects.for_staff(by).filter(sha256=sha256).exclude(state__in=OVER)
    return known.order_by("pk").first()


def load_file(*, content: bytes, name: str, sender: str = "", by: Staff) -> tuple[ImportBatch, bool]:
    """Take a file over and have it read and checked by a worker.

    Returns: the batch, and whether it is new: the same file again is the same batch, as it stands.
    """
    sha256 = result_for(content).sha256
    known = live_batch_of(sha256=sha256, by=by)
    if known is not None:
        return known, False
    try:
        return _load(content=content, name=name, sender=sender, sha256=sha256, by=by), True
    except IntegrityError:  # the same file was loaded in this very moment
        there = live_batch_of(sha256=sha256, by=by)
        if there is None:
            raise
        return there, False


@writes
def _load(*, content: bytes, name: str, sender: str, sha256: str, by: Staff) -> ImportBatch:
    batch = new_batch(name=name, sender=sender, sha256=sha256, by=by)
    batch.job = enqueue(kind="check_registrations", by=by, params={"batch": batch.pk}, file=(name, content))
    batch.save(update_fields=["job"])
    return batch


def new_batch(*, name: str, sender: str, sha256: str, by: Staff) -> ImportBatch:
    """Expects a transaction. Raises: IntegrityError (`batch_once_per_file`)."""
    return ImportBatch.objects.create(
        region=by.region, owner=by, name=name[-200:], sender=" ".join(sender.split())[:120], sha256=sha256
    )


@writes
def assign_headings(*, batch_id: int, columns: Mapping[str, str], sender: str = "", by: Staff) -> ImportBatch:
    """Say what headings of a file mean and have it read again; remembered for the sender.

    `columns`: heading → column. Raises: HasEntered, AlreadyDecided, NotYours; nothing is written then.
    """
    batch = lock_batch(batch_id, by)
    expect(batch, BatchState.UNMAPPED, BatchState.CHECKED)
    _expect_nothing_entered(batch)
    batch.sender = " ".join(sender.split())[:120] or batch.sender
    assigned = {heading: column for heading, column in columns.items() if column in COLUMNS}
    batch.layout = batch.layout | {"assigned": batch.layout.get("assigned", {}) | assigned}
    for heading, column in assigned.items():
        if batch.sender:
            SenderHeading.objects.update_or_create(
                region=batch.region, sender=batch.sender, heading=heading, defaults={"column": column}
            )
    file = batch.job.file if batch.job else None
    if file is None:
        raise AlreadyDecided(who=str(batch.owner), state=str(batch.get_state_display()))
    batch.state, batch.failure = BatchState.READING, ""
    batch.job = enqueue(
        kind="check_registrations", by=batch.owner, params={"batch": batch.pk}, file=(file.name, file.content)
    )
    batch.save(update_fields=["sender", "layout", "state", "failure", "job"])
    return batch


def meanings_for(batch: ImportBatch, sender: str) -> dict[str, str]:
    """What headings of this batch mean besides the usual ones: said for it, or remembered for its sender."""
    remembered = SenderHeading.objects.filter(region=batch.region, sender=batch.sender or sender)
    assigned: dict[str, str] = batch.layout.get("assigned", {})
    return dict(remembered.values_list("heading", "column")) | assigned


@writes
def confirm_batch(*, batch_id: int, only_valid: bool, by: Staff) -> ImportBatch:
    """Have the ready families entered: by a worker at once, or after a second person's review.

    `only_valid`: families with faults stay behind, to be corrected; without it, one of them means nothing goes in.
    Returns: the batch; one that was confirmed before is returned as it is (a second click).
    Raises: FaultyFamilies, NothingReady, AlreadyDecided, NotYours; nothing is written then. Locks: the batch.
    """
    batch = lock_batch(batch_id, by)
    if batch.state in (BatchState.SUBMITTED, BatchState.APPLYING):
        return batch
    expect(batch, *WORKBENCH)
    faulty = batch.families.filter(state=FamilyState.FAULTY).count()
    if faulty and not only_valid:
        raise FaultyFamilies(faulty)
    ready = list(batch.families.filter(state=FamilyState.READY).values_list("pk", flat=True))
    if not ready:
        raise NothingReady
    batch.only_valid, batch.confirmed_by, batch.confirmed_at = only_valid, by, timezone.now()
    batch.reviewed_by = batch.decided_at = None
    batch.reason = batch.failure = ""
    if batch.needs_review:
        batch.state = BatchState.SUBMITTED
        batch.sample = sorted(secrets.SystemRandom().sample(ready, min(SAMPLE, len(ready))))
    else:
        _have_applied(batch, by)
    batch.save()
    return batch


@writes
def approve_batch(*, batch_id: int, inspected: frozenset[int], by: Staff) -> ImportBatch:
    """Let a batch go in. `inspected`: the families of the sample that the reviewer compared with their forms.

    Returns: the batch; one that this person approved before is returned as it is.
    Raises: OwnWork, AlreadyDecided, NotInspected; nothing is written then. Locks: the batch.
    """
    batch = _lock_for_review(batch_id, by)
    if batch.state != BatchState.SUBMITTED:
        return batch
    if not inspected.issuperset(batch.sample):
        raise NotInspected
    accept(batch, by)
    return batch


def accept(batch: ImportBatch, reviewer: Staff) -> None:
    """The second person's yes. Expects the batch locked and submitted."""
    batch.reviewed_by, batch.decided_at = reviewer, timezone.now()
    _have_applied(batch, reviewer)
    batch.save()


@writes
def return_batch(*, batch_id: int, reason: str, by: Staff) -> ImportBatch:
    """Send a submitted batch back to its desk with a reason. Raises: OwnWork, AlreadyDecided."""
    batch = _lock_for_review(batch_id, by)
    expect(batch, BatchState.SUBMITTED)
    return _back_to_desk(batch, reason)


@writes
def take_back(*, batch_id: int, by: Staff) -> ImportBatch:
    """Take a submitted batch back before anybody decides. Raises: AlreadyDecided, NotYours."""
    batch = lock_batch(batch_id, by)
    expect(batch, BatchState.SUBMITTED)
    return _back_to_desk(batch, "")


@writes
def discard_batch(*, batch_id: int, by: Staff) -> ImportBatch:
    """Give a batch up of which nothing was entered; its file may be loaded anew. Raises: HasEntered, NotYours."""
    batch = lock_batch(batch_id, by)
    expect(batch, BatchState.UNMAPPED, *WORKBENCH)
    _expect_nothing_entered(batch)
    batch.state = BatchState.DISCARDED
    batch.save(update_fields=["state"])
    return batch


def lock_batch(batch_id: int, by: Staff) -> ImportBatch:
    """The batch, locked, for whoever may work on it: its owner, or whoever may confirm any.

    Raises: ImportBatch.DoesNotExist outside the scope, NotYours.
    """
    batch = _lock(batch_id, by)
    if batch.owner_id != by.pk and not by.has_perm(CONFIRMS_ANY):
        raise NotYours(who=str(batch.owner))
    return batch


def _lock(batch_id: int, by: Staff) -> ImportBatch:
    batches = ImportBatch.objects.for_staff(by).select_for_update(of=("self",))
    return batches.select_related("owner__region", "region").get(pk=batch_id)


def _lock_for_review(batch_id: int, by: Staff) -> ImportBatch:
    batch = _lock(batch_id, by)
    if batch.state == BatchState.APPLYING and batch.reviewed_by_id == by.pk:
        return batch
    expect(batch, BatchState.SUBMITTED)
    if not may_review(batch, by):
        raise OwnWork
    return batch


def may_review(batch: ImportBatch, staff: Staff) -> bool:
    """Nobody who loaded, corrected or confirmed a batch reviews it, whoever did so after them."""
    if staff.pk in (batch.owner_id, batch.confirmed_by_id):
        return False
    batches = ImportBatch.pgh_event_model.objects  # type: ignore[attr-defined]
    families = ImportFamily.pgh_event_model.objects  # type: ignore[attr-defined]
    own = (
        batch.families.filter(corrected_by=staff),
        batches.filter(pgh_obj=batch.pk, confirmed_by=staff.pk),
        families.filter(batch=batch.pk, corrected_by=staff.pk),
    )
    return not any(work.exists() for work in own)


def _have_applied(batch: ImportBatch, by: Staff) -> None:
    batch.state = BatchState.APPLYING
    batch.job = enqueue(kind="apply_registrations", by=by, params={"batch": batch.pk})


def _back_to_desk(batch: ImportBatch, reason: str) -> ImportBatch:
    batch.state, batch.reason = BatchState.CHECKED, reason
    batch.reviewed_by = batch.decided_at = None
    batch.save()
    return batch


def expect(batch: ImportBatch, *states: BatchState) -> None:
    """Raises: AlreadyDecided, naming who and how."""
    if batch.state not in states:
        who = batch.reviewed_by or batch.confirmed_by or batch.owner
        raise AlreadyDecided(who=str(who), state=str(batch.get_state_display()))


def _expect_nothing_entered(batch: ImportBatch) -> None:
    if batch.families.filter(state__in=[FamilyState.APPLIED, FamilyState.UNDONE]).exists():
        raise HasEntered


def tell_audit(batch: ImportBatch, figures: Mapping[str, Any], by: Staff) -> None:
    record_event(AuditKind.IMPORT, by=by, file="registrations", sha256=batch.sha256, batch=batch.pk, **figures)
