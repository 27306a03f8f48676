"""Totals of institutions held against our own (3201): equal, or which side has more, or detail is asked for.

Nothing is stored but how many agreed on a day: the answer is as our settlements are now. Where every total of an
institution agrees, it is balanced without detail; where one differs, its 3202 statement of each day is asked for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.acting import writes
from accounts.models import Staff
from accounts.services.rights import require_right
from settlement.models import Reconciliation, StatementTotal
from settlement.models.settlement import OWN_DAY
from settlement.models.statement import ReconciliationKind
from settlement.services.reconciling import RIGHT, regions_that_count_family
from settlement.services.total_rows import FIGURES

# By the day of service, as institutions count. Counting rows: a reversal takes one away (DOMAIN.md section 6). Which
# care is cleared as what says the code table `med_type_clr`, the region's before everybody's; what it does not name
# is 99.
OURS = f"""
    SELECT total.id, COALESCE(sum(paid.medfee_sumamt), 0.00), COALESCE(sum(paid.fund_pay_sumamt), 0.00),
           COALESCE(sum(paid.told_pay), 0.00), COALESCE(sum(paid.counted), 0)
      FROM settlement_statementtotal AS total
      JOIN settlement_institution AS institution ON institution.fixmedins_code = total.institution_id
      LEFT JOIN LATERAL (
           SELECT settlement.medfee_sumamt, settlement.fund_pay_sumamt,
                  settlement.acct_pay
                  + CASE WHEN total.starts_on::text || '/' || settlement.region_id = ANY(%(with_family)s)
                         THEN settlement.acct_mulaid_pay ELSE 0 END AS told_pay,
                  CASE WHEN settlement.reverses_id IS NULL THEN 1 ELSE -1 END AS counted
             FROM settlement_settlement AS settlement
             LEFT JOIN LATERAL (
                  SELECT code.name_zh AS clr_type FROM accounts_code AS code
                   WHERE code.table = 'med_type_clr' AND code.code = settlement.med_type
                     AND (code.region_id IS NULL OR code.region_id = institution.region_id)
                   ORDER BY code.region_id NULLS LAST LIMIT 1) AS cleared ON true
            WHERE settlement.institution_id = total.institution_id AND settlement.kind = 'networked'
              AND {OWN_DAY} >= total.starts_on AND {OWN_DAY} < total.ends_on
              AND (settlement.business_date >= total.starts_on AND settlement.business_date < total.ends_on
                   OR settlement.business_date <> {OWN_DAY})
              AND settlement.insutype = total.insutype
              AND COALESCE(cleared.clr_type, '99') = total.clr_type) AS paid ON true
     WHERE total.id = ANY(%(totals)s)
     GROUP BY total.id
"""  # noqa: S608 - of constants
# Days of totals that differ for which no statement counts.
WITHOUT_DETAIL = """
    SELECT total.id, array_agg(day::date ORDER BY day)
      FROM settlement_statementtotal AS total,
           generate_series(total.starts_on, total.ends_on - 1, interval '1 day') AS day
     WHERE total.id = ANY(%s)
       AND NOT EXISTS (SELECT FROM settlement_statement AS statement
                        WHERE statement.institution_id = total.institution_id AND statement.counts
                          AND statement.business_date = day::date)
     GROUP BY total.id
"""


@dataclass(frozen=True, slots=True)
class ComparedTotal:
    """`ours`: figure → what we settled; `days_asked`: of which the 3202 statement is asked for."""

    total: StatementTotal
    ours: dict[str, Decimal]
    days_asked: list[dt.date]

    @property
    def differing(self) -> list[str]:
        return [name for name in FIGURES if self.ours[name] != getattr(self.total, name)]

    @property
    def stmt_rslt(self) -> str:
        """DOMAIN.md section 7: 0 equal, 1 the centre has more, 2 the institution has more, 3 neither."""
        return stmt_rslt_of((self.ours[name], getattr(self.total, name)) for name in FIGURES)

    @property
    def figures(self) -> list[tuple[str, Decimal, Decimal]]:
        """Name, at the institution, at the centre."""
        return [(name, getattr(self.total, name), self.ours[name]) for name in FIGURES]


def stmt_rslt_of(figures: Iterable[tuple[Decimal, Decimal]]) -> str:
    """`figures`: ours and theirs; one that goes against the others makes it 3."""
    signs = {(ours > theirs) - (ours < theirs) for ours, theirs in figures} - {0}
    return {frozenset(): "0", frozenset({1}): "1", frozenset({-1}): "2"}.get(frozenset(signs), "3")


def compare_totals(totals: Iterable[StatementTotal]) -> list[ComparedTotal]:
    """In the order given. `acct_pay` as the insured region's policy has it on the first day of the period."""
    totals = list(totals)
    with_family = regions_that_count_family(*{total.starts_on for total in totals})
    values: dict[str, Any] = {
        "totals": [total.pk for total in totals],
        "with_family": [f"{day}/{code}" for day, codes in with_family.items() for code in codes],
    }
    with connection.cursor() as cursor:
        cursor.execute(OURS, values)
        ours = {pk: dict(zip(FIGURES, figures, strict=True)) for pk, *figures in cursor.fetchall()}
        compared = [ComparedTotal(total, ours[total.pk], []) for total in totals]
        cursor.execute(WITHOUT_DETAIL, [[one.total.pk for one in compared if one.differing]])
        asked = dict(cursor.fetchall())
    return [ComparedTotal(one.total, one.ours, asked.get(one.total.pk, [])) for one in compared]


@writes
def reconcile_totals(*, day: dt.date, by: Staff) -> Reconciliation:
    """Compare the totals whose period has this day, of the institutions in scope.

    Run again, it is brought up to date. Raises: RightMissing.
    """
    require_right(by, RIGHT)
    inside = StatementTotal.objects.counting().filter(institution__region__path__startswith=by.region.path)
    compared = compare_totals(inside.filter(starts_on__lte=day, ends_on__gt=day))
    run, _new = Reconciliation.objects.update_or_create(
        region=by.region,
        business_date=day,
        kind=ReconciliationKind.TOTALS,
        defaults={
            "compared": len(compared),
            "balanced": sum(not one.differing for one in compared),
            "run_by": by,
            "run_at": timezone.now(),
        },
    )
    return run
