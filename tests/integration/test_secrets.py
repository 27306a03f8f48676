"""Full numbers: only in the answer to a reveal and on printed papers; and what a broken seal does to a page."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.conf import settings
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client, override_settings
from redis import Redis

from accounts.models import AuditEvent, InsuredPerson, Job, Staff
from accounts.models.audit import AuditKind
from accounts.rules.sealing import SealBroken
from accounts.services import persons
from accounts.services.jobs import enqueue
from accounts.services.persons import TooManyReveals, reveal_number
from families.forms.rows import token_for
from families.models import MutualAidGroup, RegistrationCase
from tests.factories import make_group, make_person, make_staff


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


def numbers_of(*shown: InsuredPerson) -> list[str]:
    return [number for person in shown for number in (person.certno, person.mobile)]


def family_at_the_counter(desk: Client, clerk: Staff) -> tuple[InsuredPerson, InsuredPerson, RegistrationCase]:
    """An owner, a child of another region, their saved case: everything a clerk does without a reveal."""
    owner = make_person("户主", current="10.00", by=clerk)
    child = make_person("孩子", insutype="390", region="330100")
    desk.post("/counter/find/", {"text": owner.certno})
    form = {"key": str(uuid4()), "version": "0", "starts_on": "2026-03-01", "row": ["1"], "1-relation": "20"}
    typed = form | {"1-number": child.certno, "1-name": "孩子", "look-up": "1"}
    desk.post(f"/counter/persons/{owner.pk}/row/", typed)
    desk.post(f"/counter/persons/{owner.pk}/save/", form | {"1-person": token_for(child.pk, clerk)})
    return owner, child, RegistrationCase.objects.get(owner=owner)


@pytest.mark.django_db
def test_no_page_of_a_clerk_carries_a_full_number(clerk: Staff) -> None:
    desk = signed_in(clerk)
    owner, child, case = family_at_the_counter(desk, clerk)
    group = make_group("12*", by=clerk)
    members = [member.person for member in group.members.select_related("person")]
    pages = [
        "/counter/", f"/counter/persons/{owner.pk}/", f"/counter/cases/{case.pk}/", f"/cases/{case.pk}/",
        f"/persons/{owner.pk}/", f"/persons/{owner.pk}/family/", f"/groups/{group.pk}/", "/jobs/",
        "/admin/accounts/insuredperson/", "/admin/accounts/personalaccount/", "/admin/families/mutualaidgroup/",
        "/admin/families/registrationcase/",
    ]  # fmt: skip
    content = "".join(desk.get(page).content.decode() for page in pages)
    content += desk.post("/persons/find/", {"text": "户主"}).content.decode()
    assert [number for number in numbers_of(owner, child, *members) if number in content] == []


@pytest.mark.django_db
def test_no_trail_or_audit_list_carries_a_full_number(clerk: Staff) -> None:
    desk = signed_in(clerk)
    owner, child, _case = family_at_the_counter(desk, clerk)
    desk.post(f"/persons/{owner.pk}/contact/", {"version": owner.version, "mobile": "13700001111"})
    desk.post(f"/persons/{owner.pk}/reveal/", {"reason": "核对"})
    overseer = signed_in(make_staff("supervisor"))
    pages = [f"/persons/{owner.pk}/trail/", f"/persons/{owner.pk}/family/trail/", "/admin/accounts/auditevent/",
             "/admin/accounts/job/"]  # fmt: skip
    content = "".join(overseer.get(page).content.decode() for page in pages)
    assert [number for number in [*numbers_of(owner, child), "13700001111"] if number in content] == []


@pytest.mark.django_db
def test_what_a_mornings_work_leaves_in_queue_cache_sessions_and_audit_has_no_number(clerk: Staff) -> None:
    cache.clear()
    desk = signed_in(clerk)
    owner, child, _case = family_at_the_counter(desk, clerk)
    desk.post(f"/persons/{owner.pk}/reveal/", {"reason": "核对"})
    desk.post("/admin/login/", {"username": "x", "password": owner.certno})
    job = enqueue(kind="import_persons", by=clerk, file=("名单.csv", f"certno\n{owner.certno}".encode()))
    kept = str([list(model.objects.values()) for model in (AuditEvent, Job)])
    kept += str([session.get_decoded() for session in Session.objects.all()])
    with Redis.from_url(settings.REDIS_URL, decode_responses=False) as redis:
        kept += str([(key, redis.dump(key)) for key in redis.scan_iter()])
    assert [number for number in numbers_of(owner, child) if number in kept] == []
    assert owner.certno not in f"{owner} {owner.account} {job} {job.file} {RegistrationCase.objects.first()}"
    assert job.params == {}


@pytest.mark.django_db
def test_a_reveal_gives_number_and_phone_once_with_the_reason_and_is_not_stored_by_browsers(clerk: Staff) -> None:
    person = make_person()
    desk = signed_in(clerk)
    assert person.certno not in desk.post(f"/persons/{person.pk}/reveal/", {"reason": ""}).content.decode()
    assert not AuditEvent.objects.filter(kind=AuditKind.REVEAL).exists()
    answer = desk.post(f"/persons/{person.pk}/reveal/", {"reason": "核对证件"})
    assert [number for number in numbers_of(person) if number not in answer.content.decode()] == []
    assert answer.headers["Cache-Control"] == "no-store"
    event = AuditEvent.objects.get(kind=AuditKind.REVEAL)
    assert (event.staff, event.person, event.detail) == (clerk, person, {"reason": "核对证件"})
    assert (
        signed_in(make_staff("auditor")).post(f"/persons/{person.pk}/reveal/", {"reason": "核对"}).status_code == 403
    )


@pytest.mark.django_db
def test_a_number_typed_as_the_reason_is_refused(clerk: Staff) -> None:
    person = make_person()
    answer = signed_in(clerk).post(f"/persons/{person.pk}/reveal/", {"reason": f"核对 {person.certno}"})
    assert person.mobile not in answer.content.decode()
    assert not AuditEvent.objects.filter(kind=AuditKind.REVEAL).exists()


@pytest.mark.django_db
def test_a_refused_reveal_is_audited_and_does_not_count(clerk: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(persons, "REVEALS_PER_HOUR", 2)
    person = make_person()
    for _n in range(2):
        assert reveal_number(person=person, reason="核对", by=clerk)[0] == person.certno
    for _n in range(2):
        with pytest.raises(TooManyReveals):
            reveal_number(person=person, reason="再看", by=clerk)
    refused = [event.detail.get("refused") for event in AuditEvent.objects.order_by("sequence")]
    assert refused == [None, None, "limit", "limit"]
    answer = signed_in(clerk).post(f"/persons/{person.pk}/reveal/", {"reason": "再看"})
    assert person.certno not in answer.content.decode()


# Broken seals


def move_seal(*, of: InsuredPerson, to: InsuredPerson) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE accounts_insuredperson SET (certno_sealed, mobile_sealed) ="
            " (SELECT certno_sealed, mobile_sealed FROM accounts_insuredperson WHERE id = %s) WHERE id = %s",
            [of.pk, to.pk],
        )
    to.refresh_from_db()


@pytest.mark.django_db
def test_a_number_copied_into_another_row_does_not_open(clerk: Staff) -> None:
    first, second = make_person("甲"), make_person("乙")
    move_seal(of=first, to=second)
    with pytest.raises(SealBroken):
        _opened = second.certno
    assert second.masked_number == second.masked_mobile
    assert first.certno[-4:] not in second.masked_number


@pytest.mark.django_db
def test_pages_show_a_broken_seal_as_such_and_the_rest_of_the_list(clerk: Staff) -> None:
    first, second = make_person("甲甲"), make_person("乙乙")
    move_seal(of=first, to=second)
    desk = signed_in(clerk)
    page = desk.get("/admin/accounts/insuredperson/").content.decode()
    assert ("甲甲" in page, "乙乙" in page, "⚠" in page) == (True, True, True)
    assert desk.get(f"/persons/{second.pk}/").status_code == 200
    assert desk.get(f"/counter/persons/{second.pk}/").status_code == 200


@pytest.mark.django_db
def test_what_needs_the_broken_number_itself_is_refused_in_words_and_audited(clerk: Staff) -> None:
    first, second = make_person("甲甲"), make_person("乙乙")
    move_seal(of=first, to=second)
    desk = signed_in(clerk)
    for path, data in (("reveal", {"reason": "核对"}), ("contact", {"version": second.version, "mobile": ""})):
        answer = desk.post(f"/persons/{second.pk}/{path}/", data)
        assert answer.status_code == 500
        assert "gongji/gongji" in answer.content.decode()
        assert first.certno not in answer.content.decode()
    broken = AuditEvent.objects.filter(kind=AuditKind.ACCESS_REFUSED)
    assert [(event.staff, event.detail["reason"]) for event in broken] == [(clerk, "seal_broken")] * 2


@pytest.mark.django_db
def test_a_new_phone_mends_a_broken_one(clerk: Staff) -> None:
    first, second = make_person("甲甲"), make_person("乙乙")
    move_seal(of=first, to=second)
    signed_in(clerk).post(f"/persons/{second.pk}/contact/", {"version": second.version, "mobile": "13912345678"})
    second.refresh_from_db()
    assert second.mobile == "13912345678"


@pytest.mark.django_db
def test_old_numbers_open_after_a_change_of_key_and_new_ones_carry_it(clerk: Staff) -> None:
    before = make_person("甲甲")
    number = before.certno
    (old_id, old_key), *_rest = settings.SEALING_KEYS.items()
    with override_settings(SEALING_KEYS={old_id + 1: b"\x07" * 32, old_id: old_key}):
        after = make_person("乙乙")
        assert InsuredPerson.objects.get(pk=before.pk).certno == number
        assert bytes(InsuredPerson.objects.get(pk=after.pk).certno_sealed)[1:3] == (old_id + 1).to_bytes(2)
        assert InsuredPerson.objects.with_number(number).get() == before


@pytest.mark.django_db
def test_a_fault_shows_a_page_without_any_data(clerk: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    person = make_person("张三丰")
    desk = signed_in(clerk)
    desk.raise_request_exception = False
    fault = ValueError(person.certno)

    def fail(*args: object, **kwargs: object) -> None:
        raise fault

    monkeypatch.setattr("accounts.views.persons.account_of", fail)
    answer = desk.get(f"/persons/{person.pk}/")
    assert answer.status_code == 500
    assert [
        word for word in (person.certno, "张三丰", "ValueError", "Traceback") if word in answer.content.decode()
    ] == []
    assert MutualAidGroup.objects.count() == 0


@pytest.mark.django_db
def test_printing_full_numbers_needs_the_right_to_reveal_and_is_in_the_trail_of_each_person(clerk: Staff) -> None:
    desk = signed_in(clerk)
    owner, child, case = family_at_the_counter(desk, clerk)
    assert signed_in(make_staff("auditor")).get(f"/cases/{case.pk}/form.pdf").status_code == 403
    answer = desk.get(f"/cases/{case.pk}/form.pdf")
    assert (answer.status_code, answer.headers["Cache-Control"]) == (200, "no-store")
    prints = AuditEvent.objects.filter(kind=AuditKind.PRINT).order_by("sequence")
    assert [event.person for event in prints] == [owner, child]
    assert {event.detail["case"] for event in prints} == {case.number}


@pytest.mark.django_db
def test_the_same_form_with_another_amount_is_not_taken_for_a_double_click(clerk: Staff) -> None:
    person = make_person(current="10.00", by=clerk)
    desk, page = signed_in(clerk), f"/accounts/{person.account.pk}/adjust/"
    form = {"key": str(uuid4()), "current_change": "1.00", "reason": "更正"}
    assert [desk.post(page, form).status_code for _click in range(2)] == [302, 302]
    again = desk.post(page, form | {"current_change": "2.00"})
    assert again.status_code == 200
    assert form["key"] not in again.content.decode()
    assert [str(one.current_change) for one in person.account.adjustments.all()] == ["1.00"]
