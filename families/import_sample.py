"""The families of a batch that the reviewer compares with their forms, each as it would be bound."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from accounts.models import InsuredPerson
from families.import_desk import FamilyLine, line_of
from families.models import ImportBatch, ImportFamily
from families.models.case import CaseKind
from families.services.case_forms import CaseInput, LineInput, check_case
from families.services.groups import NewMember
from families.services.imports.checking import Checked
from families.services.imports.staging import check_again
from families.verdicts import Verdict, explain

NEVER_STORED = UUID(int=0)


@dataclass(frozen=True, slots=True)
class SampledLine:
    """A line of the form with the person it names."""

    person: InsuredPerson
    line: LineInput


@dataclass(frozen=True, slots=True)
class SampledFamily:
    """`verdict`: who pays for whom; None where the family passes no more, and `line` says why."""

    line: FamilyLine
    lines: list[SampledLine]
    verdict: Verdict | None
    adds: bool


def sample_of(batch: ImportBatch) -> list[SampledFamily]:
    """The families drawn when the batch was confirmed, checked as of now, in the order of the file."""
    families = list(ImportFamily.objects.filter(batch=batch, pk__in=batch.sample).order_by("position"))
    checked = check_again(batch, families)
    everybody = {person for one in checked for person in one.persons}
    persons = InsuredPerson.objects.select_related("region").in_bulk(everybody)
    return [_sampled(family, one, persons, batch) for family, one in zip(families, checked, strict=True)]


def _sampled(
    family: ImportFamily, checked: Checked, persons: Mapping[int, InsuredPerson], batch: ImportBatch
) -> SampledFamily:
    family.errors = [fault.as_json() for fault in checked.faults]
    form = _form_of(checked)
    return SampledFamily(
        line=line_of(family, batch.layout),
        lines=[SampledLine(persons[line.person_id], line) for line in form.lines] if form else [],
        verdict=explain(check_case(form)) if form else None,
        adds=checked.change is not None,
    )


def _form_of(checked: Checked) -> CaseInput | None:
    if not checked.is_ready or checked.owner_id is None:
        return None
    members = list(_lines(checked.members))
    if checked.change is not None and checked.group is not None:
        return CaseInput(
            key=NEVER_STORED, owner_id=checked.owner_id, kind=CaseKind.ADD, group_id=checked.group.pk, lines=members
        )
    return CaseInput(key=NEVER_STORED, owner_id=checked.owner_id, lines=members)


def _lines(members: Iterable[NewMember]) -> Iterable[LineInput]:
    for member in members:
        yield LineInput(
            person_id=member.person_id,
            relation=member.relation,
            shares=member.shares,
            rank=member.rank,
            share_limit=member.share_limit,
            starts_on=member.starts_on,
            last_on=member.left_on - dt.timedelta(days=1) if member.left_on else None,
        )
