"""What the benchmark measures, each step in a process of its own: `python -m bench.reconciliation.steps STEP …`.

Every step prints one JSON object; `seconds` as in `bench.timing`, `own_mib` the peak of the process without children.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import resource
import sys
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django

from bench.timing import timed

DAY = dt.date(2026, 3, 16)
LINE_COLUMNS = "setl_id, mdtrt_id, psn_no, medfee_sumamt, fund_pay_sumamt, acct_pay, refd"
PIECE = 2**20


def prepare(directory: str, settlements: str, institutions: str) -> dict[str, Any]:
    """Settlements of the day, written past all triggers, and a file for each institution."""
    from django.core.management import call_command
    from django.db import connection

    from accounts.models import InsuredPerson, Region
    from accounts.services.reference import load_regions
    from accounts.services.staff import create_staff
    from families.demo_data import REGIONS
    from settlement.models import Institution

    call_command("migrate", verbosity=0)
    load_regions([{"admdvs": code, "name": name, "parent": parent} for code, name, parent in REGIONS])
    region = Region.objects.get(pk="421002")
    create_staff(username="supervisor", role="supervisor", region=region, password="x" * 20, full_name="x")
    codes = [f"H421002{number:05d}" for number in range(1, int(institutions) + 1)]
    Institution.objects.bulk_create(
        Institution(fixmedins_code=code, name=code, kind="hospital", region=region) for code in codes
    )
    person = InsuredPerson(
        psn_no="P1", name="卓文海", cert_type="01", gender="1", born_on=DAY, region=region, insutype="310",
        psn_type="1101", status="1", status_since=DAY, contact_confirmed_on=DAY, certno_digest=b"x",
        certno_sealed=b"x",
    )  # fmt: skip
    with connection.cursor() as cursor:
        person.save()
        cursor.execute("ALTER TABLE settlement_settlement DISABLE TRIGGER USER")
        cursor.execute(FILL, {"person": person.pk, "count": int(settlements), "codes": codes, "day": DAY})
        cursor.execute("ALTER TABLE settlement_settlement ENABLE TRIGGER USER")
        cursor.execute("VACUUM ANALYZE")
    files = Path(directory)
    for old in files.glob("*.zip"):
        old.unlink()
    return {"lines": sum(_write(files / f"{code}_{DAY:%Y%m%d}_3202.zip", code) for code in codes)}


FILL = """
    INSERT INTO settlement_settlement (setl_id, kind, mdtrt_id, person_id, psn_no, insutype, region_id,
           institution_id, med_type, usage, settled_at, business_date, dise_codg, dise_name, dr_name, acct_used,
           medfee_sumamt, fulamt_ownpay_amt, overlmt_selfpay, preselfpay_amt, inscp_scp_amt, fund_pay_sumamt,
           hosp_part_amt, psn_part_amt, acct_pay, acct_mulaid_pay, psn_cash_pay, considerations, recorded_by_id,
           recorded_at)
    SELECT 'S' || lpad(n::text, 18, '0'), 'networked', 'M' || lpad(n::text, 18, '0'), %(person)s,
           'P' || lpad((n %% 500000)::text, 18, '0'), '310', '421002',
           (%(codes)s::text[])[1 + n %% cardinality(%(codes)s::text[])],
           '11', 'outpatient', %(day)s + time '09:00', %(day)s, '', '', '', true, fee, 0, 0, 0, fee, 40, 0, fee - 40,
           0, 0, fee - 40, '[]', (SELECT min(id) FROM accounts_staff), now()
      FROM generate_series(1, %(count)s) AS n, LATERAL (SELECT 100 + n %% 1000 / 100.0 AS fee) AS paid
