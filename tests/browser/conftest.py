"""A browser at a desk: the site runs once for all tests, every test has a clean database and desks of its own."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest
from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Playwright, sync_playwright
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import Staff
from accounts.services.import_persons import import_persons
from tests.browser.desk import PATIENCE, Desk
from tests.browser.site import Site
from tests.factories import make_staff
from tests.samples import SAMPLES

# Django takes a loop that runs in its thread for a reason to refuse.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
VIEWPORT = {"width": 1280, "height": 800}


@pytest.fixture(scope="session", autouse=True)
def passwords_hashed_quickly() -> None:
    """Not here: the site runs in processes of its own, which know the real way alone."""


@pytest.fixture(scope="session")
def site(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Site]:
    with django_db_blocker.unblock():
        running = Site()
    try:
        running.start()
        yield running
    finally:
        running.end()


@pytest.fixture(scope="session")
def playwright() -> Iterator[Playwright]:
    """Its loop runs in the thread of the tests, where Django would begin a second connection, to another database."""
    one = connections["default"]
    with sync_playwright() as driver:
        connections["default"] = one
        yield driver


@pytest.fixture(scope="session")
def browser(playwright: Playwright) -> Iterator[Browser]:
    launched = playwright.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
    yield launched
    launched.close()


def chromium() -> str:
    """The browser of this machine; Playwright's own download is not wanted."""
    found = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if not found:
        pytest.exit(
            "The browser tests need Chromium: on Debian, apt-get install chromium; elsewhere, name it by CHROMIUM=…",
            returncode=2,
        )
    return found


OpenDesk = Callable[..., Desk]


@pytest.fixture
def desk_of(browser: Browser, site: Site, committed_db: None) -> Iterator[OpenDesk]:
    """Opens a browser of its own for a staff member, signed in; what the page's scripts break fails the test."""
    with ExitStack() as stack:
        opened: list[Desk] = []

        def open_desk(staff: Staff | None, *, language: str = "zh-CN", width: int = 1280, height: int = 800) -> Desk:
            context = _context(browser, site, language, width, height)
            stack.callback(context.close)
            desk = Desk(context.new_page(), staff)
            desk.page.bring_to_front()
            opened.append(desk)
            if staff is not None:
                desk.bring_session(site.url)
            return desk

        yield open_desk
        assert [fault for desk in opened for fault in desk.script_faults] == []


def _context(browser: Browser, site: Site, language: str, width: int, height: int) -> BrowserContext:
    context = browser.new_context(
        base_url=site.url, locale=language, timezone_id="Asia/Shanghai", viewport={"width": width, "height": height}
    )
    context.set_default_timeout(PATIENCE)
    return context


@pytest.fixture
def clerk(committed_db: None) -> Staff:
    """Of the whole city, as the samples need: their families live in two of its districts."""
    return make_staff("clerk", "421000", "jingban")


@pytest.fixture
def reviewer(committed_db: None) -> Staff:
    return make_staff("reviewer", "421000", "fuhe")


@pytest.fixture
def roster(clerk: Staff) -> None:
    """The persons of the samples, through the service that the page and the command call."""
    result = import_persons(content=(SAMPLES / "persons.csv").read_bytes(), name="persons.csv", by=clerk)
    assert not result.errors
