"""Regions, code tables and staff: what an administrator or a supervisor keeps in order."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

from accounts.admin.scoped import HiddenOutside, ResourceList
from accounts.models import Code, Region, Staff
from accounts.resources import RESOURCES
from accounts.roles import ROLE_LABELS

admin.site.unregister(Group)


def _role_label(group: Group) -> str:
    return str(ROLE_LABELS[group.name])


@admin.register(Region)
class RegionAdmin(ResourceList):
    """Shown only: regions come by file, through the service that keeps the paths."""

    resource = RESOURCES["regions"]
    list_display = ["code", "name", "parent"]
    list_select_related = ["parent"]
    search_fields = ["code", "name"]
    list_per_page = 100

    def get_queryset(self, request: HttpRequest) -> QuerySet[Region]:
        return Region.objects.under(request.user.region)  # type: ignore[union-attr]


TABLES = {
    "acct_incexpd_type": _("kind of account entry"),
    "clr_type": _("clearing type"),
    "hosp_lv": _("level of an institution"),
    "insutype": _("insurance type"),
    "med_type": _("medical type"),
    "med_type_clr": _("medical type → clearing type"),
    "psn_cert_type": _("certificate"),
    "psn_type": _("person type"),
    "relation": _("relation to the owner"),
    "stmt_rslt": _("result of reconciliation"),
    "stmt_rslt_six": _("result of reconciliation → six digits"),
}


@admin.register(Code)
class CodeAdmin(ResourceList):
    """Shown only: code tables come by file."""

    resource = RESOURCES["codes"]
    list_display = ["table", "subject", "code", "name_zh", "name_en", "region", "version"]
    list_filter = ["table"]
    search_fields = ["code", "name_zh", "name_en"]
    list_per_page = 100

    @display(description=_("what it names"))
    def subject(self, code: Code) -> str:
        return str(TABLES.get(code.table, "—"))


class RoleFilter(admin.SimpleListFilter):
    """Roles by their names in the language of the page."""

    title = _("roles")
    parameter_name = "role"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(name, str(label)) for name, label in ROLE_LABELS.items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Staff]) -> QuerySet[Staff]:
        return queryset.filter(groups__name=self.value()) if self.value() else queryset


@admin.register(Staff)
class StaffAdmin(UserAdmin, HiddenOutside):
    """Staff accounts of the administrator's own region and below; never deleted, only closed."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "full_name", "roles", "region", "office", "is_active", "last_login"]
    list_filter = ["is_active", RoleFilter]
    list_select_related = ["region"]
    search_fields = ["username", "full_name"]
    ordering = ["username"]
    filter_horizontal = ()
    autocomplete_fields = ["region"]
    actions = None
    fieldsets = (
        (None, {"fields": ("username", "full_name", "password")}),
        (_("Place and role"), {"fields": ("region", "office", "groups", "is_active")}),
        (_("Dates"), {"fields": ("last_login", "joined_at")}),
    )
    readonly_fields = ["last_login", "joined_at"]
    add_fieldsets = (
        (None, {"fields": ("username", "full_name", "region", "office", "groups", "password1", "password2")}),
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Staff]:
        rows: QuerySet[Staff] = Staff.objects.for_staff(request.user)
        return rows.prefetch_related("groups")

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if db_field.name == "region":
            kwargs["queryset"] = Region.objects.under(request.user.region)  # type: ignore[union-attr]
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def formfield_for_manytomany(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        field = super().formfield_for_manytomany(db_field, request, **kwargs)
        if db_field.name == "groups" and field is not None:
            field.label = _("roles")
            field.help_text = ""
            field.queryset = Group.objects.filter(name__in=ROLE_LABELS)
            field.label_from_instance = _role_label  # type: ignore[method-assign,assignment]
        return field

    def has_change_permission(self, request: HttpRequest, obj: Staff | None = None) -> bool:
        """Nobody changes their own account: an administrator would give themselves a role that sees persons."""
        return (obj is None or obj.pk != request.user.pk) and super().has_change_permission(request, obj)

    @display(description=_("roles"))
    def roles(self, staff: Staff) -> str:
        labels = [str(ROLE_LABELS.get(group.name, group.name)) for group in staff.groups.all()]
        return gettext(", ").join(labels)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False
