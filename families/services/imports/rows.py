"""One row of a registration form: typed cells in, what it says or every fault of it out.

Nothing is looked up here. Invariant: no fault carries a number or name unmasked.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.rules.dates import DateFault, parse_day
from accounts.rules.identity import (
    LONGEST_NUMBER,
    RESIDENT_ID,
    IdentityFault,
    check_certificate,
    mask_name,
    mask_number,
)
from accounts.rules.money import AmountFault, parse_amount
from accounts.spreadsheets.cells import Cell, Day, Fault, Moment, Number, Row, text_of
from families.rules.kinship import RelationFault, relation_from_text
from families.services.imports.columns import has_lost_digits
from families.services.imports.faults import RowFault

LONGEST_NAME = 60
MOST_PAYERS = 99
YES = frozenset({"是", "Y", "YES", "TRUE", "1", "√", "✓", "有", "同意"})
NO = frozenset({"否", "N", "NO", "FALSE", "0", "×", "无", "不同意", ""})


@dataclass(frozen=True, slots=True)
class Named:
    """A person as the form names them; `number` as it is stored."""

    name: str
    cert_type: str
    number: str


Owners = dict[tuple[Cell, ...], Named]


@dataclass(slots=True)
class FormRow:
    """What a row says. `faults`: of the member's part; `owner_faults`: of the owner's, which other rows may repeat.

    `share_limit`: yuan per calendar year; `starts_on`: empty cells mean today; `last_on`: the last day, included.
    """

    number: int
    family: str
    states_owner: bool = False
    owner: Named | None = None
    member: Named | None = None
    relation: str = ""
    region: str = ""
    shares: bool = False
    rank: int | None = None
    share_limit: Decimal | None = None
    starts_on: dt.date | None = None
    last_on: dt.date | None = None
    faults: list[RowFault] = field(default_factory=list)
    owner_faults: list[RowFault] = field(default_factory=list)


@dataclass(frozen=True)
class Tables:
    """What words of a row are looked up in. `cert_types`: words and codes → code; `regions`: names → code."""

    cert_types: Mapping[str, str]
    regions: Mapping[str, str]
    today: dt.date


OWNER = ("owner_name", "owner_cert_type", "owner_number")


def read_row(row: Row, positions: Mapping[str, int], tables: Tables, before: Owners | None = None) -> FormRow:
    """`before`: owners by their cells, as rows before have them: most rows of a family name the same."""
    reading = _Reading(row, positions, tables)
    before = {} if before is None else before
    states_owner = bool(reading.text("owner_name") or reading.text("owner_number"))
    form = FormRow(row.number, reading.text("family")[:LONGEST_NAME], states_owner)
    cells = tuple(reading.cell(column) for column in OWNER)
    form.owner = before.get(cells) or reading.named("owner")
    if form.owner is not None:
        before[cells] = form.owner
    form.owner_faults, reading.faults = reading.faults, []
    form.member = reading.named("member")
    form.relation = reading.relation()
    form.region = reading.region()
    form.shares = reading.shares()
    form.rank = reading.rank()
    form.share_limit = reading.share_limit()
    form.starts_on, form.last_on = reading.day("starts_on"), reading.day("last_on")
    form.faults = reading.faults
    return form


@dataclass
class _Reading:
    """One row while it is read: each method returns a value, or notes a fault and returns a stand-in."""

    row: Row
    positions: Mapping[str, int]
    tables: Tables
    faults: list[RowFault] = field(default_factory=list)

    def cell(self, column: str) -> Cell:
        return self.row.at(self.positions[column]) if column in self.positions else None

    def text(self, column: str) -> str:
        cell = self.cell(column)
        return cell.strip() if type(cell) is str else text_of(cell).strip()

    def _wrong(self, column: str, code: str, value: str = "", *, sentence: str = "") -> None:
        self.faults.append(RowFault(self.row.number, column, code, {"value": value} if value else {}, sentence))

    def named(self, whose: str) -> Named | None:
        """The person of a row; None where number or name cannot be one."""
        before = len(self.faults)
        name, cert_type = self._name(f"{whose}_name"), self._cert_type(f"{whose}_cert_type")
        number = self._number(f"{whose}_number", cert_type)
        return Named(name, cert_type, number) if len(self.faults) == before else None

    def _name(self, column: str) -> str:
        cell, name = self.cell(column), "".join(self.text(column).split())
        if not name or isinstance(cell, Fault):
            self._wrong(column, "name_missing")
        elif not isinstance(cell, str) or len(name) > LONGEST_NAME or not name.isprintable():
            self._wrong(column, "name_mismatch", mask_name(name[:4]), sentence="text_invalid")
        return name

    def _cert_type(self, column: str) -> str:
        """A blank cell means a resident ID card; a numeric one has dropped its leading zero."""
        text = "".join(self.text(column).split())
        if not text:
            return RESIDENT_ID
        text = text.zfill(2) if isinstance(self.cell(column), Number) else text
        if text not in self.tables.cert_types:
            self._wrong(column, "id_format", text[:20], sentence="code_unknown")
        return self.tables.cert_types.get(text, "")

    def _number(self, column: str, cert_type: str) -> str:
        text = self.text(column)
        if has_lost_digits(column, self.cell(column)):
            self._wrong(column, "id_numeric_cell")
            return ""
        try:
            return check_certificate(cert_type, text, today=self.tables.today)
        except IdentityFault as fault:
            self._wrong(column, fault.code, mask_number(text[:LONGEST_NUMBER]))
            return ""

    def relation(self) -> str:
        text = self.text("relation")
        try:
            return relation_from_text(text)
        except RelationFault as fault:
            self._wrong("relation", fault.code, text[:20])
            return ""

    def region(self) -> str:
        """The code of the region that the cell names, by code or by name; "" for a blank cell."""
        text = "".join(self.text("region").split())
        if text and text not in self.tables.regions:
            self._wrong("region", "other_region", text[:20])
        return self.tables.regions.get(text, "")

    def shares(self) -> bool:
        text = self.text("shares").upper()
        if text not in YES | NO:
            self._wrong("shares", "yes_no_unknown", text[:20])
        return text in YES

    def rank(self) -> int | None:
        text = self.text("rank")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and 1 <= int(text[:4]) <= MOST_PAYERS and len(text) < 4):
            self._wrong("rank", "rank_invalid", text[:20])
            return None
        return int(text)

    def share_limit(self) -> Decimal | None:
        text = self.text("share_limit").removesuffix("元").rstrip()
        if not text:
            return None
        try:
            return parse_amount(text)
        except AmountFault:
            self._wrong("share_limit", "amount_invalid", text[:20])
            return None

    def day(self, column: str) -> dt.date | None:
        try:
            return _day_in(self.cell(column), self.text(column))
        except DateFault:
            self._wrong(column, "date_invalid", self.text(column)[:20])
            return None


def _day_in(cell: Cell, text: str) -> dt.date | None:
    """Raises: DateFault, also for a day of the year 9999, which some programs write where there is no end."""
    match cell:
        case None:
            return None
        case Day(on):
            day = on
        case Moment(at):
            day = at.date()
        case _:
            day = parse_day(text)
    if day.year == dt.MAXYEAR:
        raise DateFault("no day comes after it")
    return day
