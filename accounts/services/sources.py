"""The kinds of master data that come in by a file. An app above adds its own with `add_source`.

Invariant: a kind has one source, on every surface: the page with its preview, and the command line.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from accounts.models import Staff
from accounts.services import import_persons, person_rows, reference
from accounts.services.import_result import ImportResult, Report, silent


class Load(Protocol):
    """Brings one kind of master data up to date by a file; without `write`, says what that would do."""

    def __call__(
        self, *, content: bytes, name: str, by: Staff, report: Report = silent, write: bool = True
    ) -> ImportResult: ...


@dataclass(frozen=True)
class Source:
    """How one kind of master data comes in, and who may bring it. `reference`: whether it is about no person."""

    right: str
    load: Load
    columns: tuple[str, ...]
    reference: bool = True


# By the kind of the job that imports it; a file names what those after it refer to.
SOURCES = {
    "import_persons": Source(
        import_persons.RIGHT, import_persons.import_persons, person_rows.COLUMNS, reference=False
    ),
    "import_regions": Source(reference.CHANGE_REGIONS, reference.import_regions, reference.REGION_COLUMNS),
    "import_codes": Source(reference.CHANGE_CODES, reference.import_codes, reference.CODE_COLUMNS),
}


def add_source(kind: str, source: Source) -> None:
    """Add `import_…` → source. Raises: ValueError when another source stands for the kind already."""
    if SOURCES.setdefault(kind, source) != source:
        raise ValueError(f"{kind} has another source already")


def reference_sources() -> dict[str, Source]:
    """Those of reference data by their names (`regions`, `codes` …), what others refer to first."""
    return {kind.removeprefix("import_"): source for kind, source in SOURCES.items() if source.reference}
