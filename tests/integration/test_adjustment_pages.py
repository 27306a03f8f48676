"""A correction of a balance through its pages: asked for by one, decided by another, posted once."""

from __future__ import annotations

from decimal import Decimal
from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import AccountAdjustment, InsuredPerson, PersonalAccount, Staff
from accounts.models.account import AdjustmentState
from tests.factories import make_person, make_staff

pytestmark = pytest.mark.usefixtures("regions")


@pytest.fixture
def holder() -> InsuredPerson:
    return make_person("贾婷晓", prior="100.00")


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def ask(holder: InsuredPerson, clerk: Staff, change: str = "-30.00") -> AccountAdjustment:
    typed = {"key": str(uuid4()), "prior_change": change, "reason": "多划入"}
    signed_in(clerk).post(f"/accounts/{holder.account.pk}/adjust/", typed)
    return AccountAdjustment.objects.get()


def decide(adjustment: AccountAdjustment, reviewer: Staff, answer: str, reason: str = "") -> str:
    page = signed_in(reviewer).post(
        f"/adjustments/{adjustment.pk}/decide/", {"approve": answer, "decision": reason}, follow=True
    )
    adjustment.refresh_from_db()
    return page.content.decode()


def balance(holder: InsuredPerson) -> Decimal:
    return PersonalAccount.objects.get(person=holder).prior_years


def test_a_correction_waits_for_another_person_and_is_posted_once(holder: InsuredPerson) -> None:
    adjustment = ask(holder, make_staff("clerk"))
    assert balance(holder) == Decimal("100.00")

    reviewer = make_staff("reviewer")
    assert "贾婷晓" in signed_in(reviewer).get("/adjustments/").content.decode()
    decide(adjustment, reviewer, "yes")
    decide(adjustment, make_staff("reviewer"), "yes")

    assert (adjustment.state, adjustment.reviewed_by) == (AdjustmentState.POSTED, reviewer)
    assert balance(holder) == Decimal("70.00")


def test_sending_back_needs_a_reason(holder: InsuredPerson) -> None:
    adjustment, reviewer = ask(holder, make_staff("clerk")), make_staff("reviewer")

    assert "请填写退回原因" in decide(adjustment, reviewer, "no")
    assert adjustment.state == AdjustmentState.SUBMITTED

    decide(adjustment, reviewer, "no", "依据不足")
    assert (adjustment.state, adjustment.decision) == (AdjustmentState.REJECTED, "依据不足")
    assert balance(holder) == Decimal("100.00")


def test_more_than_there_is_cannot_be_taken(holder: InsuredPerson) -> None:
    adjustment = ask(holder, make_staff("clerk"), "-100.01")

    decide(adjustment, make_staff("reviewer"), "yes")

    assert adjustment.state == AdjustmentState.SUBMITTED
    assert balance(holder) == Decimal("100.00")


def test_a_correction_of_nothing_is_told_beside_the_form(holder: InsuredPerson) -> None:
    typed = {"key": str(uuid4()), "prior_change": "0", "reason": "x"}

    page = signed_in(make_staff("clerk")).post(f"/accounts/{holder.account.pk}/adjust/", typed)

    assert "gj-note fail" in page.content.decode()
    assert not AccountAdjustment.objects.exists()
