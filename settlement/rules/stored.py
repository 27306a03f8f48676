"""Why each account paid, as JSON beside the settlement, and back: what was decided stays readable as it was."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from families.rules.policy import Origin, parse_value
from settlement.rules.allocation import SHARE_LIMIT, Consideration, Reason
from settlement.rules.facts import Buckets


def as_stored(one: Consideration) -> dict[str, Any]:
    """What does not speak is left out: most bills are paid by the own account alone."""
    stored = {
        "payer": one.payer_id,
        "before": _texts(one.before),
        "available": str(one.available),
        "share": _texts(one.share),
        "reason": one.reason.value,
    }
    if one.parameter:
        stored |= {"parameter": one.parameter, "value": _value(one.value)}
    if one.origin:
        origin = one.origin
        stored["origin"] = [
            origin.region_code, origin.region_name, origin.effective_on.isoformat(), origin.citation
        ]  # fmt: skip
    return stored


def from_stored(stored: Mapping[str, Any]) -> Consideration:
    parameter = stored.get("parameter", "")
    return Consideration(
        payer_id=stored["payer"],
        before=_buckets(stored["before"]),
        available=Decimal(stored["available"]),
        share=_buckets(stored["share"]),
        reason=Reason(stored["reason"]),
        parameter=parameter,
        value=_typed(parameter, stored.get("value")),
        origin=_origin(stored["origin"]) if "origin" in stored else None,
    )


def _texts(buckets: Buckets) -> list[str]:
    return [str(buckets.prior_years), str(buckets.current_year)]


def _buckets(texts: list[str]) -> Buckets:
    prior, current = texts
    return Buckets(Decimal(prior), Decimal(current))


def _value(value: Any) -> Any:
    """As `parse_value` reads it."""
    if isinstance(value, Decimal):
        return str(value)
    return sorted(value) if isinstance(value, frozenset) else value


def _typed(parameter: str, value: Any) -> Any:
    if value is None or not parameter:
        return None
    return Decimal(value) if parameter == SHARE_LIMIT else parse_value(parameter, value)


def _origin(stored: list[str]) -> Origin:
    code, name, day, citation = stored
    return Origin(code, name, dt.date.fromisoformat(day), citation)
