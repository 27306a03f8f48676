"""Sign-ins, sign-outs and refused sign-ins as audit events. The name typed is kept only when it is somebody's:

people type their password into the wrong field. axes, which counts the failures, is given a keyed digest of it.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.keys import typed_name_digest
from accounts.models import Region, Staff
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event


@receiver(user_logged_in)
def signed_in(request: HttpRequest, user: Staff, **kwargs: Any) -> None:
    record_event(AuditKind.SIGN_IN, by=user, request=request)


@receiver(user_logged_out)
def signed_out(request: HttpRequest, user: Staff | None, **kwargs: Any) -> None:
    if user is not None:
        record_event(AuditKind.SIGN_OUT, by=user, request=request)


@receiver(user_login_failed)
def sign_in_refused(credentials: dict[str, Any], request: HttpRequest | None = None, **kwargs: Any) -> None:
    known = Staff.objects.filter(username=credentials.get("username", "")).first()
    # A name that nobody has belongs to no region: whoever oversees the whole tree sees the guessing.
    root = None if known else Region.objects.filter(parent=None).order_by("path").first()
    record_event(AuditKind.SIGN_IN_REFUSED, by=known, region=root, request=request)


def typed_name(request: HttpRequest, credentials: dict[str, Any] | None) -> str:
    """What axes counts failures under: the same for the same name, and nothing that can be read."""
    typed = (credentials or {}).get("username") or request.POST.get("username", "")
    return typed_name_digest(str(typed))
