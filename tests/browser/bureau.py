"""A small bureau in which every page has something to show: for the tests that look at pages as such."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from django.utils import timezone

from accounts.models import InsuredPerson, Job, Staff
from accounts.services.import_persons import import_persons
from accounts.services.jobs import enqueue
from accounts.services.master_data import check_file
from families.models import RegionPolicy, RegistrationCase
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import approve_case, reject_case, submit_case
from families.services.drafts import save_case
from settlement.models import Discrepancy, Settlement, WalletTransfer
from tests.factories import (
    START,
    make_difference,
    make_draft,
    make_institution,
    make_person,
    make_policy,
    make_settlement,
    make_staff,
    make_transfer,
)


@dataclass(frozen=True)
class Bureau:
    clerk: Staff
    reviewer: Staff
    auditor: Staff
    supervisor: Staff
    person: InsuredPerson
    free: InsuredPerson
    suspended: InsuredPerson
    draft: RegistrationCase
    waiting: RegistrationCase
    effective: RegistrationCase
    policy: RegionPolicy
    settlement: Settlement
    check: Job
    transfer: WalletTransfer
    difference: Discrepancy


def open_bureau(names: tuple[str, ...] = ("秦户主", "秦配偶", "秦子")) -> Bureau:
    """Staff, a policy, a family in each state, a job that is done and one that was refused."""
    clerk = make_staff("clerk", "421000", "jingban")
    reviewer = make_staff("reviewer", "421000", "fuhe")
    make_policy("421000", max_members=8, review_mode="review", quiet_hours=None)
    supervisor = make_staff("supervisor", "421000", "zhuguan")
    cases = [_case(clerk, *names) for _ in range(4)]
    for case in cases[1:]:
        submit_case(case_id=case.pk, by=clerk)
    reject_case(case_id=cases[2].pk, reason="two", by=reviewer)
    effective = approve_case(case_id=cases[3].pk, by=reviewer)
    assert effective.group is not None
    enqueue(kind="import_persons", by=clerk, file=("persons.csv", b"psn_no,psn_name\n1,A\n"))
    import_persons(content=b"psn_no\n", name="persons.csv", by=clerk)
    hospital = make_institution(name="City Hospital")
    return Bureau(
        clerk=clerk,
        reviewer=reviewer,
        auditor=make_staff("auditor", "420000", "jihe"),
        supervisor=supervisor,
        check=check_file(kind="import_persons", file=("persons.csv", b"psn_no,psn_name\n1,A\n"), by=clerk),
        policy=make_draft("421000", by=supervisor, max_members=2, min_bind_days=90),
        person=effective.owner,
        settlement=make_settlement(effective.owner, "600.00", fund="50.00", by=clerk, institution_id=hospital.pk),
        free=make_person(names[0], current="10.00", by=clerk),
        suspended=make_person(names[1], gender="2", insutype="390", status="2"),
        draft=cases[0],
        waiting=cases[1],
        effective=effective,
        transfer=make_transfer(effective.group, by=clerk, at=timezone.now()),
        difference=make_difference(
            make_person("Payer", current="200.00", by=clerk), by=clerk, institution=make_institution(name="Clinic")
        ),
    )


def _case(clerk: Staff, owner: str, spouse: str, child: str) -> RegistrationCase:
    persons = [
        make_person(owner, prior="500.00", current="1000.00", by=clerk),
        make_person(spouse, gender="2", current="50.00", by=clerk),
        make_person(child, insutype="390"),
    ]
    lines = [
        LineInput(person_id=one.pk, relation=relation, shares=bool(rank), rank=rank, starts_on=START)
        for one, relation, rank in zip(persons, ("01", "10", "20"), (1, 2, None), strict=True)
    ]
    return save_case(form=CaseInput(key=uuid4(), owner_id=persons[0].pk, lines=lines), by=clerk)
