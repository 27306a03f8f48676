"""The premium of a resident, paid from the family's accounts: whole, once a year, and back again."""

from __future__ import annotations

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.test import Client
from django.utils import timezone

from accounts.models import AccountEntry, AuditEvent, InsuredPerson, PersonalAccount, Staff
from accounts.services.rights import RightMissing
from families.models import GroupMember
from families.services.groups import NewMember, create_group
from settlement.models import PremiumPayment, Settlement
from settlement.services.premiums import AlreadyPaid, NotAResident, pay_premium
from settlement.services.refusals import Fault, NotCovered, PersonUnknown, SameIdOtherContent
from settlement.services.settling import as_sent, record_settlement
from tests.factories import START, make_person, make_policy, make_staff, reversal_of

pytestmark = pytest.mark.usefixtures("committed_db")
AT = dt.datetime(2026, 3, 16, 10, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


@pytest.fixture
def child(clerk: Staff) -> InsuredPerson:
    """Insured as a resident; the father's account holds 300 + 200 yuan."""
    father = make_person("父亲", prior="300.00", current="200.00", by=clerk)
    child = make_person("孩子", insutype="390", born_on=dt.date(2015, 5, 1))
    members = [NewMember(father.pk, "01", START, rank=1), NewMember(child.pk, "20", START)]
    create_group(region=father.region, members=members, by=clerk)
    return child


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def pay(child: InsuredPerson, by: Staff, **given: Any) -> Settlement:
    terms = {"payment_id": "BF0001", "year": 2027, "amount": Decimal("400.00"), "at": AT} | given
    return pay_premium(person_id=child.pk, by=by, **terms)


def held() -> Decimal:
    return sum((account.prior_years + account.current_year for account in PersonalAccount.objects.all()), Decimal(0))


def test_the_family_pays_it_from_the_older_money_first(child: InsuredPerson, clerk: Staff) -> None:
    paid = pay(child, clerk)
    assert (paid.kind, paid.acct_pay, paid.acct_mulaid_pay, paid.psn_cash_pay) == ("premium", 0, 400, 0)
    entry = AccountEntry.objects.get(source="settlement:BF0001:1")
    assert (entry.kind, entry.prior_change, entry.current_change) == ("205", Decimal("-300.00"), Decimal("-100.00"))
    assert PremiumPayment.objects.for_staff(clerk).get().year == 2027


def test_the_same_again_answers_the_same_and_other_content_is_refused_and_audited(
    child: InsuredPerson, clerk: Staff
) -> None:
    first = pay(child, clerk)
    assert pay(child, clerk) == first
    assert pay(child, clerk, at=AT + dt.timedelta(seconds=9)) == first
    for other in ({"amount": Decimal("401.00")}, {"year": 2028}):
        with pytest.raises(SameIdOtherContent):
            pay(child, clerk, **other)
    assert held() == 100
    assert AuditEvent.objects.filter(kind="conflict", detail__setl_id="BF0001").count() == 2


def test_a_year_is_paid_once_and_again_after_it_was_paid_back(child: InsuredPerson, clerk: Staff) -> None:
    first = pay(child, clerk, amount=Decimal("200.00"))
    with pytest.raises(AlreadyPaid) as refusal:
        pay(child, clerk, payment_id="BF0002", amount=Decimal("200.00"))
    assert "BF0001" in str(refusal.value)
    assert held() == 300
    record_settlement(new=reversal_of(as_sent(first)), by=clerk)
    assert held() == 500
    assert PremiumPayment.objects.get().paid_back_by is not None
    pay(child, clerk, payment_id="BF0003", amount=Decimal("200.00"))
    assert held() == 300


def test_it_is_paid_in_full_or_not_at_all(child: InsuredPerson, clerk: Staff) -> None:
    with pytest.raises(NotCovered) as refusal:
        pay(child, clerk, amount=Decimal("500.01"))
    assert (refusal.value.fault, refusal.value.covered) == (Fault.BALANCE, Decimal("500.00"))
    assert (held(), Settlement.objects.count(), PremiumPayment.objects.count()) == (500, 0, 0)


def test_a_region_that_pays_no_premiums_pays_none(child: InsuredPerson, clerk: Staff) -> None:
    make_policy("421002", usages=["outpatient"])
    with pytest.raises(NotCovered):
        pay(child, clerk)
    assert held() == 500


def test_an_employee_has_no_such_premium(child: InsuredPerson, clerk: Staff) -> None:
    owner = GroupMember.objects.get(relation="01").person
    with pytest.raises(NotAResident):
        pay(owner, clerk)


def test_whoever_may_not_or_sees_another_region_pays_nothing(child: InsuredPerson, clerk: Staff) -> None:
    with pytest.raises(RightMissing):
        pay(child, make_staff("reviewer"))
    with pytest.raises(PersonUnknown):
        pay(child, make_staff("clerk", "330100"))
    assert held() == 500


@pytest.mark.parametrize("ids", [["BF0001"] * 12, [f"BF{n:04d}" for n in range(12)]])
def test_many_at_once_pay_one_premium(child: InsuredPerson, clerk: Staff, ids: list[str]) -> None:
    def one(payment_id: str) -> str:
        try:
            return pay(child, clerk, payment_id=payment_id).setl_id
        except AlreadyPaid:
            return "already paid"
        finally:
            connection.close()

    with ThreadPoolExecutor(6) as pool:
        answers = list(pool.map(one, ids))
    assert len(set(answers) - {"already paid"}) == 1
    assert (held(), PremiumPayment.objects.count()) == (100, 1)


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE settlement_premiumpayment SET year = 2030",
        "DELETE FROM settlement_premiumpayment",
        "UPDATE settlement_premiumpayment SET paid_back_by_id = settlement_id",
    ],
)
def test_raw_sql_changes_no_premium(child: InsuredPerson, clerk: Staff, statement: str) -> None:
    pay(child, clerk)
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_page_shows_who_would_pay_and_pays_what_was_confirmed_once(child: InsuredPerson, clerk: Staff) -> None:
    client, address = signed_in(clerk), f"/persons/{child.pk}/premium/"
    page = client.get(address)
    number = page.context["form"]["payment_id"].value()
    typed = {"payment_id": number, "year": "2027", "amount": "400"}
    shown = client.post(address, typed)
    assert shown.context["simulation"].allocation.family_amount == 400
    assert held() == 500
    typed |= {"seen": shown.context["form"]["seen"].value()}
    answers = [client.post(address, typed | {"confirmed": "on"}) for _ in range(2)]
    assert {answer.url for answer in answers} == {Settlement.objects.get().get_absolute_url()}
    assert held() == 100
    again = client.post(address, typed | {"confirmed": "on", "payment_id": "BF20260316-ABCD2345"})
    assert (again.status_code, held()) == (422, 100)


