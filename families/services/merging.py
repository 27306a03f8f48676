"""Merging two records of one person: asked for by one, done by another. With groups.py and changes.py the only
writers of memberships, sharings and grants.

Invariant: nothing that was is changed. What runs ends on the day of the merge and begins the same day for the record
that stays, on the same terms; every earlier day answers as it did. The money moves, and its sum stays.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from copy import copy
from itertools import product
from typing import TypeVar

from django.db.models import F, Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import InsuredPerson, Staff
from accounts.services.closing import close_record, refuse_closing
from accounts.services.review import OwnWork
from families.models import Grant, GroupMember, MutualAidGroup, PersonMatch, RegistrationCase, Sharing
from families.models.case import OPEN
from families.models.match import MatchState
from families.services.duplicates import as_json, comparison_of, lock_match

Dated = TypeVar("Dated", GroupMember, Sharing, Grant)


class NotOfThePair(Exception):
    """The record that shall stay is neither of the two."""

    def __init__(self) -> None:
        super().__init__(_("Choose which of the two records stays."))


class RequestChanged(Exception):
    """The merge was asked for anew meanwhile, the other way round than the page showed it."""

    def __init__(self) -> None:
        super().__init__(_("The request was changed meanwhile: look again which record stays."))


class BothBound(Exception):
    """Both records run in groups that one person cannot be in at once."""

    def __init__(self, groups: Sequence[MutualAidGroup]) -> None:
        self.groups = groups
        numbers = "、".join(sorted({group.number for group in groups}))
        super().__init__(
            _("Both records are members at the same time ({numbers}): release one of them first.").format(
                numbers=numbers
            )
        )


class CaseOpen(Exception):
    """A case that is not decided yet names the record that would be closed."""

    def __init__(self, case: RegistrationCase) -> None:
        self.case = case
        super().__init__(
            _("Case {number} names this person and is open: have it decided or withdrawn first.").format(
                number=case.number
            )
        )


class FamilyChanged(Exception):
    """The person joined or left a group in this very moment."""

    def __init__(self) -> None:
        super().__init__(_("The person's groups changed in this moment. Nothing was merged: look and confirm again."))


@writes
def request_merge(*, match_id: int, survivor_id: int, reason: str, by: Staff) -> PersonMatch:
    """Ask for a merge. `survivor_id`: the record that stays; also for a pair that was marked as different.

    Raises: AlreadyDecided, NotOfThePair, and what would refuse the merge as of now (`merge_persons`), so that it is
    told at once; nothing is written then. Locks: the pair.
    """
    match = lock_match(match_id, by, MatchState.PROPOSED, MatchState.DIFFERENT)
    if survivor_id not in (match.first_id, match.second_id):
        raise NotOfThePair
    match.survivor = match.first if survivor_id == match.first_id else match.second
    _refuse_merge(match, timezone.localdate())
    match.evidence = as_json(comparison_of(match))
    match.state, match.requested_by, match.requested_at = MatchState.MERGE_REQUESTED, by, timezone.now()
    match.reason, match.decided_by, match.decided_at, match.decision = reason, None, None, ""
    match.save()
    return match


@writes
def send_back(*, match_id: int, reason: str, by: Staff) -> PersonMatch:
    """Refuse a merge that another asked for: the pair is proposed as before, with the reason.

    Raises: OwnWork, AlreadyDecided; nothing is written then. Locks: the pair.
    """
    match = _lock_for_decision(match_id, by)
    match.state, match.survivor, match.requested_by, match.requested_at = MatchState.PROPOSED, None, None, None
    match.decided_by, match.decided_at, match.decision = by, timezone.now(), reason
    match.save()
    return match


@writes
def merge_persons(*, match_id: int, survivor_id: int, by: Staff) -> PersonMatch:
    """Do the merge that another person asked for.

    `survivor_id`: what the decider saw as the record that stays. The other record is closed: its money moves, its
    running memberships go on in the name of the survivor from today.
    Raises: OwnWork, AlreadyDecided, RequestChanged; RecordMerged, ClosingRefused, BothBound, CaseOpen: what has to be
    settled first; FamilyChanged. Nothing is written then.
    Locks: the pair, the groups, both persons, their accounts, each by primary key.
    """
    match = _lock_for_decision(match_id, by)
    if match.survivor_id != survivor_id:
        raise RequestChanged
    survivor_id, closed_id = _who_stays(match)
    today = timezone.localdate()
    groups = _lock_groups(_running(today, survivor_id, closed_id))
    persons = _lock_persons(survivor_id, closed_id)
    _refuse_merge(match, today)
    rows = _running(today, closed_id)
    if {row.group_id for row in rows} - groups:
        raise FamilyChanged
    match.evidence = as_json(comparison_of(match))
    _carry_on(rows, persons[survivor_id], today)
    close_record(record=persons[closed_id], survivor=persons[survivor_id], source=f"merge:{match.pk}", by=by)
    match.state, match.decided_by, match.decided_at, match.decision = MatchState.MERGED, by, timezone.now(), ""
    match.save(update_fields=["evidence", "state", "decided_by", "decided_at", "decision"])
    return match


def _lock_for_decision(match_id: int, by: Staff) -> PersonMatch:
    match = lock_match(match_id, by, MatchState.MERGE_REQUESTED)
    if match.requested_by_id == by.pk:
        raise OwnWork
    return match


def _who_stays(match: PersonMatch) -> tuple[int, int]:
    """The keys of the record that stays and of the one that is closed."""
    if match.survivor_id == match.first_id:
        return match.first_id, match.second_id
    return match.second_id, match.first_id


def _lock_groups(rows: Sequence[GroupMember]) -> set[int]:
    locked = MutualAidGroup.objects.select_for_update().filter(pk__in={row.group_id for row in rows})
    return set(locked.order_by("pk").values_list("pk", flat=True))


def _lock_persons(*person_ids: int) -> dict[int, InsuredPerson]:
    persons = InsuredPerson.objects.filter(pk__in=person_ids).order_by("pk").select_for_update(no_key=True)
    return {person.pk: person for person in persons}


def _running(day: dt.date, *person_ids: int) -> list[GroupMember]:
    return _rest(GroupMember.objects.filter(person__in=person_ids).select_related("group"), day)


def _refuse_merge(match: PersonMatch, day: dt.date) -> None:
    """Raises: what has to be settled first. Locks: under the persons' locks it holds, without them it is a look."""
    survivor_id, closed_id = _who_stays(match)
    persons = InsuredPerson.objects.select_related("merged_into").in_bulk([survivor_id, closed_id])
    refuse_closing(persons[closed_id], persons[survivor_id])
    case = RegistrationCase.objects.filter(lines__person=closed_id, state__in=OPEN).order_by("pk").first()
    if case is not None:
        raise CaseOpen(case)
    pairs = product(_running(day, closed_id), _running(day, survivor_id))
    clashes = [(one, other) for one, other in pairs if _clash(one, other)]
    if clashes:
        raise BothBound([row.group for row in clashes[0]])


