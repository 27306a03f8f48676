"""Making, knowing and revoking the tokens of other systems (docs/adr/0029)."""

from __future__ import annotations

import datetime as dt
import hashlib
import secrets

from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import ApiToken, Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event
from accounts.services.rights import require_right

PREFIX = "gj_"  # so that a secret scanner knows one where it does not belong
MINUTE = dt.timedelta(minutes=1)


class TokenForOneself(Exception):
    """Whoever makes tokens makes none that stands for themselves. Nothing was written."""

    def __init__(self) -> None:
        super().__init__(_("A token for you is made by another administrator."))


class MayNotSignIn(Exception):
    """The staff account is closed: nothing reads in its name. Nothing was written."""

    def __init__(self, staff: Staff) -> None:
        super().__init__(_("{who} may not sign in.").format(who=staff))


class TokenNameTaken(Exception):
    """Nothing was written."""

    def __init__(self, name: str) -> None:
        super().__init__(_("There is a token “{name}” of this person: revoke it first.").format(name=name))


@writes
def make_token(*, staff: Staff, name: str, days: int, by: Staff) -> tuple[ApiToken, str]:
    """A token for another system that reads as this staff member would. `days`: 1 to 365.

    Returns: the row, and the token itself, which is kept nowhere: show it once. Raises: RightMissing,
    TokenForOneself, MayNotSignIn, TokenNameTaken, Staff.DoesNotExist for somebody outside the scope of `by`.
    """
    require_right(by, "accounts.add_apitoken")
    staff = Staff.objects.for_staff(by).get(pk=staff.pk)
    if staff.pk == by.pk:
        raise TokenForOneself
    if not staff.is_active:
        raise MayNotSignIn(staff)
    now, secret = timezone.now(), PREFIX + secrets.token_urlsafe(32)
    token = ApiToken(
        staff=staff, name=name, digest=digest_of(secret), created_at=now, created_by=by,
        expires_at=now + dt.timedelta(days=days),
    )  # fmt: skip
    try:
        with transaction.atomic():
            token.save(force_insert=True)
    except IntegrityError as refused:
        if "token_name_once" in str(refused):
            raise TokenNameTaken(name) from refused
        raise
    record_event(AuditKind.TOKEN_MADE, by=by, region=staff.region, token=token.pk)
    return token, secret


@writes
def revoke_token(*, token_id: int, by: Staff) -> bool:
    """From now on it opens nothing. Returns: whether it still did. Raises: RightMissing."""
    require_right(by, "accounts.change_apitoken")
    token = ApiToken.objects.for_staff(by).select_for_update(of=("self",)).get(pk=token_id)
    if token.revoked_at is not None:
        return False
    token.revoked_at, token.revoked_by = timezone.now(), by
    token.save(update_fields=["revoked_at", "revoked_by"])
    record_event(AuditKind.TOKEN_REVOKED, by=by, region=token.staff.region, token=token.pk)
    return True


def known_token(secret: str) -> ApiToken | None:
    """Whatever became of it; found by its digest, so that how long it takes tells nothing of the token."""
    return ApiToken.objects.select_related("staff__region").filter(digest=digest_of(secret)).first()


def is_open(token: ApiToken, now: dt.datetime) -> bool:
    """Neither ended nor revoked, and of somebody who may sign in."""
    return token.revoked_at is None and now < token.expires_at and token.staff.is_active


@writes
def note_use(*, token: ApiToken, now: dt.datetime, by: Staff) -> None:
    """Once a minute at most: what was read when is in the audit events."""
    if token.last_used_at is None or now - token.last_used_at >= MINUTE:
        ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(last_used_at=now)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
