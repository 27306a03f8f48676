"""Importing registration forms: every family whole or not at all, every fault at its row, the same file once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Staff
from accounts.services.import_persons import import_persons
from families.models import GroupMember, ImportBatch, MutualAidGroup, RegistrationCase
from tests.commands import run
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


def test_the_same_file_again_changes_nothing_and_says_so(clerk: Staff, samples: Path, tmp_path: Path) -> None:
    arguments = ("import_registrations", str(samples / "registrations.xlsx"), "--only-valid", "--reviewer=fuhe")
    _status, first = run(*arguments, tmp_path=tmp_path)
    figures = (MutualAidGroup.objects.count(), RegistrationCase.objects.count(), GroupMember.objects.count())
    status, again = run(*arguments, tmp_path=tmp_path)
    assert status == 1
    assert (again["created"], again["unchanged"]) == (0, first["accepted_rows"])
    assert {name: value for name, value in again.items() if name not in ("created", "unchanged")} == {
        name: value for name, value in first.items() if name not in ("created", "unchanged")
    }
    assert figures == (
        MutualAidGroup.objects.count(), RegistrationCase.objects.count(), GroupMember.objects.count(),
    )  # fmt: skip


def test_the_same_families_kept_in_another_way_are_known(clerk: Staff, samples: Path, tmp_path: Path) -> None:
    run(
        "import_registrations",
        str(samples / "registrations.xlsx"),
        "--only-valid",
        "--reviewer=fuhe",
        tmp_path=tmp_path,
    )
    status, answer = run(
        "import_registrations", str(samples / "registrations_bureau.xlsx"), "--only-valid", tmp_path=tmp_path
    )
    assert (status, answer["created"], answer["accepted_families"]) == (1, 0, 47)
    assert MutualAidGroup.objects.count() == 47


class TestWhatIsRefused:
    """Exit 2, and nothing is written."""

    def refused(self, *arguments: str, tmp_path: Path, staff: str = "jingban") -> None:
        with pytest.raises(CommandError) as refusal:
            call_command("import_registrations", *arguments, staff=staff, json=tmp_path / "answer.json")
        assert refusal.value.returncode == 2
        assert not ImportBatch.objects.exists()

    def test_one_fault_in_the_file_without_only_valid(self, clerk: Staff, samples: Path, tmp_path: Path) -> None:
        status, answer = run("import_registrations", str(samples / "registrations.xlsx"), tmp_path=tmp_path)
        assert (status, answer["accepted_families"], len(answer["errors"])) == (2, 0, 13)
        assert not ImportBatch.objects.exists()
        assert not MutualAidGroup.objects.exists()

    def test_a_dry_run_says_what_would_go_in(self, clerk: Staff, samples: Path, tmp_path: Path) -> None:
        _status, answer = run(
            "import_registrations", str(samples / "registrations.xlsx"), "--dry-run", tmp_path=tmp_path
        )
        assert (answer["accepted_families"], answer["rejected_families"]) == (47, 13)
        assert not ImportBatch.objects.exists()

    def test_a_file_that_is_none(self, clerk: Staff, tmp_path: Path) -> None:
        (tmp_path / "x.xlsx").write_bytes(b"\xd0\xcf\x11\xe0" + b"x" * 600)
        status, answer = run("import_registrations", str(tmp_path / "x.xlsx"), tmp_path=tmp_path)
        assert (status, [error["code"] for error in answer["errors"]]) == (2, ["file_unreadable"])
        assert not ImportBatch.objects.exists()

    def test_a_person_without_the_right(self, clerk: Staff, samples: Path, tmp_path: Path) -> None:
        self.refused(str(samples / "registrations.xlsx"), tmp_path=tmp_path, staff="fuhe")

    def test_a_reviewer_who_may_not_or_is_the_same(self, clerk: Staff, samples: Path, tmp_path: Path) -> None:
        file = str(samples / "registrations.xlsx")
        make_staff("reviewer", "330100", username="hangzhou")
        for reviewer in ("jingban", "hangzhou", "nobody"):
            self.refused(file, "--only-valid", f"--reviewer={reviewer}", tmp_path=tmp_path)


def test_without_a_reviewer_the_batch_waits_and_the_same_file_with_one_goes_in(
    clerk: Staff, samples: Path, tmp_path: Path
) -> None:
    file = str(samples / "registrations.xlsx")
    status, answer = run("import_registrations", file, "--only-valid", tmp_path=tmp_path)
    assert (status, answer["state"], answer["accepted_families"]) == (1, "submitted", 47)
    assert not MutualAidGroup.objects.exists()
    _status, answer = run("import_registrations", file, "--only-valid", "--reviewer=fuhe", tmp_path=tmp_path)
    assert (answer["state"], MutualAidGroup.objects.count()) == ("applied", 47)
