"""The commands of FORMATS.md: what they write, what they refuse, and how they end."""

from __future__ import annotations

import datetime as dt
import io
import json
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from accounts.models import AuditEvent, InsuredPerson, PersonalAccount, Region, Staff
from accounts.models.audit import AuditKind
from families.services.groups import NewMember, create_group
from tests.factories import PASSWORD, make_person, make_staff

TODAY = dt.date(2026, 1, 5)


def run(tmp_path: Path, *arguments: Any) -> tuple[int, Any, str]:
    """Exit status, JSON and error message of a command run with --json."""
    path = tmp_path / "result.json"
    path.unlink(missing_ok=True)
    try:
        call_command(*map(str, arguments), "--json", str(path), stdout=io.StringIO(), stderr=io.StringIO())
    except CommandError as refusal:
        return refusal.returncode, None, str(refusal)
    except SystemExit as end:
        return int(str(end.code)), json.loads(path.read_text()), ""
    return 0, json.loads(path.read_text()), ""


def say(*arguments: Any) -> str:
    out = io.StringIO()
    call_command(*map(str, arguments), stdout=out)
    return out.getvalue()


@pytest.mark.usefixtures("regions")
def test_import_persons_writes_the_import_result(samples: Path, tmp_path: Path) -> None:
    clerk = make_staff("clerk", "420000")

    status, result, _message = run(tmp_path, "import_persons", samples / "persons.csv", "--staff", clerk.username)

    assert status == 0
    expected = {"rows": 230, "accepted_rows": 230, "rejected_rows": 0, "errors": [], "created": 230, "updated": 0}
    assert result.items() >= expected.items()
    assert result["sha256"] == "aeb8fb2984d6a6d5a61496de87c276e74998146402df895e7c82bd24a01d3a53"
    assert "families" not in result
    assert "没有变化" in say("import_persons", samples / "persons.csv", "--staff", clerk.username)


