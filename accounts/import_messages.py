"""What is wrong with a row, in words: one sentence per error code of FORMATS.md, what to do included.

Invariant: a code has one sentence. An app above adds its own codes with `add_sentences`; values are filled in
masked, by whoever found the error.
"""

from collections.abc import Mapping

from django.utils.translation import gettext, gettext_noop

_sentences: dict[str, str] = {}


def add_sentences(sentences: Mapping[str, str]) -> None:
    """Add code → msgid. Raises: ValueError when another sentence stands for the code already."""
    for code, sentence in sentences.items():
        if _sentences.setdefault(code, sentence) != sentence:
            raise ValueError(f"{code} has another sentence already")


def message_for(code: str, **values: object) -> str:
    """The sentence in the active language. Raises: KeyError for a code that nobody explains."""
    return gettext(_sentences[code]) % {"value": "", **values}


add_sentences(
    {
        "id_missing": gettext_noop("The number is missing. Fill it in from the card."),
        "id_checksum": gettext_noop(
            "The check character of %(value)s does not fit: a digit is wrong. Compare it with the card."
        ),
        "id_format": gettext_noop(
            "%(value)s has the wrong length or characters, or holds an impossible date. Compare it with the card."
        ),
        "id_numeric_cell": gettext_noop(
            "The number stands in a numeric cell and has lost digits. Format the column as text and type it again."
        ),
        "name_missing": gettext_noop("The name is missing."),
        "name_mismatch": gettext_noop(
            "Name, certificate and person number do not belong together: %(value)s is known otherwise. "
            "Compare all three with the card."
        ),
        "date_invalid": gettext_noop(
            "%(value)s is no possible date, or not the one in the ID number. Write it as 2026-01-23."
        ),
        "amount_invalid": gettext_noop(
            "%(value)s cannot be the amount. Yuan with at most two decimals, not negative, without separators."
        ),
        "balance_not_employee": gettext_noop(
            "Only employee insurance has a personal account: there can be no balance of %(value)s."
        ),
        "balance_other": gettext_noop(
            "The opening balance is recorded already, with another amount than %(value)s. "
            "A correction is an adjustment, asked for on the person's page."
        ),
        "died": gettext_noop(
            "Recorded as died: the roster names another status. Compare both; a supervisor can take the death back."
        ),
        "other_region": gettext_noop("%(value)s is no known region, or outside the one you are responsible for."),
        "person_elsewhere": gettext_noop(
            "This person is registered in a region outside the one you are responsible for."
        ),
        "record_merged": gettext_noop(
            "%(value)s belongs to a record that was merged into %(survivor)s: give the row the number and the "
            "certificate of that record, or leave it out."
        ),
        "duplicate_row": gettext_noop("%(value)s stands in the file already, in row %(row)s. Keep one of the two."),
        "code_unknown": gettext_noop("%(value)s is not in the code table of this column."),
        "text_invalid": gettext_noop("%(value)s is too long, or holds characters that do not belong here."),
        "header_missing": gettext_noop("Columns are missing: %(value)s. The first rows must hold the headings."),
        "heading_twice": gettext_noop("Two columns mean the same: %(value)s. Remove one of them."),
    }
)
