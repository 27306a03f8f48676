"""Long sequences of changes, drawn at random, over families and policies drawn at random, while the days go on.

After each step the laws of a group hold on every day it has or will have; a day that has passed is told as it was
told then; what was refused has written nothing; and the same accepted changes make the same family of others.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import combinations
from random import Random
from typing import Any

import pytest

from accounts.models import InsuredPerson, Region, Staff, Suspension
from families.models import Grant, GroupMember, MutualAidGroup, Sharing
from families.models.case import CaseKind
from families.rules.kinship import OWNER, expected_gender, may_pay, pair_relation
from families.rules.policy import KINDS
from families.rules.succession import Relative, relation_to
from families.selectors import policy_on
from families.services.changes import change_group
from families.services.groups import GroupDissolved, NewMember, NotEligible, create_group
from families.services.plans import GroupChange, MemberTerms
from tests.factories import START, make_person, make_policy, make_staff, make_suspension, picture_of

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
DAY = dt.timedelta(days=1)
STEPS = 16
WEIGHTS = {"add": 8, "change": 10, "release": 4, "hand_over": 6, "dissolve": 1, "status": 2}
SEEDS = 16
# Everybody of the town: gender, insurance, year of birth, relation to whoever owns a group first.
TOWN = (
    ("1", "310", 1970, "01"), ("2", "310", 1972, "12"), ("1", "390", 2000, "20"), ("2", "310", 1998, "30"),
    ("1", "310", 1945, "51"), ("2", "390", 1947, "52"), ("1", "310", 1968, "71"), ("2", "390", 1975, "77"),
    ("1", "390", 2020, "41"), ("2", "310", 1946, "56"), ("1", "310", 1971, "01"),
)  # fmt: skip
RELATIONS = sorted({relation for *_facts, relation in TOWN} - {OWNER} | {"10", "61", "44", "99"})
# The families that there are at first: who, and at which place each account pays.
FIRST_MEMBERS: tuple[dict[int, int | None], ...] = ({0: 1, 1: 2, 2: None, 3: 3}, {10: 1})


def draw_policy(dice: Random) -> dict[str, Any]:
    """Mostly wide, so that something happens."""
    return {
        "max_members": dice.choice((8, 8, 8, 5, 4)),
        "near_relatives": dice.choice((sorted(KINDS), sorted(KINDS), ["spouse", "parent", "child"])),
        "allow_parents_in_law": dice.choice((True, False)),
        "one_group_per_person": dice.choice((True, True, False)),
        "order_change_lag_days": dice.choice((0, 0, 1, 9)),
        "min_bind_days": dice.choice((0, 0, 0, 12)),
        "rebind_wait_days": dice.choice((0, 0, 10)),
        "release_lag_days": dice.choice((0, 0, 1, 15)),
        "changes_per_year": dice.choice((None, None, 6)),
    }


Step = tuple[str, int, Any]  # what happens, to which group or person, and what is asked


@dataclass
class World:
    """The persons of the town, twice the same for two worlds, and two groups. Changes name persons by place."""

    by: Staff
    persons: list[int] = field(default_factory=list)
    groups: list[MutualAidGroup] = field(default_factory=list)

    @classmethod
    def fresh(cls, by: Staff) -> World:
        world = cls(by)
        world.persons = [
            make_person(gender=gender, insutype=insutype, born_on=dt.date(year, 1, 1)).pk
            for gender, insutype, year, _relation in TOWN
        ]
        for places in FIRST_MEMBERS:
            members = [
                NewMember(world.persons[place], TOWN[place][3], START, rank=rank) for place, rank in places.items()
            ]
            region = Region.objects.get(pk="421002")
            world.groups.append(create_group(region=region, members=members, by=by))
        return world

    def take(self, step: Step) -> None:
        kind, number, asked = step
        if kind == "status":
            one = InsuredPerson.objects.get(pk=self.persons[number])
            if not Suspension.objects.filter(person=one).exists():
                make_suspension(one, "suspended", asked, asked + 20 * DAY)
            return
        change_group(group_id=self.groups[number].pk, change=self._named(asked), by=self.by)

    def _named(self, change: GroupChange) -> GroupChange:
        """The change with persons for places."""
        who = self.persons
        return replace(
            change,
            joins=[replace(one, person_id=who[one.person_id]) for one in change.joins],
            terms=[replace(one, person_id=who[one.person_id]) for one in change.terms],
            leaves=[who[one] for one in change.leaves],
            declared=frozenset((who[payer], who[taker]) for payer, taker in change.declared),
        )

    def place(self, person_id: int) -> int:
        return self.persons.index(person_id)

    def picture(self, number: int, day: dt.date) -> Any:
        """How a group stands on a day, with places for persons."""
        members, grants = picture_of(self.groups[number], day)
        return (
            [(self.place(one), *terms) for one, *terms in members],
            [(self.place(payer), self.place(taker), *terms) for payer, taker, *terms in grants],
        )


class Rows:
    """All that is stored, read once; what holds on a day."""

    def __init__(self) -> None:
        self.members = {row.pk: row for row in GroupMember.objects.order_by("pk")}
        self.sharings, self.grants = list(Sharing.objects.order_by("pk")), list(Grant.objects.order_by("pk"))
        self.groups = list(MutualAidGroup.objects.order_by("pk"))

    def stored(self) -> list[dict[str, Any]]:
        rows = [*self.members.values(), *self.sharings, *self.grants, *self.groups]
        return [{k: v for k, v in vars(row).items() if k != "_state"} for row in rows]

    def days(self) -> list[dt.date]:
        """The days on which something begins or ends, and the days before."""
        rows: list[Any] = [*self.members.values(), *self.sharings, *self.grants]
        turns = {getattr(row, end) for row in rows for end in row.period} - {None}
        return sorted(turns | {day - DAY for day in turns})


def holds(row: Any, day: dt.date) -> bool:
    start, end = (getattr(row, name) for name in row.period)
    return bool(start <= day and (end is None or end > day))


def check_laws(rows: Rows) -> None:
    for one, other in combinations(rows.members.values(), 2):
        if one.person_id == other.person_id and (
            one.group_id == other.group_id or (one.exclusive and other.exclusive)
        ):
            assert not overlap(one, other)
    for day in rows.days():
        for group in rows.groups:
            check_group(rows, group, day)


def overlap(one: GroupMember, other: GroupMember) -> bool:
    start = max(one.joined_on, other.joined_on)
    ends = [row.left_on for row in (one, other) if row.left_on is not None]
    return all(end > start for end in ends)


def check_group(rows: Rows, group: MutualAidGroup, day: dt.date) -> None:
    members = {row.pk: row for row in rows.members.values() if row.group_id == group.pk and holds(row, day)}
    seats = [row.seat for row in members.values()]
    assert len(seats) == len(set(seats)) <= 8
    owners = [row for row in members.values() if row.relation == OWNER]
    assert [row.seat for row in owners] == ([1] if holds(group, day) else []), (group, day)
    assert members or not holds(group, day)
    sharings = {row.payer_id: row.rank for row in rows.sharings if row.group_id == group.pk and holds(row, day)}
    assert sharings.keys() <= members.keys(), "shares only while a member"
    assert len(sharings) == len(set(sharings.values()))
    assert not owners or owners[0].pk in sharings, "the owner shares"
    for grant in rows.grants:
        if grant.group_id == group.pk and holds(grant, day):
            assert {grant.payer_id, grant.beneficiary_id} <= members.keys(), "draws only while both are members"
            check_relation(grant, members)


def check_relation(grant: Grant, members: dict[int, GroupMember]) -> None:
    pair = pair_relation(members[grant.payer_id].relation, members[grant.beneficiary_id].relation)
    assert grant.basis == pair.verdict.value
    assert may_pay(pair, near_relatives=set(KINDS), allow_parents_in_law=True, declared=True)


def check_nothing_missing(rows: Rows, group: MutualAidGroup) -> None:
    """Under one policy: every pair that follows from the table, with an account that is shared, may draw."""
    for day in rows.days():
        policy = policy_on(group.region, day)
        members = {row.pk: row for row in rows.members.values() if row.group_id == group.pk and holds(row, day)}
        sharing = {row.payer_id for row in rows.sharings if row.group_id == group.pk and holds(row, day)}
        granted = {(row.payer_id, row.beneficiary_id) for row in rows.grants if holds(row, day)}
        for payer in sharing:
            for taker in members.keys() - {payer}:
                pair = pair_relation(members[payer].relation, members[taker].relation)
                if may_pay(
                    pair,
                    near_relatives=policy.near_relatives,
                    allow_parents_in_law=policy.allow_parents_in_law,
                ):
                    assert (payer, taker) in granted, (day, members[payer], members[taker])


class Desk:
    """Draws what a family might ask for next."""

    def __init__(self, world: World, dice: Random) -> None:
        self.world, self.dice = world, dice

    def draw(self, values: Sequence[Any]) -> Any:
        return self.dice.choice(values)

    def some(self, values: Sequence[Any], most: int) -> list[Any]:
        return self.dice.sample(values, k=min(len(values), self.dice.randint(1, most)))

    def step(self, today: dt.date) -> Step:
        kind = self.draw([kind for kind, weight in WEIGHTS.items() for _ in range(weight)])
        if kind == "status":
            return kind, self.draw(range(len(TOWN))), today
        number = self.draw((0, 1, 1, 1) if kind == "dissolve" else (0, 0, 0, 0, 1))
        day = today + self.draw((0, 0, 0, 0, 3, 11, -8 if kind == "add" else 0)) * DAY
        ask: Callable[..., GroupChange] = getattr(self, f"_{kind}")
        return kind, number, ask(number, day)

    def _present(self, number: int, day: dt.date) -> list[MemberTerms]:
        """The members of the day with what holds for them, by place."""
        rows = {row.person_id: row for row in GroupMember.objects.filter(group=self.world.groups[number]).on(day)}
        members, _grants = picture_of(self.world.groups[number], day)
        return [
            MemberTerms(self.world.place(one), relation, rank, limit, rows[one].left_on)
            for one, _seat, relation, rank, limit in members
        ]

    def _end(self, day: dt.date) -> dt.date | None:
        ends: dt.date | None = self.draw((None, None, day + 2 * DAY, day + 20 * DAY, day + 40 * DAY))
        return ends

    def _add(self, number: int, day: dt.date) -> GroupChange:
        places = self.some(range(len(TOWN)), 3)
        joins = [self._join(place, day) for place in places]
        return GroupChange(
            CaseKind.ADD, min(join.starts_on for join in joins), joins=joins, declared=self._declared()
        )

    def _join(self, place: int, day: dt.date) -> NewMember:
        relation = self.draw((TOWN[place][3],) * 20 + tuple(RELATIONS))
        rank = self.draw((None, 2, 3, 4)) if TOWN[place][1] == "310" else None
        return NewMember(place, "20" if relation == OWNER else relation, day, rank, left_on=self._end(day))

    def _declared(self) -> frozenset[tuple[int, int]]:
        return frozenset({(self.draw(range(len(TOWN))), self.draw(range(len(TOWN))))})

    def _change(self, number: int, day: dt.date) -> GroupChange:
        present = self._present(number, day)
        if not present:
            return GroupChange(CaseKind.CHANGE, day, terms=[MemberTerms(1, "12")])
        named = self.some(present, 3)
        ranks = [one.rank for one in named][1:] + [one.rank for one in named][:1]
        terms = [self._other(one, rank, day) for one, rank in zip(named, ranks, strict=True)]
        return GroupChange(CaseKind.CHANGE, day, terms=terms, declared=self._declared())

    def _other(self, terms: MemberTerms, swapped: int | None, day: dt.date) -> MemberTerms:
        if terms.relation == OWNER:
            return replace(terms, share_limit=self.draw((None, Decimal("7.00"))))
        what = self.draw(("rank", "swap", "limit", "end", "relation"))
        rank = self.draw((None, 2, 3, 4, 6)) if TOWN[terms.person_id][1] == "310" else None
        return {
            "rank": lambda: replace(terms, rank=rank),
            "swap": lambda: replace(terms, rank=swapped if swapped != 1 else terms.rank),
            "limit": lambda: replace(terms, share_limit=Decimal("5.00") if terms.rank else None),
            "end": lambda: replace(terms, left_on=self._end(day)),
            "relation": lambda: replace(terms, relation=self.draw(RELATIONS)),
        }[what]()

    def _release(self, number: int, day: dt.date) -> GroupChange:
        places = [one.person_id for one in self._present(number, day)] or [3]
        leaves = self.some(places, 2)
        return GroupChange(CaseKind.RELEASE, day, leaves=leaves)

    def _hand_over(self, number: int, day: dt.date) -> GroupChange:
        present = self._present(number, day)
        heirs = [one for one in present if one.relation != OWNER and TOWN[one.person_id][1] == "310"]
        if not heirs:
            return GroupChange(CaseKind.HAND_OVER, day, terms=[MemberTerms(1, OWNER, 1)])
        heir, owner_stays = self.draw(heirs), self.draw((True, True, False))
        owner = next(one for one in present if one.relation == OWNER)
        terms, leaves = [replace(heir, relation=OWNER, rank=1, left_on=None)], []
        for one in present:
            relation = (
                relation_to(self._relative(heir), self._relative(one), owner_gender=TOWN[owner.person_id][0])
                if one is not heir
                else None
            )
            if one is not heir and relation and (one is not owner or owner_stays):
                rank = heir.rank or 8 if one is owner else one.rank
                terms.append(replace(one, relation=relation, rank=rank))
            elif one is not heir:
                leaves.append(one.person_id)
        return GroupChange(CaseKind.HAND_OVER, day, terms=terms, leaves=leaves)

    def _relative(self, terms: MemberTerms) -> Relative:
        gender, _insutype, year, _relation = TOWN[terms.person_id]
        return Relative(terms.relation, expected_gender(terms.relation) or gender, dt.date(year, 1, 1))

    def _dissolve(self, number: int, day: dt.date) -> GroupChange:
        return GroupChange(CaseKind.DISSOLVE, day, leaves=[one.person_id for one in self._present(number, day)])


@pytest.mark.parametrize("seed", range(SEEDS))
def test_whatever_is_asked_the_laws_hold_the_past_stays_and_the_same_changes_make_the_same_family(seed: int) -> None:
    dice = Random(seed)
    make_policy("421000", **draw_policy(dice))
    narrower = dice.random() < 0.5
    if narrower:
        make_policy("421000", effective_on=START + 25 * DAY, **draw_policy(dice))
    world = World.fresh(make_staff("clerk"))
    accepted = run(world, Desk(world, dice), one_policy=not narrower)
    days = Rows().days()
    again = World.fresh(world.by)
    for step in accepted:
        again.take(step)
    for number in range(len(FIRST_MEMBERS)):
        for day in days:
            assert again.picture(number, day) == world.picture(number, day)


def run(world: World, desk: Desk, *, one_policy: bool) -> list[Step]:
    """Take the steps that are accepted and check after each; returns them."""
    today, accepted = START + 20 * DAY, []
    told: dict[tuple[int, dt.date], Any] = {}
    rows = Rows()
    for _ in range(STEPS):
        for number in range(len(FIRST_MEMBERS)):
            told[number, today - DAY] = world.picture(number, today - DAY)
        step = desk.step(today)
        stored, rows = rows.stored(), attempt(world, step, accepted)
        if accepted[-1:] != [step]:
            assert rows.stored() == stored, "what was refused has written nothing"
            continue
        check_laws(rows)
        if one_policy:
            for group in world.groups:
                check_nothing_missing(rows, group)
        told = {key: picture for key, picture in told.items() if step[0] == "status" or key[1] < step[2].day}
        for (number, day), picture in told.items():
            assert world.picture(number, day) == picture, "a day that has passed is told as then"
        today += desk.draw((0, 1, 5, 15)) * DAY
    return accepted


def attempt(world: World, step: Step, accepted: list[Step]) -> Rows:
    try:
        world.take(step)
    except (NotEligible, GroupDissolved):
        return Rows()
    accepted.append(step)
    return Rows()
