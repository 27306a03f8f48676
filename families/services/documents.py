"""Papers of a case: taken in, replaced, and asked for.

Invariant: the file lies on the disk, whole, before its row is written; whatever happens in between leaves a file
without a row, which `check_documents` counts, and never a row without a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from uuid import UUID, uuid4

from django.db.models import Max
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts import sealed_files
from accounts.acting import writes
from accounts.models import Staff
from accounts.scans.reader import Scan, read_scan
from accounts.services.review import AlreadyDecided, NotYours
from families.models import CaseAgent, CaseDocument, CaseLine, GroupMember, RegistrationCase
from families.models.case import OPEN, CaseKind, CaseState, Cause, LineAction
from families.models.document import DOCUMENTS_PER_CASE, ORIGINAL, THUMBNAIL
from families.rules.kinship import OWNER
from families.rules.proofs import Paper, Proof, asked_proofs, missing_proofs
from families.selectors import policy_on

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in. `name`: as the person's computer called it, without its path."""

    name: str
    content: bytes = field(repr=False)


class TooManyDocuments(Exception):
    def __init__(self) -> None:
        super().__init__(
            _("A case holds {n} papers at most, replaced ones counted: put several pages into one PDF.").format(
                n=DOCUMENTS_PER_CASE
            )
        )


class SameDocument(Exception):
    """The same file is there already, for the same person and kind: chosen twice, or sent twice."""

    def __init__(self, document: CaseDocument) -> None:
        self.document = document
        super().__init__(_("The same file is there already, as no. {n}.").format(n=document.number))


class AlreadyReplaced(Exception):
    def __init__(self) -> None:
        super().__init__(_("This paper was replaced already: replace the newer one."))


class NotOfThisFamily(Exception):
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
    """Take a paper in for an open case. Limits: `accounts.scans.limits`, `DOCUMENTS_PER_CASE`.

    `person_id`: whose, one of the form's; None for the family as a whole or the agent.
    Raises: ScanRefused; AlreadyDecided, NotYours, NotOfThisFamily, TooManyDocuments, SameDocument.
    No row is written then, and no file kept. Locks: the case.
    """
    _open_case(case_id, by)  # before the work of decoding
    with _stored(upload) as (stored_as, scan):
        return _add(
            case_id=case_id, kind=kind, person_id=person_id, upload=upload, scan=scan, stored_as=stored_as, by=by
        )


def replace_document(*, document_id: int, upload: Upload, reason: str, by: Staff) -> CaseDocument:
    """Put another file in the place of a paper, which stays and is shown as replaced.

    Raises: as `add_document`, and AlreadyReplaced. Locks: the case.
    """
    old = CaseDocument.objects.for_staff(by).get(pk=document_id)
    _open_case(old.case_id, by)
    with _stored(upload) as (stored_as, scan):
        return _add(
            case_id=old.case_id, kind=old.kind, person_id=old.person_id, upload=upload, scan=scan,
            stored_as=stored_as, replaces=old, reason=reason, by=by,
        )  # fmt: skip


@contextmanager
def _stored(upload: Upload) -> Iterator[tuple[UUID, Scan]]:
    """The file on the disk, under a name that is forgotten again when its row is refused."""
    scan = read_scan(upload.content)
    stored_as = uuid4()
    try:
        sealed_files.keep(stored_as, ORIGINAL, upload.content)
        sealed_files.keep(stored_as, THUMBNAIL, scan.thumbnail)
        yield stored_as, scan
    except BaseException:
        sealed_files.forget(stored_as)
        raise


@writes
def _add(
    *,
    case_id: int,
    kind: str,
    person_id: int | None,
    upload: Upload,
    scan: Scan,
    stored_as: UUID,
    by: Staff,
    replaces: CaseDocument | None = None,
    reason: str = "",
) -> CaseDocument:
    case = _open_case(case_id, by, lock=True)
    document = CaseDocument(
        case=case, number=_next_number(case), person_id=person_id, kind=kind, name=upload.name[-LONGEST_NAME:],
        content_type=scan.content_type, size=len(upload.content),
        sha256=hashlib.sha256(upload.content).hexdigest(), pages=scan.pages, width=scan.width, height=scan.height,
        stored_as=stored_as, added_by=by, replaces=replaces, reason=reason,
    )  # fmt: skip
    _refuse_what_cannot_be_filed(document)
    document.save(force_insert=True)
    return document


def _refuse_what_cannot_be_filed(document: CaseDocument) -> None:
    """Expects the case locked: nothing of it changes until the paper is filed."""
    case = document.case
    if document.person_id and not case.lines.filter(person=document.person_id).exists():
        raise NotOfThisFamily
    if document.replaces and CaseDocument.objects.filter(replaces=document.replaces).exists():
        raise AlreadyReplaced
    same = case.documents.filter(kind=document.kind, person=document.person_id, sha256=document.sha256).first()
    if same is not None:
        raise SameDocument(same)


def _next_number(case: RegistrationCase) -> int:
    last: int = case.documents.aggregate(last=Max("number"))["last"] or 0
    if last >= DOCUMENTS_PER_CASE:
        raise TooManyDocuments
    return last + 1


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
