"""What summaries are worked out by, and proved by: one statement each, set-based.

Every figure is counted of the region as it stands on the settlement, then given to each region above it.
"""

from __future__ import annotations

from reports.models.summary import CORRECTED_LATER, FIGURES, By

# What a settlement is told apart by: value, and the name that was sent with it.
VALUES = {
    By.ALL: ("''", "''"),
    By.INSTITUTION: ("COALESCE(settlement.institution_id, '')", "''"),
    By.DISEASE: ("settlement.dise_codg", "CASE settlement.dise_codg WHEN '' THEN '' ELSE settlement.dise_name END"),
    By.MED_TYPE: ("settlement.med_type", "''"),
    By.INSUTYPE: ("settlement.insutype", "''"),
    By.KIND: ("settlement.kind", "''"),
    By.AGE: (
        "to_char((%(ages)s::int[])[GREATEST(1, width_bucket(date_part('year', age(settlement.business_date,"
        " person.born_on)), %(ages)s::float[]))], 'FM00')",
        "''",
    ),
}
ONE_EACH = "CASE WHEN settlement.reverses_id IS NULL THEN 1 ELSE -1 END"
SUMS = ", ".join(f"sum({name}) AS {name}" for name in FIGURES)
NAMES = ", ".join(FIGURES)
NODES = "CROSS JOIN LATERAL unnest(string_to_array(rtrim(region.path, '/'), '/')) AS node (code)"

# How many settlements a day has, and of how many a reversal exists, whenever it came.
FINGERPRINTS = """
    SELECT day, sum(settlements)::int AS settlements, sum(reversed)::int AS reversed
      FROM (SELECT business_date AS day, count(*) AS settlements, 0 AS reversed
              FROM settlement_settlement WHERE business_date BETWEEN %(first)s AND %(last)s GROUP BY business_date
             UNION ALL
            SELECT original.business_date, 0, count(*)
              FROM settlement_settlement AS reversal
              JOIN settlement_settlement AS original ON original.id = reversal.reverses_id
             WHERE reversal.reverses_id IS NOT NULL AND original.business_date BETWEEN %(first)s AND %(last)s
             GROUP BY original.business_date
             UNION ALL
            SELECT %(last)s::date, 0, 0) AS part
     GROUP BY day
"""
TREE = "SELECT md5(string_agg(path, ' ' ORDER BY path)) FROM accounts_region"
CHANGED = f"""
    SELECT now.day, now.settlements, now.reversed
      FROM ({FINGERPRINTS}) AS now LEFT JOIN reports_summarizedday AS known USING (day)
     WHERE (known.settlements, known.reversed, known.tree)
           IS DISTINCT FROM (now.settlements, now.reversed, %(tree)s)
     ORDER BY day
"""  # noqa: S608 - constants of ours are filled in, here and below

