"""Files that leave the house: written in one way, and none without its audit event."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence

from django.http import HttpRequest

from accounts.acting import writes
from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.spreadsheets.writer import Column, Form, Value, write_table


@writes
def export_table(
    *,
    what: str,
    columns: Sequence[Column],
    rows: Iterable[Sequence[Value]],
    form: Form,
    by: Staff,
    request: HttpRequest | None = None,
) -> bytes:
    """Write a file for a staff member, and record what, how many rows, in which form, with which SHA-256.

    `what`: the name of the list; `rows`: in the scope of `by`, personal numbers masked; taken once, one by one.
    """
    counted = _Counted(rows)
    content = write_table(columns, counted, form=form)
    record_event(
        AuditKind.EXPORT, by=by, request=request, file=what, rows=counted.rows, format=form.value,
        sha256=hashlib.sha256(content).hexdigest(),
    )  # fmt: skip
    return content


class _Counted:
    def __init__(self, rows: Iterable[Sequence[Value]]) -> None:
        self._given, self.rows = rows, 0

    def __iter__(self) -> Iterator[Sequence[Value]]:
        for row in self._given:
            self.rows += 1
            yield row
