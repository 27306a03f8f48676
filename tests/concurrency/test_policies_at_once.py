"""Two supervisors at once: one draft for a day, one publication, and no value that slips in behind it."""

from __future__ import annotations

import datetime as dt
import threading

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import Region
from families.models import PolicySetting, RegionPolicy
from families.models.policy import PolicyState
from families.policy_impact import Comparison, impact_of
from families.services.policies import draft_policy, publish_policy
from tests.concurrency.threads import at_once, kinds
from tests.factories import make_draft, make_staff

pytestmark = pytest.mark.usefixtures("committed_db")
CITY = "421000"


def test_of_two_drafts_for_a_day_at_once_the_second_is_told_of_the_first() -> None:
    day, city = timezone.localdate() + dt.timedelta(days=9), Region.objects.get(pk=CITY)
    supervisors = [make_staff("supervisor", CITY) for _ in range(4)]
    answers = at_once(
        *(lambda by=by: draft_policy(region=city, effective_on=day, title="x", by=by) for by in supervisors)
    )
    assert kinds(answers) == {"RegionPolicy": 1, "DayTaken": 3}


def test_a_draft_published_by_several_at_once_is_published_once() -> None:
    draft = make_draft(CITY, max_members=6)
    supervisors = [make_staff("supervisor", CITY) for _ in range(4)]
    shown = impact_of(Comparison(draft), staff=supervisors[0]).digest
    answers = at_once(*(lambda by=by: publish_policy(policy_id=draft.pk, shown=shown, by=by) for by in supervisors))
    assert kinds(answers) == {"RegionPolicy": 1, "AlreadyDecided": 3}


def publish_while_a_value_is_on_its_way() -> list[object]:
    """A value is written past the services and not committed yet; meanwhile the version is published."""
    draft, second = make_draft(CITY, max_members=6), make_staff("supervisor", CITY)
    shown = impact_of(Comparison(draft), staff=second).digest
    written = threading.Event()

    def slip_in() -> object:
        with transaction.atomic():
            PolicySetting.objects.create(policy=draft, parameter="min_bind_days", value=90, citation="§")
            written.set()
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_sleep(0.5)")
        return "written"

    def publish() -> object:
        written.wait(10)
        return publish_policy(policy_id=draft.pk, shown=shown, by=second)

    return list(at_once(slip_in, publish))


def test_a_value_on_its_way_makes_publishing_wait_and_look_again() -> None:
    assert kinds(publish_while_a_value_is_on_its_way()) == {"str": 1, "ImpactChanged": 1}
    assert RegionPolicy.objects.get().state == PolicyState.DRAFT


def test_without_the_lock_of_the_trigger_the_value_slips_into_what_was_published() -> None:
    """The control: what the trigger's lock is for."""
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE families_policysetting DISABLE TRIGGER USER")
    try:
        publish_while_a_value_is_on_its_way()
    finally:
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE families_policysetting ENABLE TRIGGER USER")
    assert RegionPolicy.objects.get().state == PolicyState.PUBLISHED
    assert PolicySetting.objects.filter(parameter="min_bind_days").exists()


def test_a_value_after_the_publication_is_refused_by_the_database() -> None:
    draft, second = make_draft(CITY, max_members=6), make_staff("supervisor", CITY)
    publish_policy(policy_id=draft.pk, shown=impact_of(Comparison(draft), staff=second).digest, by=second)
    with pytest.raises(DatabaseError, match="stay as they are"):
        PolicySetting.objects.create(policy=draft, parameter="min_bind_days", value=90, citation="§")
