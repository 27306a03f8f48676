"""One row of a persons file: typed cells in, a checked `PersonRow` or every fault of the row out.

Invariant: a `PersonRow` exists only for a row without fault, and no fault carries a value unmasked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from accounts.import_messages import message_for
from accounts.models import Code, Region, Staff
from accounts.models.person import EMPLOYEE, RESIDENT_ID, Gender, InsuranceStatus
from accounts.rules.dates import DateFault, parse_day
from accounts.rules.identity import (
    LONGEST_NUMBER,
    IdentityFault,
    check_certificate,
    check_resident_id,
    mask_name,
    mask_number,
    mask_phone,
)
from accounts.rules.money import AmountFault, parse_amount
from accounts.services.import_result import RowError
from accounts.spreadsheets.cells import Cell, Day, Fault, Moment, Number, Row, text_of
from accounts.spreadsheets.columns import Header

# National names (FORMATS.md, persons.csv); all of them must be there, in any order.
COLUMNS = (
    "psn_no", "psn_name", "psn_cert_type", "certno", "gend", "brdy", "mobile", "insu_admdvs", "insutype",
    "psn_type", "psn_insu_stas", "prior_years_balance", "current_year_balance",
)  # fmt: skip
LONGEST_NAME = 60
_SCIENTIFIC = re.compile(r"[0-9](\.[0-9]+)?[eE]\+?[0-9]+", re.ASCII)
_PERSON_NUMBER = re.compile(rf"[!-~]{{1,{LONGEST_NUMBER}}}", re.ASCII)
_PHONE = re.compile(r"[0-9+-]{5,20}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PersonRow:
    """What a row says. `mobile`: "" where it says nothing; balances: yuan, None where it says nothing."""

    number: int
    psn_no: str
    name: str
    cert_type: str
    certno: str
    gender: str
    born_on: dt.date
    mobile: str
    region: str
    insutype: str
    psn_type: str
    status: str
    prior: Decimal | None
    current: Decimal | None

    @property
    def is_employee(self) -> bool:
        return self.insutype == EMPLOYEE

    @property
    def opening(self) -> tuple[Decimal, Decimal] | None:
        """Prior years and current year in yuan; None where the row names no balance."""
        if self.prior is None and self.current is None:
            return None
        return (self.prior or Decimal(0), self.current or Decimal(0))


class RowFaults(Exception):
    """Everything that is wrong with one row."""

    def __init__(self, errors: list[RowError]) -> None:
        self.errors = errors
        super().__init__(len(errors))


@dataclass(frozen=True)
class Tables:
    """What the values of a row are looked up in. `regions`: those the staff member is responsible for."""

    regions: frozenset[str]
    codes: Mapping[str, frozenset[str]]
    today: dt.date


def tables_for(staff: Staff, *, today: dt.date) -> Tables:
    """The regions in scope and the code tables, read once for a whole file."""
    wanted: dict[str, set[str]] = {"insutype": set(), "psn_cert_type": set(), "psn_type": set()}
    for table, code in Code.objects.filter(table__in=wanted).values_list("table", "code"):
        wanted[table].add(code)
    codes = {table: frozenset(known) for table, known in wanted.items()}
    codes |= {"gend": frozenset(Gender.values), "psn_insu_stas": frozenset(InsuranceStatus.values)}
    regions = Region.objects.under(staff.region).values_list("code", flat=True)
    return Tables(regions=frozenset(regions), codes=codes, today=today)


def read_person(row: Row, header: Header, tables: Tables) -> PersonRow:
    """Raises: RowFaults, with every fault of the row."""
    reading = _Reading(row, header, tables)
    cert_type = reading.code("psn_cert_type", width=2)
    certno = reading.certno(cert_type)
    insutype = reading.code("insutype")
    person = PersonRow(
        number=row.number,
        psn_no=reading.psn_no(),
        name=reading.name(),
        cert_type=cert_type,
        certno=certno,
        gender=reading.code("gend"),
        born_on=reading.born_on(cert_type, certno),
        mobile=reading.mobile(),
        region=reading.region(),
        insutype=insutype,
        psn_type=reading.code("psn_type", optional=True),
        status=reading.code("psn_insu_stas"),
        prior=reading.balance("prior_years_balance", insutype),
        current=reading.balance("current_year_balance", insutype),
    )
    if reading.errors:
        raise RowFaults(reading.errors)
    return person


@dataclass
class _Reading:
    """One row while it is read: each method returns a value, or notes a fault and returns a stand-in."""

    row: Row
    header: Header
    tables: Tables
    errors: list[RowError] = field(default_factory=list)

    def _cell(self, column: str) -> Cell:
        return self.row.at(self.header.positions[column])

    def _text(self, column: str) -> str:
        return text_of(self._cell(column)).strip()

    def _wrong(self, column: str, code: str, value: str = "", *, sentence: str = "") -> None:
        message = message_for(sentence or code, value=value)
        self.errors.append(RowError(self.row.number, column, code, message))

    def psn_no(self) -> str:
        """An opaque text of up to 30 signs; a number has lost its last digits."""
        text = self._text("psn_no")
        if isinstance(self._cell("psn_no"), Number) or _SCIENTIFIC.fullmatch(text):
            self._wrong("psn_no", "id_numeric_cell")
        elif not text:
            self._wrong("psn_no", "id_missing")
        elif not _PERSON_NUMBER.fullmatch(text):
            self._wrong("psn_no", "id_format", mask_number(text[:LONGEST_NUMBER]))
        return text

    def name(self) -> str:
        cell, text = self._cell("psn_name"), self._text("psn_name")
        if not text or isinstance(cell, Fault):
            self._wrong("psn_name", "name_missing")
        elif not isinstance(cell, str) or len(text) > LONGEST_NAME or not text.isprintable():
            self._wrong("psn_name", "text_invalid", mask_name(text[:4]))
        return text

    def certno(self, cert_type: str) -> str:
        text = self._text("certno")
        if isinstance(self._cell("certno"), Number):
            self._wrong("certno", "id_numeric_cell")
            return ""
        try:
            return check_certificate(cert_type, text, today=self.tables.today)
        except IdentityFault as fault:
            self._wrong("certno", fault.code, mask_number(text[:LONGEST_NUMBER]))
            return ""

    def born_on(self, cert_type: str, certno: str) -> dt.date:
        """`brdy`, which a resident ID number has to confirm; taken from there where the cell is blank."""
        own = (
            check_resident_id(certno, today=self.tables.today).born_on
            if cert_type == RESIDENT_ID and certno
            else None
        )
        try:
            written = self._day("brdy")
        except DateFault:
            written = None
        born_on = own if written is None and own and self._cell("brdy") is None else written
        if born_on is None or born_on > self.tables.today or (own and born_on != own):
            self._wrong("brdy", "date_invalid", self._text("brdy")[:20])
        return born_on or self.tables.today

    def _day(self, column: str) -> dt.date:
        match self._cell(column):
            case Day(on):
                return on
            case Moment(at):
                return at.date()
        return parse_day(self._text(column))

    def mobile(self) -> str:
        text = re.sub(r"\s", "", self._text("mobile"))
        if text and not _PHONE.fullmatch(text):
            self._wrong("mobile", "text_invalid", mask_phone(text[:20]))
        return text

    def region(self) -> str:
        text = self._text("insu_admdvs")
        if text not in self.tables.regions:
            self._wrong("insu_admdvs", "other_region", text[:20])
        return text

    def code(self, column: str, *, width: int = 0, optional: bool = False) -> str:
        """A value of the column's code table. `width`: digits, where a numeric cell drops leading zeros."""
        text = self._text(column)
        if isinstance(self._cell(column), Number):
            text = text.zfill(width)
        if text not in self.tables.codes[column] and not (optional and not text):
            self._wrong(column, "code_unknown", text[:20])
        return text

    def balance(self, column: str, insutype: str) -> Decimal | None:
        cell = self._cell(column)
        if cell is None:
            return None
        try:
            amount = parse_amount(cell.text if isinstance(cell, Number) else text_of(cell))
        except AmountFault:
            self._wrong(column, "amount_invalid", text_of(cell)[:20])
            return None
        if amount and insutype != EMPLOYEE:
            self._wrong(column, "amount_invalid", str(amount), sentence="balance_not_employee")
        return amount
