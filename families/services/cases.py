"""A registration case from the counter to its decision.

draft → submitted → effective / rejected / withdrawn. Invariants: what becomes effective was checked again at that
moment under lock; the same submission key is the same case; nobody who opened or handled a case reviews it (also in
the database); only a case to bind somebody holds from a day that is past.
"""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Staff
from accounts.services.review import AlreadyDecided, NotYours, OwnWork
from families.models import GroupMember, RegistrationCase
from families.models.case import OPEN, CaseState, ReviewMode
from families.services.case_forms import CaseInput, check_case, form_of, positions_declared, seen_as, snapshot_of
from families.services.changes import change_group
from families.services.documents import require_documents
from families.services.drafts import save_case
from families.services.follow_ups import refresh_follow_ups
from families.services.groups import NotEligible, create_group, lock_group, lock_persons

HANDLES = "families.add_registrationcase"


@writes
def submit_case(*, case_id: int, by: Staff) -> RegistrationCase:
    """Send a draft to the reviewers; under `review_mode` immediate it becomes effective at once.

    Returns: the case; one that was submitted before is returned as it is (a second click).
    Raises: NotEligible, DocumentsMissing, AlreadyDecided, NotYours; nothing is written then. Locks: the case, then
    the persons.
    """
    case = _lock(case_id, by)
    if case.handled_by_id != by.pk:
        raise NotYours(who=str(case.handled_by))
    if case.state == CaseState.SUBMITTED or (case.state == CaseState.EFFECTIVE and case.reviewed_by is None):
        return case
    _expect(case, CaseState.DRAFT)
    check = check_case(form_of(case))
    if not check.passes:
        raise NotEligible(check.preflight)
    require_documents(case)
    case.review_mode = check.policy.review_mode
    case.submitted_at, case.submitted_check = timezone.now(), snapshot_of(check)
    case.state = CaseState.SUBMITTED
    case.save(update_fields=["review_mode", "submitted_at", "submitted_check", "state"])
    if case.review_mode == ReviewMode.IMMEDIATE:
        _make_effective(case, reviewer=None, by=by)
    return case


@writes
def approve_case(*, case_id: int, by: Staff, seen: str | None = None) -> RegistrationCase:
    """Make a submitted case effective, after checking everything again.

    `seen`: the digest of what the reviewer was shown (`seen_as`); None where a command shows it otherwise.
    Raises: OwnWork, AlreadyDecided, NotAsSeen, NotEligible (what changed since it was submitted), GroupDissolved;
    nothing is written then. Locks: the case, the group, the persons by primary key, then one refresh of follow-ups.
    """
    case = _lock_for_review(case_id, by)
    _lock_family(form_of(case))
    if seen is not None and seen != seen_as(case, check_case(form_of(case))):
        raise NotAsSeen
    _make_effective(case, reviewer=by, by=by)
    return case


@writes
def reject_case(*, case_id: int, reason: str, by: Staff) -> RegistrationCase:
    """Send a submitted case back with a reason. Raises: OwnWork, AlreadyDecided."""
    case = _lock_for_review(case_id, by)
    case.state, case.reason = CaseState.REJECTED, reason
    case.reviewed_by, case.decided_at = by, timezone.now()
    case.save(update_fields=["state", "reason", "reviewed_by", "decided_at"])
    return case


@writes
def withdraw_case(*, case_id: int, reason: str, by: Staff) -> RegistrationCase:
    """Take back a case that is not decided; its handler alone may. Raises: AlreadyDecided, NotYours."""
    case = _lock(case_id, by)
    _expect(case, *OPEN)
    if case.handled_by_id != by.pk:
        raise NotYours(who=str(case.handled_by))
    case.state, case.reason = CaseState.WITHDRAWN, reason
    case.save(update_fields=["state", "reason"])
    return case


class NotAsSeen(Exception):
    """Something that the check rests on changed after the page was shown; nothing was written."""

    def __init__(self) -> None:
        super().__init__(_("Not approved: something changed since this page was shown. Look at it again."))