"""
# Of a thousand lines one has another fee, one is left out and one is not ours.
TOLD = """
    COPY (SELECT CASE n %% 1000 WHEN 3 THEN 'X' || setl_id ELSE setl_id END, mdtrt_id, psn_no,
                 medfee_sumamt + CASE n %% 1000 WHEN 1 THEN 0.01 ELSE 0 END, fund_pay_sumamt, acct_pay, 0
            FROM (SELECT *, row_number() OVER (ORDER BY setl_id) AS n FROM settlement_settlement
                   WHERE institution_id = %s) AS settled
           WHERE n %% 1000 <> 2) TO STDOUT
"""


def _write(path: Path, institution: str) -> int:
    from django.db import connection

    lines = 0
    with (
        connection.cursor() as cursor,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive,
        archive.open(f"{path.stem}.txt", "w") as text,
        cursor.cursor.copy(TOLD, [institution]) as copy,
    ):
        for piece in copy:
            text.write(piece)
            lines += bytes(piece).count(b"\n")
    return lines


def bare(directory: str) -> dict[str, Any]:
    """COPY the lines into a plain table, then one FULL JOIN that counts what differs."""
    from django.db import connection

    with connection.cursor() as cursor, timed() as told:
        cursor.execute(PLAIN)
        for path in _files(directory):
            cursor.execute(f"ALTER TABLE plain ALTER institution SET DEFAULT '{path.name.split('_')[0]}'")
            with cursor.cursor.copy(f"COPY plain ({LINE_COLUMNS}) FROM STDIN") as copy:
                for content in _unpacked(path):
                    copy.write(content)
        cursor.execute(BARE, {"day": DAY})
        differing = cursor.fetchone()[0]
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE plain")
    return told | {"differing": differing, "own_mib": _own_mib()}


PLAIN = """
    CREATE TABLE plain (setl_id text, mdtrt_id text, psn_no text, medfee_sumamt numeric(16,2),
           fund_pay_sumamt numeric(16,2), acct_pay numeric(16,2), refd text, institution text)
"""
BARE = """
    SELECT count(*)
      FROM (SELECT * FROM settlement_settlement WHERE business_date = %(day)s) AS here
      FULL JOIN plain AS told ON told.setl_id = here.setl_id AND told.institution = here.institution_id
     WHERE (here.medfee_sumamt, here.fund_pay_sumamt, here.acct_pay)
           IS DISTINCT FROM (told.medfee_sumamt, told.fund_pay_sumamt, told.acct_pay)
"""


def load(directory: str) -> dict[str, Any]:
    """Every file through the one service, in a row, as folder and command do."""
    from accounts.spreadsheets.reader import reading_zipped_texts
    from settlement.services.statements import load_statement

    staff, lines = _staff(), 0
    files = _files(directory)
    with timed() as told, reading_zipped_texts(len(files)):
        for path in files:
            result = load_statement(content=path.read_bytes(), name=path.name, by=staff)
            assert not result.errors, result.errors[:3]
            lines += result.created
    return told | {"lines": lines, "own_mib": _own_mib()}


def compare(directory: str) -> dict[str, Any]:
    """The day, from what is stored to the differences."""
    from settlement.services.reconciling import reconcile

    staff = _staff()
    with timed() as told:
        reconciled = reconcile(day=DAY, by=staff)
    figures = {"compared": reconciled.run.compared, "differences": len(reconciled.differences)}
    return told | figures | {"own_mib": _own_mib()}


def _files(directory: str) -> list[Path]:
    return sorted(Path(directory).glob("*.zip"))


def _unpacked(path: Path) -> Iterator[bytes]:
    with zipfile.ZipFile(path) as archive, archive.open(archive.namelist()[0]) as text:
        while piece := text.read(PIECE):
            yield piece


def _own_mib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def _staff() -> Any:
    from accounts.models import Staff

    return Staff.objects.select_related("region").get(username="supervisor")


STEPS: dict[str, Callable[..., dict[str, Any]]] = {step.__name__: step for step in (prepare, bare, load, compare)}


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    step, *arguments = sys.argv[1:]
    print(json.dumps(STEPS[step](*arguments)))
