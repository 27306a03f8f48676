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
    from bench.stored import fill_up

    return {"settlements": fill_up(int(count))}


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
