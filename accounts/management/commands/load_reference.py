"""Loads reference data (FORMATS.md, "Commands"): regions, code tables and what apps above add; all files or none."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.utils.translation import gettext as _

from accounts.management.base import REFUSED, Outcome, Refused, StaffCommand, read_file
from accounts.models import Staff
from accounts.services.reference_files import load_reference
from accounts.services.sources import reference_sources


class Command(StaffCommand):
    """Each file needs the right of its kind."""

    help = "Load reference data: the files as a whole, or nothing of them"

    def add_arguments(self, parser: ArgumentParser) -> None:
        super().add_arguments(parser)
        for kind, source in reference_sources().items():
            parser.add_argument(f"--{kind}", type=Path, metavar="FILE", help=", ".join(source.columns))

    def act(self, staff: Staff, options: dict[str, Any]) -> Outcome:
        paths = {kind: options[kind] for kind in reference_sources() if options[kind] is not None}
        if not paths:
            names = ", ".join(f"--{kind}" for kind in reference_sources())
            raise Refused(_("Name at least one file: {names}.").format(names=names))
        files = {kind: (path.name, read_file(path)) for kind, path in paths.items()}
        loaded = load_reference(files=files, by=staff)
        summary = [
            _("{new} new, {changed} changed, {same} unchanged.").format(
                new=loaded.created, changed=loaded.updated, same=loaded.unchanged
            ),
            *(f"{error.row} {error.column}: {error.message}" for error in loaded.errors),
        ]
        if loaded.errors:
            summary.append(_("Nothing was written: correct the file and load it again."))
        return Outcome(loaded.as_json(), summary, REFUSED if loaded.errors else 0)
