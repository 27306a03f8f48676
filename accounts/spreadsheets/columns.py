"""The heading of a table: where it lies, and which column means what.

Columns are found by their heading, in any order, anywhere in the first rows of the file, under any of
their aliases (docs/file-formats.md). Spaces, line ends, brackets, asterisks and letter case do not count.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from accounts.spreadsheets.cells import Row, text_of

_REMARK = re.compile(r"[(\[【〔{][^)\]】〕}]*[)\]】〕}]")
_LONGEST_HEADING = 200
_IGNORED = re.compile(r"[\s*()\[\]【】〔〕{}:_\u200b-\u200d\u2060\ufeff]+")


class HeaderRefused(Exception):
    """The columns of a file cannot be told; code `header_missing`."""

    code = "header_missing"


class HeaderMissing(HeaderRefused):
    """No row has all the headings that are required.

    `missing`: their preferred names, in the order asked for; `row_number`: the nearest row, or None.
    """

    def __init__(self, missing: list[str], row_number: int | None) -> None:
        self.missing = missing
        self.row_number = row_number
        super().__init__(missing, row_number)


class HeadingTwice(HeaderRefused):
    """Two columns mean the same, so that neither can be trusted; `headings` as the file writes them."""

    def __init__(self, headings: list[str], row_number: int) -> None:
        self.headings = headings
        self.row_number = row_number
        super().__init__(headings, row_number)


@dataclass(frozen=True)
class Header:
    """A heading found: `positions` gives columns counted from 0, `unknown` headings nobody asked for."""

    row_number: int
    positions: Mapping[str, int]
    unknown: list[str] = field(default_factory=list)


def find_header(
    rows: Iterable[Row],
    wanted: Mapping[str, Sequence[str]],
    *,
    required: Collection[str] | None = None,
    within: int = 10,
) -> Header:
    """The first row up to number `within` that has every required heading.

    `wanted`: field → its headings, the preferred one first. `required`: the fields that must be there, by
    default all. Takes rows from an iterator up to the heading and none after it, so that the data follow.
    Raises: HeaderMissing, naming what the best row lacks; HeadingTwice.
    """
    needed = [name for name in wanted if required is None or name in required]
    names = {_plain(alias): name for name, aliases in wanted.items() for alias in aliases}
    best: _Candidate | None = None
    for row in rows:
        if row.number > within:
            break
        candidate = _Candidate(row, names)
        if all(name in candidate.found for name in needed):
            return candidate.header()
        if best is None or len(candidate.found) > len(best.found):
            best = candidate
        if row.number == within:
            break
    found = best.found if best else {}
    missing = [wanted[name][0] for name in needed if name not in found]
    raise HeaderMissing(missing, best.row.number if best and found else None)


class _Candidate:
    """A row, read as if it were the heading."""

    def __init__(self, row: Row, names: Mapping[str, str]) -> None:
        self.row = row
        self.found: dict[str, list[int]] = {}
        self.unknown: list[str] = []
        for column, cell in enumerate(row.cells):
            if heading := text_of(cell).strip():
                self._take(column, heading, names)

    def _take(self, column: int, heading: str, names: Mapping[str, str]) -> None:
        if len(heading) > _LONGEST_HEADING:
            return
        name = names.get(_plain(heading)) or names.get(_without_remarks(heading))
        if name:
            self.found.setdefault(name, []).append(column)
        else:
            self.unknown.append(heading)

    def header(self) -> Header:
        """Raises: HeadingTwice."""
        for columns in self.found.values():
            if len(columns) > 1:
                headings = [text_of(self.row.at(column)).strip() for column in columns]
                raise HeadingTwice(headings, self.row.number)
        positions = {name: columns[0] for name, columns in self.found.items()}
        return Header(self.row.number, positions, self.unknown)


def _plain(heading: str) -> str:
    return _IGNORED.sub("", unicodedata.normalize("NFKC", heading)).casefold()


def _without_remarks(heading: str) -> str:
    return _plain(_REMARK.sub("", unicodedata.normalize("NFKC", heading)))
