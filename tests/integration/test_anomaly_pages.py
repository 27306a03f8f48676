"""The pages of anomalies: what the list is narrowed to, what the evidence says, and the answer of an auditor."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, InsuredPerson, Staff
from families.models import MutualAidGroup
from families.services.changes import release_members
from settlement.models import Anomaly
from settlement.models.anomaly import AnomalyKind, AnomalyState
from settlement.services.anomalies import judge_anomaly, refresh_anomalies
from tests.factories import (
    make_anomaly,
    make_draft,
    make_group,
    make_institution,
    make_person,
    make_policy,
    make_settlement,
    make_staff,
    make_suspension,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
TODAY = dt.date(2026, 3, 16)
NINE = dt.datetime(2026, 3, 16, 9, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def group(clerk: Staff) -> MutualAidGroup:
    return make_group("12*", "20", by=clerk)


@pytest.fixture
def anomaly(group: MutualAidGroup) -> Anomaly:
    return make_anomaly(group)


def signed_in(role: str, region: str = "421002") -> Client:
    client = Client()
    client.force_login(make_staff(role, region), backend="django.contrib.auth.backends.ModelBackend")
    return client


def text_of(client: Client, path: str, **asked: str) -> str:
    response = client.get(path, asked)
    assert response.status_code == 200
    return response.content.decode()


def test_the_list_shows_what_nobody_looked_into_and_each_state_with_its_number(
    group: MutualAidGroup, anomaly: Anomaly
) -> None:
    judged = make_anomaly(group, day=dt.date(2026, 3, 15))
    judge_anomaly(
        anomaly_id=judged.pk, seen=AnomalyState.NEW, state=AnomalyState.FOUNDED, text="x", by=make_staff("auditor")
    )
    client = signed_in("supervisor")
    new = text_of(client, "/anomalies/")
    assert f'href="/anomalies/{anomaly.pk}/"' in new
    assert f'href="/anomalies/{judged.pk}/"' not in new
    assert '属实 <span class="number">1</span>' in new
    assert f'href="/anomalies/{judged.pk}/"' in text_of(client, "/anomalies/", state="founded")


@pytest.mark.parametrize(
    ("asked", "found"),
    [
        ({"kind": "cards"}, True), ({"kind": "burst"}, False), ({"day": "2026-03-16"}, True),
        ({"day": "20260317"}, False), ({"region": "421002"}, True), ({"region": "421000"}, True),
        ({"region": "421003"}, False), ({"kind": "x"}, False), ({"region": "330100"}, False), ({"day": "x"}, False),
    ],
)  # fmt: skip
def test_the_list_is_narrowed_by_kind_day_and_region(asked: dict[str, str], found: bool, anomaly: Anomaly) -> None:
    shown = text_of(signed_in("auditor", "420000"), "/anomalies/", **asked)
    assert (f'href="/anomalies/{anomaly.pk}/"' in shown) is found


def test_an_auditor_of_another_region_sees_nothing_of_it(anomaly: Anomaly) -> None:
    for region in ("421003", "330100"):
        client = signed_in("auditor", region)
        assert f"/anomalies/{anomaly.pk}/" not in text_of(client, "/anomalies/")
        assert client.get(f"/anomalies/{anomaly.pk}/").status_code == 404
        answer = {"seen": "new", "state": "founded", "text": "核实"}
        assert client.post(f"/anomalies/{anomaly.pk}/judge/", answer).status_code == 404


def test_the_evidence_leads_to_the_settlements_and_says_why_the_threshold_is_what_it_is(
    group: MutualAidGroup, clerk: Staff
) -> None:
    make_policy(anomaly_cards=2)
    pharmacy = make_institution(prefix="P").pk
    paid = [
        make_settlement(
            member.person, "5.00", by=clerk, institution_id=pharmacy, settled_at=NINE, med_type="41", usage="pharmacy"
        )
        for member in group.members.order_by("seat")
    ]
    refresh_anomalies(day=TODAY, by=clerk)
    anomaly = Anomaly.objects.get()
    shown = text_of(signed_in("auditor"), f"/anomalies/{anomaly.pk}/")
    for words in ("同一家庭的3张卡", "2张卡", "§anomaly_cards", "系统默认值", group.number, "户主"):
        assert words in shown
    for settlement in paid:
        assert f'href="/settlements/{settlement.pk}/"' in shown
    assert AuditEvent.objects.filter(kind="look", detail={"anomaly": anomaly.pk}).exists()


def test_a_member_insured_elsewhere_is_named_by_region_alone_and_the_bill_is_no_link(
    group: MutualAidGroup, clerk: Staff
) -> None:
    away = make_person("外地人", region="420106", current="10.00", by=clerk)
    paid = make_settlement(away, "5.00", by=make_staff("clerk", "420100"))
    row = {"what": "settlement", "id": paid.pk, "at": "2026-03-16T09:00:00+08:00", "amount": "5.00"}
    anomaly = make_anomaly(group, evidence=[row])
    shown = text_of(signed_in("auditor"), f"/anomalies/{anomaly.pk}/")
    assert "外地人" not in shown
    assert f"/settlements/{paid.pk}/" not in shown
    assert "武昌区参保人" in shown
    assert "外地人" in text_of(signed_in("auditor", "420000"), f"/anomalies/{anomaly.pk}/")


def test_who_moved_away_is_named_by_region_alone(clerk: Staff) -> None:
    person = make_person("搬家人", current="10.00", by=clerk)
    make_settlement(person, "5.00", settled_at=NINE, by=clerk)
    make_suspension(person, "death", dt.date(2026, 3, 10))
    refresh_anomalies(day=TODAY, by=clerk)
    path, client = f"/anomalies/{Anomaly.objects.get().pk}/", signed_in("supervisor")
    assert "搬家人" in text_of(client, path)
    assert "死亡（2026-03-10起），本人就诊" in text_of(client, path)
    InsuredPerson.objects.filter(pk=person.pk).update(region="330100")
    assert f'href="/persons/{person.pk}/"' not in text_of(client, path)
    assert "搬家人" not in text_of(client, "/anomalies/")


def test_a_burst_names_the_member_the_period_and_the_bill(group: MutualAidGroup, clerk: Staff) -> None:
    child = group.members.get(seat=3)
    paid = make_settlement(child.person, "20.00", settled_at=NINE, by=clerk)
    release_members(group_id=group.pk, person_ids=[child.person_id], day=dt.date(2026, 3, 20), reason="x", by=clerk)
    refresh_anomalies(day=dt.date(2026, 3, 20), by=clerk)
    shown = text_of(signed_in("auditor"), f"/anomalies/{Anomaly.objects.get().pk}/")
    for words in ("建立关系19天后即解除", child.person.name, "2026-03-01 – 2026-03-20", paid.setl_id):
        assert words in shown


@pytest.mark.parametrize("kind", AnomalyKind.values)
def test_every_kind_has_its_sentence_in_both_languages(kind: str, group: MutualAidGroup, clerk: Staff) -> None:
    member = {"what": "member", "id": group.members.get(seat=3).pk, "person": 1, "since": "2026-03-01", "until": ""}
    about = {
        AnomalyKind.BURST: {"evidence": [member]},
        AnomalyKind.CARDS: {},
        AnomalyKind.CLERK_CASES: {"group": None, "subject_staff": clerk},
    }.get(AnomalyKind(kind), {"group": None, "person": make_person()})
    anomaly = make_anomaly(group, kind=kind, **about)
    client = signed_in("auditor")
    for language in ("zh-hans", "en"):
        client.cookies["django_language"] = language
        assert "{n}" not in text_of(client, f"/anomalies/{anomaly.pk}/")


def test_long_evidence_is_cut_and_says_how_much_there_is(group: MutualAidGroup, clerk: Staff) -> None:
    rows = [{"what": "group", "id": group.pk, "since": "2026-03-01", "until": None}] * 103
    anomaly = make_anomaly(group, evidence=rows)
    shown = text_of(signed_in("auditor"), f"/anomalies/{anomaly.pk}/")
    assert (shown.count("2026-03-01 –"), "另有3条" in shown) == (100, True)


# The answer


def test_an_auditor_answers_and_comes_back_to_the_anomaly(anomaly: Anomaly) -> None:
    client = signed_in("auditor")
    answer = {"seen": "new", "state": "founded", "text": "家属代购，已约谈"}
    response = client.post(f"/anomalies/{anomaly.pk}/judge/", answer, follow=True)
    assert response.redirect_chain == [(f"/anomalies/{anomaly.pk}/", 302)]
    shown = response.content.decode()
    assert "已记录：属实" in shown
    assert "家属代购，已约谈" in shown


@pytest.mark.parametrize(
    "answer",
    [
        {"state": "founded", "text": ""}, {"state": "", "text": "核实"}, {"state": "new", "text": "核实"},
        {"state": "x", "text": "核实"}, {"state": "founded", "text": "核实", "seen": "x"},
        {"state": "founded", "text": "身份证 11010519491231002X"}, {"state": "founded", "text": "核" * 501},
    ],
)  # fmt: skip
def test_an_answer_that_says_nothing_is_not_taken(answer: dict[str, str], anomaly: Anomaly) -> None:
    response = signed_in("auditor").post(f"/anomalies/{anomaly.pk}/judge/", {"seen": "new"} | answer)
    assert response.status_code == 422
    anomaly.refresh_from_db()
    assert (anomaly.state, anomaly.notes.count()) == ("new", 0)


def test_an_answer_to_what_a_colleague_judged_meanwhile_is_told(anomaly: Anomaly) -> None:
    judge_anomaly(
        anomaly_id=anomaly.pk, seen=AnomalyState.NEW, state=AnomalyState.FOUNDED, text="x", by=make_staff("auditor")
    )
    answer = {"seen": "new", "state": "unfounded", "text": "核实"}
    shown = signed_in("auditor").post(f"/anomalies/{anomaly.pk}/judge/", answer, follow=True).content.decode()
    assert "属实" in shown
    assert anomaly.notes.count() == 1


def test_a_supervisor_reads_and_is_offered_no_answer(anomaly: Anomaly) -> None:
    client = signed_in("supervisor")
    assert "judge/" not in text_of(client, f"/anomalies/{anomaly.pk}/")
    assert client.post(f"/anomalies/{anomaly.pk}/judge/", {}).status_code == 403


@pytest.mark.parametrize("role", ["clerk", "reviewer", "administrator"])
def test_nobody_else_sees_anomalies_or_finds_them_in_the_menu(role: str, anomaly: Anomaly) -> None:
    client = signed_in(role)
    assert client.get("/anomalies/").status_code == client.get(f"/anomalies/{anomaly.pk}/").status_code == 403
    assert "/anomalies/" not in client.get("/admin/password_change/").content.decode()
    assert "/anomalies/" in signed_in("supervisor").get("/admin/password_change/").content.decode()


def test_another_threshold_says_that_it_changes_nothing_but_the_list(group: MutualAidGroup) -> None:
    draft = make_draft("421002", anomaly_cards=2)
    shown = text_of(signed_in("supervisor"), f"/policies/{draft.pk}/impact/")
    assert "仅影响稽核线索的筛查" in shown
    assert "2张卡" in shown
