"""The counter through its pages: what a clerk types is never lost, and never makes two cases."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.test import Client

from accounts.models import InsuredPerson, Staff
from families.forms.rows import token_for
from families.models import RegistrationCase
from families.models.case import CaseState
from tests.factories import make_person, make_staff

pytestmark = pytest.mark.usefixtures("regions")


@pytest.fixture
def clerk() -> Staff:
    return make_staff("clerk", "421002")


@pytest.fixture
def owner() -> InsuredPerson:
    return make_person("贾婷晓", gender="2", prior="100.00")


@pytest.fixture
def spouse() -> InsuredPerson:
    return make_person("任芳", prior="50.00")


def desk(client: Client, clerk: Staff) -> Client:
    client.force_login(clerk)
    return client


def form(spouse: InsuredPerson, clerk: Staff, **changes: str) -> dict[str, str]:
    return {
        "key": str(uuid4()),
        "starts_on": "2026-01-23",
        "row": "1",
        "1-person": token_for(spouse.pk, clerk),
        "1-relation": "10",
    } | changes


def test_saving_twice_stores_one_case(
    client: Client, clerk: Staff, owner: InsuredPerson, spouse: InsuredPerson
) -> None:
    at_desk, typed = desk(client, clerk), form(spouse, clerk)

    first = at_desk.post(f"/counter/persons/{owner.pk}/save/", typed)
    second = at_desk.post(f"/counter/persons/{owner.pk}/save/", typed)

    case = RegistrationCase.objects.get()
    assert first.url == second.url == f"/counter/cases/{case.pk}/"  # type: ignore[attr-defined]
    assert [line.person for line in case.lines.order_by("position")] == [owner, spouse]


def test_a_form_with_an_error_comes_back_as_it_was_typed(
    client: Client, clerk: Staff, owner: InsuredPerson, spouse: InsuredPerson
) -> None:
    typed = form(spouse, clerk, **{"1-shares": "on", "1-rank": "2", "1-share_limit": "12,3.456"})

    response = desk(client, clerk).post(f"/counter/persons/{owner.pk}/save/", typed)

    assert response.status_code == 422
    assert 'value="12,3.456"' in response.content.decode()
    assert typed["key"] in response.content.decode()
    assert not RegistrationCase.objects.exists()


def test_of_two_windows_the_second_is_told_and_keeps_what_was_typed(
    client: Client, clerk: Staff, owner: InsuredPerson, spouse: InsuredPerson
) -> None:
    at_desk, typed = desk(client, clerk), form(spouse, clerk)
    at_desk.post(f"/counter/persons/{owner.pk}/save/", typed)
    seen = str(RegistrationCase.objects.get().version)
    at_desk.post(f"/counter/persons/{owner.pk}/save/", typed | {"version": seen, "owner_limit": "100"})

    response = at_desk.post(f"/counter/persons/{owner.pk}/save/", typed | {"version": seen, "owner_limit": "999"})

    assert response.status_code == 422
    page = response.content.decode()
    assert 'value="999"' in page
    case = RegistrationCase.objects.get()
    assert f'name="version" value="{case.version}"' in page
    assert str(case.lines.get(position=1).share_limit) == "100.00"


def test_what_was_changed_after_printing_is_stored_and_not_submitted(
    client: Client, clerk: Staff, owner: InsuredPerson, spouse: InsuredPerson
) -> None:
    at_desk, typed = desk(client, clerk), form(spouse, clerk)
    at_desk.post(f"/counter/persons/{owner.pk}/save/", typed)
    case = RegistrationCase.objects.get()
    changed = typed | {"version": str(case.version), "owner_limit": "100"}

    at_desk.post(f"/cases/{case.pk}/submit/", changed)

    case.refresh_from_db()
    assert case.state == CaseState.DRAFT
    assert str(case.lines.get(position=1).share_limit) == "100.00"

    at_desk.post(f"/cases/{case.pk}/submit/", changed | {"version": str(case.version)})

    case.refresh_from_db()
    assert case.state == CaseState.SUBMITTED


def test_the_owner_cannot_be_a_member_as_well(client: Client, clerk: Staff, owner: InsuredPerson) -> None:
    response = desk(client, clerk).post(f"/counter/persons/{owner.pk}/save/", form(owner, clerk))

    assert response.status_code == 422
    assert not RegistrationCase.objects.exists()


def test_a_token_of_another_desk_finds_nobody(
    client: Client, clerk: Staff, owner: InsuredPerson, spouse: InsuredPerson
) -> None:
    stolen = form(spouse, make_staff("clerk", "421003"))

    response = desk(client, clerk).post(f"/counter/persons/{owner.pk}/save/", stolen)

    assert response.status_code == 422
    assert spouse.name not in response.content.decode()
    assert not RegistrationCase.objects.exists()


def test_a_page_that_asks_in_the_background_is_told_that_its_session_ended(client: Client) -> None:
    asked = {"HX-Request": "true"}

    assert client.get("/signed-in/", headers={"X-Requested-With": "fetch"}).status_code == 401
    assert client.post("/counter/persons/1/check/", headers=asked).status_code == 401
    assert client.get("/counter/", follow=False).status_code == 302


def test_a_page_that_asks_whether_it_is_signed_in_is_told_so(client: Client, clerk: Staff) -> None:
    assert desk(client, clerk).get("/signed-in/").status_code == 204


def test_of_two_members_at_the_same_place_both_rows_are_told(
    client: Client, clerk: Staff, owner: InsuredPerson, spouse: InsuredPerson
) -> None:
    mother = make_person("贾母", gender="2", prior="10.00")
    typed = form(spouse, clerk, **{"1-shares": "on", "1-rank": "2"})
    other = {"2-person": token_for(mother.pk, clerk), "2-relation": "52", "2-shares": "on", "2-rank": "2"}

    response = desk(client, clerk).post(f"/counter/persons/{owner.pk}/save/", typed | other | {"row": ["1", "2"]})

    assert response.status_code == 422
    assert response.content.decode().count("该支付顺序已被其他成员占用") == 2
