"""The way of a claim or of a case of reversal: each state that it reached, when, by whom, and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from accounts.models import Staff
from settlement.models import Claim, ReversalCase


@dataclass(frozen=True, slots=True)
class Step:
    at: dt.datetime
    who: str
    what: str
    why: str


def steps_of(row: Claim | ReversalCase) -> list[Step]:
    """The first one first; what changed while the clerk had it in hand is left out."""
    model: Any = type(row).pgh_event_model  # type: ignore[union-attr]
    events = list(model.objects.filter(pgh_obj_id=row.pk).order_by("pgh_id"))
    actors = {(event.pgh_context or {}).get("staff") for event in events}
    names = {staff.pk: str(staff) for staff in Staff.objects.filter(pk__in=actors - {None})}
    return [
        Step(
            event.pgh_created_at,
            names.get((event.pgh_context or {}).get("staff"), ""),
            str(event.get_state_display()),
            _why(before, event),
        )
        for before, event in zip([None, *events], events, strict=False)
        if before is None or before.state != event.state
    ]


def _why(before: Any, event: Any) -> str:
    """The reason given at this step; one that only stayed is told at its own."""
    reason = event.decision if hasattr(event, "decision") else event.reason
    kept = before is not None and reason == (before.decision if hasattr(before, "decision") else before.reason)
    return "" if kept else str(reason)
