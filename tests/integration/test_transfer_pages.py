"""Wallet transfers at the window: asked for from the payer's page, answered once, seen by both bureaus, printed."""

from __future__ import annotations

import datetime as dt
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import OperationalError
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, InsuredPerson, PersonalAccount, Staff
from accounts.models.audit import AuditKind
from families.models import MutualAidGroup
from settlement.models import WalletTransfer
from settlement.services.transfer_answers import accept_transfer, return_unaccepted
from tests.factories import make_group, make_person, make_policy, make_staff, make_transfer
from tests.unit.test_printing import words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def clerk(regions: None) -> Staff:
    make_policy(quiet_hours=None)  # the pages go by the clock on the wall
    return make_staff("clerk")


@pytest.fixture
def family(clerk: Staff) -> MutualAidGroup:
    return make_group("12*", "20", by=clerk)


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def member(group: MutualAidGroup, seat: int) -> InsuredPerson:
    return group.members.get(seat=seat).person


def made(group: MutualAidGroup, by: Staff, **order: Any) -> WalletTransfer:
    return make_transfer(group, by=by, **{"at": timezone.now(), **order})


def number_on(page: str) -> str:
    found = re.search(r'name="transfer_id" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def typed(page: str, group: MutualAidGroup, amount: str = "100.00", **changed: str) -> dict[str, str]:
    return {
        "transfer_id": number_on(page), "payee": str(member(group, 2).pk), "amount": amount, "purpose": "care",
        "confirmed": "on",
    } | changed  # fmt: skip


# Asking


def test_a_form_sent_twice_is_one_transfer(family: MutualAidGroup, clerk: Staff) -> None:
    client, payer = signed_in(clerk), member(family, 1)
    form = typed(client.get(f"/persons/{payer.pk}/transfer/").content.decode(), family)
    answers = [client.post(f"/persons/{payer.pk}/transfer/save/", form) for _ in range(2)]
    transfer = WalletTransfer.objects.get()
    assert [answer["Location"] for answer in answers] == [f"/transfers/{transfer.pk}/"] * 2
    assert (transfer.amount, transfer.handled_by) == (Decimal("100.00"), clerk)
    assert PersonalAccount.objects.get(person=payer).current_year == Decimal("900.00")


def test_the_browsers_way_back_with_another_amount_is_refused_and_the_next_click_is_another_transfer(
    family: MutualAidGroup, clerk: Staff
) -> None:
    client, at = signed_in(clerk), f"/persons/{member(family, 1).pk}/transfer/"
    form = typed(client.get(at).content.decode(), family)
    client.post(f"{at}save/", form)
    refused = client.post(f"{at}save/", form | {"amount": "200.00"})
    assert refused.status_code == 422
    assert f"转账编号{form['transfer_id']}已用于另一笔转账" in refused.content.decode()
    assert AuditEvent.objects.filter(kind=AuditKind.CONFLICT, staff=clerk).count() == 1
    client.post(f"{at}save/", form | {"amount": "200.00", "transfer_id": number_on(refused.content.decode())})
    assert sorted(WalletTransfer.objects.values_list("amount", flat=True)) == [Decimal("100.00"), Decimal("200.00")]


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"amount": ""}, "必填"),
        ({"amount": "1e3"}, "数字"),
        ({"amount": "0"}, "大于零"),
        ({"amount": "1.005"}, "两位小数"),
        ({"amount": "1000.01"}, "余额不足"),
        ({"amount": "2000.01"}, "单笔转账最多2000.00元"),
        ({"purpose": "gift"}, "gift"),
        ({"confirmed": ""}, "请向付款人核实后勾选确认"),
        ({"payee": ""}, "必填"),
        ({"transfer_id": "a b"}, "请重新打开转账页面"),
    ],
)
def test_what_is_wrong_is_told_on_the_page_with_everything_that_was_typed(
    family: MutualAidGroup, clerk: Staff, changed: dict[str, str], says: str
) -> None:
    client, at = signed_in(clerk), f"/persons/{member(family, 1).pk}/transfer/"
    answer = client.post(f"{at}save/", typed(client.get(at).content.decode(), family, **changed))
    page = answer.content.decode()
    assert answer.status_code == 422
    assert says in page
    assert f'value="{changed.get("amount", "100.00")}"' in page
    assert not WalletTransfer.objects.exists()


