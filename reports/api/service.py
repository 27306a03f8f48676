"""The JSON interface put together: its parts, its description, and how it says what went wrong."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from ninja import NinjaAPI
from ninja.errors import HttpError, ValidationError
from ninja.security import HttpBearer

from reports.api import figures, groups, settlements
from reports.api.door import ApiRequest
from reports.api.problems import Invalid, problem

DESCRIPTION = """Reading for other systems. A token stands for a staff member and reads what the member may see, in
the member's region and under it. Amounts are yuan, as text with two decimals; days are those of Asia/Shanghai."""


class Bearer(HttpBearer):
    """Describes how to come in; who came in was looked at before (reports/middleware.py)."""

    def __call__(self, request: HttpRequest) -> Any:
        return getattr(request, "caller", None)

    def authenticate(self, request: HttpRequest, token: str) -> Any:
        raise NotImplementedError


# No page of descriptions: its scripts would come from elsewhere, and it would need a session.
api = NinjaAPI(
    title="Gongji", version="1", description=DESCRIPTION, docs_url=None, openapi_url=None, auth=Bearer(),
    urls_namespace="api",
)  # fmt: skip
for part in (groups, settlements, figures):
    api.add_router("", part.router)


@api.get("/openapi.json", include_in_schema=False)
def openapi(request: ApiRequest) -> HttpResponse:
    return JsonResponse(api.get_openapi_schema())


@api.exception_handler(Invalid)
def invalid(request: HttpRequest, fault: Invalid) -> HttpResponse:
    return problem(422, fault.faults)


@api.exception_handler(ValidationError)
def malformed(request: HttpRequest, fault: ValidationError) -> HttpResponse:
    return problem(422, [(str(one["loc"][-1]), one["msg"]) for one in fault.errors])


@api.exception_handler(HttpError)
def refused(request: HttpRequest, fault: HttpError) -> HttpResponse:
    return problem(fault.status_code)


@api.exception_handler(Http404)
def missing(request: HttpRequest, fault: Http404) -> HttpResponse:
    return problem(404)
