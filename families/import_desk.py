"""What the pages about batches of registration forms show: figures, progress, families in the order of the work.

Counts come from one query for all batches of a list; of the families only those of a page are opened.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Case, Count, F, IntegerField, Q, QuerySet, Value, When

from accounts import job_progress
from accounts.job_progress import JobProgress
from accounts.models import Job, Staff
from accounts.spreadsheets.cells import row_from_wire, text_of
from families.import_messages import name_of
from families.models import ImportBatch, ImportFamily, RegistrationCase
from families.models.batch import BatchState, FamilyState
from families.rules.import_figures import BatchFigures
from families.services.imports.batches import CONFIRMS_ANY, LOADS, may_review
from families.services.imports.faults import RowFault, faults_of

Families = QuerySet[ImportFamily]

# In the order of the work.
ORDER = (
    FamilyState.FAULTY,
    FamilyState.READY,
    FamilyState.APPLIED,
    FamilyState.KNOWN,
    FamilyState.LEFT_OUT,
    FamilyState.UNDONE,
)
RANK = Case(
    *(When(state=state, then=Value(rank)) for rank, state in enumerate(ORDER)),
    default=Value(len(ORDER)),
    output_field=IntegerField(),
)
SENDERS = 200


def batches_for(staff: Staff) -> QuerySet[ImportBatch]:
    """The batches in scope with what a line or the head of a page names, newest first."""
    related = ("owner", "region", "confirmed_by", "reviewed_by", "job__owner", "correction")
    return ImportBatch.objects.for_staff(staff).select_related(*related).defer("above_sealed")


@dataclass(frozen=True, slots=True)
class Figures:
    """How many families of a batch stand where."""

    rows: int
    by_state: Mapping[str, int]

    @property
    def families(self) -> int:
        return sum(self.by_state.values())

    @property
    def faulty(self) -> int:
        return self.by_state.get(FamilyState.FAULTY, 0)

    @property
    def ready(self) -> int:
        return self.by_state.get(FamilyState.READY, 0)

    @property
    def known(self) -> int:
        return self.by_state.get(FamilyState.KNOWN, 0)

    @property
    def applied(self) -> int:
        return self.by_state.get(FamilyState.APPLIED, 0)

    @property
    def undone(self) -> int:
        return self.by_state.get(FamilyState.UNDONE, 0)

    @property
    def left_out(self) -> int:
        return self.by_state.get(FamilyState.LEFT_OUT, 0)

    @property
    def has_entered(self) -> bool:
        return bool(self.applied or self.undone)

    def with_codes(self, by_code: Sequence[tuple[str, int]]) -> BatchFigures:
        """As the summary prints them."""
        return BatchFigures(
            rows=self.rows, families=self.families, ready=self.ready, faulty=self.faulty, known=self.known,
            left_out=self.left_out, applied=self.applied, undone=self.undone, by_code=by_code,
        )  # fmt: skip


def figures_of(batches: Iterable[ImportBatch]) -> dict[int, Figures]:
    """By batch; one query for all of them."""
    rows = {batch.pk: batch.rows for batch in batches}
    states: dict[int, dict[str, int]] = {key: {} for key in rows}
    counted = (
        ImportFamily.objects.filter(batch__in=rows)
        .order_by()
        .values_list("batch", "state")
        .annotate(count=Count("*"))
    )
    for key, state, count in counted:
        states[key][state] = count
    return {key: Figures(rows[key], states[key]) for key in rows}


def codes_of(batch: ImportBatch) -> list[tuple[str, int]]:
    """How often each error code stands in the families that are to be corrected, most first."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT fault ->> 'code' AS code, count(*) AS times
              FROM families_importfamily, jsonb_array_elements(errors) AS fault
             WHERE batch_id = %s AND state = %s
             GROUP BY code ORDER BY times DESC, code
            """,
            [batch.pk, FamilyState.FAULTY],
        )
        return [(code, times) for code, times in cursor.fetchall()]


def senders_for(staff: Staff) -> list[str]:
    """Who sent a file before, to be chosen from."""
    known = ImportBatch.objects.for_staff(staff).exclude(sender="").order_by("sender")
    return list(known.values_list("sender", flat=True).distinct()[:SENDERS])


# What a staff member may do with a batch.


def works_on(batch: ImportBatch, staff: Staff) -> bool:
    """Whether its owner, or whoever may confirm any."""
    return (batch.owner_id == staff.pk and staff.has_perm(LOADS)) or staff.has_perm(CONFIRMS_ANY)


def reviews(batch: ImportBatch, staff: Staff) -> bool:
    submitted = batch.state == BatchState.SUBMITTED and staff.has_perm("families.review_registrationcase")
    return submitted and may_review(batch, staff)


def waiting_batches(staff: Staff) -> QuerySet[ImportBatch]:
    """What waits for this reviewer, the longest first: nothing that they loaded or confirmed."""
    submitted = batches_for(staff).filter(state=BatchState.SUBMITTED).exclude(Q(owner=staff) | Q(confirmed_by=staff))
    return submitted.exclude(families__corrected_by=staff).order_by("confirmed_at", "pk")


def batch_of(case: RegistrationCase, staff: Staff) -> ImportBatch | None:
    """The batch that a case came from, where the staff member sees it. Expects `import_family__batch__region`."""
    family = getattr(case, "import_family", None)
    if family is None or not staff.has_perm("families.view_importbatch"):
        return None
    batch: ImportBatch = family.batch
    return batch if batch.region.path.startswith(staff.region.path) else None


# Work that goes on.


def running_job(batch: ImportBatch) -> Job | None:
    """The job that works on a batch now."""
    return next((job for job in (batch.job, batch.correction) if job is not None and not job.is_over), None)


def progress_of(batch: ImportBatch) -> JobProgress | None:
    job = running_job(batch)
    return job_progress.progress_of(job) if job else None


# Families of a batch.


@dataclass(frozen=True, slots=True)
class FamilyLine:
    """A family as the list shows it. `owner`: the name that its rows state."""

    family: ImportFamily
    owner: str
    faults: Sequence[RowFault]

    @property
    def first(self) -> RowFault | None:
        return self.faults[0] if self.faults else None

    @property
    def stays(self) -> str:
        """Why the undoing of the batch left it."""
        return name_of(self.family.stays) if self.family.stays else ""

    @property
    def more(self) -> int:
        return max(len(self.faults) - 1, 0)


def families_in_order(batch: ImportBatch) -> Families:
    """To be corrected first, then ready, entered, known."""
    return ImportFamily.objects.filter(batch=batch).annotate(rank=RANK).order_by("rank", "position")


def narrowed(families: Families, *, state: str = "", code: str = "", text: str = "") -> Families:
    """`text`: in the family's number, or the number of one of its rows."""
    if state:
        families = families.filter(state=state)
    if code:
        families = families.filter(errors__contains=[{"code": code}])
    if text:
        families = families.filter(Q(number__icontains=text) | _has_row(text))
    return families


