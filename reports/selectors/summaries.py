"""What summaries tell of a region: of periods, of values, of the regions below. Few rows, and none of a settlement.

`region`: a code in the scope of whoever asks. `through`: the last day that was worked out.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from accounts.prepared import fetch
from accounts.rules.money import ZERO
from reports.models.summary import FIGURES
from reports.rules.periods import DAY, MONTH, Span, tiles

SUMS = ", ".join(f"sum(summary.{name})" for name in FIGURES)
TOTALS = f"""
    SELECT summary.region_id, asked.tag, {SUMS}
      FROM unnest(%s::text[], %s::text[], %s::date[]) AS asked (tag, period, begins)
      JOIN reports_settlementsummary AS summary ON summary.region_id = ANY(%s) AND summary.by = ''
       AND summary.period = asked.period AND summary.begins = asked.begins AND summary.value = ''
     GROUP BY summary.region_id, asked.tag
"""  # noqa: S608 - constants of ours are filled in, here and below
# The level follows from the institution.
TOP = f"""
    WITH counted AS MATERIALIZED (
        SELECT summary.by, summary.value, max(summary.name) AS name,
               {", ".join(f"sum(summary.{name}) AS {name}" for name in FIGURES)}
          FROM unnest(%s::text[], %s::date[]) AS asked (period, begins)
          JOIN reports_settlementsummary AS summary
            ON summary.region_id = %s AND summary.by = ANY(%s)
           AND summary.period = asked.period AND summary.begins = asked.begins
         GROUP BY summary.by, summary.value
    ), told AS (
        SELECT * FROM counted
         UNION ALL
        SELECT 'level', COALESCE(institution.hosp_lv, ''), '', {", ".join(f"sum({name})" for name in FIGURES)}
          FROM counted
          LEFT JOIN settlement_institution AS institution ON institution.fixmedins_code = counted.value
         WHERE counted.by = 'institution' GROUP BY COALESCE(institution.hosp_lv, '')
    ), placed AS (
        SELECT *, LEAST(row_number() OVER (PARTITION BY by ORDER BY acct_mulaid_pay DESC, medfee_sumamt DESC, value),
                        %s) AS place
          FROM told
    )
    SELECT by, place, count(*), min(value), min(name), {", ".join(f"sum({name})" for name in FIGURES)}
      FROM placed GROUP BY by, place ORDER BY by, place
"""  # noqa: S608
PERSONS = """
    SELECT node.code, asked.tag, latest.of_day, latest.of_month, latest.of_year
      FROM unnest(%s::text[]) AS node (code)
     CROSS JOIN unnest(%s::text[], %s::date[], %s::date[]) AS asked (tag, since, until)
     CROSS JOIN LATERAL (SELECT * FROM reports_personstodate AS known
                          WHERE known.region_id = node.code AND known.day BETWEEN asked.since AND asked.until
                          ORDER BY known.day DESC LIMIT 1) AS latest
"""
FAMILIES = """
    SELECT asked.tag, COALESCE(held.groups, 0), COALESCE(held.members, 0), COALESCE(changed.opened, 0),
           COALESCE(changed.dissolved, 0), COALESCE(changed.joined, 0), COALESCE(changed.released, 0)
      FROM unnest(%s::text[], %s::date[], %s::date[]) AS asked (tag, since, until)
      LEFT JOIN LATERAL (SELECT known.groups, known.members FROM reports_familysummary AS known
                          WHERE known.region_id = %s AND known.day <= asked.until
                          ORDER BY known.day DESC LIMIT 1) AS held ON true
      LEFT JOIN LATERAL (SELECT sum(known.opened) AS opened, sum(known.dissolved) AS dissolved,
                                sum(known.joined) AS joined, sum(known.released) AS released
                           FROM reports_familysummary AS known
                          WHERE known.region_id = %s AND known.day BETWEEN asked.since AND asked.until) AS changed
        ON true
"""
COUNTER = """
    SELECT summary.office, summary.kind, sum(summary.cases)
      FROM unnest(%s::text[], %s::date[]) AS asked (period, begins)
      JOIN reports_countersummary AS summary
        ON summary.region_id = %s AND summary.period = asked.period AND summary.begins = asked.begins
     GROUP BY summary.office, summary.kind
