"""What a policy version would change, counted before it is published, and what is bound beyond a policy.

A value is inherited down the tree, so a version changes a parameter in its own region and in every region below that
does not set the parameter itself. Invariant: questions are put to the database as sets, one for each parameter and
value, never one for each group; a province has a million of them. Nothing here ends anything that is bound.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections import defaultdict
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import or_
from typing import Any, NamedTuple

from django.db.models import CharField, Count, Exists, F, Func, IntegerField, OuterRef, Q, QuerySet, Value
from django.db.models.functions import Cast, Coalesce, Concat, NullIf

from accounts.models import Region, Staff
from accounts.models.dated import DatedQuerySet, holds_on
from families.models import Grant, GroupMember, MutualAidGroup, RegionPolicy, Sharing
from families.rules.beyond import IN_LAW, NEAR_RELATIVES, refused_pairs, refused_relations
from families.rules.policy import PARAMETERS, SEATS, Policy
from families.selectors import inherited, versions_on


class Beyond(NamedTuple):
    """Bound, and not admitted by the policy: a member, or the group as one where `person_id` is None."""

    group_id: int
    person_id: int | None
    parameter: str


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
"""`group_id`; `who`: a person's id or None; `value`: what it is, by the parameter."""

Finder = Callable[[Ground, Policy, Policy | None], list[Rows]]
"""What is beyond the first policy and was not beyond the second; without a second, whatever is beyond the first."""


def _too_many(ground: Ground, new: Policy, old: Policy | None) -> list[Rows]:
    """Groups with more members than admitted; `value`: how many."""
    before = old.max_members if old else SEATS
    if new.max_members >= before:
        return []
    counted = ground.rows(GroupMember).values("group_id").annotate(n=Count("pk"))
    beyond = counted.filter(n__gt=new.max_members, n__lte=before)
    nobody = Value(None, output_field=IntegerField())
    return [beyond.annotate(who=nobody, value=Cast("n", CharField())).values("group_id", "who", "value")]


def _relatives(parameter: str) -> Finder:
    """Members by their relation, and grants by the pair's; `value`: the code, or the two of them."""

    def find(ground: Ground, new: Policy, old: Policy | None) -> list[Rows]:
        codes = refused_relations(new)[parameter] - (refused_relations(old)[parameter] if old else frozenset())
        pairs = refused_pairs(new)[parameter] - (refused_pairs(old)[parameter] if old else frozenset())
        members = ground.rows(GroupMember).filter(relation__in=codes)
        grants = ground.rows(Grant).annotate(value=Concat("payer__relation", "beneficiary__relation"))
        return [
            members.values("group_id", who=F("person_id"), value=F("relation")),
            grants.filter(value__in=pairs).values("group_id", "value", who=F("beneficiary__person_id")),
        ]

    return find


def _elsewhere(parameter: str) -> Finder:
    """Members insured away from the owner; `value`: the code of their region."""

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
        return [members.filter(away).values("group_id", who=F("person_id"), value=F("person__region_id"))]

    return find


def _step(region: str, depth: int) -> Coalesce:
    """The code at a depth of the tree, 1 the root; the region's own where the tree is not as deep (Region.city)."""
    code = Func(F(f"{region}__path"), Value("/"), Value(depth), function="split_part", output_field=CharField())
    return Coalesce(NullIf(code, Value("")), F(f"{region}_id"))


def _several_groups(ground: Ground, new: Policy, old: Policy | None) -> list[Rows]:
    """Members who are in another group as well; `value`: empty."""
    if not new.one_group_per_person or (old and old.one_group_per_person):
        return []
    others = GroupMember.objects.filter(person=OuterRef("person")).exclude(group=OuterRef("group")).on(ground.day)
    members = ground.rows(GroupMember).filter(Exists(others))
    return [members.values("group_id", who=F("person_id"), value=Value("", output_field=CharField()))]


def _limited(ground: Ground, new: Policy, old: Policy | None) -> list[Rows]:
    """Sharings that a lower limit binds: those with a higher one, or none; `value`: theirs in yuan, or None."""
    limit, before = new.annual_limit_payer, old.annual_limit_payer if old else None
    if limit is None or (before is not None and limit >= before):
        return []
    sharings = ground.rows(Sharing).filter(Q(share_limit=None) | Q(share_limit__gt=limit))
    return [sharings.values("group_id", who=F("payer__person_id"), value=Cast("share_limit", CharField()))]


# A sharing above a new limit is admitted still: the lower of the two holds when it pays.
BEYOND: Mapping[str, Finder] = {
    "max_members": _too_many,
    NEAR_RELATIVES: _relatives(NEAR_RELATIVES),
    IN_LAW: _relatives(IN_LAW),
    "cross_city": _elsewhere("cross_city"),
    "cross_province": _elsewhere("cross_province"),
    "one_group_per_person": _several_groups,
}
TOUCHED: Mapping[str, Finder] = {**BEYOND, "annual_limit_payer": _limited}
# What a finder reads of a policy beside its own parameter.
READS = {NEAR_RELATIVES: (NEAR_RELATIVES, IN_LAW), IN_LAW: (NEAR_RELATIVES, IN_LAW)}


def groups_beyond_policy(day: dt.date) -> Iterator[Beyond]:
    """Whatever is bound on a day and the policy of that day admits no more, in the whole tree.

    Rule: nothing bound is cut off by a new version; it is listed for follow-up. For the nightly list: about ten
    queries, however many regions and groups there are. In nobody's scope: filter before showing it.
    """
    policies = {code: (policy,) for code, policy in policies_in(Region.objects.all(), day).items()}
    for parameter, find in BEYOND.items():
        for codes, (policy,) in _alike(parameter, policies):
            for rows in find(Ground(codes, day), policy, None):
                for group_id, person_id in rows.values_list("group_id", "who").distinct():
                    yield Beyond(group_id, person_id, parameter)


