"""Work in hand: cases that somebody has to go on with, how long they stand, and who has them.

In hand are drafts, what waits for review, and what was sent back in the last `SENT_BACK_DAYS` and was not followed by
another case of the same owner. Nothing else is counted: the lists stay as quick as the work is, however many cases
were decided before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from django.db.models import Case, CharField, Count, Exists, F, Min, OuterRef, Q, QuerySet, TextChoices, Value, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from families.models import RegistrationCase
from families.models.case import OPEN, STANDS_SINCE, CaseKind, CaseState

Cases = QuerySet[Any]  # of cases, with `since` where a function says so

SENT_BACK_DAYS = 30
# In the order of the work: what a clerk has to finish, what a reviewer has, what came back.
IN_HAND = (CaseState.DRAFT, CaseState.SUBMITTED, CaseState.REJECTED)


class Age(TextChoices):
    """How long a case stands as it does, in calendar days of Asia/Shanghai."""

    TODAY = "today", _("today")
    DAYS = "days", _("1–3 days")
    WEEK = "week", _("4–7 days")
    OLDER = "older", _("over a week")


# The most days of each age; what is older has no end.
MOST_DAYS = {Age.TODAY: 0, Age.DAYS: 3, Age.WEEK: 7}


def midnight(*, days_ago: int = 0) -> dt.datetime:
    """When the day began that lies so many days back."""
    day = timezone.localdate() - dt.timedelta(days=days_ago)
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def in_hand(staff: Staff) -> Cases:
    """The cases in scope that somebody has to go on with, the oldest first, each with `since`."""
    cases = RegistrationCase.objects.for_staff(staff).annotate(since=STANDS_SINCE)
    followed = RegistrationCase.objects.filter(owner=OuterRef("owner"), pk__gt=OuterRef("pk"))
    sent_back = Q(state=CaseState.REJECTED, since__gte=midnight(days_ago=SENT_BACK_DAYS)) & ~Exists(followed)
    return cases.filter(Q(state__in=OPEN) | sent_back).order_by("since", "pk")


def as_rows(cases: Cases) -> Cases:
    """What a row of a list shows, in one query."""
    return cases.select_related("owner", "region", "handled_by", "reviewed_by").defer("submitted_check")


def of_age(cases: Cases, age: str) -> Cases:
    """Those of one age. `cases`: with `since`."""
    ages = list(Age)
    at = ages.index(Age(age))
    if ages[at] in MOST_DAYS:
        cases = cases.filter(since__gte=midnight(days_ago=MOST_DAYS[ages[at]]))
    return cases.filter(since__lt=midnight(days_ago=MOST_DAYS[ages[at - 1]])) if at else cases


@dataclass(frozen=True, slots=True)
class Cell:
    """How many cases of a state and an age; None is all of them, and leaves it out of an address."""

    state: str | None
    age: str | None
    count: int


class Matrix:
    """Counts by state and age: one query, and the length of every list that is cut out of it."""

    def __init__(self, cases: Cases) -> None:
        aged = Case(
            *(When(since__gte=midnight(days_ago=days), then=Value(age.value)) for age, days in MOST_DAYS.items()),
            default=Value(Age.OLDER.value),
            output_field=CharField(),
        )
        counted = cases.order_by().annotate(age=aged).values_list("state", "age").annotate(Count("pk"))
        self.counts = {(state, age): count for state, age, count in counted}

    def count(self, *, state: str = "", age: str = "") -> int:
        return sum(
            count
            for (its_state, its_age), count in self.counts.items()
            if state in ("", its_state) and age in ("", its_age)
        )

    @property
    def rows(self) -> Iterator[tuple[str, list[Cell]]]:
        """A label and its cells, the sum of the row last; and below, the sums of the columns."""
        for label, state in [*((state.label, state.value) for state in IN_HAND), (_("together"), "")]:
            yield (
                str(label),
                [Cell(state or None, age or None, self.count(state=state, age=age)) for age in [*Age.values, ""]],
            )


@dataclass(frozen=True, slots=True)
class Load:
    """What one person, or a whole office, has in hand. `staff_id`: None for an office."""

    name: str
    staff_id: int | None
    counts: tuple[int, ...]
    oldest: dt.datetime

    @property
    def total(self) -> int:
        return sum(self.counts)


def loads(cases: Cases) -> list[tuple[Load, list[Load]]]:
    """Each office with its people: how many cases of each state in hand, and since when the oldest stands."""
    counted = (
        cases.order_by()
        .values("handled_by", office=F("handled_by__office"), who=F("handled_by__full_name"))
        .annotate(oldest=Min("since"), **{state.value: Count("pk", filter=Q(state=state)) for state in IN_HAND})
        .order_by("office", "who", "handled_by")
    )
    people = [(row["office"], _load(dict(row))) for row in counted]
    return [
        (_together(office, [load for _office, load in group]), [load for _office, load in group])
        for office, group in ((office, list(rows)) for office, rows in groupby(people, key=lambda one: one[0]))
    ]


def _load(row: dict[str, Any]) -> Load:
    counts = tuple(row[state.value] for state in IN_HAND)
    return Load(row["who"], row["handled_by"], counts, row["oldest"])


def _together(office: str, people: Sequence[Load]) -> Load:
    counts = zip(*(load.counts for load in people), strict=True)
    return Load(office, None, tuple(map(sum, counts)), min(load.oldest for load in people))


def holders(staff: Staff) -> list[Staff]:
    """Who has something in hand that the staff member sees, and themselves: what a list can be narrowed to."""
    having = in_hand(staff).order_by().values("handled_by")
    return list(Staff.objects.filter(Q(pk__in=having) | Q(pk=staff.pk)).order_by("office", "full_name", "pk"))


# A clerk's own day.


@dataclass(frozen=True, slots=True)
class Done:
    """What was done of one kind of business since midnight."""

    kind: str
    opened: int
    submitted: int
    decided: int


@dataclass(frozen=True, slots=True)
class Day:
    """A clerk's desk: the first rows of each list with how long it is, and what was done today."""

    drafts: list[RegistrationCase]
    waiting: list[RegistrationCase]
    returned: list[RegistrationCase]
    decided: list[RegistrationCase]
    counts: Matrix
    done: list[Done]

    @property
    def oldest_waiting(self) -> RegistrationCase | None:
        return self.waiting[0] if self.waiting else None

    @property
    def lengths(self) -> dict[str, int]:
        lengths = {state.value: self.counts.count(state=state) for state in IN_HAND}
        return lengths | {"decided": sum(done.decided for done in self.done)}


