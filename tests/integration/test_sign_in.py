"""Signing in and out: who is locked out, from where, and what is kept of it."""

from __future__ import annotations

import pytest
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.core.management import call_command
from django.test import Client, override_settings

from accounts.models import AuditEvent, Staff
from accounts.models.audit import AuditKind
from tests.factories import PASSWORD, make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

LOGIN = "/admin/login/"


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk", username="li.si")


def attempt(username: str, password: str, client: Client | None = None, **meta: str) -> int:
    answer = (client or Client()).post(LOGIN, {"username": username, "password": password, "next": "/"}, **meta)
    return answer.status_code


def events(kind: AuditKind) -> list[AuditEvent]:
    return list(AuditEvent.objects.filter(kind=kind).order_by("sequence"))


def test_five_wrong_passwords_lock_this_name_at_this_address_only(clerk: Staff) -> None:
    answers = [attempt("li.si", f"wrong-{n}", HTTP_USER_AGENT=f"browser {n}") for n in range(5)]
    assert answers == [200, 200, 200, 200, 429]
    assert attempt("li.si", PASSWORD) == 429
    assert attempt("li.si", PASSWORD, REMOTE_ADDR="10.0.0.9") == 302
    make_staff("clerk", username="wang.wu")
    assert attempt("wang.wu", PASSWORD) == 302


def test_the_page_of_the_locked_out_looks_like_ours(clerk: Staff) -> None:
    client = Client()
    for n in range(5):
        answer = client.post(LOGIN, {"username": "li.si", "password": f"wrong-{n}"})
    assert answer.status_code == 429
    assert "gongji/gongji" in answer.content.decode()
    assert "li.si" not in answer.content.decode()


def test_a_successful_sign_in_starts_the_count_anew(clerk: Staff) -> None:
    for _round in range(2):
        assert [attempt("li.si", "wrong") for _n in range(4)] == [200] * 4
        assert attempt("li.si", PASSWORD) == 302


def test_signing_in_and_out_and_being_refused_are_audit_events_with_the_address(clerk: Staff) -> None:
    client = Client(REMOTE_ADDR="10.1.2.3")
    attempt("li.si", "wrong", client)
    attempt("li.si", PASSWORD, client)
    assert client.get("/persons/import/").status_code == 200
    assert client.get("/adjustments/").status_code == 403
    assert client.post("/admin/logout/").status_code == 200
    refused, signed_in, not_allowed, signed_out = AuditEvent.objects.order_by("sequence")
    assert [one.kind for one in (refused, signed_in, not_allowed, signed_out)] == [
        AuditKind.SIGN_IN_REFUSED, AuditKind.SIGN_IN, AuditKind.ACCESS_REFUSED, AuditKind.SIGN_OUT,
    ]  # fmt: skip
    assert {one.staff for one in (refused, signed_in, not_allowed, signed_out)} == {clerk}
    assert {one.address for one in (refused, signed_in, not_allowed, signed_out)} == {"10.1.2.3"}
    assert not_allowed.detail == {"path": "/adjustments/"}


def test_a_password_typed_into_the_wrong_field_is_kept_nowhere(clerk: Staff) -> None:
    typed = "My-Secret-Pass-99"
    attempt(typed, "x")
    attempt(typed, "x", HTTP_USER_AGENT="another")
    attempt("li.si", typed)
    kept = [str(list(model.objects.values())) for model in (AccessAttempt, AccessFailureLog, AccessLog, AuditEvent)]
    assert AccessAttempt.objects.count() == 3
    assert [one for one in kept if typed.lower() in one.lower()] == []
    assert [event.staff for event in events(AuditKind.SIGN_IN_REFUSED)] == [None, None, clerk]


def test_the_administrators_unlock_command_still_ends_a_lock_out(clerk: Staff) -> None:
    for n in range(5):
        attempt("li.si", f"wrong-{n}")
    call_command("axes_reset")
    assert attempt("li.si", PASSWORD) == 302


def test_a_forged_x_forwarded_for_neither_evades_the_lock_nor_poisons_another_desk(clerk: Staff) -> None:
    for n in range(5):
        attempt("li.si", f"wrong-{n}", HTTP_X_FORWARDED_FOR=f"10.9.9.{n}")
    assert attempt("li.si", PASSWORD, HTTP_X_FORWARDED_FOR="10.9.9.77") == 429
    assert attempt("li.si", PASSWORD, REMOTE_ADDR="10.9.9.1") == 302
    assert {event.address for event in events(AuditKind.SIGN_IN_REFUSED)} == {"127.0.0.1"}


