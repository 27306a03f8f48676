"""One pair, several hands: it is merged once, and nothing that begins meanwhile falls between the two records."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone

from accounts.models import AccountEntry, InsuredPerson, PersonalAccount, Staff
from families.models import GroupMember, PersonMatch
from families.models.match import Certainty
from families.services.changes import add_member
from families.services.duplicates import propose_matches
from families.services.groups import NewMember
from families.services.merging import merge_persons, request_merge, send_back
from tests.concurrency.threads import at_once, kinds
from tests.factories import START, make_group, make_person, make_staff

pytestmark = pytest.mark.usefixtures("committed_db")
ROUNDS = range(3)


def pair(by: Staff) -> PersonMatch:
    """A pair for which a merge is asked: the first stays, the second has 5.00 on its account."""
    first, second = make_person(by=by), make_person(current="5.00", by=by)
    match = PersonMatch.objects.create(
        first=first, second=second, found_on=START, certainty=Certainty.LIKELY, evidence={"for": [], "against": []}
    )
    return request_merge(match_id=match.pk, survivor_id=first.pk, reason="x1", by=by)


def deciding(match: PersonMatch, by: Staff) -> Callable[[], PersonMatch]:
    return partial(merge_persons, match_id=match.pk, survivor_id=match.first_id, by=by)


def test_of_two_who_confirm_at_once_one_merges_and_the_other_is_told() -> None:
    clerk, deciders = make_staff("clerk"), [make_staff("reviewer"), make_staff("supervisor")]
    for _ in ROUNDS:
        match = pair(clerk)
        answers = at_once(*[deciding(match, by) for by in deciders])
        assert kinds(answers) == {"PersonMatch": 1, "AlreadyDecided": 1}
        assert AccountEntry.objects.filter(source=f"merge:{match.pk}").count() == 2
        assert PersonalAccount.objects.get(person=match.first_id).current_year == 5


def test_of_one_who_confirms_and_one_who_sends_back_at_once_one_is_told() -> None:
    clerk, reviewer, supervisor = make_staff("clerk"), make_staff("reviewer"), make_staff("supervisor")
    for _ in ROUNDS:
        match = pair(clerk)
        answers = at_once(
            deciding(match, reviewer), partial(send_back, match_id=match.pk, reason="x2", by=supervisor)
        )
        assert kinds(answers) == {"PersonMatch": 1, "AlreadyDecided": 1}


def test_a_record_that_joins_a_family_while_it_is_merged_is_in_it_under_one_name_alone() -> None:
    clerk, reviewer = make_staff("clerk"), make_staff("reviewer")
    for _ in ROUNDS:
        match, group = pair(clerk), make_group(by=clerk)
        joining = NewMember(match.second_id, "71", timezone.localdate())
        at_once(deciding(match, reviewer), partial(add_member, group_id=group.pk, member=joining, by=clerk))
        closed = InsuredPerson.objects.get(pk=match.second_id)
        running = GroupMember.objects.filter(group=group, seat=2).on(timezone.localdate())
        if closed.merged_into_id:
            assert not running.filter(person=closed).exists()
        else:
            assert running.get().person == closed


def test_two_searches_at_once_propose_a_pair_once() -> None:
    supervisor = make_staff("supervisor")
    same = {"name": "秦建国", "name_key": "qin jian guo", "insutype": "390"}
    make_person(**same), make_person(cert_type="08", certno="E1234567", **same)
    found = at_once(*[partial(propose_matches, by=supervisor) for _ in range(2)])
    assert sorted(search.proposed for search in found) == [0, 1]  # type: ignore[union-attr]
    assert PersonMatch.objects.count() == 1


def by_hand(closed: int, into: int) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_suspension (person_id, cause, status, starts_on, note, recorded_at, ended_note)"
            " SELECT id, 'void', '3', status_since, 'x', now(), '' FROM accounts_insuredperson WHERE id = %s",
            [closed],
        )
        cursor.execute(
            "UPDATE accounts_insuredperson SET merged_into_id = %s, status = '3', status_reason = 'x' WHERE id = %s",
            [into, closed],
        )


def test_two_records_merged_into_one_another_at_once_by_hand_do_not_swallow_each_other() -> None:
    for _ in ROUNDS:
        one, other = make_person(insutype="390").pk, make_person(insutype="390").pk
        answers = at_once(partial(by_hand, one, other), partial(by_hand, other, one))
        assert sum(isinstance(answer, DatabaseError) for answer in answers) == 1, answers
        assert InsuredPerson.objects.filter(pk__in=[one, other], merged_into=None).count() == 1
