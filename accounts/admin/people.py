"""Lists of persons, accounts and what was done: read-only."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from unfold.decorators import display

from accounts.admin.filters import RegionFilter
from accounts.admin.scoped import PageAdmin, ResourceList, ScopedAdmin
from accounts.models import AccountAdjustment, AuditEvent, InsuredPerson, Job, PersonalAccount
from accounts.resources import RESOURCES
from accounts.selectors import code_labels
from accounts.trail import details_of

STATUS_COLOURS = {"0": "danger", "1": "success", "2": "warning", "3": "danger", "4": "danger"}


class InsuranceFilter(admin.SimpleListFilter):
    """The kinds of insurance by their names."""

    title = _("insurance type")
    parameter_name = "insutype"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [(code, name) for code, name in code_labels("insutype").items()]

    def queryset(self, request: HttpRequest, queryset: QuerySet[InsuredPerson]) -> QuerySet[InsuredPerson]:
        return queryset.filter(insutype=self.value()) if self.value() else queryset


@admin.register(InsuredPerson)
class PersonAdmin(PageAdmin, ResourceList):
    resource = RESOURCES["persons"]
    list_display = ["name", "number", "psn_no", "gender", "born_on", "region_name", "insurance", "state"]
    list_display_links = ["name", "number"]
    list_filter = ["status", InsuranceFilter, "gender"]
    list_select_related = ["region"]
    ordering = ["name_key", "id"]
    list_before_template = "accounts/_before_persons.html"

    def get_queryset(self, request: HttpRequest) -> QuerySet[InsuredPerson]:
        """Without merged records: each is listed under the one it was merged into, on that one's page."""
        return super().get_queryset(request).filter(merged_into=None)

    @display(description=_("insured in"), ordering="region")
    def region_name(self, person: InsuredPerson) -> str:
        return person.region.name

    @display(description=_("insurance type"), ordering="insutype")
    def insurance(self, person: InsuredPerson) -> str:
        return code_labels("insutype").get(person.insutype, person.insutype)

    @display(description=_("ID number"))
    def number(self, person: InsuredPerson) -> str:
        return person.masked_number

    @display(description=_("insurance status"), label=STATUS_COLOURS, ordering="status")
    def state(self, person: InsuredPerson) -> tuple[str, str]:
        return person.status, person.get_status_display()


@admin.register(PersonalAccount)
class AccountAdmin(PageAdmin):
    list_display = ["name", "psn_no", "region", "prior_years", "current_year", "entry_count"]
    list_display_links = ["name", "psn_no"]
    list_select_related = ["person__region"]
    list_filter = [RegionFilter]
    list_before_template = "accounts/_find_box.html"

    @display(description=_("name"), ordering="person__name_key")
    def name(self, account: PersonalAccount) -> str:
        return account.person.name

    @display(description=_("person number"), ordering="person__psn_no")
    def psn_no(self, account: PersonalAccount) -> str:
        return account.person.psn_no

    @display(description=_("region"))
    def region(self, account: PersonalAccount) -> str:
        return account.person.region.name


@admin.register(AccountAdjustment)
class AdjustmentAdmin(ScopedAdmin):
    list_display = ["psn_no", "prior_change", "current_change", "reason", "state", "handled_by", "reviewed_by"]
    list_filter = ["state"]
    list_select_related = ["account__person", "handled_by", "reviewed_by"]

    @display(description=_("person number"))
    def psn_no(self, adjustment: AccountAdjustment) -> str:
        return adjustment.account.person.psn_no


@admin.register(AuditEvent)
class AuditEventAdmin(ScopedAdmin):
    list_display = ["sequence", "at", "kind", "staff", "person", "region", "address", "briefly"]
    # Only staff that the events in scope name: the plain filter offers everybody of every region.
    list_filter = ["kind", ("staff", admin.RelatedOnlyFieldListFilter)]
    list_select_related = ["staff", "person", "region"]
    date_hierarchy = "at"
    exclude = ["detail", "previous_hash", "hash"]
    readonly_fields = ["told"]

    @display(description=_("detail"))
    def told(self, event: AuditEvent) -> str:
        return " · ".join(f"{detail.label} {detail.after}" for detail in details_of(event))

    @display(description=_("detail"))
    def briefly(self, event: AuditEvent) -> str:
        """Without the fingerprint of a file: it stands on the event's page, and is too long for a line."""
        return " · ".join(f"{one.label} {one.after}" for one in details_of(event) if one.field != "sha256")


@admin.register(Job)
class JobAdmin(ScopedAdmin):
    list_display = ["id", "kind", "state", "owner", "created_at", "finished_at", "attempts", "failure"]
    list_filter = ["state", "kind"]
    list_select_related = ["owner"]
    exclude = ["params", "result", "fence", "lease_until"]
