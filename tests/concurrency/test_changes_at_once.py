"""Two desks change one family at once: one order or the other, never a mixture; whoever is second is told why."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import partial
from itertools import combinations_with_replacement, permutations
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import Staff
from accounts.services.review import AlreadyDecided
from families.models import GroupMember, MutualAidGroup, RegistrationCase
from families.models.case import CaseKind, LineAction
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import NotYours, approve_case, submit_case, take_over_case, withdraw_case
from families.services.changes import change_group
from families.services.drafts import OpenElsewhere, save_case
from families.services.groups import GroupDissolved, NewMember, NotEligible
from families.services.plans import GroupChange, MemberTerms
from tests.concurrency.threads import at_once, kinds
from tests.factories import START, make_group, make_person, make_staff, picture_of, terms_of

pytestmark = pytest.mark.usefixtures("committed_db")
JUNE = dt.date(2026, 6, 1)
ROUNDS = range(3)
KINDS = ("add", "order", "release", "hand_over", "dissolve")
Answer = tuple[str, ...]


@dataclass
class Family:
    """An owner, a wife and a daughter who share, a son; a newcomer at the door for each desk."""

    group: MutualAidGroup
    persons: list[int]

    @classmethod
    def fresh(cls, by: Staff) -> Family:
        group = make_group("12*", "30*", "20", by=by)
        people = [row.person_id for row in group.members.order_by("seat")]
        born_on = dt.date(2009, 1, 1)
        return cls(group, people + [make_person(insutype="390", born_on=born_on).pk for _ in range(2)])

    def asks(self, kind: str, desk: int) -> GroupChange:
        """What a desk asks for, from the family as it stood when its form was filled."""
        owner, wife, daughter, son = self._terms
        newcomer = NewMember(self.persons[4 + desk], "20", JUNE)
        return {
            "add": GroupChange(CaseKind.ADD, JUNE, joins=[newcomer]),
            "order": GroupChange(
                CaseKind.CHANGE,
                JUNE,
                terms=[replace(wife, rank=3, share_limit=Decimal(desk)), replace(daughter, rank=2)],
            ),
            "release": GroupChange(CaseKind.RELEASE, JUNE, leaves=[wife.person_id]),
            "hand_over": GroupChange(
                CaseKind.HAND_OVER,
                JUNE,
                terms=[replace(wife, relation="01", rank=1), replace(owner, relation="11", rank=2), daughter, son],
            ),
            "dissolve": GroupChange(CaseKind.DISSOLVE, JUNE, leaves=[one.person_id for one in self._terms]),
        }[kind]

    @property
    def _terms(self) -> list[MemberTerms]:
        return terms_of(self.group, START)

    def picture(self) -> Any:
        """The family before, on the day and long after, with places for persons; and when the group ends."""
        places = {person: place for place, person in enumerate(self.persons)}
        self.group.refresh_from_db()
        pictures = [picture_of(self.group, day) for day in (START, JUNE, dt.date(2027, 6, 1))]
        return self.group.dissolved_on, [
            (
                [(places[one], *terms) for one, *terms in members],
                [(places[payer], places[taker], *terms) for payer, taker, *terms in grants],
            )
            for members, grants in pictures
        ]


def told(answer: object) -> Answer:
    """Done, or which business error said what."""
    if isinstance(answer, NotEligible):
        return (type(answer).__name__, *sorted({failure.code for failure in answer.preflight.failures}))
    return ("done",) if not isinstance(answer, Exception) else (type(answer).__name__,)


def attempt(work: Callable[[], object]) -> object:
    try:
        return work()
    except (NotEligible, GroupDissolved) as refusal:
        return refusal


@pytest.mark.parametrize(("one", "other"), list(combinations_with_replacement(KINDS, 2)))
def test_two_changes_at_once_end_like_one_after_the_other(one: str, other: str) -> None:
    clerk = make_staff("clerk")
    serial = []
    for order in permutations((0, 1)):
        family = Family.fresh(clerk)
        changes = [family.asks(kind, desk) for desk, kind in enumerate((one, other))]
        answers: dict[int, Answer] = {}
        for desk in order:
            answers[desk] = told(
                attempt(partial(change_group, group_id=family.group.pk, change=changes[desk], by=clerk))
            )
        serial.append(([answers[0], answers[1]], family.picture()))
    for _ in range(2):
        family = Family.fresh(clerk)
        works = [
            partial(change_group, group_id=family.group.pk, change=family.asks(kind, desk), by=clerk)
            for desk, kind in enumerate((one, other))
        ]
        both = [told(answer) for answer in at_once(*works)]
        assert (both, family.picture()) in serial


def test_what_the_second_desk_is_told_when_the_first_released_or_dissolved() -> None:
    clerk = make_staff("clerk")
    second_after_first = {
        ("release", "release"): ("NotEligible", "not_a_member"),
        ("release", "order"): ("NotEligible", "not_a_member"),
        ("dissolve", "add"): ("GroupDissolved",),
        ("dissolve", "dissolve"): ("GroupDissolved",),
        ("add", "dissolve"): ("NotEligible", "member_missing"),
        ("hand_over", "release"): ("NotEligible", "owner_stays"),
    }
    for (first, second), expected in second_after_first.items():
        family = Family.fresh(clerk)
        changes = [family.asks(first, 0), family.asks(second, 1)]
        change_group(group_id=family.group.pk, change=changes[0], by=clerk)
        late = partial(change_group, group_id=family.group.pk, change=changes[1], by=clerk)
        assert told(attempt(late)) == expected, (first, second)


# Cases of one group.


def today() -> dt.date:
    return timezone.localdate()


def release_form(group: MutualAidGroup, seat: int = 4) -> CaseInput:
    row = GroupMember.objects.get(group=group, seat=seat)
    owner = GroupMember.objects.get(group=group, seat=1)
    line = LineInput(row.person_id, row.relation, False, today(), action=LineAction.LEAVE)
    return CaseInput(
        key=uuid4(),
        owner_id=owner.person_id,
        lines=[line],
        kind=CaseKind.RELEASE,
        group_id=group.pk,
        cause="requested",
    )


def family_group(by: Staff) -> MutualAidGroup:
    return make_group("12*", "30*", "20", by=by)


def submitted(group: MutualAidGroup, by: Staff, seat: int = 4) -> RegistrationCase:
    return submit_case(case_id=save_case(form=release_form(group, seat), by=by).pk, by=by)


def test_two_clerks_who_open_a_case_for_one_group_get_one_and_the_other_is_told_who_has_it() -> None:
    clerks = [make_staff("clerk") for _ in range(2)]
    for _ in ROUNDS:
        group = family_group(clerks[0])
        works = [
            partial(save_case, form=release_form(group, seat), by=clerk)
            for clerk, seat in zip(clerks, (3, 4), strict=True)
        ]
        answers = at_once(*works)
        assert kinds(answers) == {"RegistrationCase": 1, "OpenElsewhere": 1}
        case = group.cases.get()
        (refusal,) = [answer for answer in answers if isinstance(answer, OpenElsewhere)]
        assert refusal.case == case
        assert str(case.handled_by) in str(refusal)


def test_a_case_and_a_desk_that_release_the_same_member_at_once_release_once() -> None:
    """A direct change is the import's way; the case that comes second is told, and stays submitted."""
    clerk, reviewer = make_staff("clerk"), make_staff("reviewer")
    for _ in ROUNDS:
        group = family_group(clerk)
        case, child = submitted(group, clerk), GroupMember.objects.get(group=group, seat=4)
        change = GroupChange(CaseKind.RELEASE, today(), leaves=[child.person_id], reason="desk")
        answers = at_once(
            partial(approve_case, case_id=case.pk, by=reviewer),
            partial(change_group, group_id=group.pk, change=change, by=clerk),
        )
        case.refresh_from_db()
        child.refresh_from_db()
        assert sorted(told(answer) for answer in answers) == [("NotEligible", "not_a_member"), ("done",)]
        assert (case.state, child.left_reason) in {("effective", "requested"), ("submitted", "desk")}


