"""Policies as their pages list them: the region tree with its versions, and who may publish a draft."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from dataclasses import dataclass

from django.contrib.auth.models import Permission
from django.db.models import Q, QuerySet

from accounts.models import Region, Staff
from families.models import RegionPolicy
from families.models.policy import PolicyState


@dataclass(frozen=True, slots=True)
class Branch:
    """A region with its versions. `depth`: 0 at the root; `earlier`: no longer in force, or discarded."""

    region: Region
    depth: int
    in_force: RegionPolicy | None
    coming: tuple[RegionPolicy, ...]
    drafts: tuple[RegionPolicy, ...]
    earlier: tuple[RegionPolicy, ...]


def policy_tree(day: dt.date, *, staff: Staff) -> list[Branch]:
    """The regions above the staff member's own, and all below it, from the root down; in two queries."""
    regions = regions_for(staff)
    versions: dict[str, list[RegionPolicy]] = defaultdict(list)
    for version in RegionPolicy.objects.for_staff(staff).order_by("-effective_on", "-pk"):
        versions[version.region_id].append(version)
    return [_branch(region, versions[region.pk], day) for region in regions]


def regions_for(staff: Staff) -> QuerySet[Region]:
    """Whose policies a staff member reads: the own region, all below it, and what lies above and is inherited."""
    above = staff.region.path.strip("/").split("/")
    return Region.objects.filter(Q(code__in=above) | Q(path__startswith=staff.region.path)).order_by("path")


def _branch(region: Region, versions: list[RegionPolicy], day: dt.date) -> Branch:
    published = [one for one in versions if one.state == PolicyState.PUBLISHED]
    begun = [one for one in published if one.effective_on <= day]
    return Branch(
        region=region,
        depth=region.path.count("/") - 1,
        in_force=begun[0] if begun else None,
        coming=tuple(one for one in reversed(published) if one.effective_on > day),
        drafts=tuple(one for one in versions if one.is_draft),
        earlier=(*begun[1:], *(one for one in versions if one.state == PolicyState.DISCARDED)),
    )


def publishers_of(draft: RegionPolicy) -> QuerySet[Staff]:
    """Who may publish it: with the right, of its region or above it, and neither drafter nor last to change it."""
    rights = Permission.objects.filter(codename="publish_regionpolicy", content_type__app_label="families")
    above = draft.region.path.strip("/").split("/")
    return (
        Staff.objects.filter(Q(user_permissions__in=rights) | Q(groups__permissions__in=rights))
        .filter(is_active=True, region__in=above)
        .exclude(pk__in=[draft.drafted_by_id, draft.changed_by_id])
        .distinct()
        .select_related("region")
        .order_by("-region__path", "full_name")
    )
