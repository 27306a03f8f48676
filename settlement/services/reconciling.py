"""Reconciliation of a day (对账): what we settled beside what the institutions report, settlement by settlement.

Set-based, in PostgreSQL: one full join, one upsert. Invariants: run again, it changes nothing where nothing changed;
a difference that is gone is closed, never deleted. Only institutions whose statement of the day is here are compared.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from django.utils import timezone

from accounts.acting import writes
from accounts.bulk import in_memory
from accounts.models import Region, Staff
from accounts.prepared import fetch
from accounts.services.rights import require_right
from families.selectors import PolicyBook
from settlement.models import Discrepancy, Reconciliation
from settlement.models.settlement import OWN_DAY, settled_on
from settlement.models.statement import ReconciliationKind

RIGHT = "settlement.reconcile"
LOCK = "SELECT pg_advisory_xact_lock(hashtextextended('reconcile:' || %s || %s, 0))"

# Both sides of a day, joined by number; of those that agree as they stand nothing more is asked, unless all are told
# (`balanced_too`). Only what stands alone is looked for beside the day, by its index: a settlement near midnight may
# stand in the statement of the day before or after. It belongs to our day and takes the line of that day, else of the
# day before, else of the day after; a further line is one too many. A line that names what another institution
# settled is told with both. `mdtrt_id` and `psn_no` may be left out.
SIDES = f"""
    WITH told AS (
        SELECT line.id, line.setl_id, line.mdtrt_id, line.psn_no, line.medfee_sumamt, line.fund_pay_sumamt,
               line.acct_pay, line.is_reversal, statement.institution_id
          FROM settlement_statement AS statement
          JOIN settlement_statementline AS line ON line.statement_id = statement.id
         WHERE statement.counts AND statement.business_date = %(day)s
           AND statement.institution_id = ANY(%(institutions)s)
    ), here AS NOT MATERIALIZED (
        SELECT id, setl_id, mdtrt_id, psn_no, medfee_sumamt, fund_pay_sumamt, institution_id,
               CASE WHEN region_id = ANY(%(with_family)s) THEN acct_pay + acct_mulaid_pay
                    ELSE acct_pay END AS acct_pay,
               reverses_id IS NOT NULL AS is_reversal
          FROM settlement_settlement AS settlement
         WHERE {settled_on("%(day)s")} AND institution_id = ANY(%(institutions)s)
    ), joined AS (
        SELECT COALESCE(here.setl_id, told.setl_id) AS setl_id,
               COALESCE(here.institution_id, told.institution_id) AS institution_id,
               here.id AS settlement_id, told.id AS told_id,
               here.medfee_sumamt AS here_medfee, told.medfee_sumamt AS told_medfee,
               here.fund_pay_sumamt AS here_fund, told.fund_pay_sumamt AS told_fund,
               here.acct_pay AS here_acct, told.acct_pay AS told_acct,
               COALESCE(here.is_reversal, false) AS here_reversal, told.is_reversal AS told_reversal,
               here.psn_no AS here_psn, COALESCE(NULLIF(told.psn_no, ''), here.psn_no) AS told_psn,
               here.mdtrt_id AS here_mdtrt, COALESCE(NULLIF(told.mdtrt_id, ''), here.mdtrt_id) AS told_mdtrt
          FROM here FULL JOIN told ON told.setl_id = here.setl_id AND told.institution_id = here.institution_id
         WHERE %(balanced_too)s OR here.id IS NULL OR told.id IS NULL
            OR (here.medfee_sumamt, here.fund_pay_sumamt, here.acct_pay, here.is_reversal,
                here.psn_no, here.mdtrt_id)
            <> (told.medfee_sumamt, told.fund_pay_sumamt, told.acct_pay, told.is_reversal,
                COALESCE(NULLIF(told.psn_no, ''), here.psn_no), COALESCE(NULLIF(told.mdtrt_id, ''), here.mdtrt_id))
    ), sides AS (
        SELECT joined.setl_id, joined.institution_id, settlement_id, COALESCE(told_id, beside.id) AS line_id,
               here_medfee, COALESCE(told_medfee, beside.medfee_sumamt) AS told_medfee,
               here_fund, COALESCE(told_fund, beside.fund_pay_sumamt) AS told_fund,
               here_acct, COALESCE(told_acct, beside.acct_pay) AS told_acct,
               here_reversal, COALESCE(told_reversal, beside.is_reversal) AS told_reversal,
               here_psn, COALESCE(NULLIF(beside.psn_no, ''), told_psn) AS told_psn,
               here_mdtrt, COALESCE(NULLIF(beside.mdtrt_id, ''), told_mdtrt) AS told_mdtrt,
               CASE WHEN known.institution_id <> joined.institution_id THEN known.id END AS elsewhere_id,
               known.institution_id AS elsewhere
          FROM joined
          LEFT JOIN LATERAL (
               SELECT line.* FROM settlement_statementline AS line
                 JOIN settlement_statement AS statement ON statement.id = line.statement_id
                WHERE joined.told_id IS NULL AND line.setl_id = joined.setl_id AND statement.counts
                  AND statement.institution_id = joined.institution_id
                  AND statement.business_date IN (%(day)s::date - 1, %(day)s::date + 1)
                ORDER BY statement.business_date LIMIT 1) AS beside ON true
          LEFT JOIN LATERAL (
               SELECT settlement.id, settlement.institution_id, {OWN_DAY} AS settled_on
                 FROM settlement_settlement AS settlement
                WHERE joined.settlement_id IS NULL AND settlement.setl_id = joined.setl_id
                  AND settlement.kind = 'networked'
                LIMIT 1) AS known ON true
         WHERE known.id IS NULL OR known.institution_id <> joined.institution_id
            OR known.settled_on NOT IN (%(day)s::date - 1, %(day)s::date + 1)
            OR EXISTS (SELECT FROM settlement_statementline AS line
                         JOIN settlement_statement AS statement ON statement.id = line.statement_id
                        WHERE line.setl_id = joined.setl_id AND statement.counts
                          AND statement.institution_id = joined.institution_id
                          AND statement.business_date IN (known.settled_on, known.settled_on - 1)
                          AND statement.business_date <> %(day)s)
    )
