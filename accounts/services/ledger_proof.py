"""The ledger proves itself: every invariant that constraints and triggers hold, computed anew from the rows.

A law is one statement that finds the rows which break it, so each is proved on one snapshot, inside PostgreSQL, and
only what is wrong leaves the database. The laws of personal accounts and of the chain of events stand here; an app
above adds its own (`also_prove`). Reads only; mends nothing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from django.db import connection

from accounts.models import AccountEntry, PersonalAccount, Staff
from accounts.services.audit import CHAIN_BREAKS

MOST_OF_A_LAW = 1_000  # what is broken by the million is told by its first thousand


@dataclass(frozen=True, slots=True)
class Violation:
    """One row that breaks a law: what is stored, and what it should be.

    `psn_no` and `sequence`: the account and its entry, where the law is about one; `what`: the figure; `about`: the
    number of the settlement, transfer, group … that it belongs to; `region`: who has to look into it, or "".
    """

    psn_no: str
    sequence: int | None
    stored: Decimal | None
    expected: Decimal | None
    what: str
    about: str = field(default="", compare=False)
    region: str = field(default="", compare=False)

    def as_json(self) -> dict[str, Any]:
        return {
            "psn_no": self.psn_no,
            "sequence": self.sequence,
            "stored": _told(self.stored),
            "expected": _told(self.expected),
            "what": self.what,
            "about": self.about,
            "region": self.region,
        }


@dataclass(frozen=True, slots=True)
class LedgerProof:
    accounts: int
    entries: int
    violations: list[Violation]


@dataclass(frozen=True, slots=True)
class Law:
    """`broken`: SELECT psn_no, sequence, stored, expected, what, about, region of every row that breaks it.

    `%(path)s` is the region tree that is proved; nothing else is filled in.
    """

    name: str
    broken: str


# An account with its holder and region, joined to `account`.
HOLDER = """JOIN accounts_insuredperson AS person ON person.id = account.person_id
     JOIN accounts_region AS region ON region.code = person.region_id AND starts_with(region.path, %(path)s)"""

BALANCE = Law(
    "balance",
    f"""
    SELECT person.psn_no, NULL, figure.stored, figure.expected, figure.what, '', region.code
      FROM accounts_personalaccount AS account {HOLDER}
      LEFT JOIN (SELECT account_id, sum(prior_change) AS prior, sum(current_change) AS current, count(*) AS rows
                   FROM accounts_accountentry GROUP BY account_id) AS summed ON summed.account_id = account.id
     CROSS JOIN LATERAL (VALUES ('prior_years', account.prior_years, COALESCE(summed.prior, 0)),
                                ('current_year', account.current_year, COALESCE(summed.current, 0)),
                                ('entry_count', account.entry_count, COALESCE(summed.rows, 0))
                        ) AS figure (what, stored, expected)
     WHERE figure.stored <> figure.expected
    """,  # noqa: S608 - the only thing filled in is a constant
)
STEPS = Law(
    "steps",
    f"""
    SELECT person.psn_no, step.sequence, figure.stored, figure.expected, figure.what, step.source, region.code
      FROM (SELECT entry.*, COALESCE(lag(prior_after) OVER line, 0) + prior_change AS prior_expected,
                   COALESCE(lag(current_after) OVER line, 0) + current_change AS current_expected,
                   COALESCE(lag(sequence) OVER line, 0) + 1 AS sequence_expected
              FROM accounts_accountentry AS entry
            WINDOW line AS (PARTITION BY account_id ORDER BY sequence)) AS step
     CROSS JOIN LATERAL (VALUES ('prior_after', prior_after, prior_expected),
                                ('current_after', current_after, current_expected),
                                ('sequence', sequence, sequence_expected)) AS figure (what, stored, expected)
      JOIN accounts_personalaccount AS account ON account.id = step.account_id {HOLDER}
     WHERE (prior_after, current_after, sequence) <> (prior_expected, current_expected, sequence_expected)
       AND figure.stored <> figure.expected
    """,  # noqa: S608
)
NOT_NEGATIVE = Law(
    "not_negative",
    f"""
    SELECT person.psn_no, found.sequence, found.stored, 0, 'negative', found.about, region.code
      FROM (SELECT id AS account_id, NULL AS sequence, LEAST(prior_years, current_year) AS stored, '' AS about
              FROM accounts_personalaccount WHERE prior_years < 0 OR current_year < 0
             UNION ALL
            SELECT account_id, sequence, LEAST(prior_after, current_after), source
              FROM accounts_accountentry WHERE prior_after < 0 OR current_after < 0) AS found
      JOIN accounts_personalaccount AS account ON account.id = found.account_id {HOLDER}
    """,  # noqa: S608
)
SOURCE_ONCE = Law(
    "source_once",
    f"""
    SELECT person.psn_no, entry.sequence, entry.prior_change + entry.current_change, 0, 'posted_twice', entry.source,
           region.code
      FROM (SELECT account_id, source, min(sequence) AS first FROM accounts_accountentry
             GROUP BY account_id, source HAVING count(*) > 1) AS twice
      JOIN accounts_accountentry AS entry
        ON entry.account_id = twice.account_id AND entry.source = twice.source AND entry.sequence > twice.first
      JOIN accounts_personalaccount AS account ON account.id = entry.account_id {HOLDER}
    """,  # noqa: S608
)
ADJUSTED = Law(
    "adjustments",
    f"""
    SELECT person.psn_no, entry.sequence, entry.prior_change + entry.current_change,
           adjustment.prior_change + adjustment.current_change, 'adjustment', adjustment.id::text, region.code
      FROM accounts_accountadjustment AS adjustment
      JOIN accounts_personalaccount AS account ON account.id = adjustment.account_id {HOLDER}
      LEFT JOIN accounts_accountentry AS entry
        ON entry.account_id = account.id AND entry.source = 'adjustment:' || adjustment.id
     WHERE adjustment.state = 'posted'
       AND (entry.prior_change, entry.current_change)
           IS DISTINCT FROM (adjustment.prior_change, adjustment.current_change)
    """,  # noqa: S608
)
CHAIN = Law(
    "chain_of_events",
    f"""
    SELECT '', NULL, NULL, NULL, 'chain_of_events', event.sequence::text, event.region_id
      FROM ({CHAIN_BREAKS}) AS breaks
      JOIN accounts_auditevent AS event ON event.sequence = breaks.sequence
      LEFT JOIN accounts_region AS region ON region.code = event.region_id
     WHERE starts_with(COALESCE(region.path, (SELECT path FROM accounts_region ORDER BY path LIMIT 1)), %(path)s)
    """,  # noqa: S608
)
LAWS: list[Law] = [BALANCE, STEPS, NOT_NEGATIVE, SOURCE_ONCE, ADJUSTED, CHAIN]


def also_prove(*laws: Law) -> None:
    """An app above has laws of its own."""
    LAWS.extend(laws)


def check_ledger(*, by: Staff) -> LedgerProof:
    """Prove every law for the accounts in scope; what stands for nobody's account, for the region."""
    if not by.is_active or not by.has_perm("accounts.view_accountentry"):
        return LedgerProof(accounts=0, entries=0, violations=[])
    return prove(path=by.region.path)


