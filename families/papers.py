"""The papers of a case: the form that the family signs and the receipt they take home.

The TypedDicts are the contracts of `templates/pdf/registration_form.typ` and `receipt.typ`. Papers are in Chinese
whatever the screen's language, so every label is looked up under zh-hans.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict

from django.utils import timezone, translation

from accounts.models import InsuredPerson
from accounts.rules.identity import mask_number
from accounts.selectors import code_labels
from families.models import CaseLine, RegistrationCase
from families.models.case import CaseState
from families.models.document import DocumentKind
from families.rules.preflight import PairFinding
from families.services.cases import check_case, form_of
from families.services.documents import agent_of
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
    """One row of the members' table; the owner is its first row, seat 1, relation "本人"."""

    seat: int  # 1 to 8
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
    relation: str  # of the payer to the member: "配偶"
    yearly_limit: Decimal | None


class ReceiptMember(TypedDict):
    """One member and whose accounts pay for them, in order."""

    seat: int
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


def registration_form_of(case: RegistrationCase) -> RegistrationForm:
    """The form of a case, with full numbers: the family compares them with their cards and signs."""
    with translation.override("zh-hans"):
        lines = _lines(case)
        owner = lines[0].person
        insutypes, certificates, relations = (code_labels(t) for t in ("insutype", "psn_cert_type", "relation"))
        return RegistrationForm(
            case_number=case.number,
            kind=case.get_kind_display(),
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
            members=[_form_member(line, relations, certificates) for line in lines],
            grants=_grants(case, lines),
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
        lines = _lines(case)
        relations = code_labels("relation")
        effective = case.state == CaseState.EFFECTIVE
        pairs = [pair for pair in _pairs(case) if pair.granted] if effective else []
        return Receipt(
            case_number=case.number,
            kind=case.get_kind_display(),
            region_code=case.region.code,
            region_name=case.region.name,
            office=case.handled_by.office or case.handled_by.region.name,
            owner_name=lines[0].person.name,
            owner_masked_number=mask_number(lines[0].person.certno),
            members=[_receipt_member(line, lines, relations, pairs) for line in lines],
            effective_on=min(line.starts_on for line in lines),
            result=_result(case),
            reason=case.reason,
            handled_by=str(case.handled_by),
            reviewed_by=str(case.reviewed_by or ""),
            decided_at=timezone.localtime(case.decided_at or timezone.now()),
            printed_at=timezone.localtime(),
            query_hint=QUERY_HINT,
        )


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


def _form_member(line: CaseLine, relations: dict[str, str], certificates: dict[str, str]) -> FormMember:
    person: InsuredPerson = line.person
    return FormMember(
        seat=line.position,
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


def _pairs(case: RegistrationCase) -> tuple[PairFinding, ...]:
    return check_case(form_of(case), owner=case.owner).pairs


def _payers(lines: Sequence[CaseLine]) -> list[CaseLine]:
    return sorted((line for line in lines if line.shares), key=lambda line: line.rank or 0)


def _grants(case: RegistrationCase, lines: Sequence[CaseLine]) -> list[FormPayer]:
    names = {line.position: line.person.name for line in lines}
    pairs = [pair for pair in _pairs(case) if pair.granted]
    return [
        FormPayer(
            order=payer.rank or 0,
            name=payer.person.name,
            yearly_limit=payer.share_limit,
            beneficiaries=[
                FormBeneficiary(name=names[pair.beneficiary], relation=_kind(pair), presumed=pair.is_presumed)
                for pair in pairs
                if pair.payer == payer.position
            ],
        )
        for payer in _payers(lines)
    ]


def _receipt_member(
    line: CaseLine, lines: Sequence[CaseLine], relations: dict[str, str], pairs: Sequence[PairFinding]
) -> ReceiptMember:
    by_payer = {pair.payer: pair for pair in pairs if pair.beneficiary == line.position}
    return ReceiptMember(
        seat=line.position,
        name=line.person.name,
        relation=relations.get(line.relation, line.relation),
        masked_number=mask_number(line.person.certno),
        own_account=line.person.is_employee,
        payers=[
            ReceiptPayer(
                name=payer.person.name,
                relation=relations.get(payer.relation, payer.relation),
                yearly_limit=payer.share_limit,
            )
            for payer in _payers(lines)
            if payer.position in by_payer
        ],
    )


def _kind(pair: PairFinding) -> str:
    return str(KINDS[pair.kind]) if pair.kind else ""
