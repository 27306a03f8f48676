"""Signing a day (日结): its comparison stands, nothing of it is open, and no posting carries its date any more.

Rules: docs/adr/0022-closed-days.md. A day is signed for the region of who signs, and with it for every region below.
Invariant: between the last comparison and the signature nothing is posted: closing holds the day alone, a posting
holds it shared (accounts/models/closed_day.py).
"""

from __future__ import annotations

import datetime as dt

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import ClosedDay, Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.business_days import hold_day_alone
from accounts.services.retrying import retried
from accounts.services.rights import require_right
from settlement.models import Discrepancy, Reconciliation
from settlement.services.reconciling import reconcile

CLOSE = "accounts.close_day"
REOPEN = "accounts.reopen_day"


class NotClosed(Exception):
    """The day was not signed; the text says what stands against it."""


class DayNotOver(NotClosed):
    def __init__(self, day: dt.date) -> None:
        super().__init__(_("{day} is not over: it can be signed tomorrow at the earliest.").format(day=day))


class ClosedAlready(NotClosed):
    def __init__(self, closed: ClosedDay) -> None:
        self.closed = closed
        super().__init__(
            _("{day} was signed already by {who}.").format(day=closed.business_date, who=closed.closed_by)
        )


class NotCompared(NotClosed):
    def __init__(self, day: dt.date) -> None:
        super().__init__(_("{day} was not compared yet: run the reconciliation first.").format(day=day))


class DifferencesOpen(NotClosed):
    def __init__(self, day: dt.date, count: int) -> None:
        self.count = count
        super().__init__(_("{day} has {count} open exceptions: work them off first.").format(day=day, count=count))


class DayBusy(NotClosed):
    def __init__(self, day: dt.date) -> None:
        super().__init__(_("Postings of {day} are under way just now: sign it again in a moment.").format(day=day))


class ReopenedAlready(NotClosed):
    def __init__(self, closed: ClosedDay) -> None:
        super().__init__(
            _("{day} was reopened already by {who}.").format(day=closed.business_date, who=closed.reopened_by)
        )


def close_day(*, day: dt.date, by: Staff) -> ClosedDay:
    """Compare a day once more and sign it.

    Raises: RightMissing, DayNotOver, ClosedAlready, NotCompared, DayBusy; DifferencesOpen, whose comparison stays.
    Locks: the day, alone, so that postings of it wait; then as `reconcile`.
    """
    closed = retried(lambda: _close(day=day, by=by), busy=DayBusy(day))
    if isinstance(closed, int):
        raise DifferencesOpen(day, closed)
    return closed


@writes
def _close(*, day: dt.date, by: Staff) -> ClosedDay | int:
    """The closed day, or how many differences are open."""
    require_right(by, CLOSE)
    if day >= timezone.localdate():
        raise DayNotOver(day)
    hold_day_alone(day)
    above = {"region__in": by.region.ancestors(), "business_date": day}
    for closed in ClosedDay.objects.standing().filter(**above):
        raise ClosedAlready(closed)
    if not Reconciliation.objects.filter(**above).exists():
        raise NotCompared(day)
    reconcile(day=day, by=by)
    of_day = Discrepancy.objects.filter(business_date=day, institution__region__path__startswith=by.region.path)
    if left := of_day.open().count():
        return left
    closed = ClosedDay.objects.create(region=by.region, business_date=day, closed_by=by)
    decided = of_day.filter(closed_at=None).count()
    record_event(AuditKind.CLOSE_DAY, by=by, region=by.region, day=day.isoformat(), decided=decided)
    return closed


@writes
def reopen_day(*, closed_id: int, reason: str, by: Staff) -> ClosedDay:
    """Let postings have this date again; what was moved to later days stays there.

    Raises: RightMissing, ReopenedAlready, DoesNotExist outside the scope; nothing is written then.
    """
    require_right(by, REOPEN)
    closed = ClosedDay.objects.for_staff(by).select_for_update(of=("self",)).get(pk=closed_id)
    if closed.reopened_at is not None:
        raise ReopenedAlready(closed)
    closed.reopened_by, closed.reopened_at, closed.reason = by, timezone.now(), reason
    closed.save(update_fields=["reopened_by", "reopened_at", "reason"])
    record_event(
        AuditKind.REOPEN_DAY, by=by, region=closed.region, day=closed.business_date.isoformat(), reason=reason
    )
    return closed
