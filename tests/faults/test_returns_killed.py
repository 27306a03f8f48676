"""A worker killed in the middle of the morning's returns: at the end everything is back once, to the fen."""

from __future__ import annotations

import datetime as dt
import os
import signal
from decimal import Decimal

import pytest

from accounts.models import AccountEntry, PersonalAccount
from accounts.services.jobs import enqueue_once_a_day, sweep
from accounts.services.staff import nightly_staff
from settlement.models import WalletTransfer
from tests.factories import NOON, make_group, make_staff, make_transfer
from tests.faults.test_import_killed import await_
from tests.faults.test_registrations_killed import as_if_the_lease_had_run_out, ended, forking_worker, start

KILLS, FAMILIES, EACH = 4, 20, 3


@pytest.mark.usefixtures("committed_db")
def test_returns_whose_worker_is_killed_again_and_again_go_back_once() -> None:
    clerk = make_staff("clerk")
    for _family in range(FAMILIES):
        group = make_group("12*", by=clerk)
        for _transfer in range(EACH):
            make_transfer(group, by=clerk)
    by = nightly_staff()
    assert by is not None
    morning = NOON.date() + dt.timedelta(days=1)
    job = enqueue_once_a_day(kind="return_transfers", by=by, business_date=morning)
    back = WalletTransfer.objects.filter(state="returned")
    with forking_worker() as worker:
        for kill in range(1, KILLS + 1):
            process = start(worker, job.pk)
            await_(lambda kill=kill: back.count() >= kill * 5)
            os.kill(process, signal.SIGKILL)
            ended(worker)
            assert AccountEntry.objects.filter(kind="109").count() == back.count()
            as_if_the_lease_had_run_out(job.pk)
        sweep()
        start(worker, job.pk)
        ended(worker)

    job.refresh_from_db()
    assert (job.state, back.count()) == ("done", FAMILIES * EACH)
    assert AccountEntry.objects.filter(kind="109").count() == FAMILIES * EACH
    assert set(PersonalAccount.objects.values_list("current_year", flat=True)) == {Decimal(1000), Decimal(0)}
