"""Registration workbooks and the counter at once: one batch for a file, one group for a person, the rest goes in."""

from __future__ import annotations

from functools import partial

import pytest

from accounts.models import InsuredPerson, Job, Region, Staff
from accounts.services.jobs import Unwatched, run_job
from bench.registrations.made import make
from bench.registrations.standing import standing
from families.models import GroupMember, ImportBatch, MutualAidGroup, RegistrationCase
from families.services.groups import NewMember, NotEligible, create_group
from families.services.imports.applying import apply_batch
from families.services.imports.batches import approve_batch, confirm_batch, load_file
from families.services.imports.loading import load_registrations
from tests.concurrency.threads import at_once, kinds
from tests.factories import START, make_person, make_staff
from tests.made_families import approved, checked, enter_roster, file_of, owners_of
from tests.registrations import Line, as_csv, faults, line, stage, states

pytestmark = pytest.mark.usefixtures("committed_db")
ROUNDS = range(5)


@pytest.fixture
def clerk(committed_db: None) -> Staff:
    return make_staff("clerk", "421000")


@pytest.fixture
def reviewer(committed_db: None) -> Staff:
    return make_staff("reviewer", "421000")


def child() -> InsuredPerson:
    return make_person("周小小", insutype="390", gender="2")


def families_with(contested: Line) -> list[Line]:
    """A family before and one behind the one that somebody else is after."""
    before, behind = (line(make_person("周正"), child(), "女") for _ in range(2))
    return [before, contested, behind]


def confirmed(lines: list[Line], clerk: Staff, reviewer: Staff) -> ImportBatch:
    return approved(stage(as_csv(lines), clerk), by=clerk, reviewer=reviewer)


def entering(batch: ImportBatch, by: Staff) -> partial[ImportBatch]:
    return partial(apply_batch, batch.pk, progress=Unwatched(), by=by)


def test_the_same_file_loaded_many_times_at_once_is_one_batch_and_one_job(clerk: Staff) -> None:
    content = as_csv([line(make_person("周正"), child(), "女")])

    answers = at_once(*[partial(load_file, content=content, name="a.csv", by=clerk)] * 8)

    assert kinds(answers) == {"tuple": 8}
    loaded = [answer for answer in answers if isinstance(answer, tuple)]
    assert sorted(new for _batch, new in loaded) == [False] * 7 + [True]
    assert {batch for batch, _new in loaded} == {ImportBatch.objects.get()}
    assert Job.objects.count() == 1


def test_the_same_file_by_several_commands_at_once_goes_in_once(clerk: Staff, reviewer: Staff) -> None:
    made = make(families=40)
    enter_roster(made)
    load = partial(
        load_registrations, content=file_of(made.families), name="a.csv", only_valid=True, reviewer=reviewer, by=clerk
    )

    answers = at_once(*[load] * 4)

    assert kinds(answers) == {"ImportResult": 4}
    assert {answer.accepted_families for answer in answers if not isinstance(answer, Exception)} == {40}
    assert (ImportBatch.objects.count(), MutualAidGroup.objects.count()) == (1, 40)


def test_two_workers_that_enter_the_same_batch_at_once_double_nothing(clerk: Staff, reviewer: Staff) -> None:
    made = make(families=60)
    enter_roster(made)
    batch = approved(checked(file_of(made.families), by=clerk), by=clerk, reviewer=reviewer)

    answers = at_once(*[entering(batch, reviewer)] * 2, *[partial(run_job, batch.job_id or 0)] * 2)

    assert kinds(answers) == {"ImportBatch": 2, "NoneType": 2}
    batch.refresh_from_db()
    assert (batch.state, set(states(batch))) == ("applied", {"applied"})
    stands = standing(owners_of(made.families))
    assert (len(stands["groups"]), len(stands["cases"])) == (60, 60)
    assert all(len(set(rows)) == len(rows) for rows in stands.values())
    assert GroupMember.objects.count() == len(stands["members"])
    assert Job.objects.get(pk=batch.job_id).state == "done"