@pytest.mark.usefixtures("regions")
def test_import_persons_ends_with_2_when_nothing_was_written(samples: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text((samples / "persons.csv").read_text().replace("422801199505251560", "422801199505251561"))
    clerk = make_staff("clerk", "420000")

    status, result, _message = run(tmp_path, "import_persons", bad, "--staff", clerk.username)

    assert status == 2
    assert [(error["row"], error["column"], error["code"]) for error in result["errors"]] == [
        (2, "certno", "id_checksum")
    ]
    assert (result["accepted_rows"], result["rejected_rows"]) == (0, 1)
    assert not InsuredPerson.objects.exists()


@pytest.mark.usefixtures("regions")
@pytest.mark.parametrize(
    ("arguments", "role", "right"),
    [
        (["import_persons", __file__], "supervisor", "accounts.import_insuredperson"),
        (["load_reference", "--regions", __file__], "clerk", "accounts.change_region"),
        (["check_ledger"], "clerk", "accounts.check_ledger"),
        (["show_account", "P1"], "administrator", "accounts.view_personalaccount"),
        (["show_group", "P1"], "administrator", "families.view_mutualaidgroup"),
    ],
)
def test_a_refusal_names_the_missing_right_and_is_recorded(
    tmp_path: Path, arguments: list[str], role: str, right: str
) -> None:
    staff = make_staff(role)

    status, result, message = run(tmp_path, *arguments, "--staff", staff.username)

    assert (status, result) == (2, None)
    assert right in message
    assert AuditEvent.objects.get(kind=AuditKind.ACCESS_REFUSED, staff=staff).detail["right"] == right


@pytest.mark.usefixtures("regions")
def test_nobody_acts_who_may_not_sign_in(tmp_path: Path) -> None:
    staff = make_staff("supervisor")
    Staff.objects.filter(pk=staff.pk).update(is_active=False)

    for username in (staff.username, "nobody"):
        assert run(tmp_path, "check_ledger", "--staff", username)[0] == 2


@pytest.mark.usefixtures("regions")
def test_nothing_is_done_when_the_result_could_not_be_written(samples: Path, tmp_path: Path) -> None:
    clerk = make_staff("clerk", "420000")

    with pytest.raises(CommandError) as refusal:
        call_command(
            "import_persons", samples / "persons.csv", "--staff", clerk.username, "--json", str(tmp_path / "no" / "r")
        )
    assert refusal.value.returncode == 2
    assert not InsuredPerson.objects.exists()


@pytest.mark.usefixtures("regions")
def test_check_ledger_counts_and_ends_with_1_on_a_violation(tmp_path: Path) -> None:
    supervisor = make_staff("supervisor", "420000")
    person = make_person(prior="10.00", current="2.00")

    assert run(tmp_path, "check_ledger", "--staff", supervisor.username)[:2] == (
        0,
        {"accounts": 1, "entries": 1, "violations": []},
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_personalaccount DISABLE TRIGGER USER")
    PersonalAccount.objects.filter(person=person).update(prior_years="11.00")
    status, result, _message = run(tmp_path, "check_ledger", "--staff", supervisor.username)

    assert status == 1
    assert result["violations"] == [
        {
            "psn_no": person.psn_no, "sequence": None, "stored": "11.00", "expected": "10.00", "what": "prior_years",
            "about": "", "region": person.region_id,
        }
    ]  # fmt: skip


@pytest.mark.usefixtures("regions")
def test_show_account_tells_both_buckets_and_records_the_look(tmp_path: Path) -> None:
    clerk = make_staff("clerk")
    person = make_person(prior="10.00", current="2.50")

    status, result, _message = run(tmp_path, "show_account", person.psn_no, "--staff", clerk.username)

    assert (status, result) == (
        0,
        {"psn_no": person.psn_no, "prior_years": "10.00", "current_year": "2.50", "entries": 1},
    )
    assert AuditEvent.objects.get(kind=AuditKind.LOOK).person == person


@pytest.mark.usefixtures("regions")
@pytest.mark.parametrize("command", ["show_account", "show_group"])
def test_a_person_out_of_scope_is_refused_in_the_words_for_nobody(tmp_path: Path, command: str) -> None:
    clerk = make_staff("clerk", "421002")
    elsewhere = make_person(region="330100", psn_no="P1")

    refused = run(tmp_path, command, elsewhere.psn_no, "--staff", clerk.username)
    unknown = run(tmp_path, command, "P2", "--staff", clerk.username)

    assert refused[0] == unknown[0] == 2
    assert refused[2].replace("P1", "P2") == unknown[2]


@pytest.mark.usefixtures("regions")
def test_show_group_tells_members_and_grants(tmp_path: Path) -> None:
    supervisor = make_staff("supervisor", "421000")
    owner = make_person("张三", born_on=dt.date(1980, 1, 1))
    mother = make_person("李四", insutype="390", gender="2", born_on=dt.date(1955, 1, 1))
    group = create_group(
        region=owner.region,
        members=[NewMember(owner.pk, "01", TODAY, rank=1), NewMember(mother.pk, "52", TODAY)],
        by=supervisor,
    )

    status, result, _message = run(tmp_path, "show_group", mother.psn_no, "--staff", supervisor.username)

    assert status == 0
    assert result == {
        "number": group.number,
        "members": [
            {"psn_no": owner.psn_no, "seat": 1, "relation": "01", "shares": True, "share_limit": None},
            {"psn_no": mother.psn_no, "seat": 2, "relation": "52", "shares": False, "share_limit": None},
        ],
        "grants": [{"payer": owner.psn_no, "beneficiary": mother.psn_no, "rank": 1}],
    }


@pytest.mark.usefixtures("regions")
def test_load_reference_counts_and_takes_the_whole_file_or_nothing(samples: Path, tmp_path: Path) -> None:
    supervisor = make_staff("supervisor", "100000")
    bad = tmp_path / "bad.csv"
    bad.write_text("admdvs,name,parent\n421004,新区,421000\n42100,短,421000\n421005,孤,999999\n")

    status, result, _message = run(
        tmp_path, "load_reference", "--regions", samples / "regions.csv", "--staff", supervisor.username
    )
    assert status == 0
    assert result["errors"] == []
    assert result["created"] + result["updated"] + result["unchanged"] == 9
    status, result, _message = run(tmp_path, "load_reference", "--regions", bad, "--staff", supervisor.username)
    assert status == 2
    assert [(error["row"], error["column"]) for error in result["errors"]] == [(3, "admdvs"), (4, "parent")]
    assert not Region.objects.filter(pk="421004").exists()


@pytest.mark.usefixtures("regions")
def test_load_reference_changes_no_region_outside_ones_own(tmp_path: Path) -> None:
    supervisor = make_staff("supervisor", "421000")
    path = tmp_path / "regions.csv"
    path.write_text("admdvs,name,parent\n330100,杭州市,330000\n421004,新区,421000\n")
    assert run(tmp_path, "load_reference", "--regions", path, "--staff", supervisor.username)[1]["created"] == 1

    path.write_text("admdvs,name,parent\n330100,临安市,330000\n")
    status, result, _message = run(tmp_path, "load_reference", "--regions", path, "--staff", supervisor.username)

    assert status == 2
    assert [error["code"] for error in result["errors"]] == ["other_region"]
    assert Region.objects.get(pk="330100").name == "杭州市"


@pytest.mark.usefixtures("regions")
def test_load_reference_takes_code_tables_too(tmp_path: Path) -> None:
    supervisor = make_staff("supervisor", "420000")
    path = tmp_path / "codes.csv"
    path.write_text("table,code,name_zh,name_en,region,version\nmed_type,990,新类别,new kind,420000,2026.2\n")

    for counts in ({"created": 1, "unchanged": 0}, {"created": 0, "unchanged": 1}):
        status, result, _message = run(tmp_path, "load_reference", "--codes", path, "--staff", supervisor.username)
        assert status == 0
        assert result.items() >= counts.items()


def create(monkeypatch: pytest.MonkeyPatch, *arguments: str, password: str = PASSWORD) -> str:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{password}\n"))
    return say("create_staff", *arguments, "--password-stdin")


@pytest.mark.django_db
def test_the_first_staff_member_brings_the_country_along(monkeypatch: pytest.MonkeyPatch) -> None:
    for region in Region.objects.order_by("-path"):  # a test before this one may have left some
        region.delete()

    with pytest.raises(CommandError, match="420000") as refusal:
        create(monkeypatch, "sup", "--role", "supervisor", "--region", "420000")
    assert refusal.value.returncode == 2
    create(monkeypatch, "sup", "--role", "supervisor", "--region", "100000", "--office", "一楼")

    staff = Staff.objects.get()
    assert (staff.region.path, staff.role_names(), staff.office) == ("100000/", {"supervisor"}, "一楼")
    assert staff.check_password(PASSWORD)


@pytest.mark.usefixtures("regions")
@pytest.mark.parametrize(("username", "password"), [("taken", PASSWORD), ("free", "short"), ("free", "")])
def test_a_taken_name_or_weak_password_makes_no_staff(
    monkeypatch: pytest.MonkeyPatch, username: str, password: str
) -> None:
    make_staff(username="taken")

    with pytest.raises(CommandError) as refusal:
        create(monkeypatch, username, "--role", "clerk", "--region", "421002", password=password)
    assert refusal.value.returncode == 2
    assert Staff.objects.count() == 1
