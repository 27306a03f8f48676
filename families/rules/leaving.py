"""May these leave a group, stop sharing, or join once more this year: what waiting times and yearly limits say."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator

from families.rules.facts import Leaver
from families.rules.findings import Finding, Level, judge
from families.rules.policy import Policy


def check_leavers(leavers: Iterable[Leaver], *, policy: Policy) -> Iterator[Finding]:
    """Whether these may go, or stop sharing, on the day asked for.

    Rules: `min_bind_days` (90 Wuhan), `changes_per_year` (leaving counts as one), DOMAIN.md section 4; the owner
    goes by handing over or dissolving.
    """
    for leaver in leavers:
        yield judge("still_member", leaver.is_member, leaver.position, "not_a_member")
        if leaver.owner_stays:
            yield Finding("owner_stays", Level.FAIL, leaver.position, code="owner_stays")
        if leaver.is_member and not leaver.must_go:
            yield _check_bound(leaver, policy)
            if not leaver.stops_sharing:
                changes = leaver.facts.changes_in(leaver.leaves_on.year)
                yield check_changes(leaver.position, changes, leaver.leaves_on, policy)


def _check_bound(leaver: Leaver, policy: Policy) -> Finding:
    earliest = leaver.bound_since + dt.timedelta(days=policy.min_bind_days)
    return judge(
        "min_bind",
        leaver.leaves_on >= earliest,
        leaver.position,
        "bound_too_short",
        parameter="min_bind_days",
        value=str(policy.min_bind_days),
        earliest_on=earliest,
    )


def check_changes(position: int, changes: int, day: dt.date, policy: Policy) -> Finding:
    """`changes_per_year`: joining counts as one, and so does leaving (1 per year Jinhua)."""
    limit = policy.changes_per_year
    return judge(
        "changes",
        limit is None or changes < limit,
        position,
        "waiting_period",
        parameter="changes_per_year",
        value="" if limit is None else str(limit),
        earliest_on=dt.date(min(day.year + 1, dt.MAXYEAR), 1, 1),
    )
