"""What the benchmark measures, each step in a process of its own: `python -m bench.settlement.steps STEP …`.

Every step prints one JSON object; `seconds` and `cpu_seconds` as in `bench.timing`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import django

from bench.timing import timed


def prepare(directory: str) -> dict[str, Any]:
    """Tables, regions, staff, the roster, institutions and bound families."""
    from django.core.management import call_command
    from django.db import connection

    from accounts.models import Region
    from accounts.services.import_persons import import_persons
    from accounts.services.reference import load_regions
    from accounts.services.staff import create_staff
    from families.demo_data import REGIONS
    from families.services.imports.loading import load_registrations
    from settlement.demo_bills import INSTITUTIONS
    from settlement.models import Institution

    call_command("migrate", verbosity=0)
    load_regions([{"admdvs": code, "name": name, "parent": parent} for code, name, parent in REGIONS])
    staff = {
        role: create_staff(
            username=role, role=role, region=Region.objects.get(pk="420000"), password="x" * 20, full_name=role
        )
        for role in ("clerk", "reviewer", "supervisor")
    }
    Institution.objects.bulk_create(
        Institution(fixmedins_code=code, name=name, kind="hospital" if code[0] == "H" else "pharmacy")
        for code, name, _level in INSTITUTIONS
    )
    persons, forms = (Path(directory, name).read_bytes() for name in ("persons.csv", "registrations.xlsx"))
    clerk, reviewer = staff["clerk"], staff["reviewer"]
    results = (
        import_persons(content=persons, name="persons.csv", by=clerk),
        load_registrations(content=forms, name="registrations.xlsx", only_valid=True, reviewer=reviewer, by=clerk),
    )
    assert not any(result.errors for result in results)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"persons": len(_patients())}


def feed(count: str, start: str) -> dict[str, Any]:
    """Load a feed of so many settlements, as the command does."""
    from settlement.demo_bills import as_feed
    from settlement.services.feed import load_settlements
    from settlement.services.feed_rows import COLUMNS

    content = as_feed(_rows(int(start), int(count)), COLUMNS)
    with timed() as told:
        result = load_settlements(content=content, name="settlements.csv", by=_staff())
    assert not result.errors, result.errors[:3]
    return told | {"rows": result.rows, "settled": result.created}


def one_by_one(seconds: str, start: str) -> dict[str, Any]:
    """Record settlements one after the other, as long as told, numbered from `start`."""
    from settlement.services.settling import record_settlement

    staff = _staff()
    bills = _bills(int(start))
    done, latencies = 0, []
    record_settlement(new=next(bills), by=staff)
    until = time.perf_counter() + float(seconds)
    with timed() as told:
        while (begun := time.perf_counter()) < until:
            record_settlement(new=next(bills), by=staff)
            latencies.append(time.perf_counter() - begun)
            done += 1
    latencies.sort()
    return told | {"settled": done, "p95_ms": round(1_000 * latencies[int(0.95 * done)], 2)}


def fill(count: str) -> dict[str, Any]:
    """As many settlements as told, of persons whom nothing else touches, written past all triggers.

    Each with one share and one ledger entry, 50 to a person: what indexes and tables hold after years.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM settlement_settlement")
        standing = cursor.fetchone()[0]
        for table in FILLED:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        for statement in FILL:
            cursor.execute(statement, {"first": standing, "more": max(int(count) - standing, 0)})
        for table in FILLED:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
        cursor.execute("SELECT count(*) FROM settlement_settlement")
        return {"settlements": cursor.fetchone()[0]}


FILLED = (
    "accounts_insuredperson", "accounts_personalaccount", "settlement_settlement", "accounts_accountentry",
    "settlement_settlementshare",
)  # fmt: skip
PERSON_COLUMNS = """name, name_key, cert_type, certno_sealed, gender, born_on, mobile_sealed, contact_confirmed_on,
    region_id, insutype, psn_type, status, status_since, status_reason, version, created_at"""
