"""Amounts in the capital numerals (大写) that Chinese papers carry beside the digits, so that no stroke changes them.

Rule: 《正确填写票据和结算凭证的基本规定》 of the People's Bank: one 零 for zeros inside the figure and before fen
without jiao; 整 at the end, unless there are fen.
"""

from __future__ import annotations

from decimal import Decimal

from accounts.rules.money import parse_amount

DIGITS = "零壹贰叁肆伍陆柒捌玖"
UNITS = ((10**8, "亿"), (10**4, "万"), (1000, "仟"), (100, "佰"), (10, "拾"))


def in_capitals(amount: Decimal) -> str:
    """`amount`: yuan, zero or more. Raises: AmountFault for what is no amount."""
    yuan, cents = divmod(int(parse_amount(amount) * 100), 100)
    jiao, fen = divmod(cents, 10)
    text = f"{_figure(yuan)}元" if yuan or not cents else ""
    text += f"{DIGITS[jiao]}角" if jiao else "零" if yuan and fen else ""
    return text + (f"{DIGITS[fen]}分" if fen else "整")


def _figure(number: int) -> str:
    for value, name in UNITS:
        if number >= value:
            head, rest = divmod(number, value)
            zero = "零" if 0 < rest < value // 10 else ""
            return _figure(head) + name + zero + (_figure(rest) if rest else "")
    return DIGITS[number]
