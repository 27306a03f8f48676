"""Lists of groups and cases: read-only; each row leads to its page."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.filters import RegionFilter
from accounts.admin.scoped import PageAdmin
from families.models import MutualAidGroup, RegistrationCase

STATE_COLOURS = {
    "draft": "info",
    "submitted": "warning",
    "effective": "success",
    "rejected": "danger",
    "withdrawn": "danger",
}


@admin.register(MutualAidGroup)
class GroupAdmin(PageAdmin):
    list_display = ["number", "owner", "region", "seats_taken", "opened_on", "dissolved_on"]
    list_filter = [RegionFilter, "opened_on", "dissolved_on"]
    list_select_related = ["region"]
    ordering = ["-id"]
    list_before_template = "accounts/_find_box.html"

    def get_queryset(self, request):  # type: ignore[no-untyped-def]
        return super().get_queryset(request).prefetch_related("members__person")

    @display(description=_("owner"))
    def owner(self, group: MutualAidGroup) -> str:
        return next((member.person.name for member in group.members.all() if member.seat == 1), "")

    @display(description=_("members"))
    def seats_taken(self, group: MutualAidGroup) -> int:
        return sum(member.left_on is None for member in group.members.all())


@admin.register(RegistrationCase)
class CaseAdmin(PageAdmin):
    list_display = ["number", "kind", "owner_name", "region", "condition", "handled_by", "reviewed_by", "handled_at"]
    list_filter = [RegionFilter, "state", "kind", "channel"]
    list_select_related = ["owner", "region", "handled_by", "reviewed_by"]
    ordering = ["-id"]
    list_before_template = "accounts/_find_box.html"

    @display(description=_("owner"))
    def owner_name(self, case: RegistrationCase) -> str:
        return case.owner.name

    @display(description=_("state"), label=STATE_COLOURS, ordering="state")
    def condition(self, case: RegistrationCase) -> tuple[str, str]:
        return case.state, case.get_state_display()