# The relation is that of the family as it stands now in the group that both were in on the day of the service; where
# they were released backwards, in the one that both were in last.
SHARES = f"""
    SELECT settlement.business_date AS day, settlement.region_id, '{By.RELATION}' AS by,
           COALESCE(kin.kind, '') AS value, '' AS name, {ONE_EACH} AS visits, 0 AS medfee_sumamt,
           0 AS fund_pay_sumamt, 0 AS hosp_part_amt, share.prior_years + share.current_year AS psn_part_amt,
           0 AS acct_pay, share.prior_years + share.current_year AS acct_mulaid_pay, 0 AS psn_cash_pay
      FROM settlement_settlement AS settlement
      LEFT JOIN settlement_settlement AS original ON original.id = settlement.reverses_id
      JOIN settlement_settlementshare AS share ON share.settlement_id = settlement.id AND share.position > 0
      JOIN accounts_personalaccount AS account ON account.id = share.account_id
      LEFT JOIN LATERAL (
           SELECT payer.relation AS payer, patient.relation AS patient
             FROM families_groupmember AS payer
             JOIN families_groupmember AS patient
               ON patient.group_id = payer.group_id AND patient.person_id = settlement.person_id
            CROSS JOIN (SELECT (COALESCE(original.settled_at, settlement.settled_at) AT TIME ZONE %(zone)s)::date
                       ) AS service (day)
            WHERE payer.person_id = account.person_id
            ORDER BY (daterange(payer.joined_on, payer.left_on) @> service.day
                      AND daterange(patient.joined_on, patient.left_on) @> service.day) DESC,
                     payer.joined_on + (patient.joined_on - date '2000-01-01') DESC, payer.id, patient.id
            LIMIT 1) AS codes ON true
      LEFT JOIN unnest(%(payers)s::text[], %(patients)s::text[], %(kinds)s::text[]) AS kin (payer, patient, kind)
        ON kin.payer = codes.payer AND kin.patient = codes.patient
     WHERE settlement.business_date = ANY(%(days)s) AND settlement.acct_mulaid_pay <> 0
"""  # noqa: S608
TOLD = ", ".join(f"('{by}', {value}, {name})" for by, (value, name) in VALUES.items())
AMOUNTS_OF_SETTLEMENT = ", ".join(f"settlement.{name}" for name in FIGURES if name != "visits")
PARTS = f"""
    SELECT settlement.business_date AS day, settlement.region_id, told.by, told.value, told.name,
           {ONE_EACH} AS visits, {AMOUNTS_OF_SETTLEMENT}
      FROM settlement_settlement AS settlement
      JOIN accounts_insuredperson AS person ON person.id = settlement.person_id
     CROSS JOIN LATERAL (VALUES {TOLD}) AS told (by, value, name)
     WHERE settlement.business_date = ANY(%(days)s)
"""  # noqa: S608
# By region as it stands on the settlement, then by every region above: what is added up twice is few rows.
COUNTED = f"""
    SELECT part.day, node.code AS region_id, part.by, part.value, max(part.name) AS name, {SUMS}
      FROM (SELECT day, region_id, by, value, max(name) AS name, {SUMS}
              FROM ({PARTS} UNION ALL {SHARES}) AS each_one GROUP BY day, region_id, by, value) AS part
      JOIN accounts_region AS region ON region.code = part.region_id {NODES}
     GROUP BY part.day, node.code, part.by, part.value
"""  # noqa: S608

FORGET = "DELETE FROM reports_settlementsummary WHERE period = %(period)s AND begins = ANY(%(begins)s)"
INSERT = f"INSERT INTO reports_settlementsummary (period, begins, region_id, by, value, name, {NAMES})"
DAYS = f"""{INSERT}
    SELECT 'day', day, region_id, by, value, name, {NAMES} FROM ({COUNTED}) AS counted
"""  # noqa: S608
# Months from their days, years from their months.
LONGER = f"""{INSERT}
    SELECT %(period)s, longer.begins, part.region_id, part.by, part.value, max(part.name), {SUMS}
      FROM unnest(%(begins)s::date[]) AS longer (begins)
      JOIN reports_settlementsummary AS part ON part.period = %(of)s
       AND part.begins >= longer.begins AND part.begins < longer.begins + ('1 ' || %(period)s)::interval
     GROUP BY longer.begins, part.region_id, part.by, part.value
"""  # noqa: S608
REMEMBER = """
    INSERT INTO reports_summarizedday (day, settlements, reversed, tree, refreshed_at)
    SELECT told.day, told.settlements, told.reversed, %(tree)s, %(now)s
      FROM unnest(%(days)s::date[], %(settlements)s::int[], %(reversed)s::int[]) AS told (day, settlements, reversed)
        ON CONFLICT (day) DO UPDATE SET settlements = excluded.settlements, reversed = excluded.reversed,
           tree = excluded.tree, refreshed_at = excluded.refreshed_at, proved_at = NULL
"""

