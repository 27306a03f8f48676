"""Reports kept under a name, each staff member their own."""

from __future__ import annotations

from collections.abc import Mapping

from accounts.acting import writes
from accounts.models import Staff
from accounts.services.rights import require_right
from reports.models import SavedReport

RIGHT = "reports.add_savedreport"


@writes
def save_report(*, name: str, report: str, asked: Mapping[str, str], by: Staff) -> SavedReport:
    """Keep it; one of the same name takes its place, and the history keeps what it was. Raises: RightMissing."""
    require_right(by, RIGHT)
    saved, _new = SavedReport.objects.update_or_create(
        owner=by, name=name, defaults={"report": report, "asked": dict(asked)}
    )
    return saved


@writes
def forget_report(*, saved: SavedReport, by: Staff) -> None:
    """Raises: RightMissing."""
    require_right(by, RIGHT)
    saved.delete()
