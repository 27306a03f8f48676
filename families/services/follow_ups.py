"""Follow-ups: opened when a family has to be called, closed when it is settled. The only writer of them.

Invariant: after `refresh_follow_ups`, open is exactly what is true on that day, less what a clerk closed for the same
first day. One refresh at a time (advisory lock, taken after the locks on persons).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Staff
from accounts.services.status_events import StatusEvent, record_event_of_person, take_death_back
from families.models import FollowUp, FollowUpNote, GroupMember
from families.models.follow_up import FollowUpState
from families.services.follow_up_facts import due_on


class FollowUpClosed(Exception):
    """It was closed meanwhile, by a colleague or because it is no longer true. Nothing was written."""

    def __init__(self) -> None:
        super().__init__(_("This follow-up is closed already."))


@dataclass(frozen=True, slots=True)
class Refreshed:
    opened: int
    closed: int


@writes
def refresh_follow_ups(*, day: dt.date, by: Staff, group_ids: Collection[int] | None = None) -> Refreshed:
    """Open what is true on a day and missing, close what is true no longer. `group_ids`: of these groups alone.

    Idempotent, a few queries per region. Locks: one refresh at a time.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('families_followup'))")
    due = {one.key: one for one in due_on(day, group_ids=group_ids)}
    known = FollowUp.objects.all() if group_ids is None else FollowUp.objects.filter(group__in=group_ids)
    standing = {
        (group, person, kind, since): pk
        for pk, group, person, kind, since in known.filter(state=FollowUpState.OPEN).values_list(
            "pk", "group", "person", "kind", "since"
        )
    }
    over = [pk for key, pk in standing.items() if key not in due]
    closed = FollowUp.objects.filter(pk__in=over).update(state=FollowUpState.CLOSED, closed_at=timezone.now())
    settled = set(
        known.filter(closed_by__isnull=False, group__in={one.group_id for one in due.values()}).values_list(
            "group", "person", "kind", "since"
        )
    )
    opened = FollowUp.objects.bulk_create(
        FollowUp(group_id=one.group_id, person_id=one.person_id, kind=one.kind, since=one.since,
                 parameter=one.parameter)
        for key, one in due.items()
        if key not in standing and key not in settled
    )  # fmt: skip
    return Refreshed(opened=len(opened), closed=closed)


@writes
def record_status_event(*, person_id: int, version: int, event: StatusEvent, by: Staff) -> dt.date:
    """Record what happened to a person, and open or close what follows for the person's families today.

    Returns: the day from which it takes effect. Raises: ChangedMeanwhile, EventRefused; nothing is written then.
    Locks: the person, then one refresh at a time.
    """
    takes_effect_on = record_event_of_person(person_id=person_id, version=version, event=event, by=by)
    _refresh_families_of(person_id, by)
    return takes_effect_on


@writes
def undo_death(*, person_id: int, version: int, reason: str, by: Staff) -> None:
    """Take a death back that was recorded wrongly, with what it opened.

    Raises: RightMissing, ChangedMeanwhile, EventRefused; nothing is written then. Locks: as above.
    """
    take_death_back(person_id=person_id, version=version, reason=reason, by=by)
    _refresh_families_of(person_id, by)


def _refresh_families_of(person_id: int, by: Staff) -> None:
    today = timezone.localdate()
    groups = GroupMember.objects.on(today).filter(person=person_id).values_list("group", flat=True)
    refresh_follow_ups(day=today, by=by, group_ids=list(groups))


@writes
def add_note(*, follow_up_id: int, text: str, again_on: dt.date | None, by: Staff) -> FollowUpNote:
    """Note what was done about it. Raises: FollowUpClosed. Locks: the follow-up."""
    return FollowUpNote.objects.create(follow_up=_lock(follow_up_id, by), text=text, again_on=again_on, by=by)


@writes
def close_follow_up(*, follow_up_id: int, reason: str, by: Staff) -> FollowUp:
    """Close it though it is true: it is not opened again for the same first day.

    Raises: FollowUpClosed; nothing is written then. Locks: the follow-up.
    """
    row = _lock(follow_up_id, by)
    row.state, row.closed_at, row.closed_by, row.reason = FollowUpState.CLOSED, timezone.now(), by, reason
    row.save(update_fields=["state", "closed_at", "closed_by", "reason"])
    return row


def _lock(follow_up_id: int, by: Staff) -> FollowUp:
    row = FollowUp.objects.for_staff(by).select_for_update(of=("self",)).get(pk=follow_up_id)
    if not row.is_open:
        raise FollowUpClosed
    return row
