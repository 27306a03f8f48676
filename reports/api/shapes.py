"""The shapes of what is answered. National fields bear their national names (DOMAIN.md section 6).

Amounts are yuan, as text with two decimals: a JSON number is read as floating point by most programs.
"""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Annotated

from ninja import Field, Schema
from pydantic import PlainSerializer, WithJsonSchema

Yuan = Annotated[
    Decimal,
    PlainSerializer(lambda amount: f"{amount:.2f}", return_type=str),
    WithJsonSchema({"type": "string", "pattern": r"^-?[0-9]+\.[0-9]{2}$", "title": "yuan"}),
]


class Coded(Schema):
    """A code and its name in the language asked for; the code again where no table names it."""

    code: str
    name: str


class Person(Schema):
    psn_no: str
    name: str
    certno: str = Field(description="masked, always: first three and last four characters")


class Buckets(Schema):
    prior_years: Yuan
    current_year: Yuan


class Payer(Schema):
    """`basis`: what establishes the pair's relation: pass, presumed, declare, in_law."""

    psn_no: str
    place: int
    basis: str


class Member(Schema):
    """`payers`: on whose accounts the member may draw after the own one, in the order of payment.

    `place`, `limit_per_year`: what the member shares with the others; null: nothing, and without limit.
    """

    seat: int
    person: Person
    relation: Coded = Field(description="to the owner, GB/T 4761")
    joined_on: dt.date
    left_on: dt.date | None = Field(description="the first day no longer")
    place: int | None
    limit_per_year: Yuan | None
    suspended: list[str] = Field(description="why the member takes no part on that day")
    payers: list[Payer]


class Group(Schema):
    number: str
    region: Coded
    opened_on: dt.date
    dissolved_on: dt.date | None
    day: dt.date = Field(description="the members are those of this day")
    members: list[Member]


class GroupPage(Schema):
    items: list[Group]
    next: str | None = Field(description="address of the next page; null at the end")


class Share(Schema):
    """What one account paid, or got back. `place`: 0 for the own account."""

    place: int
    psn_no: str
    name: str
    paid: Buckets
    reason: str | None = Field(description="null for a reversal")
    why: str


class SettlementRow(Schema):
    setl_id: str
    mdtrt_id: str
    kind: str = Field(description="networked, claim, premium")
    state: str = Field(description="normal, reversed, reversal")
    init_setl_id: str | None = Field(description="what this one takes back")
    patient: Person
    psn_no: str = Field(description="as the institution sent it, also of a merged record")
    insutype: Coded
    med_type: Coded
    region: str = Field(description="where the patient was insured when it was settled")
    fixmedins_code: str | None
    fixmedins_name: str | None
    group: str | None = Field(description="number of the mutual-aid group")
    setl_time: dt.datetime
    business_date: dt.date
    medfee_sumamt: Yuan
    fund_pay_sumamt: Yuan
    hosp_part_amt: Yuan
    psn_part_amt: Yuan
    acct_pay: Yuan
    acct_mulaid_pay: Yuan
    psn_cash_pay: Yuan
    shares: list[Share]


class Considered(Schema):
    """An account that was looked at. `parameter`: of the policy, with `value`, where one decided."""

    place: int
    psn_no: str
    name: str
    relation: str
    before: Buckets
    available: Yuan
    paid: Buckets
    reason: str
    why: str
    parameter: str
    value: str
    citation: str


class SettlementDetail(SettlementRow):
    dise_codg: str
    dise_name: str
    dr_name: str
    considered: list[Considered] = Field(description="every account in its order, also those that paid nothing")


class SettlementPage(Schema):
    items: list[SettlementRow]
    next: str | None = Field(description="address of the next page, which is older; null at the end")


class Column(Schema):
    """`kind`: text, count, amount (yuan), percent."""

    key: str
    label: str
    kind: str


class ReportKind(Schema):
    code: str
    title: str
    question: str
    parameters: list[str]


class ReportKinds(Schema):
    items: list[ReportKind]


Value = str | int | None


class ReportTable(Schema):
    """`totals`: of all rows, not of the lines shown: a person in two lines is one person."""

    code: str
    title: str
    asked: dict[str, str]
    at: dt.datetime
    columns: list[Column]
    lines: list[dict[str, Value]]
    totals: dict[str, Value]
    next: str | None
