"""Finding a member at the window, also one of another region.

In scope a number is enough. Outside it, the clerk holds the family's papers: number and name together open what a
check needs, and nothing is said that tells whether the number alone exists. Every such look-up is audited, and one
who guesses names for a number is stopped: `FAILED_PER_HOUR`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.keys import number_digest
from accounts.models import AuditEvent, InsuredPerson, Staff
from accounts.models.audit import AuditKind
from accounts.rules.identity import IdentityFault, check_resident_id, normalise_number
from accounts.services.audit import record_event
from families.messages import message_for

FAILED_PER_HOUR = 60
HOUR = 3600
NOT_FOUND = "not_found"
LIMIT = "limit"


class LookupFault(Exception):
    """Nobody found; `field` is where the message belongs; `ask_name`: the name has to be typed as well."""

    def __init__(self, field: str, message: str, *, ask_name: bool = False) -> None:
        self.field, self.message, self.ask_name = field, message, ask_name
        super().__init__(message)


def find_member(*, number: str, name: str, by: Staff) -> InsuredPerson:
    """The person with this certificate number or `psn_no`; under that of a merged record, the one that stands for it.

    Raises: LookupFault: the number cannot be right; nobody is found; name and number disagree; or
    `FAILED_PER_HOUR` names were refused to this staff member within an hour: then a right one is not told either.
    """
    wanted, name = normalise_number(number), "".join(name.split())
    record = InsuredPerson.objects.with_number(wanted).select_related("region", "merged_into__region").first()
    found = record.survivor if record else None
    names = {record.name, found.name} if record and found else set()
    in_scope = found is not None and InsuredPerson.objects.for_staff(by).filter(pk=found.pk).exists()
    if found is not None and in_scope:
        if name and name not in names:
            raise LookupFault("name", message_for("name_mismatch"), ask_name=True)
        return found
    right = name in names
    if not right:
        _say_if_misspelt(wanted)
    if not name:
        raise LookupFault(
            "name", _("Not on your region's roster. Type the name from the card to ask elsewhere."), ask_name=True
        )
    return _verified(found if right else None, wanted, name, by)


def look_ups_left(by: Staff) -> int:
    """How many more names may be refused to a staff member within this hour, at the counter and in files together."""
    hour_ago = timezone.now() - dt.timedelta(seconds=HOUR)
    refused = AuditEvent.objects.filter(staff=by, kind=AuditKind.VERIFY, at__gt=hour_ago, detail__refused=NOT_FOUND)
    return max(0, FAILED_PER_HOUR - refused.count())


def record_refused(named: Iterable[tuple[str, str]], *, by: Staff) -> None:
    """Numbers with names that were refused outside the scope: each counts once an hour against the limit."""
    for number, name in sorted(named)[: look_ups_left(by)]:
        _record_refused_once(number, name, by)


def _record_refused_once(number: str, name: str, by: Staff) -> None:
    if cache.add(f"refused-look-up:{by.pk}:{number_digest(f'{number} {name}').hex()}", 1, HOUR):
        record_event(AuditKind.VERIFY, by=by, refused=NOT_FOUND)


def _verified(found: InsuredPerson | None, number: str, name: str, by: Staff) -> InsuredPerson:
    """`found`: by number and name, or None. Raises: LookupFault, in the same words whichever of them is wrong.

    The page sends a row again with every change of the form: the same number and name count once an hour.
    """
    if not look_ups_left(by):
        record_event(AuditKind.VERIFY, by=by, refused=LIMIT)
        message = _("{n} look-ups within an hour found nobody: no more for now. Ask your supervisor.")
        raise LookupFault("number", message.format(n=FAILED_PER_HOUR), ask_name=True)
    if found is None:
        _record_refused_once(number, name, by)
        raise LookupFault("number", _("Nobody is insured with this number and name."), ask_name=True)
    record_event(AuditKind.VERIFY, by=by, person=found)
    return found


def _say_if_misspelt(number: str) -> None:
    """Raises: LookupFault for what looks like a resident ID number and fails its checks."""
    if len(number) not in (15, 17, 18, 19) or not number[:15].isdigit():
        return
    try:
        check_resident_id(number, today=timezone.localdate())
    except IdentityFault as fault:
        raise LookupFault("number", message_for(fault.code)) from fault
