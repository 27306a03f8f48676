"""A supervisor saves a list, has it monthly, exports it, fetches it, cancels another; strangers see nothing of it."""

from __future__ import annotations

import csv
import re
from pathlib import Path

import pytest
from django.db import connection, transaction
from playwright.sync_api import Page, expect

from accounts.models import Job, JobFile, JobFilePiece, Staff
from accounts.models.job import JobState
from reports.models import SavedReport
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk
from tests.factories import START, make_group, make_staff

LIST = f"/reports/members/?day={START}"
WAIT = 60_000


@pytest.fixture
def supervisor(clerk: Staff) -> Staff:
    make_group("12*", "20", by=clerk)
    return make_staff("supervisor", "421000", "zhuguan")


@pytest.fixture
def desk(desk_of: OpenDesk, supervisor: Staff) -> Desk:
    return desk_of(supervisor)


def ask(page: Page, form: str = "csv") -> None:
    with page.expect_navigation(url="**/exports/"):
        page.locator(f"form[action$='/export/']:has([value={form}]) button").press("Enter")


def test_a_list_is_saved_scheduled_exported_and_fetched(desk: Desk, tmp_path: Path) -> None:
    page = desk.page
    desk.go(LIST)
    name = page.locator("form[action$='/save/'] [name=name]")
    name.fill("每月成员")
    with page.expect_navigation():
        name.press("Enter")
    desk.go("/reports/")
    page.locator("[name=day]").fill("5")
    with page.expect_navigation():
        page.locator("[name=day]").press("Enter")
    desk.sees("每月 5 日")
    assert SavedReport.objects.get().monthly_on == 5

    desk.go(LIST)
    ask(page)
    desk.go("/reports/")  # the end is told on another page
    ready = page.locator("#gj-toasts a[download]")
    expect(ready).to_be_visible(timeout=WAIT)
    with page.expect_download() as fetching:
        ready.press("Enter")
    fetching.value.save_as(tmp_path / "x.csv")
    lines = list(csv.reader((tmp_path / "x.csv").read_text(encoding="utf-8-sig").splitlines()))
    assert [line[2] for line in lines[1:]] == ["1", "2", "3"]
    assert all(re.search(r"\d{3}\*+\w{4}", line[4]) for line in lines[1:])
    page.wait_for_timeout(100)
    expect(page.locator("#gj-awaited")).to_have_count(0)


def test_a_cancelled_export_leaves_nothing(desk: Desk) -> None:
    page = desk.page
    desk.go(LIST)
    with transaction.atomic(), connection.cursor() as cursor:
        # The worker cannot keep its file meanwhile: the export runs for as long as the test likes.
        cursor.execute("LOCK TABLE accounts_jobfilepiece IN SHARE MODE")
        ask(page)
        button = page.get_by_role("button", name="取消")
        expect(button).to_be_visible()
        with page.expect_navigation():
            button.press("Enter")
        expect(page.locator(".gj-badge.cancelled")).to_have_text("已取消")
    desk.sees("未保留任何内容")
    assert Job.objects.get(kind="export_report").state == JobState.CANCELLED
    assert not JobFile.objects.exists()
    assert not JobFilePiece.objects.exists()


def test_strangers_see_nothing_of_it(desk: Desk, desk_of: OpenDesk) -> None:
    desk.go(LIST)
    ask(desk.page)
    expect(desk.page.locator("a[download]").first).to_be_visible(timeout=WAIT)
    job = Job.objects.get(kind="export_report")
    elsewhere = desk_of(make_staff("supervisor", "330100"))
    assert elsewhere.go(f"/exports/{job.pk}/file/") == 404
    assert elsewhere.go("/exports/") == 200
    expect(elsewhere.page.locator("tbody tr")).to_have_count(0)
    assert elsewhere.go(LIST) == 200
    expect(elsewhere.page.locator("table.gj-report")).to_have_count(0)
    clerk_elsewhere = desk_of(make_staff("clerk", "330100"))
    for address in (f"/exports/{job.pk}/file/", "/exports/", LIST, "/full-numbers/"):
        assert clerk_elsewhere.go(address) == 403