def _alike(
    parameter: str, policies: Mapping[str, tuple[Policy, ...]]
) -> Iterator[tuple[list[str], tuple[Policy, ...]]]:
    """Regions in whose policies a finder reads the same values."""
    names = READS.get(parameter, (parameter,))
    alike: dict[tuple[Any, ...], list[str]] = defaultdict(list)
    for code, several in policies.items():
        alike[tuple(getattr(policy, name) for policy in several for name in names)].append(code)
    return ((codes, policies[codes[0]]) for codes in alike.values())


def policies_in(
    regions: QuerySet[Region],
    day: dt.date,
    *,
    with_draft: RegionPolicy | None = None,
    but: RegionPolicy | None = None,
) -> dict[str, Policy]:
    """The policy of each of these regions on a day, in three queries.

    `with_draft`: as if this version were in force in its region; `but`: as if this one had not been published.
    """
    paths = dict(regions.values_list("code", "path"))
    above = {code for path in paths.values() for code in path.strip("/").split("/")}
    known = RegionPolicy.objects.filter(region__in=above).exclude(pk__in=[but.pk] if but else [])
    versions = {one.region_id: one for one in versions_on(known, day)}
    if with_draft is not None:
        versions[with_draft.region_id] = with_draft
    merged: dict[tuple[str, ...], Policy] = {}
    found = {}
    for code, path in paths.items():
        chain = tuple(step for step in path.strip("/").split("/") if step in versions)
        if chain not in merged:
            merged[chain] = inherited(versions[step] for step in chain)
        found[code] = merged[chain]
    return found


@dataclass(frozen=True, slots=True)
class Change:
    """One parameter that a version changes. `regions`: where; `own`: below, where it is set anew and stays.

    `groups`: touched, of `rows` members or pairs; for a parameter that only later acts are asked about (`later`),
    the groups to whose acts it will apply.
    """

    parameter: str
    old: Any
    new: Any
    regions: tuple[str, ...]
    own: tuple[str, ...]
    groups: int = 0
    rows: int = 0

    @property
    def later(self) -> bool:
        return self.parameter not in TOUCHED

    @property
    def of_members(self) -> bool:
        """Whether it is members or pairs that are touched, and not the group as one."""
        return self.parameter != "max_members"


class Comparison:
    """A version beside what would hold without it on its first day, in its region and in every one below."""

    def __init__(self, version: RegionPolicy) -> None:
        regions = Region.objects.under(version.region)
        self.version, self.day = version, version.effective_on
        self.before = policies_in(regions, self.day, but=version)
        self.after = policies_in(regions, self.day, with_draft=version)

    @property
    def old(self) -> Policy:
        return self.before[self.version.region_id]

    @property
    def new(self) -> Policy:
        return self.after[self.version.region_id]

    @cached_property
    def changes(self) -> list[Change]:
        """Not counted yet, in the order of the parameters."""
        return [self._change(name) for name in PARAMETERS if getattr(self.old, name) != getattr(self.new, name)]

    def _change(self, name: str) -> Change:
        here = self.new.origins.get(name)
        origins = {code: policy.origins.get(name) for code, policy in self.after.items()}
        own = {origin.region_name for origin in origins.values() if origin and origin != here}
        regions = tuple(code for code, origin in origins.items() if origin == here)
        return Change(name, getattr(self.old, name), getattr(self.new, name), regions, tuple(sorted(own)))

    def rows(self, change: Change, staff: Staff) -> list[Rows]:
        """What the change touches of what is bound, within the scope of a staff member."""
        policies = {code: (self.after[code], self.before[code]) for code in change.regions}
        return [
            rows
            for codes, (new, old) in _alike(change.parameter, policies)
            for rows in TOUCHED[change.parameter](Ground(codes, self.day, staff), new, old)
        ]


@dataclass(frozen=True, slots=True)
class Impact:
    """What was counted. `digest`: of all that a publisher was shown of what is bound already."""

    changes: tuple[Change, ...]
    digest: str

    @property
    def bound(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if not change.later)

    @property
    def later(self) -> tuple[Change, ...]:
        return tuple(change for change in self.changes if change.later)


def impact_of(comparison: Comparison, *, staff: Staff) -> Impact:
    """Count what a version touches, within the scope of a staff member."""
    changes = tuple(_counted(comparison, change, staff) for change in comparison.changes)
    version = comparison.version
    # How many groups later acts may come from is left out: it moves every minute, and decides nothing.
    shown = [
        (one.parameter, str(one.old), str(one.new), sorted(one.regions), one.later or (one.groups, one.rows))
        for one in changes
    ]
    text = json.dumps([version.pk, version.version, str(version.effective_on), shown])
    return Impact(changes, hashlib.sha256(text.encode()).hexdigest())


def _counted(comparison: Comparison, change: Change, staff: Staff) -> Change:
    if change.later:
        return replace(change, groups=Ground(change.regions, comparison.day, staff).rows(MutualAidGroup).count())
    rows = comparison.rows(change, staff)
    return replace(change, groups=groups_of(rows).count(), rows=sum(part.count() for part in rows))


def groups_of(rows: list[Rows]) -> QuerySet[MutualAidGroup]:
    """The groups that these rows are about, each once."""
    ids = (Q(pk__in=part.values("group_id")) for part in rows)
    return MutualAidGroup.objects.filter(reduce(or_, ids, Q(pk__in=())))
