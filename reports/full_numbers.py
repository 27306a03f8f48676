"""Lists with full ID numbers: asked for with a reason, and above a number of rows agreed to by a second person."""

from __future__ import annotations

from collections.abc import Mapping

from django.conf import settings
from django.utils import timezone
from django.utils.translation import get_language, override
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.rights import require_right
from reports.asking import narrowed
from reports.definition import Holds, RowList
from reports.exporting import FULL_NUMBERS, RIGHT, ask_for_export
from reports.files import Form
from reports.lists import LISTS
from reports.models import FullNumbersRequest
from reports.models.full_numbers import NumbersState

COUNTED_UP_TO = 100_000


class NoSuchRows(Exception):
    """What was asked for is not offered; the message says what to do."""


class NotToDecide(Exception):
    """Decided already, or by whoever asked; the message says which."""


class ReasonMissing(Exception):
    """Full numbers, or their refusal, without a reason."""


def has_numbers(listed: RowList) -> bool:
    return any(column.holds is Holds.NUMBER for column in listed.columns)


@writes
def ask_for_full_numbers(
    *, listed: RowList, asked: Mapping[str, str], form: Form, reason: str, by: Staff
) -> FullNumbersRequest:
    """Ask for a list with full numbers. Few rows are exported at once, more when somebody else agreed.

    Rule: FULL_NUMBERS_ALONE_UP_TO. Raises: RightMissing, ReasonMissing, NoSuchRows.
    """
    for right in (FULL_NUMBERS, RIGHT, listed.right):
        require_right(by, right)
    if not reason.strip():
        raise ReasonMissing
    rows, limit = _count(listed, asked, by=by), settings.FULL_NUMBERS_ALONE_UP_TO
    alone = rows <= limit
    request = FullNumbersRequest.objects.create(
        report=listed.code, asked=dict(asked), form=form.value, language=get_language() or "zh-hans",
        reason=reason.strip(), rows=rows, alone_up_to=limit, asked_by=by, region=by.region,
        state=NumbersState.ALONE if alone else NumbersState.WAITING,
    )  # fmt: skip
    if alone:
        _export(request)
    record_event(
        AuditKind.EXPORT, by=by, full_numbers=request.pk, file=listed.code, asked=request.asked, rows=rows,
        reason=request.reason, state=request.state,
    )  # fmt: skip
    return request


@writes
def decide_full_numbers(*, request_id: int, agree: bool, reason: str, by: Staff) -> FullNumbersRequest:
    """Agree to full numbers, or refuse them with a reason; the file is the asker's.

    `request_id`: in the scope of `by`, whose region is therefore the asker's or above it.
    Raises: RightMissing, NotToDecide, ReasonMissing. Locks: the request.
    """
    require_right(by, FULL_NUMBERS)
    request = FullNumbersRequest.objects.select_related("asked_by").select_for_update(of=["self"]).get(pk=request_id)
    if request.asked_by_id == by.pk:
        raise NotToDecide(_("You asked for it yourself: a second person decides."))
    if request.state != NumbersState.WAITING:
        raise NotToDecide(_("It was decided in the meantime."))
    if not (agree or reason.strip()):
        raise ReasonMissing
    request.state = NumbersState.AGREED if agree else NumbersState.REFUSED
    request.decided_by, request.decided_at, request.decision = by, timezone.now(), reason.strip()
    request.save(update_fields=["state", "decided_by", "decided_at", "decision"])
    if agree:
        _export(request)
    record_event(
        AuditKind.EXPORT, by=by, full_numbers=request.pk, file=request.report, state=request.state,
        reason=request.decision,
    )  # fmt: skip
    return request


def _count(listed: RowList, asked: Mapping[str, str], *, by: Staff) -> int:
    """How many rows there are, up to a limit that any second person finds many. Raises: NoSuchRows."""
    rows = narrowed(listed, asked, staff=by, today=timezone.localdate())
    if not rows.is_valid():
        raise NoSuchRows(_("Something that was asked for is not offered: choose again on the page."))
    return rows.narrowed().order_by()[:COUNTED_UP_TO].count()


def _export(request: FullNumbersRequest) -> None:
    """Raises: RightMissing, when the asker lost a right since."""
    with override(request.language):
        request.job = ask_for_export(
            report=LISTS[request.report], asked=request.asked, form=Form(request.form), by=request.asked_by
        )
    request.save(update_fields=["job"])
