"""What every request passes: who asks and from where, the closed door, and what browsers are told to refuse."""

from __future__ import annotations

import ipaddress
import logging
import re
from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.shortcuts import render
from django.utils import translation

from accounts.acting import acting
from accounts.models import Staff
from accounts.models.audit import AuditKind
from accounts.rules.sealing import SealBroken
from accounts.services.audit import record_event

logger = logging.getLogger(__name__)

Responder = Callable[[HttpRequest], HttpResponseBase]

# Reached without a session: signing in, the probes of the load balancer, what a sign-in page is made of, and what
# other systems read, which has a door of its own (reports/middleware.py).
OPEN_PATHS = ("/admin/login/", "/healthz", "/readyz", "/static/", "/i18n/", "/api/v1/")
BACKGROUND_HEADERS = {"Hx-Request", "X-Requested-With"}
# What somebody types into an address may be an ID number; no id of a row has as many digits.
LONG_NUMBER = re.compile(r"[0-9]{11,}[0-9Xx]*")
LONGEST_PATH = 200

# Alpine.js, which the admin's frame is made with, compiles its attributes with eval and needs both exceptions.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "script-src 'self' 'unsafe-inline' 'unsafe-eval'",
        "style-src 'self' 'unsafe-inline'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
PERMISSIONS_POLICY = "camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), serial=(), usb=()"


class ClientAddressMiddleware:
    """Makes REMOTE_ADDR the client's: with `PROXY_COUNT` proxies of ours, the entry that the outermost one wrote.

    What stands further left in X-Forwarded-For was written by whoever asked, and is never believed.
    """

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.META["REMOTE_ADDR"] = _address(_told_by_proxies(request) or request.META.get("REMOTE_ADDR", ""))
        return self.get_response(request)


def _told_by_proxies(request: HttpRequest) -> str:
    if not settings.PROXY_COUNT:
        return ""
    entries = request.META.get("HTTP_X_FORWARDED_FOR", "").split(",")
    return _address(entries[-settings.PROXY_COUNT]) if len(entries) >= settings.PROXY_COUNT else ""


def _address(text: str) -> str:
    """The address in its usual writing; empty for what is none, such as the peer of a Unix socket."""
    try:
        return str(ipaddress.ip_address(text.strip()))
    except ValueError:
        return ""


class WithoutNulMiddleware:
    """400 for an address with a NUL: forms refuse it, the admin's lists would hand it to PostgreSQL, which fails."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if "\0" in request.path or "%00" in request.META.get("QUERY_STRING", ""):
            return HttpResponseBadRequest()
        return self.get_response(request)


class BrowserRulesMiddleware:
    """What browsers are to refuse for us, and that nothing shown to staff stays behind on a shared desk."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_POLICY)
        response.headers.setdefault("Cache-Control", "private, no-store")
        if response.headers.get("Content-Type", "").startswith("text/html"):
            response.headers.setdefault("Content-Security-Policy", CONTENT_SECURITY_POLICY)
        return response


class SignedInMiddleware:
    """Deny by default: a page that forgets to ask for a sign-in is closed all the same."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated and not request.path.startswith(OPEN_PATHS):
            # A page that asks in the background is told; the sign-in page would be swapped into the middle of it.
            in_background = BACKGROUND_HEADERS & request.headers.keys()
            return HttpResponse(status=401) if in_background else redirect_to_login("/")
        response = self.get_response(request)
        if request.user.is_authenticated and response.status_code == 403:
            record_event(
                AuditKind.ACCESS_REFUSED, by=request.user, request=request, path=path_without_numbers(request)
            )
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        """A stored value that does not open was moved, altered, or lost its key: said, logged and audited."""
        if not isinstance(exception, SealBroken):
            return None
        path = path_without_numbers(request)
        logger.error("a sealed value does not open: %s", exception, extra={"path": path})
        by = request.user if isinstance(request.user, Staff) else None
        record_event(AuditKind.ACCESS_REFUSED, by=by, request=request, path=path, reason="seal_broken")
        return render(request, "seal_broken.html", status=500)


def path_without_numbers(request: HttpRequest) -> str:
    return without_numbers(request.path)


def without_numbers(text: str) -> str:
    return LONG_NUMBER.sub("•••", text)[:LONGEST_PATH]


class ActingStaffMiddleware:
    """Writes the signed-in staff member into the history context of everything the request changes."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.method in ("GET", "HEAD") or not request.user.is_authenticated:
            return self.get_response(request)
        with acting(request.user, channel="page"):
            return self.get_response(request)


class ChineseFirstMiddleware(LocaleMiddleware):
    """Chinese until somebody chooses otherwise: the language a browser was installed in says nothing of its user."""

    def process_request(self, request: HttpRequest) -> None:
        chosen = request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, "")
        language = chosen if chosen in dict(settings.LANGUAGES) else settings.LANGUAGE_CODE
        translation.activate(language)
        request.LANGUAGE_CODE = translation.get_language()
