"""COPY in place of INSERT: the same rows, keys, history and refusals."""

from __future__ import annotations

import datetime as dt
import gc

import pytest
from django.apps import apps
from django.db import DatabaseError, connection, transaction
from pytest_django import DjangoAssertNumQueries

from accounts.acting import acting
from accounts.bulk import WORTHWHILE, any_of, copy_create, rarely_collecting
from accounts.models import InsuredPerson, PersonalAccount
from tests.factories import make_person, make_staff

pytestmark = pytest.mark.usefixtures("regions")


def accounts(count: int) -> list[PersonalAccount]:
    holders = [make_person(insutype="390") for _ in range(count)]
    return [PersonalAccount(person=holder, opened_on=dt.date(2026, 1, 1)) for holder in holders]


@pytest.mark.parametrize("count", [1, WORTHWHILE - 1, WORTHWHILE, WORTHWHILE + 7])
def test_rows_are_stored_in_order_with_their_keys_and_whoever_acted(count: int) -> None:
    rows, clerk = accounts(count), make_staff()

    with acting(clerk, channel="command"):
        made = copy_create(rows)

    assert [row.person_id for row in made] == [row.person_id for row in rows]
    assert list(PersonalAccount.objects.order_by("pk").values_list("pk", flat=True)) == [row.pk for row in made]
    events = apps.get_model("accounts", "PersonalAccountEvent").objects.all()
    assert [event.pgh_context["staff"] for event in events] == [clerk.pk] * count
    made[0].opened_on = dt.date(2026, 2, 1)
    made[0].save(update_fields=["opened_on"])


def test_no_rows_are_no_work() -> None:
    assert copy_create([]) == []


def test_the_database_refuses_by_copy_what_it_refuses_by_insert() -> None:
    rows = accounts(WORTHWHILE)
    rows[50].prior_years = -1

    with pytest.raises(DatabaseError), transaction.atomic():
        copy_create(rows)

    assert not PersonalAccount.objects.exists()
    assert InsuredPerson.objects.count() == WORTHWHILE


def test_any_of_finds_what_a_list_of_values_names_and_asks_nothing_for_none(
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    one, two, _three = accounts(3)
    for account in (one, two):
        account.save()
    persons = [one.person_id, two.person_id, 0]
    digests = [bytes(account.person.certno_digest) for account in (one, two)]

    assert set(PersonalAccount.objects.filter(any_of("person", persons))) == {one, two}
    assert set(PersonalAccount.objects.exclude(any_of("pk", [one.pk]))) == {two}
    assert set(InsuredPerson.objects.filter(any_of("certno_digest", digests))) == {one.person, two.person}
    with django_assert_num_queries(0):
        assert not PersonalAccount.objects.filter(any_of("person", [])).exists()


def test_garbage_is_looked_for_as_ever_once_the_work_is_over_or_failed() -> None:
    usually, meanwhile = gc.get_threshold(), []

    @rarely_collecting()
    def fail() -> None:
        meanwhile.append(gc.get_threshold())
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()

    assert meanwhile[0] > usually == gc.get_threshold()


def test_triggers_find_the_setting_they_ask_for_and_look_for_no_deferred_checks() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore')")
        assert cursor.fetchone() == ("{}",)
