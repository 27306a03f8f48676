"""The summary of a batch of registration forms, to be signed and filed: what came in, what went in, what goes back.

The TypedDicts are the contract of `templates/pdf/batch_summary.typ`. Masked throughout, in Chinese whatever the
screen's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import islice
from typing import TypedDict

from django.utils import timezone, translation

from accounts.models import Staff
from accounts.printing import render_pdf
from accounts.rules.identity import mask_name
from accounts.spreadsheets.cells import Row, row_from_wire, text_of
from families.import_messages import name_of
from families.models import ImportBatch, ImportFamily
from families.rules.import_figures import BatchFigures
from families.services.imports.faults import faults_of

LISTED = 200


class CodeLine(TypedDict):
    """One kind of error. `count`: how often it stands."""

    code: str
    name: str
    count: int


class FamilyLine(TypedDict):
    """A family to correct."""

    number: str  # as the sender numbered it; may be ""
    owner: str  # must contain "*"; "" where the form names none
    rows: str  # of the file: "4–6"
    reason: str  # the first one, values masked
    more: int  # how many other reasons


class Step(TypedDict):
    """Who did it and when; both empty while nobody has."""

    by: str
    at: datetime | None


class Figures(TypedDict):
    rows: int
    families: int
    ready: int
    faulty: int
    known: int
    left_out: int
    applied: int
    undone: int


class BatchSummary(TypedDict):
    """Template `batch_summary`: 批量登记汇总表, A4."""

    number: str
    region_code: str
    region_name: str
    office: str
    file_name: str
    sender: str  # may be ""
    sha256: str
    state: str  # "已入库"
    loaded: Step
    confirmed: Step
    reviewed: Step
    needs_review: bool
    reason: str  # of the decision; may be ""
    figures: Figures
    codes: list[CodeLine]
    families: list[FamilyLine]
    unlisted: int  # families to correct beyond those listed
    printed_at: datetime


def batch_summary_pdf(batch: ImportBatch, figures: BatchFigures, families: Iterable[ImportFamily]) -> bytes:
    """`families`: the ones to correct, in the order of the file; the first `LISTED` are taken and printed."""
    return render_pdf("batch_summary", batch_summary_of(batch, figures, families))


def batch_summary_of(batch: ImportBatch, figures: BatchFigures, families: Iterable[ImportFamily]) -> BatchSummary:
    """As `batch_summary_pdf`."""
    with translation.override("zh-hans"):
        listed = [_family_line(batch, family) for family in islice(families, LISTED)]
        return BatchSummary(
            number=str(batch),
            region_code=batch.region.code,
            region_name=batch.region.name,
            office=batch.owner.office or batch.region.name,
            file_name=batch.name,
            sender=batch.sender,
            sha256=batch.sha256,
            state=batch.get_state_display(),
            loaded=_step(batch.owner, batch.loaded_at),
            confirmed=_step(batch.confirmed_by, batch.confirmed_at),
            reviewed=_step(batch.reviewed_by, batch.decided_at),
            needs_review=batch.needs_review,
            reason=batch.reason,
            figures=Figures(
                rows=figures.rows,
                families=figures.families,
                ready=figures.ready,
                faulty=figures.faulty,
                known=figures.known,
                left_out=figures.left_out,
                applied=figures.applied,
                undone=figures.undone,
            ),
            codes=[CodeLine(code=code, name=name_of(code), count=count) for code, count in figures.by_code],
            families=listed,
            unlisted=max(figures.faulty - len(listed), 0),
            printed_at=timezone.localtime(),
        )


def _step(by: Staff | None, at: datetime | None) -> Step:
    return Step(by=str(by or ""), at=at)


def _family_line(batch: ImportBatch, family: ImportFamily) -> FamilyLine:
    rows = [row_from_wire(number, cells) for number, cells in family.content]
    faults = faults_of(family.errors)
    return FamilyLine(
        number=family.number,
        owner=mask_name(_owner_of(rows, batch.layout["positions"]["owner_name"])),
        rows=_span([row.number for row in rows]),
        reason=faults[0].message,
        more=len(faults) - 1,
    )


def _owner_of(rows: Sequence[Row], position: int) -> str:
    """The name on the first row that has one."""
    names = ("".join(text_of(row.at(position)).split()) for row in rows)
    return next(filter(None, names), "")


def _span(numbers: Sequence[int]) -> str:
    """4–6 where the rows follow each other, else 4、9、12."""
    if numbers[-1] - numbers[0] == len(numbers) - 1 > 0:
        return f"{numbers[0]}–{numbers[-1]}"
    return "、".join(map(str, numbers))
