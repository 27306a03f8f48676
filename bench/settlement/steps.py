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
        Institution(fixmedins_code=f"H421002{n:05d}", name=f"医院{n}", kind="hospital", region_id="421002")
        for n in range(20)
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


def feed(directory: str, count: str, start: str) -> dict[str, Any]:
    """Load a feed of so many settlements, as the command does."""
    from bench.settlement.made import feed as made
    from settlement.services.feed import load_settlements

    content = made(_patients(), _institutions(), count=int(count), start=int(start))
    with timed() as told:
        result = load_settlements(content=content, name="settlements.csv", by=_staff())
    assert not result.errors, result.errors[:3]
    return told | {"rows": result.rows, "settled": result.created}


def one_by_one(directory: str, seconds: str, start: str) -> dict[str, Any]:
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


def _bills(start: int) -> Any:
    """Bills without end, for random patients."""
    from django.utils import timezone

    from accounts.models import InsuredPerson
    from accounts.rules.money import parse_amount
    from bench.settlement.made import bills
    from settlement.rules.amounts import AMOUNT_NAMES, Amounts, usage_of
    from settlement.rules.bills import NewSettlement

    persons = dict(InsuredPerson.objects.values_list("psn_no", "pk"))
    for row in bills(_patients(), _institutions(), count=10**9, start=start):
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


def _patients() -> list[str]:
    from families.models import GroupMember

    return list(GroupMember.objects.order_by("pk").values_list("person__psn_no", flat=True))


def _institutions() -> list[str]:
    from settlement.models import Institution

    return list(Institution.objects.order_by("pk").values_list("pk", flat=True))


def _staff() -> Any:
    from accounts.models import Staff

    return Staff.objects.select_related("region").get(username="supervisor")


STEPS: dict[str, Callable[..., dict[str, Any]]] = {step.__name__: step for step in (prepare, feed, one_by_one)}

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    print(json.dumps(STEPS[sys.argv[1]](*sys.argv[2:])))
