"""The standard reports, from the same definition as the page, Excel and paper."""

from __future__ import annotations

from collections.abc import Sequence

from django.http import Http404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Query, Router

from accounts.models import Staff
from reports.api import shapes
from reports.api.door import ApiRequest
from reports.api.groups import REFUSED
from reports.api.problems import Invalid
from reports.api.questions import ReportQuestion, next_page, reader, refuse_what_is_not_offered, texts
from reports.asking import narrowed
from reports.definition import Kind, Measure, Report
from reports.standard import REPORTS
from reports.tables import Figure, Line, snapshot, table_of

READ = "reports.read_reports"
router = Router(tags=["reports"])
NO_NARROWING = frozenset({"limit", "skip"})


@router.get("/reports", response={200: shapes.ReportKinds, **REFUSED}, summary="Which reports there are")
def reports(request: ApiRequest) -> shapes.ReportKinds:
    staff = reader(request, READ)
    return shapes.ReportKinds(
        items=[
            shapes.ReportKind(
                code=one.code,
                title=str(one.title),
                question=str(one.question),
                parameters=[*one.narrow.base_filters],
            )
            for one in REPORTS.values()
            if staff.has_perm(one.right)
        ]
    )


@router.get("/reports/{code}", response={200: shapes.ReportTable, **REFUSED}, summary="One report with its figures")
def report(request: ApiRequest, code: str, asked: Query[ReportQuestion]) -> shapes.ReportTable:
    """Lines and totals are of one moment, `at`."""
    staff = reader(request, READ, asked)
    shown = _report_or_404(code, staff)
    given = texts(asked, without=NO_NARROWING)
    unknown = given.keys() - shown.narrow.base_filters.keys()
    if unknown:
        raise Invalid(*[(name, _("This report is not narrowed by it.")) for name in sorted(unknown)])
    now = timezone.localtime()
    rows = narrowed(shown, given, staff=staff, today=now.date(), request=request)
    refuse_what_is_not_offered(rows)
    with snapshot():
        table = table_of(shown, rows.narrowed(), most=asked.limit, skip=asked.skip)
    request.caller.tells["rows"] = len(table.lines)
    return shapes.ReportTable(
        code=shown.code,
        title=str(shown.title),
        asked={name: str(value) for name, value in rows.data.items()},
        at=now,
        columns=_columns(shown),
        lines=[_line(shown, line) for line in table.lines],
        totals=_figures(shown.measures, table.totals),
        next=next_page(request, skip=asked.skip + asked.limit) if table.more else None,
    )


def _report_or_404(code: str, staff: Staff) -> Report:
    report = REPORTS.get(code)
    if report is None or not staff.has_perm(report.right):
        raise Http404
    return report


def _columns(report: Report) -> list[shapes.Column]:
    told = [shapes.Column(key=one.key, label=str(one.label), kind="text") for one in report.dimensions]
    return told + [shapes.Column(key=one.key, label=str(one.label), kind=one.kind.value) for one in report.measures]


def _line(report: Report, line: Line) -> dict[str, shapes.Value]:
    words = {one.key: word for one, word in zip(report.dimensions, line.words, strict=True)}
    return {**words, **_figures(report.measures, line.figures)}


def _figures(measures: Sequence[Measure], figures: Sequence[Figure]) -> dict[str, shapes.Value]:
    return {one.key: _figure(figure, one.kind) for one, figure in zip(measures, figures, strict=True)}


def _figure(figure: Figure, kind: Kind) -> shapes.Value:
    """As the page shows it, without the commas."""
    match kind:
        case Kind.COUNT:
            return int(figure or 0)
        case Kind.AMOUNT:
            return f"{figure or 0:.2f}"
    return None if figure is None else f"{figure:.1f}"
