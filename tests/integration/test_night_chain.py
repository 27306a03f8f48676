"""The nightly chain: asked for once, in its order, for nights missed too; late statements; run again by hand."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection
from django.utils import timezone

from accounts.models import Job, Staff
from accounts.services.jobs import run_job
from accounts.services.rights import RightMissing
from accounts.services.staff import nightly_staff
from config.celery import app
from settlement.models import Discrepancy, Institution, Reconciliation, Settlement
from settlement.night_steps import STEPS
from settlement.services.night import MOST_NIGHTS_BACK, NightNotCome, go_on, run_again
from settlement.services.statements import load_statement
from tests.factories import make_group, make_institution, make_person, make_settlement, make_staff, make_transfer
from tests.integration.test_reconcile import zipped

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.timedelta(days=1)
NIGHT = dt.date(2026, 3, 17)
BEFORE = NIGHT - DAY
KINDS = [step.kind for step in STEPS]


def at(clock: str, night: dt.date = NIGHT) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(night, dt.time.fromisoformat(clock)))


def asked(now: dt.datetime) -> list[str]:
    """What is asked for at a moment, and run at once."""
    jobs = go_on(now=now)
    for job in jobs:
        run_job(job.pk)
    return [job.kind for job in jobs]


def state_of(kind: str, night: dt.date = NIGHT) -> Job:
    return Job.objects.get(kind=kind, business_date=night)


def to_the_end(now: dt.datetime) -> list[list[str]]:
    rounds = []
    while kinds := asked(now):
        rounds.append(kinds)
    return rounds


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def settled(clerk: Staff) -> Settlement:
    """One bill of the day before the night."""
    return make_settlement(make_person(current="500.00", by=clerk), "40.00", by=clerk)


def statement_of(settlement: Settlement, *, fee: str = "40.00") -> None:
    assert settlement.institution is not None
    line = "\t".join([settlement.setl_id, "", settlement.psn_no, fee, "0.00", "40.00", "0"])
    name = f"{settlement.institution_id}_{settlement.business_date:%Y%m%d}_3202.zip"
    result = load_statement(content=zipped(line), name=name, by=make_staff("supervisor"))
    assert result.errors == []


def test_a_night_goes_its_way_and_every_step_is_one_job() -> None:
    assert asked(at("00:00")) == []
    assert asked(at("00:10")) == ["turn_day"]
    assert asked(at("00:10")) == []
    assert asked(at("00:30")) == ["reconcile_day"], "nobody settled anything: there is nothing to wait for"
    assert asked(at("01:00")) == ["audit_ledger"]
    assert asked(at("01:30")) == ["refresh_anomalies"]
    assert asked(at("02:00")) == ["refresh_summaries"]
    assert asked(at("05:59")) == []
    assert asked(at("06:00")) == ["return_transfers"]
    assert asked(at("06:30")) == ["morning_report"]
    assert asked(at("23:59")) == []
    jobs = Job.objects.order_by("pk")
    assert [(job.kind, job.state, job.attempts, job.fence) for job in jobs] == [
        (kind, "done", 1, 1) for kind in KINDS
    ]
    assert {job.owner for job in jobs} == {nightly_staff()}


def test_reconciliation_waits_for_the_statement_of_everybody_who_settled(settled: Settlement) -> None:
    asked(at("00:10"))
    assert asked(at("04:00")) == ["audit_ledger", "refresh_anomalies", "refresh_summaries"]
    statement_of(settled)
    assert asked(at("04:01")) == ["reconcile_day"]
    job = state_of("reconcile_day")
    assert job.result["figures"] == {"compared": 1, "balanced": 1, "differing": 0, "without_statement": 0}
    assert job.result["regions"] == {"421002": job.result["figures"]}
    run = Reconciliation.objects.get()
    assert (run.business_date, run.region_id, run.compared, run.balanced) == (BEFORE, "100000", 1, 1)


def test_at_its_hour_it_waits_no_longer_and_a_late_statement_has_the_day_reconciled_again(
    settled: Settlement,
) -> None:
    to_the_end(at("04:59"))
    assert "reconcile_day" not in Job.objects.values_list("kind", flat=True)
    to_the_end(at("06:30"))
    first = state_of("reconcile_day")
    assert (first.result["figures"]["compared"], first.result["figures"]["without_statement"]) == (0, 1)
    statement_of(settled, fee="41.00")
    assert to_the_end(at("09:00")) == [["reconcile_day"], ["morning_report"]]
    again = state_of("reconcile_day")
    assert (again.pk, again.fence, again.result["figures"]["differing"]) == (first.pk, 2, 1)
    assert (state_of("morning_report").fence, state_of("audit_ledger").fence) == (2, 1)
    assert Discrepancy.objects.open().get().field == "medfee_sumamt"
    kept = Job.pgh_event_model.objects.filter(pgh_obj_id=first.pk, state="done").order_by("pgh_id")  # type: ignore[attr-defined]
    assert [event.result["figures"]["differing"] for event in kept] == [0, 1]
    assert to_the_end(at("23:00")) == []


def test_nights_that_were_missed_are_made_up_for_but_not_for_ever() -> None:
    to_the_end(at("12:00"))
    later = at("12:00", NIGHT + 3 * DAY)
    to_the_end(later)
    days = Job.objects.order_by("business_date").values_list("business_date", flat=True)
    assert set(days) == {NIGHT + n * DAY for n in range(4)}
    assert Job.objects.count() == 4 * len(KINDS)
    long_after = NIGHT + 400 * DAY
    first = go_on(now=at("00:10", long_after))
    assert min(job.business_date for job in first if job.business_date) == long_after - MOST_NIGHTS_BACK * DAY


def broken(**_asked: Any) -> dict[str, Any]:
    raise RuntimeError("no disk")


def given_up(kind: str) -> None:
    Job.objects.filter(kind=kind).update(state="failed", attempts=5, failure="x", finished_at=timezone.now())


def test_a_step_that_failed_stops_neither_the_report_nor_the_next_night() -> None:
    asked(at("00:10"))
    go_on(now=at("00:30"))
    given_up("reconcile_day")
    to_the_end(at("07:00"))
    assert state_of("reconcile_day").state == "failed"
    assert state_of("morning_report").state == "done"
    to_the_end(at("07:00", NIGHT + DAY))
    assert state_of("reconcile_day", NIGHT + DAY).state == "done"
    assert state_of("reconcile_day").state == "failed"


def test_a_step_that_breaks_down_pauses_and_the_report_waits_for_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("settlement.services.night.reconcile", broken)
    asked(at("00:10"))
    (job,) = go_on(now=at("00:30"))
    with pytest.raises(RuntimeError):
        run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, job.attempts, job.failure) == ("queued", 1, "RuntimeError.")
    to_the_end(at("07:00"))
    assert not Job.objects.filter(kind="morning_report").exists()


def test_the_supervisor_has_a_failed_step_done_again_and_the_report_follows() -> None:
    to_the_end(at("05:00"))
    given_up("reconcile_day")
    to_the_end(at("07:00"))
    supervisor = make_staff("supervisor")
    (job,) = run_again(day=NIGHT, kind="reconcile_day", now=at("08:00"), by=supervisor)
    assert state_of("reconcile_day").state == "queued"
    run_job(job.pk)
    assert to_the_end(at("08:01")) == [["morning_report"]]
    assert state_of("reconcile_day").state == "done"
    asked_by = Job.pgh_event_model.objects.filter(pgh_obj_id=job.pk, state="queued").last()  # type: ignore[attr-defined]
    assert asked_by.pgh_context["staff"] == supervisor.pk


def test_a_whole_night_done_again_doubles_nothing(clerk: Staff, settled: Settlement) -> None:
    make_transfer(make_group("12*", by=clerk), by=clerk)
    statement_of(settled, fee="41.00")
    to_the_end(at("07:00"))
    before = {kind: state_of(kind).result for kind in KINDS}
    rows = (Discrepancy.objects.count(), Reconciliation.objects.count(), Settlement.objects.count())
    for job in run_again(day=NIGHT, kind="", now=at("08:00"), by=make_staff("supervisor")):
        run_job(job.pk)
    assert to_the_end(at("08:01")) == [["morning_report"]]
    assert [state_of(kind).fence for kind in KINDS] == [2] * len(KINDS)
    after = {kind: state_of(kind).result for kind in KINDS}
    returned = "return_transfers"
    assert (before.pop(returned), after.pop(returned)) == ({"transfers_returned": 1}, {"transfers_returned": 0})
    assert (
        before.pop("audit_ledger")["figures"]["violations"] == after.pop("audit_ledger")["figures"]["violations"] == 0
    )
    summarized = [one.pop("refresh_summaries")["days_summarized"] for one in (before, after)]
    assert summarized == [1, 0]
    assert before == after
    assert rows == (Discrepancy.objects.count(), Reconciliation.objects.count(), Settlement.objects.count())
    assert Job.objects.count() == len(KINDS)


def test_what_has_not_come_or_is_nobodys_to_ask_for_is_refused() -> None:
    supervisor = make_staff("supervisor")
    with pytest.raises(NightNotCome):
        run_again(day=NIGHT + DAY, kind="", now=at("08:00"), by=supervisor)
    for role in ("clerk", "reviewer", "auditor", "administrator"):
        with pytest.raises(RightMissing):
            run_again(day=NIGHT, kind="", now=at("08:00"), by=make_staff(role))
    assert run_again(day=NIGHT, kind="return_transfers", now=at("05:00"), by=supervisor) == []
    assert run_again(day=NIGHT, kind="propose_matches", now=at("08:00"), by=supervisor) == []
    assert not Job.objects.exists()


def test_the_audit_of_the_night_names_account_entry_and_amount_and_mends_nothing(settled: Settlement) -> None:
    entry = settled.shares.get().entry
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE accounts_accountentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE accounts_accountentry SET current_change = -39 WHERE id = %s", [entry.pk])
        cursor.execute("ALTER TABLE accounts_accountentry ENABLE TRIGGER USER")
    to_the_end(at("02:00"))
    job = state_of("audit_ledger")
    assert (job.state, job.result["figures"]["violations"]) == ("done", 3)
    assert job.result["regions"] == {"421002": {"violations": 3}}
    share = next(one for one in job.result["found"] if one["what"] == "share_current_year")
    assert (share["psn_no"], share["sequence"]) == (settled.psn_no, entry.sequence)
    assert (share["stored"], share["expected"], share["about"]) == ("40.00", "39.00", settled.setl_id)
    entry.refresh_from_db()
    assert entry.current_change == -39


# By hand


@pytest.fixture
def operator(regions: None) -> Callable[..., str]:
    def run(*options: str) -> str:
        out = StringIO()
        call_command("run_night", *options, stdout=out)
        return out.getvalue()

    return run


YESTERDAY = timezone.localdate() - DAY


def test_an_operator_runs_a_night_once_and_again_when_asked(operator: Callable[..., str]) -> None:
    first = operator("--date", YESTERDAY.isoformat())
    assert first.count("\n") == len(KINDS)
    assert operator("--date", YESTERDAY.isoformat()) == first
    assert set(Job.objects.values_list("fence", flat=True)) == {1}
    operator("--date", YESTERDAY.isoformat(), "--again")
    assert set(Job.objects.values_list("fence", flat=True)) == {2}


def test_an_operator_runs_what_was_given_up(operator: Callable[..., str]) -> None:
    operator("--date", YESTERDAY.isoformat())
    given_up("audit_ledger")
    operator("--date", YESTERDAY.isoformat())
    assert set(Job.objects.values_list("state", flat=True)) == {"done"}


def test_an_operator_is_told_when_a_worker_has_a_step(operator: Callable[..., str]) -> None:
    operator("--date", YESTERDAY.isoformat())
    Job.objects.filter(kind="turn_day").update(state="running", lease_until=timezone.now() + 100 * DAY)
    with pytest.raises(CommandError) as refusal:
        operator("--date", YESTERDAY.isoformat())
    assert refusal.value.returncode == 1


def test_a_night_that_has_not_come_is_refused(operator: Callable[..., str]) -> None:
    with pytest.raises(CommandError) as refusal:
        operator("--date", (timezone.localdate() + DAY).isoformat())
    assert refusal.value.returncode == 2
    assert not Job.objects.exists()


def test_beat_goes_on_with_the_nights_every_minute() -> None:
    entry = settings.CELERY_BEAT_SCHEDULE["nights"]
    assert entry["schedule"] == 60
    app.loader.import_default_modules()
    app.tasks[entry["task"]]()
    assert all(kind in settings.JOB_KINDS for kind in KINDS)


def test_institutions_of_no_loaded_region_are_nobodys_to_reconcile(clerk: Staff) -> None:
    lost = make_institution()
    Institution.objects.filter(pk=lost.pk).update(region=None)
    make_settlement(make_person(current="50.00", by=clerk), "4.00", by=clerk, institution_id=lost.pk)
    to_the_end(at("07:00"))
    assert state_of("morning_report").result["regions"] == {}
