"""The list of settlements as a Django developer writes it first: a ModelAdmin with filters and search."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import path
from unfold.admin import ModelAdmin
from unfold.sites import UnfoldAdminSite

from config.urls import urlpatterns as ours
from settlement.models import Settlement


class PlainSite(UnfoldAdminSite):
    def has_permission(self, request: HttpRequest) -> bool:
        return True


class SettlementAdmin(ModelAdmin):
    list_display = ("setl_id", "person", "institution", "med_type", "business_date", "medfee_sumamt")
    list_filter = ("med_type", "kind")
    date_hierarchy = "business_date"
    search_fields = ("setl_id", "person__name")

    def has_module_permission(self, request: HttpRequest) -> bool:
        return True

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True


site = PlainSite("plain")
site.register(Settlement, SettlementAdmin)
urlpatterns = [path("plain/", site.urls), *ours]
