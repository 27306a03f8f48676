"""The panel of papers, on the page of a case and on that of its draft: what is asked, what is there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.papers_panel import Asked, Filed, Panel, Refusal, filed
from families.document_forms import AgentForm, UploadDocumentsForm
from families.messages import PROOFS
from families.models import CaseAgent, CaseLine, RegistrationCase
from families.models.case import CaseState
from families.models.document import DocumentKind
from families.rules.proofs import Proof, missing_proofs
from families.services.documents import agent_of, asked_documents, papers_of


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePanel(Panel):
    """With whoever acts for the family."""

    case: RegistrationCase
    lines: Sequence[CaseLine]
    agent: CaseAgent | None
    agent_form: AgentForm | None


def panel_of(
    case: RegistrationCase,
    *,
    staff: Staff,
    data: Mapping[str, Any] | None = None,
    agent_form: AgentForm | None = None,
    refusals: Sequence[Refusal] = (),
) -> CasePanel:
    """Everything the panel shows. `data`: of an upload that was just sent, so that kind and person stay chosen."""
    lines = list(case.lines.select_related("person").order_by("position"))
    own = case.is_open and case.handled_by_id == staff.pk
    asked = _asked(case, lines)
    agent = agent_of(case)
    changeable = own and case.state == CaseState.DRAFT and staff.has_perm("families.change_caseagent")
    return CasePanel(
        case=case,
        filed=_filed(case),
        asked=asked,
        lines=lines,
        may_add=own and staff.has_perm("families.add_casedocument"),
        upload_form=UploadDocumentsForm(data, lines=lines, initial=_first_missing(asked)),
        agent=agent,
        agent_form=(agent_form or AgentForm(agent=agent)) if case.agent_name and changeable else None,
        refusals=refusals,
        add_url=reverse("add-documents", args=[case.pk]),
        thumbnail="document-thumbnail",
        replace="replace-document",
    )


def _filed(case: RegistrationCase) -> list[Filed]:
    documents = list(case.documents.select_related("person", "added_by").order_by("number"))
    nobody = _("the family, or its agent")
    return filed(documents, {one.pk: one.person.name if one.person else nobody for one in documents})


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
