"""Registers persons and their opening balances from a CSV file or workbook (FORMATS.md, "Commands")."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from accounts.management.base import Outcome, StaffCommand, import_outcome, read_file
from accounts.models import Staff
from accounts.services.import_persons import RIGHT, import_persons


class Command(StaffCommand):
    help = "Import persons with their opening balances: the whole file, or nothing"
    right = RIGHT

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("file", type=Path, metavar="FILE", help="persons.csv, or .xlsx with the same columns")

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        path: Path = options["file"]
        return import_outcome(import_persons(content=read_file(path), name=path.name, by=staff))
