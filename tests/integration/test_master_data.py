"""Master data out of the lists of the admin and into them: scope, masks, formulas, preview, owner-bound confirmation.

Files are checked and imported by the real worker function; who asks is a real session.
"""

from __future__ import annotations

import datetime as dt
import hashlib
from collections.abc import Iterable
from typing import Any

import pytest
from django.contrib import admin
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import NoReverseMatch, reverse

from accounts.models import AuditEvent, Code, InsuredPerson, Job, Region, Staff
from accounts.models.audit import AuditKind
from accounts.models.job import JobState
from accounts.resources import RESOURCES, StockWayClosed
from accounts.roles import ROLES
from accounts.services.import_result import ImportResult
from accounts.services.jobs import run_job
from accounts.services.person_rows import COLUMNS
from accounts.services.reference import CODE_COLUMNS, REGION_COLUMNS
from accounts.services.rights import RightMissing
from accounts.spreadsheets.cells import text_of
from accounts.spreadsheets.reader import read_table
from accounts.spreadsheets.writer import Form
from settlement.services.institutions import INSTITUTION_COLUMNS
from tests.factories import make_institution, make_person, make_staff
from tests.integration.test_import_persons import as_csv, make_line

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]

FORMS = ("xlsx", "csv")
NEW_REGION = "admdvs,name,parent\n421003,古城区,421000\n421004,新区,421000\n"
NEW_CODE = "table,code,name_zh,name_en,version,region\nmed_type,990,新类别,new kind,2026.2,421000\n"


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def exported(client: Client, address: str) -> list[dict[str, str]]:
    """The rows of a file as a person sees them, by heading."""
    answer = client.post(address)
    assert answer.status_code == 200, address
    with read_table(answer.content, name=address.split("?")[0]) as sheet:
        headings, *rows = [[text_of(cell) for cell in row.cells] for row in sheet.rows]
    return [dict(zip(headings, row + [""] * len(headings), strict=False)) for row in rows]


def hand_in(client: Client, data: str, content: str | bytes) -> Job:
    """Upload a file on the page and let the worker check it."""
    raw = content.encode() if isinstance(content, str) else content
    answer = client.post(f"/{data}/import/", {"file": SimpleUploadedFile(f"{data}.csv", raw)})
    job = Job.objects.latest("pk")
    assert (answer.status_code, answer.headers["Location"]) == (302, f"/file-checks/{job.pk}/")
    return ran(job)


def list_of(resource: Any) -> str:
    """The address of its list in the admin."""
    return reverse(f"admin:{resource._meta.model._meta.label_lower.replace('.', '_')}_changelist")


def ran(job: Job) -> Job:
    run_job(job.pk)
    job.refresh_from_db()
    return job


def confirm(client: Client, check: Job) -> Job:
    """Confirm on the page and let the worker import."""
    answer = client.post(f"/file-checks/{check.pk}/confirm/")
    assert (answer.status_code, answer.headers["Location"]) == (302, "/jobs/")
    return ran(Job.objects.get(confirms=check))


# Resources


def test_a_resource_has_the_columns_that_its_service_reads() -> None:
    columns = {data: tuple(resource.get_export_headers()) for data, resource in RESOURCES.items()}
    assert columns == {
        "persons": COLUMNS, "regions": REGION_COLUMNS, "codes": CODE_COLUMNS, "institutions": INSTITUTION_COLUMNS,
    }  # fmt: skip


def test_the_ways_that_django_import_export_brings_are_closed() -> None:
    for resource in RESOURCES.values():
        for way in (resource.import_data, resource.export):
            with pytest.raises(StockWayClosed):
                way()
    for model, listed in admin.site._registry.items():
        assert not [base for base in type(listed).__mro__ if base.__module__.startswith("import_export")]
        for action in ("import", "process_import", "export"):
            with pytest.raises(NoReverseMatch):
                reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{action}")


