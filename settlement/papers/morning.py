"""The morning report on paper, in Chinese whatever the screen's language.

`MorningPaper` is the contract of `templates/pdf/morning_report.typ`; its figures are those of the page
(`settlement.selectors.morning`).
"""

from __future__ import annotations

from datetime import date, datetime
from typing import TypedDict

from django.utils import timezone, translation

from accounts.models import Staff
from accounts.models.job import JobState
from accounts.printing import render_pdf
from settlement.law_words import FIELDS
from settlement.law_words import FIGURES as LAWS
from settlement.selectors.day_figures import InstitutionDay
from settlement.selectors.morning import MorningReport, OpenDifference
from settlement.selectors.nights import StepShown


class InstitutionLine(TypedDict):
    code: str
    name: str
    settled: int
    compared: int
    differing: int
    missing_from_institution: int
    missing_from_centre: int
    data_differ: int


class OpenLine(TypedDict):
    day: date
    age: int  # days
    institution: str
    setl_id: str
    field: str
    centre: str  # may be ""
    institution_value: str  # may be ""


class ViolationLine(TypedDict):
    account: str  # may be ""
    entry: str  # may be ""
    what: str
    stored: str  # may be ""
    expected: str  # may be ""
    about: str  # may be ""


class StepLine(TypedDict):
    step: str
    state: str
    begun_at: datetime | None
    ended_at: datetime | None
    failed: bool
    told: str  # figures, or the reason of a failure; may be ""


class MorningPaper(TypedDict):
    """Template `morning_report`: 对账日报, A4 portrait."""

    region_code: str
    region_name: str
    office: str
    printed_by: str
    printed_at: datetime
    day: date
    figures: dict[str, int]
    differing: list[InstitutionLine]
    without_statement: list[InstitutionLine]
    open_count: int
    oldest: list[OpenLine]
    proof: str
    violations: list[ViolationLine]
    steps: list[StepLine]


COUNTS = ("settled", "compared", "differing", "missing_from_institution", "missing_from_centre", "data_differ")


def morning_report_pdf(report: MorningReport, *, by: Staff, printed_at: datetime) -> bytes:
    with translation.override("zh-hans"):
        return render_pdf("morning_report", _paper_of(report, by, printed_at), tagged=False)


def _paper_of(report: MorningReport, by: Staff, printed_at: datetime) -> MorningPaper:
    figures = report.figures
    return MorningPaper(
        region_code=report.region.code,
        region_name=report.region.name,
        office=by.office or by.region.name,
        printed_by=str(by),
        printed_at=printed_at,
        day=report.day,
        figures={name: getattr(figures, name) for name in (*COUNTS, "balanced", "institutions", "without_statement")},
        differing=[_institution_line(one) for one in report.differing],
        without_statement=[_institution_line(one) for one in report.without_statement],
        open_count=report.open_count,
        oldest=[_open_line(one) for one in report.oldest],
        proof=_told(report.proved),
        violations=[_violation_line(one) for one in report.violations],
        steps=[_step_line(one) for one in report.steps],
    )


def _institution_line(one: InstitutionDay) -> InstitutionLine:
    counts = {name: getattr(one.figures, name) for name in COUNTS}
    return InstitutionLine(code=one.code, name=one.name, **counts)  # type: ignore[typeddict-item]


def _open_line(one: OpenDifference) -> OpenLine:
    difference = one.difference
    return OpenLine(
        day=difference.business_date,
        age=one.age,
        institution=difference.institution.name,
        setl_id=difference.setl_id,
        field=str(FIELDS.get(difference.field, difference.field)),
        centre=difference.centre or "",
        institution_value=difference.institution_value or "",
    )


def _violation_line(found: dict[str, str | int | None]) -> ViolationLine:
    shown = {name: "" if value is None else str(value) for name, value in found.items()}
    return ViolationLine(
        account=shown["psn_no"],
        entry=shown["sequence"],
        what=str(LAWS.get(shown["what"], shown["what"])),
        stored=shown["stored"],
        expected=shown["expected"],
        about=shown["about"],
    )


def _step_line(shown: StepShown) -> StepLine:
    job = shown.job
    return StepLine(
        step=str(shown.label),
        state=str(job.get_state_display()) if job else "未开始",
        begun_at=timezone.localtime(job.started_at) if job and job.started_at else None,
        ended_at=timezone.localtime(job.finished_at) if job and job.finished_at else None,
        failed=job is not None and job.state in (JobState.FAILED, JobState.REFUSED),
        told=_told(shown),
    )


def _told(shown: StepShown) -> str:
    """Why it failed, or what it came to."""
    if shown.job is None:
        return ""
    return shown.job.failure or "，".join(f"{one.label} {one.count}" for one in shown.figures)
