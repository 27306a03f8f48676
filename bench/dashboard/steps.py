"""What the benchmark measures, each step in a process of its own: `python -m bench.dashboard.steps STEP …`.

Every step prints one JSON object; `seconds` as in `bench.timing`.
"""

from __future__ import annotations

import datetime as dt
import json
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any

import django

from bench.timing import timed

LAST = dt.date(2026, 3, 16)
DAYS, DISEASES, VISITS = 730, 2_000, 30
PROVINCE, CITIES, DISTRICTS, HOSPITALS = "420000", 17, 6, 5
ASKED = {
    "year to date": f"?of=year&day={LAST}",
    "month to date": f"?of=month&day={LAST}",
    "a day": f"?of=day&day={LAST}",
    "a past year, to a day in it": "?of=year&day=2025-10-20",
    "a district's year": f"?of=year&day={LAST}&region=420101",
}


def prepare(settlements: str) -> dict[str, Any]:
    """Regions, persons (one for ten settlements) and settlements, evenly over days, persons and diseases."""
    from django.core.management import call_command
    from django.db import connection

    from accounts.models import Region
    from accounts.services.reference import load_regions
    from accounts.services.staff import create_staff
    from settlement.models import Institution

    call_command("migrate", verbosity=0)
    cities = [f"42{city:02}00" for city in range(1, CITIES + 1)]
    districts = [f"{city[:4]}{number:02}" for city in cities for number in range(1, DISTRICTS + 1)]
    tree = [("100000", ""), (PROVINCE, "100000"), *((city, PROVINCE) for city in cities)]
    rows = [*tree, *((one, f"{one[:4]}00") for one in districts)]
    load_regions([{"admdvs": code, "name": code, "parent": parent} for code, parent in rows])
    create_staff(
        username="supervisor", role="supervisor", region=Region.objects.get(pk=PROVINCE), password="x" * 20,
        full_name="x",
    )  # fmt: skip
    Institution.objects.bulk_create(
        Institution(
            fixmedins_code=f"H{code}{number:05}", name=f"H{code}{number:05}", kind="hospital", region_id=code,
            hosp_lv=f"0{number % 3 + 1}",
        )
        for code in districts
        for number in range(HOSPITALS)
    )  # fmt: skip
    values: dict[str, Any] = {
        "count": int(settlements),
        "persons": int(settlements) // 10,
        "districts": districts,
        "last": LAST,
    }
    with connection.cursor() as cursor:
        for table, statement in (("accounts_insuredperson", PERSONS), ("settlement_settlement", SETTLEMENTS)):
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
            cursor.execute(statement, values)
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
    return {}


PERSONS = """
    INSERT INTO accounts_insuredperson (psn_no, name, name_key, cert_type, certno_sealed, certno_digest, gender,
           born_on, mobile_sealed, contact_confirmed_on, region_id, insutype, psn_type, status, status_since,
           status_reason, version, created_at)
    SELECT 'P' || n, 'x', 'x', '01', '', sha256(n::text::bytea), '1', date '1936-01-01' + n %% 32000, '',
           date '2026-01-01', (%(districts)s::text[])[1 + n %% cardinality(%(districts)s::text[])], '310', '1101',
           '1', date '2020-01-01', '', 1, now()
      FROM generate_series(1, %(persons)s) AS n
"""
SETTLEMENTS = f"""
    INSERT INTO settlement_settlement (setl_id, kind, mdtrt_id, person_id, psn_no, insutype, region_id,
           institution_id, med_type, usage, settled_at, business_date, dise_codg, dise_name, dr_name, acct_used,
           medfee_sumamt, fulamt_ownpay_amt, overlmt_selfpay, preselfpay_amt, inscp_scp_amt, fund_pay_sumamt,
           hosp_part_amt, psn_part_amt, acct_pay, acct_mulaid_pay, psn_cash_pay, considerations, recorded_by_id,
           recorded_at)
    SELECT 'S' || n, 'networked', '', person.id, person.psn_no, '310', person.region_id,
           'H' || person.region_id || lpad((n %% {HOSPITALS})::text, 5, '0'),
           (ARRAY['11', '14', '21', '41'])[1 + n %% 4], 'outpatient', spread.day + time '09:00', spread.day,
           'D' || (hashint4(n) & 2147483647) %% {DISEASES},
           'disease', '', true, 100, 0, 0, 0, 100, 40, 0, 60, 30, 20, 10, '[]',
           (SELECT min(id) FROM accounts_staff), now()
      FROM generate_series(1, %(count)s) AS n
      JOIN accounts_insuredperson AS person ON person.psn_no = 'P' || (1 + n %% %(persons)s)
     CROSS JOIN LATERAL (SELECT %(last)s::date - (hashint4(n + 1) & 2147483647) %% {DAYS} AS day) AS spread
"""  # noqa: S608 - constants


def work_out() -> dict[str, Any]:
    """Every summary of every day."""
    from django.db import connection

    from reports.models import SettlementSummary

    with timed() as told:
        _refresh()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return told | {"rows": SettlementSummary.objects.count()}


def night() -> dict[str, Any]:
    """One day that changed, then the proof of it and of the sample."""
    from reports.models import SummarizedDay
    from reports.services.proving import SAMPLE, longest_unproved, prove_summaries

    SummarizedDay.objects.filter(day=LAST).update(tree="")
    with timed() as told:
        changed = _refresh()
    with timed() as proof:
        sample = longest_unproved(SAMPLE)
        found = prove_summaries(days=[*changed, *sample], persons_on=[*changed, *sample[:1]])
    assert found.violations == []
    return told | {"proof_seconds": proof["seconds"]}


def _refresh() -> list[dt.date]:
    from accounts.models import Staff
    from reports.services.summaries import refresh_summaries

    return refresh_summaries(day=LAST, by=Staff.objects.get(username="supervisor"))


def pages() -> dict[str, Any]:
    """Each dashboard asked for some times, in turns, by Django's test client."""
    from django.test import Client

    from accounts.models import Staff

    client = Client()
    client.force_login(Staff.objects.get(username="supervisor"), "django.contrib.auth.backends.ModelBackend")
    took: dict[str, list[float]] = {name: [] for name in ASKED}
    for _visit in range(VISITS):
        for name, address in ASKED.items():
            begun = time.perf_counter()
            assert client.get(f"/dashboard/{address}").status_code == 200
            took[name].append((time.perf_counter() - begun) * 1000)
    return {
        "pages": {
            name: {
                "median_ms": round(statistics.median(times)),
                "p95_ms": round(sorted(times)[int(len(times) * 0.95)]),
            }
            for name, times in took.items()
        }
    }


def reports() -> dict[str, Any]:
    """The standard reports of the year to date, which the dashboard has the figures of."""
    from accounts.models import Staff
    from reports.asking import narrowed
    from reports.standard import REPORTS
    from reports.tables import table_of

    staff, told = Staff.objects.get(username="supervisor"), {}
    asked = {"since": f"{LAST.year}-01-01", "until": f"{LAST}"}
    for code in ("mutual-aid", "diseases", "institutions"):
        with timed() as took:
            table_of(REPORTS[code], narrowed(REPORTS[code], asked, staff=staff, today=LAST).narrowed(), most=200)
        told[code] = took["seconds"]
    return {"reports": told}


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    step.__name__: step for step in (prepare, work_out, night, pages, reports)
}

if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
