"""The time line of a group: every kind of event, told from dated rows, and the case that it belongs to."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from families.rules.timeline import Effect, Event, Membership, Share, events_of, stays_of, turns_of

MARCH, MAY, JUNE, JULY = (dt.date(2026, month, 1) for month in (3, 5, 6, 7))
OWNER, WIFE, SON = 10, 20, 30


def told(
    memberships: list[Membership], shares: list[Share] | None = None, dissolved_on: dt.date | None = None
) -> list[tuple[Any, ...]]:
    """Day, what, person, before, after; by day, in the order of a day's events."""
    (*turns,) = turns_of(events_of(memberships, shares or [], dissolved_on), [])
    return [
        (event.day, event.what, event.person, event.before, event.after)
        for turn in reversed(turns)
        for event in turn.events
    ]


def owner(until: dt.date | None = None, reason: str = "") -> Membership:
    return Membership(OWNER, "01", MARCH, until, reason)


FOUNDED = (MARCH, "founded", OWNER, None, "01")


def test_a_group_is_founded_by_its_owner_and_joined_by_the_others() -> None:
    assert told([Membership(WIFE, "12", MARCH), owner()]) == [FOUNDED, (MARCH, "joined", WIFE, None, "12")]


def test_somebody_joins_later_with_what_is_shared() -> None:
    share = Share(WIFE, 2, Decimal("500.00"), JUNE)
    events = events_of([owner(), Membership(WIFE, "12", JUNE)], [share], None)
    assert [event for event in events if event.day == JUNE] == [Event(JUNE, "joined", WIFE, after="12", share=share)]


def test_somebody_leaves_for_a_reason_and_what_was_shared_ends_with_it() -> None:
    rows = [owner(), Membership(WIFE, "12", MARCH, JUNE, "death")]
    assert told(rows, [Share(WIFE, 2, None, MARCH, JUNE)])[-1] == (JUNE, "left", WIFE, "12", "death")
    assert len(told(rows, [Share(WIFE, 2, None, MARCH, JUNE)])) == 3


def test_another_relation_is_no_leaving_and_no_joining() -> None:
    rows = [owner(), Membership(SON, "20", MARCH, JUNE, "change"), Membership(SON, "41", JUNE)]
    assert told(rows) == [FOUNDED, (MARCH, "joined", SON, None, "20"), (JUNE, "relation", SON, "20", "41")]
    assert [(stay.person, stay.joined_on, stay.left_on) for stay in stays_of(rows)] == [
        (OWNER, MARCH, None),
        (SON, MARCH, None),
    ]


def test_another_last_day_is_told_as_such_and_as_a_leaving_to_come() -> None:
    rows = [owner(), Membership(SON, "20", MARCH, MAY, "change"), Membership(SON, "20", MAY, JULY)]
    assert told(rows)[2:] == [(MAY, "term", SON, None, JULY), (JULY, "left", SON, "20", "")]


def test_a_group_is_handed_over() -> None:
    rows = [
        owner(JUNE, "hand_over"), Membership(OWNER, "11", JUNE),
        Membership(WIFE, "12", MARCH, JUNE, "hand_over"), Membership(WIFE, "01", JUNE),
    ]  # fmt: skip
    assert told(rows)[2:] == [
        (JUNE, "handed_over", WIFE, OWNER, WIFE),
        (JUNE, "relation", OWNER, "01", "11"),
    ]


def test_a_group_is_handed_over_because_its_owner_died() -> None:
    rows = [owner(JUNE, "death"), Membership(WIFE, "12", MARCH, JUNE, "death"), Membership(WIFE, "01", JUNE)]
    assert told(rows)[2:] == [
        (JUNE, "handed_over", WIFE, OWNER, WIFE),
        (JUNE, "left", OWNER, "01", "death"),
    ]


def test_a_group_that_ends_says_so_once() -> None:
    rows = [owner(JUNE, "requested"), Membership(WIFE, "12", MARCH, JUNE, "requested")]
    shares = [Share(OWNER, 1, None, MARCH, JUNE)]
    assert told(rows, shares, JUNE)[2:] == [(JUNE, "dissolved", OWNER, None, "requested")]


def test_order_and_limit_change() -> None:
    shares = [Share(OWNER, 1, None, MARCH, JUNE), Share(OWNER, 2, Decimal("9.00"), JUNE)]
    assert told([owner()], shares)[1:] == [
        (JUNE, "order", OWNER, 1, 2),
        (JUNE, "limit", OWNER, None, Decimal("9.00")),
    ]


def test_a_member_begins_to_share_stops_and_begins_again() -> None:
    rows = [owner(), Membership(WIFE, "12", MARCH)]
    shares = [Share(WIFE, 2, None, MAY, JUNE), Share(WIFE, 3, None, JULY)]
    assert [line[:3] for line in told(rows, shares)[2:]] == [
        (MAY, "shares", WIFE),
        (JUNE, "stops_sharing", WIFE),
        (JULY, "shares", WIFE),
    ]


def test_a_member_who_shared_from_the_start_stops() -> None:
    rows = [owner(), Membership(WIFE, "12", MARCH)]
    assert told(rows, [Share(WIFE, 2, None, MARCH, JUNE)])[2:] == [(JUNE, "stops_sharing", WIFE, 2, None)]


def test_who_comes_back_leaves_and_joins() -> None:
    rows = [owner(), Membership(WIFE, "12", MARCH, MAY, "requested"), Membership(WIFE, "12", JULY)]
    shares = [Share(WIFE, 2, None, MARCH, MAY), Share(WIFE, 2, None, JULY)]
    assert [line[:2] for line in told(rows, shares)[2:]] == [(MAY, "left"), (JULY, "joined")]


def test_what_held_no_day_is_not_told() -> None:
    rows = [owner(), Membership(WIFE, "12", JUNE, JUNE, "correction"), Membership(SON, "20", MARCH, MAY, "change"),
            Membership(SON, "30", MAY, MAY, "change"), Membership(SON, "20", MAY)]  # fmt: skip
    assert [line[1] for line in told(rows, [Share(OWNER, 3, None, MAY, MAY)])] == ["founded", "joined", "term"]


def test_a_group_of_nobody_tells_nothing() -> None:
    assert events_of([owner(MARCH)], [], MARCH) == []


# Cases.


def test_an_event_belongs_to_the_latest_case_that_reaches_its_person_on_its_day() -> None:
    events = [Event(JUNE, "order", WIFE, 2, 3), Event(JUNE, "left", SON)]
    effects = [Effect(1, WIFE, MAY, JUNE), Effect(2, WIFE, JUNE, JUNE), Effect(3, WIFE, JULY, JULY)]
    assert [(turn.case, [event.what for event in turn.events]) for turn in turns_of(events, effects)] == [
        (2, ["order"]),
        (None, ["left"]),
    ]


def test_an_agreed_end_belongs_to_the_case_that_agreed_it() -> None:
    (turn,) = turns_of([Event(JULY, "left", SON)], [Effect(7, SON, MARCH, MARCH, ends_on=JULY)])
    assert turn.case == 7


def test_turns_are_told_newest_first() -> None:
    events = [Event(day, "order", WIFE, 2, 3) for day in (MAY, JULY, MARCH)]
    assert [turn.day for turn in turns_of(events, [])] == [JULY, MAY, MARCH]
