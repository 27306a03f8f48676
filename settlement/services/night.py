"""The nightly chain at work: what is due is asked for, tonight's and that of nights missed; by hand, once more.

The rule is `settlement.rules.night`, the chain `settlement.night_steps`, the state of a step its job of that night
(`job_once_a_day`). Time is given, never read. Asked for twice, by two beats, after a restart: nothing is doubled.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db.models import Min
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.models import Job, Staff
from accounts.models.audit import AuditKind
from accounts.models.job import JobState
from accounts.services.audit import record_event
from accounts.services.jobs import Progress, ask_again, enqueue_once_a_day, run_job
from accounts.services.ledger_proof import LedgerProof, prove
from accounts.services.rights import require_right
from accounts.services.staff import nightly_staff
from settlement.night_steps import STEPS
from settlement.rules.night import Basis, Hindrance, Night, Step, Wait
from settlement.selectors.day_figures import Figures, institutions_of_day, together
from settlement.selectors.nights import DAY, jobs_of, nights_at
from settlement.services.reconciling import reconcile

RIGHT = "accounts.run_night"
MOST_NIGHTS_BACK = 31  # of a chain that stood still longer, the nights before are run by hand


class NightNotCome(Exception):
    def __init__(self, day: dt.date) -> None:
        super().__init__(_("{day} has not come yet.").format(day=day))


class NoRegion(Exception):
    def __init__(self) -> None:
        super().__init__(_("There is no region yet: nothing to do."))


def go_on(*, now: dt.datetime, steps: Sequence[Step] = STEPS) -> list[Job]:
    """Ask for every step that is due, of tonight and of the nights that were missed. `now`: aware."""
    by = nightly_staff()
    if by is None:
        return []
    jobs = jobs_of(_nights(now, steps), steps=steps)
    nights = nights_at(jobs, now=now)
    return [job for night in nights for job in _ask_for_due(night, jobs[night.day], by, steps)]


def _nights(now: dt.datetime, steps: Sequence[Step]) -> list[dt.date]:
    """From the first that is known, but not longer ago than MOST_NIGHTS_BACK."""
    today = timezone.localdate(now)
    known = Job.objects.filter(kind__in=[step.kind for step in steps]).aggregate(first=Min("business_date"))
    first = max(known["first"] or today, today - MOST_NIGHTS_BACK * DAY)
    return [first + n * DAY for n in range((today - first).days + 1)]


def _ask_for_due(night: Night, jobs: dict[str, Job], by: Staff, steps: Sequence[Step]) -> list[Job]:
    """`jobs`: those that the night was read from: what was run again since is not asked for on an old look."""
    asked = [_ask(step, basis, night.day, jobs.get(step.kind), by) for step, basis in night.due(steps)]
    return [job for job in asked if job is not None]


def _ask(step: Step, basis: Basis, day: dt.date, known: Job | None, by: Staff) -> Job | None:
    """None where it is at work already."""
    params = {"basis": dict(basis)} if basis else {}
    if known is None:
        owner = nightly_staff() or by
        return enqueue_once_a_day(kind=step.kind, by=owner, business_date=day, params=params)
    return known if ask_again(job=known, by=by, params=params) else None


def run_again(*, day: dt.date, kind: str, now: dt.datetime, by: Staff) -> list[Job]:
    """Have a step of a night done again, or with "" all of it; what follows from a step follows by itself.

    Statements are not waited for. Returns: what was asked for. Raises: RightMissing, NightNotCome.
    """
    require_right(by, RIGHT)
    if day > timezone.localdate(now):
        raise NightNotCome(day)
    wanted = [step for step in STEPS if (step.kind == kind if kind else not step.after)]
    jobs = jobs_of([day])
    (night,) = nights_at(jobs, now=now)
    asked = [
        _ask(step, night.basis_of(step), day, jobs[day].get(step.kind), by)
        for step in wanted
        if night.hindrance(step, STEPS) in (None, Hindrance(Wait.INPUT, step.awaits))
    ]
    return [job for job in asked if job is not None]


def run_night(*, day: dt.date, now: dt.datetime, again: bool = False) -> list[Job]:
    """Run here what of a night has not been done, or `again` all of it; statements are not waited for.

    Returns: the jobs of the night, in the order of the chain. Raises: NightNotCome, NoRegion, and whatever breaks.
    """
    by = nightly_staff()
    if by is None:
        raise NoRegion
    if day > timezone.localdate(now):
        raise NightNotCome(day)
    wanted = [step.kind for step in STEPS if not step.after] if again else []
    for job in jobs_of([day])[day].values():
        if job.kind in wanted or job.state in (JobState.FAILED, JobState.REFUSED):
            ask_again(job=job, by=by)
    tried: set[tuple[int, int]] = set()
    while waiting := _waiting(day, now, by, tried):
        for job in waiting:
            tried.add((job.pk, job.fence))
            run_job(job.pk)
    return list(_in_order(jobs_of([day])[day]))


def _waiting(day: dt.date, now: dt.datetime, by: Staff, tried: set[tuple[int, int]]) -> list[Job]:
    """What is there to be run, once what is due now was asked for too."""
    jobs = jobs_of([day])
    (night,) = nights_at(jobs, now=now)
    unhindered = Night(day, night.now, night.known, night.inputs, complete=lambda _input: True)
    _ask_for_due(unhindered, jobs[day], by, STEPS)
    there = _in_order(jobs_of([day])[day])
    return [job for job in there if job.state == JobState.QUEUED and (job.pk, job.fence) not in tried]


def _in_order(jobs: dict[str, Job]) -> list[Job]:
    return [jobs[step.kind] for step in STEPS if step.kind in jobs]


def business_day(job: Job) -> dt.date:
    """The day that a night looks back upon."""
    return (job.business_date or timezone.localdate()) - DAY


def run_reconcile(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `reconcile_day`: the day before, for every region. Run again, brought up to date."""
    day = business_day(job)
    reconcile(day=day, by=job.owner)
    return _figures_of(day, job.owner)


def run_report(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `morning_report`: what the morning found, for every region."""
    return _figures_of(business_day(job), job.owner)


def run_audit(job: Job, progress: Progress) -> dict[str, Any]:
    """The work of a job of kind `audit_ledger`: every law, for the whole country. Nothing is mended."""
    proof = prove(path=job.owner.region.path)
    record_event(AuditKind.CHECK, by=job.owner, accounts=proof.accounts, violations=len(proof.violations))
    return proof_as_result(proof)


def proof_as_result(proof: LedgerProof) -> dict[str, Any]:
    regions: dict[str, dict[str, int]] = {}
    for one in proof.violations:
        regions.setdefault(one.region, {"violations": 0})["violations"] += 1
    return {
        "figures": {"accounts": proof.accounts, "entries": proof.entries, "violations": len(proof.violations)},
        "regions": regions,
        "found": [one.as_json() for one in proof.violations],
    }


def _figures_of(day: dt.date, by: Staff) -> dict[str, Any]:
    institutions = institutions_of_day(day, under=by.region.path)
    regions: dict[str, list[Figures]] = {}
    for one in institutions:
        regions.setdefault(one.region, []).append(one.figures)
    return {
        "figures": _told(together(one.figures for one in institutions)),
        "regions": {code: _told(together(rows)) for code, rows in regions.items()},
    }


def _told(figures: Figures) -> dict[str, int]:
    return {
        "compared": figures.compared,
        "balanced": figures.balanced,
        "differing": figures.differing,
        "without_statement": figures.without_statement,
    }
