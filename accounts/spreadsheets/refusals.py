"""Why a file from outside is refused.

Each `Reason` belongs to one of the two codes of docs/file-formats.md, `file_unreadable` and `file_too_large`,
and to one sentence in `accounts.spreadsheets.messages`.
"""

from enum import StrEnum
from typing import Literal

from accounts.isolated.program import Refused

FileCode = Literal["file_unreadable", "file_too_large"]


class Reason(StrEnum):
    """What is wrong with a file as a whole; the value travels between the child and its caller."""

    EMPTY = "empty"
    NO_DATA = "no_data"
    OLD_EXCEL = "old_excel"
    PASSWORD = "password"  # noqa: S105 - the name of a reason, not a secret
    OPEN_DOCUMENT = "open_document"
    BINARY_WORKBOOK = "binary_workbook"
    MACROS = "macros"
    OTHER_ARCHIVE = "other_archive"
    WEB_PAGE = "web_page"
    OTHER_KIND = "other_kind"
    UTF_16 = "utf_16"
    DAMAGED = "damaged"
    FOREIGN_XML = "foreign_xml"
    UNDECODABLE = "undecodable"
    QUOTES = "quotes"
    FAILED = "failed"
    TOO_MANY_BYTES = "too_many_bytes"
    TOO_MANY_ENTRIES = "too_many_entries"
    UNPACKS_TOO_LARGE = "unpacks_too_large"
    TOO_MANY_COLUMNS = "too_many_columns"
    TOO_MANY_ROWS = "too_many_rows"
    STRAY_CELL = "stray_cell"
    CELL_TOO_LONG = "cell_too_long"
    TOO_MUCH_MEMORY = "too_much_memory"
    TOO_SLOW = "too_slow"


_TOO_LARGE = frozenset(
    {
        Reason.TOO_MANY_BYTES,
        Reason.TOO_MANY_ENTRIES,
        Reason.UNPACKS_TOO_LARGE,
        Reason.TOO_MANY_COLUMNS,
        Reason.TOO_MANY_ROWS,
        Reason.STRAY_CELL,
        Reason.CELL_TOO_LONG,
        Reason.TOO_MUCH_MEMORY,
        Reason.TOO_SLOW,
    }
)


class FileRefused(Refused):
    """A file that cannot be read as a whole: nothing of it may be used.

    Carries `code` (see `FileCode`), `reason`, and `details`, the figures of the sentence: `row` as a person
    counts, `cell` such as "XFD1048576", `limit` in the unit that the sentence names. Never a cell's content.
    """

    def __init__(self, reason: Reason, **details: int | str) -> None:
        self.reason = reason
        self.details = details
        super().__init__(self.code, reason.value, details)

    @property
    def code(self) -> FileCode:
        return "file_too_large" if self.reason in _TOO_LARGE else "file_unreadable"

    @property
    def message(self) -> str:
        """The sentence for the person who chose the file, in the active language; needs Django."""
        from accounts.spreadsheets.messages import sentence

        return sentence(Reason(self.reason), self.details)
