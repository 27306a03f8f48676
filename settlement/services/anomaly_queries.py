"""What each kind of anomaly is, as a query: a row for each subject and day that reaches the region's threshold.

Every query reads `limits`, the thresholds by region and day, and looks at what happened from `first` to `last`; what
they need has an index by day, person or account, so that a night costs what its days cost. Rows are told in a fixed
order: asked again, the evidence is the same. What was paid back is no evidence.
"""

from __future__ import annotations

from collections.abc import Mapping

from settlement.models.anomaly import AnomalyKind

THRESHOLDS: Mapping[AnomalyKind, tuple[str, ...]] = {
    AnomalyKind.PAYER_GROUPS: ("anomaly_payer_groups",),
    AnomalyKind.BURST: ("anomaly_burst_days",),
    AnomalyKind.CARDS: ("anomaly_cards", "anomaly_card_minutes"),
    AnomalyKind.AFTER_END: ("anomaly_grace_days",),
    AnomalyKind.CLERK_CASES: ("anomaly_cases_per_day",),
}

STANDS = """settlement.reverses_id IS NULL
       AND NOT EXISTS (SELECT FROM settlement_settlement AS reversal WHERE reversal.reverses_id = settlement.id)"""

# Whose sharing in a group begins, however often its order changed since, counts the groups of the year before.
PAYER_GROUPS = """
    joined AS (
        SELECT member.person_id, sharing.group_id, min(sharing.starts_on) AS since,
               max(COALESCE(sharing.ends_on, 'infinity')) AS until
          FROM families_sharing AS sharing JOIN families_groupmember AS member ON member.id = sharing.payer_id
         WHERE member.person_id IN (SELECT newcomer.person_id FROM families_sharing AS begun
                                      JOIN families_groupmember AS newcomer ON newcomer.id = begun.payer_id
                                     WHERE begun.starts_on BETWEEN %(first)s AND %(last)s)
           AND (sharing.ends_on IS NULL OR sharing.ends_on > sharing.starts_on)
         GROUP BY member.person_id, sharing.group_id
    ), found AS (
        SELECT latest.since AS day, person.region_id, latest.person_id, NULL::bigint AS group_id,
               NULL::text AS institution_id, NULL::bigint AS subject_staff_id, count(*) AS found, limits.limits,
               jsonb_agg(jsonb_build_object('what', 'group', 'id', other.group_id, 'since', other.since,
                                            'until', NULLIF(other.until, 'infinity'))
                         ORDER BY other.since, other.group_id) AS evidence
          FROM (SELECT DISTINCT person_id, since FROM joined WHERE since BETWEEN %(first)s AND %(last)s) AS latest
          JOIN joined AS other ON other.person_id = latest.person_id AND other.since <= latest.since
                              AND other.until > latest.since - interval '1 year'
          JOIN accounts_insuredperson AS person ON person.id = latest.person_id
          JOIN limits ON limits.region_id = person.region_id AND limits.day = latest.since
         GROUP BY latest.since, latest.person_id, person.region_id, limits.limits
        HAVING count(*) >= (limits.limits->>'anomaly_payer_groups')::int
    )"""

