"""The keyboard alone: what is pressed is counted, and where the next key goes is always seen."""

from __future__ import annotations

from dataclasses import dataclass

from playwright.sync_api import Page, expect

from accounts.models import Staff
from tests.factories import PASSWORD

FOCUS_IS_SEEN = """() => {
  const one = document.activeElement;
  const style = getComputedStyle(one);
  const outlined = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0;
  return one !== document.body && (outlined || style.boxShadow !== 'none');
}"""
FOCUSED_TEXT = "() => document.activeElement.matches('a, button') ? document.activeElement.innerText : ''"


@dataclass
class Keyboard:
    """Counts what was pressed; at every step the place where the next key goes is seen."""

    page: Page
    pressed: int = 0

    def press(self, key: str) -> None:
        """Tab alone may come from nowhere; wherever it leads has to be seen."""
        if key != "Tab":
            self.is_seen()
        self.page.keyboard.press(key)
        self.pressed += 1
        if key == "Tab":
            self.is_seen()

    def is_seen(self) -> None:
        assert self.page.evaluate(FOCUS_IS_SEEN), f"Nothing shows where the next key goes on {self.page.url}"

    def type(self, text: str) -> None:
        for key in text:
            self.press(key)

    def tab_to(self, words: str) -> None:
        for _ in range(60):
            if words in self.page.evaluate(FOCUSED_TEXT):
                return
            self.press("Tab")
        raise AssertionError(f"Tab never came to {words}")

    def sign_in(self, staff: Staff) -> None:
        expect(self.page.locator("[name=username]")).to_be_focused()
        self.type(staff.username)
        self.press("Tab")
        self.type(PASSWORD)
        self.press("Enter")
