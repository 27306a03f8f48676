"""The papers of a case: the form that the family signs and the receipt they take home.

The TypedDicts are the contracts of `templates/pdf/registration_form.typ` and `receipt.typ`. Papers are in Chinese
whatever the screen's language, so every label is looked up under zh-hans.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict

from django.utils import timezone, translation

from accounts.models import InsuredPerson
from accounts.rules.identity import mask_number
from accounts.selectors import code_labels
from families.models import CaseLine, MutualAidGroup, RegistrationCase
from families.models.case import CaseKind, CaseState, Cause
from families.models.document import DocumentKind
from families.models.group import GrantBasis
from families.rules.kinship import pair_relation
from families.selectors import Terms, group_on
from families.services.case_forms import check_case, form_of
from families.services.documents import agent_of
from families.services.groups import GroupDissolved
from families.verdicts import KINDS

QUERY_HINT = "凭本人有效证件到受理窗口查询账户支付明细"


class FormOwner(TypedDict):
    """The owner (户主), who is the first payer; the number in full, because the family signs it."""

    name: str
    document_type: str  # "居民身份证"
    document_number: str
    psn_no: str
    phone: str  # may be ""
    insurance_type: str  # "职工基本医疗保险"
    insurance_status: str  # "正常参保"


class FormMember(TypedDict):
    """One row of the members' table; the owner is its first row, seat 1, relation "本人".

    `action`: what the case does with a member of an existing group, "" when a group is created.
    """

    seat: int  # 1 to 8
    action: str
    name: str
    relation: str  # to the owner: "配偶"
    document_type: str
    document_number: str
    psn_no: str
    region: str  # where insured: "鄂中市"
    shares: bool
    order: int | None  # as a payer; None where the member does not share
    yearly_limit: Decimal | None  # yuan per calendar year; None is without limit
    start_on: date
    end_on: date | None  # None is until released


class FormBeneficiary(TypedDict):
    """Someone who may draw on the payer's account."""

    name: str
    relation: str  # of the beneficiary to the payer: "子女"
    presumed: bool  # followed from both relations to the owner, for the family to confirm


class FormPayer(TypedDict):
    """A payer with everyone who may draw on the account (DOMAIN.md section 5)."""

    order: int
    name: str
    yearly_limit: Decimal | None
    beneficiaries: list[FormBeneficiary]


class FormAgent(TypedDict):
    """Who acts for the family, under which power of attorney."""

    name: str
    document_type: str
    document_number: str
    phone: str  # may be ""
    power_of_attorney: str  # its number or date; may be ""


class RegistrationForm(TypedDict):
    """Template `registration_form`: 《职工医保个人账户家庭共济关系登记表》 (DOMAIN.md section 8)."""

    case_number: str
    kind: str  # "新建共济关系"
    region_code: str
    region_name: str
    office: str
    applied_on: date
    channel: str  # "窗口办理"
    owner: FormOwner
    members: list[FormMember]  # by seat
    grants: list[FormPayer]  # by order; [] where the case releases the family
    signers: list[str]  # who agrees by signing: every payer, or who asks for the end
    documents: list[str]  # papers handed in with the form; may be []
    agent: FormAgent | None  # None: the agent's line is printed empty
    handled_by: str  # may be ""
    reviewed_by: str  # may be ""
    result: str  # "" before the review
    reason: str  # may be ""
    decided_on: date | None
    printed_at: datetime


class ReceiptPayer(TypedDict):
    """A link in the chain of payment of one member, after the member's own account."""

    name: str
    relation: str  # of the payer to the owner: "配偶"; may be ""
    yearly_limit: Decimal | None


class ReceiptMember(TypedDict):
    """One member and whose accounts pay for them, in order."""

    seat: int
    action: str  # as on the form
    name: str
    relation: str  # to the owner
    masked_number: str  # must contain "*": a receipt is carried about
    own_account: bool  # False: insured without a personal account, draws on the family at once
    payers: list[ReceiptPayer]  # in the order of payment; [] after a release


class Receipt(TypedDict):
    """Template `receipt`: 业务回执, A5 landscape."""

    case_number: str
    kind: str
    region_code: str
    region_name: str
    office: str
    owner_name: str
    owner_masked_number: str  # must contain "*"
    members: list[ReceiptMember]
    effective_on: date
    result: str  # "审核通过"
    reason: str  # may be ""
    handled_by: str
    reviewed_by: str  # "" where the policy's review_mode is immediate
    decided_at: datetime
    printed_at: datetime
    query_hint: str  # where the family looks it up


