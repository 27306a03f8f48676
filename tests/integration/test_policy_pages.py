"""The pages of policies: read by everybody who applies them, written by supervisors, published by the second one."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import Staff
from families.models import RegionPolicy
from families.models.policy import PolicyState
from families.rules.policy import PARAMETERS
from tests.factories import make_draft, make_group, make_policy, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def drafter() -> Staff:
    return make_staff("supervisor", "421000", "zhuguan")


@pytest.fixture
def second() -> Staff:
    return make_staff("supervisor", "421000", "fuzhuguan")


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, path: str, **how: Any) -> str:
    return client.get(path, how).content.decode()


def rows(page: str) -> dict[str, str]:
    """Parameter → its line of the table, without tags."""
    lines = re.findall(r'<tr id="(\w+)".*?>(.*?)</tr>', page, re.DOTALL)
    return {name: " ".join(re.sub(r"<[^>]+>", " ", line).split()) for name, line in lines}


def typed(draft: RegionPolicy, **values: Any) -> dict[str, Any]:
    """The editor as sent: these values, each cited, and the others inherited."""
    head = {"title": draft.title, "effective_on": draft.effective_on, "version": draft.version}
    own = {}
    for name, value in values.items():
        own |= {f"{name}-own": "on", f"{name}-value": value, f"{name}-citation": f"依据{name}"}
    return head | own


def test_the_tree_shows_what_is_in_force_coming_drafted_and_past(drafter: Staff) -> None:
    today = timezone.localdate()
    make_policy("420000", max_members=8)
    for days in (-400, -10, 10):
        make_policy("421000", effective_on=today + dt.timedelta(days=days))
    draft = make_draft("421002", by=make_staff("supervisor", "421000"))
    page = text(signed_in(drafter), "/policies/")
    lines = [
        " ".join(re.sub(r"<[^>]+>", " ", line).split()) for line in re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    ]
    city = next(line for line in lines if line.startswith("荆州市"))
    assert [str(today + dt.timedelta(days=days)) in city for days in (-10, 10, -400)] == [True] * 3
    assert draft.get_absolute_url() in page
    assert "武昌区" not in page


def test_a_policy_shows_every_parameter_with_value_example_and_origin(drafter: Staff) -> None:
    make_policy("420000", effective_on=dt.date(2025, 1, 1), min_bind_days=90)
    make_policy("421000", effective_on=dt.date(2025, 6, 1), visit_limit="500.00")
    shown = rows(text(signed_in(make_staff("clerk")), "/policies/regions/421002/"))
    assert set(shown) == set(PARAMETERS)
    assert shown["min_bind_days"].endswith(
        "90天 2026-03-01建立关系的，2026-05-30起可以解除。 湖北省 2025-01-01 §min_bind_days"
    )
    assert (
        "个人负担1000.00元，家庭成员账户支付500.00元，其余500.00元现金支付。 荆州市 2025-06-01"
        in shown["visit_limit"]
    )
    assert shown["max_members"].endswith("系统默认值")


def test_a_policy_can_be_asked_for_any_day_and_a_wrong_day_is_said(drafter: Staff) -> None:
    make_policy("421000", effective_on=dt.date(2025, 6, 1), max_members=5)
    client = signed_in(drafter)
    days = {"2025-05-31": "8人", "2025-06-01": "5人"}
    for day, value in days.items():
        assert value in rows(text(client, "/policies/regions/421002/", day=day))["max_members"]
    assert 'class="error"' in text(client, "/policies/regions/421002/", day="yesterday")


def test_a_version_is_drafted_edited_and_published_by_two(drafter: Staff, second: Staff) -> None:
    make_group("12", "20", "30", by=drafter)
    first, other = signed_in(drafter), signed_in(second)
    day = timezone.localdate() + dt.timedelta(days=30)
    answer = first.post("/policies/regions/421000/begin/", {"title": "人数调整", "effective_on": day})
    draft = RegionPolicy.objects.get()
    assert answer.headers["Location"] == f"/policies/{draft.pk}/edit/"

    values = {"max_members": "3", "near_relatives": ["spouse", "child"], "cross_city": "no", "reserve_floor": "1000"}
    values |= {
        "visit_limit": "",
        "annual_limit_ratio": "0.5",
        "quiet_hours": "23:00-05:00",
        "payer_order": "last_bound",
    }
    first.post(f"/policies/{draft.pk}/edit/", typed(draft, **values))
    assert {one.parameter: one.value for one in draft.settings.all()} == {
        "max_members": 3,
        "near_relatives": ["spouse", "child"],
        "cross_city": False,
        "reserve_floor": "1000.00",
        "visit_limit": None,
        "annual_limit_ratio": "0.50",
        "quiet_hours": "23:00-05:00",
        "payer_order": "last_bound",
    }

    own, page = (text(client, f"/policies/{draft.pk}/impact/") for client in (first, other))
    assert "由您起草或修改，须由他人发布。 可以发布的人员： fuzhuguan（荆州市）" in " ".join(own.split())
    assert 'name="shown"' not in own
    shown = re.search(r'name="shown" value="(\w+)"', page)
    assert shown is not None
    assert first.post(f"/policies/{draft.pk}/publish/", {"shown": shown[1]}).status_code == 302
    draft.refresh_from_db()
    assert draft.state == PolicyState.DRAFT

    other.post(f"/policies/{draft.pk}/publish/", {"shown": shown[1]})
    draft.refresh_from_db()
    assert (draft.state, draft.published_by) == (PolicyState.PUBLISHED, second)


def test_publishing_what_was_shown_before_it_changed_shows_the_new_numbers(drafter: Staff, second: Staff) -> None:
    draft = make_draft(by=drafter, max_members=2)
    make_group("12", "20", by=drafter)
    answer = signed_in(second).post(f"/policies/{draft.pk}/publish/", {"shown": "0" * 64})
    assert answer.status_code == 409
    assert "影响范围在您查看之后有变化" in answer.content.decode()
    assert f"/policies/{draft.pk}/impact/groups/?parameter=max_members" in answer.content.decode()


def test_wrong_values_are_told_beside_their_fields_all_at_once_and_stay_typed(drafter: Staff) -> None:
    draft = make_draft(by=drafter, min_bind_days=30)
    wrong = {
        "max_members": "9",
        "min_bind_days": "",
        "visit_limit": "500.005",
        "quiet_hours": "22-6",
        "near_relatives": [],
        "payer_order": "random",
    }
    sent = typed(draft, **wrong) | {"cross_city-own": "on", "cross_city-value": "no", "cross_city-citation": ""}
    answer = signed_in(drafter).post(f"/policies/{draft.pk}/edit/", sent)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert {
        name for name, line in re.findall(r'<tr id="(\w+)">(.*?)</tr>', page, re.DOTALL) if 'class="error"' in line
    } == {
        *wrong,
        "cross_city",
    }
    assert "7处填写有误" in page
    assert 'value="500.005"' in page
    assert draft.settings.get().value == 30


def test_of_two_windows_the_second_is_told_and_its_next_click_saves(drafter: Staff, second: Staff) -> None:
    draft = make_draft(by=drafter, max_members=6)
    stale = typed(draft, max_members="5")
    signed_in(drafter).post(f"/policies/{draft.pk}/edit/", typed(draft, max_members="7"))
    answer = signed_in(second).post(f"/policies/{draft.pk}/edit/", stale)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert "zhuguan已修改本草案" in page
    assert draft.settings.get().value == 7
    version = re.search(r'name="version" value="(\d+)"', page)
    assert version is not None
    signed_in(second).post(f"/policies/{draft.pk}/edit/", stale | {"version": version[1]})
    draft.refresh_from_db()
    assert (draft.settings.get().value, draft.changed_by) == (5, second)


@pytest.mark.parametrize("days", [0, -1])
def test_a_first_day_that_is_not_ahead_is_told_beside_the_day(drafter: Staff, days: int) -> None:
    day = timezone.localdate() + dt.timedelta(days=days)
    answer = signed_in(drafter).post("/policies/regions/421000/begin/", {"title": "调整", "effective_on": day})
    assert answer.status_code == 422
    assert "生效日须晚于今日" in answer.content.decode()
    assert not RegionPolicy.objects.exists()


def test_a_published_version_has_no_editor_and_a_discarded_draft_neither(drafter: Staff) -> None:
    published, draft = make_policy("421000", max_members=6), make_draft(by=drafter)
    client = signed_in(drafter)
    client.post(f"/policies/{draft.pk}/discard/")
    for version in (published, draft):
        version.refresh_from_db()
        assert client.get(f"/policies/{version.pk}/edit/").headers["Location"] == version.get_absolute_url()
        assert client.post(f"/policies/{version.pk}/edit/", typed(version, max_members="5")).status_code == 302
    assert [one.value for one in published.settings.all()] == [6]


def test_a_version_page_shows_what_it_replaces(drafter: Staff) -> None:
    make_policy("421000", max_members=7)
    draft = make_draft(by=drafter, max_members=6)
    shown = rows(text(signed_in(drafter), f"/policies/{draft.pk}/"))
    assert "7人 6人" in shown["max_members"]
    assert "7人" not in shown["min_bind_days"]


def test_the_list_of_what_is_touched_goes_on_over_pages(drafter: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("families.views.policies.GROUPS_PER_PAGE", 2)
    numbers = [make_group("12", "20", by=drafter).number for _ in range(3)]
    draft = make_draft(by=drafter, max_members=2)
    client, path = signed_in(drafter), f"/policies/{draft.pk}/impact/groups/"
    pages = [text(client, path, parameter="max_members", page=page) for page in (1, 2)]
    assert [[number in page for number in numbers] for page in pages] == [[True, True, False], [False, False, True]]
    assert "3名成员" in pages[0]


@pytest.mark.parametrize("parameter", ["", "nothing", "min_bind_days", "cross_city"])
def test_there_is_no_list_for_a_parameter_that_touches_nothing_bound(drafter: Staff, parameter: str) -> None:
    draft = make_draft(by=drafter, max_members=2, min_bind_days=30)
    path = f"/policies/{draft.pk}/impact/groups/"
    assert signed_in(drafter).get(path, {"parameter": parameter}).status_code == 404


def test_a_reader_sees_no_buttons_that_write(drafter: Staff) -> None:
    draft = make_draft(by=drafter, max_members=2)
    client = signed_in(make_staff("auditor", "421000"))
    for path in (f"/policies/{draft.pk}/", "/policies/regions/421000/", f"/policies/{draft.pk}/impact/"):
        page = text(client, path)
        for address in ("/edit/", "/begin/", "/publish/", "/discard/"):
            assert address not in page, (path, address)