@writes
def take_over_case(*, case_id: int, to: Staff, by: Staff) -> RegistrationCase:
    """Give an open case of another desk to a clerk: the one who has it is ill, or gone.

    Rule: whoever opened it never reviews it, whoever has it by now. Raises: AlreadyDecided, NotAClerk.
    """
    case = _lock(case_id, by)
    _expect(case, *OPEN)
    if not RegistrationCase.objects.for_staff(to).filter(pk=case.pk).exists() or not to.has_perm(HANDLES):
        raise NotAClerk(to)
    case.handled_by = to
    case.version += 1
    case.save(update_fields=["handled_by", "version"])
    return case


class NotAClerk(Exception):
    def __init__(self, staff: Staff) -> None:
        super().__init__(_("{who} cannot handle cases of this region.").format(who=staff))


@writes
def correct_case(*, case_id: int, key: UUID, by: Staff) -> RegistrationCase:
    """A new draft with what a rejected case asked for, to be corrected and sent again; the rejected one stays.

    Returns: the draft; the one that there is already for this rejected case.
    Raises: AlreadyDecided unless it was rejected, OpenElsewhere; nothing is written then.
    """
    rejected = _lock(case_id, by)
    _expect(rejected, CaseState.REJECTED)
    there = RegistrationCase.objects.filter(corrects=rejected).exclude(state=CaseState.WITHDRAWN).first()
    if there is not None:
        return there
    form = replace(form_of(rejected), key=key, corrects_id=rejected.pk, version=0)
    return save_case(form=form, by=by)


def _make_effective(case: RegistrationCase, *, reviewer: Staff | None, by: Staff) -> None:
    """Bind, change or end what the case asks for, and close what is settled by it today."""
    form = form_of(case)
    if case.group_id is None:
        case.group = create_group(
            region=case.region,
            members=[line.as_member() for line in form.lines],
            declared=positions_declared(form),
            by=by,
        )
        case.effective_on = form.first_day
    else:
        change = form.as_change(today=timezone.localdate())
        case.effective_on = change_group(group_id=case.group_id, change=change, by=by).in_force_on
        refresh_follow_ups(day=timezone.localdate(), by=by, group_ids=[case.group_id])
    case.state, case.reviewed_by, case.decided_at = CaseState.EFFECTIVE, reviewer, timezone.now()
    case.save(update_fields=["group", "effective_on", "state", "reviewed_by", "decided_at"])


def _lock(case_id: int, by: Staff) -> RegistrationCase:
    """The case, locked. Joined are rows that it always points at: when PostgreSQL waited for the lock it looks at the
    case again, but at the joined rows of before, and a case with another handler would not be found.
    """
    cases = RegistrationCase.objects.for_staff(by).select_for_update(of=("self",))
    return cases.select_related("owner__region", "region").get(pk=case_id)


def _lock_for_review(case_id: int, by: Staff) -> RegistrationCase:
    case = _lock(case_id, by)
    _expect(case, CaseState.SUBMITTED)
    if by.pk in (case.handled_by_id, case.opened_by_id) or _handled_before(case, by):
        raise OwnWork
    return case


def _handled_before(case: RegistrationCase, staff: Staff) -> bool:
    """Whether the case was once this person's, before others took it over."""
    history = RegistrationCase.pgh_event_model.objects  # type: ignore[attr-defined]
    return bool(history.filter(pgh_obj=case.pk, handled_by=staff.pk).exists())


def _lock_family(form: CaseInput) -> None:
    """Lock what the check rests on, so that what is compared with the page is what becomes effective."""
    persons = [line.person_id for line in form.lines]
    if form.group_id is not None:
        lock_group(form.group_id, form.first_day)
        persons += GroupMember.objects.filter(group=form.group_id).values_list("person", flat=True)
    lock_persons(persons)


def _expect(case: RegistrationCase, *states: CaseState) -> None:
    if case.state not in states:
        who = case.reviewed_by or case.handled_by
        raise AlreadyDecided(who=str(who), state=str(case.get_state_display()))