def prove(*, path: str) -> LedgerProof:
    """Prove every law for a region tree. `path`: of its root."""
    accounts = PersonalAccount.objects.filter(person__region__path__startswith=path).count()
    entries = AccountEntry.objects.filter(account__person__region__path__startswith=path).count()
    return LedgerProof(accounts, entries, [one for law in LAWS for one in _broken(law, path)])


def _broken(law: Law, path: str) -> list[Violation]:
    # Materialized: a plan that hopes to reach the limit early reads everything in loops, and nothing is broken.
    statement = f"""
        WITH broken AS MATERIALIZED ({law.broken}) SELECT * FROM broken ORDER BY 1, 2, 5, 6 LIMIT {MOST_OF_A_LAW}
    """  # noqa: S608 - a constant of ours
    with connection.cursor() as cursor:
        cursor.execute(statement, {"path": path})
        return [_violation(*row) for row in cursor.fetchall()]


def _violation(
    psn_no: str,
    sequence: int | None,
    stored: Decimal | None,
    expected: Decimal | None,
    what: str,
    about: str,
    region: str | None,
) -> Violation:
    return Violation(psn_no, sequence, _decimal(stored), _decimal(expected), what, about, region or "")


def _decimal(figure: Decimal | int | None) -> Decimal | None:
    return None if figure is None else Decimal(figure)


def _told(figure: Decimal | None) -> str | None:
    return None if figure is None else str(figure)