def day_of(staff: Staff, *, rows: int) -> Day:
    """The own work of a clerk; of each list the first `rows`, the oldest first, of what is decided the latest."""
    own = in_hand(staff).filter(handled_by=staff)
    by_state = {state: list(as_rows(own.filter(state=state))[:rows]) for state in IN_HAND}
    today = (
        RegistrationCase.objects.for_staff(staff)
        .annotate(since=STANDS_SINCE)
        .filter(handled_by=staff, since__gte=midnight())
    )
    return Day(
        drafts=by_state[CaseState.DRAFT],
        waiting=by_state[CaseState.SUBMITTED],
        returned=by_state[CaseState.REJECTED],
        decided=list(as_rows(today.filter(decided_at__isnull=False)).order_by("-decided_at", "-pk")[:rows]),
        counts=Matrix(own),
        done=list(_done(today)),
    )


def _done(today: Cases) -> Iterator[Done]:
    """By kind, in the order of the kinds. `today`: what moved since midnight."""
    since = midnight()
    counted = (
        today.order_by()
        .values("kind")
        .annotate(
            opened=Count("pk", filter=Q(handled_at__gte=since)),
            submitted=Count("pk", filter=Q(submitted_at__gte=since)),
            decided=Count("pk", filter=Q(decided_at__gte=since)),
        )
    )
    by_kind = {row["kind"]: row for row in counted}
    for kind in CaseKind:
        if kind in by_kind:
            row = by_kind[kind]
            yield Done(str(kind.label), row["opened"], row["submitted"], row["decided"])


# The reviewer's queue.


def to_review(staff: Staff) -> Cases:
    """What waits for this reviewer, the longest first: nothing that they opened or handled themselves."""
    return _submitted(staff).exclude(_own(staff)).order_by("submitted_at", "pk")


def own_waiting(staff: Staff) -> Cases:
    """What waits and somebody else has to review, because it is the reviewer's own."""
    return _submitted(staff).filter(_own(staff))


def _submitted(staff: Staff) -> Cases:
    return RegistrationCase.objects.for_staff(staff).filter(state=CaseState.SUBMITTED)


def _own(staff: Staff) -> Q:
    return Q(handled_by=staff) | Q(opened_by=staff)


def next_to_review(staff: Staff, *, after: RegistrationCase) -> RegistrationCase | None:
    """The next one of the queue; behind its end, the first that is left."""
    others = to_review(staff).exclude(pk=after.pk)
    return others.filter(_behind(after)).first() or others.first()


def previous_to_review(staff: Staff, *, before: RegistrationCase) -> RegistrationCase | None:
    others = to_review(staff).exclude(pk=before.pk).exclude(_behind(before))
    return others.order_by("-submitted_at", "-pk").first()


def _behind(case: RegistrationCase) -> Q:
    if case.submitted_at is None:
        return Q()
    return Q(submitted_at__gt=case.submitted_at) | Q(submitted_at=case.submitted_at, pk__gt=case.pk)


def offices_of(people: Iterable[Staff]) -> list[str]:
    return sorted({one.office for one in people if one.office})
