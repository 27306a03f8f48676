"""A form is kept as a draft until it is submitted: one case per submission key, one open case of a family.

Invariant: what the database cannot keep (somebody twice, more rows than seats) is told before it is written.
"""

from __future__ import annotations

from django.db import IntegrityError, connection
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import InsuredPerson, Staff
from families.models import CaseLine, MutualAidGroup, RegistrationCase
from families.models.case import ACTIONS, OPEN, CaseKind, CaseState
from families.rules.kinship import OWNER
from families.rules.policy import SEATS
from families.services.case_forms import CaseInput, check_case, form_of
from families.services.groups import NotEligible

# What refuses a second case: the name that PostgreSQL gave to the unique key, and the model's own.
ONE_CASE = {
    "families_registrationcase_submission_key_key",
    "case_one_open_creation_per_owner",
    "case_one_open_per_group",
}


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


class OtherBusiness(Exception):
    """A line does what its kind of business does not: no page of ours sends that. Nothing was written."""


class OpenElsewhere(Exception):
    """The owner has an open case already, at this desk or another."""

    def __init__(self, case: RegistrationCase) -> None:
        self.case = case
        super().__init__(
            _("Case {number} for this family is open, handled by {who}.").format(
                number=case.number, who=case.handled_by
            )
        )


def save_case(*, form: CaseInput, by: Staff) -> RegistrationCase:
    """Store the form as a draft, or change the draft it was stored as.

    Returns: the case of `form.key`; one that was submitted meanwhile, or holds the same already, is returned as it
    stands.
    Raises: OpenElsewhere, DraftChanged, OwnerNotFirst, OtherBusiness; NotEligible for a form that cannot be
    kept (somebody twice, more rows than seats); nothing is written then.
    """
    _refuse_what_cannot_be_kept(form, by)
    try:
        return _store(form=form.in_order(), by=by)
    except IntegrityError as error:
        if _constraint(error) not in ONE_CASE:
            raise
    # Somebody else's case was there first: by the same key it is this one, by the same owner another.
    same = RegistrationCase.objects.filter(submission_key=form.key).first()
    if same is not None:
        return same
    others = RegistrationCase.objects.filter(state__in=OPEN).select_related("handled_by")
    if form.kind == CaseKind.CREATE:
        other = others.filter(owner=form.owner_id, kind=CaseKind.CREATE).first()
    else:
        other = others.filter(group=form.group_id).first()
    if other is not None:
        raise OpenElsewhere(other)
    return save_case(form=form, by=by)  # it was closed in this very moment


def _refuse_what_cannot_be_kept(form: CaseInput, by: Staff) -> None:
    """The database keeps nobody twice and no ninth row, the owner's included: say which row it is."""
    persons = [line.person_id for line in form.lines]
    if not {line.action for line in form.lines} <= ACTIONS[CaseKind(form.kind)]:
        raise OtherBusiness(form.kind)
    if form.kind == CaseKind.CREATE and persons[:1] != [form.owner_id]:
        raise OwnerNotFirst
    if len(set(persons)) < len(persons) or _last_position(form) > SEATS:
        InsuredPerson.objects.for_staff(by).get(pk=form.owner_id)
        raise NotEligible(check_case(form).preflight)


def _constraint(error: IntegrityError) -> str | None:
    """The name of the constraint that refused the row."""
    return getattr(getattr(error.__cause__, "diag", None), "constraint_name", None)


@writes
def _store(*, form: CaseInput, by: Staff) -> RegistrationCase:
    case = RegistrationCase.objects.select_for_update().filter(submission_key=form.key).first()
    if case is None:
        case = _new_case(form, by)
    elif _about(case) != _about(form):
        raise OwnerNotFirst  # another family's key: its draft would get this family's rows
    elif case.state != CaseState.DRAFT or case.handled_by_id != by.pk or form == form_of(case):
        return case
    elif form.version not in (0, case.version):
        raise DraftChanged(case)
    case.declared_pairs, case.cause = sorted(form.declared), form.cause
    case.agent_name, case.power_of_attorney = form.agent_name, form.power_of_attorney
    case.version += 1
    case.save()
    case.lines.all().delete()
    CaseLine.objects.bulk_create(_lines(case, form))
    return case


def _new_case(form: CaseInput, by: Staff) -> RegistrationCase:
    """A case of an owner in scope; or of a group in scope, whose owner of today it names."""
    if form.kind == CaseKind.CREATE:
        owner = InsuredPerson.objects.for_staff(by).get(pk=form.owner_id)
        region_id = owner.region_id
    else:
        group = MutualAidGroup.objects.for_staff(by).get(pk=form.group_id or 0)
        owner, region_id = _owner_of(group), group.region_id
    return RegistrationCase(
        number=_next_number(), kind=form.kind, owner=owner, region_id=region_id, group_id=form.group_id,
        corrects_id=form.corrects_id, opened_by=by, handled_by=by, submission_key=form.key,
    )  # fmt: skip


def _about(case: RegistrationCase | CaseInput) -> tuple[str, int | None]:
    """What a key stays with: the owner for whom a group is created, or the group."""
    return case.kind, case.owner_id if case.kind == CaseKind.CREATE else case.group_id


def _owner_of(group: MutualAidGroup) -> InsuredPerson:
    day = max(timezone.localdate(), group.opened_on)
    return InsuredPerson.objects.get(pk__in=group.members.on(day).filter(relation=OWNER).values("person"))


def _lines(case: RegistrationCase, form: CaseInput) -> list[CaseLine]:
    """Position 1 is kept for whoever owns the group afterwards, or dissolves it."""
    first = _first_position(form)
    return [
        CaseLine(
            case=case,
            action=line.action,
            position=position,
            person_id=line.person_id,
            relation=line.relation,
            shares=line.shares,
            rank=line.rank if line.shares else None,
            share_limit=line.share_limit if line.shares else None,
            starts_on=line.starts_on,
            last_on=line.last_on,
        )
        for position, line in enumerate(form.lines, start=first)
    ]


def _first_position(form: CaseInput) -> int:
    return 1 if any(line.relation == OWNER for line in form.lines) else 2


def _last_position(form: CaseInput) -> int:
    return _first_position(form) + len(form.lines) - 1


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('families_case_number')")
        return f"DJ{timezone.localdate():%Y%m%d}{cursor.fetchone()[0]:06d}"
