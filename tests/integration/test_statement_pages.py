"""The pages of statements and totals: files handed over, what came of them, and the result that goes back."""

from __future__ import annotations

import io
import zipfile
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import AuditEvent, Code, Job, Staff
from accounts.models.audit import AuditKind
from accounts.services.jobs import run_job
from accounts.services.rights import RightMissing
from settlement.models import Discrepancy, Institution, Statement, StatementTotal
from settlement.services.deciding import decide
from settlement.services.reconciling import reconcile
from settlement.services.results import result_file
from settlement.services.settling import record_settlement
from settlement.services.statements import load_statement
from settlement.services.total_rows import COLUMNS
from tests.factories import (
    make_bill,
    make_institution,
    make_person,
    make_staff,
    make_statement,
    make_total,
    reversal_of,
    zipped,
)
from tests.integration.test_settlement_pages import at, text, words

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
LINE = "S1\tM1\tP12345678901\t10.00\t5.00\t5.00\t0"


@pytest.fixture
def supervisor() -> Staff:
    return make_staff("supervisor", "421000")


@pytest.fixture
def client(supervisor: Staff) -> Client:
    return at(supervisor)


@pytest.fixture
def hospital() -> Institution:
    return make_institution()


def hand_over(client: Client, *files: tuple[str, bytes]) -> list[Job]:
    before = set(Job.objects.values_list("pk", flat=True))
    uploads = [SimpleUploadedFile(name, content) for name, content in files]
    answer = client.post("/statements/load/", {"file": uploads})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/statements/")
    return list(Job.objects.exclude(pk__in=before).order_by("pk"))


def name_of(hospital: Institution, day: str = "20260316") -> str:
    return f"{hospital.pk}_{day}_3202.zip"


def test_several_files_are_each_taken_in_by_a_worker(client: Client, hospital: Institution) -> None:
    files = [(name_of(hospital, day), zipped(LINE)) for day in ("20260315", "20260316")]
    jobs = hand_over(client, *files)
    assert [(job.kind, job.state) for job in jobs] == [("load_statement", "queued")] * 2
    assert not Statement.objects.exists()
    assert "every 1s" in text(client, "/statements/")
    for job in jobs:
        run_job(job.pk)
    assert Statement.objects.count() == 2
    page = words(text(client, "/statements/"))
    assert hospital.name in page
    assert "2026-03-15" in page
    assert "every 1s" not in text(client, "/statements/")


def test_a_file_with_faults_is_refused_whole_and_every_fault_told(client: Client, hospital: Institution) -> None:
    (job,) = hand_over(client, (name_of(hospital), zipped(LINE, "S2\tM\tP\t1e3\t0\t0\t7")))
    run_job(job.pk)
    page = words(text(client, f"/statements/loads/{job.pk}/"))
    assert "amount_invalid" in page
    assert "code_unknown" in page
    assert "本文件未接收" in page
    assert not Statement.objects.exists()
    assert "未接收 共2条错误" in words(text(client, "/statements/"))


def test_a_file_that_is_none_is_told_in_words(client: Client, hospital: Institution) -> None:
    (job,) = hand_over(client, (name_of(hospital), b"\x00nothing"))
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, bool(job.failure)) == ("refused", True)
    assert job.failure in words(text(client, f"/statements/loads/{job.pk}/"))


def test_the_same_file_again_changes_nothing_and_says_so(client: Client, hospital: Institution) -> None:
    for _time in range(2):
        (job,) = hand_over(client, (name_of(hospital), zipped(LINE)))
        run_job(job.pk)
    assert "没有变化" in words(text(client, f"/statements/loads/{job.pk}/"))
    assert Statement.objects.count() == 1


@pytest.mark.parametrize("sent", [{}, {"file": SimpleUploadedFile("empty.zip", b"")}])
def test_without_a_file_the_page_says_so(client: Client, sent: dict[str, Any]) -> None:
    for path in ("/statements/load/", "/statements/totals/load/"):
        answer = client.post(path, sent)
        assert answer.status_code == 422
        assert 'class="error"' in answer.content.decode()


def test_what_was_replaced_stays_readable_beside_what_counts(client: Client, hospital: Institution) -> None:
    first = make_statement("421002", LINE, hospital=hospital)
    second = make_statement("421002", LINE, LINE.replace("S1", "S2"), hospital=hospital)
    page = words(text(client, f"/statements/{first.pk}/"))
    assert "已被替换" in page
    assert f"/statements/{second.pk}/" in text(client, f"/statements/{first.pk}/")
    assert f"/statements/{first.pk}/result.zip" not in text(client, f"/statements/{first.pk}/")
    assert client.get(f"/statements/{first.pk}/result.zip").status_code == 404
    listed = text(client, "/statements/")
    assert (f"/statements/{first.pk}/" in listed, f"/statements/{second.pk}/" in listed) == (False, True)
    assert f"/statements/{first.pk}/" in text(client, "/statements/?counts=replaced")


