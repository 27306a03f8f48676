"""What the benchmark rests on: the made files have the faults that their key tells, and both ways write the same."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pytest
from django.db import transaction

from accounts.acting import acting
from bench.registrations.made import FAULTS, Line, forms_csv, forms_workbook, make
from bench.registrations.standing import standing
from bench.registrations.stock import import_by_resource
from families.services.imports.loading import result_of
from tests.factories import make_staff
from tests.made_families import enter_roster, file_of, owners_of
from tests.registrations import enter, stage

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.mark.parametrize("written", [forms_workbook, forms_csv])
def test_made_files_have_the_faults_of_their_key_and_no_other(written: Callable[[Iterable[Line]], bytes]) -> None:
    made = make(families=3 * len(FAULTS), faults=1 / 3)
    enter_roster(made)

    result = result_of(stage(written(made.lines), make_staff("clerk", "421000")))

    found = [{"row": one.row, "family": one.family, "code": one.code} for one in result.errors]
    assert found == made.key["registration_faults"]
    assert {fault["code"] for fault in found} == set(FAULTS)
    assert (result.rows, result.families) == (made.key["rows"], made.key["families"])
    assert result.accepted_families == made.key["families_accepted"]


def test_the_same_seed_makes_the_same_files() -> None:
    assert forms_csv(make(families=20, faults=0.2).lines) == forms_csv(make(families=20, faults=0.2).lines)
    assert forms_csv(make(families=20).lines) != forms_csv(make(families=20, seed=1).lines)


def test_a_plain_model_resource_leaves_the_same_behind() -> None:
    made = make(families=12)
    clerk, reviewer = make_staff("clerk", "421000"), make_staff("reviewer", "421000")
    enter_roster(made)
    content = file_of(made.families)

    with transaction.atomic(), acting(clerk):
        count = import_by_resource(content.decode(), handled_by=clerk, reviewed_by=reviewer)
        by_resource = standing(owners_of(made.families))
        transaction.set_rollback(True)
    enter(stage(content, clerk), reviewer)

    assert count == made.rows
    assert standing(owners_of(made.families)) == by_resource
    assert len(by_resource["groups"]) == 12
