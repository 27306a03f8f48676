"""Proves the ledger anew from its entries (FORMATS.md, "Commands"); exit 1 where it does not prove itself."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from accounts.management.base import DONE, DONE_IN_PART, Outcome, StaffCommand
from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.ledger_proof import check_ledger


class Command(StaffCommand):
    help = "Prove every invariant of the ledger in scope: balances, entries, shares, settlements, transfers, groups"
    right = "accounts.check_ledger"

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        proof = check_ledger(by=staff)
        record_event(AuditKind.CHECK, by=staff, accounts=proof.accounts, violations=len(proof.violations))
        violations = [violation.as_json() for violation in proof.violations]
        summary = [
            _("{accounts} accounts, {entries} entries, {n} violations.").format(
                accounts=proof.accounts, entries=proof.entries, n=len(violations)
            ),
            *(
                _("{psn_no}, entry {sequence}, {about}: {what} is {stored}, should be {expected}").format(**violation)
                for violation in violations
            ),
        ]
        json = {"accounts": proof.accounts, "entries": proof.entries, "violations": violations}
        return Outcome(json, summary, DONE_IN_PART if violations else DONE)
