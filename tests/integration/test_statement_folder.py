"""The watched folder: whole files are taken in once, half-written ones wait, and a kill loses nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.cache import cache

from accounts.models import AuditEvent, Job
from accounts.models.audit import AuditKind
from accounts.services.staff import nightly_staff
from settlement.models import Institution, Statement
from settlement.services.statement_folder import SEEN, Taken, take_in_folder
from settlement.services.statements import take_in
from settlement.tasks import take_in_statements
from tests.factories import make_institution, make_staff, zipped
from tests.integration.test_settlement_pages import at, text

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
LINE = "S1\tM1\tP1\t10.00\t5.00\t5.00\t0"


@pytest.fixture
def folder(tmp_path: Path, settings: Any) -> Iterator[Path]:
    settings.STATEMENTS_DIR = str(tmp_path)
    cache.delete(SEEN)
    yield tmp_path
    cache.delete(SEEN)


@pytest.fixture
def hospital() -> Institution:
    return make_institution()


def put(folder: Path, hospital: Institution, *lines: str, day: str = "20260316") -> Path:
    path = folder / f"{hospital.pk}_{day}_3202.zip"
    path.write_bytes(zipped(*(lines or [LINE])))
    return path


def names(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file())


def test_a_file_is_taken_in_once_it_rests_and_goes_to_done(folder: Path, hospital: Institution) -> None:
    path = put(folder, hospital)
    assert take_in_folder() == Taken(resting=1)
    assert not Statement.objects.exists()
    take_in_statements()
    assert names(folder) == [f"done/{path.name}"]
    statement = Statement.objects.get()
    assert (statement.institution, statement.lines_count, statement.loaded_by.username) == (hospital, 1, "nightly")
    assert AuditEvent.objects.filter(kind=AuditKind.IMPORT, staff=statement.loaded_by).count() == 1
    assert take_in_folder() == Taken()


def test_a_file_that_still_grows_is_left_alone(folder: Path, hospital: Institution) -> None:
    path = put(folder, hospital)
    whole = path.read_bytes()
    path.write_bytes(whole[:50])
    take_in_folder()
    path.write_bytes(whole)
    assert take_in_folder() == Taken(resting=1)
    assert take_in_folder() == Taken(done=1)


def test_a_refused_file_lies_beside_its_reasons_in_chinese_and_does_not_hold_up_the_others(
    folder: Path, hospital: Institution
) -> None:
    bad = put(folder, hospital, LINE, "S2\tM\tP\t1e3\t0\t0\t0", day="20260315")
    (folder / "notes.doc").write_bytes(b"hello")
    good = put(folder, hospital)
    take_in_folder()
    assert take_in_folder() == Taken(done=1, refused=2)
    assert names(folder) == sorted(
        [f"done/{good.name}", *(f"refused/{name}{end}" for name in (bad.name, "notes.doc") for end in ("", ".txt"))]
    )
    reason = (folder / "refused" / f"{bad.name}.txt").read_text(encoding="utf-8")
    assert reason.startswith("第 2 行 medfee_sumamt: ")
    assert "amount_invalid" in reason
    assert any("一" <= character <= "鿿" for character in reason[12:])


def test_a_refused_file_is_shown_with_its_reason_to_the_region_of_its_institution(
    folder: Path, hospital: Institution
) -> None:
    bad = put(folder, hospital, LINE, "S2\tM\tP\t1e3\t0\t0\t0")
    (folder / "notes.doc").write_bytes(b"hello")
    take_in_folder()
    take_in_folder()
    own, country, stranger = (at(make_staff("supervisor", region)) for region in ("421002", "100000", "330100"))
    page = text(own, "/statements/")
    assert bad.name in page
    assert "notes.doc" not in page
    assert "notes.doc" in text(country, "/statements/")
    assert bad.name not in text(stranger, "/statements/")
    job = Job.objects.get(region_id="421002")
    assert "amount_invalid" in text(own, f"/statements/loads/{job.pk}/")
    assert stranger.get(f"/statements/loads/{job.pk}/").status_code == 404
    unreadable = Job.objects.get(region_id="100000")
    assert (unreadable.state, job.state) == ("refused", "done")
    assert unreadable.failure in text(country, "/statements/")


def test_the_same_file_twice_changes_nothing_and_another_of_its_name_keeps_both(
    folder: Path, hospital: Institution
) -> None:
    for lines in ([LINE], [LINE], [LINE, LINE.replace("S1", "S2")]):
        put(folder, hospital, *lines)
        take_in_folder()
        assert take_in_folder().done == 1
    assert sorted(Statement.objects.values_list("lines_count", "counts")) == [(1, False), (2, True)]
    assert len(names(folder)) == 2


def test_what_a_kill_left_after_the_database_had_it_is_put_away(folder: Path, hospital: Institution) -> None:
    path, by = put(folder, hospital), nightly_staff()
    assert by is not None
    take_in(content=path.read_bytes(), name=path.name, by=by)
    take_in_folder()
    assert take_in_folder() == Taken(done=1)
    assert Statement.objects.count() == 1


def test_a_file_that_cannot_be_put_away_is_tried_again(folder: Path, hospital: Institution) -> None:
    path = put(folder, hospital)
    (folder / "done").write_bytes(b"in the way")
    take_in_folder()
    assert take_in_folder() == Taken(refused=1)
    assert path.exists()
    assert take_in_folder() == Taken(done=1)
    assert Statement.objects.count() == 1


def test_hidden_files_links_and_folders_are_not_touched(folder: Path, hospital: Institution, tmp_path: Path) -> None:
    path = put(folder, hospital)
    path.rename(folder / f".{path.name}.part")
    (folder / "sub").mkdir()
    (folder / "link.zip").symlink_to(folder / f".{path.name}.part")
    assert [take_in_folder(), take_in_folder()] == [Taken(), Taken()]


def test_without_a_folder_nothing_happens(settings: Any, tmp_path: Path) -> None:
    settings.STATEMENTS_DIR = ""
    assert take_in_folder() == Taken()
    settings.STATEMENTS_DIR = str(tmp_path / "gone")
    assert take_in_folder() == Taken()