def test_only_the_own_family_can_be_chosen_whoever_is_sent(family: MutualAidGroup, clerk: Staff) -> None:
    stranger, elsewhere = make_person("路人"), make_person("他乡客", region="330100")
    client, at = signed_in(clerk), f"/persons/{member(family, 1).pk}/transfer/"
    page = client.get(at).content.decode()
    for person in (stranger, elsewhere, member(family, 1)):
        answer = client.post(f"{at}save/", typed(page, family, payee=str(person.pk)))
        assert answer.status_code == 422
        assert "他乡客" not in answer.content.decode()
    assert not WalletTransfer.objects.exists()


def test_the_check_says_while_it_is_typed_what_is_taken_from_where_and_why_not(
    family: MutualAidGroup, clerk: Staff
) -> None:
    client, at = signed_in(clerk), f"/persons/{member(family, 1).pk}/transfer/"
    form = typed(client.get(at).content.decode(), family)
    whole = client.post(f"{at}check/", form).content.decode()
    assert "可以办理：转给成员0 100.00元，其中往年结余0.00元，当年资金100.00元" in whole
    child = client.post(f"{at}check/", form | {"payee": str(member(family, 3).pk)}).content.decode()
    assert "数据不符合规定" in child
    assert "无需转账" in child
    low = client.post(f"{at}check/", form | {"amount": "1500.00"}).content.decode()
    assert "余额不足" in low
    assert "account" not in low
    assert client.post(f"{at}check/", {"amount": "x"}).status_code == 200
    assert not WalletTransfer.objects.exists()


def test_in_quiet_hours_the_page_says_from_when_it_passes(family: MutualAidGroup, clerk: Staff) -> None:
    now = timezone.localtime()
    later, earlier = now + dt.timedelta(hours=2), now - dt.timedelta(hours=2)
    make_policy("421002", quiet_hours=f"{earlier:%H:%M}-{later:%H:%M}")
    client, at = signed_in(clerk), f"/persons/{member(family, 1).pk}/transfer/"
    page = client.get(at).content.decode()
    assert f"{later:%Y-%m-%d %H:%M}起可办理" in page
    assert "§quiet_hours" in page
    assert client.post(f"{at}save/", typed(page, family)).status_code == 422
    assert not WalletTransfer.objects.exists()


def test_a_lock_that_somebody_holds_is_told_as_a_fault_of_the_system(
    family: MutualAidGroup, clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: Any) -> None:
        raise OperationalError("canceling statement due to lock timeout")

    monkeypatch.setattr("settlement.services.transfers._lock_id", fails)
    client, at = signed_in(clerk), f"/persons/{member(family, 1).pk}/transfer/"
    form = typed(client.get(at).content.decode(), family)
    page = client.post(f"{at}save/", form).content.decode()
    assert "系统故障：系统未能完成，资金未变动。" in page
    assert number_on(page) == form["transfer_id"]


def test_without_a_family_there_is_nobody_to_choose_and_the_page_says_what_to_do(clerk: Staff) -> None:
    alone = make_person("独自", current="10.00", by=clerk)
    page = signed_in(clerk).get(f"/persons/{alone.pk}/transfer/").content.decode()
    assert "不在共济组内" in page
    assert f"/counter/persons/{alone.pk}/" in page


def test_the_family_of_another_region_is_not_shown(clerk: Staff) -> None:
    """The owner's region keeps the group: a clerk of the member's region learns its number alone."""
    group = make_group("12*", by=make_staff("clerk", "421003"), region="421003")
    spouse = member(group, 2)
    InsuredPerson.objects.filter(pk=spouse.pk).update(region="421002")
    page = signed_in(clerk).get(f"/persons/{spouse.pk}/transfer/").content.decode()
    assert group.number in page
    assert "户主</b>" not in page
    assert member(group, 1).masked_number not in page


def test_a_merged_record_leads_to_its_own_page(clerk: Staff) -> None:
    survivor = make_person()
    record = make_person(insutype="390", status="3", merged_into=survivor)
    answer = signed_in(clerk).get(f"/persons/{record.pk}/transfer/")
    assert answer["Location"] == f"/persons/{record.pk}/"


# The answer


def test_accepting_needs_the_payee_at_the_window_and_two_windows_accept_once(
    family: MutualAidGroup, clerk: Staff
) -> None:
    transfer, client, other = made(family, clerk), signed_in(clerk), signed_in(make_staff("clerk"))
    at = f"/transfers/{transfer.pk}/accept/"
    alone = client.post(at)
    assert alone.status_code == 422
    assert "请向窗口人员核实后勾选确认" in alone.content.decode()
    for window in (client, other, client):
        assert window.post(at, {"present": "on"})["Location"] == f"/transfers/{transfer.pk}/"
    transfer.refresh_from_db()
    assert (transfer.state, transfer.answered_by) == ("accepted", clerk)
    assert PersonalAccount.objects.get(person=transfer.payee).current_year == Decimal("100.00")


