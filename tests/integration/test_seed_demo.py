"""The demo's data: the same each time, sound, and never written twice or over something else."""

from __future__ import annotations

import datetime as dt

import pytest

from accounts.models import InsuredPerson, Staff
from accounts.services.ledger_proof import check_ledger
from families import demo
from families.demo_data import SIGN_INS
from families.models import CaseDocument, FollowUp, MutualAidGroup, RegionPolicy, RegistrationCase
from families.services.document_check import check_documents
from tests.factories import make_staff

TODAY = dt.date(2026, 3, 16)


@pytest.mark.django_db
def test_the_demo_is_whole_sound_and_made_once() -> None:
    made = demo.seed(households=72, today=TODAY)

    assert made is not None
    assert (made.households, made.groups) == (72, 51)
    assert dict(made.cases) == {"draft": 2, "submitted": 2, "rejected": 2, "withdrawn": 2}
    assert Staff.objects.count() == len(SIGN_INS)
    assert CaseDocument.objects.exists()
    assert check_documents(by=Staff.objects.get(username="sheng")).broken == []
    assert [one.state for one in RegionPolicy.objects.order_by("pk")] == [
        "published",
        "published",
        "draft",
        "published",
    ]
    assert FollowUp.objects.filter(state="open").count() >= 5
    assert made.persons == InsuredPerson.objects.count()
    proof = check_ledger(by=Staff.objects.get(username="sheng"))
    assert proof.entries > proof.accounts > 50
    assert proof.violations == []
    before = (InsuredPerson.objects.count(), MutualAidGroup.objects.count(), RegistrationCase.objects.count())

    assert demo.seed(households=72, today=TODAY) is None
    assert before == (
        InsuredPerson.objects.count(),
        MutualAidGroup.objects.count(),
        RegistrationCase.objects.count(),
    )


def test_the_same_seed_and_day_invent_the_same_people() -> None:
    def people(seed: int) -> list[tuple[str, str, str]]:
        registry = demo.Registry(demo.Random(seed), TODAY)
        return [
            (human.name, human.certno, human.relation) for house in registry.households(40) for human in house.humans
        ]

    assert people(1) == people(1)
    assert people(1) != people(2)


@pytest.mark.usefixtures("regions")
def test_a_database_in_use_is_left_alone() -> None:
    make_staff()

    with pytest.raises(demo.NotEmpty):
        demo.seed(households=2, today=TODAY)
    assert not InsuredPerson.objects.exists()