"""  # noqa: S608 - of constants
RECONCILE = f"""
    {SIDES}, unequal AS MATERIALIZED (
        SELECT * FROM sides
         WHERE line_id IS NULL OR settlement_id IS NULL
            OR (here_medfee, here_fund, here_acct, here_reversal, here_psn, here_mdtrt)
            <> (told_medfee, told_fund, told_acct, told_reversal, told_psn, told_mdtrt)
    ), found AS (
        SELECT institution_id, setl_id, '1' AS code, 'missing_from_institution' AS field,
               here_medfee::text AS centre, NULL AS institution_value, settlement_id, line_id
          FROM unequal WHERE line_id IS NULL
        UNION ALL
        SELECT institution_id, setl_id, '2', 'missing_from_centre', NULL, told_medfee::text, settlement_id, line_id
          FROM unequal WHERE settlement_id IS NULL AND elsewhere_id IS NULL
        UNION ALL
        SELECT institution_id, setl_id, '3', 'fixmedins_code', elsewhere, institution_id, elsewhere_id, line_id
          FROM unequal WHERE elsewhere_id IS NOT NULL
        UNION ALL
        SELECT institution_id, setl_id, '3', field, centre, institution_value, settlement_id, line_id
          FROM unequal, LATERAL (VALUES
               ('medfee_sumamt', here_medfee::text, told_medfee::text),
               ('fund_pay_sumamt', here_fund::text, told_fund::text),
               ('acct_pay', here_acct::text, told_acct::text),
               ('refd_setl_flag', here_reversal::int::text, told_reversal::int::text),
               ('psn_no', here_psn, told_psn),
               ('mdtrt_id', here_mdtrt, told_mdtrt)) AS compared (field, centre, institution_value)
         WHERE settlement_id IS NOT NULL AND line_id IS NOT NULL AND centre <> institution_value
    ), stored AS (
        INSERT INTO settlement_discrepancy AS known (business_date, institution_id, setl_id, code, field, centre,
               institution_value, settlement_id, line_id, found_at)
        SELECT %(day)s, institution_id, setl_id, code, field, centre, institution_value, settlement_id, line_id,
               %(at)s
          FROM found
            ON CONFLICT (institution_id, business_date, setl_id, field) DO UPDATE
           SET code = EXCLUDED.code, centre = EXCLUDED.centre, institution_value = EXCLUDED.institution_value,
               settlement_id = EXCLUDED.settlement_id, line_id = EXCLUDED.line_id, closed_at = NULL
         WHERE (known.code, known.centre, known.institution_value, known.settlement_id, known.line_id,
                known.closed_at)
               IS DISTINCT FROM (EXCLUDED.code, EXCLUDED.centre, EXCLUDED.institution_value, EXCLUDED.settlement_id,
                EXCLUDED.line_id, NULL::timestamptz)
    ), gone AS (
        UPDATE settlement_discrepancy AS known SET closed_at = %(at)s
         WHERE business_date = %(day)s AND institution_id = ANY(%(institutions)s) AND closed_at IS NULL
           AND NOT EXISTS (SELECT FROM found WHERE found.institution_id = known.institution_id
                              AND found.setl_id = known.setl_id AND found.field = known.field)
    )
    SELECT (SELECT count(*) FROM here)
           + (SELECT count(*) FROM unequal WHERE settlement_id IS NULL),
           (SELECT count(DISTINCT (institution_id, setl_id)) FROM found)
"""  # noqa: S608 - of constants
WITH_STATEMENT = """
    SELECT statement.institution_id
      FROM settlement_statement AS statement
      JOIN settlement_institution AS institution ON institution.fixmedins_code = statement.institution_id
      JOIN accounts_region AS region ON region.code = institution.region_id
     WHERE statement.counts AND statement.business_date = %s AND starts_with(region.path, %s)