STANDING = f"""
    SELECT DISTINCT node.code AS region_id, settlement.person_id, settlement.business_date AS day
      FROM settlement_settlement AS settlement
      JOIN accounts_region AS region ON region.code = settlement.region_id {NODES}
     WHERE settlement.business_date BETWEEN %(first)s AND %(last)s AND settlement.reverses_id IS NULL
       AND NOT EXISTS (SELECT FROM settlement_settlement AS reversal WHERE reversal.reverses_id = settlement.id)
"""  # noqa: S608
# A person is new to a month or a year on the first of its days.
PERSONS = f"""
    WITH seen AS (
        SELECT *, lag(day) OVER (PARTITION BY region_id, person_id ORDER BY day) AS before FROM ({STANDING}) AS one
    ), counted AS (
        SELECT region_id, day, count(*) AS of_day, count(*) FILTER (WHERE before IS NULL) AS new_of_year,
               count(*) FILTER (WHERE before IS NULL OR before < date_trunc('month', day)) AS new_of_month
          FROM seen GROUP BY region_id, day
    )
    INSERT INTO reports_personstodate (region_id, day, of_day, of_month, of_year)
    SELECT region_id, day, of_day,
           sum(new_of_month) OVER (PARTITION BY region_id, date_trunc('month', day) ORDER BY day),
           sum(new_of_year) OVER (PARTITION BY region_id ORDER BY day)
      FROM counted
"""  # noqa: S608
FORGET_PERSONS = "DELETE FROM reports_personstodate WHERE day BETWEEN %(first)s AND %(year_end)s"

# Whoever ends one stay and begins another in the same group on the same day has neither joined nor left.
FAMILIES = f"""
    WITH moves AS (
        SELECT region_id, opened_on AS day, 1 AS opened, 0 AS dissolved, 0 AS joined, 0 AS released
          FROM families_mutualaidgroup WHERE dissolved_on IS NULL OR dissolved_on > opened_on
         UNION ALL
        SELECT region_id, dissolved_on, 0, 1, 0, 0 FROM families_mutualaidgroup WHERE dissolved_on > opened_on
         UNION ALL
        SELECT families.region_id, turn.day, 0, 0, GREATEST(turn.net, 0), GREATEST(-turn.net, 0)
          FROM (SELECT group_id, person_id, day, sum(change) AS net
                  FROM (SELECT group_id, person_id, joined_on AS day, 1 AS change FROM families_groupmember
                         WHERE left_on IS NULL OR left_on > joined_on
                         UNION ALL
                        SELECT group_id, person_id, left_on, -1 FROM families_groupmember WHERE left_on > joined_on
                       ) AS stay GROUP BY group_id, person_id, day) AS turn
          JOIN families_mutualaidgroup AS families ON families.id = turn.group_id
         WHERE turn.net <> 0
    ), counted AS (
        SELECT node.code AS region_id, day, sum(opened) AS opened, sum(dissolved) AS dissolved, sum(joined) AS joined,
               sum(released) AS released
          FROM moves JOIN accounts_region AS region ON region.code = moves.region_id {NODES}
         GROUP BY node.code, day
    )
    INSERT INTO reports_familysummary (region_id, day, groups, members, opened, dissolved, joined, released)
    SELECT region_id, day, sum(opened - dissolved) OVER so_far, sum(joined - released) OVER so_far,
           opened, dissolved, joined, released
      FROM counted WINDOW so_far AS (PARTITION BY region_id ORDER BY day)
"""  # noqa: S608
COUNTER = f"""
    INSERT INTO reports_countersummary (region_id, period, begins, office, kind, cases)
    SELECT node.code, span.period, span.begins, staff.office, cases.kind, count(*)
      FROM families_registrationcase AS cases
      JOIN accounts_staff AS staff ON staff.id = cases.handled_by_id
      JOIN accounts_region AS region ON region.code = cases.region_id {NODES}
     CROSS JOIN LATERAL (SELECT (cases.handled_at AT TIME ZONE %(zone)s)::date) AS handled (day)
     CROSS JOIN LATERAL (VALUES ('day', handled.day), ('month', date_trunc('month', handled.day)::date),
                                ('year', date_trunc('year', handled.day)::date)) AS span (period, begins)
     WHERE handled.day <= %(last)s
     GROUP BY node.code, span.period, span.begins, staff.office, cases.kind
"""  # noqa: S608