@pytest.mark.parametrize(("answer", "cause"), [("refuse", "refused"), ("withdraw", "withdrawn")])
def test_giving_back_needs_who_is_at_the_window_and_a_reason(
    family: MutualAidGroup, clerk: Staff, answer: str, cause: str
) -> None:
    transfer, client = made(family, clerk), signed_in(clerk)
    at = f"/transfers/{transfer.pk}/{answer}/"
    for wrong in ({"present": "on"}, {"reason": "不需要"}, {"present": "on", "reason": "42100219850314123X"}):
        assert client.post(at, wrong).status_code == 422
    client.post(at, {"present": "on", "reason": "不需要"})
    transfer.refresh_from_db()
    assert (transfer.state, transfer.return_cause, transfer.reason) == ("returned", cause, "不需要")
    page = client.get(f"/transfers/{transfer.pk}/").content.decode()
    assert "不需要" in page
    assert "present" not in page


def test_an_answer_after_another_is_told_with_who_gave_it(family: MutualAidGroup, clerk: Staff) -> None:
    transfer, other = made(family, clerk), make_staff("clerk", username="二号窗口")
    accept_transfer(transfer_id=transfer.transfer_id, at=timezone.now(), by=other)
    typed_reason = {"present": "on", "reason": "不需要"}
    page = signed_in(clerk).post(f"/transfers/{transfer.pk}/refuse/", typed_reason, follow=True).content.decode()
    assert "该笔转账已是“已收款”（二号窗口）" in page


def test_a_transfer_whose_morning_has_come_offers_no_acceptance(family: MutualAidGroup, clerk: Staff) -> None:
    transfer = made(family, clerk, at=timezone.now() - dt.timedelta(days=2))
    client = signed_in(clerk)
    page = client.get(f"/transfers/{transfer.pk}/").content.decode()
    assert "accept/" not in page
    assert "届满" in page
    refused = client.post(f"/transfers/{transfer.pk}/accept/", {"present": "on"}, follow=True).content.decode()
    assert "收款期限已于" in refused
    assert return_unaccepted(day=timezone.localdate(), by=clerk) == 1


def test_the_payees_bureau_answers_and_does_not_see_the_payers_account(clerk: Staff) -> None:
    family = make_group("12*", by=clerk)
    payer, payee = member(family, 1), member(family, 2)
    InsuredPerson.objects.filter(pk=payee.pk).update(region="421003")
    transfer, there = made(family, clerk), signed_in(make_staff("clerk", "421003"))
    page = there.get(f"/transfers/{transfer.pk}/").content.decode()
    assert "/accept/" in page
    assert "withdraw/" not in page
    assert f"/persons/{payer.pk}/" not in page
    assert f"/groups/{family.pk}/" not in page
    assert "207 转出" not in page
    assert payer.masked_number not in page
    assert there.get(f"/persons/{payer.pk}/").status_code == 404
    here = signed_in(clerk).get(f"/transfers/{transfer.pk}/").content.decode()
    assert "由收款人在其参保地荆州区确认收款或拒收" in here
    assert "/accept/" not in here
    signed_in(clerk).post(f"/transfers/{transfer.pk}/accept/", {"present": "on"})
    transfer.refresh_from_db()
    assert transfer.state == "waiting"
    there.post(f"/transfers/{transfer.pk}/accept/", {"present": "on"})
    transfer.refresh_from_db()
    assert transfer.state == "accepted"
    looked = AuditEvent.objects.filter(kind=AuditKind.LOOK, detail__transfer=transfer.transfer_id)
    assert {event.person_id for event in looked} == {payer.pk, payee.pk}


def test_who_only_reads_sees_no_buttons(family: MutualAidGroup, clerk: Staff) -> None:
    transfer, payer = made(family, clerk), member(family, 1)
    for role in ("reviewer", "supervisor", "auditor"):
        client = signed_in(make_staff(role))
        page = client.get(f"/transfers/{transfer.pk}/").content.decode()
        assert "付款人" in page
        assert "<form" not in page.split('id="gj-main"')[1]
        assert "/transfer/" not in client.get(f"/persons/{payer.pk}/").content.decode()