@pytest.mark.parametrize("role", ROLES)
def test_no_role_finds_the_stock_pages(role: str) -> None:
    client = signed_in(make_staff(role, "100000"))
    sent = {"resource": "0", "format": "0", "import_file_name": "x", "original_file_name": "x.csv"}
    for resource in RESOURCES.values():
        for action in ("import", "process_import", "export"):
            address = list_of(resource) + f"{action}/"
            # The admin takes the word for a primary key, and sends whoever asks to a row that is not there.
            answers = {ask(address, sent, follow=True).status_code for ask in (client.post, client.get)}
            assert answers <= {403, 404}


# Export


@pytest.mark.parametrize("form", FORMS)
def test_persons_are_exported_with_masked_numbers_and_nobody_elses(form: str) -> None:
    near = make_person("贾婷晓", region="421002", prior="100.00", current="20.50", psn_no="42100200000000001")
    far = make_person("远方人", region="421003")
    abroad = make_person("他乡客", region="330100")
    client = signed_in(make_staff("supervisor", "421002"))

    (row,) = exported(client, f"/persons/export.{form}")

    assert tuple(row) == COLUMNS
    assert (row["psn_no"], row["psn_name"], row["insu_admdvs"]) == ("42100200000000001", "贾婷晓", "421002")
    assert (row["certno"], row["mobile"]) == (near.masked_number, near.masked_mobile)
    assert (row["brdy"], row["psn_insu_stas"]) == ("1985-03-14", "1")
    assert [float(row[name]) for name in ("prior_years_balance", "current_year_balance")] == [100, 20.5]
    content = client.post(f"/persons/export.{form}").content
    for person in (near, far, abroad):
        assert person.certno.encode() not in content
        assert person.mobile.encode() not in content


def test_each_export_is_recorded_with_what_rows_format_and_fingerprint() -> None:
    for _ in range(3):
        make_person(region="421002")
    auditor = make_staff("auditor", "421002")
    answer = signed_in(auditor).post("/persons/export.xlsx")

    event = AuditEvent.objects.get(kind=AuditKind.EXPORT)
    assert (event.staff, event.region_id, event.address) == (auditor, "421002", "127.0.0.1")
    assert event.detail == {
        "file": "persons", "rows": 3, "format": "xlsx", "sha256": hashlib.sha256(answer.content).hexdigest(),
    }  # fmt: skip
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="persons-')
    assert answer.headers["Content-Type"].startswith("application/vnd.openxmlformats")


def test_the_filters_of_the_list_hold_for_its_export() -> None:
    make_person("在职", region="421002", status="1")
    make_person("停保", region="421002", status="2", gender="2")
    client = signed_in(make_staff("supervisor", "421002"))

    names = [
        [row["psn_name"] for row in exported(client, f"/persons/export.csv?{query}")]
        for query in ("status__exact=2", "status__exact=1&gender__exact=1", "status__exact=3", "p=5")
    ]
    assert [sorted(found) for found in names] == [["停保"], ["在职"], [], ["停保", "在职"]]
    page = client.get("/admin/accounts/insuredperson/?status__exact=2").content.decode()
    assert "/persons/export.xlsx?status__exact=2" in page


def test_no_filter_widens_the_scope() -> None:
    abroad = make_person(region="330100")
    client = signed_in(make_staff("supervisor", "421002"))
    for query in ("region__code=330100", f"id__exact={abroad.pk}", f"psn_no={abroad.psn_no}"):
        assert exported(client, f"/persons/export.csv?{query}") == []


def test_a_filter_that_the_list_refuses_gives_no_file() -> None:
    client = signed_in(make_staff("supervisor", "421002"))
    assert client.post("/persons/export.csv?region__parent__name=x").status_code == 400
    assert client.post("/persons/export.csv?id__exact=x").headers["Location"] == "/admin/accounts/insuredperson/"
    assert not AuditEvent.objects.filter(kind=AuditKind.EXPORT).exists()


