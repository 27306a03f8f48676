"""Lines of a 3202 statement as the database stores them, or everything that is wrong with them.

DOMAIN.md section 7: seven columns between tabs, an eighth may follow; `null` is empty; no heading.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from accounts.import_messages import message_for
from accounts.rules.identity import mask_number
from accounts.rules.money import AmountFault, parse_amount
from accounts.services.import_result import RowError
from settlement import import_messages  # noqa: F401 - the words of its codes
from settlement.models.settlement import LONGEST_ID

COLUMNS = ("setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "refd_setl_flag")
FLAGS = {"0": False, "1": True}
LONGEST_FURTHER = 200
# How nearly every line looks; one look at it is a third of the work of taking it apart. Without blanks, `null` in the
# number and what COPY would read as its own.
_ID, _AMOUNT = rf"[^\s\\]{{1,{LONGEST_ID}}}", r"-?[0-9]{1,14}(?:\.[0-9]{1,2})?"
USUAL = re.compile(rf"(?!null\t)({_ID})\t({_ID})?\t({_ID})?\t({_AMOUNT})\t({_AMOUNT})\t({_AMOUNT})\t([01])", re.ASCII)


class Line(NamedTuple):
    """As stored; amounts are text that `numeric` reads."""

    setl_id: str
    mdtrt_id: str
    psn_no: str
    medfee_sumamt: str
    fund_pay_sumamt: str
    acct_pay: str
    is_reversal: bool
    further: str = ""


class FaultyLine(Exception):
    """At least one line is not as it must be; `faults_of` says all of them."""


def read_lines(lines: Iterable[str]) -> Iterator[tuple[int, Line]]:
    """Numbered lines as they are to be stored; blank ones count and are left out. Raises: FaultyLine."""
    for number, text in enumerate(lines, start=1):
        usual = USUAL.fullmatch(text)
        if usual:
            setl_id, mdtrt_id, psn_no, fee, fund, account, flag = usual.groups()
            yield number, Line(setl_id, _told(mdtrt_id), _told(psn_no), fee, fund, account, FLAGS[flag])
        elif not text.isspace() and text:
            cells = _cells(text)
            if _faults(number, cells):
                raise FaultyLine
            yield number, _line(cells)


def faults_of(lines: Iterable[str]) -> tuple[int, list[RowError]]:
    """How many lines there are, and everything wrong with any, a number that stands there twice included."""
    seen: dict[str, int] = {}
    errors: list[RowError] = []
    count = 0
    for number, text in enumerate(lines, start=1):
        if not text or text.isspace():
            continue
        count += 1
        cells = _cells(text)
        errors += _faults(number, cells)
        earlier = seen.setdefault(cells[0], number)
        if earlier != number and cells[0]:
            message = message_for("duplicate_row", value=mask_number(cells[0][:LONGEST_ID]), row=earlier)
            errors.append(RowError(number, "setl_id", "duplicate_row", message))
    return count, errors


def _told(cell: str | None) -> str:
    return "" if cell is None or cell == "null" else cell


def _cells(text: str) -> list[str]:
    return [_told(cell.strip()) for cell in text.rstrip("\t").split("\t")]


def _line(cells: list[str]) -> Line:
    """Expects cells without fault."""
    fee, fund, account = (str(parse_amount(cell, allow_negative=True)) for cell in cells[3:6])
    further = cells[7][:LONGEST_FURTHER] if len(cells) > len(COLUMNS) else ""
    return Line(cells[0], cells[1], cells[2], fee, fund, account, FLAGS[cells[6]], further)


def _faults(number: int, cells: list[str]) -> list[RowError]:
    if not len(COLUMNS) <= len(cells) <= len(COLUMNS) + 1:
        message = message_for("statement_columns", value=str(len(cells)))
        return [RowError(number, "", "columns_missing", message)]
    by_name = dict(zip(COLUMNS, cells, strict=False))
    errors = [
        RowError(
            number, column, "id_format", message_for("id_format", value=mask_number(by_name[column][:LONGEST_ID]))
        )
        for column in COLUMNS[:3]
        if len(by_name[column]) > LONGEST_ID
    ]
    if not cells[0]:
        errors.append(RowError(number, "setl_id", "id_missing", message_for("id_missing")))
    errors += [
        RowError(number, column, "amount_invalid", message_for("feed_amount", value=by_name[column][:20]))
        for column in COLUMNS[3:6]
        if not _is_amount(by_name[column])
    ]
    if cells[6] not in FLAGS:
        message = message_for("code_unknown", value=cells[6][:10])
        errors.append(RowError(number, "refd_setl_flag", "code_unknown", message))
    return errors


def _is_amount(text: str) -> bool:
    try:
        parse_amount(text, allow_negative=True)
    except AmountFault:
        return False
    return True
