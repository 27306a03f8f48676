"""The policy of a pooling region (统筹区): every parameter of DOMAIN.md section 4, with its type and bounds.

Beside them stand the amounts up to which differences are accepted or decided by one person (docs/adr/0023), and the
thresholds from which auditors are shown something (docs/adr/0026). Where pages disagree the difference is a
parameter, never an `if` on a region's name. `PARAMETERS` describes each one once: its default, its bounds, whether it
may be unlimited. `Policy` is what the rules read: one value each, already inherited down the region tree.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any, Literal

from accounts.rules.money import AmountFault, parse_amount
from families.rules.kinship import NEAR_RELATIVES_2024, Kind

Shape = Literal["integer", "yes_no", "choice", "choices", "yuan", "ratio", "hours"]
SEATS = 8  # the product's own ceiling, held by the database
USAGES = ("outpatient", "designated_disease", "pharmacy", "inpatient", "resident_premium")
EVERY_USAGE = (*USAGES, "checkup", "vaccination", "long_term_care_premium")
KINDS: tuple[Kind, ...] = ("spouse", "parent", "child", "sibling", "grandparent", "grandchild")
HOURS = re.compile(r"([01][0-9]|2[0-3]):[0-5][0-9]-([01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


class PolicyFault(ValueError):
    """A value that the parameter cannot take."""

    def __init__(self, parameter: str, value: object) -> None:
        super().__init__(f"{parameter} cannot be {value!r}")
        self.parameter = parameter
        self.value = value


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter: how its value is stored as JSON and what it may be. `optional`: None means no limit."""

    name: str
    shape: Shape
    default: Any
    choices: tuple[str, ...] = ()
    minimum: Decimal = Decimal(0)
    maximum: Decimal | None = None
    optional: bool = False
    unit: str = ""


PARAMETERS: Mapping[str, Parameter] = MappingProxyType(
    {
        parameter.name: parameter
        for parameter in (
            Parameter("max_members", "integer", SEATS, minimum=Decimal(2), maximum=Decimal(SEATS), unit="persons"),
            Parameter("near_relatives", "choices", NEAR_RELATIVES_2024, choices=KINDS),
            Parameter("allow_parents_in_law", "yes_no", False),
            Parameter("one_group_per_person", "yes_no", True),
            Parameter(
                "payer_order",
                "choice",
                "recorded",
                choices=("recorded", "first_bound", "last_bound", "user_sorted"),
            ),
            Parameter("order_change_lag_days", "integer", 0, unit="days"),
            Parameter("shareable_funds", "choice", "all", choices=("all", "prior_years")),
            Parameter("bucket_order", "choice", "prior_first", choices=("prior_first", "current_first")),
            Parameter("reserve_floor", "yuan", Decimal("0.00"), unit="yuan"),
            Parameter("annual_limit_ratio", "ratio", None, maximum=Decimal(1), optional=True),
            Parameter("annual_limit_payer", "yuan", None, optional=True, unit="yuan"),
            Parameter("annual_limit_beneficiary", "yuan", None, optional=True, unit="yuan"),
            Parameter("visit_limit", "yuan", None, optional=True, unit="yuan"),
            Parameter("visit_limit_designated_disease", "yes_no", False),
            Parameter("usages", "choices", frozenset(USAGES), choices=EVERY_USAGE),
            Parameter("cross_city", "yes_no", True),
            Parameter("cross_province", "yes_no", False),
            Parameter("min_bind_days", "integer", 0, unit="days"),
            Parameter("rebind_wait_days", "integer", 0, unit="days"),
            Parameter("release_lag_days", "integer", 0, unit="days"),
            Parameter("changes_per_year", "integer", None, optional=True, unit="changes"),
            Parameter("proof_mode", "choice", "commitment", choices=("commitment", "documents")),
            Parameter("review_mode", "choice", "review", choices=("review", "immediate")),
            Parameter("refund_to", "choice", "payers", choices=("payers",)),
            Parameter("mulaid_in_acct_pay", "yes_no", False),
            Parameter("transfers_per_day", "integer", 3, unit="transfers"),
            Parameter("transfer_limit", "yuan", Decimal("2000.00"), unit="yuan"),
            Parameter("quiet_hours", "hours", "22:00-06:00", optional=True),
            # Who decides about a difference with an institution (docs/adr/0023).
            Parameter("difference_accepted_up_to", "yuan", Decimal("1.00"), unit="yuan"),
            Parameter("difference_alone_up_to", "yuan", Decimal("1000.00"), unit="yuan"),
            # What auditors are shown (docs/adr/0026): it refuses nothing.
            Parameter("anomaly_payer_groups", "integer", 3, minimum=Decimal(2), unit="groups"),
            Parameter("anomaly_burst_days", "integer", 30, minimum=Decimal(1), unit="days"),
            Parameter("anomaly_cards", "integer", 3, minimum=Decimal(2), unit="cards"),
            Parameter("anomaly_card_minutes", "integer", 10, minimum=Decimal(1), unit="minutes"),
            Parameter("anomaly_grace_days", "integer", 0, unit="days"),
            Parameter("anomaly_cases_per_day", "integer", 30, minimum=Decimal(1), unit="cases"),
        )
    }
)


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a value comes from: the region whose version sets it, and the text it is cited from."""

    region_code: str
    region_name: str
    effective_on: dt.date
    citation: str


@dataclass(frozen=True)
class Policy:
    """What holds in a region on a day. `origins` has the parameters that a version sets; the others are defaults."""

    max_members: int = SEATS
    near_relatives: frozenset[Kind] = NEAR_RELATIVES_2024
    allow_parents_in_law: bool = False
    one_group_per_person: bool = True
    payer_order: str = "recorded"
    order_change_lag_days: int = 0
    shareable_funds: str = "all"
    bucket_order: str = "prior_first"
    reserve_floor: Decimal = Decimal("0.00")
    annual_limit_ratio: Decimal | None = None
    annual_limit_payer: Decimal | None = None
    annual_limit_beneficiary: Decimal | None = None
    visit_limit: Decimal | None = None
    visit_limit_designated_disease: bool = False
    usages: frozenset[str] = frozenset(USAGES)
    cross_city: bool = True
    cross_province: bool = False
    min_bind_days: int = 0
    rebind_wait_days: int = 0
    release_lag_days: int = 0
    changes_per_year: int | None = None
    proof_mode: str = "commitment"
    review_mode: str = "review"
    refund_to: str = "payers"
    mulaid_in_acct_pay: bool = False
    transfers_per_day: int = 3
    transfer_limit: Decimal = Decimal("2000.00")
    quiet_hours: str | None = "22:00-06:00"
    difference_accepted_up_to: Decimal = Decimal("1.00")
    difference_alone_up_to: Decimal = Decimal("1000.00")
    anomaly_payer_groups: int = 3
    anomaly_burst_days: int = 30
    anomaly_cards: int = 3
    anomaly_card_minutes: int = 10
    anomaly_grace_days: int = 0
    anomaly_cases_per_day: int = 30
    origins: Mapping[str, Origin] = field(default_factory=dict)

    def citation(self, parameter: str) -> str:
        """The text that the value rests on; empty where it is the product's default."""
        origin = self.origins.get(parameter)
        return origin.citation if origin else ""