@pytest.mark.parametrize(
    ("count", "forwarded", "address"),
    [
        (0, "10.9.9.9", "10.0.0.1"),
        (1, "10.9.9.9", "10.9.9.9"),
        (1, "6.6.6.6, 10.9.9.9", "10.9.9.9"),
        (2, "6.6.6.6, 10.9.9.9, 10.0.0.2", "10.9.9.9"),
        (2, "10.9.9.9", "10.0.0.1"),
        (1, "not an address", "10.0.0.1"),
        (1, "", "10.0.0.1"),
        (1, "2001:db8::1", "2001:db8::1"),
    ],
)
def test_the_address_behind_our_proxies_is_the_one_that_the_outermost_wrote(
    clerk: Staff, count: int, forwarded: str, address: str
) -> None:
    with override_settings(PROXY_COUNT=count):
        attempt("li.si", PASSWORD, REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    assert [event.address for event in events(AuditKind.SIGN_IN)] == [address]


def test_a_peer_without_an_address_is_no_fault(clerk: Staff) -> None:
    """gunicorn behind a Unix socket names none."""
    assert attempt("li.si", PASSWORD, REMOTE_ADDR="") == 302
    assert [event.address for event in events(AuditKind.SIGN_IN)] == [None]


def test_a_session_from_before_signing_in_is_not_the_one_after(clerk: Staff) -> None:
    client = Client()
    client.session.save()
    planted = client.session
    planted["planted"] = True
    planted.save()
    client.cookies["sessionid"] = planted.session_key
    attempt("li.si", PASSWORD, client)
    assert client.cookies["sessionid"].value != planted.session_key
    thief = Client()
    thief.cookies["sessionid"] = planted.session_key
    assert thief.get("/counter/").status_code == 302


def test_the_session_cookie_is_closed_to_scripts_and_other_sites(clerk: Staff) -> None:
    client = Client()
    attempt("li.si", PASSWORD, client)
    cookie = client.cookies["sessionid"]
    assert (cookie["httponly"], cookie["samesite"], cookie["max-age"]) == (True, "Lax", "")


def test_signing_out_takes_a_post_and_ends_the_session(clerk: Staff) -> None:
    client = Client()
    attempt("li.si", PASSWORD, client)
    key = client.cookies["sessionid"].value
    assert client.get("/admin/logout/").status_code == 405
    client.post("/admin/logout/")
    thief = Client()
    thief.cookies["sessionid"] = key
    assert thief.get("/counter/").headers["Location"] == "/admin/login/?next=/"


def test_a_new_password_ends_every_other_session(clerk: Staff) -> None:
    here, there = Client(), Client()
    attempt("li.si", PASSWORD, here)
    attempt("li.si", PASSWORD, there)
    words = {"old_password": PASSWORD, "new_password1": "another-long-word-1", "new_password2": "another-long-word-1"}
    assert here.post("/admin/password_change/", words).status_code == 302
    assert here.get("/counter/").status_code == 200
    assert there.get("/counter/").status_code == 302


def test_after_signing_in_nobody_is_sent_to_another_site(clerk: Staff) -> None:
    answer = Client().post(LOGIN, {"username": "li.si", "password": PASSWORD, "next": "https://evil.example/"})
    assert answer.headers["Location"] == "/"


def test_an_expired_page_says_so_in_our_look_and_is_audited(clerk: Staff) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    answer = client.post("/counter/find/", {"text": "x"})
    assert answer.status_code == 403
    assert "gongji/gongji" in answer.content.decode()
    assert [event.detail["path"] for event in events(AuditKind.ACCESS_REFUSED)] == ["/counter/find/"]


def test_a_number_typed_into_an_address_is_not_audited_in_full(clerk: Staff) -> None:
    client = Client()
    client.force_login(clerk, backend="django.contrib.auth.backends.ModelBackend")
    client.get("/admin/accounts/staff/11010519491231002X/change/")
    assert "110105" not in str([event.detail for event in events(AuditKind.ACCESS_REFUSED)])


def test_guessed_names_are_seen_by_who_oversees_the_whole_country(regions: None) -> None:
    attempt("nobody-has-this-name", "x")
    (event,) = events(AuditKind.SIGN_IN_REFUSED)
    assert AuditEvent.objects.for_staff(make_staff("auditor", "100000")).filter(pk=event.pk).exists()
    assert not AuditEvent.objects.for_staff(make_staff("auditor", "421000")).filter(pk=event.pk).exists()