# Lists, panels, papers


def test_the_list_is_narrowed_by_day_state_and_person(family: MutualAidGroup, clerk: Staff) -> None:
    other = make_group("12*", by=clerk)
    waiting, older = made(family, clerk), make_transfer(family, by=clerk)
    accepted = made(other, clerk)
    accept_transfer(transfer_id=accepted.transfer_id, at=timezone.now(), by=clerk)
    client = signed_in(clerk)

    def shown(path: str, **data: str) -> set[str]:
        page = (client.post(path, data, follow=True) if data else client.get(path)).content.decode()
        return set(re.findall(r"/transfers/(\d+)/", page))

    assert shown("/transfers/") == {str(one.pk) for one in (waiting, older, accepted)}
    assert shown("/transfers/?state=waiting") == {str(waiting.pk), str(older.pk)}
    assert shown("/transfers/?day=2026-03-16") == {str(older.pk)}
    assert shown(f"/transfers/?day={timezone.localdate()}&state=waiting") == {str(waiting.pk)}
    payee = accepted.payee
    assert shown(f"/transfers/?person={payee.pk}") == {str(accepted.pk)}
    assert shown("/transfers/find/", text=payee.certno) == {str(accepted.pk)}
    assert shown("/transfers/find/", text="户主") == {str(one.pk) for one in (waiting, older, accepted)}
    for nonsense in ("day=x", "state=gone", "day=2026-02-30"):
        assert shown(f"/transfers/?{nonsense}") == set()
    assert shown("/transfers/find/", text="查无") == set()


def test_a_person_outside_is_not_found_by_address_nor_by_name(family: MutualAidGroup, clerk: Staff) -> None:
    made(family, clerk)
    stranger = signed_in(make_staff("clerk", "330100"))
    assert stranger.get(f"/transfers/?person={member(family, 1).pk}").status_code == 404
    assert member(family, 1).name not in stranger.post("/transfers/find/", {"text": "户主"}).content.decode().replace(
        'value="户主"', ""
    )
    assert f"/transfers/{WalletTransfer.objects.get().pk}/" not in stranger.get("/transfers/").content.decode()


def test_the_persons_page_leads_to_the_form_and_shows_what_came_and_went(
    family: MutualAidGroup, clerk: Staff
) -> None:
    client, payer, payee = signed_in(clerk), member(family, 1), member(family, 2)
    assert f"/persons/{payer.pk}/transfer/" in client.get(f"/persons/{payer.pk}/").content.decode()
    assert client.get(f"/persons/{payer.pk}/transfers/").content.strip() == b""
    made(family, clerk)
    assert "−100.00" in client.get(f"/persons/{payer.pk}/transfers/").content.decode()
    assert "+100.00" in client.get(f"/persons/{payee.pk}/transfers/").content.decode()


def test_the_trail_of_a_person_tells_who_asked_and_who_answered(family: MutualAidGroup, clerk: Staff) -> None:
    transfer = made(family, clerk)
    accept_transfer(transfer_id=transfer.transfer_id, at=timezone.now(), by=make_staff("clerk", username="二号窗口"))
    for seat in (1, 2):
        page = signed_in(make_staff("auditor")).get(f"/persons/{member(family, seat).pk}/transfers/trail/")
        assert all(text in page.content.decode() for text in (str(clerk), "二号窗口", "已收款"))


def test_the_receipt_says_how_it_stands_and_shows_no_full_number(family: MutualAidGroup, clerk: Staff) -> None:
    transfer, client = made(family, clerk, amount="100.50"), signed_in(clerk)
    at = f"/transfers/{transfer.pk}/receipt.pdf"
    waiting = client.get(at)
    text = words(waiting.content)
    assert waiting["Content-Type"] == "application/pdf"
    assert transfer.transfer_id in waiting["Content-Disposition"]
    for part in (
        transfer.transfer_id,
        "待收款",
        "壹佰元伍角整",
        "￥100.50",
        "就医购药",
        "逾期未确认的，款项原路退回",
    ):
        assert part in text
    for seat in (1, 2):
        assert member(family, seat).name in text
        assert member(family, seat).certno not in text
    client.post(f"/transfers/{transfer.pk}/refuse/", {"present": "on", "reason": "金额有误"})
    assert "收款人拒收：金额有误" in words(client.get(at).content)
    assert AuditEvent.objects.filter(kind=AuditKind.PRINT, detail__paper="transfer_receipt").count() == 2
