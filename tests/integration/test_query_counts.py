"""How many queries each page asks, pinned in query_counts.json: the same with one row in every list as with five.

A page whose number changes fails, to be looked at; the number is then written into the file by hand.
"""

from __future__ import annotations

import json
from pathlib import Path
from uuid import uuid4

import pytest
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.models import InsuredPerson, Job, Staff
from accounts.models.audit import AuditKind
from accounts.services.adjustments import request_adjustment
from accounts.services.audit import record_event
from accounts.services.jobs import enqueue
from accounts.services.master_data import check_file
from families.models import FollowUp, FollowUpNote
from families.services.case_forms import CaseInput, LineInput
from families.services.cases import submit_case
from families.services.drafts import save_case
from families.services.imports.batches import confirm_batch
from families.services.imports.faults import RowFault
from reports.lists import OFFERED
from reports.models import MonthlyExport, SavedReport
from reports.services.summaries import refresh_summaries
from reports.standard import MUTUAL_AID
from settlement.models import Settlement, Statement, StatementLine
from settlement.models.anomaly import AnomalyState
from settlement.services.anomalies import judge_anomaly
from settlement.services.deciding import comment_on, decide
from settlement.services.reversals import ask_reversal
from tests import registrations
from tests.factories import (
    START,
    make_anomaly,
    make_batch,
    make_claim,
    make_difference,
    make_document,
    make_draft,
    make_group,
    make_import_family,
    make_institution,
    make_match,
    make_numbers_request,
    make_person,
    make_policy,
    make_settlement,
    make_staff,
    make_statement,
    make_suspension,
    make_token_of,
    make_total,
    make_transfer,
    submitted_claim,
)

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

