"""The nightly step (日切): what begins or ends on a day does so that day, though nobody is at work.

Memberships, sharings, grants and suspensions are dated and need no step: every question is asked for a day. What has
to be written is the copies of today (status and region of persons), the follow-ups, and the pairs of records that may
be one person. A step of the nightly chain, one job per day. Idempotent: a second run changes nothing.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db.models import F
from django.utils import timezone

from accounts.acting import writes
from accounts.models import Job, Staff, Suspension
from accounts.services.jobs import Progress
from accounts.services.status_events import apply_moves, copy_statuses
from families.models import GroupMember, MutualAidGroup, Sharing
from families.services.duplicates import propose_matches
from families.services.follow_ups import refresh_follow_ups


def run_turn_day(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `turn_day`. A day made up for late brings the copies to today, never back to it."""
    day = job.business_date or timezone.localdate()
    return turn_day(day=day, as_of=timezone.localdate(), by=job.owner)


@writes
def turn_day(*, day: dt.date, as_of: dt.date, by: Staff) -> dict[str, int]:
    """Bring copies, follow-ups and possible duplicates to `as_of`, and tell what began and ended on `day`.

    Locks: the persons that change, by primary key; then one refresh of follow-ups and one search at a time.
    """
    statuses, moves = copy_statuses(day=as_of), apply_moves(day=as_of)
    follow_ups = refresh_follow_ups(day=as_of, by=by)
    return begun_and_ended(day) | {
        "statuses_changed": statuses,
        "moves_applied": moves,
        "follow_ups_opened": follow_ups.opened,
        "follow_ups_closed": follow_ups.closed,
        "duplicates_proposed": propose_matches(by=by).proposed,
    }


def begun_and_ended(day: dt.date) -> dict[str, int]:
    """How many rows hold from this day, or no longer; what holds on no day is not counted."""
    members, suspensions = GroupMember.objects.all(), Suspension.objects.all()
    changed = Sharing.objects.on(day).filter(starts_on=day, group__opened_on__lt=day)
    return {
        "memberships_begun": members.on(day).filter(joined_on=day).count(),
        "memberships_ended": members.filter(left_on=day, joined_on__lt=F("left_on")).count(),
        "orders_changed": changed.order_by().values("group").distinct().count(),
        "groups_dissolved": MutualAidGroup.objects.filter(dissolved_on=day).count(),
        "suspensions_begun": suspensions.on(day).filter(starts_on=day).count(),
        "suspensions_ended": suspensions.filter(ends_on=day, starts_on__lt=F("ends_on")).count(),
    }
