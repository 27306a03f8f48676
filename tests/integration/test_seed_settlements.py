"""The demo's bills: settled by the rules, the same each time, never twice."""

from __future__ import annotations

import datetime as dt
from random import Random

import pytest
from django.core.management import call_command

from accounts.services.ledger_proof import check_ledger
from settlement.demo import seed_settlements
from settlement.demo_bills import bills
from settlement.models import Anomaly, Institution, Settlement
from tests.factories import make_group, make_staff

TODAY = dt.date(2026, 5, 16)


@pytest.mark.usefixtures("committed_db")
def test_the_bills_are_sound_and_made_once() -> None:
    clerk, supervisor = make_staff("clerk"), make_staff("supervisor", "421000")
    make_group("12", "20", "51*", by=clerk)
    result = seed_settlements(by=supervisor, today=TODAY, count=60)
    assert result is not None
    assert (result.rows, result.errors) == (60, [])
    assert Settlement.objects.filter(reverses__isnull=False).exists()
    assert Institution.objects.filter(kind="pharmacy").count() == 3
    assert Anomaly.objects.get(kind="cards").day == TODAY - dt.timedelta(days=1)
    assert check_ledger(by=supervisor).violations == []
    assert seed_settlements(by=supervisor, today=TODAY, count=60) is None


@pytest.mark.usefixtures("committed_db")
def test_the_command_does_it_for_the_supervisor_of_the_demo(capsys: pytest.CaptureFixture[str]) -> None:
    make_group("12", by=make_staff("clerk"))
    make_staff("supervisor", "421000", username="zhuguan")
    call_command("seed_settlements")
    call_command("seed_settlements")
    assert Settlement.objects.count() == 1_500
    assert "1500" in capsys.readouterr().out


def test_the_same_arguments_invent_the_same_bills() -> None:
    def made(seed: int) -> list[dict[str, str]]:
        begin = dt.datetime(2026, 3, 1)  # noqa: DTZ001 - a feed writes local time
        end = begin + dt.timedelta(days=9)
        return list(bills(["P1", "P2"], ["H1", "P1"], chance=Random(seed), begin=begin, end=end, count=50))

    assert made(1) == made(1)
    assert made(1) != made(2)
    assert len({bill["setl_id"] for bill in made(1)}) == 50
