"""What every request passes: the acting staff member for the history, and the closed door."""

from __future__ import annotations

from collections.abc import Callable

from django.conf import settings
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponseBase
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

from accounts.acting import acting
from accounts.models.audit import AuditKind
from accounts.services.audit import record_event

Responder = Callable[[HttpRequest], HttpResponseBase]

# Reached without a session: signing in, the probes of the load balancer, and what a sign-in page is made of.
OPEN_PATHS = ("/admin/login/", "/healthz", "/readyz", "/static/", "/i18n/")


class SignedInMiddleware:
    """Deny by default: a page that forgets to ask for a sign-in is closed all the same."""

    def __init__(self, get_response: Responder) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.user.is_authenticated and not request.path.startswith(OPEN_PATHS):
            return redirect_to_login("/")
        response = self.get_response(request)
        if request.user.is_authenticated and response.status_code == 403:
            record_event(AuditKind.ACCESS_REFUSED, by=request.user, request=request, path=request.path)
        return response


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
