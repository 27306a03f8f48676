"""Lines of a 3202 statement as the database stores them, or everything that is wrong with them.

DOMAIN.md section 7: seven columns between tabs, an eighth may follow; `null` is empty; no heading.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from itertools import count

from accounts.import_messages import message_for
from accounts.rules.identity import mask_number
from accounts.rules.money import AmountFault, parse_amount
from accounts.services.import_result import RowError
from settlement import import_messages  # noqa: F401 - the words of its codes
from settlement.models.settlement import LONGEST_ID

COLUMNS = ("setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "refd_setl_flag")
STORED = ("setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay", "is_reversal", "further")
FLAGS = ("0", "1")
LONGEST_FURTHER = 200
# How nearly every line looks, and then nearly every piece: one look at 256 KiB in place of one at each line. What it
# finds is what COPY reads, but for `null`. No two parts can share a byte, so nothing is tried twice (`+` of a count).
_ID, _AMOUNT = rb"[!-\[\]-~]{1,%d}+" % LONGEST_ID, rb"-?[0-9]{1,14}+(?:\.[0-9]{1,2}+)?+"
_LINE = rb"(?!null\t)%b\t(?:%b)?+\t(?:%b)?+\t%b\t%b\t%b\t[01]" % (_ID, _ID, _ID, _AMOUNT, _AMOUNT, _AMOUNT)
USUAL = re.compile(rb"(?:%b\n)*+" % _LINE)
USUAL_LINE = re.compile(_LINE)
_NULL = re.compile(rb"\tnull(?=\t)")


class FaultyLine(Exception):
    """At least one line is not as it must be; `faults_of` says all of them."""


def rows_to_copy(pieces: Iterable[bytes], *, key: int) -> Iterator[bytes]:
    """What COPY reads: `key` of the statement, number of the line, then STORED.

    `pieces`: whole lines, each with its end. Blank lines count and are left out. Raises: FaultyLine.
    """
    numbers, start = count(1), b"%d\t" % key
    for piece in pieces:
        lines = zip(map(_usual(piece), piece[:-1].split(b"\n")), numbers, strict=False)
        yield b"".join([b"%b%d\t%b\n" % (start, number, line) for line, number in lines if line])


def _usual(piece: bytes) -> Callable[[bytes], bytes]:
    """What makes a line of this piece one that COPY reads; nothing of a blank one."""
    if USUAL.fullmatch(piece) is None:
        return _one_row
    return _without_null if b"\tnull\t" in piece else _as_it_is


def _as_it_is(line: bytes) -> bytes:
    return line + b"\t"


def _without_null(line: bytes) -> bytes:
    return _NULL.sub(b"\t", line) + b"\t"


def _one_row(line: bytes) -> bytes:
    if USUAL_LINE.fullmatch(line):
        return _without_null(line)
    text = line.decode()
    if not text or text.isspace():
        return b""
    cells = _cells(text)
    if _faults(0, cells):
        raise FaultyLine
    amounts = [str(parse_amount(cell, allow_negative=True)) for cell in cells[3:6]]
    further = cells[7][:LONGEST_FURTHER] if len(cells) > len(COLUMNS) else ""
    return "\t".join([*cells[:3], *amounts, cells[6], further]).replace("\\", r"\\").encode()


def faults_of(pieces: Iterable[bytes]) -> tuple[int, list[RowError]]:
    """How many lines there are, and everything wrong with any, a number that stands there twice included."""
    seen: dict[str, int] = {}
    errors: list[RowError] = []
    filled = 0
    lines = (line.decode() for piece in pieces for line in piece[:-1].split(b"\n"))
    for number, text in enumerate(lines, start=1):
        if not text or text.isspace():
            continue
        filled += 1
        cells = _cells(text)
        errors += _faults(number, cells)
        earlier = seen.setdefault(cells[0], number)
        if earlier != number and cells[0]:
            message = message_for("duplicate_row", value=mask_number(cells[0][:LONGEST_ID]), row=earlier)
            errors.append(RowError(number, "setl_id", "duplicate_row", message))
    return filled, errors


def _cells(text: str) -> list[str]:
    return ["" if cell.strip() == "null" else cell.strip() for cell in text.rstrip("\t").split("\t")]


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
