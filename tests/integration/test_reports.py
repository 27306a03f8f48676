"""Standard reports on the samples: each figure equals one computed apart, on the page, in Excel and on paper."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import zipfile
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
import python_calamine
from django.test import Client
from django.utils import timezone

from accounts.models import AuditEvent, Job, JobFile, Staff
from accounts.services.jobs import run_job
from reports.asking import narrowed
from reports.exporting import ask_for_export, forget_old_exports
from reports.files import MOST_LINES, Form, shown_all
from reports.models import SavedReport
from reports.standard import MUTUAL_AID, REGIONS, REPORTS
from reports.tables import Table, table_of
from tests.conftest import KEPT as STANDING
from tests.factories import make_batch, make_import_family, make_staff
from tests.integration.test_reconcile import settle
from tests.kept import made_once

pytestmark = pytest.mark.usefixtures("committed_db")
DAY = {"since": "2026-03-16", "until": "2026-03-16"}
TODAY = dt.date(2026, 3, 17)
WIDE = {"since": "2000-01-01", "until": "2099-12-31"}


@pytest.fixture
def supervisor(samples: Path) -> Staff:
    """The samples, settled."""
    made_once("of_the_samples_settled", lambda: settle(samples), beside=STANDING)
    return Staff.objects.get(username="zhuguan")


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def worked_out(code: str, asked: dict[str, str], *, by: Staff) -> Table:
    report = REPORTS[code]
    rows = narrowed(report, asked, staff=by, today=TODAY)
    assert rows.is_valid(), rows.errors
    return table_of(report, rows.narrowed(), most=10_000)


def figures(table: Table) -> dict[str, Any]:
    return dict(zip([one.key for one in table.report.measures], table.totals, strict=True))


def bills(samples: Path) -> list[dict[str, str]]:
    with (samples / "settlements.csv").open(encoding="utf-8-sig", newline="") as lines:
        return list(csv.DictReader(lines))


def apart(samples: Path) -> dict[str, Any]:
    """The figures of the feed, from the file and its answer key alone."""
    rows, shares = bills(samples), json.loads((samples / "expected.json").read_text())["shares"]
    paid = [shares[row["setl_id"]] for row in rows]
    reversed_ones = {row["init_setl_id"] for row in rows if row["refd_setl_flag"] == "1"}
    standing = [row for row in rows if row["refd_setl_flag"] == "0" and row["setl_id"] not in reversed_ones]
    own = sum(Decimal(share["own"]) for share in paid)
    family = sum(Decimal(amount) for share in paid for _payer, amount in share["family"])
    personal = sum(Decimal(row["psn_part_amt"]) for row in rows)
    return {
        "visits": sum(-1 if row["refd_setl_flag"] == "1" else 1 for row in rows),
        "persons": len({row["psn_no"] for row in standing}),
        "total": sum(Decimal(row["medfee_sumamt"]) for row in rows),
        "fund": sum(Decimal(row["fund_pay_sumamt"]) for row in rows),
        "own": own,
        "family": family,
        "cash": personal - own - family,
    }


@pytest.mark.parametrize("code", ["mutual-aid", "regions", "diseases", "institutions"])
def test_the_totals_of_the_samples_are_those_of_the_feed_and_its_key(
    supervisor: Staff, samples: Path, code: str
) -> None:
    table = worked_out(code, DAY, by=supervisor)
    expected = apart(samples)
    assert {key: figures(table)[key] for key in expected} == expected
    for place, measure in enumerate(table.report.measures):
        if measure.key not in ("persons", "family_part"):
            assert sum(line.figures[place] for line in table.lines) == table.totals[place]  # type: ignore[misc, arg-type]


def test_lines_are_told_apart_as_the_feed_has_them(supervisor: Staff, samples: Path) -> None:
    table = worked_out("diseases", DAY, by=supervisor)
    visits: Counter[str] = Counter()
    for row in bills(samples):
        visits[row["dise_codg"] or "—"] += -1 if row["refd_setl_flag"] == "1" else 1
    assert {line.words[0]: line.figures[0] for line in table.lines} == dict(visits)
    family = [line.figures[5] for line in table.lines]
    assert family == sorted(family, reverse=True)  # type: ignore[type-var]


def test_reversals_are_those_of_the_feed(supervisor: Staff, samples: Path) -> None:
    back = [row for row in bills(samples) if row["refd_setl_flag"] == "1"]
    table = worked_out("reversals", DAY, by=supervisor)
    assert figures(table)["reversals"] == len(back)
    assert figures(table)["total"] == sum(Decimal(row["medfee_sumamt"]) for row in back)


def test_groups_and_members_of_a_day_are_those_of_the_key(supervisor: Staff, samples: Path) -> None:
    accepted = json.loads((samples / "expected.json").read_text())["families_accepted"]
    held = worked_out("groups", {"day": "2026-03-16"}, by=supervisor)
    members = worked_out("relations", {"day": "2026-03-16"}, by=supervisor)
    assert figures(held)["groups"] == accepted
    assert figures(held)["members"] == figures(members)["members"]
    assert figures(worked_out("groups", {"day": "1999-01-01"}, by=supervisor))["groups"] == 0


def test_what_it_is_narrowed_to_counts(supervisor: Staff) -> None:
    def visits(**more: str) -> int:
        return figures(worked_out("mutual-aid", DAY | more, by=supervisor))["visits"] or 0  # type: ignore[no-any-return]

    everything = visits()
    assert sum(visits(insutype=insutype) for insutype in ("310", "390")) == everything
    assert sum(visits(med_type=med_type) for med_type in ("11", "14", "21", "41")) == everything
    assert 0 < visits(region="421002") < everything
    assert visits(since="2026-03-17", until="2026-03-18") == 0


def test_another_region_has_other_figures(supervisor: Staff) -> None:
    for code, report in REPORTS.items():
        asked = WIDE if "since" in report.narrow.base_filters else {"day": "2026-03-16"}
        stranger = worked_out(code, asked, by=make_staff("supervisor", "330100"))
        assert stranger.lines == [], code
        outsider = narrowed(report, {"region": "421002"}, staff=make_staff("supervisor", "330100"), today=TODAY)
        assert not outsider.is_valid()


def exported(report: str, form: Form, *, by: Staff, **asked: str) -> Job:
    job = ask_for_export(report=REPORTS[report], asked=asked or DAY, form=form, by=by)
    run_job(job.pk)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("code", ["mutual-aid", "regions", "institutions"])
def test_page_workbook_csv_and_paper_say_the_same(supervisor: Staff, code: str) -> None:
    table = worked_out(code, DAY, by=supervisor)
    words = len(table.report.dimensions)
    page = signed_in(supervisor).get(f"/reports/{code}/", DAY)
    assert [(words, values) for words, values in page.context["lines"]] == [
        (line.words, shown_all(table, line.figures)) for line in table.lines
    ]
    assert page.context["totals"] == shown_all(table, table.totals)

    book = exported(code, Form.XLSX, by=supervisor)
    sheet = python_calamine.load_workbook(io.BytesIO(book.file.content)).get_sheet_by_index(0).to_python()
    assert [tuple(row[:words]) for row in sheet[1:-1]] == [line.words for line in table.lines]
    for row, line in zip(sheet[1:-1], table.lines, strict=True):
        assert [round(Decimal(str(value)), 2) for value in row[words:] if value != ""] == [
            round(Decimal(value), 2) for value in line.figures if value is not None
        ]
    assert sheet[-1][0] == "合计"

    lines = list(csv.reader(io.StringIO(exported(code, Form.CSV, by=supervisor).file.content.decode("utf-8-sig"))))
    assert [tuple(row[:words]) for row in lines[1:]] == [line.words for line in table.lines]

    paper = exported(code, Form.PDF, by=supervisor)
    pdf = pypdfium2.PdfDocument(paper.file.content)
    text = "".join(pdf[number].get_textpage().get_text_range() for number in range(len(pdf)))
    for total in page.context["totals"]:
        assert total in text
    assert str(table.report.title) in text
    assert paper.result is not None
    assert book.result is not None
    assert paper.result["sha256"] == book.result["sha256"]


def test_a_workbook_says_what_it_is_of(supervisor: Staff) -> None:
    job = exported("mutual-aid", Form.XLSX, by=supervisor, **DAY, region="421002")
    sheet = python_calamine.load_workbook(io.BytesIO(job.file.content)).get_sheet_by_name("说明").to_python()
    told = {str(label): value for label, value in sheet}
    assert told["起始日期"] == "2026-03-16"
    assert (told["医保区划"], told["数据范围"]) == ("沙市区", str(supervisor.region))
    assert told["生成人"] == supervisor.full_name
    assert job.result is not None
    assert told["数据校验值（SHA-256）"] == job.result["sha256"]


def test_a_file_is_its_owners_for_a_week_and_each_fetching_is_recorded(supervisor: Staff) -> None:
    job = exported("mutual-aid", Form.XLSX, by=supervisor)
    path = f"/exports/{job.pk}/file/"
    fetched = signed_in(supervisor).get(path)
    assert (fetched.status_code, b"".join(fetched.streaming_content)) == (200, job.file.content)
    assert AuditEvent.objects.filter(kind="export", detail__fetched=job.pk).count() == 1
    assert signed_in(make_staff("supervisor", "421000")).get(path).status_code == 404
    assert signed_in(make_staff("auditor", "421000")).get(path).status_code == 403

    JobFile.objects.filter(job=job).update(expires_at=timezone.now() - dt.timedelta(seconds=1))
    assert signed_in(supervisor).get(path).status_code == 404
    assert forget_old_exports(now=timezone.now(), by=supervisor) == 1
    assert not JobFile.objects.filter(job=job).exists()
    assert signed_in(supervisor).get("/exports/").status_code == 200


def test_who_lost_the_right_meanwhile_gets_no_file(supervisor: Staff) -> None:
    job = ask_for_export(report=MUTUAL_AID, asked=DAY, form=Form.CSV, by=supervisor)
    supervisor.groups.clear()
    run_job(job.pk)
    job.refresh_from_db()
    assert (job.state, hasattr(job, "file")) == ("refused", False)


def test_too_long_a_paper_is_refused_with_what_to_do(supervisor: Staff, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MOST_LINES, Form.PDF, 3)
    job = exported("regions", Form.PDF, by=supervisor)
    assert (job.state, "Excel" in job.failure) == ("refused", True)
    assert not hasattr(job, "file")


def test_what_cannot_be_asked_makes_no_file(supervisor: Staff) -> None:
    assert exported("mutual-aid", Form.CSV, by=supervisor, since="x").state == "refused"
    client = signed_in(supervisor)
    assert client.post("/reports/mutual-aid/export/", {"form": "exe"}).headers["Location"] == "/reports/mutual-aid/"
    for code, report in REPORTS.items():
        name = "since" if "since" in report.narrow.base_filters else "day"
        for wrong in ("x", "1800-01-01"):
            page = client.get(f"/reports/{code}/", {name: wrong})
            assert (page.status_code, "lines" in page.context, name in page.context["filter"].errors) == (
                200,
                False,
                True,
            )
        assert client.get(f"/reports/{code}/", {name: ""}).context["filter"].asked[name], "as usual"
    assert client.get("/reports/no-such/").status_code == 404
    assert Job.objects.filter(kind="export_report").count() == 1


def test_what_a_sender_is_called_becomes_no_formula(supervisor: Staff) -> None:
    make_import_family(make_batch(by=make_staff("clerk", "421000"), sender="=1+1"), ["F1"])
    book = exported("import-quality", Form.XLSX, by=supervisor, **WIDE).file.content
    with zipfile.ZipFile(io.BytesIO(book)) as parts:
        assert b"<f>" not in parts.read("xl/worksheets/sheet1.xml")
    sheet = python_calamine.load_workbook(io.BytesIO(book)).get_sheet_by_index(0).to_python()
    assert "=1+1" in [row[0] for row in sheet]
    assert b"\n=1+1" not in exported("import-quality", Form.CSV, by=supervisor, **WIDE).file.content


def test_a_worker_that_died_before_the_end_left_a_file_and_the_next_one_replaces_it(supervisor: Staff) -> None:
    job = exported("mutual-aid", Form.CSV, by=supervisor)
    Job.objects.filter(pk=job.pk).update(state="running", finished_at=None, lease_until=timezone.now())
    run_job(job.pk)
    assert JobFile.objects.filter(job=job).count() == 1
    assert Job.objects.get(pk=job.pk).state == "done"


def test_a_report_is_saved_under_a_name_opened_again_and_forgotten(supervisor: Staff) -> None:
    client = signed_in(supervisor)
    for med_type in ("11", "41"):
        client.post("/reports/regions/save/", DAY | {"med_type": med_type, "name": "药店", "unknown": "x"})
    saved = SavedReport.objects.get()
    assert (saved.report, saved.asked) == (REGIONS.code, DAY | {"med_type": "41"})
    page = client.get("/reports/")
    ((_saved, _report, address),) = page.context["saved"]
    assert client.get(address).context["filter"].asked["med_type"] == "41"
    assert client.post("/reports/regions/save/", {"name": ""}).status_code == 302
    other = make_staff("supervisor", "421000")
    assert signed_in(other).get("/reports/").context["saved"] == []
    assert signed_in(other).post(f"/saved-reports/{saved.pk}/forget/").status_code == 404
    client.post(f"/saved-reports/{saved.pk}/forget/")
    assert not SavedReport.objects.exists()
