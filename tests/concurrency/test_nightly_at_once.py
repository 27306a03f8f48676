"""Two beats, two workers, an operator besides: a day is turned once."""

from __future__ import annotations

from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Job, Staff
from accounts.models.staff import NIGHTLY
from accounts.services.jobs import run_job
from families.models import FollowUp
from families.services.follow_ups import refresh_follow_ups
from families.services.nightly import KIND, ask_for_days
from tests.concurrency.threads import at_once
from tests.factories import START, make_group, make_person, make_staff, make_suspension

pytestmark = pytest.mark.usefixtures("committed_db")


def test_beats_that_strike_at_once_make_one_job_and_its_workers_one_run() -> None:
    person = make_person()
    make_suspension(person, "ended", START)
    answers = at_once(*[ask_for_days] * 6)
    assert [answer for answer in answers if isinstance(answer, Exception)] == []
    job = Job.objects.get(kind=KIND)
    at_once(*[partial(run_job, job.pk)] * 4)
    job.refresh_from_db()
    person.refresh_from_db()
    assert (job.state, job.attempts, job.business_date) == ("done", 1, timezone.localdate())
    assert (person.status, person.version) == ("4", 2)
    assert Staff.objects.filter(username=NIGHTLY).count() == 1


def test_refreshes_at_once_open_each_follow_up_once() -> None:
    clerk = make_staff("clerk")
    for _family in range(5):
        make_suspension(make_group("12", by=clerk).members.get(seat=2).person, "ended", START)
    answers = at_once(*[partial(refresh_follow_ups, day=START, by=clerk)] * 4)
    assert sorted(answer.opened for answer in answers) == [0, 0, 0, 5]  # type: ignore[union-attr]
    assert FollowUp.objects.count() == 5