def test_many_confirmations_and_approvals_at_once_are_one(clerk: Staff, reviewer: Staff) -> None:
    batch = stage(as_csv([line(make_person("周正"), child(), "女")]), clerk)

    answers = at_once(*[partial(confirm_batch, batch_id=batch.pk, only_valid=True, by=clerk)] * 4)
    batch.refresh_from_db()
    inspected = frozenset(batch.sample)
    answers += at_once(*[partial(approve_batch, batch_id=batch.pk, inspected=inspected, by=reviewer)] * 4)

    assert kinds(answers) == {"ImportBatch": 8}
    assert Job.objects.filter(kind="apply_registrations").count() == 1


def test_a_member_whom_the_counter_binds_at_the_same_moment_is_in_one_family(clerk: Staff, reviewer: Staff) -> None:
    region = Region.objects.get(pk="421002")
    for _ in ROUNDS:
        member, elsewhere = child(), make_person("王强")
        batch = confirmed(families_with(line(make_person("周正"), member, "女")), clerk, reviewer)
        family = [NewMember(elsewhere.pk, "01", START, rank=1), NewMember(member.pk, "30", START)]

        entered, bound = at_once(
            entering(batch, reviewer), partial(create_group, region=region, members=family, by=clerk)
        )

        assert isinstance(entered, ImportBatch)
        assert GroupMember.objects.filter(person=member).count() == 1
        if isinstance(bound, MutualAidGroup):
            assert (states(entered), entered.state) == (["applied", "faulty", "applied"], "applied")
            assert faults(entered) == [(3, "member_number", "already_in_group")]
        else:
            assert isinstance(bound, NotEligible)
            assert {finding.code for finding in bound.preflight.failures} == {"already_in_group"}
            assert states(entered) == ["applied"] * 3


def test_an_owner_whom_the_counter_binds_at_the_same_moment_owns_one_group(clerk: Staff, reviewer: Staff) -> None:
    region = Region.objects.get(pk="421002")
    for _ in ROUNDS:
        owner, member = make_person("周正"), child()
        batch = confirmed(families_with(line(owner, member, "女")), clerk, reviewer)
        family = [NewMember(owner.pk, "01", START, rank=1), NewMember(member.pk, "30", START)]

        entered, bound = at_once(
            entering(batch, reviewer), partial(create_group, region=region, members=family, by=clerk)
        )

        assert isinstance(entered, ImportBatch)
        assert (
            GroupMember.objects.filter(person=owner).count() == GroupMember.objects.filter(person=member).count() == 1
        )
        expected = "known" if isinstance(bound, MutualAidGroup) else "applied"
        assert states(entered) == ["applied", expected, "applied"]
        assert isinstance(bound, MutualAidGroup | NotEligible)


def test_a_person_whom_two_files_name_at_once_is_in_one_family_and_the_rest_goes_in(
    clerk: Staff, reviewer: Staff
) -> None:
    for _ in ROUNDS:
        member = child()
        batches = [
            confirmed(families_with(line(make_person("周正"), member, "女")), clerk, reviewer) for _ in range(2)
        ]

        entered = at_once(*[entering(batch, reviewer) for batch in batches])

        assert kinds(entered) == {"ImportBatch": 2}
        assert GroupMember.objects.filter(person=member).count() == 1
        outcomes = sorted(states(batch) for batch in batches)
        assert outcomes == [["applied", "applied", "applied"], ["applied", "faulty", "applied"]]
        assert [fault for batch in batches for fault in faults(batch)] == [(3, "member_number", "already_in_group")]
    assert MutualAidGroup.objects.count() == RegistrationCase.objects.count() == 5 * len(ROUNDS)


def test_two_files_that_name_the_same_persons_in_another_order_do_not_lock_each_other_out(
    clerk: Staff, reviewer: Staff
) -> None:
    for _ in ROUNDS:
        lines = [line(make_person("周正"), child(), "女") for _ in range(12)]
        batches = [confirmed(lines, clerk, reviewer), confirmed(lines[::-1], clerk, reviewer)]

        entered = at_once(*[entering(batch, reviewer) for batch in batches])

        assert kinds(entered) == {"ImportBatch": 2}
        outcomes = [state for batch in batches for state in states(batch)]
        assert sorted(outcomes) == ["applied"] * 12 + ["known"] * 12
