"""One total of an institution (3201) out of nine texts, as a file or a form has them, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Collection, Mapping
from dataclasses import astuple, dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q

from accounts.import_messages import message_for
from accounts.models import Code, Staff
from accounts.rules.dates import parse_day
from accounts.rules.money import parse_amount
from settlement import import_messages  # noqa: F401 - the words of its codes
from settlement.models import Institution

# Column → the code of its fault, and the sentence that explains it.
FAULTS = {
    "fixmedins_code": ("unknown_institution", "unknown_institution"),
    "stmt_begndate": ("date_invalid", "day_unreadable"),
    "stmt_enddate": ("date_invalid", "day_unreadable"),
    "insutype": ("code_unknown", "code_unknown"),
    "clr_type": ("code_unknown", "code_unknown"),
    "medfee_sumamt": ("amount_invalid", "feed_amount"),
    "fund_pay_sumamt": ("amount_invalid", "feed_amount"),
    "acct_pay": ("amount_invalid", "feed_amount"),
    "fixmedins_setl_cnt": ("count_invalid", "count_invalid"),
}
COLUMNS = tuple(FAULTS)
KEY = ("institution_id", "starts_on", "ends_on", "insutype", "clr_type")
FIGURES = ("medfee_sumamt", "fund_pay_sumamt", "acct_pay", "setl_count")
LONGEST_PERIOD = dt.timedelta(days=366)
ONE_DAY = dt.timedelta(days=1)
_COUNT = re.compile(r"-?[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class NewTotal:
    """`ends_on`: the first day no longer; `setl_count`: a reversal takes one away."""

    institution_id: str
    starts_on: dt.date
    ends_on: dt.date
    insutype: str
    clr_type: str
    medfee_sumamt: Decimal
    fund_pay_sumamt: Decimal
    acct_pay: Decimal
    setl_count: int

    @property
    def key(self) -> tuple[Any, ...]:
        return astuple(self)[: len(KEY)]


@dataclass(frozen=True, slots=True)
class Fault:
    """`message`: in words, for a person."""

    column: str
    code: str
    message: str


class TotalFaulty(Exception):
    def __init__(self, faults: list[Fault]) -> None:
        self.faults = faults
        super().__init__(", ".join(f"{one.column} {one.code}" for one in faults))


class TotalReader:
    """Reads totals for one staff member, whose institutions and codes it looks up once."""

    def __init__(self, by: Staff) -> None:
        inside = Institution.objects.filter(Q(region__path__startswith=by.region.path))
        codes = set(Code.objects.filter(table__in=["insutype", "clr_type"]).values_list("table", "code"))
        self._read: dict[str, Callable[[str], Any]] = {
            "fixmedins_code": _one_of(set(inside.values_list("pk", flat=True))),
            "stmt_begndate": parse_day,
            "stmt_enddate": parse_day,
            "insutype": _one_of({code for table, code in codes if table == "insutype"}),
            "clr_type": _one_of({code for table, code in codes if table == "clr_type"}),
            "medfee_sumamt": _amount,
            "fund_pay_sumamt": _amount,
            "acct_pay": _amount,
            "fixmedins_setl_cnt": _count,
        }

    def read(self, cells: Mapping[str, str]) -> NewTotal:
        """`cells`: the text of every column. Raises: TotalFaulty, with everything that is wrong."""
        values: dict[str, Any] = {}
        faults = []
        for column, read in self._read.items():
            try:
                values[column] = read(cells[column].strip())
            except ValueError:
                faults.append(_fault(column, *FAULTS[column], cells[column]))
        if not faults and not ONE_DAY <= _days(values) <= LONGEST_PERIOD:
            faults.append(_fault("stmt_enddate", "date_invalid", "period_invalid", cells["stmt_enddate"]))
        if faults:
            raise TotalFaulty(faults)
        return NewTotal(**dict(zip((*KEY, *FIGURES), _half_open(values), strict=True)))


def _days(values: Mapping[str, Any]) -> dt.timedelta:
    days: dt.timedelta = values["stmt_enddate"] - values["stmt_begndate"] + ONE_DAY
    return days


def _half_open(values: dict[str, Any]) -> list[Any]:
    """In the order of the columns, which is that of `NewTotal`."""
    return [value + ONE_DAY if column == "stmt_enddate" else value for column, value in values.items()]


def _fault(column: str, code: str, sentence: str, text: str) -> Fault:
    return Fault(column, code, message_for(sentence, value=text.strip()[:30]))


def _one_of(known: Collection[str]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise ValueError(text)
        return text

    return read


def _amount(text: str) -> Decimal:
    return parse_amount(text, allow_negative=True)


def _count(text: str) -> int:
    if not _COUNT.fullmatch(text):
        raise ValueError(text)
    return int(text)
