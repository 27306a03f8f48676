"""A registration case from the counter to its decision.

draft → submitted → effective / rejected / withdrawn. Invariants: what becomes effective was checked again at that
moment under lock; the same submission key is the same case; handled by ≠ reviewed by (also in the database).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from uuid import UUID

from django.db import IntegrityError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import InsuredPerson, Staff
from accounts.services.review import AlreadyDecided, OwnWork
from families.models import CaseLine, RegistrationCase
from families.models.case import OPEN, CaseKind, CaseState, ReviewMode
from families.rules.policy import SEATS
from families.rules.preflight import Preflight, check_family
from families.selectors import policy_on
from families.services.documents import require_documents
from families.services.groups import NewMember, NotEligible, applicants_of, create_group

# What refuses a second case: the name that PostgreSQL gave to the unique key, and the model's own.
ONE_CASE = {"families_registrationcase_submission_key_key", "case_one_open_creation_per_owner"}


@dataclass(frozen=True, slots=True)
class LineInput:
    """One row of the form. `share_limit`: yuan per calendar year; `last_on`: the last day, included."""

    person_id: int
    relation: str
    shares: bool
    starts_on: dt.date
    rank: int | None = None
    share_limit: Decimal | None = None
    last_on: dt.date | None = None

    def as_member(self) -> NewMember:
        return NewMember(
            person_id=self.person_id,
            relation=self.relation,
            starts_on=self.starts_on,
            rank=self.rank if self.shares else None,
            share_limit=self.share_limit if self.shares else None,
            left_on=self.last_on + dt.timedelta(days=1) if self.last_on else None,
        )


@dataclass(frozen=True, slots=True)
class CaseInput:
    """The form as the clerk filled it.

    `key`: made by the page once, so that a double click makes one case; `version`: of the draft that the form was
    filled from, 0 for one that was not stored yet.
    """

    key: UUID
    owner_id: int
    lines: Sequence[LineInput]
    declared: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    agent_name: str = ""
    power_of_attorney: str = ""
    version: int = field(default=0, compare=False)


class DraftChanged(Exception):
    """The draft was saved from another window since this form was opened; nothing was written now."""

    def __init__(self, case: RegistrationCase) -> None:
        self.case = case
        super().__init__(
            _(
                "Case {number} was changed in another window meanwhile. What you typed is kept: look and save again."
            ).format(number=case.number)
        )


class OwnerNotFirst(Exception):
    """Row 1 of the form is another person than the owner it was opened for: scope was checked for the owner."""

    def __init__(self) -> None:
        super().__init__(_("The first row of the form has to be the owner."))


class OpenElsewhere(Exception):
    """The owner has an open case already, at this desk or another."""

    def __init__(self, case: RegistrationCase) -> None:
        self.case = case
        super().__init__(
            _("Case {number} for this family is open, handled by {who}.").format(
                number=case.number, who=case.handled_by
            )
        )


def check_case(form: CaseInput, *, owner: InsuredPerson) -> Preflight:
    """The live pre-flight check of a form: reads, locks nothing, writes nothing."""
    members = [line.as_member() for line in form.lines]
    first_day = min(member.starts_on for member in members)
    policy = policy_on(owner.region, first_day)
    return check_family(applicants_of(members, day=first_day), policy=policy, declared=form.declared)


def save_case(*, form: CaseInput, by: Staff) -> RegistrationCase:
    """Store the form as a draft, or change the draft it was stored as.

    Returns: the case of `form.key`; one that was submitted meanwhile, or holds the same already, is returned as it
    stands.
    Raises: OpenElsewhere, DraftChanged, OwnerNotFirst; NotEligible for a form that cannot be kept (somebody twice,
    more rows than seats); nothing is written then.
    """
    _refuse_what_cannot_be_kept(form, by)
    try:
        return _store(form=form, by=by)
    except IntegrityError as error:
        if _constraint(error) not in ONE_CASE:
            raise
    # Somebody else's case was there first: by the same key it is this one, by the same owner another.
    same = RegistrationCase.objects.filter(submission_key=form.key).first()
    if same is not None:
        return same
    others = RegistrationCase.objects.filter(owner=form.owner_id, kind=CaseKind.CREATE, state__in=OPEN)
    other = others.select_related("handled_by").first()
    if other is not None:
        raise OpenElsewhere(other)
    return save_case(form=form, by=by)  # it was closed in this very moment


def _refuse_what_cannot_be_kept(form: CaseInput, by: Staff) -> None:
    """The database keeps nobody twice and no ninth row: say which row it is."""
    persons = [line.person_id for line in form.lines]
    if persons[:1] != [form.owner_id]:
        raise OwnerNotFirst
    if len(set(persons)) < len(persons) or len(persons) > SEATS:
        owner = InsuredPerson.objects.for_staff(by).select_related("region").get(pk=form.owner_id)
        raise NotEligible(check_case(form, owner=owner))


def _constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused the row."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)


@writes
def _store(*, form: CaseInput, by: Staff) -> RegistrationCase:
    case = RegistrationCase.objects.select_for_update().filter(submission_key=form.key).first()
    if case is None:
        owner = InsuredPerson.objects.for_staff(by).get(pk=form.owner_id)
        case = RegistrationCase(
            number=_next_number(), kind=CaseKind.CREATE, owner=owner, region_id=owner.region_id, handled_by=by,
            submission_key=form.key,
        )  # fmt: skip
    elif case.owner_id != form.owner_id:
        raise OwnerNotFirst  # another family's key: its draft would get this family's rows
    elif case.state != CaseState.DRAFT or case.handled_by_id != by.pk or form == form_of(case):
        return case
    elif form.version not in (0, case.version):
        raise DraftChanged(case)
    case.declared_pairs = sorted(form.declared)
    case.agent_name, case.power_of_attorney = form.agent_name, form.power_of_attorney
    case.version += 1
    case.save()
    case.lines.all().delete()
    CaseLine.objects.bulk_create(_lines(case, form))
    return case


def _lines(case: RegistrationCase, form: CaseInput) -> list[CaseLine]:
    return [
        CaseLine(
            case=case,
            position=position,
            person_id=line.person_id,
            relation=line.relation,
            shares=line.shares,
            rank=line.rank if line.shares else None,
            share_limit=line.share_limit if line.shares else None,
            starts_on=line.starts_on,
            last_on=line.last_on,
        )
        for position, line in enumerate(form.lines, start=1)
    ]


@writes
def submit_case(*, case_id: int, by: Staff) -> RegistrationCase:
    """Send a draft to the reviewers; under `review_mode` immediate it becomes effective at once.

    Returns: the case; one that was submitted before is returned as it is (a second click).
    Raises: NotEligible, DocumentsMissing, AlreadyDecided, NotYours; nothing is written then. Locks: the case, then
    the persons.
    """
    case = _lock(case_id, by)
    if case.handled_by_id != by.pk:
        raise NotYours(case)
    if case.state == CaseState.SUBMITTED or (case.state == CaseState.EFFECTIVE and case.reviewed_by is None):
        return case
    _expect(case, CaseState.DRAFT)
    form = form_of(case)
    preflight = check_case(form, owner=case.owner)
    if not preflight.passes:
        raise NotEligible(preflight)
    require_documents(case)
    first_day = min(line.starts_on for line in form.lines)
    case.review_mode = policy_on(case.region, first_day).review_mode
    case.submitted_at = timezone.now()
    case.state = CaseState.SUBMITTED
    case.save(update_fields=["review_mode", "submitted_at", "state"])
    if case.review_mode == ReviewMode.IMMEDIATE:
        _make_effective(case, reviewer=None, by=by)
    return case


@writes
def approve_case(*, case_id: int, by: Staff) -> RegistrationCase:
    """Make a submitted case effective, after checking everything again.

    Raises: OwnWork, AlreadyDecided, NotEligible (what changed since it was submitted); nothing is written then.
    Locks: the case, then the persons by primary key.
    """
    case = _lock_for_review(case_id, by)
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
        raise NotYours(case)
    case.state, case.reason = CaseState.WITHDRAWN, reason
    case.save(update_fields=["state", "reason"])
    return case


class NotYours(Exception):
    def __init__(self, case: RegistrationCase) -> None:
        super().__init__(_("{who} handles this case.").format(who=case.handled_by))


def form_of(case: RegistrationCase) -> CaseInput:
    """The stored case as the form it was filled from."""
    return CaseInput(
        key=case.submission_key,
        owner_id=case.owner_id,
        lines=[
            LineInput(
                person_id=line.person_id,
                relation=line.relation,
                shares=line.shares,
                rank=line.rank,
                share_limit=line.share_limit,
                starts_on=line.starts_on,
                last_on=line.last_on,
            )
            for line in case.lines.order_by("position")
        ],
        declared=frozenset((payer, beneficiary) for payer, beneficiary in case.declared_pairs),
        agent_name=case.agent_name,
        power_of_attorney=case.power_of_attorney,
        version=case.version,
    )


def _make_effective(case: RegistrationCase, *, reviewer: Staff | None, by: Staff) -> None:
    form = form_of(case)
    case.group = create_group(
        region=case.region, members=[line.as_member() for line in form.lines], declared=form.declared, by=by
    )
    case.state, case.reviewed_by, case.decided_at = CaseState.EFFECTIVE, reviewer, timezone.now()
    case.save(update_fields=["group", "state", "reviewed_by", "decided_at"])


def _lock(case_id: int, by: Staff) -> RegistrationCase:
    cases = RegistrationCase.objects.for_staff(by).select_for_update(of=("self",))
    return cases.select_related("owner__region", "region", "handled_by", "reviewed_by").get(pk=case_id)


def _lock_for_review(case_id: int, by: Staff) -> RegistrationCase:
    case = _lock(case_id, by)
    _expect(case, CaseState.SUBMITTED)
    if case.handled_by_id == by.pk:
        raise OwnWork
    return case


def _expect(case: RegistrationCase, *states: CaseState) -> None:
    if case.state not in states:
        who = case.reviewed_by or case.handled_by
        raise AlreadyDecided(who=str(who), state=str(case.get_state_display()))


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('families_case_number')")
        return f"DJ{timezone.localdate():%Y%m%d}{cursor.fetchone()[0]:06d}"
