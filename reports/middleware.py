"""The way in for other systems: a token instead of a session, JSON instead of pages."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils import translation

from reports.api.door import API_PATH, NotAdmitted, admit, language_asked_for, tell
from reports.api.problems import in_shape, problem


class OtherSystemsMiddleware:
    """Before sessions, so that what a browser sends along counts for nothing here: no cookie is read, none is set."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if not request.path.startswith(API_PATH):
            return self.get_response(request)
        language = language_asked_for(request)
        request.COOKIES = {settings.LANGUAGE_COOKIE_NAME: language}
        with translation.override(language):
            return self._answer(request)

    def _answer(self, request: Any) -> HttpResponseBase:
        try:
            request.caller = admit(request)
        except NotAdmitted as refusal:
            return problem(refusal.status, retry_after=refusal.retry_after)
        method = request.method
        request.method = "GET" if method == "HEAD" else method
        response = in_shape(request, self.get_response(request))
        request.method = method
        tell(request, request.caller, response.status_code)
        return response
