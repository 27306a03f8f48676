"""A registration workbook as families: which rows belong together, before anything is looked up.

Rule: FORMATS.md, "Registration workbook": rows of one family carry the same family number, or the same owner. A blank
number joins nobody; a row that says nothing of a member is a note.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Any

from accounts.rules.identity import normalise_number
from accounts.spreadsheets.cells import Cell, Merge, Row, fill_merged, row_from_wire, text_of, to_wire
from accounts.spreadsheets.columns import Header, HeaderRefused, find_header
from accounts.spreadsheets.reader import read_table
from families.services.imports.columns import (
    EXAMPLE_FAMILY,
    EXTRA,
    REQUIRED,
    SAYS_SOMETHING,
    SHARED_BY_ROWS,
    WITHIN,
    name_headings,
    wanted,
)
from families.services.imports.faults import RowFault
from families.services.imports.rows import FormRow, Named, Owners, Tables, read_row

_SENDER = re.compile(r"(?:填报|填表|申报|报送)?(?:单位|社区|村|街道)(?:名称|全称)?\s*[:\uff1a]\s*(.*)")
LONGEST_SENDER = 120
Report = Callable[[int, int], None]


@dataclass
class RawFamily:
    """Rows of one family with the value of merged cells filled in. `number`: as the file writes it."""

    number: str
    rows: list[Row] = field(default_factory=list)

    def as_content(self) -> list[list[Any]]:
        return [[row.number, [to_wire(cell) for cell in row.cells]] for row in self.rows]


@dataclass
class FormFile:
    """What was read. `above`: the rows over the heading; `notes`: numbers of rows that speak of no member.

    `layout`: as `ImportBatch.layout`: kind, header_row, headings by column, positions, unknown headings.
    """

    layout: dict[str, Any]
    above: list[Row]
    sender: str
    families: list[RawFamily]
    rows: int
    notes: list[int]


class HeadingsUnknown(Exception):
    """The columns cannot be told; `first_rows` are there for a person to say what they mean."""

    def __init__(self, refusal: HeaderRefused, first_rows: list[Row]) -> None:
        self.refusal, self.first_rows = refusal, first_rows
        super().__init__(str(refusal))


def read_form(
    content: bytes, *, name: str, remembered: Callable[[str], Mapping[str, str]], report: Report
) -> FormFile:
    """Read a workbook or CSV file, in a child process.

    `remembered`: of a sender, what its own headings mean; `report`: told of rows read.
    Raises: FileRefused; HeadingsUnknown.
    """
    with read_table(content, name=name) as sheet:
        first = _first_rows(sheet.rows)
        sender = sender_in(first)
        header = _header(first, remembered(sender))
        rest = chain([row for row in first if row.number > header.row_number], sheet.rows)
        heading = next(row for row in first if row.number == header.row_number)
        headings = [" ".join(text_of(cell).split()) for cell in heading.cells]
        grouping = _Grouping(header.positions)
        for row in fill_merged(rest, _down(sheet.merged), columns=_shared(header)):
            grouping.take(Row(row.number, row.cells[: len(headings)]))
            if grouping.rows % 1_000 == 0:
                report(grouping.rows, 0)
    layout = {
        "kind": sheet.kind,
        "header_row": header.row_number,
        "headings": headings,
        "positions": dict(header.positions),
        "unknown": [heading for heading in header.unknown if heading not in EXTRA],
        "notes": grouping.notes[:100],
    }
    above = [row for row in first if row.number < header.row_number]
    return FormFile(layout, above, sender, grouping.families, grouping.rows, grouping.notes)


def _first_rows(rows: Iterator[Row]) -> list[Row]:
    """Up to the last row that may be the heading, and the one that follows it."""
    first = []
    for row in rows:
        first.append(row)
        if row.number >= WITHIN:
            break
    return first


def _header(first: Sequence[Row], remembered: Mapping[str, str]) -> Header:
    try:
        return find_header(name_headings(first), wanted(remembered), required=REQUIRED, within=WITHIN)
    except HeaderRefused as refusal:
        raise HeadingsUnknown(refusal, list(first)) from refusal


def sender_in(first: Iterable[Row]) -> str:
    """Who filled the form in, where a line above the table says so."""
    for row in first:
        texts = [text_of(cell).strip() for cell in row.cells]
        for text, following in zip(texts, [*texts[1:], ""], strict=True):
            if found := _SENDER.fullmatch(text):
                return (found[1].strip() or following)[:LONGEST_SENDER]
    return ""


def _down(merged: Iterable[Merge]) -> list[Merge]:
    """Cells merged over rows of one column; what is merged across is a title or a note."""
    return [merge for merge in merged if merge.first_column == merge.last_column]


def _shared(header: Header) -> list[int]:
    return [header.positions[column] for column in SHARED_BY_ROWS if column in header.positions]


class _Grouping:
    """Rows put to their families as they come."""

    def __init__(self, positions: Mapping[str, int]) -> None:
        self._positions = positions
        self.families: list[RawFamily] = []
        self._by_number: dict[str, RawFamily] = {}
        self._by_owner: dict[str, RawFamily] = {}
        self.rows = 0
        self.notes: list[int] = []

    def take(self, row: Row) -> None:
        silent = not any(self._text(row, column) for column in SAYS_SOMETHING)
        if silent or self._text(row, "family") == EXAMPLE_FAMILY:
            self.notes.append(row.number)
            return
        self.rows += 1
        self._family_of(row).rows.append(row)

    def _family_of(self, row: Row) -> RawFamily:
        number = "".join(self._text(row, "family").split())
        owner = normalise_number(self._text(row, "owner_number"))
        family = self._by_number.get(number) if number else None
        family = family or (self._by_owner.get(owner) if owner else None)
        if family is None:
            family = RawFamily(number)
            self.families.append(family)
        if number:
            family.number = family.number or number
            self._by_number.setdefault(number, family)
        if owner:
            self._by_owner.setdefault(owner, family)
        return family

    def _text(self, row: Row, column: str) -> str:
        cell: Cell = row.at(self._positions[column]) if column in self._positions else None
        return text_of(cell).strip()


@dataclass
class FormFamily:
    """A family as its rows state it. `rows`: those without a fault of their own; `faults`: of all of them.

    `owner_row`: where the owner stands, for what is wrong with the owner.
    """

    number: str
    rows: list[FormRow]
    owner: Named | None
    owner_row: int
    faults: list[RowFault]


def stored_rows(content: Sequence[Sequence[Any]]) -> list[Row]:
    """The inverse of `as_content`."""
    return [row_from_wire(number, cells) for number, cells in content]


def family_from(raw: Sequence[Row], positions: Mapping[str, int], tables: Tables) -> FormFamily:
    """What the rows of a family say, with every fault that can be told without looking anybody up."""
    owners: Owners = {}
    rows = [read_row(row, positions, tables, owners) for row in raw]
    # Whoever fills the owner in on the first row only means the same owner on the others.
    stated = [row for row in rows if row.states_owner] or rows[:1]
    head = stated[0]
    faults = list(head.owner_faults)
    for row in stated[1:]:
        row.faults = [*_other_owner(row, head), *row.faults]
    faults += [fault for row in rows for fault in row.faults]
    return FormFamily(
        number=next((row.family for row in rows if row.family), ""),
        rows=[row for row in rows if not row.faults],
        owner=head.owner,
        owner_row=head.number,
        faults=faults,
    )


def _other_owner(row: FormRow, head: FormRow) -> list[RowFault]:
    """What a further row says of the owner and the first does not."""
    if row.owner is None:
        told = {(fault.column, fault.code, fault.values.get("value")) for fault in head.owner_faults}
        return [one for one in row.owner_faults if (one.column, one.code, one.values.get("value")) not in told]
    if head.owner is None or row.owner == head.owner:
        return []
    if row.owner.number != head.owner.number:
        values = {"value": row.family, "row": head.number}
        return [RowFault(row.number, "owner_number", "owner_conflict", values)]
    return [RowFault(row.number, "owner_name", "name_mismatch", {"value": row.owner.name[:1] + "*"})]
