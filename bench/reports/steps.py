"""What the benchmark measures, each step in a process of its own: `python -m bench.reports.steps STEP …`.

Every step prints one JSON object; `seconds` as in `bench.timing`.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import statistics
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import django
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from bench.timing import timed

LAST = dt.date(2026, 3, 16)
DAY = dt.timedelta(days=1)
DAYS, DISEASES, VISITS, FEW = 730, 2_000, 30, 3
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
    from reports.services.summaries import refresh_summaries

    return refresh_summaries(day=LAST, by=_supervisor())


def pages() -> dict[str, Any]:
    return {"pages": _visited({name: f"/dashboard/{more}" for name, more in ASKED.items()}, VISITS)}


def _visited(addresses: Mapping[str, str], visits: int) -> dict[str, Any]:
    """Each asked for some times, in turns, by Django's test client; not counted: the first, which fills caches."""
    from django.test import Client

    client = Client()
    client.force_login(_supervisor(), "django.contrib.auth.backends.ModelBackend")
    took: dict[str, list[float]] = {name: [] for name in addresses}
    for _visit in range(visits + 1):
        for name, address in addresses.items():
            begun = time.perf_counter()
            answer = client.get(address)
            assert answer.status_code == 200, (address, answer.status_code)
            took[name].append((time.perf_counter() - begun) * 1000)
    return {
        name: {
            "median_ms": round(statistics.median(times[1:])),
            "p95_ms": round(sorted(times[1:])[int((len(times) - 1) * 0.95)]),
        }
        for name, times in took.items()
    }


def _supervisor() -> Any:
    from accounts.models import Staff

    return Staff.objects.select_related("region").get(username="supervisor")


def lists() -> dict[str, Any]:
    """The list of settlements, as it is asked for."""
    from settlement.listing import Place

    def before(days: int) -> str:
        return f"?before={Place(timezone.make_aware(dt.datetime.combine(LAST, dt.time(12))) - days * DAY, 1)}"

    asked = {
        "list": "", "page 500": before(18), "last page": before(DAYS - 1), "filter by kind of care": "?med_type=11",
        "one month": "?since=2026-02-01&until=2026-02-28", "number": "?number=S777",
    }  # fmt: skip
    return {"pages": _visited({name: f"/settlements/{more}" for name, more in asked.items()}, VISITS)}


def plain() -> dict[str, Any]:
    """A plain ModelAdmin over the same table."""
    from settlement.models import Settlement

    settings.ROOT_URLCONF = "bench.reports.plain"
    asked = {
        "list": "", "page 500": "?p=500", "last page": f"?p={Settlement.objects.count() // 100}",
        "filter by kind of care": "?med_type__exact=11", "number": "?q=S777",
        "one month": "?business_date__year=2026&business_date__month=2",
    }  # fmt: skip
    here = "/plain/settlement/settlement/"
    return {"pages": _visited({name: here + more for name, more in asked.items()}, FEW)}


def export() -> dict[str, Any]:
    """Every settlement as a workbook, as a worker makes it."""
    from accounts.models import Job
    from accounts.services.jobs import run_job
    from reports.exporting import ask_for_export
    from reports.files import Form
    from reports.lists import LISTS

    asked = {"since": "2020-01-01", "until": f"{LAST}"}
    with timed() as told:
        job = ask_for_export(report=LISTS["settlements"], asked=asked, form=Form.XLSX, by=_supervisor())
        run_job(job.pk)
    job = Job.objects.get(pk=job.pk)
    assert job.result, (job.state, job.failure)
    return told | {"rows": job.result["rows"]}


def openpyxl(rows: str) -> dict[str, Any]:
    """As many rows and columns with openpyxl's write-only mode, from the table alone."""
    from openpyxl import Workbook

    from reports.lists import LISTS
    from settlement.models import Settlement

    plain = [field.attname for field in Settlement._meta.concrete_fields if field.name != "considerations"]
    fields = plain[: len(LISTS["settlements"].columns)]
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    with timed() as told, transaction.atomic():
        for row in Settlement.objects.order_by("pk").values_list(*fields)[: int(rows)].iterator(chunk_size=2_000):
            sheet.append([one.replace(tzinfo=None) if isinstance(one, dt.datetime) else one for one in row])
        book.save(Path(os.environ["VAR_DIR"]) / "openpyxl.xlsx")
    return told | {"rows": int(rows)}


def reports() -> dict[str, Any]:
    """The standard reports of the year to date, which the dashboard has the figures of."""
    from reports.asking import narrowed
    from reports.standard import REPORTS
    from reports.tables import table_of

    staff, told = _supervisor(), {}
    asked = {"since": f"{LAST.year}-01-01", "until": f"{LAST}"}
    for code in ("mutual-aid", "diseases", "institutions"):
        with timed() as took:
            table_of(REPORTS[code], narrowed(REPORTS[code], asked, staff=staff, today=LAST).narrowed(), most=200)
        told[code] = took["seconds"]
    return {"reports": told}


STEPS: dict[str, Callable[..., dict[str, Any]]] = {
    step.__name__: step for step in (prepare, work_out, night, pages, reports, lists, plain, export, openpyxl)
}

if __name__ == "__main__":
    django.setup()
    sys.stdout.write(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
