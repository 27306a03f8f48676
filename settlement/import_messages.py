"""What is wrong with a row of a settlement feed, beyond what every import says (`accounts.import_messages`), and why
a family that was entered by a batch is not undone.
"""

from __future__ import annotations

from django.utils.translation import gettext_noop

from accounts.import_messages import add_sentences

add_sentences(
    {
        "unknown_person": gettext_noop(
            "Nobody on the roster of the region has the number %(value)s. Compare it with the card."
        ),
        "unknown_institution": gettext_noop(
            "There is no institution %(value)s. Correct the code, or have the institution loaded first."
        ),
        "medical_type_not_covered": gettext_noop(
            "“%(value)s” is no kind of care that accounts pay for: public health, sport and wellness never are."
        ),
        "time_invalid": gettext_noop(
            "%(value)s is no possible time, or lies in the future. Write it as 2026-03-16 07:30:00."
        ),
        "feed_amount": gettext_noop(
            "%(value)s cannot be the amount. Yuan with at most two decimals, without exponent or separators."
        ),
        "feed_sign": gettext_noop(
            "%(value)s has the wrong sign: a settlement is not negative, a reversal carries everything negated."
        ),
        "statement_name": gettext_noop(
            "%(value)s does not tell institution and day. Name the file as in H42100200003_20260316_3202.zip."
        ),
        "day_unreadable": gettext_noop("%(value)s is no possible date. Write it as 2026-01-23."),
        "period_invalid": gettext_noop("%(value)s lies before the first day, or more than a year after it."),
        "count_invalid": gettext_noop("%(value)s is no number of settlements: whole, at most nine digits."),
        "statement_columns": gettext_noop("The line has %(value)s columns; a statement has seven or eight."),
        "settled_since": gettext_noop(
            "The family has paid settlement %(value)s since. Release it from today on, or have what it paid reversed."
        ),
        "day_closed": gettext_noop("The day is closed: booked on the next open day, %(value)s."),
        "reversal_flag": gettext_noop("Names %(value)s as its original, but is not flagged as a reversal."),
    }
)
