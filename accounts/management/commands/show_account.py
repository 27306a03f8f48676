"""Shows one personal account (FORMATS.md, "Commands"); that it was looked at is recorded."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.utils.translation import gettext as _

from accounts.management.base import Outcome, Refused, StaffCommand
from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.selectors import account_of, person_known_as
from accounts.services.audit import record_event


def unknown_person(psn_no: str) -> Refused:
    """The same words whether nobody has the number or somebody outside the scope."""
    return Refused(_("There is no person {psn_no} in the region you are responsible for.").format(psn_no=psn_no))


class Command(StaffCommand):
    help = "Show the balance of one personal account; the number of a merged record shows the one it was merged into"
    right = "accounts.view_personalaccount"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("psn_no", metavar="PSN_NO")

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        person = person_known_as(options["psn_no"], staff=staff)
        if person is None:
            raise unknown_person(options["psn_no"])
        psn_no = person.psn_no
        account = account_of(person, staff=staff)
        if account is None:
            raise Refused(
                _("{psn_no} has no personal account: it comes with employee insurance.").format(psn_no=psn_no)
            )
        record_event(AuditKind.LOOK, by=staff, person=person, what="account", channel="command")
        json = {
            "psn_no": psn_no,
            "prior_years": str(account.prior_years),
            "current_year": str(account.current_year),
            "entries": account.entry_count,
        }
        line = _("{psn_no}: prior years {prior_years}, current year {current_year} yuan, {entries} entries")
        return Outcome(json, [line.format(**json)])
