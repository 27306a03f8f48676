"""Lists of the settlement app: read-only."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.filters import RegionFilter
from accounts.admin.scoped import ResourceList, ScopedAdmin
from accounts.selectors import code_labels
from settlement.models import Institution
from settlement.resources import INSTITUTIONS

STATUS_COLOURS = {"active": "success", "suspended": "warning", "ended": "danger"}


@admin.register(Institution)
class InstitutionAdmin(ResourceList, ScopedAdmin):
    """Shown only: institutions come by file."""

    resource = INSTITUTIONS
    list_display = ["fixmedins_code", "name", "kind", "level", "region", "condition", "status_since"]
    list_filter = ["kind", "status", RegionFilter]
    list_select_related = ["region"]
    search_fields = ["fixmedins_code", "name"]
    ordering = ["fixmedins_code"]
    fields = ["fixmedins_code", "name", "kind", "level", "region", "status", "status_since"]
    readonly_fields = fields

    @display(description=_("level"), ordering="hosp_lv")
    def level(self, institution: Institution) -> str:
        return code_labels("hosp_lv").get(institution.hosp_lv, institution.hosp_lv)

    @display(description=_("contract"), label=STATUS_COLOURS, ordering="status")
    def condition(self, institution: Institution) -> tuple[str, str]:
        return institution.status, institution.get_status_display()