FIGURE_PAIRS = ", ".join(f"('{name}', stored.{name}::numeric, counted.{name}::numeric)" for name in FIGURES)
# A day is judged only while its fingerprint is the one that was worked out: what was posted since is no fault.
STILL = f"""
    SELECT known.day FROM reports_summarizedday AS known
      LEFT JOIN ({FINGERPRINTS}) AS now USING (day)
     WHERE known.day = ANY(%(days)s) AND (known.settlements, known.reversed, known.tree)
           = (COALESCE(now.settlements, 0), COALESCE(now.reversed, 0), %(tree)s)
"""  # noqa: S608
# `shifted`: together the values are right, and what tells them apart may have been corrected since.
DAYS_PROOF = f"""
    WITH still AS MATERIALIZED ({STILL}), figures AS (
        SELECT 'day' AS period, day, region_id, by, value, figure.name AS what, figure.stored, figure.counted,
               by IN {tuple(map(str, CORRECTED_LATER))}
               AND sum(figure.stored) OVER together IS NOT DISTINCT FROM sum(figure.counted) OVER together AS shifted
          FROM ({COUNTED}) AS counted
          FULL JOIN (SELECT *, begins AS day FROM reports_settlementsummary
                      WHERE period = 'day' AND begins = ANY(%(days)s)) AS stored USING (day, region_id, by, value)
         CROSS JOIN LATERAL (VALUES {FIGURE_PAIRS}) AS figure (name, stored, counted)
         WHERE day IN (SELECT day FROM still)
        WINDOW together AS (PARTITION BY day, region_id, by, figure.name)
    )
    SELECT * FROM figures WHERE stored IS DISTINCT FROM counted ORDER BY 2, 3, 4, 5, 6 LIMIT %(most)s
"""  # noqa: S608
LONGER_PROOF = f"""
    SELECT %(period)s, begins, region_id, by, value, figure.name, figure.stored, figure.counted, false
      FROM (SELECT longer.begins, part.region_id, part.by, part.value, {SUMS}
              FROM unnest(%(begins)s::date[]) AS longer (begins)
              JOIN reports_settlementsummary AS part ON part.period = %(of)s
               AND part.begins >= longer.begins AND part.begins < longer.begins + ('1 ' || %(period)s)::interval
             GROUP BY longer.begins, part.region_id, part.by, part.value) AS counted
      FULL JOIN (SELECT * FROM reports_settlementsummary
                  WHERE period = %(period)s AND begins = ANY(%(begins)s)) AS stored
     USING (begins, region_id, by, value)
     CROSS JOIN LATERAL (VALUES {FIGURE_PAIRS}) AS figure (name, stored, counted)
     WHERE figure.stored IS DISTINCT FROM figure.counted
     ORDER BY 2, 3, 4, 5, 6 LIMIT %(most)s
"""  # noqa: S608
# Each person counted on their own, where the working out adds up those who are new.
PERSONS_PROOF = f"""
    WITH changed AS MATERIALIZED ({FINGERPRINTS}), counted AS (
        SELECT region_id, count(DISTINCT person_id) FILTER (WHERE day = %(last)s) AS of_day,
               count(DISTINCT person_id) FILTER (WHERE day >= date_trunc('month', %(last)s::date)) AS of_month,
               count(DISTINCT person_id) AS of_year
          FROM ({STANDING}) AS one GROUP BY region_id
    ), stored AS (
        SELECT DISTINCT ON (region_id) region_id, CASE WHEN day = %(last)s THEN of_day ELSE 0 END AS of_day,
               CASE WHEN day >= date_trunc('month', %(last)s::date) THEN of_month ELSE 0 END AS of_month, of_year
          FROM reports_personstodate WHERE day BETWEEN %(first)s AND %(last)s ORDER BY region_id, day DESC
    )
    SELECT 'day', %(last)s::date, region_id, 'persons', '', figure.name, figure.stored, figure.counted, false
      FROM counted FULL JOIN stored USING (region_id)
     CROSS JOIN LATERAL (VALUES ('of_day', stored.of_day, counted.of_day),
                                ('of_month', stored.of_month, counted.of_month),
                                ('of_year', stored.of_year, counted.of_year)) AS figure (name, stored, counted)
     WHERE figure.stored IS DISTINCT FROM figure.counted
       AND NOT EXISTS (SELECT FROM changed LEFT JOIN reports_summarizedday AS known USING (day)
                        WHERE changed.settlements > 0
                          AND (known.settlements, known.reversed, known.tree)
                              IS DISTINCT FROM (changed.settlements, changed.reversed, %(tree)s))
     ORDER BY 3, 6 LIMIT %(most)s
"""  # noqa: S608
