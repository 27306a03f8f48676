"""The pages are Chinese until somebody chooses English in the user menu, and back."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.factories import make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

CHINESE = re.compile("[一-鿿]+")
# What the English frame keeps in Chinese: the name of the other language, and data: the clerk's region.
OTHER_LANGUAGE = {"简体中文", "沙市区"}


@pytest.fixture
def page() -> Client:
    client = Client(headers={"accept-language": "en-US,en;q=0.9"})
    client.force_login(make_staff("clerk"))
    return client


def _choose(client: Client, language: str) -> None:
    client.post("/i18n/setlang/", {"language": language, "next": "/counter/"})


def _text_of(client: Client, address: str) -> str:
    body = client.get(address).content.decode()
    without_code = re.sub(r"<(script|style).*?</\1>|<!--.*?-->", " ", body, flags=re.DOTALL)
    return re.sub(r"<[^>]+>", " ", without_code)


def test_a_clerk_reads_chinese_first(page: Client) -> None:
    text = _text_of(page, "/counter/")
    assert "窗口经办" in text
    assert "我的草稿" in text
    assert "退出登录" in text


def test_english_is_chosen_in_the_menu_and_holds_for_every_page(page: Client) -> None:
    _choose(page, "en")
    for address in ("/counter/", "/jobs/", "/admin/families/mutualaidgroup/", "/persons/999/"):
        text = _text_of(page, address)
        assert set(CHINESE.findall(text)) <= OTHER_LANGUAGE, address
    assert "Open drafts" in _text_of(page, "/counter/")


def test_chinese_comes_back(page: Client) -> None:
    _choose(page, "en")
    _choose(page, "zh-hans")
    assert "窗口经办" in _text_of(page, "/counter/")


def test_what_is_not_there_is_told_in_chinese(page: Client) -> None:
    text = _text_of(page, "/persons/999/")
    assert "未找到页面" in text
    assert "管辖区划" in text
    assert not re.search("[A-Za-z]{4,}", text)
