"""Papers of a case: taken in, replaced, and asked for (accounts/services/papers.py)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Staff
from accounts.services.papers import NotFiled, Upload, file_paper, stored
from accounts.services.review import AlreadyDecided, NotYours
from families.models import CaseAgent, CaseDocument, CaseLine, GroupMember, RegistrationCase
from families.models.case import OPEN, CaseKind, CaseState, Cause, LineAction
from families.rules.kinship import OWNER
from families.rules.proofs import Paper, Proof, asked_proofs, missing_proofs
from families.selectors import policy_on


class NotOfThisFamily(NotFiled):
    """A paper is filed for somebody who does not stand on the form."""

    def __init__(self) -> None:
        super().__init__(_("This person does not stand on the form: save the form first, then add the paper."))


class NoAgent(Exception):
    """The case names nobody who acts for the family, or somebody whose number is not given."""

    def __init__(self) -> None:
        super().__init__(_("Name the agent on the form and save it first, then note the certificate."))


class DocumentsMissing(Exception):
    """Under `proof_mode` documents something is not proved yet; `proofs` says what."""

    def __init__(self, proofs: Sequence[Proof]) -> None:
        self.proofs = proofs
        super().__init__(_("Not submitted: {n} papers are missing, see below.").format(n=len(proofs)))


def add_document(*, case_id: int, kind: str, person_id: int | None, upload: Upload, by: Staff) -> CaseDocument:
    """Take a paper in for an open case. Limits: `accounts.scans.limits`, `MOST_PAPERS`.

    `person_id`: whose, one of the form's; None for the family as a whole or the agent.
    Raises: ScanRefused; AlreadyDecided, NotYours, NotOfThisFamily, TooManyDocuments, SameDocument.
    No row is written then, and no file kept. Locks: the case.
    """
    _open_case(case_id, by)  # before the work of decoding
    with stored(upload) as columns:
        document = CaseDocument(case_id=case_id, kind=kind, person_id=person_id, added_by=by, **columns)
        return _add(document=document, by=by)


def replace_document(*, document_id: int, upload: Upload, reason: str, by: Staff) -> CaseDocument:
    """Put another file in the place of a paper, which stays and is shown as replaced.

    Raises: as `add_document`, and AlreadyReplaced. Locks: the case.
    """
    old = CaseDocument.objects.for_staff(by).get(pk=document_id)
    _open_case(old.case_id, by)
    with stored(upload) as columns:
        document = CaseDocument(
            case_id=old.case_id, kind=old.kind, person_id=old.person_id, added_by=by, replaces=old, reason=reason,
            **columns,
        )  # fmt: skip
        return _add(document=document, by=by)


@writes
def _add(*, document: CaseDocument, by: Staff) -> CaseDocument:
    """Nothing of the case changes until the paper is filed."""
    case = _open_case(document.case_id, by, lock=True)
    if document.person_id and not case.lines.filter(person=document.person_id).exists():
        raise NotOfThisFamily
    document.case = case
    file_paper(document, beside=case.documents.all())
    return document


def _open_case(
    case_id: int, by: Staff, *, lock: bool = False, states: Sequence[CaseState] = OPEN
) -> RegistrationCase:
    cases = RegistrationCase.objects.for_staff(by).select_related("handled_by", "reviewed_by")
    case: RegistrationCase = (cases.select_for_update(of=("self",)) if lock else cases).get(pk=case_id)
    if case.state not in states:
        raise AlreadyDecided(who=str(case.reviewed_by or case.handled_by), state=str(case.get_state_display()))
    if case.handled_by_id != by.pk:
        raise NotYours(who=str(case.handled_by))
    return case


def asked_documents(case: RegistrationCase) -> tuple[Proof, ...]:
    """What the policy of the form's first day asks this case to prove; empty under `proof_mode` commitment.

    Of those whose relation is stated, or stated anew; of a death that is why somebody leaves.
    """
    lines = list(case.lines.order_by("position"))
    policy = policy_on(case.region, min(line.starts_on for line in lines))
    stated = GroupMember.objects.filter(group=case.group_id).on(timezone.localdate())
    known = dict(stated.values_list("person", "relation")) if case.kind != CaseKind.CREATE else {}
    positions = {line.person_id: line.position for line in lines}
    return asked_proofs(
        {
            line.position: line.relation
            for line in lines
            if line.action != LineAction.LEAVE and line.relation != known.get(line.person_id)
        },
        proof_mode=policy.proof_mode,
        declared=[tuple(positions[person] for person in pair if person in positions) for pair in case.declared_pairs],
        has_agent=bool(case.agent_name),
        deceased=_deceased(case, lines),
    )


def _deceased(case: RegistrationCase, lines: Sequence[CaseLine]) -> list[int]:
    """Positions of those whose death is the cause: the owner, unless members alone are released."""
    if case.cause != Cause.DEATH:
        return []
    leaving = [line for line in lines if line.action == LineAction.LEAVE]
    return [line.position for line in leaving if case.kind == CaseKind.RELEASE or line.relation == OWNER]


def missing_documents(case: RegistrationCase) -> list[Proof]:
    """What is still lacking; empty when the case may be submitted. Reads only; `submit_case` holds the lock."""
    return list(missing_proofs(asked_documents(case), papers_of(case)))


def require_documents(case: RegistrationCase) -> None:
    """Raises: DocumentsMissing."""
    missing = missing_documents(case)
    if missing:
        raise DocumentsMissing(missing)


def papers_of(case: RegistrationCase) -> list[Paper]:
    """The papers that count: those that no newer one replaces."""
    positions = dict(case.lines.values_list("person_id", "position"))
    valid = case.documents.filter(replaced_by=None).values_list("kind", "person_id")
    # Whoever left the form meanwhile has position 0: such a paper proves nothing.
    return [Paper(kind, positions.get(person, 0) if person else None) for kind, person in valid]


def agent_of(case: RegistrationCase) -> CaseAgent | None:
    """The certificate noted for the agent whom the case names now."""
    return CaseAgent.objects.filter(case=case, name=case.agent_name).first() if case.agent_name else None


@writes
def set_agent(*, case_id: int, cert_type: str, certno: str, mobile: str, by: Staff) -> CaseAgent:
    """Note the certificate of whoever acts for the family.

    `certno`, `mobile`: in full; empty keeps what was noted for the same agent. A submitted case is signed: its agent
    stays. Raises: NoAgent, AlreadyDecided, NotYours. Locks: the case.
    """
    case = _open_case(case_id, by, lock=True, states=(CaseState.DRAFT,))
    noted = CaseAgent.objects.filter(case=case).first()
    same = noted is not None and noted.name == case.agent_name
    if not case.agent_name or not (same or certno):
        raise NoAgent
    # Another person's number and phone go with them.
    agent = noted if noted and same else CaseAgent(pk=noted.pk if noted else None, case=case, name=case.agent_name)
    agent.cert_type = cert_type
    if certno:
        agent.certno = certno
    if mobile:
        agent.mobile = mobile
    agent.save()
    return agent
