"""Policy parameters and their values in words, for whoever reads what holds in a region (DOMAIN.md section 4)."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from families.rules.policy import PARAMETERS, Origin, Policy
from families.verdicts import KINDS

NAMES = {
    "max_members": gettext_lazy("Most members of a group, owner included"),
    "near_relatives": gettext_lazy("Near relatives"),
    "allow_parents_in_law": gettext_lazy("Parents of the spouse admitted"),
    "one_group_per_person": gettext_lazy("One group per person"),
    "payer_order": gettext_lazy("Order of payment"),
    "order_change_lag_days": gettext_lazy("A changed order holds after"),
    "shareable_funds": gettext_lazy("What can be shared"),
    "bucket_order": gettext_lazy("Which balance is drawn first"),
    "reserve_floor": gettext_lazy("Balance kept for the payer"),
    "annual_limit_ratio": gettext_lazy("Limit per year as a share of the opening balance"),
    "annual_limit_payer": gettext_lazy("Limit per year and payer"),
    "annual_limit_beneficiary": gettext_lazy("Limit per year and beneficiary"),
    "visit_limit": gettext_lazy("Limit per settlement"),
    "visit_limit_designated_disease": gettext_lazy("Limit per settlement also for designated diseases"),
    "usages": gettext_lazy("What it may pay for"),
    "cross_city": gettext_lazy("Across cities of the province"),
    "cross_province": gettext_lazy("Across provinces"),
    "min_bind_days": gettext_lazy("Shortest membership"),
    "rebind_wait_days": gettext_lazy("Waiting time after a release"),
    "release_lag_days": gettext_lazy("A release holds after"),
    "changes_per_year": gettext_lazy("Changes in a year"),
    "proof_mode": gettext_lazy("Proof of the relation"),
    "review_mode": gettext_lazy("How cases are reviewed"),
    "refund_to": gettext_lazy("Refunds go to"),
    "mulaid_in_acct_pay": gettext_lazy("acct_pay of files includes acct_mulaid_pay"),
    "transfers_per_day": gettext_lazy("Wallet: transfers per day"),
    "transfer_limit": gettext_lazy("Wallet: limit per transfer"),
    "quiet_hours": gettext_lazy("Wallet: no transfers between"),
    "difference_accepted_up_to": gettext_lazy("Reconciliation: a difference is accepted up to"),
    "difference_alone_up_to": gettext_lazy("Reconciliation: one person decides up to"),
    "anomaly_payer_groups": gettext_lazy("Oversight: groups that one person pays for"),
    "anomaly_burst_days": gettext_lazy("Oversight: bound, spent and released within"),
    "anomaly_cards": gettext_lazy("Oversight: cards of a family at one pharmacy"),
    "anomaly_card_minutes": gettext_lazy("Oversight: cards of a family at one pharmacy within"),
    "anomaly_grace_days": gettext_lazy("Oversight: spending after death or suspension passes for"),
    "anomaly_cases_per_day": gettext_lazy("Oversight: bindings of one clerk in a day"),
}

CHOICES = {
    "near_relatives": KINDS,
    "payer_order": {
        "recorded": gettext_lazy("as recorded on the form"),
        "first_bound": gettext_lazy("whoever joined first"),
        "last_bound": gettext_lazy("whoever joined last"),
        "user_sorted": gettext_lazy("as the family sorts it"),
    },
    "shareable_funds": {
        "all": gettext_lazy("the whole balance"),
        "prior_years": gettext_lazy("prior years' balance alone"),
    },
    "bucket_order": {
        "prior_first": gettext_lazy("prior years first"),
        "current_first": gettext_lazy("current year first"),
    },
    "usages": {
        "outpatient": gettext_lazy("outpatient care"),
        "designated_disease": gettext_lazy("outpatient care of designated diseases"),
        "pharmacy": gettext_lazy("pharmacies"),
        "inpatient": gettext_lazy("inpatient care"),
        "resident_premium": gettext_lazy("premium of resident insurance"),
        "checkup": gettext_lazy("checkups"),
        "vaccination": gettext_lazy("vaccination"),
        "long_term_care_premium": gettext_lazy("premium of long-term care insurance"),
    },
    "proof_mode": {
        "commitment": gettext_lazy("commitment letter"),
        "documents": pgettext_lazy("proof of a relation", "documents"),
    },
    "review_mode": {
        "review": gettext_lazy("second person reviews"),
        "immediate": gettext_lazy("effective at once"),
    },
    "refund_to": {"payers": gettext_lazy("the accounts that paid")},
}

UNITS = {
    "persons": gettext_lazy("{n} persons"),
    "days": gettext_lazy("{n} days"),
    "yuan": gettext_lazy("{n} yuan"),
    "changes": gettext_lazy("{n} a year"),
    "transfers": gettext_lazy("{n} a day"),
    "groups": gettext_lazy("{n} groups"),
    "cards": gettext_lazy("{n} cards"),
    "minutes": gettext_lazy("{n} minutes"),
    "cases": gettext_lazy("{n} cases"),
}


def name_in_words(parameter: str) -> str:
    """The parameter as a person calls it; the stored name where a later version of the product is ahead."""
    return str(NAMES.get(parameter, parameter))


def value_in_words(parameter: str, stored: Any) -> str:
    """A value as a person reads it, whether as stored (JSON) or as the rules read it."""
    if stored is None:
        return _("without limit")
    if isinstance(stored, bool):
        return _("yes") if stored else _("no")
    words = CHOICES.get(parameter, {})
    if isinstance(stored, list | frozenset):
        return _(", ").join(str(words.get(one, one)) for one in sorted(stored, key=[*words, *stored].index))
    described = PARAMETERS.get(parameter)
    if described and described.shape == "ratio":
        return f"{Decimal(stored) * 100:.0f} %"
    unit = described.unit if described else ""
    return str(UNITS[unit]).format(n=stored) if unit in UNITS else str(words.get(stored, stored))


# What bounds a payment, in the order in which a clerk asks for it.
LIMITS = (
    "annual_limit_payer",
    "annual_limit_beneficiary",
    "annual_limit_ratio",
    "visit_limit",
    "reserve_floor",
    "shareable_funds",
)


@dataclass(frozen=True, slots=True)
class LimitLine:
    """`origin`: the version that sets the value."""

    name: str
    value: str
    origin: Origin


def limits_in_words(policy: Policy) -> list[LimitLine]:
    """What a policy lets be paid at most, and what has to stay; the product's own defaults bound nothing."""
    return [
        LimitLine(name_in_words(one), value_in_words(one, getattr(policy, one)), policy.origins[one])
        for one in LIMITS
        if one in policy.origins
    ]
