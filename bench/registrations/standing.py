"""What stands about families, in words that do not depend on keys: to compare two ways of entering them."""

from __future__ import annotations

from collections.abc import Collection

from families.models import CaseLine, Grant, GroupMember, MutualAidGroup, RegistrationCase, Sharing
from families.rules.kinship import OWNER


def standing(owners: Collection[str]) -> dict[str, list[str]]:
    """By table, a text for each row about the groups that these persons (`psn_no`) own, in order; twice is twice."""
    groups = MutualAidGroup.objects.filter(members__relation=OWNER, members__person__psn_no__in=owners)
    cases = RegistrationCase.objects.filter(group__in=groups)
    rows = {
        "groups": groups.values_list("members__person__psn_no", "region", "opened_on", "dissolved_on"),
        "members": GroupMember.objects.filter(group__in=groups).values_list(
            "person__psn_no", "seat", "relation", "exclusive", "joined_on", "left_on"
        ),
        "sharings": Sharing.objects.filter(group__in=groups).values_list(
            "payer__person__psn_no", "rank", "share_limit", "starts_on", "ends_on"
        ),
        "grants": Grant.objects.filter(group__in=groups).values_list(
            "payer__person__psn_no", "beneficiary__person__psn_no", "basis", "starts_on", "ends_on"
        ),
        "cases": cases.values_list(
            "owner__psn_no", "kind", "state", "channel", "effective_on", "reviewed_by__username"
        ),
        "lines": CaseLine.objects.filter(case__in=cases).values_list(
            "person__psn_no", "position", "relation", "shares", "rank", "share_limit", "starts_on", "last_on"
        ),
    }
    return {table: sorted(" ".join(map(str, row)) for row in found) for table, found in rows.items()}
