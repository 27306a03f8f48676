"""The eighth seat: 32 threads bind a member to each of a hundred groups that have seven.

Afterwards every group has eight members and every loser was told GroupFull. Two controls show what the lock is for:
counting without it goes over eight, and with the database's constraint alone seats are lost to errors.
"""

from __future__ import annotations

import datetime as dt
import random
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import InsuredPerson, Region, Staff
from families.models import GroupMember, MutualAidGroup
from families.services import changes as service
from families.services.changes import add_member
from families.services.groups import GroupFull, NewMember
from tests.concurrency.threads import at_once, kinds, one_after_another
from tests.factories import START, make_person, make_staff

pytestmark = pytest.mark.usefixtures("committed_db")
GROUPS, THREADS, TRIES = 100, 32, 3


def groups_of(size: int, count: int, by: Staff) -> list[MutualAidGroup]:
    """Groups that have `size` members, written in bulk: only the last seats are of interest."""
    persons = iter(roster(size * count))
    region = Region.objects.get(pk="421002")
    made = MutualAidGroup.objects.bulk_create(
        MutualAidGroup(number=f"T{number:06d}", region=region, opened_on=START) for number in range(count)
    )
    GroupMember.objects.bulk_create(
        GroupMember(
            group=group,
            person=next(persons),
            seat=seat,
            relation="01" if seat == 1 else "20",
            exclusive=True,
            joined_on=START,
        )
        for group in made
        for seat in range(1, size + 1)
    )
    return made


def roster(count: int) -> list[InsuredPerson]:
    """Residents, copied from one: sealed numbers of their own are of no interest here."""
    pattern = make_person(insutype="390", born_on=dt.date(2008, 1, 1))
    first = InsuredPerson.objects.count()
    fields = {field.attname: getattr(pattern, field.attname) for field in InsuredPerson._meta.fields}
    return InsuredPerson.objects.bulk_create(
        InsuredPerson(
            **{**fields, "id": None, "psn_no": f"T{number:08d}", "certno_digest": number.to_bytes(32, "big")}
        )
        for number in range(first, first + count)
    )


def sizes(made: list[MutualAidGroup]) -> dict[int, int]:
    """How many groups have how many members."""
    counts = [group.members.count() for group in made]
    return {size: counts.count(size) for size in counts}


def test_exactly_eight_are_bound_no_seat_is_lost_and_the_losers_are_told_so() -> None:
    clerk = make_staff("clerk")
    made = groups_of(7, GROUPS, clerk)
    tries = [group for group in made for _ in range(TRIES)]
    works = [
        partial(add_member, group_id=group.pk, member=NewMember(person.pk, "30", START), by=clerk)
        for group, person in zip(tries, roster(len(tries)), strict=True)
    ]
    answers = one_after_another(works, threads=THREADS)
    assert kinds(answers) == {"GroupMember": GROUPS, "GroupFull": GROUPS * (TRIES - 1)}
    assert sizes(made) == {8: GROUPS}
    assert {row.seat for row in answers if isinstance(row, GroupMember)} == {8}


def test_all_threads_at_one_group_fill_the_seats_that_are_free() -> None:
    clerk = make_staff("clerk")
    (group,) = groups_of(3, 1, clerk)
    works = [
        partial(add_member, group_id=group.pk, member=NewMember(person.pk, "30", START), by=clerk)
        for person in roster(THREADS)
    ]
    answers = at_once(*works)
    assert kinds(answers) == {"GroupMember": 5, "GroupFull": THREADS - 5}
    assert {answer.max_members for answer in answers if isinstance(answer, GroupFull)} == {8}
    assert sorted(group.members.values_list("seat", flat=True)) == list(range(1, 9))


def test_control_counting_without_the_lock_goes_over_eight() -> None:
    """The race itself, in a table without constraints: count, then insert, in one transaction each."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE scratch_seats (group_id int)")
        cursor.execute("INSERT INTO scratch_seats SELECT g FROM generate_series(1, 8) AS g, generate_series(1, 7)")
    try:
        answers = [at_once(*[partial(count_then_insert, group, lock=False)] * 8) for group in range(1, 5)]
        guarded = [at_once(*[partial(count_then_insert, group, lock=True)] * 8) for group in range(5, 9)]
        with connection.cursor() as cursor:
            cursor.execute("SELECT group_id, count(*) FROM scratch_seats GROUP BY group_id")
            counts = dict(cursor.fetchall())
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE scratch_seats")
    assert {kind for group in answers + guarded for kind in kinds(group)} == {"bool"}
    assert max(counts[group] for group in range(1, 5)) > 8
    assert [counts[group] for group in range(5, 9)] == [8] * 4


def count_then_insert(group: int, *, lock: bool) -> bool:
    with transaction.atomic(), connection.cursor() as cursor:
        if lock:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [group])
        cursor.execute("SELECT count(*) FROM scratch_seats WHERE group_id = %s", [group])
        free = cursor.fetchone()[0] < 8
        if free:
            cursor.execute("SELECT pg_sleep(0.02)")
            cursor.execute("INSERT INTO scratch_seats VALUES (%s)", [group])
        return bool(free)


def test_control_the_constraint_alone_holds_eight_but_costs_seats_and_shows_errors(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The same service without its lock: nobody gets a ninth seat, but of five free ones some are lost to errors."""

    def unlocked(group_id: int, day: dt.date) -> MutualAidGroup:
        return MutualAidGroup.objects.select_related("region").get(pk=group_id)

    monkeypatch.setattr(service, "lock_group", unlocked)
    monkeypatch.setattr(service, "lock_persons", lambda person_ids: None)
    clerk = make_staff("clerk")
    made = groups_of(3, 6, clerk)
    answers: list[Any] = []
    for group in made:
        works = [
            partial(add_member, group_id=group.pk, member=NewMember(person.pk, "30", START), by=clerk)
            for person in roster(5)
        ]
        random.shuffle(works)
        answers += at_once(*works)
    assert max(sizes(made)) <= 8
    assert min(sizes(made)) < 8
    assert any(isinstance(answer, IntegrityError) for answer in answers)
    assert not any(isinstance(answer, GroupFull) for answer in answers)