@pytest.mark.parametrize(("data", "who"), [
    ("persons", {"supervisor", "auditor"}), ("regions", set(ROLES)), ("codes", {"supervisor", "auditor"}),
    ("institutions", set(ROLES)),
])  # fmt: skip
def test_whoever_may_not_export_is_refused_and_sees_no_button(data: str, who: set[str]) -> None:
    for role in ROLES:
        client = signed_in(make_staff(role))
        codes = {client.post(f"/{data}/export.{form}").status_code for form in FORMS}
        assert codes == ({200} if role in who else {403}), role
        page = client.get(list_of(RESOURCES[data]))
        assert (f"/{data}/export.xlsx" in page.content.decode()) is (role in who), role


def test_a_resource_refuses_by_itself_whoever_lacks_the_right() -> None:
    with pytest.raises(RightMissing):
        RESOURCES["persons"].write(InsuredPerson.objects.all(), form=Form.CSV, by=make_staff("clerk"))


def test_regions_of_ones_own_tree_alone_are_exported_and_no_other_format_is_there() -> None:
    client = signed_in(make_staff("clerk", "421000"))
    assert [row["admdvs"] for row in exported(client, "/regions/export.csv")] == ["421000", "421002", "421003"]
    for ending in ("xls", "json", "html", "ods", "tsv", "yaml"):
        assert client.post(f"/regions/export.{ending}").status_code == 404


@pytest.mark.parametrize("name", ["=1+1", "==1+1", "+1", "@SUM(A1)", "＝1+1", "\t=1", "=cmd|' /C calc'!A0"])
@pytest.mark.parametrize("form", FORMS)
def test_a_name_that_looks_like_a_formula_leaves_as_text(name: str, form: str) -> None:
    make_person(name, region="421002")
    client = signed_in(make_staff("supervisor"))
    content = client.post(f"/persons/export.{form}").content
    assert exported(client, f"/persons/export.{form}")[0]["psn_name"] == name
    if form == "csv":
        line = content.decode("utf-8-sig").splitlines()[1]
        assert all(cell.strip('"')[:1] not in "=+@＝\t" for cell in line.split(",") if cell)


def test_an_export_asks_as_many_queries_for_many_persons_as_for_few() -> None:
    client = signed_in(make_staff("supervisor"))

    def cost() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.post("/persons/export.csv")
        return len(captured)

    make_person(region="421002")
    few = cost()
    for _ in range(12):
        make_person(region="421002", insutype="390")
    assert cost() == few


def test_a_list_longer_than_a_file_may_be_is_refused_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        make_person(region="421002")
    monkeypatch.setattr("accounts.resources.MOST_ROWS", {Form.XLSX: 2, Form.CSV: 3})
    client = signed_in(make_staff("supervisor"))
    answer = client.post("/persons/export.xlsx", follow=True)
    assert "筛选" in answer.content.decode()
    assert not AuditEvent.objects.filter(kind=AuditKind.EXPORT).exists()
    assert len(exported(client, "/persons/export.csv")) == 3


# Import: preview


def test_a_preview_tells_what_is_new_changed_and_unchanged_and_writes_nothing() -> None:
    client = signed_in(make_staff("supervisor", "421000"))
    before = list(Region.objects.values())

    check = hand_in(client, "regions", NEW_REGION + "421002,沙市区,421000\n")

    assert check.state == JobState.DONE
    counts = {name: check.result[name] for name in ("rows", "created", "updated", "unchanged", "error_count")}
    assert counts == {"rows": 3, "created": 1, "updated": 1, "unchanged": 1, "error_count": 0}
    assert check.result["accepted_rows"] == 0
    assert check.result["changes"] == [
        {"row": 2, "key": "421003", "columns": ["name: 荆州区 → 古城区"]},
        {"row": 3, "key": "421004", "columns": []},
    ]
    assert list(Region.objects.values()) == before
    assert not AuditEvent.objects.filter(kind=AuditKind.IMPORT).exists()
    page = client.get(f"/file-checks/{check.pk}/").content.decode()
    assert "荆州区 → 古城区" in page
    assert f"/file-checks/{check.pk}/confirm/" in page


