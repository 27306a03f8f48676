"""Rules of wallet transfers in words: what each asks, what is wrong, what to do (settlement/rules/transfers.py)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from families.policy_words import value_in_words
from settlement.rules.transfers import FailureKind, Finding, Rule

KINDS = {
    FailureKind.BALANCE: gettext_lazy("Balance too low"),
    FailureKind.DATA: gettext_lazy("The data do not allow it"),
    FailureKind.SYSTEM: gettext_lazy("System fault"),
}

RULES = {
    Rule.PAYER_RECORD: gettext_lazy("Record of the payer in use"),
    Rule.PAYER_ACCOUNT: gettext_lazy("Personal account of the payer"),
    Rule.PAYER_INSURED: gettext_lazy("Insurance of the payer in normal status"),
    Rule.PAYER_CARD: gettext_lazy("Card of the payer in own hands"),
    Rule.QUIET_HOURS: gettext_lazy("Quiet hours"),
    Rule.TRANSFERS_PER_DAY: gettext_lazy("Transfers in a day"),
    Rule.TWO_PERSONS: gettext_lazy("Payer and payee are two persons"),
    Rule.ONE_FAMILY: gettext_lazy("Payer and payee of one group"),
    Rule.PAYEE_RECORD: gettext_lazy("Record of the payee in use"),
    Rule.PAYEE_ACCOUNT: gettext_lazy("Personal account of the payee"),
    Rule.PAYEE_INSURED: gettext_lazy("Insurance of the payee in normal status"),
    Rule.PAYEE_CARD: gettext_lazy("Card of the payee in own hands"),
    Rule.PURPOSE: gettext_lazy("What it is for"),
    Rule.TRANSFER_LIMIT: gettext_lazy("Limit per transfer"),
    Rule.BALANCE: gettext_lazy("Balance of the account"),
    Rule.SHAREABLE_FUNDS: gettext_lazy("What can be passed on"),
    Rule.RESERVE_FLOOR: pgettext_lazy("of a transfer", "Balance kept for the payer"),
    Rule.IN_TIME: gettext_lazy("Accepted in time"),
}

MESSAGES = {
    Rule.PAYER_RECORD: gettext_lazy("The payer's record was merged into another."),
    Rule.PAYER_ACCOUNT: gettext_lazy("The payer has no personal account."),
    Rule.PAYER_INSURED: pgettext_lazy("of a transfer", "The payer's insurance is not in normal status."),
    Rule.PAYER_CARD: gettext_lazy("The payer's card was lent to another person."),
    Rule.QUIET_HOURS: gettext_lazy("No transfer is made between {value}."),
    Rule.TRANSFERS_PER_DAY: gettext_lazy(
        "This payer has made {fact} today, those that came back included; allowed are {value}."
    ),
    Rule.TWO_PERSONS: gettext_lazy("Payer and payee are the same person."),
    Rule.ONE_FAMILY: gettext_lazy("The two are members of no common group today."),
    Rule.PAYEE_RECORD: gettext_lazy("The payee's record was merged into another."),
    Rule.PAYEE_ACCOUNT: gettext_lazy("The payee has no personal account that could take the money."),
    Rule.PAYEE_INSURED: gettext_lazy("The payee's insurance is not in normal status."),
    Rule.PAYEE_CARD: gettext_lazy("The payee's card was lent to another person."),
    Rule.PURPOSE: gettext_lazy("Family accounts pay here only for: {value}."),
    Rule.TRANSFER_LIMIT: gettext_lazy("One transfer comes to at most {value}."),
    Rule.BALANCE: gettext_lazy("The account holds {fact} yuan."),
    Rule.SHAREABLE_FUNDS: gettext_lazy("Only the balance of prior years can be passed on: {fact} yuan."),
    Rule.RESERVE_FLOOR: gettext_lazy("{value} stay in the account: {fact} yuan can leave it."),
    Rule.IN_TIME: gettext_lazy("The time to accept is over since {fact}: the money goes back to the payer."),
}

_RESUME = gettext_lazy(
    "Record that the insurance is resumed, if it is; until then the own account pays own bills alone."
)
_RETURN_CARD = gettext_lazy("Record the return of the card first.")
_SURVIVOR = gettext_lazy("Go on with the record that it was merged into.")
ADVICE = {
    Rule.PAYER_RECORD: _SURVIVOR,
    Rule.PAYER_ACCOUNT: gettext_lazy("Choose a member of the family with employee insurance as payer."),
    Rule.PAYER_INSURED: _RESUME,
    Rule.PAYER_CARD: _RETURN_CARD,
    Rule.QUIET_HOURS: gettext_lazy("Ask again after the quiet hours."),
    Rule.TRANSFERS_PER_DAY: gettext_lazy("Ask again tomorrow."),
    Rule.TWO_PERSONS: gettext_lazy("Choose another payee."),
    Rule.ONE_FAMILY: gettext_lazy("Bind the payee into the family first."),
    Rule.PAYEE_RECORD: _SURVIVOR,
    Rule.PAYEE_ACCOUNT: gettext_lazy(
        "No transfer is needed: the family's accounts pay this member's bills at once, and a premium is paid for"
        " another straight from the account."
    ),
    Rule.PAYEE_INSURED: _RESUME,
    Rule.PAYEE_CARD: _RETURN_CARD,
    Rule.PURPOSE: gettext_lazy("Choose another purpose."),
    Rule.TRANSFER_LIMIT: gettext_lazy("Transfer less."),
    Rule.BALANCE: gettext_lazy("Transfer less, or wait for the next monthly credit."),
    Rule.SHAREABLE_FUNDS: gettext_lazy("Transfer less."),
    Rule.RESERVE_FLOOR: gettext_lazy("Transfer less."),
    Rule.IN_TIME: gettext_lazy("Let the payer ask for a new transfer."),
}

# What a rule rests on where no parameter decides it.
_PARTICIPATION = gettext_lazy("Whoever takes part in family payment is in normal insurance status")
_OWN_CARD = gettext_lazy("Only the patient's own card; lending it suspends networked settlement")
_WALLET = gettext_lazy("Insurance wallet: accepted, or returned the next morning")
CITATIONS = {
    Rule.PAYER_ACCOUNT: gettext_lazy("Only employee insurance has a personal account"),
    Rule.PAYER_INSURED: _PARTICIPATION,
    Rule.PAYER_CARD: _OWN_CARD,
    Rule.ONE_FAMILY: gettext_lazy("Mutual aid of a family: money is passed on within the group alone"),
    Rule.PAYEE_ACCOUNT: gettext_lazy("Only employee insurance has a personal account"),
    Rule.PAYEE_INSURED: _PARTICIPATION,
    Rule.PAYEE_CARD: _OWN_CARD,
    Rule.IN_TIME: _WALLET,
}


@dataclass(frozen=True, slots=True)
class Line:
    """One finding as a person reads it; `earliest` is empty where waiting does not help."""

    rule: str
    passes: bool
    kind: str
    value: str
    message: str
    advice: str
    citation: str
    earliest: str


def line_of(finding: Finding) -> Line:
    value = value_in_words(finding.parameter, finding.value) if finding.parameter else ""
    return Line(
        rule=str(RULES[finding.rule]),
        passes=finding.passes,
        kind=str(KINDS[finding.kind]),
        value=value,
        message=str(MESSAGES[finding.rule]).format(value=value, fact=_fact(finding)),
        advice=str(ADVICE[finding.rule]),
        citation=_citation(finding),
        earliest=moment_in_words(finding.earliest_at) if finding.earliest_at else "",
    )


def told(findings: Sequence[Finding]) -> tuple[str, str]:
    """What is wrong, and what to do about it, each thing once."""
    lines = [line_of(finding) for finding in findings if not finding.passes]
    return " ".join(line.message for line in lines), " ".join(dict.fromkeys(line.advice for line in lines))


def refusal_in_words(kind: FailureKind, message: str, advice: str) -> str:
    """Which of the three it is, what is wrong, and what to do."""
    return _("{kind}: {message} {advice}").format(kind=KINDS[kind], message=message, advice=advice)


def moment_in_words(moment: dt.datetime) -> str:
    return date_format(localtime(moment), "DATETIME_FORMAT")


def _fact(finding: Finding) -> str:
    return moment_in_words(finding.fact) if finding.rule is Rule.IN_TIME else str(finding.fact)


def _citation(finding: Finding) -> str:
    if not finding.parameter:
        return str(CITATIONS.get(finding.rule, ""))
    if finding.origin is None:
        return _("product default")
    return _("{citation} ({region})").format(citation=finding.origin.citation, region=finding.origin.region_name)
