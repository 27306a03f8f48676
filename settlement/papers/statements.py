"""What is handed out at the window: the statement of an account, and a person's record of care.

The TypedDicts are the contracts of `templates/pdf/account_statement.typ` and `care_record.typ`. Numbers masked, in
Chinese whatever the screen's language.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TypedDict

from django.utils import timezone, translation

from accounts.models import InsuredPerson, PersonalAccount, Staff
from accounts.printing import render_pdf
from accounts.selectors import code_labels
from settlement.listing import state_of
from settlement.models import Settlement, SettlementKind
from settlement.rules.facts import Buckets
from settlement.statements import Line, Totals

MOST_LINES = 2_000
Period = tuple[date | None, date | None]


class Holder(TypedDict):
    """Whom a paper is about, and where it was printed."""

    name: str
    masked_number: str  # must contain "*"
    psn_no: str
    insurance_type: str
    region_name: str
    region_code: str
    since: date | None
    until: date | None
    printed_by: str
    office: str
    printed_at: datetime


class Amounts(TypedDict):
    """Of both buckets, in yuan."""

    prior: Decimal
    current: Decimal


class EntryLine(TypedDict):
    sequence: int
    day: date
    kind: str
    what: str  # "配偶就医"; may be ""
    place: str  # may be ""
    reason: str  # may be ""
    change: Amounts
    after: Amounts


class AccountStatement(Holder):
    """Template `account_statement`: 个人账户对账单, A4 landscape."""

    opening: Amounts
    came: Amounts
    went: Amounts
    between: Amounts  # entered meanwhile for days outside the period
    closing: Amounts
    lines: list[EntryLine]


class CareLine(TypedDict):
    """`payers`: own account, family, cash."""

    number: str
    at: datetime
    institution: str  # may be ""
    doctor: str  # may be ""
    disease: str  # may be ""
    care: str
    total: Decimal
    fund: Decimal
    own: Decimal
    family: Decimal
    cash: Decimal
    state: str


class CareRecord(Holder):
    """Template `care_record`: 就医消费记录, A4 landscape."""

    lines: list[CareLine]
    sums: dict[str, Decimal]  # total, fund, own, family, cash


PAID_FOR = {SettlementKind.PREMIUM.value: "缴费"}
AMOUNTS = {
    "total": "medfee_sumamt",
    "fund": "fund_pay_sumamt",
    "own": "acct_pay",
    "family": "acct_mulaid_pay",
    "cash": "psn_cash_pay",
}


def account_statement_pdf(
    account: PersonalAccount, lines: Sequence[Line], totals: Totals, period: Period, *, by: Staff
) -> bytes:
    """`lines`: in the order they were entered."""
    with translation.override("zh-hans"):
        data = AccountStatement(
            **_holder(account.person, period, by),
            opening=_amounts(totals.opening),
            came=_amounts(totals.came),
            went=_amounts(totals.went),
            between=_amounts(totals.between),
            closing=_amounts(totals.closing),
            lines=[_entry_line(line) for line in lines],
        )
    return render_pdf("account_statement", data, tagged=False)


def care_record_pdf(
    person: InsuredPerson,
    settlements: Iterable[Settlement],
    sums: Mapping[str, Decimal],
    period: Period,
    *,
    by: Staff,
) -> bytes:
    """`settlements`: rows of `as_rows`, the oldest first."""
    with translation.override("zh-hans"):
        labels = code_labels("med_type")
        data = CareRecord(
            **_holder(person, period, by),
            lines=[_care_line(settlement, labels) for settlement in settlements],
            sums={name: sums[field] for name, field in AMOUNTS.items()},
        )
    return render_pdf("care_record", data, tagged=False)


def _holder(person: InsuredPerson, period: Period, by: Staff) -> Holder:
    since, until = period
    return Holder(
        name=person.name,
        masked_number=person.masked_number,
        psn_no=person.psn_no,
        insurance_type=code_labels("insutype").get(person.insutype, person.insutype),
        region_name=person.region.name,
        region_code=person.region_id,
        since=since,
        until=until,
        printed_by=str(by),
        office=by.office or by.region.name,
        printed_at=timezone.localtime(),
    )


def _amounts(buckets: Buckets) -> Amounts:
    return Amounts(prior=buckets.prior_years, current=buckets.current_year)


def _entry_line(line: Line) -> EntryLine:
    entry = line.entry
    return EntryLine(
        sequence=entry.sequence,
        day=entry.business_date,
        kind=entry.get_kind_display(),
        what=f"{line.patient or '本人'}{PAID_FOR.get(line.kind, '就医')}" if line.kind else "",
        place=line.place,
        reason=line.reason,
        change=Amounts(prior=entry.prior_change, current=entry.current_change),
        after=Amounts(prior=entry.prior_after, current=entry.current_after),
    )


def _care_line(settlement: Settlement, med_types: Mapping[str, str]) -> CareLine:
    kind = settlement.get_kind_display()
    return CareLine(
        number=settlement.setl_id,
        at=settlement.settled_at,
        institution=settlement.institution.name if settlement.institution else "",
        doctor=settlement.dr_name,
        disease=settlement.dise_name,
        care=med_types.get(settlement.med_type, settlement.med_type) or kind,
        total=settlement.medfee_sumamt,
        fund=settlement.fund_pay_sumamt,
        own=settlement.acct_pay,
        family=settlement.acct_mulaid_pay,
        cash=settlement.psn_cash_pay,
        state=str(state_of(settlement).label),
    )