@dataclass(frozen=True)
class FamilyOnPaper:
    """Who shares and who may draw on whom once the case holds. By person; `payers` in the order of payment."""

    payers: list[tuple[int, Terms]]
    pairs: list[tuple[int, int, str, bool]]  # payer, beneficiary, what the beneficiary is to the payer, presumed
    names: dict[int, str]
    relations: dict[int, str] = field(default_factory=dict)  # to the owner

    def without(self, persons: set[int]) -> FamilyOnPaper:
        """The family when these have left."""
        return replace(
            self,
            payers=[(payer, terms) for payer, terms in self.payers if payer not in persons],
            pairs=[pair for pair in self.pairs if not persons & {pair[0], pair[1]}],
        )

    def payers_of(self, person_id: int) -> list[tuple[int, Terms]]:
        drawn_on = {payer for payer, taker, _kind, _presumed in self.pairs if taker == person_id}
        return [(payer, terms) for payer, terms in self.payers if payer in drawn_on]


def registration_form_of(case: RegistrationCase) -> RegistrationForm:
    """The form of a case, with full numbers: the family compares them with their cards and signs."""
    with translation.override("zh-hans"):
        lines, owner, family = _lines(case), case.owner, _family_of(case)
        insutypes, certificates, relations = (code_labels(t) for t in ("insutype", "psn_cert_type", "relation"))
        return RegistrationForm(
            case_number=case.number,
            kind=_kind_of(case),
            region_code=case.region.code,
            region_name=case.region.name,
            office=case.handled_by.office or case.handled_by.region.name,
            applied_on=timezone.localtime(case.handled_at).date(),
            channel=case.get_channel_display(),
            owner=FormOwner(
                name=owner.name,
                document_type=certificates.get(owner.cert_type, owner.cert_type),
                document_number=owner.certno,
                psn_no=owner.psn_no,
                phone=owner.mobile,
                insurance_type=insutypes.get(owner.insutype, owner.insutype),
                insurance_status=owner.get_status_display(),
            ),
            members=[_form_member(case, line, relations, certificates) for line in lines],
            grants=[
                FormPayer(
                    order=terms.rank or 0,
                    name=family.names[payer],
                    yearly_limit=terms.share_limit,
                    beneficiaries=[
                        FormBeneficiary(name=family.names[taker], relation=kind, presumed=presumed)
                        for giver, taker, kind, presumed in family.pairs
                        if giver == payer
                    ],
                )
                for payer, terms in family.payers
            ],
            signers=_signers(case, family),
            documents=_documents(case),
            agent=_agent(case, certificates),
            handled_by=str(case.handled_by),
            reviewed_by=str(case.reviewed_by or ""),
            result=_result(case),
            reason=case.reason,
            decided_on=timezone.localtime(case.decided_at).date() if case.decided_at else None,
            printed_at=timezone.localtime(),
        )


def receipt_of(case: RegistrationCase) -> Receipt:
    """The receipt of a decided case; numbers masked, because receipts are carried about."""
    with translation.override("zh-hans"):
        lines, relations = _lines(case), code_labels("relation")
        family = _family_of(case) if case.state == CaseState.EFFECTIVE else FamilyOnPaper([], [], {})
        return Receipt(
            case_number=case.number,
            kind=_kind_of(case),
            region_code=case.region.code,
            region_name=case.region.name,
            office=case.handled_by.office or case.handled_by.region.name,
            owner_name=case.owner.name,
            owner_masked_number=mask_number(case.owner.certno),
            members=[_receipt_member(case, line, relations, family) for line in lines],
            effective_on=case.effective_on or min(line.starts_on for line in lines),
            result=_result(case),
            reason=case.reason,
            handled_by=str(case.handled_by),
            reviewed_by=str(case.reviewed_by or ""),
            decided_at=timezone.localtime(case.decided_at or timezone.now()),
            printed_at=timezone.localtime(),
            query_hint=QUERY_HINT,
        )


def _kind_of(case: RegistrationCase) -> str:
    kind = case.get_kind_display()
    return f"{kind}（{case.get_cause_display()}）" if case.cause else kind


def _family_of(case: RegistrationCase) -> FamilyOnPaper:
    """As it is from the decision on; before the decision, as the check says that it would be."""
    if case.state == CaseState.EFFECTIVE and case.group and case.effective_on:
        return _in_force(case.group, case.effective_on)
    if case.group and case.kind in (CaseKind.RELEASE, CaseKind.DISSOLVE):
        return _in_force(case.group, timezone.localdate()).without(set(case.lines.values_list("person", flat=True)))
    try:
        check = check_case(form_of(case))
    except GroupDissolved:
        return FamilyOnPaper([], [], {})
    persons = check.persons
    return FamilyOnPaper(
        payers=sorted(
            ((persons[position], terms) for position, terms in check.terms.items()),
            key=lambda payer: payer[1].rank or 0,
        ),
        pairs=[
            (persons[pair.payer], persons[pair.beneficiary], _kind(pair.kind), pair.is_presumed)
            for pair in check.preflight.pairs
            if pair.granted
        ],
        names=dict(InsuredPerson.objects.filter(pk__in=persons.values()).values_list("pk", "name")),
    )


