"""What a policy admits no more: relations and pairs that were bound under another one.

Pure, and read off the same table as the pre-flight check (families/rules/kinship.py). Nothing that is bound is
ended by it: it is counted before a version is published, and listed for follow-up afterwards.
"""

from __future__ import annotations

from families.rules.kinship import OWNER, RELATIONS, ImpossiblePair, Pair, Verdict, may_pay, pair_relation
from families.rules.policy import Policy

NEAR_RELATIVES, IN_LAW = "near_relatives", "allow_parents_in_law"

Refused = dict[str, frozenset[str]]
"""Parameter → relation codes, or pairs of them (payer's, then beneficiary's: four digits), that it refuses."""


def refused_relations(policy: Policy) -> Refused:
    """The relations to the owner with which nobody is admitted."""
    return _by_parameter({code: (OWNER, code) for code in RELATIONS if code != OWNER}, policy)


def refused_pairs(policy: Policy) -> Refused:
    """The pairs of admitted members in which one may not draw on the other, what was declared included."""
    refused = frozenset().union(*refused_relations(policy).values())
    admitted = [code for code in RELATIONS if code not in refused]
    return _by_parameter({payer + taker: (payer, taker) for payer in admitted for taker in admitted}, policy)


def _by_parameter(pairs: dict[str, tuple[str, str]], policy: Policy) -> Refused:
    found: dict[str, set[str]] = {NEAR_RELATIVES: set(), IN_LAW: set()}
    for key, (payer, beneficiary) in pairs.items():
        pair = _pair(payer, beneficiary)
        if pair is not None and not _admitted(pair, policy):
            found[IN_LAW if pair.verdict is Verdict.IN_LAW else NEAR_RELATIVES].add(key)
    return {parameter: frozenset(keys) for parameter, keys in found.items()}


def _pair(payer: str, beneficiary: str) -> Pair | None:
    try:
        return pair_relation(payer, beneficiary)
    except ImpossiblePair:
        return None


def _admitted(pair: Pair, policy: Policy) -> bool:
    return may_pay(
        pair,
        near_relatives=policy.near_relatives,
        allow_parents_in_law=policy.allow_parents_in_law,
        declared=True,
    )
