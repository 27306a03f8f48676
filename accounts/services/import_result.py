"""What an import says when it is over: FORMATS.md's import result, shared by every kind of file.

Invariant: `accepted_rows` counts what is in the database now; where nothing was written it is 0.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from accounts.import_messages import message_for
from accounts.spreadsheets.columns import HeaderMissing, HeaderRefused, HeadingTwice
from accounts.spreadsheets.refusals import FileRefused

UNREADABLE = frozenset({"file_unreadable", "file_too_large", "header_missing"})
SHOWN_ERRORS = 1_000
SHOWN_CHANGES = 200
Report = Callable[[int, int], None]  # told of rows done and in all


def silent(done: int, total: int) -> None:
    """For whoever does not watch."""


@dataclass(frozen=True, slots=True)
class RowError:
    """One fault. `row`: as a person counts, 0 for the file as a whole; `message` holds masked values only."""

    row: int
    column: str
    code: str
    message: str
    family: str = ""

    def as_json(self) -> dict[str, Any]:
        return {
            "row": self.row,
            "family": self.family,
            "column": self.column,
            "code": self.code,
            "message": self.message,
        }


@dataclass(frozen=True, slots=True)
class RowChange:
    """What one row does to what is stored. `key`: which, without a name; `columns` is empty for something new.

    `row` is 0 for what no row names, and changes along with another.
    """

    row: int
    key: str
    columns: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"row": self.row, "key": self.key, "columns": list(self.columns)}


@dataclass
class ImportResult:
    """`families`, with what was accepted and rejected of them, stays None where rows stand alone.

    `state`: of the batch that the file is by now, where it may wait for a second person.
    """

    sha256: str
    rows: int = 0
    accepted_rows: int = 0
    created: int = 0
    updated: int = 0
    unchanged: int = 0
    families: int | None = None
    state: str = ""
    accepted_families: int = 0
    rejected_families: int = 0
    ignored_columns: list[str] = field(default_factory=list)
    errors: list[RowError] = field(default_factory=list)
    changes: list[RowChange] = field(default_factory=list)

    def note_new(self, row: int, key: str) -> None:
        self.created += 1
        self.changes.append(RowChange(row, key))

    def note_change(self, change: RowChange) -> None:
        self.updated += 1
        self.changes.append(change)

    @property
    def rejected_rows(self) -> int:
        """Rows with at least one error."""
        return len({error.row for error in self.errors if error.row and error.code not in UNREADABLE})

    @property
    def unreadable(self) -> RowError | None:
        """Why the file as a whole could not be read, if it could not."""
        return next((error for error in self.errors if error.code in UNREADABLE), None)

    @property
    def changed_nothing(self) -> bool:
        """Whether all was well, and all of it known before."""
        return not self.errors and not self.created and not self.updated

    def as_json(self, *, most_errors: int | None = None) -> dict[str, Any]:
        """FORMATS.md's keys, and what was new, changed, unchanged and ignored.

        `most_errors`: how many to list, for storing; `error_count` then tells how many there are.
        """
        answer: dict[str, Any] = {"sha256": self.sha256, "rows": self.rows}
        if self.families is not None:
            answer["families"] = self.families
        answer |= {"accepted_rows": self.accepted_rows, "rejected_rows": self.rejected_rows}
        if self.state:
            answer["state"] = self.state
        if self.families is not None:
            answer["accepted_families"] = self.accepted_families
            answer["rejected_families"] = self.rejected_families
        answer |= {
            "created": self.created,
            "updated": self.updated,
            "unchanged": self.unchanged,
            "ignored_columns": self.ignored_columns,
            "errors": [error.as_json() for error in self.errors[:most_errors]],
        }
        return answer if most_errors is None else answer | {"error_count": len(self.errors)}

    def as_preview(self) -> dict[str, Any]:
        """For storing: what would be new, changed and wrong, with the first of each."""
        changes = [change.as_json() for change in self.changes[:SHOWN_CHANGES]]
        return self.as_json(most_errors=SHOWN_ERRORS) | {"changes": changes}


def result_for(content: bytes) -> ImportResult:
    """An empty result for these bytes."""
    return ImportResult(sha256=sha256_of(content))


def sha256_of(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def file_error(refusal: FileRefused | HeaderRefused) -> RowError:
    """The one error of a file that could not be read."""
    if isinstance(refusal, FileRefused):
        row = refusal.details.get("row", 0)
        return RowError(row if isinstance(row, int) else 0, "", refusal.code, refusal.message)
    if isinstance(refusal, HeaderMissing):
        columns = ", ".join(refusal.missing)
        return RowError(refusal.row_number or 1, columns, refusal.code, message_for("header_missing", value=columns))
    if isinstance(refusal, HeadingTwice):
        columns = ", ".join(refusal.headings)
        return RowError(refusal.row_number, columns, refusal.code, message_for("heading_twice", value=columns))
    raise refusal