# Merging two records of one person ends a membership too: that is no release.
BURST = """
    released AS (
        SELECT member.*, member.left_on - member.joined_on AS days, families.region_id, limits.limits
          FROM families_groupmember AS member
          JOIN families_mutualaidgroup AS families ON families.id = member.group_id
          JOIN accounts_insuredperson AS person ON person.id = member.person_id AND person.merged_into_id IS NULL
          JOIN limits ON limits.region_id = families.region_id AND limits.day = member.left_on
         WHERE member.left_on BETWEEN %(first)s AND %(last)s AND member.left_on > member.joined_on
           AND member.left_on - member.joined_on <= (limits.limits->>'anomaly_burst_days')::int
    ), spent AS (
        SELECT released.id AS member_id, settlement.id, settlement.settled_at,
               sum(share.prior_years + share.current_year) AS amount
          FROM released
          JOIN settlement_settlement AS settlement ON settlement.group_id = released.group_id
           AND settlement.business_date >= released.joined_on AND settlement.business_date < released.left_on
          JOIN settlement_settlementshare AS share ON share.settlement_id = settlement.id AND share.position > 0
          JOIN accounts_personalaccount AS account ON account.id = share.account_id
         WHERE {stands} AND released.person_id IN (settlement.person_id, account.person_id)
         GROUP BY released.id, settlement.id, settlement.settled_at
    ), told AS (
        SELECT group_id, left_on, days, jsonb_build_object('what', 'member', 'id', released.id, 'person', person_id,
               'since', joined_on, 'until', left_on) AS fact, 1 AS part, joined_on::timestamptz AS at, released.id
          FROM released WHERE released.id IN (SELECT member_id FROM spent)
         UNION
        SELECT group_id, left_on, NULL, jsonb_build_object('what', 'settlement', 'id', spent.id, 'at', settled_at,
               'amount', max(amount) OVER (PARTITION BY group_id, left_on, spent.id)::text), 2, settled_at, spent.id
          FROM spent JOIN released ON released.id = spent.member_id
    ), found AS (
        SELECT told.left_on AS day, families.region_id, NULL::bigint AS person_id, told.group_id,
               NULL::text AS institution_id, NULL::bigint AS subject_staff_id, min(told.days) AS found, limits.limits,
               jsonb_agg(told.fact ORDER BY told.part, told.at, told.id) AS evidence
          FROM told
          JOIN families_mutualaidgroup AS families ON families.id = told.group_id
          JOIN limits ON limits.region_id = families.region_id AND limits.day = told.left_on
         GROUP BY told.left_on, told.group_id, families.region_id, limits.limits
    )"""

# By the minute only where enough members of a family were on a day: joining all visits would cost their square.
CARDS = """
    visits AS (
        SELECT settlement.id, settlement.person_id, settlement.institution_id, settlement.business_date,
               settlement.settled_at, settlement.medfee_sumamt, member.group_id, families.region_id, limits.limits
          FROM settlement_settlement AS settlement
          JOIN settlement_institution AS institution ON institution.fixmedins_code = settlement.institution_id
           AND institution.kind = 'pharmacy'
          JOIN families_groupmember AS member ON member.person_id = settlement.person_id
           AND member.joined_on <= settlement.business_date
           AND (member.left_on IS NULL OR member.left_on > settlement.business_date)
          JOIN families_mutualaidgroup AS families ON families.id = member.group_id
          JOIN limits ON limits.region_id = families.region_id AND limits.day = settlement.business_date
         WHERE settlement.business_date BETWEEN %(first)s AND %(last)s AND settlement.kind = 'networked' AND {stands}
    ), ranked AS (
        SELECT visits.*, dense_rank() OVER (PARTITION BY group_id, institution_id, business_date
                                                ORDER BY person_id) AS card
          FROM visits
    ), counted AS (
        SELECT ranked.*, max(card) OVER (PARTITION BY group_id, institution_id, business_date) AS cards FROM ranked
    ), crowded AS (
        SELECT * FROM counted WHERE cards >= (limits->>'anomaly_cards')::int
    ), runs AS (
        SELECT visit.group_id, visit.institution_id, visit.business_date, count(DISTINCT other.person_id) AS cards,
               array_agg(other.id) AS visits
          FROM crowded AS visit JOIN crowded AS other USING (group_id, institution_id, business_date)
         WHERE other.settled_at BETWEEN visit.settled_at
               AND visit.settled_at + make_interval(mins => (visit.limits->>'anomaly_card_minutes')::int)
         GROUP BY visit.group_id, visit.institution_id, visit.business_date, visit.id, visit.limits
        HAVING count(DISTINCT other.person_id) >= (visit.limits->>'anomaly_cards')::int
    ), found AS (
        SELECT visit.business_date AS day, visit.region_id, NULL::bigint AS person_id, visit.group_id,
               visit.institution_id, NULL::bigint AS subject_staff_id, max(runs.cards) AS found, visit.limits,
               jsonb_agg(DISTINCT jsonb_build_object('at', visit.settled_at, 'what', 'settlement', 'id', visit.id,
                                                     'person', visit.person_id,
                                                     'amount', visit.medfee_sumamt::text)) AS evidence
          FROM runs JOIN crowded AS visit USING (group_id, institution_id, business_date)
         WHERE visit.id = ANY(runs.visits)
         GROUP BY visit.business_date, visit.region_id, visit.group_id, visit.institution_id, visit.limits
    )"""

# A death or suspension that is recorded late is looked at from its first day on. The own account can be spent while
# suspended (DOMAIN.md section 3, S4), the fund and the family's accounts cannot; after a death nothing can.
AFTER_END = """
    ended AS (
        SELECT * FROM accounts_suspension
         WHERE (ends_on IS NULL OR ends_on > starts_on) AND starts_on <= %(last)s
    ), told_late AS (
        SELECT * FROM accounts_suspension
         WHERE recorded_at >= %(since)s AND (ends_on IS NULL OR ends_on > starts_on) AND starts_on <= %(last)s
    ), used AS (
        SELECT ended.id AS suspension_id, settlement.id, 'patient' AS as_what,
               settlement.fund_pay_sumamt + settlement.acct_mulaid_pay
               + CASE WHEN ended.cause = 'death' THEN settlement.acct_pay ELSE 0 END AS amount
          FROM ended JOIN settlement_settlement AS settlement ON settlement.person_id = ended.person_id
         WHERE settlement.business_date BETWEEN %(first)s AND %(last)s
         UNION
        SELECT told_late.id, settlement.id, 'patient', settlement.fund_pay_sumamt + settlement.acct_mulaid_pay
               + CASE WHEN told_late.cause = 'death' THEN settlement.acct_pay ELSE 0 END
          FROM told_late JOIN settlement_settlement AS settlement ON settlement.person_id = told_late.person_id
         WHERE settlement.settled_at >= told_late.starts_on - interval '1 day'
           AND settlement.business_date <= %(last)s
         UNION
        SELECT ended.id, settlement.id, 'payer', share.prior_years + share.current_year
          FROM ended
          JOIN accounts_personalaccount AS account ON account.person_id = ended.person_id
          JOIN settlement_settlementshare AS share ON share.account_id = account.id AND share.position > 0
          JOIN settlement_settlement AS settlement ON settlement.id = share.settlement_id
         WHERE settlement.business_date BETWEEN %(first)s AND %(last)s
         UNION
        SELECT told_late.id, settlement.id, 'payer', share.prior_years + share.current_year
          FROM told_late
          JOIN accounts_personalaccount AS account ON account.person_id = told_late.person_id
          JOIN settlement_settlementshare AS share ON share.account_id = account.id AND share.position > 0
           AND share.year >= extract(year FROM told_late.starts_on)
          JOIN settlement_settlement AS settlement ON settlement.id = share.settlement_id
         WHERE settlement.business_date <= %(last)s
    ), spent AS (
        SELECT ended.person_id, ended.cause, ended.starts_on, ended.id AS suspension_id, person.region_id,
               used.as_what, used.amount, settlement.id, settlement.settled_at, settlement.business_date,
               limits.limits
          FROM used
          JOIN ended ON ended.id = used.suspension_id
          JOIN settlement_settlement AS settlement ON settlement.id = used.id
          JOIN accounts_insuredperson AS person ON person.id = ended.person_id
          JOIN limits ON limits.region_id = person.region_id
           AND limits.day = GREATEST(settlement.business_date, %(first)s::date)
         WHERE used.amount > 0 AND {stands}
           AND (ended.ends_on IS NULL OR settlement.business_date < ended.ends_on)
           AND settlement.business_date
               > ended.starts_on + (limits.limits->>'anomaly_grace_days')::int - (ended.cause <> 'death')::int
    ), found AS (
        SELECT business_date AS day, region_id, person_id, NULL::bigint AS group_id, NULL::text AS institution_id,
               NULL::bigint AS subject_staff_id, count(DISTINCT id) AS found, limits,
               jsonb_agg(jsonb_build_object('what', 'settlement', 'id', id, 'at', settled_at, 'amount', amount::text,
                                            'as', as_what, 'cause', cause, 'since', starts_on)
                         ORDER BY settled_at, id, suspension_id) AS evidence
          FROM spent GROUP BY business_date, region_id, person_id, limits
    )"""

# `case_state_since` finds what was submitted lately: a case stands as it does since it was submitted, or later.
CLERK_CASES = """
    bound AS (
        SELECT id, handled_by_id, submitted_at, (submitted_at AT TIME ZONE 'Asia/Shanghai')::date AS day
          FROM families_registrationcase
         WHERE state IN ('submitted', 'effective') AND COALESCE(decided_at, submitted_at, handled_at) >= %(since)s
           AND submitted_at >= %(since)s AND submitted_at < %(until)s AND kind IN ('create', 'add')
           AND channel = 'counter'
    ), found AS (
        SELECT bound.day, staff.region_id, NULL::bigint AS person_id, NULL::bigint AS group_id,
               NULL::text AS institution_id, staff.id AS subject_staff_id, count(*) AS found, limits.limits,
               jsonb_agg(jsonb_build_object('what', 'case', 'id', bound.id, 'at', submitted_at)
                         ORDER BY submitted_at, bound.id) AS evidence
          FROM bound
          JOIN accounts_staff AS staff ON staff.id = bound.handled_by_id
          JOIN limits ON limits.region_id = staff.region_id AND limits.day = bound.day
         GROUP BY bound.day, staff.region_id, staff.id, limits.limits
        HAVING count(*) >= (limits.limits->>'anomaly_cases_per_day')::int
    )"""

FOUND: Mapping[AnomalyKind, str] = {
    AnomalyKind.PAYER_GROUPS: PAYER_GROUPS,
    AnomalyKind.BURST: BURST,
    AnomalyKind.CARDS: CARDS,
    AnomalyKind.AFTER_END: AFTER_END,
    AnomalyKind.CLERK_CASES: CLERK_CASES,
}

# An anomaly that nobody has looked into yet follows its evidence; whatever was looked into stays as it was judged.
REFRESH = """
    WITH limits AS (
        SELECT * FROM unnest(%(regions)s::text[], %(days)s::date[], %(limits)s::jsonb[])
                   AS given (region_id, day, limits)
    ), {found}, stored AS (
        INSERT INTO settlement_anomaly AS known (kind, day, region_id, person_id, group_id, institution_id,
               subject_staff_id, found, limits, evidence, found_at, state)
        SELECT %(kind)s, day, region_id, person_id, group_id, institution_id, subject_staff_id, found, limits,
               evidence, %(at)s, 'new'
          FROM found
         ORDER BY day, person_id, group_id, institution_id, subject_staff_id
            ON CONFLICT (kind, day, person_id, group_id, institution_id, subject_staff_id) DO UPDATE
           SET found = EXCLUDED.found, limits = EXCLUDED.limits, evidence = EXCLUDED.evidence
         WHERE known.state = 'new' AND (known.found, known.limits, known.evidence)
               IS DISTINCT FROM (EXCLUDED.found, EXCLUDED.limits, EXCLUDED.evidence)
        RETURNING found_at
    )
    SELECT count(*) FILTER (WHERE found_at = %(at)s), count(*) FROM stored
"""


def statement_for(kind: AnomalyKind) -> str:
    """Stores what is found of a kind; gives how many are new, and how many were stored or changed."""
    return REFRESH.format(found=FOUND[kind].format(stands=STANDS))
