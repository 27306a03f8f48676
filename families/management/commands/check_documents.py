"""Opens every stored paper; exit 1 where one is gone or does not open."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from django.utils.translation import gettext as _

from accounts.management.base import DONE, DONE_IN_PART, Outcome, StaffCommand
from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from families.services.document_check import check_documents


class Command(StaffCommand):
    help = "Check that the file of every paper in scope is there and opens"
    right = "families.check_casedocument"

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        found = check_documents(by=staff)
        record_event(AuditKind.CHECK, by=staff, documents=found.documents, broken=len(found.broken))
        summary = [
            _("{documents} papers, {broken} broken, {orphans} files without a row.").format(
                documents=found.documents, broken=len(found.broken), orphans=len(found.orphans)
            ),
            *(
                _("{case}, paper {number}: {fault}").format(case=one.case_number, number=one.number, fault=one.fault)
                for one in found.broken
            ),
        ]
        return Outcome(asdict(found), summary, DONE_IN_PART if found.broken else DONE)
