"""Writing audit events. Each is its own short transaction where it can be: the chain is a line."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from accounts.models import AuditEvent, InsuredPerson, Region, Staff
from accounts.models.audit import AuditKind


def record_event(
    kind: AuditKind,
    *,
    by: Staff | None,
    person: InsuredPerson | None = None,
    region: Region | None = None,
    request: HttpRequest | None = None,
    **detail: Any,
) -> AuditEvent:
    """Append one event to the chain.

    `detail`: no personal data; codes, ids, counts and reasons. Region: of the person, else of the actor.
    Locks: the chain (advisory, to the end of the transaction): call it last in a longer transaction.
    """
    event = AuditEvent(
        sequence=0,  # the trigger numbers it
        kind=kind,
        staff=by,
        person=person,
        region_id=_region_of(by, person, region),
        address=request.META.get("REMOTE_ADDR") or None if request else None,
        detail=detail,
        previous_hash=b"",
        hash=b"",
    )
    event.save(force_insert=True)
    return event


def _region_of(by: Staff | None, person: InsuredPerson | None, region: Region | None) -> str | None:
    if region is not None:
        return region.code
    if person is not None:
        return person.region_id
    return by.region_id if by is not None else None
