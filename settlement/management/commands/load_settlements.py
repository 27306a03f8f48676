"""Settles the bills of a feed (FORMATS.md, "Commands" and "Settlement feed")."""

from __future__ import annotations

from argparse import ArgumentParser
from dataclasses import replace
from pathlib import Path
from typing import Any

from django.core.management.base import CommandError

from accounts.management.base import DONE_IN_PART, Outcome, StaffCommand, import_outcome, read_file
from accounts.models import Staff
from settlement.selectors.settlements import who_paid
from settlement.services.feed import RIGHT, load_settlements
from settlement.services.refusals import SystemBusy


class Command(StaffCommand):
    help = "Settle the bills of a file in time order; rows with faults are left out"
    right = RIGHT

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE", help="settlements.csv, or .xlsx with the same columns")

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        path: Path = options["file"]
        try:
            result = load_settlements(content=read_file(path), name=path.name, by=staff)
        except SystemBusy as refusal:
            raise CommandError(str(refusal), returncode=DONE_IN_PART) from refusal
        outcome = import_outcome(result)
        return replace(outcome, json=outcome.json | {"settlements": who_paid(result.settled)})
