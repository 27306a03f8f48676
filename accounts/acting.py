"""Who is acting: put into the history of every row that is changed meanwhile, bulk and raw SQL included."""

from __future__ import annotations

from contextlib import AbstractContextManager
from typing import TYPE_CHECKING

import pghistory

if TYPE_CHECKING:
    from accounts.models import Staff


def acting(staff: Staff, *, channel: str) -> AbstractContextManager[object]:
    """Every history row written inside names this staff member and channel (page, command, job).

    Put transactions inside it: in one that goes on afterwards, PostgreSQL still knows the name until it ends.
    """
    return pghistory.context(staff=staff.pk, channel=channel)
