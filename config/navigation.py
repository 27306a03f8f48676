"""The sidebar: what each role works with, in the order of the day."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _


def _may(right: str) -> Callable[[HttpRequest], bool]:
    return lambda request: request.user.has_perm(right)


def _item(title: Any, icon: str, page: str, right: str) -> dict[str, Any]:
    return {"title": title, "icon": icon, "link": reverse_lazy(page), "permission": _may(right)}


def _lit_on(*pages: str) -> dict[str, Any]:
    """For an item whose address begins that of another: the frame would light both."""
    return {"active": lambda request: request.resolver_match is not None and request.resolver_match.url_name in pages}


def sidebar(request: HttpRequest) -> list[dict[str, Any]]:
    groups = [
        {
            "title": _("Today"),
            "items": [
                _item(_("Counter"), "badge", "counter", "families.add_registrationcase"),
                _item(_("Cases to review"), "rule", "review-queue", "families.review_registrationcase"),
                _item(_("Work in hand"), "pending_actions", "in-hand", "families.view_registrationcase"),
                _item(_("Batch registration"), "dataset", "import-batches", "families.view_importbatch"),
                _item(_("Claims"), "receipt_long", "claims", "settlement.view_claim"),
                _item(_("Reversals"), "undo", "reversals", "settlement.view_reversalcase"),
                _item(_("Follow-ups"), "call", "follow-ups", "families.change_followup"),
                _item(_("Adjustments to review"), "balance", "adjustments", "accounts.review_accountadjustment"),
                _item(_("My jobs"), "hourglass_top", "jobs", "accounts.view_job"),
            ],
        },
        {
            "title": _("Families"),
            "items": [
                _item(
                    _("Groups"),
                    "diversity_3",
                    "admin:families_mutualaidgroup_changelist",
                    "families.view_mutualaidgroup",
                ),
                _item(
                    _("Cases"),
                    "description",
                    "admin:families_registrationcase_changelist",
                    "families.view_registrationcase",
                ),
                _item(_("Possible duplicates"), "group_remove", "duplicates", "families.view_personmatch"),
                _item(_("Policies"), "gavel", "policies", "families.view_regionpolicy"),
            ],
        },
        {
            "title": _("Settlement"),
            "items": [
                _item(_("Settlements"), "receipt_long", "settlements", "settlement.view_settlement")
                | _lit_on("settlements", "find-settlements", "settlement"),
                _item(_("Load settlements"), "upload", "load-settlements", "settlement.load_settlements")
                | _lit_on("load-settlements", "settlement-feed"),
                _item(_("Clearing"), "currency_exchange", "clearing", "settlement.view_clearing"),
            ],
        },
        {
            "title": _("Reconciliation"),
            "items": [
                _item(_("Exceptions"), "difference", "discrepancies", "settlement.view_discrepancy"),
                _item(_("Statements"), "fact_check", "institution-statements", "settlement.view_statement")
                | _lit_on("institution-statements", "institution-statement", "load-statements", "statement-load"),
                _item(_("Totals"), "functions", "statement-totals", "settlement.view_statementtotal")
                | _lit_on("statement-totals", "enter-total", "load-totals"),
                _item(_("Daily close"), "event_available", "days", "accounts.view_closedday"),
                _item(_("Nights"), "bedtime", "nights", "accounts.view_nights") | _lit_on("nights"),
                _item(_("Morning report"), "wb_twilight", "morning-report", "accounts.view_nights"),
            ],
        },
        {
            "title": _("Reports"),
            "items": [
                _item(_("Dashboard"), "dashboard", "dashboard", "reports.read_reports"),
                _item(_("Standard reports"), "monitoring", "reports", "reports.read_reports")
                | _lit_on("reports", "report"),
                _item(_("My exports"), "download", "exports", "reports.export_reports"),
                _item(_("Full ID numbers"), "key", "full-numbers", "reports.view_fullnumbersrequest"),
            ],
        },
        {
            "title": _("Persons and accounts"),
            "items": [
                _item(
                    _("Insured persons"),
                    "person",
                    "admin:accounts_insuredperson_changelist",
                    "accounts.view_insuredperson",
                ),
                _item(
                    _("Personal accounts"),
                    "account_balance_wallet",
                    "admin:accounts_personalaccount_changelist",
                    "accounts.view_personalaccount",
                ),
                _item(_("Wallet transfers"), "swap_horiz", "transfers", "settlement.view_wallettransfer"),
                _item(_("Import persons"), "upload_file", "import-persons", "accounts.import_insuredperson"),
            ],
        },
        {
            "title": _("Oversight"),
            "items": [
                _item(_("Anomalies"), "search_insights", "anomalies", "settlement.view_anomaly"),
                _item(
                    _("Audit events"), "policy", "admin:accounts_auditevent_changelist", "accounts.view_auditevent"
                ),
                _item(_("Staff"), "groups", "admin:accounts_staff_changelist", "accounts.view_staff"),
                _item(_("Tokens of other systems"), "key", "tokens", "accounts.view_apitoken"),
                _item(_("Regions"), "map", "admin:accounts_region_changelist", "accounts.view_region"),
                _item(
                    _("Institutions"),
                    "local_hospital",
                    "admin:settlement_institution_changelist",
                    "settlement.view_institution",
                ),
                _item(_("Code tables"), "list_alt", "admin:accounts_code_changelist", "accounts.view_code"),
            ],
        },
    ]
    for group in groups:
        group["items"] = [item for item in group["items"] if item["permission"](request)]  # type: ignore[attr-defined]
    return [group for group in groups if group["items"]]
