"""Loads regions and code tables (FORMATS.md, "Commands"): the files as a whole, or nothing of them."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from accounts.management.base import REFUSED, Outcome, Refused, StaffCommand, read_file
from accounts.models import Staff
from accounts.services.reference import CHANGE_REGIONS, File, load_reference


class Command(StaffCommand):
    help = "Load regions and code tables"
    right = CHANGE_REGIONS

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        parser.add_argument("--regions", type=Path, metavar="FILE", help="admdvs, name, parent")
        parser.add_argument(
            "--codes", type=Path, metavar="FILE", help="table, code, name_zh, name_en, version and, if wanted, region"
        )

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        if options["regions"] is None and options["codes"] is None:
            raise Refused(_("Name a file: --regions, --codes or both."))
        loaded = load_reference(regions=_file(options["regions"]), codes=_file(options["codes"]), by=staff)
        summary = [
            _("{new} new, {changed} changed, {same} unchanged.").format(
                new=loaded.created, changed=loaded.updated, same=loaded.unchanged
            ),
            *(f"{error.row} {error.column}: {error.message}" for error in loaded.errors),
        ]
        if loaded.errors:
            summary.append(_("Nothing was written: correct the file and load it again."))
        return Outcome(loaded.as_json(), summary, REFUSED if loaded.errors else 0)


def _file(path: Path | None) -> File | None:
    return (path.name, read_file(path)) if path is not None else None
