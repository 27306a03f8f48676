"""Papers with full numbers: so many in an hour by one staff member, each recorded with whose number stood on it."""

from __future__ import annotations

import pytest
from django.test import Client

from accounts.models import AuditEvent, Staff
from accounts.models.audit import AuditKind
from accounts.services import persons
from accounts.services.persons import TooManyPrints, record_numbers_printed
from tests.factories import make_claim, make_person, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk")


def printed(by: Staff, *, refused: bool = False) -> int:
    events = AuditEvent.objects.filter(kind=AuditKind.PRINT, staff=by)
    stopped = events.filter(detail__has_key="refused").count()
    return stopped if refused else events.count() - stopped


def test_every_number_on_a_paper_counts_and_what_is_too_much_is_not_printed(
    clerk: Staff, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(persons, "PRINTED_PER_HOUR", 4)
    family = [make_person() for _n in range(3)]
    record_numbers_printed(persons=family, case="GB1", paper="registration_form", by=clerk)
    with pytest.raises(TooManyPrints):
        record_numbers_printed(persons=family, case="GB1", paper="registration_form", by=clerk)
    assert (printed(clerk), printed(clerk, refused=True)) == (3, 1)
    record_numbers_printed(persons=family[:1], case="GB1", paper="claim_form", by=clerk)
    other = make_staff("clerk")
    record_numbers_printed(persons=family, case="GB1", paper="registration_form", by=other)
    assert (printed(clerk), printed(other)) == (4, 3)


def test_at_the_window_the_clerk_is_told_and_gets_no_paper(clerk: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "PRINTED_PER_HOUR", 1)
    claim = make_claim(make_person(current="10.00", by=clerk), by=clerk)
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    path = f"/claims/{claim.pk}/form.pdf"
    assert client.get(path).headers["Content-Type"] == "application/pdf"
    again = client.get(path, follow=True)
    assert again.redirect_chain == [(claim.get_absolute_url(), 302)]
    assert "一小时内打印完整号码已超过1个" in again.content.decode()
    assert (printed(clerk), printed(clerk, refused=True)) == (1, 1)


def test_papers_with_masked_numbers_do_not_count(clerk: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "PRINTED_PER_HOUR", 1)
    person = make_person(current="10.00", by=clerk)
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    for _n in range(2):
        assert client.get(f"/persons/{person.pk}/account.pdf").status_code == 200
    record_numbers_printed(persons=[person], case="x", paper="claim_form", by=clerk)