"""
WORKED_OUT = "SELECT max(day), max(refreshed_at) FROM reports_summarizedday"


@dataclass(frozen=True, slots=True)
class Sums:
    """In the order of `FIGURES`."""

    visits: int = 0
    medfee_sumamt: Decimal = ZERO
    fund_pay_sumamt: Decimal = ZERO
    hosp_part_amt: Decimal = ZERO
    psn_part_amt: Decimal = ZERO
    acct_pay: Decimal = ZERO
    acct_mulaid_pay: Decimal = ZERO
    psn_cash_pay: Decimal = ZERO

    @property
    def family_part(self) -> Decimal | None:
        """The family's part of the personal part, %."""
        return self.acct_mulaid_pay * 100 / self.psn_part_amt if self.psn_part_amt else None

    def less(self, other: Sums) -> Sums:
        return Sums(*(getattr(self, name) - getattr(other, name) for name in FIGURES))


@dataclass(frozen=True, slots=True)
class Value:
    """A line of a breakdown; `several`: how many values it stands for, 1 but for the rest."""

    value: str
    name: str
    several: int
    sums: Sums


@dataclass(frozen=True, slots=True)
class Families:
    groups: int = 0
    members: int = 0
    opened: int = 0
    dissolved: int = 0
    joined: int = 0
    released: int = 0


def worked_out() -> tuple[dt.date | None, dt.datetime | None]:
    """Through which day, and when the last time."""
    ((through, at),) = fetch(WORKED_OUT)
    return through, at


def totals(regions: Sequence[str], spans: Mapping[str, Span], *, through: dt.date) -> dict[tuple[str, str], Sums]:
    """Of each region and span, by code and tag; what came to nothing is missing."""
    asked = [(tag, period, begins) for tag, span in spans.items() for period, begins in tiles(span, through=through)]
    rows = fetch(TOTALS, *_columns(asked, 3), list(regions))
    return {(code, tag): Sums(*sums) for code, tag, *sums in rows}


def top(
    region: str, span: Span, *, by: Sequence[str], most: int, through: dt.date
) -> dict[str, tuple[list[Value], Value | None]]:
    """Of each breakdown the `most` values for which families paid most, and the others together.

    The level of the institution comes with the institutions.
    """
    asked = list(tiles(span, through=through))
    found: dict[str, tuple[list[Value], Value | None]] = {}
    for one, place, several, value, name, *sums in fetch(TOP, *_columns(asked, 2), region, list(by), most + 1):
        lines, _rest = found.setdefault(one, ([], None))
        if place > most:
            found[one] = (lines, Value("", "", several, Sums(*sums)))
        else:
            lines.append(Value(value, name, several, Sums(*sums)))
    return found


def persons(regions: Sequence[str], spans: Mapping[str, tuple[str, Span]]) -> dict[tuple[str, str], int]:
    """`spans`: by tag, each a day, or from the first of a month or year, with which of them it is."""
    asked = [(tag, span.since, span.until) for tag, (_of, span) in spans.items()]
    found = {}
    for code, tag, of_day, of_month, of_year in fetch(PERSONS, list(regions), *_columns(asked, 3)):
        of = spans[tag][0]
        found[code, tag] = of_day if of == DAY else of_month if of == MONTH else of_year
    return found


def families(region: str, spans: Mapping[str, Span]) -> dict[str, Families]:
    asked = [(tag, span.since, span.until) for tag, span in spans.items()]
    return {tag: Families(*row) for tag, *row in fetch(FAMILIES, *_columns(asked, 3), region, region)}


def counter_work(region: str, span: Span, *, through: dt.date) -> dict[tuple[str, str], int]:
    """Cases by office and kind of business."""
    rows = fetch(COUNTER, *_columns(list(tiles(span, through=through)), 2), region)
    return {(office, kind): cases for office, kind, cases in rows}


def _columns(rows: Sequence[tuple[object, ...]], count: int) -> list[list[object]]:
    """Rows as arrays, one for each column, also where there is no row."""
    return [[row[place] for row in rows] for place in range(count)]