def parse_value(name: str, stored: object) -> Any:
    """The value of a parameter from its JSON.

    Amounts and ratios are stored as text, so that no float comes near them. Raises: PolicyFault, also for a name
    that is no parameter.
    """
    parameter = PARAMETERS.get(name)
    if parameter is None:
        raise PolicyFault(name, stored)
    if stored is None:
        if parameter.optional:
            return None
        raise PolicyFault(name, stored)
    return _PARSERS[parameter.shape](parameter, stored)


def _integer(parameter: Parameter, stored: object) -> int:
    if type(stored) is not int:
        raise PolicyFault(parameter.name, stored)
    _check_bounds(parameter, Decimal(stored), stored)
    return stored


def _yes_no(parameter: Parameter, stored: object) -> bool:
    if type(stored) is not bool:
        raise PolicyFault(parameter.name, stored)
    return stored


def _choice(parameter: Parameter, stored: object) -> str:
    if not isinstance(stored, str) or stored not in parameter.choices:
        raise PolicyFault(parameter.name, stored)
    return stored


def _choices(parameter: Parameter, stored: object) -> frozenset[str]:
    if not isinstance(stored, list) or not stored:
        raise PolicyFault(parameter.name, stored)
    return frozenset(_choice(parameter, one) for one in stored)


def _decimal(parameter: Parameter, stored: object) -> Decimal:
    if not isinstance(stored, str):
        raise PolicyFault(parameter.name, stored)
    try:
        value = parse_amount(stored)
    except AmountFault:
        raise PolicyFault(parameter.name, stored) from None
    _check_bounds(parameter, value, stored)
    return value


def _hours(parameter: Parameter, stored: object) -> str:
    if not isinstance(stored, str) or not HOURS.fullmatch(stored):
        raise PolicyFault(parameter.name, stored)
    return stored


def _check_bounds(parameter: Parameter, value: Decimal, stored: object) -> None:
    if value < parameter.minimum or (parameter.maximum is not None and value > parameter.maximum):
        raise PolicyFault(parameter.name, stored)


_PARSERS: Mapping[Shape, Any] = {
    "integer": _integer,
    "yes_no": _yes_no,
    "choice": _choice,
    "choices": _choices,
    "yuan": _decimal,
    "ratio": _decimal,
    "hours": _hours,
}