def _clash(one: GroupMember, other: GroupMember) -> bool:
    at_once = (one.left_on is None or other.joined_on < one.left_on) and (
        other.left_on is None or one.joined_on < other.left_on
    )
    return at_once and (one.group_id == other.group_id or (one.exclusive and other.exclusive))


def _carry_on(rows: Sequence[GroupMember], survivor: InsuredPerson, day: dt.date) -> None:
    """The same seats, relations, ranks, limits and grants from that day, in the name of the survivor.

    Locks: expects the groups locked.
    """
    sharings = _rest(Sharing.objects.filter(payer__in=rows), day)
    grants = _rest(Grant.objects.filter(Q(payer__in=rows) | Q(beneficiary__in=rows)), day)
    members = {row.pk: _successor(row, day) for row in rows}
    for row, new in zip(rows, members.values(), strict=True):
        row.left_reason, new.left_reason, new.person = f"→ {survivor.psn_no}", "", survivor
    GroupMember.objects.bulk_update(rows, ["left_on", "left_reason"])
    GroupMember.objects.bulk_create(members.values())
    new_sharings, new_grants = [_successor(row, day) for row in sharings], [_successor(row, day) for row in grants]
    for sharing in new_sharings:
        sharing.payer = members[sharing.payer_id]
    for grant in new_grants:
        grant.payer = members.get(grant.payer_id, grant.payer)
        grant.beneficiary = members.get(grant.beneficiary_id, grant.beneficiary)
    Sharing.objects.bulk_update(sharings, ["ends_on"])
    Sharing.objects.bulk_create(new_sharings)
    Grant.objects.bulk_update(grants, ["ends_on"])
    Grant.objects.bulk_create(new_grants)


def _rest(rows: QuerySet[Dated], day: dt.date) -> list[Dated]:
    """Those that hold on that day or later."""
    start, end = rows.model.period
    over = Q(**{f"{end}__lte": day}) | Q(**{f"{end}__lte": F(start)})
    return list(rows.exclude(over).order_by("pk"))


def _successor(row: Dated, day: dt.date) -> Dated:
    """The rest of a row's time as a row of its own, not stored yet; the row itself ends where it begins."""
    start, end = row.period
    begin = max(day, getattr(row, start))
    new = copy(row)
    new.pk, new._state.adding = None, True
    setattr(new, start, begin)
    setattr(row, end, begin)
    return new
