"""Papers of a case at the desk: with the keyboard alone, several at once, an error beside each file."""

from __future__ import annotations

import re
from pathlib import Path
from uuid import uuid4

import pytest
from playwright.sync_api import FileChooser, expect

from accounts.models import Staff
from families.models import RegistrationCase
from families.services.case_forms import CaseInput, LineInput
from families.services.drafts import save_case
from tests.browser.conftest import OpenDesk
from tests.browser.desk import wait_until
from tests.factories import START, make_document, make_person, make_policy
from tests.files.scans import photograph, picture

pytestmark = pytest.mark.usefixtures("committed_db")


@pytest.fixture
def case(clerk: Staff) -> RegistrationCase:
    make_policy("421000", proof_mode="documents")
    owner = make_person("户主", current="10.00", by=clerk)
    wife = make_person("妻子", gender="2")
    lines = [LineInput(owner.pk, "01", True, START, rank=1), LineInput(wife.pk, "12", False, START)]
    return save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=lines), by=clerk)


def written(place: Path, name: str, content: bytes) -> str:
    (place / name).write_bytes(content)
    return str(place / name)


def test_a_missing_paper_is_added_with_the_keyboard_alone(
    desk_of: OpenDesk, clerk: Staff, case: RegistrationCase, tmp_path: Path
) -> None:
    desk = desk_of(clerk)
    page = desk.page
    choosers: list[FileChooser] = []
    # Before the page opens: who asks only at the key may come too late.
    page.on("filechooser", lambda chooser: choosers.append(chooser))
    desk.go(f"/counter/cases/{case.pk}/")
    missing = page.locator("[data-ask-kind]").nth(1)
    missing.focus()
    expect(missing).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#document-files")).to_be_focused()
    wait_until(page, lambda: choosers)
    choosers[0].set_files(written(tmp_path, "IMG_2031.jpg", photograph()))
    expect(page.locator("#document-person")).to_have_value(str(case.lines.get(position=2).person_id))
    expect(page.locator("#document-files")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".gj-papers > li")).to_have_count(1)
    expect(page.locator("[data-ask-kind]")).to_have_count(2)
    stored = case.documents.get()
    assert (stored.kind, stored.person, stored.name) == ("id_card", case.lines.get(position=2).person, "IMG_2031.jpg")


def test_of_several_files_each_that_is_refused_is_told_and_the_others_are_taken(
    desk_of: OpenDesk, clerk: Staff, case: RegistrationCase, tmp_path: Path
) -> None:
    desk = desk_of(clerk)
    desk.go(f"/counter/cases/{case.pk}/")
    page = desk.page
    page.locator("#document-files").set_input_files(
        [
            written(tmp_path, "网页.jpg", b"<html>"),
            written(tmp_path, "正面.jpg", picture(shade=1)),
            written(tmp_path, "太大.jpg", bytes(11 * 2**20)),
            written(tmp_path, "反面.png", picture("PNG", shade=2)),
        ]
    )
    page.get_by_role("button", name="上传材料").click()
    expect(page.locator(".gj-refusals li")).to_have_count(2)
    expect(page.locator(".gj-refusals li").first).to_contain_text("网页.jpg")
    expect(page.locator(".gj-refusals li").last).to_contain_text("太大.jpg")
    expect(page.locator(".gj-papers > li")).to_have_count(2)
    assert [one.name for one in case.documents.all()] == ["正面.jpg", "反面.png"]


def test_papers_are_looked_through_in_a_wide_panel_and_escape_leads_back(
    desk_of: OpenDesk, clerk: Staff, case: RegistrationCase
) -> None:
    for shade in (1, 2):
        make_document(case, by=clerk, shade=shade)
    desk = desk_of(clerk)
    desk.go(f"/cases/{case.pk}/")
    page = desk.page
    links = page.locator(".gj-thumbnail")
    links.first.focus()
    page.keyboard.press("Enter")
    shown = page.locator(".gj-viewer img")
    expect(shown).to_be_visible()
    page.keyboard.press("ArrowRight")
    expect(shown).to_have_attribute("src", re.compile(f"{links.nth(1).get_attribute('href')}$"))
    page.wait_for_function("document.querySelector('.gj-viewer img').naturalWidth === 640")
    page.keyboard.press("Escape")
    expect(shown).to_be_hidden()
    expect(links.nth(1)).to_be_focused()


def test_what_was_chosen_stays_when_the_server_is_away(
    desk_of: OpenDesk, clerk: Staff, case: RegistrationCase, tmp_path: Path
) -> None:
    desk = desk_of(clerk)
    desk.go(f"/counter/cases/{case.pk}/")
    page = desk.page
    page.locator("#document-files").set_input_files(written(tmp_path, "a.jpg", picture()))
    page.context.set_offline(True)
    page.get_by_role("button", name="上传材料").click()
    expect(page.locator("#gj-offline")).to_be_visible()
    page.context.set_offline(False)
    page.get_by_role("button", name="上传材料").click()
    expect(page.locator(".gj-papers > li")).to_have_count(1)
    expect(page.locator("#gj-offline")).to_be_hidden()
