"""Fills the demo with institutions and two months of bills, through the feed, so that every rule holds.

On the last evening a family uses its cards at one pharmacy: auditors find it on their list.
"""

from __future__ import annotations

import datetime as dt
from random import Random

from django.db.models import Count

from accounts.models import Region, Staff
from families.models import GroupMember
from settlement.demo_bills import INSTITUTIONS, as_feed, bills, one_after_another
from settlement.models import Institution, Settlement
from settlement.models.institution import PREFIXES
from settlement.services.anomalies import refresh_anomalies
from settlement.services.feed import FeedResult, load_settlements
from settlement.services.feed_rows import COLUMNS

SEED = 20260316
BILLS = 1_500
DAYS = 60
PHARMACY, CARDS = "P42100200201", 3


def seed_settlements(*, by: Staff, today: dt.date, count: int = BILLS, seed: int = SEED) -> FeedResult | None:
    """The bills of the members of groups in scope, up to the evening before `today`; None when there are any already.

    Raises: RightMissing. May not be called in a transaction (`load_settlements`).
    """
    if Settlement.objects.exists():
        return None
    loaded = set(Region.objects.values_list("code", flat=True))
    Institution.objects.bulk_create(
        [
            Institution(
                fixmedins_code=code, name=name, hosp_lv=level, kind=PREFIXES[code[0]],
                region_id=code[1:7] if code[1:7] in loaded else None,
            )
            for code, name, level in INSTITUTIONS
        ],
        ignore_conflicts=True,
    )  # fmt: skip
    chance = Random(seed)  # noqa: S311 - invents bills, guards nothing
    end = dt.datetime.combine(today, dt.time.min)
    members = GroupMember.objects.for_staff(by).on(today).order_by("pk").values_list("person__psn_no", flat=True)
    family = _family(by=by, today=today)
    rows = bills(
        list(members),
        [code for code, _name, _level in INSTITUTIONS],
        chance=chance,
        begin=end - dt.timedelta(days=DAYS),
        end=end,
        count=count - len(family),
    )
    evening = one_after_another(
        family, PHARMACY, chance=chance, begin=end - dt.timedelta(hours=5), first=count - len(family)
    )
    result = load_settlements(content=as_feed([*rows, *evening], COLUMNS), name="demo.csv", by=by)
    refresh_anomalies(day=today, by=by)
    return result


def _family(*, by: Staff, today: dt.date) -> list[str]:
    """The first group that is large enough; nobody where there is none."""
    members = GroupMember.objects.for_staff(by).on(today)
    large = members.values("group").annotate(n=Count("pk")).filter(n__gte=CARDS).order_by("group").values("group")[:1]
    return list(members.filter(group__in=large).order_by("seat").values_list("person__psn_no", flat=True)[:CARDS])