def test_what_was_agreed_to_is_paid_or_nothing(child: InsuredPerson, clerk: Staff) -> None:
    client, address = signed_in(clerk), f"/persons/{child.pk}/premium/"
    typed = {"payment_id": "BF20260316-ABCD2345", "year": "2027", "amount": "400"}
    unseen = client.post(address, typed | {"confirmed": "on"})
    assert (unseen.status_code, unseen.context["form"]["confirmed"].value(), held()) == (422, False, 500)
    seen = unseen.context["form"]["seen"].value()
    changed = client.post(address, typed | {"confirmed": "on", "seen": seen, "amount": "300"})
    assert (changed.status_code, held()) == (422, 500)
    assert client.post(address, typed | {"confirmed": "on", "seen": seen}).status_code == 302
    assert held() == 100


@pytest.mark.parametrize(
    "wrong", [{"amount": "0"}, {"amount": "1.005"}, {"year": "1999"}, {"year": "x"}, {"payment_id": "x"}]
)
def test_the_page_refuses_what_cannot_be(child: InsuredPerson, clerk: Staff, wrong: dict[str, str]) -> None:
    typed = {"payment_id": "BF20260316-ABCD2345", "year": "2027", "amount": "10", "confirmed": "on"} | wrong
    assert signed_in(clerk).post(f"/persons/{child.pk}/premium/", typed).status_code == 422
    assert held() == 500


def test_what_the_accounts_do_not_cover_is_said_before_it_is_asked(child: InsuredPerson, clerk: Staff) -> None:
    typed = {"payment_id": "BF20260316-ABCD2345", "year": "2027", "amount": "501"}
    page = signed_in(clerk).post(f"/persons/{child.pk}/premium/", typed).content.decode()
    assert "账户余额不足以缴纳该笔保费" in page
    assert 'name="confirmed"' not in page
