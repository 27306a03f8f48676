"""Policy parameters: every default, every bound, and the list of DOMAIN.md section 4, copied here by hand."""

from __future__ import annotations

import dataclasses
import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest

from families.rules.kinship import NEAR_RELATIVES_2024
from families.rules.policy import PARAMETERS, Origin, Policy, PolicyFault, parse_value

# DOMAIN.md section 4, row by row; `annual_limit` is two amounts there (per payer, per beneficiary), `visit_limit`
# an amount and its lifting for designated diseases, the wallet's row three parameters.
DOMAIN_PAGE = """
max_members near_relatives allow_parents_in_law one_group_per_person payer_order order_change_lag_days
shareable_funds bucket_order reserve_floor annual_limit_ratio annual_limit_payer annual_limit_beneficiary
visit_limit visit_limit_designated_disease usages cross_city cross_province
min_bind_days rebind_wait_days release_lag_days changes_per_year proof_mode review_mode refund_to
mulaid_in_acct_pay transfers_per_day transfer_limit quiet_hours
"""
# Who decides about differences: docs/adr/0023.
RECONCILIATION = "difference_accepted_up_to difference_alone_up_to"
# From which figure auditors are shown something: docs/adr/0026.
OVERSIGHT = """
anomaly_payer_groups anomaly_burst_days anomaly_cards anomaly_card_minutes anomaly_grace_days anomaly_cases_per_day
"""
DOMAIN_PARAMETERS = [*DOMAIN_PAGE.split(), *RECONCILIATION.split(), *OVERSIGHT.split()]

DEFAULTS: dict[str, Any] = {
    "max_members": 8,
    "near_relatives": NEAR_RELATIVES_2024,
    "allow_parents_in_law": False,
    "one_group_per_person": True,
    "payer_order": "recorded",
    "order_change_lag_days": 0,
    "shareable_funds": "all",
    "bucket_order": "prior_first",
    "reserve_floor": Decimal(0),
    "annual_limit_ratio": None,
    "annual_limit_payer": None,
    "annual_limit_beneficiary": None,
    "visit_limit": None,
    "visit_limit_designated_disease": False,
    "usages": {"outpatient", "designated_disease", "pharmacy", "inpatient", "resident_premium"},
    "cross_city": True,
    "cross_province": False,
    "min_bind_days": 0,
    "rebind_wait_days": 0,
    "release_lag_days": 0,
    "changes_per_year": None,
    "proof_mode": "commitment",
    "review_mode": "review",
    "refund_to": "payers",
    "mulaid_in_acct_pay": False,
    "transfers_per_day": 3,
    "transfer_limit": Decimal(2000),
    "quiet_hours": "22:00-06:00",
    "difference_accepted_up_to": Decimal(1),
    "difference_alone_up_to": Decimal(1000),
    "anomaly_payer_groups": 3,
    "anomaly_burst_days": 30,
    "anomaly_cards": 3,
    "anomaly_card_minutes": 10,
    "anomaly_grace_days": 0,
    "anomaly_cases_per_day": 30,
}


def as_json(value: Any) -> Any:
    """The value as a version stores it."""
    if isinstance(value, Decimal):
        return str(value)
    return sorted(value) if isinstance(value, set | frozenset) else value


def test_the_policy_has_the_parameters_of_the_domain_page_and_no_others() -> None:
    fields = [field.name for field in dataclasses.fields(Policy) if field.name != "origins"]
    assert fields == list(PARAMETERS) == DOMAIN_PARAMETERS


@pytest.mark.parametrize("name", DOMAIN_PARAMETERS)
def test_without_any_version_a_parameter_has_the_default_of_the_domain_page(name: str) -> None:
    assert getattr(Policy(), name) == PARAMETERS[name].default == DEFAULTS[name]


@pytest.mark.parametrize("name", DOMAIN_PARAMETERS)
def test_a_default_stored_as_json_is_read_as_the_same_value(name: str) -> None:
    stored = json.loads(json.dumps(as_json(DEFAULTS[name])))
    value = parse_value(name, stored)
    assert value == DEFAULTS[name]
    assert type(value) is type(getattr(Policy(), name))


