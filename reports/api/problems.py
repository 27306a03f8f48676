"""What is answered instead of what was asked for: one shape, whatever went wrong and wherever."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext_lazy as _
from ninja import Schema

JSON = "application/json"
# The code that programs read, and the words for people; a code is never renamed.
PROBLEMS: Mapping[int, tuple[str, Any]] = {
    400: ("bad_request", _("The request cannot be read.")),
    401: ("unauthorized", _("There is no such token, or it has ended or was revoked.")),
    403: ("forbidden", _("The staff member of this token lacks the right.")),
    404: ("not_found", _("There is nothing at this address, or it is out of scope.")),
    405: ("method_not_allowed", _("This is read only: GET or HEAD.")),
    422: ("invalid", _("Something that was asked for is not offered.")),
    429: ("too_many_requests", _("Too many requests: wait as long as Retry-After says.")),
    500: ("error", _("Something went wrong here. It is recorded.")),
    503: ("unavailable", _("Requests cannot be counted at the moment: none is answered.")),
}


class Fault(Schema):
    """One parameter that cannot be answered. `field`: its name; "" for what concerns several."""

    field: str
    message: str


class Problem(Schema):
    """`error`: for programs, stable; `message`: for people, in the language asked for; `fields`: of a 422."""

    error: str
    message: str
    fields: list[Fault]


class Invalid(Exception):
    """What was asked cannot be answered: which parameter, and why."""

    def __init__(self, *faults: tuple[str, str]) -> None:
        self.faults = faults
        super().__init__(*[field for field, _message in faults])


def problem(status: int, faults: Sequence[tuple[str, str]] = (), *, retry_after: int = 0) -> HttpResponse:
    response = JsonResponse(told(status, faults), status=status)
    if retry_after:
        response.headers["Retry-After"] = str(retry_after)
    if status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def told(status: int, faults: Sequence[tuple[str, str]] = ()) -> dict[str, Any]:
    error, message = PROBLEMS.get(status, PROBLEMS[500 if status >= 500 else 400])
    fields = [{"field": field, "message": text} for field, text in faults]
    return {"error": error, "message": str(message), "fields": fields}


def in_shape(request: HttpRequest, response: Any) -> Any:
    """The same answer; where Django says in HTML what went wrong, as a `Problem`, with the headers it had."""
    if response.status_code >= 400 and not response.headers.get("Content-Type", "").startswith(JSON):
        shaped = problem(response.status_code)
        response.content = shaped.content
        response.headers["Content-Type"] = JSON
        response.headers["Content-Length"] = str(len(shaped.content))
    return response
