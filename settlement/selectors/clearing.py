"""Who owes whom between regions in a month, and the settlements behind it.

Rule (docs/adr/0025): the region of the institution pays it, and is owed the fund's part and the own account's by the
region in which the patient was insured when it was settled, and each family account's share by the region in which
its holder was insured on that day. A manual reimbursement and a premium are paid by the patient's own region, which
is owed the family's shares alone. A reversal takes back what it reverses, in the month of its own business date. What
a region owes itself is left out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import Staff
from settlement.listing import ROWS, Place, patience
from settlement.rules.clearing import Debt

PATIENCE = "20s"  # a month of a large province, asked for once a month

# `parts`: one row for each debt of a settlement. Where a holder has moved since, the first move after that day says
# where they were insured.
PARTS = """
    month AS (
        SELECT settlement.id, settlement.setl_id, settlement.kind, settlement.settled_at, settlement.business_date,
               settlement.region_id, settlement.institution_id, settlement.fund_pay_sumamt, settlement.acct_pay,
               settlement.acct_mulaid_pay,
               CASE settlement.kind WHEN 'networked' THEN institution.region_id
                                    ELSE settlement.region_id END AS owed
          FROM settlement_settlement AS settlement
          LEFT JOIN settlement_institution AS institution ON institution.fixmedins_code = settlement.institution_id
         WHERE settlement.business_date >= %(first)s AND settlement.business_date < %(end)s
    ), parts AS (
        SELECT id, region_id AS owing, owed, fund_pay_sumamt AS fund, acct_pay AS own, 0.00 AS family
          FROM month WHERE fund_pay_sumamt <> 0 OR acct_pay <> 0
         UNION ALL
        SELECT month.id, COALESCE((SELECT move.from_region_id FROM accounts_regionmove AS move
                                    WHERE move.person_id = holder.id AND move.applied_at IS NOT NULL
                                      AND move.moves_on > month.business_date
                                    ORDER BY move.moves_on, move.id LIMIT 1), holder.region_id),
               month.owed, 0.00, 0.00, share.prior_years + share.current_year
          FROM month
          JOIN settlement_settlementshare AS share ON share.settlement_id = month.id AND share.position > 0
          JOIN accounts_personalaccount AS account ON account.id = share.account_id
          JOIN accounts_insuredperson AS holder ON holder.id = account.person_id
         WHERE month.acct_mulaid_pay <> 0
    )"""
DEBTS = f"""
    WITH {PARTS}
    SELECT parts.owing, parts.owed, sum(fund), sum(own), sum(family), count(DISTINCT parts.id)
      FROM parts
      JOIN accounts_region AS owing ON owing.code = parts.owing
      JOIN accounts_region AS owed ON owed.code = parts.owed
     WHERE parts.owing <> parts.owed
       AND (starts_with(owing.path, %(path)s) OR starts_with(owed.path, %(path)s))
     GROUP BY parts.owing, parts.owed
     ORDER BY parts.owing, parts.owed
"""  # noqa: S608 - the only thing filled in is a constant
UNPLACED = f"""
    WITH {PARTS}
    SELECT COALESCE(sum(fund + own + family), 0), count(DISTINCT parts.id)
      FROM parts JOIN accounts_region AS owing ON owing.code = parts.owing
     WHERE parts.owed IS NULL AND starts_with(owing.path, %(path)s)
"""  # noqa: S608
ITEMS = f"""
    WITH {PARTS}
    SELECT month.id, month.setl_id, month.settled_at, month.business_date, month.kind, month.region_id,
           institution.name, sum(fund), sum(own), sum(family)
      FROM parts JOIN month USING (id)
      LEFT JOIN settlement_institution AS institution ON institution.fixmedins_code = month.institution_id
     WHERE parts.owing = %(owing)s AND parts.owed = %(owed)s
       AND (%(at)s::timestamptz IS NULL OR (month.settled_at, month.id) < (%(at)s, %(pk)s))
     GROUP BY month.id, month.setl_id, month.settled_at, month.business_date, month.kind, month.region_id,
           institution.name
     ORDER BY month.settled_at DESC, month.id DESC
     LIMIT %(rows)s
"""  # noqa: S608


@dataclass(frozen=True, slots=True)
class Item:
    """A settlement, and what it adds to a debt between regions. `region`: where the patient was insured."""

    pk: int
    setl_id: str
    settled_at: dt.datetime
    business_date: dt.date
    kind: str
    region: str
    institution: str | None
    fund: Decimal
    own: Decimal
    family: Decimal

    @property
    def total(self) -> Decimal:
        return self.fund + self.own + self.family


def debts_of(first: dt.date, *, staff: Staff) -> list[Debt]:
    """What regions owe one another for the month that begins on `first`, where one of the two is in scope.

    Raises: TooBroad.
    """
    return [Debt(*row) for row in _asked(DEBTS, first, path=_path(staff))]


def unplaced(first: dt.date, *, staff: Staff) -> tuple[Decimal, int]:
    """What is owed to nobody known, because the institution's region is not loaded: yuan, settlements.

    Raises: TooBroad.
    """
    ((amount, settlements),) = _asked(UNPLACED, first, path=_path(staff))
    return amount, settlements


def items_of(
    first: dt.date, *, owing: str, owed: str, before: Place | None = None
) -> tuple[list[Item], Place | None]:
    """A page of the settlements behind one debt, the newest first, and where the next page begins.

    Expects: a pair of which one side is in scope. Raises: TooBroad.
    """
    place: Mapping[str, Any] = {"at": before and before.at, "pk": before and before.pk}
    rows = _asked(ITEMS, first, owing=owing, owed=owed, rows=ROWS + 1, **place)
    items = [Item(*row) for row in rows]
    older = Place(items[ROWS - 1].settled_at, items[ROWS - 1].pk) if len(items) > ROWS else None
    return items[:ROWS], older


def _path(staff: Staff) -> str:
    return staff.region.path


def _asked(statement: str, first: dt.date, **values: Any) -> list[tuple[Any, ...]]:
    end = (first + dt.timedelta(days=31)).replace(day=1)
    with patience(PATIENCE), connection.cursor() as cursor:
        cursor.execute(statement, {"first": first, "end": end, **values})
        rows: list[tuple[Any, ...]] = cursor.fetchall()
        return rows
