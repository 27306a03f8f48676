"""Pages of our own inside the admin's frame: same header, same sidebar, same sign-in."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from accounts.models import Staff


class StaffRequest(HttpRequest):
    """A request behind the closed door (SignedInMiddleware): its user is a member of staff."""

    user: Staff


def render_page(
    request: HttpRequest, template: str, context: dict[str, Any] | None = None, *, title: str, status: int = 200
) -> HttpResponse:
    """Render a template that extends `gongji/page.html`."""
    frame = {**admin.site.each_context(request), "title": title}
    return render(request, template, {**frame, **(context or {})}, status=status)