@pytest.mark.parametrize(("data", "content", "error"), [
    ("regions", "admdvs,name,parent\n42100,短,421000\n", (2, "admdvs", "reference_invalid")),
    ("regions", "admdvs,name,parent\n330100,临安市,330000\n", (2, "admdvs", "other_region")),
    ("codes", NEW_CODE + "med_type,,x,y,1,421000\n", (3, "code", "reference_invalid")),
    ("codes", NEW_CODE + "med_type,990,x,y,1,421000\n", (3, "code", "reference_invalid")),
    ("codes", NEW_CODE + "med_type,991,x,y,1,330100\n", (3, "region", "other_region")),
    ("codes", NEW_CODE + "med_type,991,x,y,1,\n", (3, "region", "other_region")),
    ("codes", NEW_CODE + "med_type,991,x,y,1,999999\n", (3, "region", "reference_invalid")),
])  # fmt: skip
def test_a_file_with_a_fault_shows_it_and_cannot_be_confirmed(
    data: str, content: str, error: tuple[int, str, str]
) -> None:
    client = signed_in(make_staff("supervisor", "421000"))

    check = hand_in(client, data, content)

    assert [(one["row"], one["column"], one["code"]) for one in check.result["errors"]] == [error]
    page = client.get(f"/file-checks/{check.pk}/").content.decode()
    assert check.result["errors"][0]["message"] in page
    assert "/confirm/" not in page
    refused = client.post(f"/file-checks/{check.pk}/confirm/", follow=True)
    assert "无错误" in refused.content.decode()
    assert not Job.objects.exclude(kind="check_file").exists()


def test_a_preview_of_persons_writes_nothing_locks_nobody_and_shows_no_number() -> None:
    clerk = make_staff("clerk", "421000")
    client = signed_in(clerk)
    lines = [make_line(1), make_line(2), make_line(3)]
    done = confirm(client, hand_in(client, "persons", as_csv(lines)))
    assert (done.state, done.failure) == (JobState.DONE, "")
    before = list(InsuredPerson.objects.values())
    changed = [lines[0], lines[1] | {"psn_type": "1201", "mobile": "13900009999"}, make_line(4)]

    with CaptureQueriesContext(connection) as captured:
        check = hand_in(client, "persons", as_csv(changed))

    assert [
        query for query in captured if "FOR NO KEY UPDATE" in query["sql"] and "insuredperson" in query["sql"]
    ] == []
    assert {name: check.result[name] for name in ("created", "updated", "unchanged")} == {
        "created": 1, "updated": 1, "unchanged": 1,
    }  # fmt: skip
    assert check.result["changes"] == [
        {"row": 3, "key": "R000002", "columns": ["psn_type", "mobile"]},
        {"row": 4, "key": "R000004", "columns": []},
    ]
    assert list(InsuredPerson.objects.values()) == before
    page = client.get(f"/file-checks/{check.pk}/").content.decode()
    assert [line["certno"] for line in changed if line["certno"] in page + str(check.result)] == []
    assert "13900009999" not in page + str(check.result)


def test_the_same_file_again_has_nothing_to_confirm() -> None:
    client = signed_in(make_staff("supervisor", "421000"))
    confirm(client, hand_in(client, "regions", NEW_REGION))

    again = hand_in(client, "regions", NEW_REGION)

    page = client.get(f"/file-checks/{again.pk}/").content.decode()
    assert "无须导入" in page
    assert "/confirm/" not in page


def test_an_unreadable_file_is_refused_in_words_and_leads_to_no_import() -> None:
    client = signed_in(make_staff("supervisor", "421000"))
    check = hand_in(client, "regions", b"\x00\xff\xfe\x00")
    assert check.state == JobState.REFUSED
    assert check.failure in client.get(f"/file-checks/{check.pk}/").content.decode()
    assert client.post(f"/file-checks/{check.pk}/confirm/").headers["Location"] == f"/file-checks/{check.pk}/"
    assert not Job.objects.exclude(kind="check_file").exists()