ACCEPTED = [
    ("max_members", 2, 2),
    ("max_members", 5, 5),
    ("near_relatives", ["spouse", "parent", "child"], {"spouse", "parent", "child"}),
    ("allow_parents_in_law", True, True),
    ("one_group_per_person", False, False),
    ("payer_order", "last_bound", "last_bound"),
    ("order_change_lag_days", 1, 1),
    ("shareable_funds", "prior_years", "prior_years"),
    ("bucket_order", "current_first", "current_first"),
    ("reserve_floor", "1000", Decimal("1000.00")),
    ("reserve_floor", "0", Decimal("0.00")),
    ("annual_limit_ratio", "0.5", Decimal("0.50")),
    ("annual_limit_ratio", "1", Decimal("1.00")),
    ("annual_limit_payer", "15000", Decimal("15000.00")),
    ("annual_limit_beneficiary", "8000.50", Decimal("8000.50")),
    ("visit_limit", "500", Decimal("500.00")),
    ("visit_limit", None, None),
    ("visit_limit_designated_disease", True, True),
    ("usages", ["checkup", "vaccination"], {"checkup", "vaccination"}),
    ("cross_city", False, False),
    ("cross_province", True, True),
    ("min_bind_days", 90, 90),
    ("rebind_wait_days", 30, 30),
    ("release_lag_days", 1, 1),
    ("changes_per_year", 1, 1),
    ("changes_per_year", None, None),
    ("proof_mode", "documents", "documents"),
    ("review_mode", "immediate", "immediate"),
    ("mulaid_in_acct_pay", True, True),
    ("transfers_per_day", 0, 0),
    ("transfer_limit", "2000.01", Decimal("2000.01")),
    ("quiet_hours", "23:30-05:45", "23:30-05:45"),
    ("quiet_hours", None, None),
    ("difference_accepted_up_to", "0", Decimal("0.00")),
    ("difference_alone_up_to", "5000.50", Decimal("5000.50")),
    ("anomaly_payer_groups", 2, 2),
    ("anomaly_burst_days", 1, 1),
    ("anomaly_cards", 2, 2),
    ("anomaly_card_minutes", 1, 1),
    ("anomaly_grace_days", 0, 0),
    ("anomaly_cases_per_day", 1, 1),
]


@pytest.mark.parametrize(("name", "stored", "value"), ACCEPTED)
def test_a_value_seen_in_use_is_accepted(name: str, stored: Any, value: Any) -> None:
    assert parse_value(name, stored) == value


# What every parameter of a shape refuses, its bounds included.
NOT_A_NUMBER_OF = [None, True, 1.0, "3", -1, [3], {}]
NOT_YES_OR_NO = [None, 0, 1, "yes", "", [True]]
NOT_A_CHOICE = [None, "", "anything", 1, True, ["recorded"]]
NOT_CHOICES = [None, [], "spouse", ["spouse", "uncle"], [1], {"spouse": True}]
NOT_YUAN = [
    "-0.01",
    "1.005",
    "NaN",
    "Infinity",
    "abc",
    "",
    500,
    0.5,
    True,
    ["1"],
    "1e3",
    "１００",
    "1_000",
    "+5",
    "sNaN",
]
NOT_HOURS = ["22-6", "24:00-06:00", "22:60-06:00", "22:00", "", 22, "２２:00-06:00", "22:00-06:00\n"]
REFUSED_BY_SHAPE = {
    "integer": NOT_A_NUMBER_OF,
    "yes_no": NOT_YES_OR_NO,
    "choice": NOT_A_CHOICE,
    "choices": NOT_CHOICES,
    "yuan": NOT_YUAN,
    "ratio": [*NOT_YUAN, "1.01", "50"],
    "hours": NOT_HOURS,
}
REFUSED = [
    (name, value)
    for name, parameter in PARAMETERS.items()
    for value in REFUSED_BY_SHAPE[parameter.shape]
    if not (value is None and parameter.optional)
]


@pytest.mark.parametrize(("name", "stored"), REFUSED)
def test_a_value_that_a_parameter_cannot_take_is_refused_by_name(name: str, stored: Any) -> None:
    with pytest.raises(PolicyFault) as fault:
        parse_value(name, stored)
    assert fault.value.parameter == name
    assert name in str(fault.value)


@pytest.mark.parametrize("members", [1, 9, 100])
def test_seats_stay_between_two_and_the_products_eight(members: int) -> None:
    with pytest.raises(PolicyFault):
        parse_value("max_members", members)


@pytest.mark.parametrize(
    ("name", "less"),
    [("anomaly_payer_groups", 1), ("anomaly_burst_days", 0), ("anomaly_cards", 1), ("anomaly_card_minutes", 0),
     ("anomaly_cases_per_day", 0)],
)  # fmt: skip
def test_what_would_list_everybody_is_no_threshold(name: str, less: int) -> None:
    with pytest.raises(PolicyFault):
        parse_value(name, less)


@pytest.mark.parametrize("name", [name for name, parameter in PARAMETERS.items() if not parameter.optional])
def test_only_a_limit_may_be_absent(name: str) -> None:
    with pytest.raises(PolicyFault):
        parse_value(name, None)


def test_a_name_that_is_no_parameter_is_refused() -> None:
    with pytest.raises(PolicyFault):
        parse_value("max_member", 8)


def test_a_value_is_cited_where_a_version_sets_it_and_nowhere_else() -> None:
    origin = Origin("421000", "荆州市", dt.date(2025, 1, 1), "荆医保发〔2025〕1号")
    policy = Policy(max_members=6, origins={"max_members": origin})
    assert policy.citation("max_members") == "荆医保发〔2025〕1号"
    assert policy.citation("cross_city") == ""
