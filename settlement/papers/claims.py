"""The papers of a claim: the application that the patient signs, and the decision they take home.

The TypedDicts are the contracts of `templates/pdf/claim_form.typ` and `claim_decision.typ`. Papers are in Chinese
whatever the screen's language, so every label is looked up under zh-hans.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict

from django.utils import timezone, translation

from accounts.models import InsuredPerson, Staff
from accounts.rules.identity import mask_number
from accounts.selectors import code_labels
from settlement.models import Claim
from settlement.models.claim import ClaimPaper, ClaimState
from settlement.rules.amounts import AMOUNT_NAMES
from settlement.services.settled import shares_of

QUERY_HINT = "凭本人有效证件到受理窗口查询账户支付明细"
AMOUNTS = {
    "medfee_sumamt": "医疗费总额",
    "fulamt_ownpay_amt": "全自费",
    "overlmt_selfpay": "超限价自费",
    "preselfpay_amt": "先行自付",
    "inscp_scp_amt": "符合政策范围",
    "fund_pay_sumamt": "基金支付",
    "hosp_part_amt": "医院负担",
    "psn_part_amt": "个人负担",
}


class AmountOnPaper(TypedDict):
    label: str
    amount: Decimal


class ShareOnPaper(TypedDict):
    """What one account paid."""

    name: str
    own: bool
    amount: Decimal
    prior_years: Decimal
    current_year: Decimal
    why: str  # may be ""


class ClaimPaperBase(TypedDict):
    """What both papers say of the claim."""

    claim_number: str
    region_code: str
    region_name: str
    office: str
    person_name: str
    document_type: str
    psn_no: str
    insurance_type: str
    institution: str
    care: str  # "普通住院"
    starts_on: date
    ends_on: date
    settled_on: date
    invoice_number: str
    mdtrt_id: str  # may be ""
    disease: str  # may be ""
    doctor: str  # may be ""
    cause: str  # "异地转诊备案"
    cause_note: str  # may be ""
    filing_number: str  # may be ""
    filed_on: date | None
    amounts: list[AmountOnPaper]
    agent: str  # may be ""
    handled_by: str
    printed_at: datetime


class ClaimForm(ClaimPaperBase):
    """Template `claim_form`: 《医疗费用零星报销申请表》."""

    document_number: str  # in full: the patient compares it with the card and signs
    phone: str  # may be ""
    acct_used: bool
    documents: list[str]
    applied_on: date


class ClaimDecision(ClaimPaperBase):
    """Template `claim_decision`: 《医疗费用零星报销结算单》, or the refusal."""

    masked_number: str  # must contain "*"
    approved: bool
    reason: str  # of a refusal
    reviewed_by: str
    decided_at: datetime
    shares: list[ShareOnPaper]  # in the order of payment; [] for a refusal, or when all was paid in cash
    own: Decimal
    family: Decimal
    cash: Decimal
    reversed_by: str  # the number of the reversal; "" while the settlement counts
    query_hint: str


def claim_form_of(claim: Claim) -> ClaimForm:
    """The application, with the full number."""
    with translation.override("zh-hans"):
        return ClaimForm(
            **_base(claim),
            document_number=claim.person.certno,
            phone=claim.person.mobile,
            acct_used=claim.acct_used,
            documents=_documents(claim),
            applied_on=timezone.localtime(claim.submitted_at or claim.handled_at).date(),
        )


def decision_of(claim: Claim, *, by: Staff) -> ClaimDecision:
    """The decision; the number masked, and a payer's name where `by` does not see the person."""
    with translation.override("zh-hans"):
        settlement = claim.settlement
        reversal = getattr(settlement, "reversed_by", None)
        return ClaimDecision(
            **_base(claim),
            masked_number=mask_number(claim.person.certno),
            approved=claim.state == ClaimState.APPROVED,
            reason=claim.reason if claim.state == ClaimState.REJECTED else "",
            reviewed_by=str(claim.reviewed_by or ""),
            decided_at=timezone.localtime(claim.decided_at or timezone.now()),
            shares=[
                ShareOnPaper(
                    name=one.name, own=one.own, amount=one.amount, prior_years=one.prior_years,
                    current_year=one.current_year, why=one.why,
                )
                for one in (shares_of(settlement, by=by) if settlement else [])
            ],
            own=settlement.acct_pay if settlement else Decimal(0),
            family=settlement.acct_mulaid_pay if settlement else Decimal(0),
            cash=settlement.psn_cash_pay if settlement else Decimal(0),
            reversed_by=reversal.setl_id if reversal else "",
            query_hint=QUERY_HINT,
        )  # fmt: skip


def _base(claim: Claim) -> ClaimPaperBase:
    person: InsuredPerson = claim.person
    codes = {table: code_labels(table) for table in ("insutype", "psn_cert_type", "med_type")}
    return ClaimPaperBase(
        claim_number=claim.number,
        region_code=claim.region.code,
        region_name=claim.region.name,
        office=claim.handled_by.office or claim.handled_by.region.name,
        person_name=person.name,
        document_type=codes["psn_cert_type"].get(person.cert_type, person.cert_type),
        psn_no=person.psn_no,
        insurance_type=codes["insutype"].get(person.insutype, person.insutype),
        institution=claim.place,
        care=codes["med_type"].get(claim.med_type, claim.med_type),
        starts_on=claim.starts_on,
        ends_on=claim.ends_on,
        settled_on=claim.settled_on,
        invoice_number=claim.invoice_number,
        mdtrt_id=claim.mdtrt_id,
        disease=f"{claim.dise_codg} {claim.dise_name}".strip(),
        doctor=claim.dr_name,
        cause=claim.get_cause_display(),
        cause_note=claim.cause_note,
        filing_number=claim.filing_number,
        filed_on=claim.filed_on,
        amounts=[AmountOnPaper(label=AMOUNTS[name], amount=getattr(claim, name)) for name in AMOUNT_NAMES],
        agent=f"{claim.agent_name}（{claim.agent_relation}）" if claim.agent_relation else claim.agent_name,
        handled_by=str(claim.handled_by),
        printed_at=timezone.localtime(),
    )


def _documents(claim: Claim) -> list[str]:
    kinds = claim.documents.filter(replaced_by=None).order_by("number").values_list("kind", flat=True)
    return list(dict.fromkeys(str(ClaimPaper(kind).label) for kind in kinds))
