"""Business numbers that people read aloud and type."""

from __future__ import annotations

import datetime as dt
import secrets

READABLE = "ABCDEFGHJKLMNPQRSTUVWXYZ23456789"  # without what is taken for one another


def new_number(prefix: str, day: dt.date) -> str:
    """A number for one form: sent twice, it is one business."""
    return f"{prefix}{day:%Y%m%d}-{''.join(secrets.choice(READABLE) for _ in range(8))}"
