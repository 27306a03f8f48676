"""Fictional people and staff for tests. Numbers are generated with a valid check digit; nobody is real."""

from __future__ import annotations

import datetime as dt
import io
import itertools
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from functools import cache
from typing import Any
from uuid import uuid4

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.db import transaction
from django.utils import timezone

from accounts.models import ApiToken, InsuredPerson, PersonalAccount, Region, Staff, Suspension
from accounts.models.account import EntryKind
from accounts.models.person import InsuranceStatus
from accounts.models.suspension import CAUSE_OF, STATUS_OF, Cause
from accounts.rules.identity import check_digit
from accounts.services.api_tokens import make_token
from accounts.services.ledger import Posting, post_entries
from accounts.services.papers import Upload
from accounts.services.reference import load_regions
from accounts.spreadsheets.cells import Cell, to_wire
from families.models import (
    CaseDocument,
    GroupMember,
    ImportBatch,
    ImportFamily,
    MutualAidGroup,
    PersonMatch,
    PolicySetting,
    RegionPolicy,
    RegistrationCase,
)
from families.models.batch import BatchState, FamilyState
from families.models.match import Certainty
from families.models.policy import PolicyState
from families.rules.kinship import expected_gender
from families.selectors import group_on
from families.services.changes import release_members
from families.services.documents import add_document
from families.services.groups import NewMember, create_group
from families.services.imports.columns import COLUMNS, heading_of
from families.services.imports.faults import RowFault
from families.services.plans import MemberTerms
from families.services.policies import SettingInput, change_draft, draft_policy
from reports.models import FullNumbersRequest
from settlement.models import (
    Anomaly,
    Claim,
    ClaimDocument,
    Discrepancy,
    Institution,
    Settlement,
    SettlementKind,
    Statement,
    StatementLine,
    StatementTotal,
    WalletTransfer,
)
from settlement.models.anomaly import AnomalyKind
from settlement.models.institution import PREFIXES
from settlement.rules.amounts import Amounts
from settlement.rules.bills import NewSettlement
from settlement.services.claim_papers import add_claim_document, asked_papers
from settlement.services.claims import ClaimInput, save_claim, submit_claim
from settlement.services.reconciling import reconcile
from settlement.services.settling import record_settlement
from settlement.services.statements import load_statement
from settlement.services.transfers import transfer_wallet
from tests.files.scans import picture

REGIONS = """
100000 全国
420000 湖北省 100000
421000 荆州市 420000
421002 沙市区 421000
421003 荆州区 421000
420100 武汉市 420000
420106 武昌区 420100
330000 浙江省 100000
330100 杭州市 330000
"""
PASSWORD = "a-long-enough-word"
HEADINGS = tuple(map(heading_of, COLUMNS))
START = dt.date(2026, 3, 1)
_serial = itertools.count(1)


def make_regions() -> None:
    """The small tree of the samples: a province with two cities, and a city of another province."""
    rows = [(*line.split(), "")[:3] for line in REGIONS.strip().splitlines()]
    load_regions([{"admdvs": code, "name": name, "parent": parent} for code, name, parent in rows])


def make_staff(role: str = "clerk", region: str = "421002", username: str = "") -> Staff:
    username = username or f"{role}-{region}-{next(_serial)}"
    staff = Staff(username=username, full_name=username, region=Region.objects.get(pk=region), office="一号窗口")
    staff.password = _hashed_password()
    staff.save()
    staff.groups.add(Group.objects.get(name=role))
    return staff


@cache
def _hashed_password() -> str:
    """Hashed once: it is slow on purpose."""
    return make_password(PASSWORD)


def make_token_of(staff: Staff, **fields: Any) -> ApiToken:
    """For a system that reads as this staff member."""
    given = {"name": f"system-{next(_serial)}", "days": 90} | fields
    return make_token(staff=staff, by=make_staff("administrator", "100000"), **given)[0]


def make_number(*, born_on: dt.date = dt.date(1985, 3, 14), gender: str = "1", area: str = "421002") -> str:
    """A resident ID number that passes the checksum and belongs to nobody in the test."""
    serial = next(_serial) % 100
    parity = 1 if gender == "1" else 2
    first17 = f"{area}{born_on:%Y%m%d}{serial:02d}{parity}"
    return first17 + check_digit(first17)