def test_a_check_that_still_waits_asks_again_by_itself_and_cannot_be_confirmed() -> None:
    client = signed_in(make_staff("supervisor", "421000"))
    client.post("/regions/import/", {"file": SimpleUploadedFile("r.csv", NEW_REGION.encode())})
    check = Job.objects.get()
    page = client.get(f"/file-checks/{check.pk}/").content.decode()
    assert 'hx-trigger="every 1s"' in page
    assert "/confirm/" not in page
    client.post(f"/file-checks/{check.pk}/confirm/")
    assert Job.objects.count() == 1


# Import: confirmation


def test_a_confirmed_file_is_imported_and_recorded() -> None:
    supervisor = make_staff("supervisor", "421000")
    client = signed_in(supervisor)
    check = hand_in(client, "regions", NEW_REGION)

    job = confirm(client, check)

    assert (job.state, job.kind, job.confirms, job.owner) == (JobState.DONE, "import_regions", check, supervisor)
    assert {name: job.result[name] for name in ("accepted_rows", "created", "updated")} == {
        "accepted_rows": 2, "created": 1, "updated": 1,
    }  # fmt: skip
    assert Region.objects.get(pk="421003").name == "古城区"
    assert Region.objects.get(pk="421004").path.endswith("421000/421004/")
    event = AuditEvent.objects.get(kind=AuditKind.IMPORT)
    assert event.detail == {
        "file": "regions", "sha256": check.file.sha256, "rows": 2, "created": 1, "updated": 1,
    }  # fmt: skip
    assert "regions.csv" in client.get("/jobs/").content.decode()


def test_codes_come_in_and_those_of_everywhere_by_whoever_keeps_the_country() -> None:
    city, country = (signed_in(make_staff("supervisor", region)) for region in ("421000", "100000"))
    confirm(city, hand_in(city, "codes", NEW_CODE))
    assert Code.objects.get(code="990").region_id == "421000"

    everywhere = NEW_CODE.replace(",421000", ",").replace("990", "991")
    assert hand_in(city, "codes", everywhere).result["error_count"] == 1
    confirm(country, hand_in(country, "codes", everywhere))
    assert Code.objects.get(code="991").region is None
    shipped = "table,code,name_zh,name_en,version\nmed_type,11,改名,x,2\n"
    assert hand_in(city, "codes", shipped).result["errors"][0]["code"] == "other_region"


def test_what_was_exported_goes_in_again_unchanged() -> None:
    client = signed_in(make_staff("supervisor", "100000"))
    make_institution(status="suspended", status_since=dt.date(2026, 2, 1))
    make_institution(prefix="P", hosp_lv="0")
    for data in ("regions", "codes", "institutions"):
        for form in FORMS:
            content = client.post(f"/{data}/export.{form}").content
            result = hand_in(client, data, content).result
            assert (result["errors"], result["created"], result["updated"]) == ([], 0, 0)
            assert result["unchanged"] == result["rows"] > 0


def test_a_file_is_confirmed_once() -> None:
    client = signed_in(make_staff("supervisor", "421000"))
    check = hand_in(client, "regions", NEW_REGION)
    confirm(client, check)

    again = client.post(f"/file-checks/{check.pk}/confirm/", follow=True)

    assert again.status_code == 200
    assert "已确认过" in again.content.decode()
    assert Job.objects.filter(kind="import_regions").count() == 1
    twin = Job.objects.get(kind="import_regions")
    twin.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        twin.save(force_insert=True)


def strangers() -> Iterable[Staff]:
    """Everybody else who may import regions or anything at all, in the same region and above."""
    for role in ROLES:
        for region in ("421000", "100000"):
            yield make_staff(role, region)


def test_nobody_else_sees_or_confirms_a_file() -> None:
    owner = make_staff("supervisor", "421000")
    check = hand_in(signed_in(owner), "regions", NEW_REGION)
    for stranger in strangers():
        client = signed_in(stranger)
        may_import = stranger.role_names() & {"clerk", "supervisor"}
        expected = 404 if may_import else 403
        assert client.get(f"/file-checks/{check.pk}/").status_code == expected
        assert client.post(f"/file-checks/{check.pk}/confirm/").status_code == expected
    assert Job.objects.count() == 1
    assert not Region.objects.filter(pk="421004").exists()


