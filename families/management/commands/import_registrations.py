"""Binds the families of a registration workbook or CSV file (FORMATS.md, "Commands")."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from accounts.management.base import Outcome, Refused, StaffCommand, import_outcome, read_file, staff_named
from accounts.models import Staff
from accounts.services.review import AlreadyDecided, NotYours, OwnWork
from families.services.imports.batches import LOADS
from families.services.imports.loading import ReviewerOutside, load_registrations


class Command(StaffCommand):
    help = "Import registration forms: every family whole, the whole file or its valid families"
    right = LOADS

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE", help="a registration workbook (.xlsx) or CSV file")
        parser.add_argument("--dry-run", action="store_true", help="check only: nothing is stored")
        parser.add_argument("--only-valid", action="store_true", help="leave families with faults out")
        parser.add_argument("--reviewer", metavar="USERNAME", help="approves what the policy has reviewed")

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        path: Path = options["file"]
        reviewer = staff_named(options["reviewer"]) if options["reviewer"] else None
        try:
            result = load_registrations(
                content=read_file(path),
                name=path.name,
                only_valid=options["only_valid"],
                dry_run=options["dry_run"],
                reviewer=reviewer,
                by=staff,
            )
        except (AlreadyDecided, NotYours, OwnWork, ReviewerOutside) as refusal:
            raise Refused(str(refusal)) from refusal
        return import_outcome(result)
