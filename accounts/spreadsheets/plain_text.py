"""A CSV file as rows of text cells: UTF-8 with or without a byte order mark, or else GB18030.

Invariant: nothing is guessed cell by cell. One encoding and one delimiter hold for the whole file, an
undecodable byte refuses it with its row, and "4.21E+17" stays the text that it is.
"""

import codecs
import csv
import io
import re
from collections.abc import Iterator

from accounts.spreadsheets.cells import Row
from accounts.spreadsheets.formulas import unmarked
from accounts.spreadsheets.limits import Limits
from accounts.spreadsheets.refusals import FileRefused, Reason

_PIECE = 1024 * 1024
_HEADER_ROWS = 10
# Chinese text in GB18030 is hardly ever valid UTF-8, and never for so long.
_SURELY_UTF_8 = 4
_PROTECTED = re.compile(r'="([^"]*)"')


def read_text(content: bytes, limits: Limits) -> Iterator[Row]:
    """Parse a CSV file that `check_file` let pass; one record is one row, blank ones count but are left out.

    `="421003…"`, Excel's way to keep digits as text, is unwrapped, and the mark of our own exports taken off.
    Raises: FileRefused for undecodable bytes (at once), and, while iterating, for unpaired quotes or a cell, row or
    file beyond `Limits`.
    """
    encoding = encoding_of(content)
    return _rows(io.TextIOWrapper(io.BytesIO(content), encoding, newline=""), delimiter_of(content, encoding), limits)


def encoding_of(content: bytes) -> str:
    """ "utf-8-sig", "utf-8" or "gb18030".

    Damaged UTF-8 is refused, and not read as GB18030, in which almost any bytes mean something.
    Raises: FileRefused with the row of the first byte that cannot be decoded.
    """
    marked = content.startswith(codecs.BOM_UTF8)
    fault = _first_fault(content, "utf-8")
    if fault is None:
        return "utf-8-sig" if marked else "utf-8"
    if marked or _wide_characters(content[:fault]) >= _SURELY_UTF_8:
        raise FileRefused(Reason.UNDECODABLE, row=_row_at(content[:fault]))
    fault = _first_fault(content, "gb18030")
    if fault is None:
        return "gb18030"
    raise FileRefused(Reason.UNDECODABLE, row=_row_at(content[:fault]))


def _first_fault(content: bytes, encoding: str) -> int | None:
    """The position of the first byte that the encoding does not allow."""
    decoder = codecs.getincrementaldecoder(encoding)()
    for start in range(0, len(content), _PIECE):
        waiting = len(decoder.getstate()[0])
        try:
            decoder.decode(content[start : start + _PIECE], final=start + _PIECE >= len(content))
        except UnicodeDecodeError as error:
            return start - waiting + error.start
    return None


def _wide_characters(valid: bytes) -> int:
    """How many characters of three or more bytes valid UTF-8 holds."""
    return sum(1 for byte in valid[: 64 * 1024] if byte >= 0xE0)


def _row_at(before: bytes) -> int:
    """The record in which the bytes after `before` lie: line ends within quotes do not count."""
    text = before.decode("latin-1")
    outside = "".join(text.split('"')[::2])
    return 1 + len(re.findall(r"\r\n|\r|\n", outside))


def delimiter_of(content: bytes, encoding: str) -> str:
    """Comma, semicolon or tab: whichever divides a heading into the most columns; comma by default.

    A heading is sought as `find_header` does, in the first rows: a title above it may hold a stray comma.
    """
    start = content[:_PIECE].decode(encoding, errors="ignore")
    unquoted = "".join(start.split('"')[::2])
    lines = unquoted.splitlines()[:_HEADER_ROWS]
    return max(",;\t", key=lambda mark: max((line.count(mark) for line in lines), default=0))


def _rows(text: io.TextIOWrapper, delimiter: str, limits: Limits) -> Iterator[Row]:
    csv.field_size_limit(limits.cell_characters)
    records = csv.reader(text, delimiter=delimiter, strict=True)
    number = 0
    while True:
        number += 1
        try:
            record = next(records, None)
        except csv.Error as error:
            raise _refusal(error, number, limits) from error
        if record is None:
            return
        if row := _row(number, record, limits):
            yield row


def _refusal(error: csv.Error, number: int, limits: Limits) -> FileRefused:
    if "field limit" in str(error):
        return FileRefused(Reason.CELL_TOO_LONG, row=number, limit=limits.cell_characters)
    return FileRefused(Reason.QUOTES, row=number)


def _row(number: int, record: list[str], limits: Limits) -> Row | None:
    cells = [_unwrapped(cell) if cell and not cell.isspace() else None for cell in record]
    while cells and cells[-1] is None:
        cells.pop()
    if number > limits.rows:
        raise FileRefused(Reason.TOO_MANY_ROWS, limit=limits.rows)
    if len(cells) > limits.columns:
        raise FileRefused(Reason.TOO_MANY_COLUMNS, limit=limits.columns, cell=f"{limits.columns + 1}/{number}")
    return Row(number, tuple(cells)) if cells else None


def _unwrapped(cell: str) -> str | None:
    protected = _PROTECTED.fullmatch(cell)
    return (protected[1] or None) if protected else unmarked(cell)
