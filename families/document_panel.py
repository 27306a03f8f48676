"""The panel of papers, on the page of a case and on that of its draft: what is asked, what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from accounts.models import Staff
from accounts.scans.limits import MIB, SCAN_LIMITS
from families.document_forms import ACCEPTED, AgentForm, UploadDocumentsForm
from families.messages import PROOFS
from families.models import CaseAgent, CaseDocument, CaseLine, RegistrationCase
from families.models.case import CaseState
from families.models.document import DOCUMENTS_PER_CASE, DocumentKind
from families.rules.proofs import Proof, missing_proofs
from families.services.documents import agent_of, asked_documents, papers_of


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not taken, and why, in words."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A paper that counts, and those it replaced, the newest first."""

    document: CaseDocument
    older: Sequence[CaseDocument]


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of what has to be proved: what, whose, by which papers, and whether it is there."""

    what: str
    whose: str
    papers: Sequence[str]
    given: bool
    kind: str
    person: int | None


@dataclass(frozen=True, slots=True)
class Panel:
    case: RegistrationCase
    filed: Sequence[Filed]
    asked: Sequence[Asked]
    lines: Sequence[CaseLine]
    may_add: bool
    upload_form: UploadDocumentsForm
    agent: CaseAgent | None
    agent_form: AgentForm | None
    refusals: Sequence[Refusal] = field(default=())
    accept: str = ACCEPTED
    most: int = DOCUMENTS_PER_CASE
    most_bytes: int = SCAN_LIMITS.file_bytes
    most_megabytes: int = SCAN_LIMITS.file_bytes // MIB

    @property
    def missing(self) -> int:
        return sum(not one.given for one in self.asked)

    @property
    def count(self) -> int:
        return sum(1 + len(one.older) for one in self.filed)


def panel_of(
    case: RegistrationCase,
    *,
    staff: Staff,
    data: Mapping[str, Any] | None = None,
    agent_form: AgentForm | None = None,
    refusals: Sequence[Refusal] = (),
) -> Panel:
    """Everything the panel shows. `data`: of an upload that was just sent, so that kind and person stay chosen."""
    lines = list(case.lines.select_related("person").order_by("position"))
    own = case.is_open and case.handled_by_id == staff.pk
    asked = _asked(case, lines)
    agent = agent_of(case)
    changeable = own and case.state == CaseState.DRAFT and staff.has_perm("families.change_caseagent")
    return Panel(
        case=case,
        filed=_filed(case),
        asked=asked,
        lines=lines,
        may_add=own and staff.has_perm("families.add_casedocument"),
        upload_form=UploadDocumentsForm(data, lines=lines, initial=_first_missing(asked)),
        agent=agent,
        agent_form=(agent_form or AgentForm(agent=agent)) if case.agent_name and changeable else None,
        refusals=refusals,
    )


def _filed(case: RegistrationCase) -> list[Filed]:
    documents = list(case.documents.select_related("person", "added_by").order_by("number"))
    by_id = {document.pk: document for document in documents}
    replaced = {document.replaces_id for document in documents}
    return [Filed(document, list(_older(document, by_id))) for document in documents if document.pk not in replaced]


def _older(document: CaseDocument, by_id: Mapping[int, CaseDocument]) -> list[CaseDocument]:
    older = []
    while document.replaces_id is not None:
        document = by_id[document.replaces_id]
        older.append(document)
    return older


def _asked(case: RegistrationCase, lines: Sequence[CaseLine]) -> list[Asked]:
    proofs = asked_documents(case)
    missing = missing_proofs(proofs, papers_of(case)) if proofs else ()
    by_position = {line.position: line for line in lines}
    return [_in_words(proof, by_position, given=proof not in missing) for proof in proofs]


def _in_words(proof: Proof, lines: Mapping[int, CaseLine], *, given: bool) -> Asked:
    persons = [lines[position].person for position in proof.positions]
    return Asked(
        what=str(PROOFS[proof.about]),
        whose="、".join(person.name for person in persons),
        papers=[str(DocumentKind(kind).label) for kind in proof.any_of],
        given=given,
        kind=proof.any_of[0],
        person=persons[-1].pk if persons else None,
    )


def _first_missing(asked: Sequence[Asked]) -> dict[str, Any]:
    for one in asked:
        if not one.given:
            return {"kind": one.kind, "person": one.person}
    return {}
