"""Two beats and three workers at once, five nights long: every step is done once, and again for cause alone."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import AccountEntry, InsuredPerson, Job, Staff
from accounts.models.job import JobState
from accounts.models.staff import NIGHTLY
from accounts.services.jobs import run_job
from accounts.services.ledger_proof import Violation, prove
from settlement.models import Discrepancy, Reconciliation, Settlement, WalletTransfer
from settlement.night_steps import STEPS
from settlement.services.night import go_on
from settlement.services.statements import load_statement
from tests.concurrency.threads import at_once
from tests.factories import NOON, make_group, make_settlement, make_staff, make_transfer
from tests.integration.test_reconcile import zipped

pytestmark = pytest.mark.usefixtures("committed_db")
DAY = dt.timedelta(days=1)
NIGHTS = [NOON.date() + n * DAY for n in range(1, 6)]
LATE = NIGHTS[2]  # whose statement comes when the day was reconciled without it
CLOCK = ("00:10", "00:30", "01:00", "05:00", "06:00", "06:30", "06:31", "09:00", "09:01")


def work() -> list[int]:
    """A worker: runs whatever waits."""
    waiting = list(Job.objects.filter(state=JobState.QUEUED).order_by("pk").values_list("pk", flat=True))
    for job_id in waiting:
        run_job(job_id)
    return waiting


def statement_of(settlement: Settlement, by: Staff) -> None:
    line = "\t".join([settlement.setl_id, "", settlement.psn_no, "41.00", "0.00", "40.00", "0"])
    name = f"{settlement.institution_id}_{settlement.business_date:%Y%m%d}_3202.zip"
    assert load_statement(content=zipped(line), name=name, by=by).errors == []


def test_a_week_of_nights_with_two_beats_and_three_workers_does_everything_once() -> None:
    clerk, supervisor = make_staff("clerk"), make_staff("supervisor")
    group = make_group("12*", by=clerk)
    owner = group.members.get(seat=1).person
    for night in NIGHTS:
        at = NOON + (night - NIGHTS[0]) * DAY.days
        settlement = make_settlement(owner, "40.00", by=clerk, settled_at=at)
        make_transfer(group, by=clerk, at=at)
        if night != LATE:
            statement_of(settlement, supervisor)
        for clock in CLOCK:
            if (night, clock) == (LATE, "09:00"):
                statement_of(settlement, supervisor)
            now = timezone.make_aware(dt.datetime.combine(night, dt.time.fromisoformat(clock)))
            answers = at_once(*[partial(go_on, now=now)] * 2, *[work] * 3)
            assert [answer for answer in answers if isinstance(answer, Exception)] == []
            work()
            go_on(now=now)
            work()

    jobs = Job.objects.order_by("business_date", "pk")
    assert jobs.count() == len(NIGHTS) * len(STEPS)
    assert set(jobs.values_list("state", flat=True)) == {"done"}
    again = {(job.kind, job.business_date): job.fence for job in jobs if job.fence != 1}
    assert again == {("reconcile_day", LATE): 2, ("morning_report", LATE): 2}
    assert Staff.objects.filter(username=NIGHTLY).count() == 1
    assert (Reconciliation.objects.count(), Discrepancy.objects.count()) == (len(NIGHTS), len(NIGHTS))
    assert set(WalletTransfer.objects.values_list("state", flat=True)) == {"returned"}
    assert AccountEntry.objects.filter(kind="109").count() == len(NIGHTS)
    assert [job.result["figures"]["violations"] for job in jobs if job.kind == "audit_ledger"] == [0] * len(NIGHTS)


def test_a_proof_beside_postings_finds_no_half_of_anything() -> None:
    clerk = make_staff("clerk")
    owners = [make_group("12*", by=clerk).members.get(seat=1).person for _family in range(3)]
    path = owners[0].region.path

    def settle(owner: InsuredPerson) -> list[Violation]:
        for _bill in range(8):
            make_settlement(owner, "1.00", by=clerk)
        return []

    def audit() -> list[Violation]:
        return [violation for _proof in range(4) for violation in prove(path=path).violations]

    answers = at_once(*[partial(settle, owner) for owner in owners], *[audit] * 2)
    assert answers == [[]] * 5
    assert Settlement.objects.count() == 24
