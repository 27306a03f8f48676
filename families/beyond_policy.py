"""What is bound on a day and a policy admits no more: counted before a version is published, followed up afterwards.

Invariant: questions are put to the database as sets, one for each parameter and value, never one for each group; a
province has a million of them. The rules are those of the pre-flight check (families/rules/preflight.py), asked of
those who are bound already. Nothing here ends anything that is bound.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import CharField, Count, Exists, F, Func, IntegerField, Min, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat, Greatest, NullIf

from accounts.models import Staff
from accounts.models.dated import DatedQuerySet, holds_on
from families.models import Grant, GroupMember
from families.rules.beyond import IN_LAW, NEAR_RELATIVES, refused_pairs, refused_relations
from families.rules.policy import SEATS, Policy


@dataclass(frozen=True, slots=True)
class Ground:
    """Where and when to look; with `staff`, no further than they may."""

    regions: Collection[str]
    day: dt.date
    staff: Staff | None = None

    def rows(self, model: type[Any]) -> DatedQuerySet[Any]:
        """What holds on the day in groups of these regions; unordered, because sets are made of it."""
        rows: DatedQuerySet[Any] = model.objects.all() if self.staff is None else model.objects.for_staff(self.staff)
        lookup = getattr(model, "region_lookup", "region")
        return rows.filter(**{f"{lookup}__in": self.regions}).on(self.day).order_by()


Rows = QuerySet[Any, dict[str, Any]]
"""`group_id`; `who`: a person's id or None; `value`: what it is, by the parameter; `bound_on`: its first day."""

Finder = Callable[[Ground, Policy, Policy | None], list[Rows]]
"""What is beyond the first policy and was not beyond the second; without a second, whatever is beyond the first."""


def _too_many(ground: Ground, new: Policy, old: Policy | None) -> list[Rows]:
    """Groups with more members than admitted; `value`: how many."""
    before = old.max_members if old else SEATS
    if new.max_members >= before:
        return []
    counted = ground.rows(GroupMember).values("group_id").annotate(n=Count("pk"), bound_on=Min("joined_on"))
    beyond = counted.filter(n__gt=new.max_members, n__lte=before)
    nobody = Value(None, output_field=IntegerField())
    return [beyond.annotate(who=nobody, value=Cast("n", CharField())).values("group_id", "who", "value", "bound_on")]


def _relatives(parameter: str) -> Finder:
    """Members by their relation, and grants by the pair's; `value`: the code, or the two of them."""

    def find(ground: Ground, new: Policy, old: Policy | None) -> list[Rows]:
        codes = refused_relations(new)[parameter] - (refused_relations(old)[parameter] if old else frozenset())
        pairs = refused_pairs(new)[parameter] - (refused_pairs(old)[parameter] if old else frozenset())
        members = ground.rows(GroupMember).filter(relation__in=codes)
        grants = ground.rows(Grant).annotate(
            value=Concat("payer__relation", "beneficiary__relation"),
            bound_on=Greatest("payer__joined_on", "beneficiary__joined_on"),
        )
        return [
            members.values("group_id", who=F("person_id"), value=F("relation"), bound_on=F("joined_on")),
            grants.filter(value__in=pairs).values("group_id", "value", "bound_on", who=F("beneficiary__person_id")),
        ]

    return find


def _elsewhere(parameter: str) -> Finder:
    """Members insured away from the owner; `value`: the code of their region; `owner`: the owner's id as well."""

    def find(ground: Ground, new: Policy, old: Policy | None) -> list[Rows]:
        if getattr(new, parameter) or (old and not getattr(old, parameter)):
            return []
        owner = "group__members__person__region"
        members = (
            ground.rows(GroupMember)
            .filter(holds_on("group__members", GroupMember.period, ground.day), group__members__seat=1)
            .annotate(province=_step("person__region", 2), city=_step("person__region", 3))
            .annotate(home_province=_step(owner, 2), home_city=_step(owner, 3))
        )
        same_province = Q(province=F("home_province"))
        away = same_province & ~Q(city=F("home_city")) if parameter == "cross_city" else ~same_province
        found = members.filter(away).values("group_id", who=F("person_id"), bound_on=F("joined_on"))
        return [found.annotate(value=F("person__region_id"), owner=F("group__members__person_id"))]

    return find


def _step(region: str, depth: int) -> Coalesce:
    """The code at a depth of the tree, 1 the root; the region's own where the tree is not as deep (Region.city)."""
    code = Func(F(f"{region}__path"), Value("/"), Value(depth), function="split_part", output_field=CharField())
    return Coalesce(NullIf(code, Value("")), F(f"{region}_id"))


def _several_groups(ground: Ground, new: Policy, old: Policy | None) -> list[Rows]:
    """Members who are in another group as well; `value`: empty.

    Of two memberships on a day one at least is not exclusive: few are, and the search begins with them.
    """
    if not new.one_group_per_person or (old and old.one_group_per_person):
        return []
    others = GroupMember.objects.filter(person=OuterRef("person")).exclude(group=OuterRef("group")).on(ground.day)
    loose = GroupMember.objects.on(ground.day).filter(exclusive=False).values("person")
    members = ground.rows(GroupMember).filter(Exists(others), person__in=loose)
    nothing = Value("", output_field=CharField())
    return [members.values("group_id", who=F("person_id"), value=nothing, bound_on=F("joined_on"))]


PLACES = ("cross_city", "cross_province")
BEYOND: Mapping[str, Finder] = {
    "max_members": _too_many,
    NEAR_RELATIVES: _relatives(NEAR_RELATIVES),
    IN_LAW: _relatives(IN_LAW),
    **{parameter: _elsewhere(parameter) for parameter in PLACES},
    "one_group_per_person": _several_groups,
}
# What a finder reads of a policy beside its own parameter.
READS = {NEAR_RELATIVES: (NEAR_RELATIVES, IN_LAW), IN_LAW: (NEAR_RELATIVES, IN_LAW)}


def rows_beyond(policies: Mapping[str, Policy], day: dt.date) -> Iterator[tuple[str, Rows]]:
    """Parameter, and what of all that is bound on a day it admits no more. `policies`: of that day, by region.

    About ten queries, however many regions and groups there are. In nobody's scope: filter before showing it.
    """
    alone = {code: (policy,) for code, policy in policies.items()}
    for parameter, find in BEYOND.items():
        for codes, (policy,) in alike(parameter, alone):
            for rows in find(Ground(codes, day), policy, None):
                yield parameter, rows


def alike(
    parameter: str, policies: Mapping[str, tuple[Policy, ...]]
) -> Iterator[tuple[list[str], tuple[Policy, ...]]]:
    """Regions in whose policies a finder reads the same values."""
    names = READS.get(parameter, (parameter,))
    alike: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for code, several in policies.items():
        alike[tuple(getattr(policy, name) for policy in several for name in names)].append(code)
    return ((codes, policies[codes[0]]) for codes in alike.values())
