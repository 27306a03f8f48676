"""Whether somebody is still signed in: asked by a page before it sends what was typed."""

from __future__ import annotations

from django.http import HttpResponse
from django.views.decorators.http import require_GET

from accounts.pages import StaffRequest


@require_GET
def signed_in(request: StaffRequest) -> HttpResponse:
    """204 behind the closed door (SignedInMiddleware); 401 before it."""
    return HttpResponse(status=204)
