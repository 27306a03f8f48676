"""The server stops answering in the middle of a conversation: it is said, nothing typed is lost, and it goes on."""

from __future__ import annotations

import os
import signal
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from accounts.models import Staff
from families.models import RegistrationCase
from tests.browser.conftest import OpenDesk
from tests.browser.desk import Desk
from tests.browser.site import Site
from tests.factories import make_person

TOLD = "服务器无响应。您填写的内容仍在本页，请稍后重试。"
WAIT = 20_000


@pytest.fixture
def disturbed(site: Site) -> Iterator[Site]:
    """The site, which serves the next test whatever became of it in this one."""
    yield site
    if "web" in site.parts:
        os.killpg(site.parts["web"].pid, signal.SIGCONT)
    else:
        site.start_web()


@pytest.fixture
def counter(disturbed: Site, desk_of: OpenDesk, clerk: Staff) -> Desk:
    desk = desk_of(clerk)
    owner = make_person("秦户主", current="1000.00", by=clerk)
    desk.go(f"/counter/persons/{owner.pk}/")
    return desk


def test_a_server_that_hangs_is_told_and_the_look_up_works_when_it_is_back(counter: Desk, disturbed: Site) -> None:
    spouse = make_person("秦配偶", gender="2", insutype="390")
    offline = counter.page.locator("#gj-offline")
    number = counter.page.locator("[name='1-number']")
    os.killpg(disturbed.parts["web"].pid, signal.SIGSTOP)
    number.fill(spouse.certno)
    number.press("Enter")
    expect(offline).to_have_text(TOLD, timeout=WAIT)
    expect(offline).to_be_visible(timeout=WAIT)
    expect(number).to_have_value(spouse.certno)
    os.killpg(disturbed.parts["web"].pid, signal.SIGCONT)
    number.press("Enter")
    expect(counter.page.locator("tr[id='row-1'] .found")).to_have_text("秦配偶")
    expect(offline).to_be_hidden()


def test_saving_at_a_server_that_died_keeps_the_page_and_works_after_the_restart(
    counter: Desk, disturbed: Site
) -> None:
    spouse = make_person("秦配偶", gender="2", insutype="390")
    counter.add_member(1, spouse.certno, "10")
    counter.page.locator("[name=agent_name]").fill("代办人甲")
    expect(counter.verdict_of("秦配偶")).to_be_visible()
    disturbed.kill_web()
    counter.press("保存")
    expect(counter.page.locator("#gj-offline")).to_be_visible(timeout=WAIT)
    counter.sees(TOLD)
    expect(counter.page.locator("[name=agent_name]")).to_have_value("代办人甲")
    expect(counter.page.locator("[name='1-relation']")).to_have_value("10")
    assert not RegistrationCase.objects.exists()
    disturbed.start_web()
    case = counter.save()
    assert case.agent_name == "代办人甲"
    assert [line.person.name for line in case.lines.order_by("position")] == ["秦户主", "秦配偶"]


def test_a_session_that_ended_is_told_and_the_form_goes_on_after_signing_in_again(counter: Desk) -> None:
    spouse = make_person("秦配偶", gender="2", insutype="390")
    counter.add_member(1, spouse.certno, "10")
    counter.page.locator("[name=agent_name]").fill("代办人甲")
    expect(counter.verdict_of("秦配偶")).to_be_visible()
    cookies = counter.page.context.cookies()
    counter.page.context.clear_cookies()
    counter.press("保存")
    expect(counter.page.locator("#gj-signed-out")).to_be_visible()
    counter.sees("登录已失效")
    expect(counter.page.locator("[name=agent_name]")).to_have_value("代办人甲")
    counter.page.context.add_cookies(cookies)
    case = counter.save()
    assert case.agent_name == "代办人甲"
