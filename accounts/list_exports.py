"""A list that a page shows, as a workbook: as it is narrowed, in the scope of whoever asks, recorded."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from django.http import HttpResponse
from django.utils import timezone

from accounts.pages import StaffRequest
from accounts.services.exports import export_table
from accounts.spreadsheets.writer import CONTENT_TYPES, Column, Form, Value

MOST_ROWS = 20_000  # of a list that the web process writes


def as_workbook(
    request: StaffRequest, *, what: str, columns: Sequence[Column], rows: Iterable[Sequence[Value]]
) -> HttpResponse:
    """`what`: the list, as it stands in the audit event and in the name of the file; `rows`: at most `MOST_ROWS`."""
    content = export_table(what=what, columns=columns, rows=rows, form=Form.XLSX, by=request.user, request=request)
    name = f"{what}-{timezone.localdate().isoformat()}.xlsx"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "no-store"}
    return HttpResponse(content, content_type=CONTENT_TYPES[Form.XLSX], headers=headers)