def make_person(
    name: str = "张三",
    *,
    region: str = "421002",
    insutype: str = "310",
    status: str = "1",
    gender: str = "1",
    born_on: dt.date = dt.date(1985, 3, 14),
    certno: str = "",
    prior: str = "0.00",
    current: str = "0.00",
    by: Staff | None = None,
    **fields: Any,
) -> InsuredPerson:
    """A person, with an account when employee-insured and the balance as an opening entry."""
    serial = next(_serial)
    person = InsuredPerson(
        psn_no=fields.pop("psn_no", f"P{serial:017d}"),
        name=name,
        name_key=fields.pop("name_key", f"zhang san {serial}"),
        gender=gender,
        born_on=born_on,
        region_id=region,
        insutype=insutype,
        status=status,
        status_since=dt.date(2020, 1, 1),
        status_reason="" if status == "1" else "test",
        contact_confirmed_on=dt.date(2026, 1, 1),
        **fields,
    )
    person.certno = certno or make_number(born_on=dt.date(1900 + serial // 3000, 1, 1) + dt.timedelta(days=serial))
    person.mobile = f"139{serial:08d}"
    with transaction.atomic():
        person.save()
        if status != "1":
            make_suspension(person, CAUSE_OF[InsuranceStatus(status)], person.status_since)
    if insutype == "310":
        make_account(person, prior=prior, current=current, by=by)
    return person


def make_suspension(
    person: InsuredPerson, cause: str, starts_on: dt.date, ends_on: dt.date | None = None
) -> Suspension:
    """A suspension as it is stored; the person's status, a copy of today's, is left as it is."""
    ended = {"ended_by": make_staff(), "ended_note": "test"} if ends_on else {}
    return Suspension.objects.create(
        person=person, cause=cause, status=STATUS_OF.get(Cause(cause), ""), starts_on=starts_on, ends_on=ends_on,
        note="test", **ended,
    )  # fmt: skip


def make_account(
    person: InsuredPerson, *, prior: str = "0.00", current: str = "0.00", by: Staff | None = None
) -> PersonalAccount:
    account = PersonalAccount.objects.create(person=person, opened_on=dt.date(2020, 1, 1))
    if Decimal(prior) or Decimal(current):
        posting = Posting(
            account_id=account.pk,
            kind=EntryKind.CARRIED_OVER,
            business_date=dt.date(2026, 1, 1),
            source="opening",
            prior_change=Decimal(prior),
            current_change=Decimal(current),
        )
        post_entries(postings=[posting], by=by or make_staff("supervisor"))
        account.refresh_from_db()
    return account


def make_family(*relations: str, region: str = "421002", **fields: Any) -> list[NewMember]:
    """An owner with an account, and one person for each relation; a star behind it: shares, in this order."""
    owner = make_person("户主", region=region, current="1000.00", **fields)
    members = [NewMember(person_id=owner.pk, relation="01", starts_on=START, rank=1)]
    for order, (relation, star) in enumerate((text[:2], text[2:]) for text in relations):
        person = make_person(
            f"成员{order}",
            region=region,
            gender=expected_gender(relation) or "2",
            insutype="310" if star else "390",
            born_on=dt.date(1985, 6, 1),
        )
        rank = order + 2 if star else None
        members.append(NewMember(person_id=person.pk, relation=relation, starts_on=START, rank=rank))
    return members


def make_group(*relations: str, by: Staff, region: str = "421002") -> MutualAidGroup:
    members = make_family(*relations, region=region, by=by)
    return create_group(region=Region.objects.get(pk=region), members=members, by=by)


def release_member(*, member_id: int, day: dt.date, reason: str, by: Staff) -> GroupMember:
    member = GroupMember.objects.get(pk=member_id)
    release_members(group_id=member.group_id, person_ids=[member.person_id], day=day, reason=reason, by=by)
    member.refresh_from_db()
    return member


def terms_of(group: MutualAidGroup, day: dt.date, **changed: Any) -> list[MemberTerms]:
    """What holds for every member of that day, by seat; `changed` for all of them."""
    return [
        MemberTerms(
            **{
                "person_id": member.person_id,
                "relation": member.relation,
                "rank": terms.rank,
                "share_limit": terms.share_limit,
                "left_on": member.left_on,
                **changed,
            }
        )
        for member, terms in group_on(group, day).members
    ]


Picture = tuple[list[tuple[Any, ...]], list[tuple[Any, ...]]]


def picture_of(group: MutualAidGroup, day: dt.date) -> Picture:
    """How a group stands on a day, to be compared: members by seat with their terms, grants by rank."""
    shown = group_on(group, day)
    return (
        [(row.person_id, row.seat, row.relation, terms.rank, terms.share_limit) for row, terms in shown.members],
        [(payer.person_id, taker.person_id, rank, basis) for payer, taker, rank, basis in shown.grants],
    )


def make_match(region: str = "421002") -> PersonMatch:
    """Two records of one region that may be one person."""
    pair = [make_person("重复", region=region, insutype="390") for _ in range(2)]
    return PersonMatch.objects.create(
        first=pair[0],
        second=pair[1],
        found_on=START,
        certainty=Certainty.LIKELY,
        evidence={"for": [["same_name", ""]], "against": []},
    )


def make_batch(
    *,
    by: Staff,
    headings: Sequence[str] = HEADINGS,
    above: Sequence[Sequence[Cell]] = (),
    **fields: Any,
) -> ImportBatch:
    """A checked batch without families. `headings`: preferred ones are known; `above`: the rows over them."""
    known = {heading_of(column): column for column in COLUMNS}
    batch = ImportBatch(
        region=by.region, owner=by, name="登记表.xlsx", sha256=f"{next(_serial):064x}", state=BatchState.CHECKED,
        layout={
            "header_row": len(above) + 1,
            "headings": list(headings),
            "positions": {known[heading]: place for place, heading in enumerate(headings) if heading in known},
        },
    )  # fmt: skip
    for name, value in fields.items():
        setattr(batch, name, value)
    batch.above = [[number, [to_wire(cell) for cell in row]] for number, row in enumerate(above, start=1)]
    batch.save()
    return batch


def make_import_family(
    batch: ImportBatch, *rows: Sequence[Cell], first_row: int = 2, faults: Sequence[RowFault] = (), **fields: Any
) -> ImportFamily:
    """A family of a batch, behind those that are there; faulty with `faults`, ready without."""
    family = ImportFamily(
        batch=batch, position=batch.families.count() + 1, first_row=first_row, size=len(rows),
        state=FamilyState.FAULTY if faults else FamilyState.READY, errors=[fault.as_json() for fault in faults],
    )  # fmt: skip
    for name, value in fields.items():
        setattr(family, name, value)
    family.content = [[number, [to_wire(cell) for cell in row]] for number, row in enumerate(rows, start=first_row)]
    family.save()
    return family


def make_policy(
    region: str = "421000", *, effective_on: dt.date = dt.date(2020, 1, 1), **values: Any
) -> RegionPolicy:
    """A published version of a region's policy, as one that came with the installation; every value is cited."""
    policy = RegionPolicy.objects.create(
        region_id=region, effective_on=effective_on, title=f"{region} {effective_on}"
    )
    for parameter, value in values.items():
        PolicySetting.objects.create(policy=policy, parameter=parameter, value=value, citation=f"§{parameter}")
    policy.state = PolicyState.PUBLISHED
    policy.save(update_fields=["state"])
    return policy


def make_document(
    case: RegistrationCase, *, by: Staff, kind: str = "id_card", person: InsuredPerson | None = None, shade: int = 0
) -> CaseDocument:
    """A paper of a case. `shade`: another picture for each, because the same one is taken once."""
    upload = Upload("IMG_0001.jpg", picture(shade=shade or next(_serial) % 256))
    return add_document(case_id=case.pk, kind=kind, person_id=person.pk if person else None, upload=upload, by=by)


def make_institution(region: str = "421002", *, prefix: str = "H", **fields: Any) -> Institution:
    """A hospital of a region, or with `P` a pharmacy."""
    code = f"{prefix}{region}{next(_serial):05d}"
    values = {"name": f"第{code[-5:]}医院", "hosp_lv": "2", "kind": PREFIXES[prefix], "region_id": region} | fields
    return Institution.objects.create(fixmedins_code=code, **values)


def make_bill(person: InsuredPerson, amount: str = "100.00", *, fund: str = "0.00", **fields: Any) -> NewSettlement:
    """A visit of this person to a hospital. `amount`: the personal part, `fund`: what the fund pays beside it."""
    at = fields.pop("settled_at", dt.datetime(2026, 3, 16, 9, tzinfo=timezone.get_default_timezone()))
    own, pooled = Decimal(amount), Decimal(fund)
    zero = Decimal("0.00")
    amounts = Amounts(own + pooled, zero, zero, zero, own + pooled, pooled, zero, own)
    values = {
        "setl_id": f"S{next(_serial):013d}",
        "kind": SettlementKind.NETWORKED,
        "person_id": person.pk,
        "psn_no": person.psn_no,
        "amounts": amounts,
        "med_type": "11",
        "usage": "outpatient",
    } | fields
    if "institution_id" not in values:
        values["institution_id"] = make_institution(person.region_id).pk
    return NewSettlement(settled_at=at, business_date=timezone.localdate(at), **values)


def make_settlement(person: InsuredPerson, amount: str = "100.00", *, by: Staff, **fields: Any) -> Settlement:
    return record_settlement(new=make_bill(person, amount, **fields), by=by)


def tell_statement(*told: Settlement, by: Staff, institution: Institution | None = None, **said: Any) -> Statement:
    """What an institution reports of the day of these settlements; `said`: otherwise than they are.

    An `extra` number is a line that nothing here answers to.
    """
    place = institution or told[0].institution
    assert place is not None
    day = said.pop("day", None) or told[0].business_date
    Statement.objects.filter(institution=place, business_date=day, counts=True).update(counts=False)
    number, extra = next(_serial), said.pop("extra", "")
    statement = Statement.objects.create(
        institution=place, business_date=day, name=f"{place.pk}_{day:%Y%m%d}_3202.zip", sha256=f"{number:064d}",
        lines_count=len(told) + bool(extra), loaded_by=by,
    )  # fmt: skip
    as_settled = ("setl_id", "mdtrt_id", "psn_no", "medfee_sumamt", "fund_pay_sumamt", "acct_pay")
    rows = [{name: getattr(one, name) for name in as_settled} | said for one in told]
    if extra:
        rows.append({"setl_id": extra, "medfee_sumamt": "1.00", "fund_pay_sumamt": "0.00", "acct_pay": "1.00"})
    for number, row in enumerate(rows, start=1):
        StatementLine.objects.create(statement=statement, number=number, is_reversal=False, **row)
    return statement


def make_difference(
    person: InsuredPerson | None = None, *, by: Staff, institution: Institution | None = None, **said: Any
) -> Discrepancy:
    """A settlement of one's own 100.00 yuan on Monday of which the hospital reports 0.50 more, or what is `said`."""
    place = institution or make_institution(by.region_id)
    patient = person or make_person(region=by.region_id, current="1000.00", by=by)
    settled = make_settlement(patient, institution_id=place.pk, by=by)
    told = Settlement.objects.filter(institution=place, business_date=settled.business_date)
    tell_statement(*told, by=by, **({"acct_pay": Decimal("100.50")} | said))
    supervisor = make_staff("supervisor", by.region_id)
    reconcile(day=settled.business_date, by=supervisor)
    return Discrepancy.objects.get(setl_id=settled.setl_id)


def zipped(*lines: str, name: str = "x.txt") -> bytes:
    """A 3202 file; the same lines are the same bytes, whatever the hour."""
    packed, text = io.BytesIO(), zipfile.ZipInfo(name)
    text.compress_type = zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(text, "\n".join(lines))
    return packed.getvalue()


def make_statement(
    region: str = "421002", *lines: str, day: str = "20260316", hospital: Institution | None = None
) -> Statement:
    """`lines`: as the file has them, by default one that nothing was settled for."""
    hospital = hospital or make_institution(region)
    content = zipped(*(lines or [f"S{next(_serial):013d}\tM1\tP1\t10.00\t5.00\t5.00\t0"]))
    by = make_staff("supervisor", region)
    result = load_statement(content=content, name=f"{hospital.pk}_{day}_3202.zip", by=by)
    assert result.statement is not None
    return result.statement


def make_total(region: str = "421002", *, by: Staff, **fields: Any) -> StatementTotal:
    """Of one day and a hospital of the region."""
    values = {"starts_on": START, "ends_on": START + dt.timedelta(days=1), "insutype": "310", "clr_type": "11"}
    amounts = {"medfee_sumamt": 10, "fund_pay_sumamt": 4, "acct_pay": 6, "setl_count": 1}
    return StatementTotal.objects.create(
        institution=make_institution(region), loaded_by=by, **(values | amounts | fields)
    )


def make_numbers_request(by: Staff, **fields: Any) -> FullNumbersRequest:
    """For the members of groups, waiting for a second person."""
    values = {"report": "members", "form": "csv", "language": "zh-hans", "reason": "x", "rows": 501}
    state = {"alone_up_to": 500, "state": "waiting", "asked_by": by, "region": by.region}
    return FullNumbersRequest.objects.create(**(values | state | fields))


def make_anomaly(of: MutualAidGroup, /, **fields: Any) -> Anomaly:
    """Three cards of a family at one pharmacy, as a night stores it."""
    values = {
        "kind": AnomalyKind.CARDS,
        "day": dt.date(2026, 3, 16),
        "region": of.region,
        "group": of,
        "found": 3,
        "limits": {"anomaly_cards": 3, "anomaly_card_minutes": 10},
        "evidence": [],
        "found_at": timezone.now(),
    } | fields
    if values["kind"] == AnomalyKind.CARDS:
        values = {"institution": make_institution(of.region_id, prefix="P")} | values
    return Anomaly.objects.create(**values)


def reversal_of(bill: NewSettlement, **fields: Any) -> NewSettlement:
    """Everything that the bill asked for, taken back an hour later."""
    at = bill.settled_at + dt.timedelta(hours=1)
    values = {
        "setl_id": f"S{next(_serial):013d}",
        "settled_at": at,
        "business_date": timezone.localdate(at),
        "amounts": bill.amounts.negated,
        "reverses": bill.setl_id,
    } | fields
    return replace(bill, **values)


# Monday noon, in nobody's quiet hours.
NOON = dt.datetime(2026, 3, 16, 12, tzinfo=dt.UTC) - dt.timedelta(hours=8)


def make_transfer(
    group: MutualAidGroup, *, by: Staff, amount: str = "100.00", at: dt.datetime = NOON, **order: Any
) -> WalletTransfer:
    """From the owner of a group to the member on seat 2."""
    payer, payee = (group.members.get(seat=seat, left_on=None).person_id for seat in (1, 2))
    order = {"transfer_id": f"T{next(_serial)}", "payer_id": payer, "payee_id": payee, "purpose": "care"} | order
    return transfer_wallet(amount=Decimal(amount), at=at, by=by, **order)


def make_draft(
    region: str = "421000", *, effective_on: dt.date | None = None, by: Staff | None = None, **values: Any
) -> RegionPolicy:
    """A draft that sets these values alone, to begin tomorrow or on the day given."""
    by = by or make_staff("supervisor", region)
    day = effective_on or timezone.localdate() + dt.timedelta(days=1)
    draft = draft_policy(region=Region.objects.get(pk=region), effective_on=day, title=f"draft {region} {day}", by=by)
    settings = {name: SettingInput(value, f"§{name}") for name, value in values.items()}
    return change_draft(policy_id=draft.pk, version=1, title=draft.title, effective_on=day, settings=settings, by=by)


def claim_input(person: InsuredPerson, amount: str = "100.00", *, fund: str = "0.00", **fields: Any) -> ClaimInput:
    """A stay in a hospital that is not loaded, referred to. `amount`: the personal part."""
    own, pooled = Decimal(amount), Decimal(fund)
    zero = Decimal("0.00")
    values = {
        "key": uuid4(),
        "version": 0,
        "person_id": person.pk,
        "invoice_number": f"FP{next(_serial):010d}",
        "med_type": "21",
        "starts_on": dt.date(2026, 3, 10),
        "ends_on": dt.date(2026, 3, 16),
        "settled_on": dt.date(2026, 3, 16),
        "institution_name": "外省医院",
        "cause": "referral",
        "filing_number": "ZZ1",
        "filed_on": dt.date(2026, 3, 9),
        "amounts": Amounts(own + pooled, zero, zero, zero, own + pooled, pooled, zero, own),
    } | fields
    return ClaimInput(**values)  # type: ignore[arg-type]


def make_claim(person: InsuredPerson, amount: str = "100.00", *, by: Staff, **fields: Any) -> Claim:
    """A claim in hand."""
    return save_claim(form=claim_input(person, amount, **fields), by=by)


def make_claim_document(claim: Claim, *, by: Staff, kind: str = "invoice") -> ClaimDocument:
    upload = Upload("IMG_0001.jpg", picture(shade=next(_serial) % 256))
    return add_claim_document(claim_id=claim.pk, kind=kind, upload=upload, by=by)


def submitted_claim(person: InsuredPerson, amount: str = "100.00", *, by: Staff, **fields: Any) -> Claim:
    """A claim that waits for review, with what it asks for in papers; a scan takes half a second, so rows alone."""
    claim = make_claim(person, amount, by=by, **fields)
    for number, kind in enumerate(asked_papers(claim), start=1):
        ClaimDocument.objects.create(
            claim=claim, number=number, kind=kind, name="x.jpg", content_type="image/jpeg", size=1, sha256=kind,
            pages=1, added_by=by,
        )  # fmt: skip
    return submit_claim(claim_id=claim.pk, version=claim.version, by=by)
