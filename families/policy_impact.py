"""What a policy version would change, counted before it is published.

A value is inherited down the tree, so a version changes a parameter in its own region and in every region below that
does not set the parameter itself.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.db.models import CharField, F, Q, QuerySet
from django.db.models.functions import Cast

from accounts.models import Region, Staff
from families.beyond_policy import BEYOND, Finder, Ground, Rows, alike
from families.models import MutualAidGroup, RegionPolicy, Sharing
from families.rules.policy import PARAMETERS, Policy
from families.selectors import policies_in


def _limited(ground: Ground, new: Policy, old: Policy | None) -> list[Rows]:
    """Sharings that a lower limit binds: those with a higher one, or none; `value`: theirs in yuan, or None."""
    limit, before = new.annual_limit_payer, old.annual_limit_payer if old else None
    if limit is None or (before is not None and limit >= before):
        return []
    sharings = ground.rows(Sharing).filter(Q(share_limit=None) | Q(share_limit__gt=limit))
    limits = sharings.annotate(value=Cast("share_limit", CharField()), bound_on=F("starts_on"))
    return [limits.values("group_id", "value", "bound_on", who=F("payer__person_id"))]


# A sharing above a new limit is admitted still: the lower of the two holds when it pays.
TOUCHED: Mapping[str, Finder] = {**BEYOND, "annual_limit_payer": _limited}


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
            for codes, (new, old) in alike(change.parameter, policies)
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
