"""What a person at a desk does with the pages, named as they would say it."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from time import monotonic

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from playwright.sync_api import Locator, Page, expect

from accounts.models import InsuredPerson, Staff
from families.models import RegistrationCase

NUMBER = "成员的证件号码"
PATIENCE = 15_000  # milliseconds

# A key pressed before the first picture is drawn is dropped by the browser; a person does not press before seeing.
DRAWN = """() => Promise.race([
  new Promise((drawn) => requestAnimationFrame(() => requestAnimationFrame(drawn))),
  new Promise((late) => setTimeout(late, 500)),
])"""


def wait_until(page: Page, happened: Callable[[], object]) -> None:
    """Let the page's events arrive until one of them is what the test waits for."""
    late = monotonic() + PATIENCE / 1000
    while not happened():
        assert monotonic() < late, "what the test waited for did not happen"
        page.wait_for_timeout(20)


class Desk:
    """One window of one browser."""

    def __init__(self, page: Page, staff: Staff | None) -> None:
        self.page, self.staff = page, staff
        self.script_faults: list[str] = []
        page.on("pageerror", lambda error: self.script_faults.append(str(error)))

    def bring_session(self, url: str) -> None:
        """Signed in already: the sign-in page has its own tests, and hashing a password is slow on purpose."""
        assert self.staff is not None
        session = import_module(settings.SESSION_ENGINE).SessionStore()
        session[SESSION_KEY] = str(self.staff.pk)
        session[BACKEND_SESSION_KEY] = "django.contrib.auth.backends.ModelBackend"
        session[HASH_SESSION_KEY] = self.staff.get_session_auth_hash()
        session.create()
        cookie = {"name": settings.SESSION_COOKIE_NAME, "value": session.session_key, "url": url}
        self.page.context.add_cookies([cookie])

    def window(self) -> Desk:
        """A second window of the same browser, with the same session."""
        return Desk(self.page.context.new_page(), self.staff)

    def go(self, address: str) -> int:
        """Open an address; returns the status."""
        answer = self.page.goto(address)
        assert answer is not None
        self.page.evaluate(DRAWN)
        return answer.status

    def open_counter(self, owner: InsuredPerson) -> None:
        """The owner's number into the search of the start page, as a card reader types it."""
        self.go("/counter/")
        search = self.page.get_by_role("textbox").first
        search.fill(owner.certno)
        search.press("Enter")
        expect(self.page.locator(".gj-name")).to_have_text(owner.name)

    def look_up(self, row: int, number: str, name: str = "") -> None:
        """Type a number into a row, and Enter; then the name, where the page asks for it."""
        field = self.page.locator(f"[name='{row}-number']")
        field.fill(number)
        with self.page.expect_response(lambda answer: answer.url.endswith("/row/")):
            field.press("Enter")
        if name:
            field = self.page.locator(f"[name='{row}-name']")
            field.fill(name)
            with self.page.expect_response(lambda answer: answer.url.endswith("/row/")):
                field.press("Enter")

    def add_member(self, row: int, number: str, relation: str, *, rank: str = "", limit: str = "") -> None:
        """One member, found and described. `rank`: the place in the order when the account is shared."""
        self.look_up(row, number)
        expect(self.page.locator(f"#row-{row} .found")).to_be_visible()
        self.set(row, "relation", relation)
        if rank:
            self.page.locator(f"[name='{row}-shares']").check()
            self.set(row, "rank", rank)
            self.set(row, "share_limit", limit)

    def set(self, row: int, field: str, value: str) -> None:
        found = self.page.locator(f"[name='{row}-{field}']")
        if field == "relation":
            found.select_option(value)
        else:
            found.fill(value)
            found.press("Tab")

    def start_on(self, day: str) -> None:
        field = self.page.locator("[name='starts_on']")
        field.fill(day)
        field.press("Tab")

    @property
    def verdict(self) -> Locator:
        return self.page.locator("#verdict")

    def verdict_of(self, name: str) -> Locator:
        """What the pre-flight check says of one person."""
        return self.verdict.locator("article", has=self.page.locator("header", has_text=name))

    def save(self) -> RegistrationCase:
        """Save the form; returns the draft that the page shows afterwards."""
        self.press("保存")
        self.page.wait_for_url("**/counter/cases/*/")
        return RegistrationCase.objects.get(pk=int(self.page.url.rstrip("/").rsplit("/", 1)[1]))

    def press(self, label: str) -> None:
        self.page.get_by_role("button", name=label).first.click()

    @property
    def notices(self) -> Locator:
        return self.page.locator("body")

    def sees(self, text: str) -> None:
        expect(self.page.locator("body")).to_contain_text(text)

    def does_not_see(self, text: str) -> None:
        expect(self.page.locator("body")).not_to_contain_text(text)
