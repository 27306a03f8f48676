"""What the counter may change of an insured person, and how a full number is shown.

Every change is conditional on the version that the clerk saw: of two editors the second is told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import AuditEvent, InsuredPerson, Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.trail import last_change_of

REVEALS_PER_HOUR = 30
# Papers to sign carry full numbers: of thirty families of eight, which no window binds in an hour.
PRINTED_PER_HOUR = 240
WITH_FULL_NUMBERS = ("registration_form", "claim_form")


class ChangedMeanwhile(Exception):
    """Somebody else changed the person since the page was opened."""

    def __init__(self, *, who: str, what: list[str], at: dt.datetime | None) -> None:
        self.who, self.what, self.at = who, what, at
        super().__init__(
            _("{who} changed {what} meanwhile. What you typed is kept: look and save again.").format(
                who=who or _("Somebody"), what=", ".join(what) or _("this person")
            )
        )


class RecordMerged(Exception):
    """The record was merged into another of the same person: only that one is changed. Nothing was written."""

    def __init__(self, record: InsuredPerson) -> None:
        self.record = record
        super().__init__(
            _("{psn_no} was merged into {survivor}: work with that record.").format(
                psn_no=record.psn_no, survivor=record.survivor.psn_no
            )
        )


class TooManyReveals(Exception):
    def __init__(self) -> None:
        super().__init__(
            _("More than {n} numbers revealed within an hour. Ask your supervisor.").format(n=REVEALS_PER_HOUR)
        )


class TooManyPrints(Exception):
    def __init__(self) -> None:
        super().__init__(
            _("More than {n} full numbers printed within an hour. Ask your supervisor.").format(n=PRINTED_PER_HOUR)
        )


@writes
def change_contact(*, person_id: int, version: int, mobile: str, by: Staff) -> InsuredPerson:
    """Store the phone, or confirm that it is still right; either way it is confirmed today (DOMAIN.md section 3).

    Raises: ChangedMeanwhile, RecordMerged; nothing is written then. Locks: the person.
    """
    person = lock_version(person_id, version, by)
    person.mobile, person.contact_confirmed_on = mobile, timezone.localdate()
    person.version += 1
    person.save(update_fields=["mobile_sealed", "contact_confirmed_on", "version"])
    return person


def lock_version(person_id: int, version: int, by: Staff) -> InsuredPerson:
    """The person in scope, locked, as the editor saw them. Raises: ChangedMeanwhile, InsuredPerson.DoesNotExist."""
    person = InsuredPerson.objects.for_staff(by).select_for_update(of=("self",)).get(pk=person_id)
    if person.merged_into is not None:
        raise RecordMerged(person)
    if person.version != version:
        who, what, at = last_change_of(person, since_version=version)
        raise ChangedMeanwhile(who=who, what=what, at=at)
    return person


def reveal_number(*, person: InsuredPerson, reason: str, by: Staff) -> tuple[str, str]:
    """The full certificate number and phone of one person, audited with the reason.

    Raises: TooManyReveals beyond `REVEALS_PER_HOUR` by one staff member, audited as refused; SealBroken, audited as
    a reveal. The person is in scope already. Locks: the audit chain, so that two at once are counted one by one.
    """
    try:
        with transaction.atomic():
            record_event(AuditKind.REVEAL, by=by, person=person, reason=reason)
            _count_reveals(by)
    except TooManyReveals:
        record_event(AuditKind.REVEAL, by=by, person=person, reason=reason, refused="limit")
        raise
    return person.certno, person.mobile


def _count_reveals(by: Staff) -> None:
    """Raises: TooManyReveals, which takes the event just written back."""
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    recent = AuditEvent.objects.filter(staff=by, kind=AuditKind.REVEAL, at__gt=hour_ago)
    if recent.exclude(detail__has_key="refused").count() > REVEALS_PER_HOUR:
        raise TooManyReveals


def record_numbers_printed(
    *, persons: Sequence[InsuredPerson], case: str, paper: str, by: Staff, request: HttpRequest | None = None
) -> None:
    """An event for each person whose full number stands on a paper, before it is handed out.

    `paper`: of `WITH_FULL_NUMBERS`. Raises: TooManyPrints beyond `PRINTED_PER_HOUR` by one staff member, audited as
    refused. Locks: the audit chain, so that two at once are counted one by one.
    """
    detail: dict[str, Any] = {"case": case, "paper": paper}
    try:
        with transaction.atomic():
            for person in persons:
                record_event(AuditKind.PRINT, by=by, person=person, request=request, **detail)
            _count_prints(by)
    except TooManyPrints:
        record_event(AuditKind.PRINT, by=by, person=persons[0], request=request, refused="limit", **detail)
        raise


def _count_prints(by: Staff) -> None:
    """Raises: TooManyPrints, which takes the events just written back."""
    hour_ago = timezone.now() - dt.timedelta(hours=1)
    recent = AuditEvent.objects.filter(
        staff=by, kind=AuditKind.PRINT, at__gt=hour_ago, detail__paper__in=WITH_FULL_NUMBERS
    )
    if recent.exclude(detail__has_key="refused").count() > PRINTED_PER_HOUR:
        raise TooManyPrints
