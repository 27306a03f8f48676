"""What each policy parameter means, and an example worked out with its value, as a supervisor explains it.

The one place for both: the pages of policies read them from here, and so may papers and the counter.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from families.policy_words import CHOICES

SECTIONS = (
    (
        gettext_lazy("Who may be bound"),
        (
            "max_members", "near_relatives", "allow_parents_in_law", "one_group_per_person", "cross_city",
            "cross_province", "min_bind_days", "rebind_wait_days", "release_lag_days", "changes_per_year",
        ),
    ),
    (
        gettext_lazy("Whose account pays, and how much"),
        (
            "payer_order", "order_change_lag_days", "shareable_funds", "bucket_order", "reserve_floor",
            "annual_limit_ratio", "annual_limit_payer", "annual_limit_beneficiary", "visit_limit",
            "visit_limit_designated_disease", "usages", "refund_to", "mulaid_in_acct_pay",
        ),
    ),
    (gettext_lazy("Insurance wallet"), ("transfers_per_day", "transfer_limit", "quiet_hours")),
    (gettext_lazy("Procedure"), ("proof_mode", "review_mode")),
    (gettext_lazy("Reconciliation"), ("difference_accepted_up_to", "difference_alone_up_to")),
    (
        gettext_lazy("What auditors are shown"),
        (
            "anomaly_payer_groups", "anomaly_burst_days", "anomaly_cards", "anomaly_card_minutes",
            "anomaly_grace_days", "anomaly_cases_per_day",
        ),
    ),
)  # fmt: skip

MEANINGS = {
    "max_members": gettext_lazy("How many people a group has at most; the owner counts."),
    "near_relatives": gettext_lazy("Who may draw on whose account."),
    "allow_parents_in_law": gettext_lazy("Whether the spouse's parents count as near relatives."),
    "one_group_per_person": gettext_lazy("Whether a person may be in several groups at the same time."),
    "payer_order": gettext_lazy("In which order the family's accounts pay, after the patient's own."),
    "order_change_lag_days": gettext_lazy("How many days after it was changed an order of payment holds."),
    "shareable_funds": gettext_lazy("Which part of a personal account the family may use."),
    "bucket_order": gettext_lazy("Which of the two balances of an account is used up first."),
    "reserve_floor": gettext_lazy("What stays in the payer's account for the payer alone."),
    "annual_limit_ratio": gettext_lazy("How much of its opening balance an account pays for others in a year."),
    "annual_limit_payer": gettext_lazy("What one account pays at most for others in a calendar year."),
    "annual_limit_beneficiary": gettext_lazy("What one person draws at most from others in a calendar year."),
    "visit_limit": gettext_lazy("What the family's accounts pay at most of one bill."),
    "visit_limit_designated_disease": gettext_lazy(
        "Whether the limit per settlement holds for designated diseases too."
    ),
    "usages": gettext_lazy("For which costs the family's accounts may be used."),
    "cross_city": gettext_lazy("Whether a member may be insured in another city of the province than the owner."),
    "cross_province": gettext_lazy("Whether a member may be insured in another province than the owner."),
    "min_bind_days": gettext_lazy("How long somebody stays bound before a release."),
    "rebind_wait_days": gettext_lazy("How long somebody waits after a release before being bound again."),
    "release_lag_days": gettext_lazy("How many days after it was asked for a release holds."),
    "changes_per_year": gettext_lazy("How often a person may join or leave in a calendar year."),
    "proof_mode": gettext_lazy("What the family brings to show that they are related."),
    "review_mode": gettext_lazy("Whether a second person looks at a case before it holds."),
    "refund_to": gettext_lazy("Where the money goes when a bill is reversed."),
    "mulaid_in_acct_pay": gettext_lazy("How the amounts in the files of institutions are to be read."),
    "transfers_per_day": gettext_lazy("How many transfers a person makes at most in a day."),
    "transfer_limit": gettext_lazy("What one transfer comes to at most."),
    "quiet_hours": gettext_lazy("The hours in which no transfer is made."),
    "difference_accepted_up_to": gettext_lazy("Up to which amount a difference with an institution may be accepted."),
    "difference_alone_up_to": gettext_lazy("Up to which amount one person decides about a difference alone."),
    "anomaly_payer_groups": gettext_lazy("For how many groups within a year one person pays before it is listed."),
    "anomaly_burst_days": gettext_lazy("How short a membership with spending is, to be listed once it ends."),
    "anomaly_cards": gettext_lazy(
        "How many cards of one family at one pharmacy, shortly one after another, are listed."
    ),
    "anomaly_card_minutes": gettext_lazy("What counts as shortly one after another at a pharmacy."),
    "anomaly_grace_days": gettext_lazy("How long spending after a death or suspension is put down to late reports."),
    "anomaly_cases_per_day": gettext_lazy("How many bindings one clerk submits in a day before it is listed."),
}

Example = Callable[[Any], str]
BOUND_ON = dt.date(2026, 3, 1)
BILL = Decimal("1000.00")


def example_of(parameter: str, value: Any) -> str:
    """One sentence with the value worked out: an amount in yuan, a day, or who is in and who is out."""
    return EXAMPLES[parameter](value)


def _day(days: int) -> str:
    return date_format(BOUND_ON + dt.timedelta(days=days), "DATE_FORMAT")


def _by_value(sentences: Mapping[Any, Any]) -> Example:
    return lambda value: str(sentences[value])


def _by_days(sentence: Any) -> Example:
    """`sentence` names the `first` day and the `day` that is so many days later."""
    return lambda days: str(sentence).format(first=_day(0), day=_day(days))


def _members(most: int) -> str:
    return _("An owner and {n} others make a full group: the next one is refused.").format(n=most - 1)


def _listed(parameter: str, chosen: frozenset[str], *, taken: bool) -> str:
    words = CHOICES[parameter]
    return _(", ").join(str(words[one]) for one in words if (one in chosen) is taken) or pgettext("of a list", "none")


def _relatives(kinds: frozenset[str]) -> str:
    return _("Admitted: {yes}. Refused: {no}.").format(
        yes=_listed("near_relatives", kinds, taken=True), no=_listed("near_relatives", kinds, taken=False)
    )


def _usages(usages: frozenset[str]) -> str:
    return _("Paid: {yes}. Not paid: {no}.").format(
        yes=_listed("usages", usages, taken=True), no=_listed("usages", usages, taken=False)
    )


def _floor(kept: Decimal) -> str:
    return _("Of an account with {balance} yuan the family uses at most {shared} yuan.").format(
        balance=kept + BILL, shared=BILL
    )


def _ratio(ratio: Decimal | None) -> str:
    opening = Decimal("5000.00")
    shared = opening if ratio is None else (opening * ratio).quantize(Decimal("0.01"))
    return _("An account that opened the year with {opening} yuan pays at most {shared} yuan for others.").format(
        opening=opening, shared=shared
    )


def _yearly(limited: Any, without: Any) -> Example:
    """A bill that meets a limit of which a part is used up; `limited` names `used`, `bill`, `pays` and `rest`."""

    def sentence(limit: Decimal | None) -> str:
        if limit is None:
            return str(without)
        pays = min(Decimal("300.00"), limit)
        return str(limited).format(used=limit - pays, bill=BILL, pays=pays, rest=BILL - pays)

    return sentence


def _visit(limit: Decimal | None) -> str:
    if limit is None:
        return _("A bill of {bill} yuan: the family's accounts may pay all of it.").format(bill=BILL)
    bill = max(BILL, 2 * limit)
    return _("A bill of {bill} yuan: the family's accounts pay {pays} yuan, {rest} yuan are paid in cash.").format(
        bill=bill, pays=limit, rest=bill - limit
    )


def _changes(most: int | None) -> str:
    if most is None:
        return _("Whoever joined and left twice this year may join again.")
    return _("After {n} changes this year the next one is possible from {day}.").format(
        n=most, day=date_format(BOUND_ON.replace(year=BOUND_ON.year + 1, month=1), "DATE_FORMAT")
    )


def _transfers(most: int) -> str:
    return _("Transfer number {n} of a day is refused.").format(n=most + 1)


def _up_to(sentence: Any) -> Example:
    """`sentence` names the amount that is within, `most`, and the one that is not, `more`."""
    return lambda limit: str(sentence).format(most=limit, more=limit + Decimal("0.01"))


def _quiet(hours: str | None) -> str:
    if hours is None:
        return _("A transfer is possible at any hour.")
    begin, end = hours.split("-")
    return _("A transfer at {begin} is refused; from {end} it is possible again.").format(begin=begin, end=end)


def _with_number(sentence: Any) -> Example:
    """`sentence` names the value `n`, and `less`, one below it."""
    return lambda n: str(sentence).format(n=n, less=n - 1)


def _burst(days: int) -> str:
    return _("Bound on {first}, paid from a family account, released by {day}: listed.").format(
        first=_day(0), day=_day(days)
    )


def _grace(days: int) -> str:
    return _("Died on {first}: a bill of {day} is listed.").format(first=_day(0), day=_day(days + 1))


EXAMPLES: Mapping[str, Example] = {
    "max_members": _members,
    "near_relatives": _relatives,
    "allow_parents_in_law": _by_value(
        {
            True: gettext_lazy("The spouse's mother can be bound as a member."),
            False: gettext_lazy("The spouse's mother is refused; her own children may bind her."),
        }
    ),
    "one_group_per_person": _by_value(
        {
            True: gettext_lazy("Who is in the parents' group has to leave it before joining the spouse's."),
            False: gettext_lazy("Who is in the parents' group may join the spouse's as well."),
        }
    ),
    "payer_order": _by_value(
        {
            "recorded": gettext_lazy("Mother is written first and the child second: mother's account pays first."),
            "first_bound": gettext_lazy("Mother joined in 2024, the child in 2025: mother's account pays first."),
            "last_bound": gettext_lazy("Mother joined in 2024, the child in 2025: the child's account pays first."),
            "user_sorted": gettext_lazy("The family puts the child before mother: the child's account pays first."),
        }
    ),
    "order_change_lag_days": _by_days(gettext_lazy("Changed on {first}, the new order holds from {day}.")),
    "shareable_funds": _by_value(
        {
            "all": gettext_lazy("800.00 yuan of prior years and 300.00 of this year: 1,100.00 yuan can be shared."),
            "prior_years": gettext_lazy(
                "800.00 yuan of prior years and 300.00 of this year: 800.00 yuan can be shared."
            ),
        }
    ),
    "bucket_order": _by_value(
        {
            "prior_first": gettext_lazy(
                "1,000.00 yuan from 800.00 of prior years and 300.00 of this year: 800.00 and 200.00."
            ),
            "current_first": gettext_lazy(
                "1,000.00 yuan from 800.00 of prior years and 300.00 of this year: 700.00 and 300.00."
            ),
        }
    ),
    "reserve_floor": _floor,
    "annual_limit_ratio": _ratio,
    "annual_limit_payer": _yearly(
        gettext_lazy(
            "An account that has paid {used} yuan this year pays {pays} yuan of a bill of {bill} yuan; {rest} yuan "
            "are left to the next account or to cash."
        ),
        gettext_lazy("An account pays for others as long as it has a balance, or up to the limit its holder set."),
    ),
    "annual_limit_beneficiary": _yearly(
        gettext_lazy(
            "Who has drawn {used} yuan this year draws {pays} yuan for a bill of {bill} yuan; {rest} yuan are left "
            "to cash."
        ),
        gettext_lazy("A person draws on the family as long as there is a balance."),
    ),
    "visit_limit": _visit,
    "visit_limit_designated_disease": _by_value(
        {
            True: gettext_lazy("A bill for dialysis meets the limit like any other."),
            False: gettext_lazy("A bill for dialysis may be paid beyond the limit."),
        }
    ),
    "usages": _usages,
    "cross_city": _by_value(
        {
            True: gettext_lazy("A child insured in another city of the province can be bound."),
            False: gettext_lazy("A child insured in another city of the province is refused."),
        }
    ),
    "cross_province": _by_value(
        {
            True: gettext_lazy("A child insured in another province can be bound."),
            False: gettext_lazy("A child insured in another province is refused."),
        }
    ),
    "min_bind_days": _by_days(gettext_lazy("Bound on {first}, may be released from {day}.")),
    "rebind_wait_days": _by_days(gettext_lazy("Released on {first}, may be bound again from {day}.")),
    "release_lag_days": _by_days(gettext_lazy("Release asked for on {first}: a member no more from {day}.")),
    "changes_per_year": _changes,
    "proof_mode": _by_value(
        {
            "commitment": gettext_lazy("The family signs the commitment on the form; no marriage certificate."),
            "documents": gettext_lazy("The family brings the marriage certificate or the household register."),
        }
    ),
    "review_mode": _by_value(
        {
            "review": gettext_lazy("Submitted at 9:00, the case holds once a reviewer has approved it."),
            "immediate": gettext_lazy("Submitted at 9:00, the case holds at once."),
        }
    ),
    "refund_to": _by_value(
        {
            "payers": gettext_lazy(
                "A bill paid with 200.00 yuan of mother's and 100.00 of the child's: each gets theirs back."
            )
        }
    ),
    "mulaid_in_acct_pay": _by_value(
        {
            True: gettext_lazy("Own account 200.00 and family 300.00: the file has 500.00 as acct_pay."),
            False: gettext_lazy("Own account 200.00 and family 300.00: the file has 200.00 as acct_pay."),
        }
    ),
    "transfers_per_day": _transfers,
    "transfer_limit": _up_to(gettext_lazy("{most} yuan go through, {more} yuan are refused.")),
    "quiet_hours": _quiet,
    "difference_accepted_up_to": _up_to(
        gettext_lazy("A difference of {most} yuan may be accepted, one of {more} yuan not.")
    ),
    "difference_alone_up_to": _up_to(
        gettext_lazy("{most} yuan are decided by one person; {more} yuan wait for a second one.")
    ),
    "anomaly_payer_groups": _with_number(
        gettext_lazy("Who pays for {n} groups within a year is listed; for {less}, not.")
    ),
    "anomaly_burst_days": _burst,
    "anomaly_cards": _with_number(
        gettext_lazy("{n} members of a family buy at a pharmacy one after another: listed; {less}, not.")
    ),
    "anomaly_card_minutes": _with_number(
        gettext_lazy("The first card at 9:00 and the last one {n} minutes later: listed; later than that, not.")
    ),
    "anomaly_grace_days": _grace,
    "anomaly_cases_per_day": _with_number(
        gettext_lazy("A clerk who submits {n} bindings in a day is listed; one with {less}, not.")
    ),
}
