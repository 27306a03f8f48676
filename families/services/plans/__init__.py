"""What a group would be after a change: who joins, leaves, shares otherwise or is stated anew, and whether it may.

A plan is made from what is stored and written by changes.py; the counter shows the same plan before anyone signs.
It locks nothing: who writes it holds the group and its persons already. What nobody asked to change is not touched,
whatever the policy says by now: nothing bound is cut off by a new version.
"""

from __future__ import annotations

from families.models import MutualAidGroup
from families.rules.findings import Preflight
from families.rules.kinship import OWNER
from families.rules.policy import SEATS
from families.selectors import policy_on
from families.services.plans.check import check_plan
from families.services.plans.places import hold_until_released, joiners, places_of, seat_extended, seat_owner, take
from families.services.plans.shapes import GroupChange, MemberTerms, Place, Plan
from families.services.plans.sharings import plan_sharings

__all__ = ["GroupChange", "MemberTerms", "Place", "Plan", "plan_change"]


def plan_change(group: MutualAidGroup, change: GroupChange) -> Plan:
    """Plan a change of a group under the policy of its day."""
    policy = policy_on(group.region, change.day)
    places = places_of(group, change.day)
    strangers = take(places, change, group.dissolved_on)
    plan = Plan(group, change, policy, places, Preflight(()))
    hold_until_released(plan)
    seat_owner(places, change.kind)
    seat_extended(places)
    places += joiners(group, change, policy, places)
    places.sort(key=lambda place: (place.leaves, place.relation != OWNER))
    first = max([2 * SEATS, *(place.position + 1 for place in places)])
    plan.strangers = dict(enumerate(strangers, start=first))
    plan_sharings(plan)
    plan.preflight = check_plan(plan)
    return plan
