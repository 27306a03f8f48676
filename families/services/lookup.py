"""Finding a member at the window, also one of another region.

In scope a number is enough. Outside it, the clerk holds the family's papers: number and name together open what a
check needs, and nothing is said that tells whether the number alone exists. Every such look-up is audited.
"""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import InsuredPerson, Staff
from accounts.models.audit import AuditKind
from accounts.rules.identity import IdentityFault, check_resident_id, normalise_number
from accounts.services.audit import record_event
from families.messages import message_for


class LookupFault(Exception):
    """Nobody found; `field` is where the message belongs; `ask_name`: the name has to be typed as well."""

    def __init__(self, field: str, message: str, *, ask_name: bool = False) -> None:
        self.field, self.message, self.ask_name = field, message, ask_name
        super().__init__(message)


def find_member(*, number: str, name: str, by: Staff) -> InsuredPerson:
    """The person with this certificate number or `psn_no`.

    Raises: LookupFault: the number cannot be right; nobody is found; name and number disagree.
    """
    wanted, name = normalise_number(number), "".join(name.split())
    found = InsuredPerson.objects.with_number(wanted).select_related("region").first()
    in_scope = found is not None and InsuredPerson.objects.for_staff(by).filter(pk=found.pk).exists()
    if found is not None and in_scope:
        if name and name != found.name:
            raise LookupFault("name", message_for("name_mismatch"), ask_name=True)
        return found
    if name and found is not None and found.name == name:
        record_event(AuditKind.VERIFY, by=by, person=found)
        return found
    _say_if_misspelt(wanted)
    if not name:
        raise LookupFault(
            "name", _("Not on your region's roster. Type the name from the card to ask elsewhere."), ask_name=True
        )
    raise LookupFault("number", _("Nobody is insured with this number and name."), ask_name=True)


def _say_if_misspelt(number: str) -> None:
    """Raises: LookupFault for what looks like a resident ID number and fails its checks."""
    if len(number) not in (15, 17, 18, 19) or not number[:15].isdigit():
        return
    try:
        check_resident_id(number, today=timezone.localdate())
    except IdentityFault as fault:
        raise LookupFault("number", message_for(fault.code)) from fault
