"""The pages of settlements: the list, one settlement, what a payer may know, the papers, the feed."""

from __future__ import annotations

import datetime as dt
import re
import subprocess
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Func, TextField
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, InsuredPerson, Region, Staff
from accounts.models.account import EntryKind
from accounts.models.audit import AuditKind
from accounts.models.person import InsuranceStatus
from accounts.models.suspension import CAUSE_OF
from accounts.services.ledger import Posting, post_entries
from families.services.groups import NewMember, create_group
from settlement import listing
from settlement.listing import Asked, Place, TooBroad, page_of
from settlement.models import Institution, Settlement
from settlement.services.settling import record_settlement
from tests.factories import (
    START,
    make_bill,
    make_claim,
    make_institution,
    make_person,
    make_policy,
    make_settlement,
    make_staff,
    make_suspension,
    reversal_of,
    submitted_claim,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

NOON = dt.datetime(2026, 3, 20, 12, tzinfo=timezone.get_default_timezone())


def at(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def text(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, address
    return answer.content.decode()


def words(html: str) -> str:
    """What a person reads of a page."""
    return " ".join(re.sub(r"<[^>]+>", " ", html).split())


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def city() -> Staff:
    return make_staff("clerk", "421000")


def family_across_districts(by: Staff) -> tuple[InsuredPerson, InsuredPerson, InsuredPerson]:
    """A payer and a patient in 421002, and the patient's spouse, who pays first, in 421003. `by`: of the city."""
    owner = make_person("甲户主", current="40.00", by=by)
    patient = make_person("乙患者", insutype="390", gender="2")
    spouse = make_person("丙配偶", region="421003", prior="60.00", current="10.00", gender="2", by=by)
    create_group(
        region=Region.objects.get(pk="421002"),
        members=[
            NewMember(person_id=owner.pk, relation="01", starts_on=START, rank=2),
            NewMember(person_id=patient.pk, relation="30", starts_on=START, rank=None),
            NewMember(person_id=spouse.pk, relation="12", starts_on=START, rank=1),
        ],
        by=by,
    )
    return owner, patient, spouse


# The list.


def test_a_page_of_the_list_totals_what_it_shows_and_masks_the_numbers(clerk: Staff) -> None:
    person = make_person("李四", current="150.00", by=clerk)
    for amount in ("100.00", "70.00"):
        make_settlement(person, amount, fund="30.00", by=clerk)
    page = text(at(clerk), "/settlements/")
    assert "李四" in page
    assert person.masked_number in page
    assert person.certno not in page
    assert "本页合计（2笔） 230.00 60.00 150.00 0.00 20.00" in words(page)


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", {"a", "b", "c", "back"}),
        ("since=2026-03-20", {"b", "c", "back"}),
        ("until=2026-03-19", {"a"}),
        ("since=2026-03-20&until=2026-03-20", {"b", "back"}),
        ("since=20260321", {"c"}),
        ("med_type=41", {"c"}),
        ("kind=networked", {"a", "b", "c", "back"}),
        ("kind=premium", set()),
        ("state=normal", {"a", "c"}),
        ("state=reversed", {"b"}),
        ("state=reversal", {"back"}),
        ("over=90", {"b", "back"}),
        ("over=100.01", set()),
        ("region=421003", {"c"}),
        ("region=421000", {"a", "b", "c", "back"}),
        ("number=a", {"a"}),
        ("number=A", set()),
        ("institution=华山", {"a"}),
        ("institution=h42100299999", {"a"}),
        ("institution=无此院", set()),
    ],
)
def test_the_list_is_narrowed_by_its_address(city: Staff, query: str, expected: set[str]) -> None:
    here, there = make_person(current="500.00", by=city), make_person(region="421003", current="500.00", by=city)
    hill = Institution.objects.create(
        fixmedins_code="H42100299999", name="华山医院", hosp_lv="3", kind="hospital", region_id="421002"
    )
    make_settlement(here, "50.00", by=city, setl_id="a", institution_id=hill.pk)
    bill = make_bill(here, "100.00", setl_id="b", settled_at=NOON)
    record_settlement(new=bill, by=city)
    record_settlement(new=reversal_of(bill, setl_id="back"), by=city)
    later = NOON + dt.timedelta(days=1)
    make_settlement(there, "20.00", by=city, setl_id="c", med_type="41", usage="pharmacy", settled_at=later)
    found = re.findall(r'<a href="/settlements/\d+/">([^<]+)</a>', text(at(city), f"/settlements/?{query}"))
    newest_first = ["c", "back", "b", "a"]
    assert found == [number for number in newest_first if number in expected]


def test_the_settlements_of_a_person_include_those_of_a_merged_record(city: Staff) -> None:
    person, other = make_person(current="50.00", by=city), make_person("另一人", current="50.00", by=city)
    record = make_person("旧档", insutype="390")
    for one, number in ((person, "mine"), (other, "hers"), (record, "old")):
        make_settlement(one, "5.00", by=city, setl_id=number)
    make_suspension(record, CAUSE_OF[InsuranceStatus.VOID], START)
    InsuredPerson.objects.filter(pk=record.pk).update(
        merged_into=person, status="3", status_since=START, status_reason="test"
    )
    page = text(at(city), f"/settlements/?person={person.pk}")
    assert set(re.findall(r'<a href="/settlements/\d+/">([^<]+)</a>', page)) == {"mine", "old"}
    assert person.name in page


def test_the_list_shows_no_other_region_whatever_the_address_says(clerk: Staff) -> None:
    stranger = make_person("外地人", region="330100", current="5.00", by=make_staff("clerk", "330100"))
    make_settlement(stranger, "5.00", by=make_staff("clerk", "330100"), setl_id="theirs")
    for query in (
        "",
        "number=theirs",
        f"person={stranger.pk}",
        "region=330100",
        "over=1",
        "before=99999999999999999-9",
    ):
        page = text(at(clerk), f"/settlements/?{query}")
        assert "theirs</a>" not in page
        assert "外地人" not in page


@pytest.mark.parametrize(
    "query",
    [
        "since=2026-13-40", "until=x", "med_type=zz", "kind=zz", "state=zz", "region=999999", "over=1e9", "over=-5",
        "over=9999999999999999999", "person=x", "person=-1", f"person={10**30}", "before=x", "before=1-",
        f"after={10**30}-1", "before=１-１", "before=-1-1", "since=0001-01-01",
        "until=9999-12-31",
    ],
)  # fmt: skip
def test_a_wrong_value_in_the_address_shows_nothing_and_says_so(clerk: Staff, query: str) -> None:
    settled = make_settlement(make_person(current="5.00", by=clerk), "5.00", by=clerk)
    page = text(at(clerk), f"/settlements/?{query}")
    assert f'href="{settled.get_absolute_url()}"' not in page
    assert "gj-note fail" in page


def test_pages_neither_repeat_nor_skip_a_row_when_others_arrive_meanwhile(
    city: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ROWS", 3)
    people = [make_person(region=region, insutype="390") for region in ("421002", "421003")]
    hospital = make_institution()

    def settle(number: int) -> None:
        at = NOON + dt.timedelta(minutes=number // 2)  # two at the same moment
        make_settlement(
            people[number % 2], "1.00", by=city, setl_id=f"{number:02}", settled_at=at, institution_id=hospital.pk
        )

    for number in range(10):
        settle(number)
    client, seen, address = at(city), [], "/settlements/"
    while address:
        page = text(client, address)
        seen.append(re.findall(r'<a href="/settlements/\d+/">([^<]+)</a>', page))
        settle(10 + len(seen))
        older = re.search(r'rel="next"[^>]*href="([^"]+)"', page)
        address = older[1].replace("&amp;", "&") if older else ""
    assert seen == [["09", "08", "07"], ["06", "05", "04"], ["03", "02", "01"], ["00"]]


def test_the_way_back_leads_through_the_same_pages_to_the_newest(
    city: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listing, "ROWS", 2)
    person = make_person(insutype="390")
    rows = [
        make_settlement(person, "1.00", by=city, settled_at=NOON + dt.timedelta(minutes=minute))
        for minute in range(5)
    ]
    asked = Asked(Settlement.objects.for_staff(city), city)

    def pages(**place: Place | None) -> tuple[list[int], bool, bool]:
        page = page_of(asked, **place)
        return [rows.index(row) for row in page.rows], page.newer is not None, page.older is not None

    assert pages() == ([4, 3], False, True)
    assert pages(before=Place.of(rows[1])) == ([0], True, False)
    assert pages(after=Place.of(rows[0])) == ([2, 1], True, True)
    assert pages(after=Place.of(rows[2])) == ([4, 3], False, True)
    assert pages(after=Place.of(rows[4])) == ([4, 3], False, True)


class _Slept(Func):
    template = "pg_sleep(5)::text"
    output_field = TextField()


def test_the_database_stops_a_question_that_takes_too_long(clerk: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    make_settlement(make_person(current="5.00", by=clerk), "5.00", by=clerk)
    monkeypatch.setattr(listing, "PATIENCE", "20ms")
    slow = Settlement.objects.for_staff(clerk).annotate(slept=_Slept()).exclude(slept=None)
    with pytest.raises(TooBroad):
        page_of(Asked(slow, clerk, few=True))
    assert Settlement.objects.count() == 1  # the connection goes on


def test_a_question_without_an_index_is_given_up_and_the_page_asks_for_a_period(
    clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_settlement(make_person(current="5.00", by=clerk), "5.00", by=clerk)

    def too_broad(*_args: Any, **_kwargs: Any) -> None:
        raise TooBroad

    monkeypatch.setattr("settlement.views.settlements.page_of", too_broad)
    assert "请限定期间" in text(at(clerk), "/settlements/?over=1")


def test_the_search_field_finds_a_settlement_by_its_number_and_a_person_by_any(clerk: Staff) -> None:
    person = make_person("唯一人", current="5.00", by=clerk)
    make_person("同名人", insutype="390")
    make_person("同名人", insutype="390")
    settlement = make_settlement(person, "5.00", by=clerk)
    stranger = make_person("外地人", region="330100", insutype="390")
    client = at(clerk)

    def find(what: str) -> Any:
        return client.post("/settlements/find/", {"text": what})

    assert find(settlement.setl_id).headers["Location"] == f"/settlements/{settlement.pk}/"
    for what in (person.certno, person.psn_no, person.name):
        assert find(what).headers["Location"] == f"/settlements/?person={person.pk}"
    assert find("同名").content.decode().count("/settlements/?person=") == 2
    for nothing in (stranger.certno, stranger.name, "", "x" * 100, "\x00"):
        answer = find(nothing)
        assert answer.status_code == 200
        assert "外地人</a>" not in answer.content.decode()


# One settlement.


def test_the_page_of_a_settlement_says_of_every_account_why_it_paid_and_by_which_rule(city: Staff) -> None:
    make_policy("421000", reserve_floor="20.00", effective_on=dt.date(2026, 1, 1))
    owner, patient, spouse = family_across_districts(city)
    settlement = make_settlement(patient, "100.00", fund="50.00", by=city)
    page = words(text(at(city), f"/settlements/{settlement.pk}/"))
    why = page[page.index("为什么由该账户支付") :]
    assert re.search(r"本人 乙患者 就诊人本人 0\.00 .*? 无个人账户", why)
    assert re.search(
        r"1 丙配偶 \S+ 70\.00 60\.00 \+ 10\.00 50\.00 50\.00 50\.00 \+ 0\.00 20\.00 10\.00 \+ 10\.00 .*?20\.00元", why
    )
    assert re.search(r"2 甲户主 父母 40\.00 0\.00 \+ 40\.00 20\.00 20\.00 0\.00 \+ 20\.00 20\.00", why)
    assert why.count("荆州市，自2026-01-01起 · §reserve_floor") == 2
    assert "现金 30.00 各账户均无法支付的部分" in why.replace("现金自付", "现金")
    assert f"账户明细第{spouse.account.entries.get(kind=EntryKind.SPENDING).sequence}笔" in why
    assert owner.masked_number not in page


def test_a_payer_of_another_district_is_named_without_a_link(city: Staff, clerk: Staff) -> None:
    owner, patient, spouse = family_across_districts(city)
    settlement = make_settlement(patient, "100.00", by=city)
    page = text(at(clerk), f"/settlements/{settlement.pk}/")
    assert "丙配偶" in page
    assert f"/persons/{spouse.pk}/" not in page
    assert f"/persons/{owner.pk}/" in page


def test_an_original_and_its_reversal_lead_to_each_other(clerk: Staff) -> None:
    person = make_person(prior="30.00", current="100.00", by=clerk)
    bill = make_bill(person, "50.00")
    original = record_settlement(new=bill, by=clerk)
    reversal = record_settlement(new=reversal_of(bill), by=clerk)
    client = at(clerk)
    assert f'<a class="number" href="/settlements/{reversal.pk}/">' in text(client, f"/settlements/{original.pk}/")
    page = text(client, f"/settlements/{reversal.pk}/")
    assert f'<a class="number" href="/settlements/{original.pk}/">' in page
    assert re.search(r"各账户退回金额 .* 30\.00 20\.00 第3笔", words(page))


def test_a_look_at_a_settlement_is_in_the_audit_trail(clerk: Staff) -> None:
    settlement = make_settlement(make_person(current="5.00", by=clerk), "5.00", by=clerk)
    text(at(clerk), f"/settlements/{settlement.pk}/")
    looked = AuditEvent.objects.get(kind=AuditKind.LOOK, person=settlement.person)
    assert looked.detail == {"settlement": settlement.setl_id}
    assert looked.staff == clerk


# What a payer may know.


def test_the_payers_region_has_the_share_in_the_statement_and_nothing_of_the_illness(city: Staff) -> None:
    _owner, patient, spouse = family_across_districts(city)
    hospital = make_institution(name="仁爱医院")
    settlement = make_settlement(
        patient, "100.00", by=city, institution_id=hospital.pk, dise_codg="B20", dise_name="某种病", dr_name="某医生",
        med_type="14", usage="designated_disease",
    )  # fmt: skip
    there = at(make_staff("clerk", "421003"))
    assert there.get(f"/settlements/{settlement.pk}/").status_code == 404
    assert there.get(f"/persons/{patient.pk}/care/").status_code == 404
    page = text(there, f"/persons/{spouse.pk}/account/")
    assert "乙患者 · 仁爱医院" in words(page)
    assert "账户余额已用完" in page
    assert "-60.00" in page
    assert f"/settlements/{settlement.pk}/" not in page
    pdf = pdf_text(there.get(f"/persons/{spouse.pk}/account.pdf"))
    for told in (page, pdf):
        for secret in ("某种病", "B20", "某医生", "门诊慢特病", "甲户主", "40.00", patient.masked_number):
            assert secret not in told
    listed = text(there, "/settlements/")
    assert settlement.setl_id not in listed


def test_the_patients_region_opens_the_settlement_from_the_payers_statement(city: Staff, clerk: Staff) -> None:
    owner, patient, _spouse = family_across_districts(city)
    settlement = make_settlement(patient, "100.00", by=city)
    assert f"/settlements/{settlement.pk}/" in text(at(clerk), f"/persons/{owner.pk}/account/")


def test_the_statement_of_a_person_without_an_account_is_not_there(clerk: Staff) -> None:
    person = make_person(insutype="390")
    assert at(clerk).get(f"/persons/{person.pk}/account/").status_code == 404
    assert f"/persons/{person.pk}/account/" not in text(at(clerk), f"/persons/{person.pk}/care/")


# The statement.


def credit(person: InsuredPerson, day: dt.date, amount: str, by: Staff) -> None:
    posting = Posting(
        account_id=person.account.pk, kind=EntryKind.MONTHLY_CREDIT, business_date=day, source=f"credit:{day}",
        current_change=Decimal(amount),
    )  # fmt: skip
    post_entries(postings=[posting], by=by)


def statement(client: Client, person: InsuredPerson, query: str) -> str:
    page = words(text(client, f"/persons/{person.pk}/account/?{query}"))
    return page[page.index("期初余额") : page.index("账户收支明细")] if "账户收支明细，" in page else page


def test_opening_balance_what_moved_and_closing_balance_add_up_in_any_period(clerk: Staff) -> None:
    person = make_person(prior="100.00", current="10.00", by=clerk)  # on 2026-01-01
    credit(person, dt.date(2026, 2, 1), "30.00", clerk)
    make_settlement(person, "105.00", by=clerk, settled_at=NOON)
    client = at(clerk)
    assert "合计 0.00 140.00 -105.00 35.00" in statement(client, person, "")
    march = statement(client, person, "since=2026-03-01&until=2026-03-31")
    assert "往年结余 100.00 0.00 -100.00 0.00 当年 40.00 0.00 -5.00 35.00 合计 140.00 0.00 -105.00 35.00" in march
    assert "合计 110.00 30.00 0.00 140.00" in statement(client, person, "since=2026-02-01&until=2026-02-28")
    empty = statement(client, person, "since=2026-02-10&until=2026-02-20")
    assert "合计 140.00 0.00 0.00 140.00" in empty
    assert "该期间没有收支" in empty
    assert "期间外业务" not in march


def test_business_of_other_days_entered_meanwhile_is_named_so_that_the_balances_add_up(clerk: Staff) -> None:
    person = make_person(current="10.00", by=clerk)
    for month in (3, 4):
        credit(person, dt.date(2026, month, 1), "30.00", clerk)
    make_settlement(person, "25.00", by=clerk, settled_at=NOON)  # of March, entered after April's credit
    march = statement(at(clerk), person, "since=2026-03-01&until=2026-03-31")
    assert "本期支出 期间外业务 期末余额" in march
    assert "合计 10.00 30.00 -25.00 30.00 45.00" in march


@pytest.mark.parametrize("query", ["since=x", "until=2026-99-99", "since=2026-03-02&until=2026-03-01"])
def test_a_wrong_period_shows_nothing_and_prints_nothing(clerk: Staff, query: str) -> None:
    person = make_person(current="10.00", by=clerk)
    client = at(clerk)
    assert "请先更正" in text(client, f"/persons/{person.pk}/account/?{query}")
    assert client.get(f"/persons/{person.pk}/account.pdf?{query}").status_code == 302


def test_a_refund_names_the_settlement_that_was_reversed(clerk: Staff) -> None:
    person = make_person(current="10.00", by=clerk)
    bill = make_bill(person, "5.00")
    record_settlement(new=bill, by=clerk)
    record_settlement(new=reversal_of(bill), by=clerk)
    assert f"结算{bill.setl_id}已冲正，原支付金额退回本账户。" in text(at(clerk), f"/persons/{person.pk}/account/")


# The record of care.


def test_the_record_of_care_is_searched_by_day_and_doctor_and_sums_up(clerk: Staff) -> None:
    person = make_person(current="100.00", by=clerk)
    make_settlement(person, "30.00", by=clerk, setl_id="one", dr_name="王医生", dise_name="感冒")
    bill = make_bill(person, "20.00", setl_id="two", dr_name="李医生", settled_at=NOON)
    record_settlement(new=bill, by=clerk)
    record_settlement(new=reversal_of(bill, setl_id="back"), by=clerk)
    client, address = at(clerk), f"/persons/{person.pk}/care/"

    def numbers(page: str) -> list[str]:
        return re.findall(r'<a href="/settlements/\d+/"[^>]*>([^<]+)</a>', page)

    page = text(client, address)
    assert numbers(page) == ["back", "two", "one"]
    assert "感冒" in page
    assert "（冲正抵减原结算） 30.00 0.00 30.00 0.00 0.00" in words(page)
    assert numbers(text(client, f"{address}?until=2026-03-19")) == ["one"]
    assert numbers(text(client, f"{address}?state=reversed")) == ["two"]
    found = client.post(f"{address}doctor/", {"doctor": "王"})
    assert numbers(found.content.decode()) == ["one"]
    assert client.post(f"{address}doctor/", {"doctor": "110105"}).status_code == 422


def test_the_record_of_care_tells_the_state_of_claims_that_are_not_settled(clerk: Staff) -> None:
    person = make_person(current="100.00", by=clerk)
    address = f"/persons/{person.pk}/care/"
    assert "未结算的零星报销" not in text(at(clerk), address)
    draft, waiting = make_claim(person, by=clerk), submitted_claim(person, "7.00", by=clerk)
    page = text(at(clerk), address)
    for claim in (draft, waiting):
        assert claim.number in page
        assert str(claim.get_state_display()) in page
    page = text(at(make_staff("clerk", "421000")), address)
    assert waiting.number in page
    assert at(make_staff("clerk", "330100")).get(address).status_code == 404


def test_care_of_another_region_is_said_to_be_there_and_not_shown(clerk: Staff) -> None:
    person = make_person("迁入人", region="421003", current="100.00", by=make_staff("clerk", "421003"))
    make_settlement(person, "5.00", by=make_staff("clerk", "421003"), setl_id="before-the-move")
    InsuredPerson.objects.filter(pk=person.pk).update(region="421002")
    page = text(at(clerk), f"/persons/{person.pk}/care/")
    assert "before-the-move" not in page
    assert "另有在其他统筹区参保期间的结算" in page


# On paper.


def pdf_text(response: Any) -> str:
    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Cache-Control"] == "no-store"
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=response.content, capture_output=True, check=True)
    return done.stdout.decode()


def test_a_statement_of_many_pages_repeats_its_heading_and_counts_its_pages(clerk: Staff) -> None:
    person = make_person("长单人", prior="10.00", by=clerk)
    for number in range(60):
        credit(person, dt.date(2026, 1, 2) + dt.timedelta(days=number), "1.00", clerk)
    paper = pdf_text(at(clerk).get(f"/persons/{person.pk}/account.pdf?since=2026-01-02"))
    pages = paper.rstrip("\f").split("\f")
    assert len(pages) > 1
    assert all("业务日期" in page for page in pages[:-1])  # the last may hold the closing lines alone
    assert all(re.search(rf"第\s*{n}\s*页\s*共\s*{len(pages)}\s*页", page) for n, page in enumerate(pages, start=1))
    assert "职工医保个人账户对账单" in pages[0]
    assert "2026年1月2日" in pages[0]
    assert re.search(r"合\s*计\s+10\.00\s+60\.00\s+0\.00\s+70\.00", pages[0])
    assert person.masked_number in paper
    assert person.certno not in paper


def test_the_record_of_care_on_paper_is_narrowed_like_the_page(clerk: Staff) -> None:
    person = make_person(current="100.00", by=clerk)
    make_settlement(person, "30.00", by=clerk, setl_id="one", dise_name="感冒")
    make_settlement(person, "20.00", by=clerk, setl_id="two", settled_at=NOON)
    paper = pdf_text(at(clerk).get(f"/persons/{person.pk}/care.pdf?since=2026-03-20"))
    assert "two" in paper
    assert "one" not in paper
    assert re.search(r"合计（1\s*笔", paper)
    assert person.certno not in paper


def test_what_is_too_long_for_a_paper_is_asked_for_in_parts(clerk: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("settlement.views.statements.MOST_LINES", 1)
    person = make_person(current="100.00", by=clerk)
    make_settlement(person, "30.00", by=clerk)
    client = at(clerk)
    answer = client.get(f"/persons/{person.pk}/account.pdf?since=2026-01-01", follow=True)
    assert "一次最多打印1笔" in answer.content.decode()
    assert client.get(f"/persons/{person.pk}/account.pdf?since=2026-02-01").status_code == 200
    assert AuditEvent.objects.filter(kind=AuditKind.PRINT, person=person).count() == 1
    assert client.get(f"/persons/{person.pk}/care.pdf?state=zz").status_code == 302


def test_each_paper_leaves_its_event(clerk: Staff) -> None:
    person = make_person(current="100.00", by=clerk)
    client = at(clerk)
    for paper in ("account", "care"):
        client.get(f"/persons/{person.pk}/{paper}.pdf")
    printed = AuditEvent.objects.filter(kind=AuditKind.PRINT, person=person).order_by("sequence")
    assert [event.detail for event in printed] == [{"paper": "account_statement"}, {"paper": "care_record"}]
    assert {event.staff for event in printed} == {clerk}
