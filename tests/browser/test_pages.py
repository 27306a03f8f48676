"""Every page as such: no barrier that axe-core calls serious, nothing out of reach when enlarged, one language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from accounts.models import Job, Region
from tests.browser.bureau import Bureau, open_bureau
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk

SERIOUS = {"serious", "critical"}
# Faults inside the markup of django-unfold that no template of ours makes: rule → what it is about.
NOT_OURS: dict[str, list[str]] = {}

OVERFLOW = "() => document.scrollingElement.scrollWidth - document.documentElement.clientWidth"
OUT_OF_REACH = """() => [...document.querySelectorAll('.gj input:not([type=hidden]), .gj button, .gj select, .gj a')]
  .filter((one) => one.checkVisibility({visibilityProperty: true}))
  .filter((one) => {
    one.focus();
    one.scrollIntoView({block: 'center', inline: 'center'});
    const box = one.getBoundingClientRect();
    return document.activeElement !== one || box.left < -1 || box.left > innerWidth || box.width < 1
      || box.top > innerHeight || box.bottom < 0;
  }).map((one) => one.outerHTML.slice(0, 120))"""
READABLE = """() => {
  const marks = [...document.querySelectorAll('[aria-label], [placeholder], [title], [alt]')].flatMap((one) =>
    ['aria-label', 'placeholder', 'title', 'alt'].map((name) => one.getAttribute(name)).filter(Boolean));
  const options = [...document.querySelectorAll('option')].map((one) => one.textContent.trim());
  return [document.title, ...document.body.innerText.split('\\n'), ...marks, ...options];
}"""


def clerk_pages(bureau: Bureau) -> dict[str, str]:
    return {
        "counter": "/counter/",
        "new": f"/counter/persons/{bureau.free.pk}/",
        "bound": f"/counter/persons/{bureau.person.pk}/",
        "draft": f"/counter/cases/{bureau.draft.pk}/",
        "case": f"/cases/{bureau.waiting.pk}/",
        "decided": f"/cases/{bureau.effective.pk}/",
        "group": f"/groups/{bureau.effective.group_id}/",
        "person": f"/persons/{bureau.person.pk}/",
        "adjust": f"/accounts/{bureau.person.account.pk}/adjust/",
        "jobs": "/jobs/",
        "import": "/persons/import/",
        "check of a file": f"/file-checks/{bureau.check.pk}/",
        "persons": "/admin/accounts/insuredperson/",
        "accounts": "/admin/accounts/personalaccount/",
        "groups": "/admin/families/mutualaidgroup/",
        "cases": "/admin/families/registrationcase/",
        "settlements": "/settlements/",
        "settlement": f"/settlements/{bureau.settlement.pk}/",
        "account": f"/persons/{bureau.person.pk}/account/",
        "care": f"/persons/{bureau.settlement.person_id}/care/",
        "transfer form": f"/persons/{bureau.person.pk}/transfer/",
        "transfer": f"/transfers/{bureau.transfer.pk}/",
        "transfers": "/transfers/",
        "policies": "/policies/",
        "policy": "/policies/regions/421002/",
    }


def pages_of(bureau: Bureau, open_desk: OpenDesk, **how: Any) -> Iterator[tuple[str, Desk]]:
    """Every page, opened by somebody who works with it."""
    guest = open_desk(None, **how)
    guest.go("/")
    yield "sign-in", guest
    desk = open_desk(bureau.clerk, **how)
    for name, address in clerk_pages(bureau).items():
        assert (name, desk.go(address)) == (name, 200)
        yield name, desk
    desk.go(f"/counter/persons/{bureau.free.pk}/")
    desk.add_member(1, bureau.suspended.certno, "10")
    expect(desk.verdict.locator(".gj-person-verdict.fail")).to_be_visible()
    yield "failing check", desk
    review = open_desk(bureau.reviewer, **how)
    for name, address in (
        ("queue", "/cases/"),
        ("review", f"/cases/{bureau.waiting.pk}/"),
        ("adjustments", "/adjustments/"),
    ):
        review.go(address)
        yield name, review
    supervisor = open_desk(bureau.supervisor, **how)
    for name, address in (
        ("new policy", "/policies/regions/421002/begin/"),
        ("policy version", f"/policies/{bureau.policy.pk}/"),
        ("policy editor", f"/policies/{bureau.policy.pk}/edit/"),
        ("policy impact", f"/policies/{bureau.policy.pk}/impact/"),
        ("feed", "/settlements/load/"),
        ("exceptions", "/discrepancies/"),
        ("exception", f"/discrepancies/{bureau.difference.pk}/"),
        ("days", "/days/?day=2026-03-16"),
        ("day", "/days/day/?day=2026-03-16"),
        ("policy list", f"/policies/{bureau.policy.pk}/impact/groups/?parameter=max_members"),
    ):
        assert (name, supervisor.go(address)) == (name, 200)
        yield name, supervisor
    auditor = open_desk(bureau.auditor, **how)
    for name, address in (
        ("trail", f"/persons/{bureau.person.pk}/trail/"),
        ("events", "/admin/accounts/auditevent/"),
    ):
        auditor.go(address)
        auditor.page.wait_for_load_state("networkidle")
        yield name, auditor


@pytest.fixture
def bureau(committed_db: None) -> Bureau:
    return open_bureau()


def test_axe_finds_no_serious_barrier_on_any_page(bureau: Bureau, desk_of: OpenDesk) -> None:
    found = []
    for name, desk in pages_of(bureau, desk_of):
        violations = Axe().run(desk.page, options={"resultTypes": ["violations"]}).response["violations"]
        found += [
            (name, one["id"], node["target"], node["html"][:150])
            for one in violations
            if one["impact"] in SERIOUS
            for node in one["nodes"]
            if node["target"][0] not in NOT_OURS.get(one["id"], [])
        ]
    assert not found, "\n".join(map(str, found))


def test_at_double_size_and_at_full_nothing_scrolls_sideways_and_every_control_is_reached(
    bureau: Bureau, desk_of: OpenDesk
) -> None:
    for width, height in ((640, 400), (1280, 800)):
        desk = desk_of(bureau.clerk, width=width, height=height)
        for address in (f"/counter/cases/{bureau.draft.pk}/", f"/counter/persons/{bureau.free.pk}/", "/counter/"):
            desk.go(address)
            assert desk.page.evaluate(OVERFLOW) <= 0, (width, address)
            assert desk.page.evaluate(OUT_OF_REACH) == [], (width, address)


def test_in_english_no_page_has_chinese_but_the_data(committed_db: None, desk_of: OpenDesk) -> None:
    bureau = open_bureau(("Qin", "Wang", "Child"))
    regions = {*Region.objects.values_list("name", flat=True), "一号窗口"}
    left: set[tuple[str, str]] = set()
    for name, desk in pages_of(bureau, in_english(desk_of)):
        texts = desk.page.evaluate(READABLE)
        # A failure is stored when the job ends, in the language of the bureau.
        data = regions | set(Job.objects.exclude(failure="").values_list("failure", flat=True))
        for text in texts:
            for one in sorted(data, key=len, reverse=True):
                text = text.replace(one, "")
            if re.search(r"[\u4e00-\u9fff，。；：（）]", text):
                left.add((name, text.strip()[:100]))
    assert not left, "\n".join(map(str, sorted(left)))


def in_english(open_desk: OpenDesk) -> OpenDesk:
    def opened(*args: Any, **how: Any) -> Desk:
        desk = open_desk(*args, **how)
        desk.go("/admin/login/" if desk.staff is None else "/counter/" if "clerk" in desk.staff.role_names() else "/")
        switch_to_english(desk)
        return desk

    return opened


def switch_to_english(desk: Desk) -> None:
    """As the menu under the name does it; the sign-in page follows the cookie of the last choice."""
    token = "document.cookie.split('; ').find((one) => one.startsWith('csrftoken='))?.split('=')[1] ?? ''"
    status = desk.page.evaluate(
        "async () => (await fetch('/i18n/setlang/', {method: 'POST', body: new URLSearchParams("
        f"{{language: 'en', next: '/healthz', csrfmiddlewaretoken: {token}}})}})).status"
    )
    assert status == 200


def test_the_language_is_switched_in_the_menu_under_the_name(bureau: Bureau, desk_of: OpenDesk) -> None:
    desk = desk_of(bureau.clerk)
    desk.go("/counter/")
    desk.page.get_by_text(str(bureau.clerk)).last.click()
    desk.page.get_by_role("button", name="English").click()
    desk.sees("Open drafts")
    desk.does_not_see("我的草稿")