def test_lines_are_shown_masked_with_what_differs(client: Client, supervisor: Staff, hospital: Institution) -> None:
    shown = make_statement("421002", LINE, hospital=hospital)
    reconcile(day=shown.business_date, by=supervisor)
    page = text(client, f"/statements/{shown.pk}/")
    assert "P12345678901" not in page
    assert "P12*****8901" in page
    assert "机构多" in words(page)


def test_the_list_counts_what_is_open_and_no_more_what_is_decided(
    client: Client, supervisor: Staff, hospital: Institution
) -> None:
    shown = make_statement("421002", LINE, hospital=hospital)
    reconcile(day=shown.business_date, by=supervisor)
    assert '<td class="amount"><b>1</b></td>' in text(client, "/statements/")
    one = Discrepancy.objects.get()
    decide(chosen={one.pk: one.version}, reason="institution_corrects", note="", by=supervisor)
    assert '<td class="amount"><b>1</b></td>' not in text(client, "/statements/")


def test_the_list_is_narrowed_by_day_institution_and_state(client: Client, hospital: Institution) -> None:
    shown = make_statement("421002", LINE, hospital=hospital)
    for query, there in (
        ("day=2026-03-16", True), ("day=2026-03-17", False), (f"institution={hospital.pk.lower()}", True),
        (f"institution={hospital.name}", True), ("institution=x", False), ("counts=replaced", False),
        ("counts=no-such", False), ("day=yesterday", False),
    ):  # fmt: skip
        assert (f"/statements/{shown.pk}/" in text(client, f"/statements/?{query}")) is there, query


def test_another_region_and_readers_see_only_what_is_theirs(hospital: Institution) -> None:
    shown = make_statement("421002", LINE, hospital=hospital)
    stranger, auditor = at(make_staff("supervisor", "330000")), at(make_staff("auditor", "420000"))
    for path in (f"/statements/{shown.pk}/", f"/statements/{shown.pk}/result.zip"):
        assert stranger.get(path).status_code == 404
    assert hospital.name not in text(stranger, "/statements/")
    assert "/statements/load/" not in text(auditor, "/statements/")
    assert auditor.get(f"/statements/{shown.pk}/result.zip").status_code == 403
    assert auditor.post("/statements/load/").status_code == 403
    assert auditor.post("/statements/totals/enter/").status_code == 403


def answer_of(content: bytes) -> list[list[str]]:
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        (name,) = archive.namelist()
        assert name.endswith("_3202_result.txt")
        return [line.split("\t") for line in archive.read(name).decode().splitlines()]


def test_the_result_has_the_ten_national_columns(client: Client, supervisor: Staff, hospital: Institution) -> None:
    person = make_person(current="500.00", by=supervisor)
    bills = [
        make_bill(person, "60.00", fund="40.00", institution_id=hospital.pk, setl_id=f"R{n}", mdtrt_id=f"M{n}")
        for n in (1, 2, 3)
    ]
    for bill in (*bills, reversal_of(bills[0], setl_id="R4", mdtrt_id="")):
        record_settlement(new=bill, by=supervisor)
    who = person.psn_no
    statement = make_statement(
        "421002",
        f"R1\tM1\t{who}\t100.00\t40.00\t60.00\t0",
        f"R2\tM2\t{who}\t100.01\t40.00\t60.00\t0",
        f"R4\tnull\t{who}\t-100.00\t-40.00\t-60.00\t1",
        "=R5\t=cmd()\tnull\t1.00\t0.00\t1.00\t0",
        hospital=hospital,
    )
    ours, back = ["100.00", "40.00", "60.00"], ["-100.00", "-40.00", "-60.00"]
    answer = client.get(f"/statements/{statement.pk}/result.zip")
    assert answer_of(answer.content) == [
        ["null", "'=cmd()", "'=R5", "null", "2", "0", "null", "null", "null", "null"],
        [who, "M1", "R1", "null", "0", "0", "null", *ours],
        [who, "M2", "R2", "null", "3", "0", "medfee_sumamt", *ours],
        [who, "M3", "R3", "null", "1", "0", "null", *ours],
        [who, "null", "R4", "null", "0", "1", "null", *back],
    ]
    assert answer.headers["Content-Disposition"].endswith(f'{hospital.pk}_20260316_3202_result.zip"')
    event = AuditEvent.objects.get(kind=AuditKind.EXPORT)
    assert (event.detail["institution"], event.detail["rows"]) == (hospital.pk, 5)