"""

# The days of service of what a day's books have of others, which were signed.
BOOKED_LATER = f"""
    SELECT DISTINCT {OWN_DAY}
      FROM settlement_settlement AS settlement
      JOIN settlement_institution AS institution ON institution.fixmedins_code = settlement.institution_id
      JOIN accounts_region AS region ON region.code = institution.region_id
     WHERE settlement.kind = 'networked' AND settlement.business_date = %s AND settlement.business_date <> {OWN_DAY}
       AND starts_with(region.path, %s)
"""  # noqa: S608 - of constants
# Of these days those whose open differences have found their other half since: it came later than they were told.
PAIRED_SINCE = f"""
    SELECT DISTINCT known.business_date
      FROM settlement_discrepancy AS known
      JOIN settlement_institution AS institution ON institution.fixmedins_code = known.institution_id
      JOIN accounts_region AS region ON region.code = institution.region_id
     WHERE known.closed_at IS NULL AND known.business_date = ANY(%(others)s) AND starts_with(region.path, %(under)s)
       AND (known.code = '1'
            AND EXISTS (SELECT FROM settlement_statementline AS line
                          JOIN settlement_statement AS statement ON statement.id = line.statement_id
                         WHERE line.setl_id = known.setl_id AND statement.counts
                           AND statement.institution_id = known.institution_id
                           AND statement.business_date = %(day)s)
            OR known.code = '2'
            AND EXISTS (SELECT FROM settlement_settlement AS settlement
                         WHERE settlement.setl_id = known.setl_id
                           AND %(day)s IN (settlement.business_date, {OWN_DAY})
                           AND settlement.institution_id = known.institution_id))
     ORDER BY known.business_date
"""  # noqa: S608 - of constants
ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Reconciled:
    """`differences`: those of the day that hold, in the order of institution and number."""

    run: Reconciliation
    differences: list[Discrepancy] = field(default_factory=list)

    def as_json(self) -> dict[str, Any]:
        return {
            "date": self.run.business_date.isoformat(),
            "compared": self.run.compared,
            "balanced": self.run.balanced,
            "differences": [
                {
                    "setl_id": one.setl_id,
                    "institution": one.institution_id,
                    "code": one.code,
                    "field": one.field,
                    "centre": one.centre,
                    "institution_value": one.institution_value,
                }
                for one in self.differences
            ],
        }


@writes
def reconcile(*, day: dt.date, by: Staff) -> Reconciled:
    """Compare a business date, for the institutions in scope whose statement of that day counts.

    Rules: DOMAIN.md section 7; FORMATS.md "3202 statement", `mulaid_in_acct_pay` by the insured region's policy.
    A day beside it, or one whose late bills this day's books have, is compared again where a difference told before
    has found its other half since. Run again, it is brought up to date. Raises: RightMissing. Locks: the region and
    these days, in their order.
    """
    require_right(by, RIGHT)
    booked_later = {own for (own,) in fetch(BOOKED_LATER, day, by.region.path)}
    others = {day - ONE_DAY, day + ONE_DAY, *booked_later} - {day}
    for one in sorted({day, *others}):
        fetch(LOCK, by.region_id, one.isoformat())
    run, institutions = _compare(day, by)
    with connection.cursor() as cursor:
        cursor.execute(PAIRED_SINCE, {"day": day, "others": list(others), "under": by.region.path})
        for (other,) in cursor.fetchall():
            _compare(other, by)
    holding = Discrepancy.objects.filter(business_date=day, institution__in=institutions, closed_at=None)
    return Reconciled(run, list(holding.order_by("institution", "setl_id", "field")))


def _compare(day: dt.date, by: Staff) -> tuple[Reconciliation, list[str]]:
    """The run of a day as it is now, and the institutions that were compared."""
    institutions = [code for (code,) in fetch(WITH_STATEMENT, day, by.region.path)]
    now = timezone.now()
    values: dict[str, Any] = {
        "day": day,
        "at": now,
        "institutions": institutions,
        "with_family": regions_that_count_family(day)[day],
        "balanced_too": False,
    }
    in_memory()
    with connection.cursor() as cursor:
        cursor.execute(RECONCILE, values)
        compared, differing = cursor.fetchone()
    run, _new = Reconciliation.objects.update_or_create(
        region=by.region,
        business_date=day,
        kind=ReconciliationKind.DETAIL,
        defaults={"compared": compared, "balanced": compared - differing, "run_by": by, "run_at": now},
    )
    return run, institutions


def regions_that_count_family(*days: dt.date) -> dict[dt.date, list[str]]:
    """Where `acct_pay` of files includes what the family paid, on each of these days."""
    paths = dict(Region.objects.values_list("code", "path"))
    policies = PolicyBook.of(paths.values())
    return {day: [code for code, path in paths.items() if policies.on(path, day).mulaid_in_acct_pay] for day in days}
