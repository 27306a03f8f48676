"""Days as offices write them: 2026-01-23, 2026.1.23, 2026/1/23, 2026年1月23日, 20260123.

Invariant: the year comes first and has four digits; anything that could be read two ways is refused.
"""

import re
from datetime import date

_DAY = re.compile(r"([0-9]{4})\s*[-./年]\s*([0-9]{1,2})\s*[-./月]\s*([0-9]{1,2})\s*日?", re.ASCII)
_EIGHT_DIGITS = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})", re.ASCII)


class DateFault(ValueError):
    """Text that is no day; `code` is FORMATS.md's."""

    code = "date_invalid"


def parse_day(text: str) -> date:
    """Read one day; blanks around it do not count. Raises: DateFault."""
    found = _DAY.fullmatch(text.strip()) or _EIGHT_DIGITS.fullmatch(text.strip())
    if found is None:
        raise DateFault("not written as a day")
    try:
        return date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        raise DateFault("no day of the calendar") from None


def first_of_next_month(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)
