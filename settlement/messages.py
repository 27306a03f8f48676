"""Why an account paid as much as it did, in one sentence per reason (settlement/rules/allocation.py)."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from families.policy_words import value_in_words
from settlement.rules.allocation import Consideration, Reason

SENTENCES = {
    Reason.PAID_IN_FULL: _("Its turn came and it paid all that was left."),
    Reason.NOT_NEEDED: _("Nothing was left to pay when its turn came."),
    Reason.EMPTY: _("The balance is used up."),
    Reason.NO_ACCOUNT: _("Has no personal account."),
    Reason.SHAREABLE_FUNDS: _("Only the balance of prior years is shared, and it is used up."),
    Reason.RESERVE_FLOOR: _("{value} stay in the account for the payer alone."),
    Reason.LIMIT_REACHED: _("The payer shares {value} yuan a year, and that is used up."),
    Reason.ANNUAL_LIMIT_PAYER: _("One account pays at most {value} a year for others, and that is used up."),
    Reason.ANNUAL_LIMIT_RATIO: _(
        "An account pays at most {value} of its opening balance for others in a year, and that is used up."
    ),
    Reason.ANNUAL_LIMIT_BENEFICIARY: _("One person draws at most {value} a year from others, and that is used up."),
    Reason.VISIT_LIMIT: _("The family pays at most {value} of one bill, and that is used up."),
    Reason.ACCOUNTS_NOT_USED: _("The bill was to be paid without accounts."),
    Reason.BENEFICIARY_CARD_LENDING: _("The patient's card was lent to another person: no family payment."),
    Reason.BENEFICIARY_SUSPENDED: _("The patient's insurance is not in normal status: no family payment."),
    Reason.USAGE_NOT_ALLOWED: _("The family pays here only for: {value}."),
    Reason.NOT_IN_FORCE: _("Sharing or grant does not hold on that day."),
    Reason.SUSPENDED: _("The payer's insurance is not in normal status."),
    Reason.CARD_LENDING: _("The card was lent to another person."),
}


def in_words(one: Consideration) -> str:
    """The reason with the value of the parameter that decided."""
    return str(SENTENCES[one.reason]).format(value=value_in_words(one.parameter, one.value))