FILL = (
    f"""INSERT INTO accounts_insuredperson (psn_no, certno_digest, {PERSON_COLUMNS})
        SELECT 'F' || n, sha256(n::text::bytea), {PERSON_COLUMNS}
          FROM generate_series(%(first)s + 1, %(first)s + %(more)s, 50) AS n,
               (SELECT * FROM accounts_insuredperson WHERE insutype = '310' LIMIT 1) AS model""",  # noqa: S608
    """INSERT INTO accounts_personalaccount (person_id, prior_years, current_year, entry_count, opened_on)
        SELECT id, 0, 0, 0, '2026-01-01' FROM accounts_insuredperson
         WHERE psn_no LIKE 'F%%'
           AND NOT EXISTS (SELECT FROM accounts_personalaccount WHERE person_id = accounts_insuredperson.id)""",
    """INSERT INTO settlement_settlement (setl_id, kind, mdtrt_id, person_id, psn_no, insutype, region_id,
            institution_id, med_type, usage, settled_at, business_date, dise_codg, dise_name, dr_name, acct_used,
            medfee_sumamt, fulamt_ownpay_amt, overlmt_selfpay, preselfpay_amt, inscp_scp_amt, fund_pay_sumamt,
            hosp_part_amt, psn_part_amt, acct_pay, acct_mulaid_pay, psn_cash_pay, considerations, recorded_by_id,
            recorded_at)
        SELECT 'F' || n, 'networked', 'F' || n, person.id, person.psn_no, '310', person.region_id,
               'H42100200101', '11', 'outpatient', at, at::date, 'I10', '高血压', '某某',
               true, 100, 0, 0, 0, 100, 40, 0, 60, 0, 60, 0,
               '[{"payer": null, "before": ["0.00", "0.00"], "available": "0.00", "share": ["0.00", "0.00"],
                  "reason": "empty"}]', (SELECT min(id) FROM accounts_staff), now()
          FROM generate_series(%(first)s + 1, %(first)s + %(more)s) AS n
          JOIN accounts_insuredperson AS person
               ON person.psn_no = 'F' || (%(first)s + 1 + (n - %(first)s - 1) / 50 * 50),
               LATERAL (SELECT '2025-01-01'::timestamptz + n %% 500 * interval '1 day' AS at) AS day""",
    """INSERT INTO accounts_accountentry (account_id, sequence, kind, prior_change, current_change, prior_after,
            current_after, business_date, posted_at, source, note, posted_by_id)
        SELECT account.id, substr(settlement.setl_id, 2)::int %% 50 + 1, '201', 0, -60, 0, 0,
               settlement.business_date, now(), 'settlement:' || settlement.setl_id, '', settlement.recorded_by_id
          FROM settlement_settlement AS settlement
          JOIN accounts_personalaccount AS account ON account.person_id = settlement.person_id
         WHERE setl_id LIKE 'F%%' AND substr(setl_id, 2)::int > %(first)s""",
    """INSERT INTO settlement_settlementshare (settlement_id, position, account_id, prior_years, current_year, year,
            entry_id)
        SELECT settlement.id, 1, entry.account_id, 0, 60, 2026, entry.id
          FROM settlement_settlement AS settlement
          JOIN accounts_personalaccount AS account ON account.person_id = settlement.person_id
          JOIN accounts_accountentry AS entry
               ON entry.account_id = account.id AND entry.source = 'settlement:' || settlement.setl_id
         WHERE setl_id LIKE 'F%%' AND substr(setl_id, 2)::int > %(first)s""",
)


def _bills(start: int) -> Any:
    """Bills without end, for random patients."""
    from django.utils import timezone

    from accounts.models import InsuredPerson
    from accounts.rules.money import parse_amount
    from settlement.rules.amounts import AMOUNT_NAMES, Amounts, usage_of
    from settlement.rules.bills import NewSettlement

    persons = dict(InsuredPerson.objects.values_list("psn_no", "pk"))
    for row in _rows(start, 10**6):
        if row["init_setl_id"]:
            continue
        at = timezone.make_aware(dt.datetime.fromisoformat(row["setl_time"]))
        yield NewSettlement(
            setl_id=row["setl_id"],
            person_id=persons[row["psn_no"]],
            psn_no=row["psn_no"],
            settled_at=at,
            business_date=timezone.localdate(at),
            amounts=Amounts(*(parse_amount(row[name]) for name in AMOUNT_NAMES)),
            usage=usage_of(row["med_type"]) or "",
            kind="networked",
            med_type=row["med_type"],
            institution_id=row["fixmedins_code"],
            mdtrt_id=row["mdtrt_id"],
        )


def _rows(start: int, count: int) -> Any:
    """Bills of a month as a feed has them, numbered from `start`."""
    from random import Random

    from settlement.demo_bills import bills

    begin = dt.datetime(2026, 3, 16)  # noqa: DTZ001 - a feed writes local time
    chance = Random(start)
    end = begin + dt.timedelta(days=30)
    places = _institutions()
    return bills(_patients(), places, chance=chance, begin=begin, end=end, count=count, first=start)


def _patients() -> list[str]:
    from families.models import GroupMember

    return list(GroupMember.objects.order_by("pk").values_list("person__psn_no", flat=True))


def _institutions() -> list[str]:
    from settlement.models import Institution

    return list(Institution.objects.order_by("pk").values_list("pk", flat=True))


def _staff() -> Any:
    from accounts.models import Staff

    return Staff.objects.select_related("region").get(username="supervisor")


STEPS: dict[str, Callable[..., dict[str, Any]]] = {step.__name__: step for step in (prepare, feed, fill, one_by_one)}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