def test_the_other_scheme_is_a_table_that_keeps_the_national_code(
    client: Client, supervisor: Staff, hospital: Institution
) -> None:
    person = make_person(current="500.00", by=supervisor)
    bill = make_bill(person, "60.00", fund="40.00", institution_id=hospital.pk, setl_id="R1", mdtrt_id="M1")
    record_settlement(new=bill, by=supervisor)
    lines = [f"R1\tM1\t{person.psn_no}\t1.00\t40.00\t60.00\t0", LINE]
    statement = make_statement("421002", *lines, hospital=hospital)

    def told() -> list[tuple[str, str]]:
        content = client.get(f"/statements/{statement.pk}/result.zip?scheme=six").content
        return [(row[4], row[6]) for row in answer_of(content)]

    assert told() == [("3", "stmt_rslt=3 medfee_sumamt"), ("000103", "stmt_rslt=2")]
    Code.objects.create(
        table="stmt_rslt_six", code="3", name_zh="000104", name_en="x", version="x", region_id="421002"
    )
    assert told()[0] == ("000104", "stmt_rslt=3 medfee_sumamt")


def test_a_line_for_another_institutions_settlement_names_the_column(
    supervisor: Staff, hospital: Institution
) -> None:
    person = make_person(current="500.00", by=supervisor)
    record_settlement(new=make_bill(person, "60.00", setl_id="R1"), by=supervisor)
    statement = make_statement("421002", f"R1\tM1\t{person.psn_no}\t60.00\t0.00\t60.00\t0", hospital=hospital)
    (row,) = answer_of(result_file(statement=statement, by=supervisor).content)
    assert (row[4], row[6], row[7]) == ("2", "fixmedins_code", "null")


def entered(hospital: Institution, **cells: str) -> dict[str, str]:
    return {
        "fixmedins_code": hospital.pk.lower(), "stmt_begndate": "2026-03-16", "insutype": "310", "clr_type": "11",
        "medfee_sumamt": "100.00", "fund_pay_sumamt": "40.00", "acct_pay": "60.00", "fixmedins_setl_cnt": "1",
    } | cells  # fmt: skip


def test_a_total_is_entered_and_stands_beside_our_own(client: Client, hospital: Institution) -> None:
    assert client.post("/statements/totals/enter/", entered(hospital)).status_code == 302
    total = StatementTotal.objects.get()
    assert (total.institution_id, str(total.last_day), total.setl_count) == (hospital.pk, "2026-03-16", 1)
    page = words(text(client, "/statements/totals/"))
    assert "2 机构多" in page
    assert "2026-03-16" in page
    assert "3202" in page
    client.post("/statements/totals/enter/", entered(hospital))
    assert StatementTotal.objects.count() == 1
    make_statement("421002", LINE, hospital=hospital)
    assert f"/statements/?institution={hospital.pk}" in text(client, "/statements/totals/")


def test_every_wrong_field_of_a_total_is_told_beside_it(client: Client, hospital: Institution) -> None:
    wrong = entered(
        hospital, fixmedins_code=make_institution("330100").pk, medfee_sumamt="1,000", fixmedins_setl_cnt="x"
    )
    answer = client.post("/statements/totals/enter/", wrong)
    assert (answer.status_code, answer.content.decode().count('class="error"')) == (422, 3)
    assert client.post("/statements/totals/enter/", entered(hospital, insutype="000")).status_code == 422
    assert not StatementTotal.objects.exists()


def test_a_table_of_totals_is_taken_in_by_a_worker(client: Client, hospital: Institution) -> None:
    row = entered(hospital, fixmedins_code=hospital.pk, stmt_enddate="2026-03-17")
    table = "\n".join([",".join(COLUMNS), ",".join(row[name] for name in COLUMNS)]).encode()
    answer = client.post("/statements/totals/load/", {"file": SimpleUploadedFile("totals.csv", table)})
    job = Job.objects.get()
    assert answer.headers["Location"] == f"/statements/loads/{job.pk}/"
    run_job(job.pk)
    assert StatementTotal.objects.count() == 1
    assert "已入库 1 条总额" in words(text(client, f"/statements/loads/{job.pk}/"))


def test_totals_of_another_region_are_not_seen(client: Client) -> None:
    other = make_total("330100", by=make_staff("supervisor", "330100"))
    assert other.institution_id not in text(client, "/statements/totals/?counts=all")
    assert other.institution_id in text(at(make_staff("auditor", "330000")), "/statements/totals/?day=2026-03-01")


def test_the_result_of_a_statement_asks_for_the_right(hospital: Institution) -> None:
    statement = make_statement("421002", LINE, hospital=hospital)
    for role in ("clerk", "auditor"):
        with pytest.raises(RightMissing):
            result_file(statement=statement, by=make_staff(role))
        with pytest.raises(RightMissing):
            load_statement(content=zipped(LINE), name=name_of(hospital), by=make_staff(role))
