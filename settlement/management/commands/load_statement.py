"""Takes in statements of institutions (FORMATS.md, "Commands" and "3202 statement")."""

from __future__ import annotations

import hashlib
from argparse import ArgumentParser
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from accounts.management.base import Outcome, StaffCommand, import_outcome, read_file
from accounts.models import Staff
from accounts.services.import_result import ImportResult
from accounts.spreadsheets.reader import reading_zipped_texts
from settlement.services.statements import RIGHT, load_statement


class Command(StaffCommand):
    help = "Take in statements of institutions, each file whole or not at all"
    right = RIGHT

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("files", type=Path, nargs="+", metavar="FILE", help="<institution>_<yyyymmdd>_3202.zip")

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        contents = [(path, read_file(path)) for path in options["files"]]
        with reading_zipped_texts(len(contents)):
            results = [load_statement(content=content, name=path.name, by=staff) for path, content in contents]
        return import_outcome(_together(results))


def _together(results: Sequence[ImportResult]) -> ImportResult:
    """One result of several files; its SHA-256 is that of theirs one after the other."""
    if len(results) == 1:
        return results[0]
    total = ImportResult(sha256=hashlib.sha256("".join(one.sha256 for one in results).encode()).hexdigest())
    for one in results:
        total.rows += one.rows
        total.accepted_rows += one.accepted_rows
        total.created += one.created
        total.unchanged += one.unchanged
        total.errors += one.errors
    return total