def test_what_is_no_check_cannot_be_confirmed_as_one() -> None:
    client = signed_in(make_staff("supervisor", "421000"))
    job = confirm(client, hand_in(client, "regions", NEW_REGION))
    assert client.get(f"/file-checks/{job.pk}/").status_code == 404
    assert client.post(f"/file-checks/{job.pk}/confirm/").status_code == 404


def test_a_right_that_was_lost_since_the_check_is_missing_at_the_confirmation_and_in_the_worker() -> None:
    supervisor = make_staff("supervisor", "421000")
    client = signed_in(supervisor)
    first, second = hand_in(client, "regions", NEW_REGION), hand_in(client, "regions", NEW_REGION)
    client.post(f"/file-checks/{first.pk}/confirm/")
    supervisor.groups.clear()

    assert client.post(f"/file-checks/{second.pk}/confirm/").status_code == 403
    job = ran(Job.objects.get(confirms=first))

    assert job.state == JobState.REFUSED
    assert not Region.objects.filter(pk="421004").exists()


def test_another_right_to_import_is_not_enough_to_confirm() -> None:
    clerk = make_staff("clerk", "421000")
    check = Job.objects.create(kind="check_file", params={"kind": "import_regions"}, owner=clerk, region=clerk.region)
    assert signed_in(clerk).post(f"/file-checks/{check.pk}/confirm/").status_code == 403


def test_what_changed_since_the_preview_stops_the_import() -> None:
    client = signed_in(make_staff("supervisor", "421000"))
    check = hand_in(client, "regions", NEW_REGION)
    Region.objects.filter(pk="421003").update(name="另名区")

    job = confirm(client, check)

    assert job.state == JobState.REFUSED
    assert "变动" in job.failure
    assert Region.objects.get(pk="421003").name == "另名区"
    assert not Region.objects.filter(pk="421004").exists()
    assert not AuditEvent.objects.filter(kind=AuditKind.IMPORT).exists()


def test_a_fault_that_came_up_since_the_preview_is_found_at_the_import() -> None:
    clerk = make_staff("clerk", "421000")
    client = signed_in(clerk)
    check = hand_in(client, "persons", as_csv([make_line(1), make_line(2)]))
    make_person(psn_no="R000001", region="330100")

    job = confirm(client, check)

    assert [(one["row"], one["code"]) for one in job.result["errors"]] == [(2, "other_region")]
    assert not InsuredPerson.objects.filter(psn_no="R000002").exists()


def test_a_preview_that_was_tampered_with_is_not_what_is_written() -> None:
    client = signed_in(make_staff("supervisor", "421000"))
    check = hand_in(client, "regions", "admdvs,name,parent\n421004,,421000\n421005,好,421000\n")
    Job.objects.filter(pk=check.pk).update(
        result=check.result | {"error_count": 0, "errors": [], "created": 2, "changes": []}
    )

    job = confirm(client, check)

    assert [one["row"] for one in job.result["errors"]] == [2]
    assert not Region.objects.filter(pk__in=["421004", "421005"]).exists()


@pytest.mark.parametrize("data", RESOURCES)
def test_the_button_to_import_is_there_for_whoever_may_and_its_page_names_the_columns(data: str) -> None:
    resource: Any = RESOURCES[data]
    for role in ROLES:
        client = signed_in(make_staff(role))
        may = client.get(f"/{data}/import/").status_code == 200
        assert may is make_staff(role).has_perm(resource.source.right)
        listed = client.get(list_of(resource)).content.decode()
        if may:
            assert ", ".join(resource.get_export_headers()) in client.get(f"/{data}/import/").content.decode()
        main = listed.split('id="content-main"')[-1]
        assert (f'href="/{data}/import/"' in main) is may


def test_nothing_of_a_check_stands_in_an_import_result_for_the_command_line() -> None:
    """FORMATS.md's keys stay as they are: the preview's own are in the job alone."""
    assert "changes" not in ImportResult(sha256="").as_json()