def _in_force(group: MutualAidGroup, day: date) -> FamilyOnPaper:
    picture = group_on(group, day)
    return FamilyOnPaper(
        payers=sorted(
            ((member.person_id, terms) for member, terms in picture.members if terms.rank is not None),
            key=lambda payer: payer[1].rank or 0,
        ),
        pairs=[
            (
                payer.person_id,
                taker.person_id,
                _kind(pair_relation(payer.relation, taker.relation).kind),
                basis == GrantBasis.PRESUMED,
            )
            for payer, taker, _rank, basis in picture.grants
        ],
        names={member.person_id: member.person.name for member, _terms in picture.members},
        relations={member.person_id: member.relation for member, _terms in picture.members},
    )


def _signers(case: RegistrationCase, family: FamilyOnPaper) -> list[str]:
    """Every payer, who agrees to who may draw on them; the owner for an end; a relative for an owner who died."""
    if case.kind in (CaseKind.RELEASE, CaseKind.DISSOLVE):
        return ["家属"] if case.cause == Cause.DEATH else [case.owner.name]
    return [family.names[payer] for payer, _terms in family.payers] or [case.owner.name]


def _lines(case: RegistrationCase) -> list[CaseLine]:
    return list(case.lines.select_related("person__region").order_by("position"))


def _result(case: RegistrationCase) -> str:
    return {CaseState.EFFECTIVE: "审核通过", CaseState.REJECTED: "审核退回", CaseState.WITHDRAWN: "已撤回"}.get(
        CaseState(case.state), ""
    )


def _agent(case: RegistrationCase, certificates: dict[str, str]) -> FormAgent | None:
    if not case.agent_name:
        return None
    agent = agent_of(case)
    return FormAgent(
        name=case.agent_name,
        document_type=certificates.get(agent.cert_type, agent.cert_type) if agent else "",
        document_number=agent.certno if agent else "",
        phone=agent.mobile if agent else "",
        power_of_attorney=case.power_of_attorney,
    )


def _documents(case: RegistrationCase) -> list[str]:
    """The papers that count, each kind once with whose they are: 身份证（张三、李四）."""
    valid = case.documents.filter(replaced_by=None).select_related("person").order_by("number")
    names: dict[str, list[str]] = {}
    for document in valid:
        names.setdefault(str(DocumentKind(document.kind).label), []).append(
            document.person.name if document.person else ""
        )
    return [f"{kind}（{'、'.join(whose)}）" if (whose := list(filter(None, all_))) else kind
            for kind, all_ in names.items()]  # fmt: skip


def _action(case: RegistrationCase, line: CaseLine) -> str:
    return "" if case.kind == CaseKind.CREATE else line.get_action_display()


def _form_member(
    case: RegistrationCase, line: CaseLine, relations: dict[str, str], certificates: dict[str, str]
) -> FormMember:
    person: InsuredPerson = line.person
    return FormMember(
        seat=line.position,
        action=_action(case, line),
        name=person.name,
        relation=relations.get(line.relation, line.relation),
        document_type=certificates.get(person.cert_type, person.cert_type),
        document_number=person.certno,
        psn_no=person.psn_no,
        region=person.region.name,
        shares=line.shares,
        order=line.rank,
        yearly_limit=line.share_limit,
        start_on=line.starts_on,
        end_on=line.last_on,
    )


def _receipt_member(
    case: RegistrationCase, line: CaseLine, relations: dict[str, str], family: FamilyOnPaper
) -> ReceiptMember:
    return ReceiptMember(
        seat=line.position,
        action=_action(case, line),
        name=line.person.name,
        relation=relations.get(line.relation, line.relation),
        masked_number=mask_number(line.person.certno),
        own_account=line.person.is_employee,
        payers=[
            ReceiptPayer(
                name=family.names[payer],
                relation=relations.get(family.relations.get(payer, ""), ""),
                yearly_limit=terms.share_limit,
            )
            for payer, terms in family.payers_of(line.person_id)
        ],
    )


def _kind(kind: str | None) -> str:
    return str(KINDS[kind]) if kind else ""
