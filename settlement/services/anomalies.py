"""Finding anomalies every night, and what auditors make of them. The only writer of both.

Invariants: run again, a night changes nothing where nothing changed; what somebody has looked into is left as it was
judged. A night looks at its day and at the week before, because bills, releases and deaths are reported late.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Job, Region, Staff
from accounts.services.jobs import Progress, Unwatched
from accounts.services.review import AlreadyDecided
from accounts.services.rights import require_right
from families.selectors import PolicyBook
from settlement.models import Anomaly, AnomalyNote
from settlement.models.anomaly import AnomalyKind, AnomalyState
from settlement.services.anomaly_queries import THRESHOLDS, statement_for
from settlement.services.night import business_day

KIND = "refresh_anomalies"
RIGHT = "settlement.judge_anomaly"
LATE = 7  # days that a report may come late
DAY = dt.timedelta(days=1)
LOCK = "SELECT pg_advisory_xact_lock(hashtext('settlement_anomaly'))"


class NothingSaid(Exception):
    """An anomaly goes to no other state than these, and never back to new. Nothing was written."""

    def __init__(self) -> None:
        super().__init__(_("Say what it is: being looked into, founded or unfounded."))


def run_refresh(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `refresh_anomalies`: what happened up to the day that its night looks back upon."""
    return refresh_anomalies(day=business_day(job), by=job.owner, progress=progress)


@writes
def refresh_anomalies(*, day: dt.date, by: Staff, progress: Progress | None = None) -> dict[str, int]:
    """Find what happened on `day` and in the week before, everywhere, by each region's thresholds of those days.

    Rule: docs/adr/0026. Set-based, one statement a kind. Returns: how many were found newly, by kind, and how many of
    those known got other evidence (`changed`). Locks: one refresh at a time.
    """
    progress, result, changed = progress or Unwatched(), {}, 0
    with connection.cursor() as cursor:
        cursor.execute(LOCK)
        for done, kind in enumerate(AnomalyKind):
            progress.report(done, len(AnomalyKind))
            cursor.execute(statement_for(kind), _values(kind, day))
            new, stored = cursor.fetchone()
            result[kind.value], changed = new, changed + stored - new
    return result | {"changed": changed}


def _values(kind: AnomalyKind, day: dt.date) -> dict[str, Any]:
    """`limits`: the thresholds of the kind, for every region and day that is looked at."""
    first = day - LATE * DAY
    days = [first + n * DAY for n in range(LATE + 1)]
    paths = dict(Region.objects.values_list("code", "path"))
    policies = PolicyBook.of(paths.values())
    given = [
        (code, one, json.dumps({name: getattr(policies.on(path, one), name) for name in THRESHOLDS[kind]}))
        for code, path in paths.items()
        for one in days
    ]
    return {
        "kind": kind.value,
        "first": first,
        "last": day,
        "since": timezone.make_aware(dt.datetime.combine(first, dt.time.min)),
        "until": timezone.make_aware(dt.datetime.combine(day + DAY, dt.time.min)),
        "at": timezone.now(),
        "regions": [code for code, _day, _limits in given],
        "days": [one for _code, one, _limits in given],
        "limits": [limits for _code, _day, limits in given],
    }


@writes
def judge_anomaly(*, anomaly_id: int, seen: AnomalyState, state: AnomalyState, text: str, by: Staff) -> AnomalyNote:
    """Note what was found out about an anomaly, and set its state; the same state again is a note alone.

    `seen`: the state that whoever judges was looking at; `text`: why, not empty. A judgement can be taken up again.
    Raises: RightMissing, AlreadyDecided where the state changed meanwhile, NothingSaid, Anomaly.DoesNotExist outside
    the scope and for its subject; nothing is written then. Locks: the anomaly.
    """
    require_right(by, RIGHT)
    anomaly = _lock(anomaly_id, seen, by)
    if AnomalyState.NEW == state != seen:
        raise NothingSaid
    now = timezone.now()
    if state != seen:
        anomaly.state, anomaly.judged_by, anomaly.judged_at = state, by, now
        anomaly.save(update_fields=["state", "judged_by", "judged_at"])
    return AnomalyNote.objects.create(anomaly=anomaly, was=seen, state=state, text=text, by=by, at=now)


def _lock(anomaly_id: int, seen: AnomalyState, by: Staff) -> Anomaly:
    rows = Anomaly.objects.for_staff(by).select_related("judged_by").select_for_update(of=("self",))
    anomaly = rows.get(pk=anomaly_id)
    if anomaly.state != seen:
        raise AlreadyDecided(who=str(anomaly.judged_by or ""), state=str(anomaly.get_state_display()))
    return anomaly
