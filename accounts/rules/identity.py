"""Certificate numbers: what makes one believable, and what of it may be shown.

A resident ID number (GB 11643-1999, DOMAIN.md section 6) is 18 characters: area (6), birth date (8), a
serial whose last digit is odd for men (3), check character (1). The invariant: a `ResidentId` exists only
for a number whose date is real and past and whose check character is right. A wrong digit still slips
through about once in eleven, so this module can refuse a number, never vouch for one.

No fault carries the number itself: it would end up in logs.
"""

import re
from dataclasses import dataclass
from datetime import date
from operator import mul
from typing import Literal

Gender = Literal["1", "2"]

RESIDENT_ID = "01"
LONGEST_NUMBER = 30

_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK_CHARACTERS = "10X98765432"
_RESIDENT = re.compile(r"[1-9][0-9]{16}[0-9X]")
_FIRST_17 = re.compile(r"[0-9]{17}")
_OTHER = re.compile(rf"[0-9A-Z()/-]{{1,{LONGEST_NUMBER}}}")
_SCIENTIFIC = re.compile(r"[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+")
# Spaces by name that str.isspace() does not know: zero width space, zero width no-break space.
_INVISIBLE_SPACES = str.maketrans("", "", "\u200b\ufeff")
# A number shorter than this would be readable from its first 3 and last 4 characters.
_LONG_ENOUGH_TO_SHOW_BOTH_ENDS = 11


class IdentityFault(ValueError):
    """A certificate number that cannot be right.

    `code` is one of FORMATS.md's `id_missing`, `id_format`, `id_checksum`, `id_numeric_cell`.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(reason)
        self.code = code


@dataclass(frozen=True)
class ResidentId:
    """A checked resident ID number and what it says about its holder.

    `gender` is 1 male, 2 female; `area` is the district of first registration, 6 digits.
    """

    number: str
    born_on: date
    gender: Gender
    area: str


def normalise_number(text: str) -> str:
    """Drop every space, also ideographic and zero-width ones, and make a trailing x a capital.

    Full-width digits and letters stay as they are, so that the format check refuses them.
    """
    number = "".join(text.split()).translate(_INVISIBLE_SPACES)
    return number[:-1] + "X" if number.endswith("x") else number


def check_resident_id(number: str, *, today: date) -> ResidentId:
    """Read a resident ID number, with or without spaces and with either x.

    Rule: GB 11643-1999, DOMAIN.md section 6; 15-digit numbers are left for correction, never converted.
    `today`: the business date; a person born on it is accepted.
    Raises: IdentityFault.
    """
    number = normalise_number(number)
    if not _RESIDENT.fullmatch(number):
        raise _misshapen(number)
    born_on = _birth_date(number, today)
    if check_digit(number[:17]) != number[17]:
        raise IdentityFault("id_checksum", "the check character does not fit the other 17")
    return ResidentId(number, born_on, "1" if int(number[16]) % 2 else "2", number[:6])


def first_generation_number(number: str) -> str | None:
    """The 15 digits that the holder of an 18-character resident ID number had on the first card, or None.

    Rule: GB 11643-1989 left the century and the check character out; it was issued to people born before 2000.
    None as well for a number whose check character is wrong.
    """
    if not _RESIDENT.fullmatch(number) or number[6:8] != "19" or check_digit(number[:17]) != number[17]:
        return None
    return number[:6] + number[8:17]


def check_certificate(kind: str, number: str, *, today: date) -> str:
    """Check a certificate number of any `psn_cert_type` and return it as it is stored.

    Rule: DOMAIN.md section 6; `kind` 01 is the resident ID, all others take up to 30 letters, digits
    and `( ) - /`, and are upper-cased.
    Raises: IdentityFault.
    """
    if kind == RESIDENT_ID:
        return check_resident_id(number, today=today).number
    number = normalise_number(number).upper()
    if not _OTHER.fullmatch(number):
        raise _misshapen(number)
    return number


def check_digit(first17: str) -> str:
    """The 18th character of a resident ID number, from the 17 digits before it (GB 11643-1999)."""
    if not _FIRST_17.fullmatch(first17):
        raise ValueError("a check character follows from exactly 17 digits")
    weighted = sum(map(mul, map(int, first17), _WEIGHTS))
    return _CHECK_CHARACTERS[weighted % 11]


def mask_number(number: str) -> str:
    """A certificate number with the first 3 and last 4 characters shown; a short one shows the last 2."""
    return _mask(number)


def mask_phone(phone: str) -> str:
    """A phone number with the first 3 and last 4 digits shown; a short one shows the last 2."""
    return _mask(phone)


def mask_name(name: str) -> str:
    """A name with its first character shown and a star for each other; a name of one character is hidden."""
    return name[:1] + "*" * (len(name) - 1) if len(name) > 1 else "*" * len(name)


def _misshapen(number: str) -> IdentityFault:
    if not number:
        return IdentityFault("id_missing", "there is no certificate number")
    if _SCIENTIFIC.fullmatch(number):
        return IdentityFault("id_numeric_cell", "the number was kept as a numeric cell and has lost digits")
    return IdentityFault("id_format", "the number has the wrong length or characters for its certificate")


def _birth_date(number: str, today: date) -> date:
    try:
        born_on = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        raise IdentityFault("id_format", "positions 7 to 14 are no date") from None
    if born_on > today:
        raise IdentityFault("id_format", "the birth date lies in the future")
    return born_on


def _mask(text: str) -> str:
    if len(text) >= _LONG_ENOUGH_TO_SHOW_BOTH_ENDS:
        return text[:3] + "*" * (len(text) - 7) + text[-4:]
    shown = text[-2:] if len(text) > 2 else ""
    return "*" * (len(text) - len(shown)) + shown
