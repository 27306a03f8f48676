"""Several files of reference data in one call: all of them, or nothing of any."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from django.db import transaction

from accounts.acting import writes
from accounts.models import Staff
from accounts.services.import_result import ImportResult, RowError
from accounts.services.sources import reference_sources

File = tuple[str, bytes]  # name and content


@dataclass
class Loaded:
    """What a load did, or, with errors, what it would not do: nothing was written then."""

    created: int = 0
    updated: int = 0
    unchanged: int = 0
    errors: list[RowError] = field(default_factory=list)

    def add(self, result: ImportResult) -> None:
        self.created += result.created
        self.updated += result.updated
        self.unchanged += result.unchanged
        self.errors += result.errors

    def as_json(self) -> dict[str, object]:
        return {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "errors": [
                {"row": error.row, "column": error.column, "code": error.code, "message": error.message}
                for error in self.errors
            ],
        }


@writes
def load_reference(*, files: Mapping[str, File], by: Staff) -> Loaded:
    """Load files of reference data by their names (`regions`, `codes` …); with an error in one, none of them.

    Raises: RightMissing, for the right that the file in question needs; nothing is written then.
    """
    loaded = Loaded()
    for kind, source in reference_sources().items():
        if kind in files:
            name, content = files[kind]
            loaded.add(source.load(content=content, name=name, by=by))
    if loaded.errors:
        transaction.set_rollback(True)
        loaded.created = loaded.updated = loaded.unchanged = 0
    return loaded
