"""What a business day came to, institution by institution: settled, told, compared, differing. Read as of now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from django.db.models import Count, Max

from accounts.prepared import fetch
from settlement.models import Settlement, Statement
from settlement.models.settlement import settled_on

# Compared is what we settled and what the statement alone has. An institution that stands in no loaded region is
# nobody's to reconcile.
BY_INSTITUTION = f"""
    WITH settled AS (
        SELECT institution_id, count(*) AS settled FROM settlement_settlement AS settlement
         WHERE {settled_on("%s")} GROUP BY institution_id
    ), differing AS (
        SELECT known.institution_id, count(DISTINCT known.setl_id) AS differing,
               count(DISTINCT known.setl_id) FILTER (WHERE code = '1') AS missing_from_institution,
               count(DISTINCT known.setl_id) FILTER (WHERE code = '2') AS missing_from_centre,
               count(DISTINCT known.setl_id) FILTER (WHERE code = '3') AS data_differ,
               count(DISTINCT known.setl_id) FILTER (
                   WHERE settlement.id IS NULL OR settlement.institution_id <> known.institution_id) AS told_only
          FROM settlement_discrepancy AS known
          LEFT JOIN settlement_settlement AS settlement ON settlement.id = known.settlement_id
         WHERE known.business_date = %s AND known.closed_at IS NULL GROUP BY known.institution_id
    )
    SELECT institution.fixmedins_code, institution.name, region.code, statement.id IS NOT NULL,
           COALESCE(settled, 0),
           CASE WHEN statement.id IS NULL THEN 0 ELSE COALESCE(settled, 0) + COALESCE(told_only, 0) END,
           COALESCE(differing, 0), COALESCE(missing_from_institution, 0), COALESCE(missing_from_centre, 0),
           COALESCE(data_differ, 0)
      FROM settlement_institution AS institution
      JOIN accounts_region AS region ON region.code = institution.region_id AND starts_with(region.path, %s)
      LEFT JOIN settlement_statement AS statement ON statement.institution_id = institution.fixmedins_code
           AND statement.business_date = %s AND statement.counts
      LEFT JOIN settled ON settled.institution_id = institution.fixmedins_code
      LEFT JOIN differing ON differing.institution_id = institution.fixmedins_code
     WHERE settled.settled > 0 OR statement.id IS NOT NULL OR differing.differing > 0
     ORDER BY region.code, institution.fixmedins_code
"""  # noqa: S608 - of constants


@dataclass(frozen=True, slots=True)
class Figures:
    """Counts of settlements; those that differ by what is different."""

    settled: int = 0
    compared: int = 0
    differing: int = 0
    missing_from_institution: int = 0
    missing_from_centre: int = 0
    data_differ: int = 0
    institutions: int = 0
    without_statement: int = 0

    @property
    def balanced(self) -> int:
        return self.compared - self.differing


@dataclass(frozen=True, slots=True)
class InstitutionDay:
    code: str
    name: str
    region: str
    has_statement: bool
    figures: Figures


def institutions_of_day(day: dt.date, *, under: str) -> list[InstitutionDay]:
    """Those of a region tree that settled or told something. `under`: the path of its root."""
    return [
        InstitutionDay(code, name, region, told, Figures(*(*counts, 1, int(not told))))
        for code, name, region, told, *counts in fetch(BY_INSTITUTION, day, day, day, day, under, day)
    ]


def together(figures: Iterable[Figures]) -> Figures:
    rows = list(figures)
    return Figures(*(sum(getattr(one, name.name) for one in rows) for name in fields(Figures)))


def statements_told(days: Sequence[dt.date]) -> dict[dt.date, list[int]]:
    """For each day how many statements came, and the last: another one, and the day is reconciled again."""
    rows = Statement.objects.filter(business_date__in=days).order_by().values("business_date")
    counted = rows.annotate(n=Count("pk"), last=Max("pk")).values_list("business_date", "n", "last")
    return {day: [0, 0] for day in days} | {day: [n, last] for day, n, last in counted}


def is_every_statement_here(day: dt.date) -> bool:
    """Whether no institution that settled on a day is without its statement."""
    settled = Settlement.objects.settled_on(day)
    here = Statement.objects.counting().filter(business_date=day)
    return not settled.exclude(institution__in=here.values("institution")).exists()
