"""Institutions: who sees them, and how they come in, alone and together with the regions that they lie in."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest

from accounts.models import Region
from accounts.roles import ROLES
from accounts.services.import_result import ImportResult
from accounts.services.rights import RightMissing
from accounts.services.sources import SOURCES, add_source
from settlement.models import Institution
from settlement.services.institutions import import_institutions
from tests.factories import make_institution, make_staff
from tests.integration.test_commands import run

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

HEADING = "fixmedins_code,fixmedins_name,hosp_lv"


def load(*lines: str, own: str = "421000", heading: str = HEADING, write: bool = True) -> ImportResult:
    """`own`: the region of the supervisor who loads."""
    content = "\n".join((heading, *lines)).encode()
    return import_institutions(content=content, name="i.csv", by=make_staff("supervisor", own), write=write)


def faults(result: ImportResult) -> list[tuple[int, str, str]]:
    return [(error.row, error.column, error.code) for error in result.errors]


def stored(code: str) -> tuple[Any, ...]:
    row = Institution.objects.get(pk=code)
    return row.name, row.hosp_lv, row.kind, row.region_id, row.status, row.status_since


def test_the_sample_regions_and_institutions_come_in_by_one_call(samples: Path, tmp_path: Path) -> None:
    country = make_staff("supervisor", "100000")
    command = ("load_reference", "--regions", samples / "regions.csv", "--institutions", samples / "institutions.csv")
    status, result, _message = run(tmp_path, *command, "--staff", country.username)
    assert (status, result["errors"]) == (0, [])
    assert result["created"] + result["updated"] + result["unchanged"] == 9 + 8
    assert stored("H42100200000") == ("荆州市第1人民医院", "2", "hospital", "421002", "active", None)
    assert Institution.objects.get(pk="P42100300000").kind == "pharmacy"
    status, result, _message = run(tmp_path, *command, "--staff", country.username)
    assert (result["created"], result["updated"], result["unchanged"]) == (0, 0, 17)


@pytest.mark.parametrize("bad", ["regions", "institutions"])
def test_one_error_in_either_file_leaves_nothing_of_both(bad: str, tmp_path: Path) -> None:
    lines = {
        "regions": ["admdvs,name,parent", "421004,新区,421000"],
        "institutions": [HEADING, "H42100400000,新区医院,2"],
    }
    lines[bad].append({"regions": "42100,短,421000", "institutions": "X42100400001,无,2"}[bad])
    for name, content in lines.items():
        (tmp_path / name).write_text("\n".join(content))
    files = (part for name in lines for part in (f"--{name}", tmp_path / name))
    who = make_staff("supervisor", "421000").username
    status, result, _message = run(tmp_path, "load_reference", *files, "--staff", who)
    assert (status, [error["row"] for error in result["errors"]]) == (2, [3])
    assert (result["created"], Region.objects.filter(pk="421004").exists(), Institution.objects.count()) == (
        0,
        False,
        0,
    )


def test_an_institution_lies_in_the_region_that_came_with_it_in_the_same_call(tmp_path: Path) -> None:
    (tmp_path / "r").write_text("admdvs,name,parent\n421004,新区,421000\n")
    (tmp_path / "i").write_text(f"{HEADING}\nH42100400000,新区医院,3\n")
    who = make_staff("supervisor", "421000").username
    files = ("--institutions", tmp_path / "i", "--regions", tmp_path / "r")
    assert run(tmp_path, "load_reference", *files, "--staff", who)[0] == 0
    assert Institution.objects.get().region_id == "421004"


def test_every_fault_of_every_row_is_told_and_nothing_is_written() -> None:
    result = load(
        "H42100200000,好,2,,",
        "H42100200000,又一次,2,,",
        "X42100200001,无,2,,",
        "H4210020000１,全角,2,,",
        "H42100200002,,high,,",
        f"H42100200003,{'长' * 201},2,closed,",
        "H42100200004,停,2,suspended,",
        "H42100200005,停,2,suspended,2026-02-30",
        "H42100200006,无状态,2,,2026-02-01",
        heading=f"{HEADING},status,status_since",
    )
    assert faults(result) == [
        (row, column, "reference_invalid")
        for row, column in (
            (3, "fixmedins_code"), (4, "fixmedins_code"), (5, "fixmedins_code"), (6, "fixmedins_name"),
            (6, "hosp_lv"), (7, "fixmedins_name"), (7, "status"), (7, "status_since"), (8, "status_since"),
            (9, "status_since"), (10, "status_since"),
        )
    ]  # fmt: skip
    assert (result.created, Institution.objects.count()) == (0, 0)


def test_a_file_without_its_columns_is_refused() -> None:
    assert faults(load("H42100200000,x", heading="fixmedins_code,name")) == [
        (1, "fixmedins_name, hosp_lv", "header_missing")
    ]


def test_a_suspension_is_loaded_with_its_day_and_stays_when_a_later_file_does_not_speak_of_it() -> None:
    code = make_institution(name="老名").pk
    load(f"{code},老名,2,suspended,2026-02-01", heading=f"{HEADING},status,status_since")
    result = load(f"{code},新名,3")
    assert result.changes[0].columns == ("name: 老名 → 新名", "hosp_lv: 2 → 3")
    assert stored(code) == ("新名", "3", "hospital", "421002", "suspended", dt.date(2026, 2, 1))
    load(f"{code},新名,3,active,", heading=f"{HEADING},status,status_since")
    assert stored(code)[-2:] == ("active", None)


def test_patients_are_treated_elsewhere_so_that_anybody_adds_and_the_own_region_alone_changes() -> None:
    assert load("H33010000001,杭州某医院,3", "H99999900001,远方医院,3", own="421002").created == 2
    assert Institution.objects.get(pk="H99999900001").region is None
    refused = load("H33010000001,改名,3", own="421002")
    assert (faults(refused), stored("H33010000001")[0]) == ([(2, "fixmedins_code", "other_region")], "杭州某医院")
    assert load("H33010000001,杭州某医院,3", own="421002").unchanged == 1
    assert load("H33010000001,改名,3", "H99999900001,改名,3", own="330000").updated == 2


def test_a_region_that_is_loaded_later_is_filled_in_by_the_next_file() -> None:
    line = "H42100400000,新区医院,2"
    load(line)
    Region.objects.create(code="421004", name="新区", parent_id="421000", path="100000/420000/421000/421004/")
    assert load(line).changes[0].columns == ("region: — → 421004",)


def test_a_preview_writes_nothing() -> None:
    assert load("H42100200000,好,2", write=False).created == 1
    assert not Institution.objects.exists()


@pytest.mark.parametrize("role", ROLES)
def test_every_role_sees_every_institution_and_supervisors_alone_load_them(role: str) -> None:
    far = make_institution("330100")
    staff = make_staff(role, "421002")
    assert list(Institution.objects.all().for_staff(staff)) == [far]
    file = {"content": f"{HEADING}\nH42100200000,好,2".encode(), "name": "i.csv", "by": staff}
    if role == "supervisor":
        assert import_institutions(**file).created == 1  # type: ignore[arg-type]
    else:
        with pytest.raises(RightMissing):
            import_institutions(**file)  # type: ignore[arg-type]


def test_whoever_left_or_has_no_role_sees_no_institution() -> None:
    make_institution()
    left, without = make_staff("clerk"), make_staff("clerk")
    left.is_active = False
    without.groups.clear()
    for staff in (left, without):
        assert not Institution.objects.all().for_staff(staff).exists()


def test_a_kind_of_master_data_has_one_source() -> None:
    add_source("import_regions", SOURCES["import_regions"])
    with pytest.raises(ValueError, match="import_regions"):
        add_source("import_regions", SOURCES["import_codes"])
