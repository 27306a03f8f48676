"""A load of settlements that is killed or loses its database, again and again: in the end as if it never was."""

from __future__ import annotations

import csv
import datetime as dt
import io
import os
import random
import signal
import time
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction

from accounts.models import AccountEntry, PersonalAccount, Region, Staff
from accounts.services.jobs import enqueue, sweep
from accounts.services.ledger_proof import check_ledger
from families.services.groups import NewMember, create_group
from settlement.models import Settlement, SettlementShare
from settlement.selectors.settlements import who_paid
from settlement.services.feed import load_settlements
from settlement.services.feed_rows import COLUMNS
from tests.factories import START, make_institution, make_person, make_staff
from tests.faults.test_import_killed import await_
from tests.faults.test_registrations_killed import CHUNK, as_if_the_lease_had_run_out, ended, forking_worker, start

FAMILIES, BILLS, KILLS = 4, 1_200, 6


def family(number: int, by: Staff) -> list[str]:
    """The person numbers of an owner who shares 150.00 a year, a spouse who shares what is there, and a child."""
    persons = [
        make_person("户主", psn_no=f"F{number}A", prior="20.00", current="200.00", by=by),
        make_person("配偶", psn_no=f"F{number}B", gender="2", current="90.00", by=by),
        make_person("孩子", psn_no=f"F{number}C", insutype="390", born_on=dt.date(2012, 1, 1)),
    ]
    owner, spouse, child = persons
    members = [
        NewMember(owner.pk, "01", START, 1, Decimal("150.00")),
        NewMember(spouse.pk, "12", START, 2),
        NewMember(child.pk, "20", START),
    ]
    create_group(region=Region.objects.get(pk="421002"), members=members, by=by)
    return [person.psn_no for person in persons]


def feed(persons: list[str], hospital: str, chance: random.Random) -> bytes:
    """Bills of everybody, one a minute; every fifth takes an earlier one back."""
    begin = dt.datetime(2026, 3, 16, 7, tzinfo=dt.UTC)
    rows: list[dict[str, Any]] = []
    standing: list[dict[str, Any]] = []
    for number in range(BILLS):
        at = f"{begin + dt.timedelta(minutes=number):%Y-%m-%d %H:%M:%S}"
        own = {"setl_id": f"S{number:04d}", "mdtrt_id": f"M{number}", "setl_time": at}
        if number % 5 == 4:
            of = standing.pop(chance.randrange(len(standing)))
            negated = {name: f"-{of[name]}" for name in COLUMNS[11:19]}
            rows.append(of | negated | own | {"init_setl_id": of["setl_id"], "refd_setl_flag": "1"})
            continue
        amount = str(Decimal(chance.randint(1, 3_000)).scaleb(-2))
        amounts = dict.fromkeys(COLUMNS[11:19], "0.00")
        amounts |= dict.fromkeys(("medfee_sumamt", "inscp_scp_amt", "psn_part_amt"), amount)
        named = {"psn_no": chance.choice(persons), "fixmedins_code": hospital, "med_type": "11"}
        rows.append(own | named | amounts | {"refd_setl_flag": "0", "acct_used_flag": "1"})
        standing.append(rows[-1])
    written = io.StringIO()
    writer = csv.DictWriter(written, COLUMNS)
    writer.writeheader()
    writer.writerows(rows)
    return written.getvalue().encode()


def what_stands() -> dict[str, Any]:
    """Who paid what of every bill and why, what every account holds after how many entries."""
    settled = Settlement.objects.order_by("setl_id").values_list("setl_id", "psn_cash_pay", "considerations")
    held = PersonalAccount.objects.order_by("pk").values_list("prior_years", "current_year", "entry_count")
    counts = [model._default_manager.count() for model in (Settlement, SettlementShare, AccountEntry)]
    return {
        "settled": list(settled),
        "paid": who_paid([one[0] for one in settled]),
        "held": list(held),
        "rows": counts,
    }


def lose_the_database() -> None:
    """As when PostgreSQL is started again: every other connection to it is gone."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined] # the PostgreSQL backend's: those that wait in it are gone too


@pytest.mark.usefixtures("committed_db")
def test_a_load_that_is_killed_again_and_again_settles_every_bill_once() -> None:
    chance, supervisor = random.Random(5), make_staff("supervisor", "421000")
    persons = [number for one in range(FAMILIES) for number in family(one, supervisor)]
    content = feed(persons, make_institution().pk, chance)
    with transaction.atomic():
        assert load_settlements(content=content, name="x.csv", by=supervisor).created == BILLS
        expected = what_stands()
        transaction.set_rollback(True)

    job_id = enqueue(kind="load_settlements", by=supervisor, file=("settlements.csv", content)).pk
    with forking_worker() as worker:
        for number in range(KILLS):
            wanted = Settlement.objects.count() + chance.randint(0, 4) * CHUNK
            process = start(worker, job_id)
            await_(lambda wanted=wanted: Settlement.objects.count() >= wanted)
            time.sleep(chance.uniform(0, 0.05))
            if number % 3 == 2:
                lose_the_database()
                assert ended(worker) == 1
            else:
                os.kill(process, signal.SIGKILL)
                assert ended(worker) == -signal.SIGKILL
            assert Settlement.objects.count() % CHUNK == 0
            assert check_ledger(by=supervisor).violations == []
            as_if_the_lease_had_run_out(job_id)
        assert 0 < Settlement.objects.count() < BILLS
        assert sweep() == 1
        start(worker, job_id)
        assert ended(worker) == 0

    assert what_stands() == expected
    again = load_settlements(content=content, name="x.csv", by=supervisor)
    assert (again.created, again.unchanged, again.errors) == (0, BILLS, [])
