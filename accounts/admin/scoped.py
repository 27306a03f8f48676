"""The lists of the admin, kept inside the scope and away from writing: services write, lists show.

Invariants: every surface (list, detail, history, autocomplete, action) starts from `for_staff`; what lies outside
is 404, and everything is 403 to a role that may not read the table at all; no search by GET, because a number in an
address stays in logs and histories.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.admin import ModelAdmin

from accounts.resources import MasterData
from accounts.spreadsheets.writer import Form


class HiddenOutside(ModelAdmin):
    """What `get_queryset` leaves out answers like what is not there: 404, where Django redirects with a message."""

    def _get_obj_does_not_exist_redirect(self, request: HttpRequest, opts: Any, object_id: str) -> HttpResponse:
        raise Http404

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        if self.get_object(request, object_id) is None:
            raise Http404
        return super().history_view(request, object_id, extra_context)


class ReadOnly(HiddenOutside):
    """Shown, and changed elsewhere: by a service."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


class ScopedAdmin(ReadOnly):
    """A read-only list of what the staff member may see."""

    list_per_page = 50
    show_full_result_count = False
    actions = None
    list_filter_submit = False
    compressed_fields = True

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: QuerySet[Any] = self.model.objects.for_staff(request.user)
        return rows.order_by(*self.get_ordering(request)) if self.get_ordering(request) else rows


class ResourceList(ReadOnly):
    """A list that can be exported as it is filtered, and brought up to date by a file (`accounts.resources`)."""

    resource: MasterData
    list_before_template = "accounts/_import_export.html"

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        may = request.user.has_perm
        data, query = self.resource.data, request.GET.urlencode()
        exports = [(form.value, f"{reverse(f'export-{data}-{form}')}?{query}") for form in Form]
        tools = {
            "exports": exports if all(map(may, self.resource.export_rights)) else [],
            "import_url": reverse(f"import-{data}") if may(self.resource.source.right) else "",
        }
        return super().changelist_view(request, {**(extra_context or {}), **tools})


class PageAdmin(ScopedAdmin):
    """A list whose rows have a page of their own (`get_absolute_url`)."""

    def change_view(
        self, request: HttpRequest, object_id: str, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        if not self.has_view_permission(request):
            raise PermissionDenied
        row = self.get_object(request, object_id)
        if row is None:
            raise Http404
        return redirect(row)
