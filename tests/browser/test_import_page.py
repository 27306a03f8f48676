"""Loading a file of persons from the page, with a worker that does the work."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from accounts.models import InsuredPerson, Job, PersonalAccount, Staff
from accounts.models.job import JobState
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk

WAIT = 60_000


@pytest.fixture
def desk(desk_of: OpenDesk, clerk: Staff) -> Desk:
    return desk_of(clerk)


def check(desk: Desk, file: Path) -> Job:
    """Upload a file, and wait for its preview."""
    desk.go("/persons/import/")
    desk.page.locator("[name=file]").set_input_files(file)
    desk.press("上传并校验")
    desk.page.wait_for_url("**/file-checks/*/")
    expect(desk.page.locator("#gj-check")).to_contain_text(file.name)
    expect(desk.page.locator(".gj-badge").first).to_have_class("gj-badge done", timeout=WAIT)
    return Job.objects.latest("pk")


def load(desk: Desk, file: Path) -> Job:
    """Check a file, and confirm the preview by keys alone."""
    checked = check(desk, file)
    assert not InsuredPerson.objects.exists()
    desk.page.keyboard.press("Control+Enter")
    desk.page.wait_for_url("**/jobs/")
    job = Job.objects.get(confirms=checked)
    panel = desk.page.locator(f"#job-{job.pk}")
    expect(panel).to_contain_text(file.name)
    expect(panel.locator(".gj-badge")).to_have_class("gj-badge done", timeout=WAIT)
    job.refresh_from_db()
    assert job.state == JobState.DONE
    return job


def test_a_file_is_loaded_with_its_progress_shown_and_the_same_file_again_changes_nothing(
    desk: Desk, samples: Path
) -> None:
    progress: list[str] = []
    desk.page.on("response", lambda answer: progress.append(answer.url) if "/jobs/" in answer.url else None)
    job = load(desk, samples / "persons.csv")
    rows = job.result["rows"]
    assert rows == InsuredPerson.objects.count() == job.result["accepted_rows"]
    desk.sees(f"共{rows}行，通过{rows}行，未通过0行。")
    expect(desk.page.get_by_role("progressbar")).to_have_count(0)
    assert [url for url in progress if url.endswith(f"/jobs/{job.pk}/")]

    before = list(PersonalAccount.objects.order_by("pk").values_list("prior_years", "current_year"))
    desk.does_not_see("没有变化")
    again = check(desk, samples / "persons.csv")
    desk.sees("无须导入")
    assert again.result["unchanged"] == rows
    expect(desk.page.get_by_role("button", name="确认导入")).to_have_count(0)
    assert list(PersonalAccount.objects.order_by("pk").values_list("prior_years", "current_year")) == before
    assert InsuredPerson.objects.count() == rows
    assert not InsuredPerson.objects.exclude(version=1).exists()


def test_three_bad_rows_are_all_told_and_nothing_of_the_file_is_stored(
    desk: Desk, samples: Path, tmp_path: Path
) -> None:
    lines = (samples / "persons.csv").read_text(encoding="utf-8-sig").splitlines()[:12]
    heading = lines[0].split(",")
    for number, column, value in (
        (3, "certno", "421003199211267515"),
        (6, "insu_admdvs", "999999"),
        (9, "psn_name", ""),
    ):
        cells = lines[number].split(",")
        cells[heading.index(column)] = value
        lines[number] = ",".join(cells)
    bad = tmp_path / "三行有误.csv"
    bad.write_text("\n".join(lines), encoding="utf-8")
    check(desk, bad)
    desk.sees("本次未写入任何数据")
    expect(desk.page.get_by_role("button", name="确认导入")).to_have_count(0)
    table = desk.page.locator("#gj-check table tr:has(td)")
    expect(table).to_have_count(3)
    expect(table.locator("td:first-child")).to_have_text(["4", "7", "10"])
    desk.does_not_see("421003199211267515")
    assert not InsuredPerson.objects.exists()
