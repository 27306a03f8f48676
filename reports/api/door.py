"""Who comes in: a token that is open, no more often in a minute than is agreed, and nothing without an event.

Invariants: nothing under `API_PATH` is reached without an open token, not even an address that is not there; what is
answered was counted: with Redis away nothing is; each request with a token leaves one audit event, and of those that
come too fast the first one in a minute does, so that nobody can fill the chain of events.
"""

from __future__ import annotations

import logging
import time
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header
from redis.exceptions import RedisError

from accounts.middleware import path_without_numbers, without_numbers
from accounts.models import ApiToken, InsuredPerson, Staff
from accounts.models.audit import AuditKind
from accounts.services.api_tokens import is_open, known_token, note_use
from accounts.services.audit import record_event

logger = logging.getLogger(__name__)

API_PATH = "/api/v1/"
WINDOW = 60
GUESSES = 10  # of tokens that nobody has, from one address in a minute; more are refused and leave no event


@dataclass(slots=True)
class Caller:
    """Another system, reading as a staff member. `person`, `tells`: what the event of the request says besides."""

    token: ApiToken
    person: InsuredPerson | None = None
    tells: dict[str, Any] = field(default_factory=dict)

    @property
    def staff(self) -> Staff:
        return self.token.staff


class ApiRequest(HttpRequest):
    """A request that came through this door."""

    caller: Caller


class NotAdmitted(Exception):
    """`status`: 401, 429 or 503; `retry_after`: seconds, where waiting helps."""

    def __init__(self, status: int, *, retry_after: int = 0) -> None:
        self.status, self.retry_after = status, retry_after
        super().__init__(status)


def admit(request: HttpRequest) -> Caller:
    """Raises: NotAdmitted, the same for a token that never was and one that no longer opens."""
    scheme, _space, secret = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not secret:
        raise NotAdmitted(401)
    token = known_token(secret.strip())
    _count(request, token)
    if token is None or not is_open(token, timezone.now()):
        _refuse(request, token, "token_closed" if token else "token_unknown")
        raise NotAdmitted(401)
    return Caller(token)


def _count(request: HttpRequest, token: ApiToken | None) -> None:
    """Raises: NotAdmitted."""
    key = f"token:{token.pk}" if token else f"address:{request.META.get('REMOTE_ADDR', '')}"
    most = settings.API_REQUESTS_PER_MINUTE if token else GUESSES
    now = int(time.time())
    place = f"api:{key}:{now // WINDOW}"
    try:
        cache.add(place, 0, timeout=2 * WINDOW)
        times = cache.incr(place)
    except RedisError as fault:
        logger.error("requests of other systems cannot be counted: %s", type(fault).__name__)
        raise NotAdmitted(503, retry_after=WINDOW) from fault
    if times == most + 1:
        _refuse(request, token, "too_many")
    if times > most:
        raise NotAdmitted(429, retry_after=WINDOW - now % WINDOW)


def _refuse(request: HttpRequest, token: ApiToken | None, reason: str) -> None:
    detail: dict[str, Any] = {"path": path_without_numbers(request), "reason": reason}
    if token is not None:
        detail["token"] = token.pk
    record_event(AuditKind.ACCESS_REFUSED, by=token.staff if token else None, request=request, **detail)


def tell(request: HttpRequest, caller: Caller, status: int) -> None:
    """The event of a request, after it was answered and before anybody has the answer."""
    detail: dict[str, Any] = {"path": path_without_numbers(request), "token": caller.token.pk, "status": status}
    if request.META.get("QUERY_STRING"):
        detail["asked"] = without_numbers(request.META["QUERY_STRING"])
    kind = AuditKind.ACCESS_REFUSED if status == 403 else AuditKind.API
    note_use(token=caller.token, now=timezone.now(), by=caller.staff)
    record_event(kind, by=caller.staff, person=caller.person, request=request, **detail, **caller.tells)


def language_asked_for(request: HttpRequest) -> str:
    """The first of Accept-Language that there is; Chinese where none is."""
    for code, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")):
        try:
            return get_supported_language_variant(code)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE
