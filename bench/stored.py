"""Years of settlements, written past all triggers: what tables and indexes hold in a large office.

Of persons whom nothing else touches, 50 to a person, over 500 days up to 2026-05-15, in every region that insures
somebody, at every institution, for 400 diseases. Each has one share and one ledger entry; a family paid a third.
"""

from __future__ import annotations

from django.db import connection

TABLES = (
    "accounts_insuredperson", "accounts_personalaccount", "settlement_settlement", "accounts_accountentry",
    "settlement_settlementshare",
)  # fmt: skip
_PERSON = """name, name_key, cert_type, certno_sealed, gender, born_on, mobile_sealed, contact_confirmed_on, insutype,
    psn_type, status, status_since, status_reason, version, created_at"""
_FAMILY_PAYS = "n %% 3 = 0"
_STATEMENTS = (
    f"""
    INSERT INTO accounts_insuredperson (psn_no, certno_digest, region_id, {_PERSON})
    SELECT 'F' || n, sha256(n::text::bytea), homes.codes[1 + n / 50 %% cardinality(homes.codes)], {_PERSON}
      FROM generate_series(%(first)s + 1, %(first)s + %(more)s, 50) AS n,
           (SELECT * FROM accounts_insuredperson WHERE insutype = '310' LIMIT 1) AS model,
           (SELECT array_agg(DISTINCT region_id) AS codes FROM accounts_insuredperson) AS homes""",  # noqa: S608
    """
    INSERT INTO accounts_personalaccount (person_id, prior_years, current_year, entry_count, opened_on)
    SELECT id, 0, 0, 0, '2026-01-01' FROM accounts_insuredperson
     WHERE psn_no LIKE 'F%%'
       AND NOT EXISTS (SELECT FROM accounts_personalaccount WHERE person_id = accounts_insuredperson.id)""",
    f"""
    INSERT INTO settlement_settlement (setl_id, kind, mdtrt_id, person_id, psn_no, insutype, region_id,
           institution_id, med_type, usage, settled_at, business_date, dise_codg, dise_name, dr_name, acct_used,
           medfee_sumamt, fulamt_ownpay_amt, overlmt_selfpay, preselfpay_amt, inscp_scp_amt, fund_pay_sumamt,
           hosp_part_amt, psn_part_amt, acct_pay, acct_mulaid_pay, psn_cash_pay, considerations, recorded_by_id,
           recorded_at)
    SELECT 'F' || n, 'networked', 'F' || n, person.id, person.psn_no, '310', person.region_id,
           places.codes[1 + n %% cardinality(places.codes)], (ARRAY['11', '14', '21'])[1 + n %% 3], 'outpatient',
           at, at::date, 'I' || n %% 400, '病种' || n %% 400, '某某', true, 100, 0, 0, 0, 100, 40, 0, 60,
           CASE WHEN {_FAMILY_PAYS} THEN 0 ELSE 60 END, CASE WHEN {_FAMILY_PAYS} THEN 60 ELSE 0 END, 0,
           '[{{"payer": null, "before": ["0.00", "0.00"], "available": "0.00", "share": ["0.00", "0.00"],
              "reason": "empty"}}]', (SELECT min(id) FROM accounts_staff), now()
      FROM generate_series(%(first)s + 1, %(first)s + %(more)s) AS n
      JOIN accounts_insuredperson AS person
           ON person.psn_no = 'F' || (%(first)s + 1 + (n - %(first)s - 1) / 50 * 50),
           (SELECT array_agg(fixmedins_code ORDER BY fixmedins_code) AS codes FROM settlement_institution) AS places,
           LATERAL (SELECT '2025-01-01'::timestamptz + n %% 500 * interval '1 day' AS at) AS day""",  # noqa: S608
    """
    INSERT INTO accounts_accountentry (account_id, sequence, kind, prior_change, current_change, prior_after,
           current_after, business_date, posted_at, source, note, posted_by_id)
    SELECT account.id, substr(settlement.setl_id, 2)::int %% 50 + 1, '201', 0, -60, 0, 0, settlement.business_date,
           now(), 'settlement:' || settlement.setl_id, '', settlement.recorded_by_id
      FROM settlement_settlement AS settlement
      JOIN accounts_personalaccount AS account ON account.person_id = settlement.person_id
     WHERE setl_id LIKE 'F%%' AND substr(setl_id, 2)::int > %(first)s""",
    """
    INSERT INTO settlement_settlementshare (settlement_id, position, account_id, prior_years, current_year, year,
           entry_id)
    SELECT settlement.id, CASE WHEN settlement.acct_pay = 0 THEN 1 ELSE 0 END, entry.account_id, 0, 60, 2026, entry.id
      FROM settlement_settlement AS settlement
      JOIN accounts_personalaccount AS account ON account.person_id = settlement.person_id
      JOIN accounts_accountentry AS entry
           ON entry.account_id = account.id AND entry.source = 'settlement:' || settlement.setl_id
     WHERE setl_id LIKE 'F%%' AND substr(setl_id, 2)::int > %(first)s""",
)


def fill_up(count: int) -> int:
    """Settlements until there are so many. Returns: how many there are."""
    standing = _settlements()
    with connection.cursor() as cursor:
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in _STATEMENTS:
            cursor.execute(statement, {"first": standing, "more": max(count - standing, 0)})
        for table in TABLES:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
    return _settlements()


def _settlements() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM settlement_settlement")
        return int(cursor.fetchone()[0])
