"""What the proof of the ledger computes anew of settlements, shares, reversals, transfers, claims and premiums."""

from __future__ import annotations

from accounts.models.account import EntryKind
from accounts.services.ledger_proof import HOLDER, Law, also_prove

# `settlement` with the region that the patient was insured in.
INSURED_IN = (
    "JOIN accounts_region AS region ON region.code = settlement.region_id AND starts_with(region.path, %(path)s)"
)

AMOUNTS = Law(
    "amounts",
    f"""
    SELECT settlement.psn_no, NULL, figure.stored, figure.expected, figure.what, settlement.setl_id, region.code
      FROM settlement_settlement AS settlement {INSURED_IN}
     CROSS JOIN LATERAL (VALUES
            ('medfee_sumamt', medfee_sumamt, fulamt_ownpay_amt + overlmt_selfpay + preselfpay_amt + inscp_scp_amt),
            ('payers', medfee_sumamt, fund_pay_sumamt + psn_part_amt + hosp_part_amt),
            ('psn_part_amt', psn_part_amt, acct_pay + acct_mulaid_pay + psn_cash_pay)
           ) AS figure (what, stored, expected)
     WHERE figure.stored <> figure.expected
    """,  # noqa: S608 - the only thing filled in is a constant
)
SHARES = Law(
    "shares",
    f"""
    SELECT settlement.psn_no, NULL, figure.stored, figure.expected, figure.what, settlement.setl_id, region.code
      FROM settlement_settlement AS settlement {INSURED_IN}
      LEFT JOIN (SELECT settlement_id,
                        sum(prior_years + current_year) FILTER (WHERE position = 0) AS own,
                        sum(prior_years + current_year) FILTER (WHERE position > 0) AS family
                   FROM settlement_settlementshare GROUP BY settlement_id) AS paid
        ON paid.settlement_id = settlement.id
     CROSS JOIN LATERAL (VALUES ('acct_pay', acct_pay, COALESCE(own, 0)),
                                ('acct_mulaid_pay', acct_mulaid_pay, COALESCE(family, 0))
                        ) AS figure (what, stored, expected)
     WHERE figure.stored <> figure.expected
    """,  # noqa: S608
)
SHARE_IS_ENTRY = Law(
    "share_is_its_entry",
    f"""
    SELECT person.psn_no, entry.sequence, figure.stored, figure.expected, figure.what, settlement.setl_id,
           region.code
      FROM settlement_settlementshare AS share
      JOIN settlement_settlement AS settlement ON settlement.id = share.settlement_id
      JOIN accounts_personalaccount AS account ON account.id = share.account_id {HOLDER}
      LEFT JOIN accounts_accountentry AS entry ON entry.id = share.entry_id AND entry.account_id = share.account_id
     CROSS JOIN LATERAL (VALUES ('share_prior_years', share.prior_years, -entry.prior_change),
                                ('share_current_year', share.current_year, -entry.current_change)
                        ) AS figure (what, stored, expected)
     WHERE figure.stored IS DISTINCT FROM figure.expected
    """,  # noqa: S608
)
SPENDING_IS_SHARE = Law(
    "spending_is_a_share",
    f"""
    SELECT person.psn_no, entry.sequence, entry.prior_change + entry.current_change, 0, 'spent_for_nothing',
           entry.source, region.code
      FROM accounts_accountentry AS entry
      JOIN accounts_personalaccount AS account ON account.id = entry.account_id {HOLDER}
     WHERE starts_with(entry.source, 'settlement:')
       AND NOT EXISTS (SELECT FROM settlement_settlementshare AS share WHERE share.entry_id = entry.id)
    """,  # noqa: S608
)
SETTLED_ONCE = Law(
    "settled_once",
    f"""
    SELECT settlement.psn_no, NULL, twice.times, 1, 'settled_twice', settlement.setl_id, region.code
      FROM (SELECT setl_id, min(id) AS first, count(*) AS times FROM settlement_settlement
             GROUP BY setl_id HAVING count(*) > 1) AS twice
      JOIN settlement_settlement AS settlement
        ON settlement.setl_id = twice.setl_id AND settlement.id > twice.first {INSURED_IN}
    """,  # noqa: S608
)
REVERSED_ONCE = Law(
    "reversed_once",
    f"""
    SELECT settlement.psn_no, NULL, twice.times, 1, 'reversed_twice', settlement.setl_id, region.code
      FROM (SELECT reverses_id, min(id) AS first, count(*) AS times FROM settlement_settlement
             WHERE reverses_id IS NOT NULL GROUP BY reverses_id HAVING count(*) > 1) AS twice
      JOIN settlement_settlement AS settlement
        ON settlement.reverses_id = twice.reverses_id AND settlement.id > twice.first {INSURED_IN}
    """,  # noqa: S608
)
RETRACED = Law(
    "reversal_mirrors",
    f"""
    SELECT settlement.psn_no, NULL, figure.stored, figure.expected, figure.what, settlement.setl_id, region.code
      FROM settlement_settlement AS settlement {INSURED_IN}
      JOIN settlement_settlement AS original ON original.id = settlement.reverses_id
     CROSS JOIN LATERAL (VALUES ('reversed_medfee_sumamt', settlement.medfee_sumamt, -original.medfee_sumamt),
                                ('reversed_fund', settlement.fund_pay_sumamt, -original.fund_pay_sumamt),
                                ('reversed_own', settlement.acct_pay, -original.acct_pay),
                                ('reversed_family', settlement.acct_mulaid_pay, -original.acct_mulaid_pay),
                                ('reversed_cash', settlement.psn_cash_pay, -original.psn_cash_pay)
                        ) AS figure (what, stored, expected)
     WHERE figure.stored <> figure.expected
    """,  # noqa: S608
)
SHARES_RETRACED = Law(
    "shares_retraced",
    f"""
    SELECT settlement.psn_no, NULL, figure.stored, figure.expected, figure.what, settlement.setl_id, region.code
      FROM settlement_settlement AS settlement {INSURED_IN}
     CROSS JOIN LATERAL (SELECT given.prior_years AS given_prior, given.current_year AS given_current,
                                -taken.prior_years AS taken_prior, -taken.current_year AS taken_current
                           FROM (SELECT * FROM settlement_settlementshare WHERE settlement_id = settlement.id)
                                AS given
                           FULL JOIN (SELECT * FROM settlement_settlementshare
                                       WHERE settlement_id = settlement.reverses_id) AS taken USING (position)
                        ) AS share
     CROSS JOIN LATERAL (VALUES ('given_back_prior_years', given_prior, taken_prior),
                                ('given_back_current_year', given_current, taken_current)
                        ) AS figure (what, stored, expected)
     WHERE settlement.reverses_id IS NOT NULL AND figure.stored IS DISTINCT FROM figure.expected
    """,  # noqa: S608
)
# What a transfer took and what became of it; back in another year, all of it is of prior years.
TRANSFERS = Law(
    "transfers",
    f"""
    SELECT person.psn_no, entry.sequence, figure.stored, figure.expected, figure.what, transfer.transfer_id,
           region.code
      FROM settlement_wallettransfer AS transfer
      LEFT JOIN accounts_accountentry AS leaves ON leaves.id = transfer.out_entry_id
      LEFT JOIN accounts_accountentry AS arrives ON arrives.id = transfer.in_entry_id
      LEFT JOIN accounts_accountentry AS returns ON returns.id = transfer.back_entry_id
      LEFT JOIN accounts_personalaccount AS payee ON payee.person_id = transfer.payee_id
     CROSS JOIN LATERAL (VALUES
            ('transfer_amount', leaves.id, transfer.payer_id, transfer.prior_part + transfer.current_part,
             transfer.amount, TRUE),
            ('transfer_out_prior_years', leaves.id, transfer.payer_id,
             CASE WHEN leaves.account_id = transfer.payer_id THEN leaves.prior_change END,
             -transfer.prior_part, TRUE),
            ('transfer_out_current_year', leaves.id, transfer.payer_id,
             CASE WHEN leaves.kind = '{EntryKind.TRANSFER_OUT}' THEN leaves.current_change END,
             -transfer.current_part, TRUE),
            ('transfer_in', arrives.id, arrives.account_id,
             CASE WHEN arrives.kind = '{EntryKind.TRANSFER_IN}' AND arrives.account_id = payee.id
                  THEN arrives.current_change END, transfer.amount, transfer.state = 'accepted'),
            ('transfer_back', returns.id, transfer.payer_id,
             CASE WHEN returns.kind = '{EntryKind.REFUND}' AND returns.account_id = transfer.payer_id
                  THEN returns.prior_change + returns.current_change END, transfer.amount,
             transfer.state = 'returned'),
            ('transfer_held', COALESCE(arrives.id, returns.id), transfer.payer_id,
             COALESCE(arrives.current_change, returns.prior_change + returns.current_change, 0), 0,
             transfer.state = 'waiting')
           ) AS figure (what, entry_id, account_id, stored, expected, applies)
      JOIN accounts_personalaccount AS account ON account.id = COALESCE(figure.account_id, transfer.payer_id) {HOLDER}
      LEFT JOIN accounts_accountentry AS entry ON entry.id = figure.entry_id
     WHERE figure.applies AND figure.stored IS DISTINCT FROM figure.expected
    """,  # noqa: S608
)
CLAIMS = Law(
    "claims",
    """
    SELECT person.psn_no, NULL, settlement.psn_part_amt, claim.psn_part_amt, 'claim', claim.number, region.code
      FROM settlement_claim AS claim
      JOIN accounts_insuredperson AS person ON person.id = claim.person_id
      JOIN accounts_region AS region ON region.code = claim.region_id AND starts_with(region.path, %(path)s)
      LEFT JOIN settlement_settlement AS settlement ON settlement.id = claim.settlement_id
     WHERE claim.state = 'approved'
       AND (settlement.setl_id, settlement.kind, settlement.medfee_sumamt, settlement.psn_part_amt)
           IS DISTINCT FROM (claim.number, 'claim', claim.medfee_sumamt, claim.psn_part_amt)
    """,
)
PREMIUMS = Law(
    "premiums",
    f"""
    SELECT settlement.psn_no, NULL, settlement.psn_part_amt, -paid_back.psn_part_amt, 'premium',
           settlement.setl_id, region.code
      FROM settlement_premiumpayment AS premium
      JOIN settlement_settlement AS settlement ON settlement.id = premium.settlement_id {INSURED_IN}
      LEFT JOIN settlement_settlement AS reversal ON reversal.reverses_id = settlement.id
      LEFT JOIN settlement_settlement AS paid_back ON paid_back.id = premium.paid_back_by_id
     WHERE settlement.kind <> 'premium' OR settlement.person_id <> premium.person_id
        OR reversal.id IS DISTINCT FROM paid_back.id
    """,  # noqa: S608
)

also_prove(
    AMOUNTS, SHARES, SHARE_IS_ENTRY, SPENDING_IS_SHARE, SETTLED_ONCE, REVERSED_ONCE, RETRACED, SHARES_RETRACED,
    TRANSFERS, CLAIMS, PREMIUMS,
)  # fmt: skip
