"""A policy version from its draft to its first day (DOMAIN.md section 4).

draft → published by a second person, after an impact preview; or discarded, and kept. Invariants: nobody publishes
what they drafted or changed; what is published was shown with what it touches, as of now; its first day lies ahead.
Nothing that is bound is cut off by it. A correction of a published version is another version.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Region, Staff
from accounts.services.review import AlreadyDecided, OwnWork
from accounts.services.rights import require_right
from accounts.trail import row_changes
from families.models import PolicySetting, RegionPolicy
from families.models.policy import PolicyState
from families.policy_impact import Comparison, impact_of
from families.rules.policy import parse_value
from families.selectors import versions_on

DRAFT, PUBLISH = "families.add_regionpolicy", "families.publish_regionpolicy"


@dataclass(frozen=True, slots=True)
class SettingInput:
    """A value of the region's own. `value`: as it is stored (JSON); `citation`: what it rests on, not empty."""

    value: Any
    citation: str


class DayNotAhead(Exception):
    """The first day is today or past: what was decided under another policy that day would change with it."""

    def __init__(self) -> None:
        super().__init__(_("The first day has to lie after today: no day ever has two policies."))


class DayTaken(Exception):
    """The region has another version, or another draft, from the same day on."""

    def __init__(self, other: RegionPolicy) -> None:
        self.other = other
        super().__init__(
            _("«{title}» ({state}) begins on {day} already: choose another day.").format(
                title=other.title, state=other.get_state_display(), day=date_format(other.effective_on, "DATE_FORMAT")
            )
        )


class PolicyChanged(Exception):
    """The draft was changed since the page was opened; nothing was written now."""

    def __init__(self, who: str) -> None:
        super().__init__(
            _("{who} changed this draft meanwhile. What you typed is kept: look and save again.").format(
                who=who or _("Somebody")
            )
        )


class ImpactChanged(Exception):
    """What the version touches is no longer what was shown; nothing was published."""

    def __init__(self) -> None:
        super().__init__(
            _("Not published: what it touches changed since it was shown. Look at the new numbers below.")
        )


@writes
def draft_policy(*, region: Region, effective_on: dt.date, title: str, by: Staff) -> RegionPolicy:
    """Begin a version of a region's policy, with the values of the one it will follow.

    Raises: RightMissing; Region.DoesNotExist for a region outside the staff member's own tree; DayNotAhead, DayTaken.
    Locks: the region, so that of two drafts for a day the second finds the first.
    """
    require_right(by, DRAFT)
    region = _lock_region(region.pk, by)
    _check_day(region, effective_on)
    policy = RegionPolicy.objects.create(
        region=region, effective_on=effective_on, title=title, drafted_by=by, changed_by=by
    )
    followed = versions_on(RegionPolicy.objects.filter(region=region), effective_on).first()
    PolicySetting.objects.bulk_create(
        PolicySetting(policy=policy, parameter=one.parameter, value=one.value, citation=one.citation)
        for one in (followed.settings.all() if followed else ())
    )
    return policy


@writes
def change_draft(
    *,
    policy_id: int,
    version: int,
    title: str,
    effective_on: dt.date,
    settings: Mapping[str, SettingInput],
    by: Staff,
) -> RegionPolicy:
    """Give a draft its head and its values; what `settings` leave out is inherited.

    `version`: as of which the page was filled. Whoever changes a draft cannot publish it afterwards.
    Raises: RightMissing, AlreadyDecided, PolicyChanged, DayNotAhead, DayTaken; PolicyFault for a value that the
    parameter cannot take; nothing is written then. Locks: the region, then the version.
    """
    require_right(by, DRAFT)
    policy = _lock_draft(policy_id, by)
    if policy.version != version:
        raise PolicyChanged(row_changes(policy)[0].who)
    _check_day(policy.region, effective_on, but=policy.pk)
    policy.title, policy.effective_on, policy.changed_by = title, effective_on, by
    policy.version += 1
    policy.save(update_fields=["title", "effective_on", "changed_by", "version"])
    _set(policy, settings)
    return policy


def _set(policy: RegionPolicy, settings: Mapping[str, SettingInput]) -> None:
    """Rows that stay as they are leave no line in the history."""
    stored = {one.parameter: one for one in policy.settings.all()}
    policy.settings.exclude(parameter__in=settings).delete()
    for parameter, given in settings.items():
        parse_value(parameter, given.value)
        row = stored.get(parameter) or PolicySetting(policy=policy, parameter=parameter, citation="")
        if (row.value, row.citation) != (given.value, given.citation):
            row.value, row.citation = given.value, given.citation
            row.save()


@writes
def publish_policy(*, policy_id: int, shown: str, by: Staff) -> RegionPolicy:
    """Put a draft in force from its first day on. `shown`: the digest of the impact that the publisher looked at.

    Rule: a second person, in whose region or above it the draft lies, after the impact preview.
    Raises: RightMissing, AlreadyDecided, OwnWork, DayNotAhead, DayTaken, ImpactChanged; nothing is written then.
    Locks: the region, then the version.
    """
    require_right(by, PUBLISH)
    policy = _lock_draft(policy_id, by)
    if by.pk in (policy.drafted_by_id, policy.changed_by_id):
        raise OwnWork
    _check_day(policy.region, policy.effective_on, but=policy.pk)
    if impact_of(Comparison(policy), staff=by).digest != shown:
        raise ImpactChanged
    policy.state, policy.published_by, policy.published_at = PolicyState.PUBLISHED, by, timezone.now()
    policy.save(update_fields=["state", "published_by", "published_at"])
    return policy


@writes
def discard_draft(*, policy_id: int, by: Staff) -> RegionPolicy:
    """Give a draft up; it is kept and can be looked at. Raises: RightMissing, AlreadyDecided. Locks: as above."""
    require_right(by, DRAFT)
    policy = _lock_draft(policy_id, by)
    policy.state = PolicyState.DISCARDED
    policy.save(update_fields=["state"])
    return policy


def _lock_region(code: str, by: Staff) -> Region:
    return Region.objects.under(by.region).select_for_update(no_key=True).get(pk=code)


def _lock_draft(policy_id: int, by: Staff) -> RegionPolicy:
    """Raises: RegionPolicy.DoesNotExist outside the staff member's own tree; AlreadyDecided."""
    within = RegionPolicy.objects.for_staff(by).filter(region__path__startswith=by.region.path)
    _lock_region(within.values_list("region", flat=True).get(pk=policy_id), by)
    policy = (
        within.select_for_update(of=("self",), no_key=True).select_related("region", "published_by").get(pk=policy_id)
    )
    if not policy.is_draft:
        raise AlreadyDecided(who=str(policy.published_by or ""), state=policy.get_state_display())
    return policy


def _check_day(region: Region, day: dt.date, *, but: int | None = None) -> None:
    """Raises: DayNotAhead, DayTaken. Locks: expects the region locked."""
    if day <= timezone.localdate():
        raise DayNotAhead
    others = RegionPolicy.objects.filter(region=region, effective_on=day).exclude(state=PolicyState.DISCARDED)
    other = others.exclude(pk__in=[but] if but else []).first()
    if other is not None:
        raise DayTaken(other)
