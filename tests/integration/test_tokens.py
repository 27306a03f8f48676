"""Tokens of other systems: made for somebody by somebody else, shown once, revoked for good."""

from __future__ import annotations

import re

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import ApiToken, AuditEvent, Staff
from accounts.models.audit import AuditKind
from accounts.models.staff import NIGHTLY
from accounts.services.api_tokens import (
    MayNotSignIn,
    TokenForOneself,
    TokenNameTaken,
    digest_of,
    known_token,
    make_token,
    revoke_token,
)
from accounts.services.rights import RightMissing
from accounts.services.staff import nightly_staff
from accounts.trail import row_changes
from tests.factories import make_staff, make_token_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

TOKEN = re.compile(r"gj_[\w-]{43}")


@pytest.fixture
def administrator(regions: None) -> Staff:
    return make_staff("administrator", "421000")


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def test_a_token_is_made_on_the_page_shown_once_and_kept_as_its_digest(administrator: Staff) -> None:
    clerk, office = make_staff("clerk"), signed_in(administrator)
    given = {"staff": clerk.pk, "name": "HIS of the county hospital", "days": 365}
    answer = office.post("/tokens/make/", given)
    (secret,) = TOKEN.findall(answer.content.decode())
    token = ApiToken.objects.get()
    assert (answer.status_code, token.staff, token.created_by) == (200, clerk, administrator)
    assert (token.digest, known_token(secret), (token.expires_at - token.created_at).days) == (
        digest_of(secret), token, 365,
    )  # fmt: skip
    assert answer.headers["Cache-Control"] == "private, no-store"
    page = office.get("/tokens/").content.decode()
    assert "HIS of the county hospital" in page
    assert not TOKEN.search(page)
    assert AuditEvent.objects.get(kind=AuditKind.TOKEN_MADE).detail == {"token": token.pk}
    assert secret not in str([event.detail for event in AuditEvent.objects.all()])
    assert cache.get(secret) is None


def test_what_was_revoked_opens_nothing_and_leaves_its_history(administrator: Staff) -> None:
    token = make_token_of(make_staff("clerk"))
    office = signed_in(administrator)
    for _twice in range(2):
        assert office.post(f"/tokens/{token.pk}/revoke/").headers["Location"] == "/tokens/"
    token.refresh_from_db()
    assert (token.revoked_by, token.revoked_at is not None) == (administrator, True)
    assert AuditEvent.objects.filter(kind=AuditKind.TOKEN_REVOKED).count() == 1
    changed, made = row_changes(token)
    assert changed.who == str(administrator)
    assert {change.field for change in changed.changes} == {"revoked_at", "revoked_by"}
    assert made.changes == ()


def test_nobody_makes_one_for_themselves_for_whoever_left_or_twice(administrator: Staff) -> None:
    clerk, left = make_staff("clerk"), make_staff("clerk")
    Staff.objects.filter(pk=left.pk).update(is_active=False)
    with pytest.raises(TokenForOneself):
        make_token(staff=administrator, name="x", days=1, by=administrator)
    with pytest.raises(MayNotSignIn):
        make_token(staff=left, name="x", days=1, by=administrator)
    make_token(staff=clerk, name="x", days=1, by=administrator)
    with pytest.raises(TokenNameTaken):
        make_token(staff=clerk, name="x", days=1, by=administrator)
    revoke_token(token_id=ApiToken.objects.get().pk, by=administrator)
    make_token(staff=clerk, name="x", days=1, by=administrator)
    office = signed_in(administrator)
    for staff in (administrator, left):
        assert office.post("/tokens/make/", {"staff": staff.pk, "name": "y", "days": 1}).status_code == 422
    assert office.post("/tokens/make/", {"staff": clerk.pk, "name": "x", "days": 1}).status_code == 422
    assert ApiToken.objects.count() == 2


@pytest.mark.parametrize("days", ["0", "366", "-1", "x", ""])
def test_it_lives_a_year_at_most(administrator: Staff, days: str) -> None:
    clerk = make_staff("clerk")
    given = {"staff": clerk.pk, "name": "x", "days": days}
    assert signed_in(administrator).post("/tokens/make/", given).status_code == 422
    assert not ApiToken.objects.exists()


def test_nobody_makes_or_revokes_one_of_another_region_and_nobody_for_the_night(administrator: Staff) -> None:
    stranger, night = make_staff("clerk", "330100"), nightly_staff()
    assert night is not None
    office = signed_in(administrator)
    for staff in (stranger, night):
        with pytest.raises(Staff.DoesNotExist):
            make_token(staff=staff, name="x", days=1, by=administrator)
        assert office.post("/tokens/make/", {"staff": staff.pk, "name": "x", "days": 1}).status_code == 422
    token = make_token_of(stranger)
    assert office.post(f"/tokens/{token.pk}/revoke/").status_code == 404
    assert office.get("/tokens/").context["tokens"] == []
    country = make_staff("administrator", "100000")
    with pytest.raises(MayNotSignIn):
        make_token(staff=Staff.objects.get(username=NIGHTLY), name="x", days=1, by=country)


@pytest.mark.parametrize("role", ["clerk", "reviewer", "supervisor", "auditor"])
def test_only_an_administrator_makes_and_revokes_them(role: str) -> None:
    staff, clerk = make_staff(role), make_staff("clerk")
    token = make_token_of(clerk)
    with pytest.raises(RightMissing):
        make_token(staff=clerk, name="x", days=1, by=staff)
    with pytest.raises(RightMissing):
        revoke_token(token_id=token.pk, by=staff)
    answer = signed_in(staff).get("/tokens/")
    assert answer.status_code == (200 if role in ("supervisor", "auditor") else 403)
    assert "/tokens/make/" not in answer.content.decode()
