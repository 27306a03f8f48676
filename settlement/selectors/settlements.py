"""Questions asked of settlements and their shares."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from accounts.bulk import chunks
from settlement.models import Settlement, SettlementShare

ASKED_AT_ONCE = 5_000


def who_paid(setl_ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """By number: own account, family (person number and amount, in order) and cash, in yuan as text."""
    paid: dict[str, dict[str, Any]] = {}
    for some in chunks(setl_ids, ASKED_AT_ONCE):
        rows = Settlement.objects.filter(setl_id__in=some)
        for setl_id, own, cash in rows.values_list("setl_id", "acct_pay", "psn_cash_pay"):
            paid[setl_id] = {"own": str(own), "family": [], "cash": str(cash)}
        shares = SettlementShare.objects.filter(settlement__setl_id__in=some, position__gt=0).order_by("position")
        told = shares.values_list("settlement__setl_id", "account__person__psn_no", "prior_years", "current_year")
        for setl_id, psn_no, prior, current in told:
            paid[setl_id]["family"].append([psn_no, str(prior + current)])
    return paid


def paid_by_family_since(since: Mapping[int, dt.datetime]) -> dict[int, str]:
    """By group: the last settlement, recorded since that moment and not reversed, of which the family paid a part."""
    standing = Settlement.objects.filter(group__in=since, acct_mulaid_pay__gt=0, reversed_by=None)
    latest = standing.order_by("group", "-recorded_at").distinct("group")
    rows = latest.values_list("group", "recorded_at", "setl_id")
    return {group: setl_id for group, recorded_at, setl_id in rows if group and recorded_at >= since[group]}