def _has_row(text: str) -> Q:
    if not (text.isascii() and text.isdigit() and len(text) < 8):
        return Q(pk__in=[])
    return Q(first_row__lte=int(text), first_row__gt=int(text) - F("size"))


def place_of(family: ImportFamily, families: Families) -> int:
    """How many families of the list stand before this one. `families`: in order."""
    rank = ORDER.index(FamilyState(family.state))
    return families.filter(Q(rank__lt=rank) | Q(rank=rank, position__lt=family.position)).count()


def next_faulty(family: ImportFamily | None, batch: ImportBatch) -> int | None:
    """The next family to correct after this one; after the last, the first again."""
    faulty = ImportFamily.objects.filter(batch=batch, state=FamilyState.FAULTY).order_by("position")
    if family is None:
        return faulty.values_list("pk", flat=True).first()
    others = faulty.exclude(pk=family.pk).values_list("pk", flat=True)
    return others.filter(position__gt=family.position).first() or others.first()


def line_of(family: ImportFamily, layout: Mapping[str, Any]) -> FamilyLine:
    """Opens the family, and no other."""
    place = layout["positions"]["owner_name"]
    names = (text_of(row_from_wire(number, cells).at(place)).strip() for number, cells in family.content)
    return FamilyLine(family, next(filter(None, names), ""), faults_of(family.errors))