WIDE = "since=2000-01-01&until=2099-12-31"
PINNED: dict[str, int] = json.loads((Path(__file__).parent / "query_counts.json").read_text(encoding="utf-8"))
# The page → the role that opens it; `{person}`, `{group}`, `{case}`: those that have grown with the rows.
PAGES = {
    "/admin/accounts/insuredperson/": "clerk",
    "/admin/accounts/personalaccount/": "clerk",
    "/admin/accounts/accountadjustment/": "supervisor",
    "/admin/accounts/auditevent/": "supervisor",
    "/admin/accounts/job/": "supervisor",
    "/admin/accounts/staff/": "administrator",
    "/admin/accounts/region/": "clerk",
    "/admin/families/mutualaidgroup/": "clerk",
    "/admin/families/registrationcase/": "clerk",
    "/policies/": "supervisor",
    "/policies/regions/421002/": "clerk",
    "/policies/{policy}/": "supervisor",
    "/policies/{policy}/edit/": "supervisor",
    "/policies/{policy}/impact/": "supervisor",
    "/policies/{policy}/impact/groups/?parameter=max_members": "supervisor",
    "/counter/": "clerk",
    "/counter/persons/{person}/": "clerk",
    "/counter/persons/{owner}/": "clerk",
    "/persons/{person}/": "supervisor",
    "/persons/{owner}/family/": "clerk",
    "/persons/{person}/trail/": "auditor",
    "/persons/{owner}/family/trail/": "auditor",
    "/groups/{group}/": "clerk",
    **{f"/counter/groups/{{group}}/?kind={kind}": "clerk" for kind in ("add", "change", "release", "dissolve")},
    "/follow-ups/": "clerk",
    "/follow-ups/{follow_up}/": "clerk",
    "/persons/{owner}/event/": "clerk",
    "/cases/": "reviewer",
    "/cases/in-hand/": "supervisor",
    "/cases/in-hand/?state=submitted&age=today&region=421002&kind=create&channel=counter": "clerk",
    "/cases/{case}/": "reviewer",
    "/counter/cases/{draft}/": "clerk",
    "/documents/{document}/": "reviewer",
    "/documents/{document}/thumbnail.jpg": "reviewer",
    "/adjustments/": "reviewer",
    "/jobs/": "clerk",
    "/imports/": "clerk",
    "/imports/{batch}/": "clerk",
    "/imports/{batch}/?open={import_family}": "clerk",
    "/imports/{batch}/?state=faulty&code=id_missing&text=F": "auditor",
    "/imports/{batch}/summary.pdf": "auditor",
    "/imports/{submitted}/review/": "reviewer",
    "/file-checks/{check}/": "clerk",
    "/persons/import/": "clerk",
    "/admin/accounts/code/": "supervisor",
    "/admin/settlement/institution/": "clerk",
    "/settlements/": "clerk",
    "/settlements/?since=2026-01-01&med_type=11&state=normal&person={payer}&institution=第": "clerk",
    "/settlements/{settlement}/": "clerk",
    "/settlements/load/": "supervisor",
    "/settlements/feeds/{feed}/": "supervisor",
    "/nights/?until=2026-03-17": "supervisor",
    "/nights/report/?day=2026-03-16": "auditor",
    "/nights/report.pdf?day=2026-03-16": "auditor",
    "/persons/{payer}/account/": "clerk",
    "/persons/{payer}/account.pdf": "clerk",
    "/persons/{patient}/care/": "clerk",
    "/persons/{patient}/care.pdf": "clerk",
    "/persons/{owner}/premium/": "clerk",
    "/persons/{owner}/transfer/": "clerk",
    "/persons/{owner}/transfers/": "clerk",
    "/persons/{owner}/transfers/trail/": "auditor",
    "/transfers/": "supervisor",
    "/transfers/?state=waiting&day=2026-03-16": "clerk",
    "/transfers/{transfer}/": "clerk",
    "/duplicates/": "clerk",
    "/duplicates/{match}/": "reviewer",
    "/persons/{owner}/simulate/?person={owner}&amount=5&usage=outpatient&day=2026-03-16": "clerk",
    "/groups/{group}/simulate/": "clerk",
    "/persons/{person}/claim/": "clerk",
    "/claims/": "reviewer",
    "/claims/?whose=own": "clerk",
    "/claims/{claim}/": "reviewer",
    "/claims/{claim_in_hand}/edit/": "clerk",
    "/settlements/{settlement}/reverse/": "clerk",
    "/dashboard/?of=year&day=2026-03-16": "supervisor",
    "/reports/": "supervisor",
    "/exports/": "supervisor",
    "/tokens/": "administrator",
    "/exports/notice/": "supervisor",
    "/full-numbers/": "supervisor",
    **{f"/reports/{code}/?{WIDE}": "supervisor" for code in OFFERED},
    "/reversals/": "reviewer",
    "/reversals/{reversal}/": "reviewer",
    "/discrepancies/": "supervisor",
    "/discrepancies/?state=decided&code=3&field=acct_pay&day=2026-03-16&whose=nobody&age=today": "auditor",
    "/discrepancies/{difference}/": "supervisor",
    "/days/?day=2026-03-16": "supervisor",
    "/days/day/?day=2026-03-16": "supervisor",
    "/statements/": "supervisor",
    "/statements/?day=2026-03-16&institution=H": "auditor",
    "/statements/{statement}/": "supervisor",
    "/statements/{statement}/result.zip": "supervisor",
    "/statements/loads/{load}/": "supervisor",
    "/statements/totals/": "supervisor",
    "/clearing/?month=2026-03": "supervisor",
    "/clearing/items/?month=2026-03&owing=421002&owed=420106": "auditor",
    "/anomalies/": "supervisor",
    "/anomalies/?kind=cards&state=new&region=421002&day=2026-03-16": "auditor",
    "/anomalies/{anomaly}/": "auditor",
}


