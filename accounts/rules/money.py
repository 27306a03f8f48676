"""Money: yuan as `Decimal` with two decimals, made from input by one function.

The invariant: what `parse_amount` returns fits `numeric(16,2)` without rounding. PostgreSQL would round
1.005 to 1.01 without a word, and a float has lost its last fen before anyone looks: both are refused here.
"""

import re
from decimal import Decimal
from typing import Literal

ZERO = Decimal("0.00")
INTEGER_DIGITS = 14

AmountReason = Literal["wrong_type", "empty", "not_an_amount", "too_many_decimals", "too_large", "negative", "zero"]

_AMOUNT = re.compile(r"-?[0-9]+(\.[0-9]{1,2})?")
_MORE_DECIMALS = re.compile(r"-?[0-9]+\.[0-9]{3,}")


class AmountFault(ValueError):
    """Input that is no amount of money, or not one that is allowed here.

    `code` is FORMATS.md's; `reason` tells a form or an import which sentence to show.
    """

    code = "amount_invalid"

    def __init__(self, reason: AmountReason) -> None:
        super().__init__(f"not an acceptable amount: {reason}")
        self.reason: AmountReason = reason


def parse_amount(value: str | Decimal | int, *, allow_negative: bool = False, allow_zero: bool = True) -> Decimal:
    """Turn input into yuan with exactly two decimals.

    Rule: DESIGN.md "Data". Text may have blanks around it; inside it only ASCII digits, one point and,
    where allowed, a leading minus. A float is refused whatever its value: pass the text of the cell.
    Raises: AmountFault, also for three decimals, exponents, NaN, full-width digits, thousands separators,
    a plus sign and more than 14 digits before the point.
    """
    text = _as_text(value)
    _refuse_what_is_no_amount(text)
    if text.startswith("-") and not allow_negative:
        raise AmountFault("negative")
    amount = Decimal(text).quantize(ZERO)
    if amount:
        return amount
    if not allow_zero:
        raise AmountFault("zero")
    return ZERO


def _as_text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | Decimal | int):
        raise AmountFault("wrong_type")
    # Python itself refuses to write out an int of thousands of digits.
    if isinstance(value, int) and abs(value) >= 10**INTEGER_DIGITS:
        raise AmountFault("too_large")
    return str(value).strip()


def _refuse_what_is_no_amount(text: str) -> None:
    if not text:
        raise AmountFault("empty")
    if _MORE_DECIMALS.fullmatch(text):
        raise AmountFault("too_many_decimals")
    if not _AMOUNT.fullmatch(text):
        raise AmountFault("not_an_amount")
    # Before Decimal sees it: quantize() raises an error of its own beyond 28 digits.
    if len(text.lstrip("-").partition(".")[0]) > INTEGER_DIGITS:
        raise AmountFault("too_large")
