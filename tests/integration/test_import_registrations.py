"""Importing registration forms: every family whole or not at all, every fault at its row, the same file once."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command

from accounts.models import Staff
from accounts.services.import_persons import import_persons
from families.models import GroupMember, MutualAidGroup, RegistrationCase
from tests.factories import make_staff

pytestmark = pytest.mark.usefixtures("committed_db")

FILES = {
    "registrations.xlsx": "row",
    "registrations_bureau.xlsx": "bureau_row",
    "registrations_gb18030.csv": "row",
}


@pytest.fixture
def clerk(samples: Path) -> Staff:
    clerk = make_staff("clerk", "421000", username="jingban")
    make_staff("reviewer", "421000", username="fuhe")
    assert not import_persons(content=(samples / "persons.csv").read_bytes(), name="persons.csv", by=clerk).errors
    return clerk


def run(command: str, *arguments: str, tmp_path: Path, staff: str = "jingban") -> tuple[int, dict[str, Any]]:
    answer = tmp_path / "answer.json"
    try:
        call_command(command, *arguments, staff=staff, json=answer)
    except SystemExit as ended:
        return int(ended.code or 0), json.loads(answer.read_text())
    return 0, json.loads(answer.read_text())


@pytest.mark.parametrize("file", FILES)
def test_the_samples_go_in_as_their_answer_key_says(clerk: Staff, samples: Path, tmp_path: Path, file: str) -> None:
    expected = json.loads((samples / "expected.json").read_text())
    status, answer = run(
        "import_registrations", str(samples / file), "--only-valid", "--reviewer=fuhe", tmp_path=tmp_path
    )
    assert {(error["row"], error["family"], error["code"]) for error in answer["errors"]} == {
        (fault[FILES[file]], fault["family"], fault["code"]) for fault in expected["registration_faults"]
    }
    assert (status, answer["rows"], answer["families"]) == (1, 161, expected["families"])
    assert answer["accepted_families"] == expected["families_accepted"]
    assert answer["rejected_families"] == expected["families"] - expected["families_accepted"]
    make_staff("supervisor", "421000", username="zhuguan")
    shown = {owner: run("show_group", owner, tmp_path=tmp_path, staff="zhuguan")[1] for owner in expected["groups"]}
    assert {
        owner: {
            "members": [[member["psn_no"], member["relation"]] for member in group["members"]],
            "grants": [[grant["payer"], grant["beneficiary"], grant["rank"]] for grant in group["grants"]],
        }
        for owner, group in shown.items()
    } == expected["groups"]
    assert MutualAidGroup.objects.count() == expected["families_accepted"] == RegistrationCase.objects.count()
    assert GroupMember.objects.count() == sum(len(group["members"]) for group in expected["groups"].values())
