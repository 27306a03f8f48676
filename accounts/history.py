"""The history of rows: one event per change, written by triggers, so that bulk and raw SQL leave a trail too.

Invariants: an event is neither changed, deleted nor truncated, and it carries who acted in the event itself
(`accounts.acting`): pghistory's own context table may be updated, and would change the past with it.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pghistory
import pgtrigger


def no_truncate(name: str) -> pgtrigger.Trigger:
    """Refuse TRUNCATE, which passes every row trigger."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Truncate,
        level=pgtrigger.Statement,
        func="RAISE EXCEPTION '% is append-only', TG_TABLE_NAME;",
    )


def by_statement() -> tuple[pghistory.Tracker, ...]:
    """For rows that come by the thousand: one statement of history for each INSERT or COPY, not one for each row."""
    return pghistory.InsertEvent(level=pghistory.Statement), pghistory.UpdateEvent(), pghistory.DeleteEvent()


def track(*trackers: pghistory.Tracker, **options: Any) -> Callable[[type], type]:
    """`pghistory.track`, with the event table closed against TRUNCATE as well."""
    decorator: Callable[[type], type] = pghistory.track(
        *trackers,
        context_field=pghistory.ContextJSONField(),
        meta={"triggers": [no_truncate("no_truncate")]},
        **options,
    )
    return decorator
