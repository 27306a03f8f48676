"""The settlement feed: every bill paid as the answer key says, every fault at its row, the same file once."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from accounts.models import AccountEntry, AuditEvent, PersonalAccount, Staff
from accounts.services.import_persons import import_persons
from accounts.services.ledger_proof import check_ledger
from families.services.imports.loading import load_registrations
from settlement.models import Settlement, SettlementShare
from settlement.services.institutions import import_institutions
from tests.commands import run
from tests.conftest import KEPT
from tests.factories import make_staff
from tests.kept import made_once

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def expected(samples: Path) -> dict[str, Any]:
    key: dict[str, Any] = json.loads((samples / "expected.json").read_text())
    return key


@pytest.fixture
def supervisor(samples: Path) -> Staff:
    """The samples' persons, families and institutions, and who loads the feed."""
    made_once("of_the_samples", lambda: load_samples(samples), beside=KEPT)
    return Staff.objects.get(username="zhuguan")


def load_samples(samples: Path) -> None:
    clerk, reviewer = make_staff("clerk", "421000"), make_staff("reviewer", "421000")
    supervisor = make_staff("supervisor", "421000", username="zhuguan")
    persons, families, institutions = (
        (samples / name).read_bytes() for name in ("persons.csv", "registrations.xlsx", "institutions.csv")
    )
    import_persons(content=persons, name="persons.csv", by=clerk)
    load_registrations(content=families, name="registrations.xlsx", only_valid=True, reviewer=reviewer, by=clerk)
    import_institutions(content=institutions, name="institutions.csv", by=supervisor)


def load(file: Path, tmp_path: Path) -> tuple[int, dict[str, Any]]:
    return run("load_settlements", str(file), tmp_path=tmp_path, staff="zhuguan")


def balances() -> dict[str, list[str]]:
    accounts = PersonalAccount.objects.values_list("person__psn_no", "prior_years", "current_year")
    return {psn_no: [str(prior), str(current)] for psn_no, prior, current in accounts}


def money(share: dict[str, Any]) -> tuple[Decimal, list[tuple[str, Decimal]], Decimal | None]:
    family = [(psn_no, Decimal(amount)) for psn_no, amount in share["family"]]
    return Decimal(share["own"]), family, Decimal(share["cash"]) if "cash" in share else None


def test_every_bill_of_the_samples_is_paid_as_the_key_says(
    supervisor: Staff, samples: Path, tmp_path: Path, expected: dict[str, Any]
) -> None:
    status, answer = load(samples / "settlements.csv", tmp_path)
    assert (status, answer["rows"], answer["accepted_rows"], answer["errors"]) == (0, 720, 720, [])
    for setl_id, share in expected["shares"].items():
        own, family, cash = money(answer["settlements"][setl_id])
        assert (own, family) == money(share)[:2], setl_id
        assert money(share)[2] in (None, cash), setl_id
    after = balances()
    assert {psn_no: after[psn_no] for psn_no in expected["balances_after"]} == expected["balances_after"]
    assert check_ledger(by=supervisor).violations == []


def test_the_same_file_again_changes_nothing(supervisor: Staff, samples: Path, tmp_path: Path) -> None:
    first = load(samples / "settlements.csv", tmp_path)[1]
    before = (balances(), AccountEntry.objects.count(), SettlementShare.objects.count())
    status, again = load(samples / "settlements.csv", tmp_path)
    assert (status, again["accepted_rows"], again["created"], again["unchanged"]) == (0, 720, 0, 720)
    assert again["settlements"] == first["settlements"]
    assert (balances(), AccountEntry.objects.count(), SettlementShare.objects.count()) == before


def test_faulty_rows_are_refused_line_by_line_and_change_nothing(
    supervisor: Staff, samples: Path, tmp_path: Path, expected: dict[str, Any]
) -> None:
    load(samples / "settlements.csv", tmp_path)
    before = (balances(), Settlement.objects.count())
    status, answer = load(samples / "settlements_bad.csv", tmp_path)
    assert [[error["row"], error["code"]] for error in answer["errors"]] == [
        [row, code] for row, _setl_id, code in expected["settlement_faults"]
    ]
    assert (status, answer["rejected_rows"], answer["accepted_rows"]) == (2, 9, 0)
    assert (balances(), Settlement.objects.count()) == before
    conflict = AuditEvent.objects.get(kind="conflict")
    assert conflict.detail["setl_ids"] == ["S0010000000003"]
