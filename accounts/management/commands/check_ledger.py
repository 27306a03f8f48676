"""Proves the ledger anew from its entries (FORMATS.md, "Commands"); exit 1 where it does not prove itself."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from accounts.management.base import DONE, DONE_IN_PART, Outcome, StaffCommand
from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.ledger_proof import Violation, check_ledger


class Command(StaffCommand):
    help = "Check that every account in scope equals the sum of its entries"
    right = "accounts.check_ledger"

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        proof = check_ledger(by=staff)
        record_event(AuditKind.CHECK, by=staff, accounts=proof.accounts, violations=len(proof.violations))
        violations = [_as_json(violation) for violation in proof.violations]
        summary = [
            _("{accounts} accounts, {entries} entries, {n} violations.").format(
                accounts=proof.accounts, entries=proof.entries, n=len(violations)
            ),
            *(
                _("{psn_no}, entry {sequence}: {what} is {stored}, should be {expected}").format(**violation)
                for violation in violations
            ),
        ]
        json = {"accounts": proof.accounts, "entries": proof.entries, "violations": violations}
        return Outcome(json, summary, DONE_IN_PART if violations else DONE)


def _as_json(violation: Violation) -> dict[str, Any]:
    return asdict(violation) | {"stored": str(violation.stored), "expected": str(violation.expected)}