def test_two_cases_of_two_groups_for_one_newcomer_approved_at_once_bind_once() -> None:
    clerk, reviewers = make_staff("clerk"), [make_staff("reviewer") for _ in range(2)]
    for _ in ROUNDS:
        child = make_person(insutype="390", born_on=dt.date(2009, 1, 1))
        cases = []
        for group in (family_group(clerk), family_group(clerk)):
            line = LineInput(child.pk, "20", False, today())
            form = replace(release_form(group), kind=CaseKind.ADD, lines=[line], cause="")
            cases.append(submit_case(case_id=save_case(form=form, by=clerk).pk, by=clerk))
        works = [partial(approve_case, case_id=case.pk, by=by) for case, by in zip(cases, reviewers, strict=True)]
        assert sorted(told(answer) for answer in at_once(*works)) == [("NotEligible", "already_in_group"), ("done",)]
        assert sorted(RegistrationCase.objects.get(pk=case.pk).state for case in cases) == ["effective", "submitted"]


def test_a_case_of_a_group_approved_twice_at_once_is_carried_out_once() -> None:
    clerk, reviewers = make_staff("clerk"), [make_staff("reviewer") for _ in range(2)]
    for _ in ROUNDS:
        group = family_group(clerk)
        case = submitted(group, clerk)
        answers = at_once(*[partial(approve_case, case_id=case.pk, by=by) for by in reviewers])
        assert kinds(answers) == {"RegistrationCase": 1, "AlreadyDecided": 1}
        assert group.members.filter(left_on=None).count() == 3


def test_a_case_taken_over_while_its_handler_submits_is_submitted_or_the_handler_is_told() -> None:
    clerk, other, boss = make_staff("clerk"), make_staff("clerk"), make_staff("supervisor")
    for _ in ROUNDS:
        draft = save_case(form=release_form(family_group(clerk)), by=clerk)
        answers = at_once(
            partial(take_over_case, case_id=draft.pk, to=other, by=boss),
            partial(submit_case, case_id=draft.pk, by=clerk),
        )
        draft.refresh_from_db()
        assert draft.handled_by == other
        assert not isinstance(answers[0], Exception)
        if draft.state == "draft":
            assert isinstance(answers[1], NotYours)
            assert str(other) in str(answers[1])
        else:
            assert (draft.state, told(answers[1])) == ("submitted", ("done",))


def test_a_case_of_a_group_withdrawn_while_it_is_approved_is_one_of_the_two() -> None:
    clerk, reviewer = make_staff("clerk"), make_staff("reviewer")
    for _ in ROUNDS:
        group = family_group(clerk)
        case = submitted(group, clerk)
        answers = at_once(
            partial(approve_case, case_id=case.pk, by=reviewer),
            partial(withdraw_case, case_id=case.pk, reason="x", by=clerk),
        )
        case.refresh_from_db()
        assert kinds(answers) == {"RegistrationCase": 1, "AlreadyDecided": 1}
        (refusal,) = [answer for answer in answers if isinstance(answer, AlreadyDecided)]
        assert refusal.state == str(case.get_state_display())
        left = group.members.exclude(left_on=None).count()
        assert (case.state, left) in {("effective", 1), ("withdrawn", 0)}
