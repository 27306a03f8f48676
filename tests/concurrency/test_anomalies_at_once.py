"""Two nights at once find each anomaly once; of two judgements at once one is made, and the other told."""

from __future__ import annotations

import datetime as dt
from functools import partial

import pytest
from django.utils import timezone

from accounts.models import Staff
from settlement.models import Anomaly
from settlement.models.anomaly import AnomalyState
from settlement.services.anomalies import judge_anomaly, refresh_anomalies
from tests.concurrency.threads import at_once, kinds
from tests.factories import make_anomaly, make_group, make_institution, make_settlement, make_staff

pytestmark = pytest.mark.usefixtures("committed_db")
TODAY = dt.date(2026, 3, 16)
NINE = dt.datetime(2026, 3, 16, 9, tzinfo=timezone.get_default_timezone())


@pytest.fixture
def clerk(committed_db: None) -> Staff:
    return make_staff("clerk")


def test_two_nights_at_once_find_each_anomaly_once(clerk: Staff) -> None:
    group, pharmacy = make_group("12*", "20", by=clerk), make_institution(prefix="P").pk
    for member in group.members.order_by("seat"):
        make_settlement(
            member.person, "5.00", by=clerk, institution_id=pharmacy, settled_at=NINE, med_type="41", usage="pharmacy"
        )
    answers = at_once(*[partial(refresh_anomalies, day=TODAY, by=clerk)] * 4)
    assert kinds(answers) == {"dict": 4}
    assert sorted(answer["cards"] for answer in answers if isinstance(answer, dict)) == [0, 0, 0, 1]
    assert Anomaly.objects.count() == Anomaly.pgh_event_model.objects.count() == 1  # type: ignore[attr-defined]


def test_of_two_judgements_at_once_the_second_is_told_of_the_first(clerk: Staff) -> None:
    anomaly = make_anomaly(make_group(by=clerk))
    works = [
        partial(judge_anomaly, anomaly_id=anomaly.pk, seen=AnomalyState.NEW, state=state, text="x", by=auditor)
        for state, auditor in (
            (AnomalyState.FOUNDED, make_staff("auditor")), (AnomalyState.UNFOUNDED, make_staff("auditor")),
        )
    ]  # fmt: skip
    assert kinds(at_once(*works)) == {"AnomalyNote": 1, "AlreadyDecided": 1}
    anomaly.refresh_from_db()
    (note,) = anomaly.notes.all()
    assert (anomaly.state, anomaly.judged_by) == (note.state, note.by)
