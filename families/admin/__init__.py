"""Lists of groups, cases and policies: read-only; each row leads to its page."""

from __future__ import annotations

from django.contrib import admin
from django.utils.translation import gettext_lazy as _
from unfold.admin import TabularInline
from unfold.decorators import display

from accounts.admin.filters import RegionFilter
from accounts.admin.scoped import PageAdmin, ScopedAdmin
from families.models import MutualAidGroup, PolicySetting, RegionPolicy, RegistrationCase
from families.policy_words import name_in_words, value_in_words

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


class SettingInline(TabularInline):
    model = PolicySetting
    extra = 0
    can_delete = False
    hide_title = True
    fields = readonly_fields = ["name", "amount", "citation"]

    @display(description=_("parameter"))
    def name(self, setting: PolicySetting) -> str:
        return name_in_words(setting.parameter)

    @display(description=_("value"))
    def amount(self, setting: PolicySetting) -> str:
        return value_in_words(setting.parameter, setting.value)

    def has_change_permission(self, request, obj=None) -> bool:  # type: ignore[no-untyped-def]
        return False

    def has_add_permission(self, request, obj=None) -> bool:  # type: ignore[no-untyped-def]
        return False


@admin.register(RegionPolicy)
class PolicyAdmin(ScopedAdmin):
    """Shown only, to everybody who applies it: also the versions of the regions above."""

    list_display = ["title", "region", "effective_on"]
    list_select_related = ["region"]
    inlines = [SettingInline]

    def get_queryset(self, request):  # type: ignore[no-untyped-def]
        own = request.user.region
        above = own.path.strip("/").split("/")
        return RegionPolicy.objects.filter(region__in=above) | RegionPolicy.objects.filter(
            region__path__startswith=own.path
        )
