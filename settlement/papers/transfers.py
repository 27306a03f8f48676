"""The receipt of a wallet transfer, in Chinese whatever the screen's language.

`TransferReceipt` is the contract of `templates/pdf/transfer_receipt.typ`.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict

from django.utils import timezone, translation

from accounts.models import InsuredPerson
from settlement.models import WalletTransfer
from settlement.models.transfer import TransferState
from settlement.rules.capitals import in_capitals
from settlement.rules.transfers import goes_back_at


class ReceiptParty(TypedDict):
    name: str
    masked_number: str  # must contain "*": a receipt is carried about
    region: str


class TransferReceipt(TypedDict):
    """Template `transfer_receipt`: 医保钱包转账回执, A5 landscape."""

    transfer_id: str
    region_code: str  # of the payer
    region_name: str
    office: str
    payer: ReceiptParty
    payee: ReceiptParty
    amount: Decimal
    amount_in_capitals: str  # "壹佰元整"
    prior_part: Decimal
    current_part: Decimal
    purpose: str
    business_date: date
    asked_at: datetime
    state: str
    accept_until: datetime | None  # None once it is answered
    answered_at: datetime | None
    reason: str  # why it went back; may be ""
    handled_by: str
    answered_by: str  # may be ""
    printed_at: datetime


def transfer_receipt_of(transfer: WalletTransfer) -> TransferReceipt:
    """The receipt as of now: waiting, accepted or returned; numbers masked."""
    with translation.override("zh-hans"):
        region = transfer.payer.person.region
        waits = transfer.state == TransferState.WAITING
        return TransferReceipt(
            transfer_id=transfer.transfer_id,
            region_code=region.code,
            region_name=region.name,
            office=transfer.handled_by.office or transfer.handled_by.region.name,
            payer=_party(transfer.payer.person),
            payee=_party(transfer.payee),
            amount=transfer.amount,
            amount_in_capitals=in_capitals(transfer.amount),
            prior_part=transfer.prior_part,
            current_part=transfer.current_part,
            purpose=transfer.get_purpose_display(),
            business_date=transfer.business_date,
            asked_at=timezone.localtime(transfer.asked_at),
            state=transfer.get_state_display(),
            accept_until=goes_back_at(transfer.business_date) if waits else None,
            answered_at=timezone.localtime(transfer.answered_at) if transfer.answered_at else None,
            reason=_reason(transfer),
            handled_by=str(transfer.handled_by),
            answered_by=str(transfer.answered_by or ""),
            printed_at=timezone.localtime(),
        )


def _party(person: InsuredPerson) -> ReceiptParty:
    return ReceiptParty(name=person.name, masked_number=person.masked_number, region=person.region.name)


def _reason(transfer: WalletTransfer) -> str:
    cause = transfer.get_return_cause_display() if transfer.return_cause else ""
    return f"{cause}：{transfer.reason}" if transfer.reason else cause
