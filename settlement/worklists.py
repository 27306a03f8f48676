"""Claims and cases of reversal that somebody has to go on with, and those that are decided."""

from __future__ import annotations

from typing import Any

from django.db.models import Count, Q, QuerySet

from accounts.models import Staff
from settlement.models import Claim, ReversalCase
from settlement.models import claim as claims
from settlement.models import reversal as reversals

Work = QuerySet[Any]  # of claims or cases of reversal, each with `since`


def claims_of(staff: Staff) -> Work:
    """The claims in scope, those that stand longest first, each with `since`."""
    rows = Claim.objects.for_staff(staff).annotate(since=claims.STANDS_SINCE).order_by("since", "pk")
    return rows.select_related("person", "region", "handled_by", "reviewed_by", "institution").defer(
        "submitted_preview"
    )


def reversals_of(staff: Staff) -> Work:
    """The cases of reversal in scope, those that stand longest first, each with `since`."""
    rows = ReversalCase.objects.for_staff(staff).annotate(since=reversals.STANDS_SINCE).order_by("since", "pk")
    return rows.select_related(
        "settlement__person", "settlement__region", "settlement__reversed_by", "handled_by", "reviewed_by"
    ).defer("settlement__considerations")


def count_by_state(work: Work) -> dict[str, int]:
    counted = work.order_by().values_list("state").annotate(Count("pk"))
    return dict(counted)


def next_to_review(work: Work, staff: Staff, *, after: Claim | ReversalCase) -> Claim | ReversalCase | None:
    """What waits for this reviewer behind the one that was decided; behind the end, the first that is left."""
    others = work.filter(state="submitted").exclude(handled_by=staff).exclude(pk=after.pk)
    since = getattr(after, "submitted_at", None) or after.handled_at
    behind = others.filter(Q(since__gt=since) | Q(since=since, pk__gt=after.pk))
    found: Claim | ReversalCase | None = behind.first() or others.first()
    return found
