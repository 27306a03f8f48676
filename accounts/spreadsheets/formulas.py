"""Text that a table program would not leave as it is: it runs some as a formula, and drops digits of others.

A CSV file cannot say that a cell is text, so such a cell is marked by an apostrophe in front, as a person types it;
reading takes the mark off again, so that what was exported can be corrected and loaded.
"""

import re
import unicodedata

MARK = "'"
_SIGNS = frozenset("=+-@")
_CONTROLS = frozenset("\t\r\n")
# Digits with leading zeros, of more than a table program shows, in scientific notation, or ending in a decimal zero.
_LOSES_DIGITS = re.compile(r"0[0-9]+|[0-9]{12,}|[0-9]+(\.[0-9]+)?[eE][+-]?[0-9]+|[0-9]+\.[0-9]*0", re.ASCII)


def reads_as_formula(text: str) -> bool:
    """Whether a table program could run it; rule: DESIGN.md, "Files from outside".

    Full-width signs count, and signs behind blanks or invisible characters.
    """
    if text[:1] in _CONTROLS:
        return bool(text)
    for character in text:
        if not (character.isspace() or unicodedata.category(character) in ("Cf", "Cc")):
            return unicodedata.normalize("NFKC", character)[0] in _SIGNS
    return False


def marked(text: str) -> str:
    """The text as it is safe in a CSV cell."""
    return MARK + text if _needs_mark(text) else text


def unmarked(text: str) -> str:
    """The inverse of `marked`; an apostrophe before anything else is part of the text."""
    return text[1:] if text.startswith(MARK) and _needs_mark(text) else text


def _needs_mark(text: str) -> bool:
    """Also text that has a mark of its own, which reading would take off."""
    bare = text.lstrip(MARK)
    return reads_as_formula(bare) or _LOSES_DIGITS.fullmatch(bare) is not None