class Office:
    """A district in which one clerk works; `grow` adds one row to every list."""

    def __init__(self) -> None:
        self.staff = {
            role: make_staff(role) for role in ("clerk", "reviewer", "supervisor", "auditor", "administrator")
        }
        self.clerk: Staff = self.staff["clerk"]
        self.person = make_person(current="100.00", by=self.clerk)
        self.place = make_institution()
        self.policy = make_draft("421002", max_members=2)
        self.batch = make_batch(by=self.clerk)
        payer = make_person(current="1.00", by=self.clerk)
        child = make_person(insutype="390", born_on=START.replace(year=2015))
        staged = registrations.stage([registrations.line(payer, child, "20")], self.clerk)
        home = make_group("20", "12*", by=self.clerk)
        self.payer, self.patient, _spouse = (member.person for member in home.members.order_by("seat"))
        self.statement = make_statement()
        self.submitted = confirm_batch(batch_id=staged.pk, only_valid=False, by=self.clerk)

    def grow(self, family: str) -> None:
        """`family`: the relations of a new group's members, and of a new case's."""
        make_staff()
        self.group = make_group(*family.split(), by=self.clerk)
        self.owner = InsuredPerson.objects.get(memberships__group=self.group, memberships__seat=1)
        self.case = self._case(family)
        self.draft = self._draft(family)
        self.transfer = make_transfer(self.group, by=self.clerk)
        spouse = self.group.members.get(seat=2)
        make_suspension(spouse.person, "card_lending", START)
        self.follow_up = FollowUp.objects.create(
            group=self.group, person=spouse.person, kind="card_lending", since=START
        )
        FollowUpNote.objects.create(follow_up=self.follow_up, text="x", by=self.clerk)
        for key in ("1.00", "2.00"):
            request_adjustment(
                account=self.person.account,
                prior_change=key,
                current_change=0,
                reason="x",
                key=uuid4(),
                by=self.clerk,
            )
        enqueue(kind="import_persons", by=self.clerk, file=("x.csv", b"psn_no"))
        self.check = check_file(kind="import_persons", file=("x.csv", b"psn_no"), by=self.clerk)
        record_event(AuditKind.LOOK, by=make_staff(), person=self.person)
        self.match = make_match()
        self.import_family = make_import_family(
            self.batch, ["F1", "户主"], faults=[RowFault(2, "member_number", "id_missing")]
        )
        make_batch(by=self.clerk)
        self.claim = submitted_claim(self.owner, by=self.clerk)
        self.claim_in_hand = make_claim(self.owner, by=self.clerk)
        self.settlement, asked = (make_settlement(self.owner, by=self.clerk) for _ in range(2))
        self.reversal = ask_reversal(settlement_id=asked.pk, reason="x", by=self.clerk)
        make_institution()
        supervisor, number = self.staff["supervisor"], SavedReport.objects.count()
        saved = SavedReport.objects.create(owner=supervisor, name=f"x{number}", report=MUTUAL_AID.code)
        MonthlyExport.objects.create(saved=saved, month=START.replace(day=1), failure="x")
        make_numbers_request(self.clerk)
        make_numbers_request(self.clerk, rows=1, state="alone")
        params = {"report": MUTUAL_AID.code, "asked": {}, "form": "csv"}
        enqueue(kind="export_report", by=supervisor, params=params, file=("x.csv", b"x"))
        make_token_of(self.clerk)
        self._differ()
        self._oversee(spouse.person)
        self._settle()
        refresh_summaries(day=START.replace(month=12, day=31), by=self.clerk)
        make_policy(effective_on=START.replace(year=2000 + Job.objects.count()), max_members=8)

    def _differ(self) -> None:
        """Two differences, one of them decided."""
        supervisor = self.staff["supervisor"]
        decided, self.difference = (make_difference(by=self.clerk, institution=self.place) for _ in range(2))
        decide(chosen={decided.pk: decided.version}, reason="institution_corrects", note="", by=supervisor)
        comment_on(discrepancy_id=self.difference.pk, text="x", by=supervisor)

    def _oversee(self, person: InsuredPerson) -> None:
        """A bill that another region is owed, and one more row of evidence."""
        make_settlement(self.patient, "1.00", by=self.clerk, institution_id=make_institution("420106").pk)
        settled = Settlement.objects.order_by("pk").values_list("pk", flat=True)
        rows = [{"what": "settlement", "id": pk, "at": "2026-03-16T09:00:00+08:00", "amount": "1"} for pk in settled]
        self.anomaly = make_anomaly(self.group, evidence=rows[:50])
        make_anomaly(self.group, kind="after_end", group=None, person=person)
        judge_anomaly(
            anomaly_id=make_anomaly(self.group).pk, seen=AnomalyState.NEW, state=AnomalyState.FOUNDED, text="x",
            by=self.staff["auditor"],
        )  # fmt: skip
        judge_anomaly(
            anomaly_id=self.anomaly.pk, seen=AnomalyState.NEW, state=AnomalyState.NEW, text="x",
            by=self.staff["auditor"],
        )  # fmt: skip

    def _settle(self) -> None:
        """The same family pays once more."""
        self.settlement = make_settlement(self.patient, "1.00", by=self.clerk)
        self.feed = enqueue(kind="load_settlements", by=self.clerk, file=("x.csv", b"setl_id"))
        self._report()

    def _report(self) -> None:
        """Another hospital reports a day, and this one a line more."""
        made = Statement.objects.count()
        StatementLine.objects.create(
            statement=self.statement, number=made + 1, setl_id=f"L{made}", medfee_sumamt=1, fund_pay_sumamt=0,
            acct_pay=1, is_reversal=False,
        )  # fmt: skip
        Statement.objects.create(
            institution=make_institution(), business_date=START, sha256="x", lines_count=0, loaded_by=self.clerk
        )
        make_total(by=self.clerk)
        self.load = enqueue(kind="load_statement", by=self.clerk, file=("x.zip", b"PK"))

    def _case(self, family: str):  # type: ignore[no-untyped-def]
        return submit_case(case_id=self._draft(family).pk, by=self.clerk)

    def _draft(self, family: str):  # type: ignore[no-untyped-def]
        owner = make_person(current="1.00", by=self.clerk)
        lines = [LineInput(owner.pk, "01", True, START, rank=1)]
        for relation in family.replace("*", "").split():
            gender = {"12": "2", "20": "1", "30": "2"}[relation]
            lines.append(LineInput(make_person(insutype="390", gender=gender).pk, relation, False, START))
        case = save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=lines), by=self.clerk)
        for line in lines:
            self.document = make_document(case, by=self.clerk, person=InsuredPerson(pk=line.person_id))
        return case

    def counts(self) -> dict[str, int]:
        rows = (
            "person",
            "owner",
            "group",
            "case",
            "draft",
            "document",
            "match",
            "follow_up",
            "policy",
            "batch",
            "import_family",
            "submitted",
            "check",
            "claim",
            "claim_in_hand",
            "settlement",
            "reversal",
            "feed",
            "statement",
            "load",
            "payer",
            "patient",
            "transfer",
            "difference",
            "anomaly",
        )
        keys = {name: getattr(self, name).pk for name in rows}
        clients = {role: signed_in(staff) for role, staff in self.staff.items()}
        return {page: queries(clients[role], page.format(**keys)) for page, role in PAGES.items()}


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def queries(client: Client, path: str) -> int:
    """The queries of a second look: the first one fills the cache, emptied so that nothing in it ends in between."""
    cache.clear()
    assert client.get(path).status_code == 200
    with CaptureQueriesContext(connection) as captured:
        client.get(path)
    return len(captured)


def test_every_page_asks_as_many_queries_as_pinned_however_many_rows_there_are() -> None:
    office = Office()
    office.grow("12* 20")
    few = office.counts()
    for _row in range(3):
        office.grow("12* 20")
    office.grow("12* 20* 20 30* 30 30")
    many = office.counts()
    assert {page: (few[page], many[page]) for page in PAGES if few[page] != many[page]} == {}
    assert many == PINNED
