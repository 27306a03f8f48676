"""Writing audit events and proving their chain. Each is its own short transaction where it can be."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.http import HttpRequest

from accounts.models import AuditEvent, InsuredPerson, Region, Staff
from accounts.models.audit import EVENT_HASH, AuditKind


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


def verify_chain() -> list[int]:
    """The numbers of the events at which the chain is broken, computed anew by the database; empty when it is whole.

    Found: an event altered, removed or slipped in, at the event itself or the one after it. Not found: the newest
    events removed together; compare the last number and hash with what was noted elsewhere. Reads only.
    """
    with connection.cursor() as cursor:
        cursor.execute(CHAIN_BREAKS)
        return [sequence for (sequence,) in cursor.fetchall()]


CHAIN_BREAKS = f"""
    SELECT sequence
      FROM (SELECT event.sequence, event.hash, event.previous_hash, {EVENT_HASH.format(row="event")} AS own_hash,
                   COALESCE(lag(event.hash) OVER line, ''::bytea) AS hash_before,
                   COALESCE(lag(event.sequence) OVER line, 0) AS sequence_before
              FROM accounts_auditevent AS event
            WINDOW line AS (ORDER BY event.sequence)) AS chain
     WHERE hash <> own_hash OR previous_hash <> hash_before OR sequence <> sequence_before + 1
     ORDER BY sequence
"""  # noqa: S608 - the only thing filled in is a constant of the model


def _region_of(by: Staff | None, person: InsuredPerson | None, region: Region | None) -> str | None:
    if region is not None:
        return region.code
    if person is not None:
        return person.region_id
    return by.region_id if by is not None else None
