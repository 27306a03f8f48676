"""What a group holds that its region's policy does not admit (any more). Pure: relations and regions as codes.

The same questions as the pre-flight check's, asked of those who are bound already.
"""

from __future__ import annotations

from collections.abc import Iterable

from families.rules.kinship import OWNER, Verdict, may_pay, pair_relation
from families.rules.policy import Policy


def relations_not_admitted(relations: Iterable[str], policy: Policy) -> dict[str, str]:
    """Relation to the owner → the parameter that does not admit it, for those of `relations` that are not."""
    return {
        relation: parameter
        for relation in relations
        if relation != OWNER and (parameter := _refusing(relation, policy))
    }


def _refusing(relation: str, policy: Policy) -> str:
    pair = pair_relation(OWNER, relation)
    if may_pay(pair, near_relatives=policy.near_relatives, allow_parents_in_law=policy.allow_parents_in_law):
        return ""
    return "allow_parents_in_law" if pair.verdict is Verdict.IN_LAW else "near_relatives"


def region_not_admitted(home: tuple[str, str], other: tuple[str, str], policy: Policy) -> str:
    """The parameter that does not admit a member of another place, or "". Places: province and city."""
    if home[0] != other[0]:
        return "" if policy.cross_province else "cross_province"
    return "" if home[1] == other[1] or policy.cross_city else "cross_city"
