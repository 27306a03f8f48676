"""One row of a settlement feed: text in, a bill or every fault of the row out (FORMATS.md, "Settlement feed").

Invariant: no fault carries a person's number unmasked.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from django.utils import timezone

from accounts.import_messages import message_for
from accounts.rules.identity import mask_number
from accounts.rules.money import ZERO, AmountFault, parse_amount
from accounts.services.import_result import RowError
from accounts.spreadsheets.cells import Cell, Moment, Number, Row, text_of
from accounts.spreadsheets.columns import Header
from settlement import import_messages  # noqa: F401 - the words of its codes
from settlement.models import SettlementKind
from settlement.models.settlement import LONGEST_ID
from settlement.rules.amounts import AMOUNT_NAMES, Amounts, usage_of
from settlement.rules.bills import NewSettlement

COLUMNS = (
    "setl_id", "init_setl_id", "refd_setl_flag", "mdtrt_id", "psn_no", "fixmedins_code", "med_type", "setl_time",
    "dise_codg", "dise_name", "dr_name", *AMOUNT_NAMES, "acct_used_flag",
)  # fmt: skip
_TIME = re.compile(r"([0-9]{4}-[0-9]{2}-[0-9]{2})[ T]([0-9]{2}:[0-9]{2}:[0-9]{2})", re.ASCII)
_ID = re.compile(rf"[!-~]{{1,{LONGEST_ID}}}", re.ASCII)
_FLAGS = {"0": False, "1": True}
# The year in which employee insurance with personal accounts was founded (国发〔1998〕44号).
_FIRST_YEAR = 1998
LONGEST = {"dise_codg": 30, "dise_name": 200, "dr_name": 60}


@dataclass(frozen=True)
class Lookups:
    """What the values of rows are looked up in. `persons`: in scope, number → the record that stands for it now."""

    persons: Mapping[str, int]
    institutions: frozenset[str]
    med_types: frozenset[str]
    now: dt.datetime


@dataclass
class FeedRow:
    """A row as it was read; `bill` is there when nothing is wrong with the row by itself."""

    number: int
    bill: NewSettlement | None = None
    errors: list[RowError] = field(default_factory=list)


@dataclass
class _Reading:
    """One row while it is read: each method returns a value, or notes a fault and returns a stand-in."""

    row: Row
    header: Header
    errors: list[RowError] = field(default_factory=list)

    def cell(self, column: str) -> Cell:
        return self.row.at(self.header.positions[column])

    def text(self, column: str) -> str:
        return text_of(self.cell(column)).strip()

    def wrong(self, column: str, code: str, value: str = "", *, sentence: str = "") -> None:
        self.errors.append(RowError(self.row.number, column, code, message_for(sentence or code, value=value)))

    def id(self, column: str) -> str:
        """A business number: never a numeric cell, which has lost digits."""
        text = self.text(column)
        if isinstance(self.cell(column), Number):
            self.wrong(column, "id_numeric_cell")
        elif not _ID.fullmatch(text):
            self.wrong(column, "id_format" if text else "id_missing", text[:LONGEST_ID])
        return text

    def name(self, column: str) -> str:
        text = self.text(column)
        if len(text) > LONGEST[column] or not text.isprintable():
            self.wrong(column, "text_invalid", text[:4])
        return text

    def flag(self, column: str) -> bool:
        text = self.text(column)
        if text not in _FLAGS:
            self.wrong(column, "code_unknown", text[:10])
        return _FLAGS.get(text, False)

    def amount(self, column: str, *, negative: bool) -> Decimal:
        try:
            amount = parse_amount(self.text(column), allow_negative=True)
        except AmountFault:
            self.wrong(column, "amount_invalid", self.text(column)[:20], sentence="feed_amount")
            return ZERO
        if amount and (amount < 0) != negative:
            self.wrong(column, "amount_invalid", str(amount), sentence="feed_sign")
        return amount

    def moment(self, column: str, now: dt.datetime) -> dt.datetime:
        """To the second, in Asia/Shanghai; nothing is settled in the future, or before there were accounts."""
        written = self._naive(column)
        at = timezone.make_aware(written) if written and written.year >= _FIRST_YEAR else None
        if at is None or at > now:
            self.wrong(column, "time_invalid", self.text(column)[:20])
        return at or now

    def _naive(self, column: str) -> dt.datetime | None:
        cell = self.cell(column)
        if isinstance(cell, Moment):
            return cell.at.replace(microsecond=0)
        found = _TIME.fullmatch(self.text(column))
        try:
            return dt.datetime.fromisoformat(f"{found[1]} {found[2]}") if found else None
        except ValueError:
            return None


def person_number(row: Row, header: Header) -> str:
    return text_of(row.at(header.positions["psn_no"])).strip()


def read_bill(row: Row, header: Header, known: Lookups) -> FeedRow:
    """Every value of the row looked up; whether it may be settled beside the others is `Book`'s to say."""
    reading = _Reading(row, header)
    is_reversal = reading.flag("refd_setl_flag")
    reverses = _original(reading, is_reversal)
    psn_no, institution, med_type = reading.id("psn_no"), reading.text("fixmedins_code"), reading.text("med_type")
    usage = usage_of(med_type) if med_type in known.med_types else None
    settled_at = reading.moment("setl_time", known.now)
    amounts = Amounts(*(reading.amount(name, negative=is_reversal) for name in AMOUNT_NAMES))
    if psn_no and psn_no not in known.persons:
        reading.wrong("psn_no", "unknown_person", mask_number(psn_no[:LONGEST_ID]))
    if institution not in known.institutions:
        reading.wrong("fixmedins_code", "unknown_institution", institution[:LONGEST_ID])
    if usage is None:
        reading.wrong("med_type", "medical_type_not_covered", med_type[:10])
    bill = NewSettlement(
        setl_id=reading.id("setl_id"),
        person_id=known.persons.get(psn_no, 0),
        psn_no=psn_no,
        settled_at=settled_at,
        business_date=timezone.localdate(settled_at),
        amounts=amounts,
        usage=usage or "",
        kind=SettlementKind.NETWORKED,
        med_type=med_type,
        institution_id=institution,
        mdtrt_id=reading.id("mdtrt_id"),
        dise_codg=reading.name("dise_codg"),
        dise_name=reading.name("dise_name"),
        dr_name=reading.name("dr_name"),
        acct_used=reading.flag("acct_used_flag"),
        reverses=reverses,
    )
    return FeedRow(row.number, None if reading.errors else bill, reading.errors)


def _original(reading: _Reading, is_reversal: bool) -> str:
    """`init_setl_id` of a reversal; a flag without it, or it without a flag, cannot be told."""
    if is_reversal:
        return reading.id("init_setl_id")
    if original := reading.text("init_setl_id"):
        reading.wrong("refd_setl_flag", "original_unknown", original[:LONGEST_ID], sentence="reversal_flag")
    return ""
