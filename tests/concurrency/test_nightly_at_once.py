"""Two beats, two workers, an operator besides: a day is turned once."""

from __future__ import annotations

from functools import partial

import pytest

from families.models import FollowUp
from families.services.follow_ups import refresh_follow_ups
from tests.concurrency.threads import at_once
from tests.factories import START, make_group, make_staff, make_suspension

pytestmark = pytest.mark.usefixtures("committed_db")


def test_refreshes_at_once_open_each_follow_up_once() -> None:
    clerk = make_staff("clerk")
    for _family in range(5):
        make_suspension(make_group("12", by=clerk).members.get(seat=2).person, "ended", START)
    answers = at_once(*[partial(refresh_follow_ups, day=START, by=clerk)] * 4)
    assert sorted(answer.opened for answer in answers) == [0, 0, 0, 5]  # type: ignore[union-attr]
    assert FollowUp.objects.count() == 5
