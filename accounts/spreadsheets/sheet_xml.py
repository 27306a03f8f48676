"""What a workbook's XML holds before a parser sees it: foreign definitions, and how far each sheet reaches.

The parser lays a sheet out as a rectangle, so that two filled cells, A1 and XFD1048576, would take 512 GB
and abort the process. Here the XML is searched in pieces instead: only filled cells count, for offices
keep hundreds of thousands of blank rows that carry nothing but a border.
"""

import re
from collections.abc import Iterable, Iterator

from accounts.spreadsheets.limits import Limits
from accounts.spreadsheets.refusals import FileRefused, Reason

# Far beyond what a table program writes; without a bound, joining the pieces would take quadratic time.
_LONGEST_TEXT = 8 * 1024 * 1024
_LONGEST_ROW = 1024 * 1024
_DEFINITION = re.compile(rb"<!(?:DOCTYPE|ENTITY|ELEMENT|ATTLIST)")
_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*\bencoding\s*=\s*[\"'](?!utf-?8[\"']|us-ascii[\"'])", re.IGNORECASE)
_SHEET = re.compile(rb"<(?:\w+:)?worksheet[\s>]")
# A cell with content; a blank one that is only styled closes itself: <c r="B7" s="3"/>. The first pattern
# is how every usual program writes it, and three times as quick. The bounds keep a tag made for it from
# costing quadratic time; a longer tag passes, and the child's limits hold.
_FILLED = re.compile(rb'<c r="([A-Z]{1,3})([0-9]{1,7})"[^<>/]{0,200}>')
_FILLED_OTHERWISE = re.compile(
    rb"<(?:\w+:)?c\s(?:[^<>]{0,200}?\s)?r=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'][^<>]{0,200}(?<!/)>"
)
_FAULT = re.compile(
    rb"<(?:\w+:)?c\s(?=[^<>]{0,200}?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'])(?=[^<>]{0,200}?\bt=[\"']e[\"'])"
    rb"[^<>]{0,400}(?<!/)>"
    rb"(?:<(?:\w+:)?f\b[^<>]{0,400}>(?:[^<]{0,8192}</(?:\w+:)?f>)?)?<(?:\w+:)?v>([^<]{1,40})<"
)
# A formula that no table program has computed yet; one whose result is an empty text has the type "str".
_UNCOMPUTED = re.compile(
    rb"<(?:\w+:)?c\s(?=[^<>]{0,200}?\br=[\"']([A-Z]{1,3})([0-9]{1,7})[\"'])(?![^<>]{0,200}?\bt=[\"']str[\"'])"
    rb"[^<>]{0,400}(?<!/)>"
    rb"<(?:\w+:)?f\b(?:[^<>]{0,400}/>|[^<>]{0,400}>[^<]{0,8192}</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v\s?/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
UNCOMPUTED = "=…"


def whole_tags(pieces: Iterable[bytes], *, cut: bytes = b"<") -> Iterator[bytes]:
    """Regroup pieces of XML so that none ends inside a tag; with `cut` = b"<row", none inside a row."""
    rest = b""
    for piece in pieces:
        piece = rest + piece
        end = piece.rfind(cut)
        if end < 0 or len(piece) - end > _LONGEST_ROW:
            end = piece.rfind(b"<")
        rest = piece[max(end, 0) :]
        if len(rest) > _LONGEST_TEXT:
            raise FileRefused(Reason.DAMAGED)
        if end > 0:
            yield piece[:end]
    yield rest


def check_xml(pieces: Iterable[bytes], limits: Limits) -> None:
    """Read one XML part to its end and refuse what no table program writes.

    Raises: FileRefused for a DOCTYPE or entity (the way to a billion laughs), NUL bytes or an encoding other
    than UTF-8 (in which such a definition could hide), and for a sheet that reaches too far.
    """
    reach: Reach | None = None
    for first, text in _numbered(whole_tags(pieces)):
        if _DEFINITION.search(text) or b"\0" in text:
            raise FileRefused(Reason.FOREIGN_XML)
        if first:
            if _OTHER_ENCODING.search(text[:200]):
                raise FileRefused(Reason.FOREIGN_XML)
            reach = Reach(limits) if _SHEET.search(text) else None
        if reach:
            reach.take(text)


def _numbered(texts: Iterable[bytes]) -> Iterator[tuple[bool, bytes]]:
    first = True
    for text in texts:
        yield first, text
        first = False


class Reach:
    """How far the filled cells of one sheet reach, to the right and down."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._columns: dict[bytes, int] = {}
        self._widest = 0
        self._lowest = 0

    def take(self, text: bytes) -> None:
        """Count the filled cells in a piece of the sheet's XML.

        Raises: FileRefused when a column beyond `Limits.columns` is filled, or the rectangle from A1 exceeds
        `Limits.area` cells.
        """
        found = _filled(text)
        if not found:
            return
        for letters in {letters for letters, _ in found} - self._columns.keys():
            self._columns[letters] = number = column_number(letters)
            if number > self._limits.columns:
                row = next(digits for name, digits in found if name == letters)
                raise _too_wide(letters, row, self._limits)
            self._widest = max(self._widest, number)
        self._lowest = max(self._lowest, max(int(digits) for _, digits in found))
        self._check_height()

    def _check_height(self) -> None:
        if self._lowest > self._limits.rows:
            raise FileRefused(Reason.TOO_MANY_ROWS, limit=self._limits.rows)
        if self._lowest * self._widest > self._limits.area:
            raise FileRefused(Reason.STRAY_CELL, cell=f"{column_letters(self._widest)}{self._lowest}")


def _filled(text: bytes) -> list[tuple[bytes, bytes]]:
    """The filled cells that begin in a piece of XML, as (letters, digits)."""
    if b"c>" not in text:
        # No cell ends here, as where rows are blank: only the last one may go on in the next piece.
        text = text[max(text.rfind(b"<c "), 0) :]
    pattern = _FILLED if b'<c r="' in text else _FILLED_OTHERWISE
    return pattern.findall(text)


def _too_wide(letters: bytes, row: bytes, limits: Limits) -> FileRefused:
    return FileRefused(Reason.TOO_MANY_COLUMNS, limit=limits.columns, cell=(letters + row).decode())


def faults(pieces: Iterable[bytes]) -> dict[tuple[int, int], str]:
    """The cells whose formula failed, (row, column from 0) → "#N/A"; to the parser they are blank.

    A formula without a value is one of them: Excel computes it when the file is opened, so that a person sees a value
    where the file has none.
    """
    found = {}
    for text in whole_tags(pieces, cut=b"<row"):
        if b'"e"' in text or b"'e'" in text:
            for letters, digits, shown in _FAULT.findall(text):
                found[int(digits), column_number(letters) - 1] = shown.decode("utf-8", "replace")
        if b"f>" in text or b"<f" in text:
            for letters, digits in _UNCOMPUTED.findall(text):
                found[int(digits), column_number(letters) - 1] = UNCOMPUTED
    return found


def column_number(letters: bytes) -> int:
    """A → 1, Z → 26, AA → 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def column_letters(number: int) -> str:
    """The inverse of `column_number`."""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters
