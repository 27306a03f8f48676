"""What happens to an insured person (状态事件), from which day: the only writer of suspensions and moves.

A status event says "from this day on it is so": what was recorded for that day or later gives way. The person's
status and region are copies of what holds today; `copy_statuses` and `apply_moves` write them, at once for an event
of today, and at night for one whose day has come. Order of the locks: the persons by primary key, then their rows.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType

from django.db import models
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.acting import writes
from accounts.bulk import copy_create
from accounts.models import InsuredPerson, Region, RegionMove, Staff, Suspension
from accounts.models.person import InsuranceStatus
from accounts.models.suspension import CAUSE_OF, STATUS_OF, Cause, SuspensionQuerySet
from accounts.rules.dates import first_of_next_month
from accounts.services.persons import lock_version
from accounts.services.rights import require_right


class EventKind(models.TextChoices):
    DEATH = "death", gettext_lazy("died")
    SUSPENDED = "suspended", gettext_lazy("contributions stopped")
    ENDED = "ended", gettext_lazy("insurance ended")
    RESUMED = "resumed", gettext_lazy("insurance resumed")
    MOVED = "moved", gettext_lazy("moved to another region")
    CARD_LENDING = "card_lending", gettext_lazy("card lent to another person")
    CARD_RETURNED = "card_returned", gettext_lazy("card returned")


@dataclass(frozen=True, slots=True)
class StatusEvent:
    """`happened_on`: of suspended, a day of the last month paid for; `region`: of moved, the code of the new one."""

    kind: EventKind
    happened_on: dt.date
    note: str
    region: str = ""

    @property
    def takes_effect_on(self) -> dt.date:
        """When contributions stop, benefits pause from the next month (DOMAIN.md section 3, S4)."""
        return first_of_next_month(self.happened_on) if self.kind == EventKind.SUSPENDED else self.happened_on


class EventRefused(Exception):
    """The event cannot have happened so; nothing was written. `field`: where on a form the message belongs."""

    def __init__(self, field: str, message: str) -> None:
        self.field = field
        super().__init__(message)


class DeathIsFinal(EventRefused):
    """A recorded death is followed by nothing; a supervisor may take back one that was recorded wrongly."""

    def __init__(self, day: dt.date) -> None:
        super().__init__(
            "kind",
            _("Recorded as died on {day}. Was that wrong, a supervisor takes it back first.").format(day=day),
        )


@writes
def record_event_of_person(*, person_id: int, version: int, event: StatusEvent, by: Staff) -> dt.date:
    """Record what happened to a person. Returns: the day from which it takes effect, also one still to come.

    Rules: DOMAIN.md section 3 (S2: a lent card suspends; S4: the month after contributions stop).
    Raises: ChangedMeanwhile, EventRefused, DeathIsFinal; nothing is written then. Locks: the person.
    """
    person = lock_version(person_id, version, by)
    _refuse_impossible_day(person, event)
    _RECORD[event.kind](person, event, by)
    today = timezone.localdate()
    if not copy_statuses(day=today, person_ids=[person.pk]) + apply_moves(day=today, person_ids=[person.pk]):
        InsuredPerson.objects.filter(pk=person.pk).update(version=F("version") + 1)
    return event.takes_effect_on


def _refuse_impossible_day(person: InsuredPerson, event: StatusEvent) -> None:
    if event.happened_on < person.born_on:
        raise EventRefused("happened_on", _("That is before the birth."))
    if event.kind == EventKind.DEATH and event.happened_on > timezone.localdate():
        raise EventRefused("happened_on", _("A death lies in the past."))


def _suspend(person: InsuredPerson, event: StatusEvent, by: Staff) -> None:
    """The insurance is not in normal status from that day on, until it is resumed."""
    cause = Cause(event.kind.value)
    _end(person.suspensions.insurance(), event, str(cause.label), by)
    _open(person, cause, event, by)


def _lend(person: InsuredPerson, event: StatusEvent, by: Staff) -> None:
    _end(person.suspensions.card_lending(), event, event.note, by)
    _open(person, Cause.CARD_LENDING, event, by)


def _open(person: InsuredPerson, cause: Cause, event: StatusEvent, by: Staff) -> None:
    Suspension.objects.create(
        person=person, cause=cause, status=STATUS_OF.get(cause, ""), starts_on=event.takes_effect_on,
        note=event.note, recorded_by=by,
    )  # fmt: skip


def _resume(person: InsuredPerson, event: StatusEvent, by: Staff) -> None:
    if not _end(person.suspensions.insurance(), event, event.note, by):
        raise EventRefused("kind", _("The insurance is in normal status on that day."))


def _return_card(person: InsuredPerson, event: StatusEvent, by: Staff) -> None:
    if not _end(person.suspensions.card_lending(), event, event.note, by):
        raise EventRefused("kind", _("No lent card is recorded for that day."))


def _end(rows: SuspensionQuerySet, event: StatusEvent, note: str, by: Staff) -> int:
    """End what reaches the day; what begins later held on no day. Raises: DeathIsFinal."""
    day = event.takes_effect_on
    reaching = rows.reaching(day)
    death = reaching.filter(cause=Cause.DEATH).first()
    if death is not None:
        raise DeathIsFinal(death.starts_on)
    return reaching.update(ends_on=Greatest("starts_on", Value(day)), ended_by=by, ended_note=note)


def _move(person: InsuredPerson, event: StatusEvent, by: Staff) -> None:
    """A planned move gives way to the new one; a move to where the person is takes the planned one back."""
    now = timezone.now()
    withdrawn = person.moves.filter(applied_at=None, withdrawn_at=None).update(withdrawn_at=now)
    if not Region.objects.filter(pk=event.region).exists():
        raise EventRefused("region", _("There is no region with this code."))
    if event.region != person.region_id:
        RegionMove.objects.create(
            person=person, from_region_id=person.region_id, region_id=event.region, moves_on=event.happened_on,
            note=event.note, recorded_by=by,
        )  # fmt: skip
    elif not withdrawn:
        raise EventRefused("region", _("The person is insured there already."))


_RECORD: Mapping[EventKind, Callable[[InsuredPerson, StatusEvent, Staff], None]] = MappingProxyType(
    {
        EventKind.DEATH: _suspend,
        EventKind.SUSPENDED: _suspend,
        EventKind.ENDED: _suspend,
        EventKind.RESUMED: _resume,
        EventKind.MOVED: _move,
        EventKind.CARD_LENDING: _lend,
        EventKind.CARD_RETURNED: _return_card,
    }
)


@writes
def take_death_back(*, person_id: int, version: int, reason: str, by: Staff) -> None:
    """A death that was recorded wrongly held on no day. What it cut short stays so: it is recorded again.

    Raises: RightMissing, ChangedMeanwhile, EventRefused; nothing is written then. Locks: the person.
    """
    require_right(by, "accounts.correct_death")
    person = lock_version(person_id, version, by)
    deaths = person.suspensions.filter(cause=Cause.DEATH, ends_on=None)
    if not deaths.update(ends_on=F("starts_on"), ended_by=by, ended_note=reason):
        raise EventRefused("reason", _("No death is recorded for this person."))
    copy_statuses(day=timezone.localdate(), person_ids=[person.pk])


def follow_status(*, persons: Sequence[InsuredPerson], day: dt.date, why: str, by: Staff) -> None:
    """Suspensions for persons whose status was just set, from `day` = `status_since` on; set-based.

    Expects: the persons locked and written, no death among those whose suspension ends, an open transaction.
    """
    reaching = Suspension.objects.filter(person__in=persons).insurance().reaching(day)
    reaching.update(ends_on=Greatest("starts_on", Value(day)), ended_by=by, ended_note=why)
    copy_create(
        [
            Suspension(
                person=person, cause=CAUSE_OF[InsuranceStatus(person.status)], status=person.status, starts_on=day,
                note=person.status_reason, recorded_by=by,
            )
            for person in persons
            if person.status != InsuranceStatus.NORMAL
        ]
    )  # fmt: skip


def copy_statuses(*, day: dt.date, person_ids: Collection[int] | None = None) -> int:
    """Bring `InsuredPerson.status` to what the suspensions say of a day. Returns: how many persons changed.

    `person_ids`: these alone. Idempotent. Expects: an open transaction and, for a history that names somebody, a
    service above it. Locks: the persons that change, by primary key.
    """
    held = Suspension.objects.insurance().on(day)
    own = held.filter(person=OuterRef("pk"))
    begun = Q(pk__in=held.exclude(person__status=F("status"), person__status_since=F("starts_on")).values("person"))
    over = ~Q(status=InsuranceStatus.NORMAL) & ~Exists(own)
    some = InsuredPerson.objects.all() if person_ids is None else InsuredPerson.objects.filter(pk__in=person_ids)
    changing = InsuredPerson.objects.filter(pk__in=_locked(some.filter(begun | over)))
    suspended = changing.filter(Exists(own)).update(
        status=Subquery(own.values("status")[:1]),
        status_since=Subquery(own.values("starts_on")[:1]),
        status_reason=Subquery(own.values("note")[:1]),
        version=F("version") + 1,
    )
    last_end = Suspension.objects.insurance().filter(person=OuterRef("pk"), ends_on__lte=day).order_by("-ends_on")
    resumed = changing.exclude(Exists(own)).exclude(status=InsuranceStatus.NORMAL).update(
        status=InsuranceStatus.NORMAL,
        status_since=Coalesce(Subquery(last_end.values("ends_on")[:1]), F("status_since")),
        status_reason="",
        version=F("version") + 1,
    )  # fmt: skip
    return suspended + resumed


def apply_moves(*, day: dt.date, person_ids: Collection[int] | None = None) -> int:
    """Move the persons whose day has come. Returns: how many. Idempotent. Locks: the persons, by primary key."""
    due = RegionMove.objects.filter(applied_at=None, withdrawn_at=None, moves_on__lte=day)
    if person_ids is not None:
        due = due.filter(person__in=person_ids)
    movers = _locked(InsuredPerson.objects.filter(pk__in=due.values("person")))
    moving = due.filter(person__in=movers)
    InsuredPerson.objects.filter(pk__in=moving.values("person")).update(
        region_id=Subquery(moving.filter(person=OuterRef("pk")).values("region")[:1]), version=F("version") + 1
    )
    return moving.update(applied_at=timezone.now())


def _locked(persons: QuerySet[InsuredPerson]) -> list[int]:
    return list(persons.order_by("pk").select_for_update(no_key=True).values_list("pk", flat=True))
