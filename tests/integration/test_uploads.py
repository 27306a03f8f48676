"""Files that are handed in: what is refused at the door, how names are shown, and whose jobs one sees."""

from __future__ import annotations

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import Job, Staff
from accounts.models.job import JobState
from accounts.services.jobs import enqueue, run_job
from tests.factories import make_staff

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("regions")]
PAGE = "/persons/import/"


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk")


@pytest.fixture
def desk(clerk: Staff) -> Client:
    return signed_in(clerk)


def signed_in(staff: Staff) -> Client:
    client = Client()
    client.force_login(staff, backend="django.contrib.auth.backends.ModelBackend")
    return client


def hand_in(desk: Client, name: str, content: bytes = b"psn_no\n1") -> int:
    return desk.post(PAGE, {"file": SimpleUploadedFile(name, content)}).status_code


def test_an_empty_file_and_none_are_refused_on_the_page(desk: Client) -> None:
    assert hand_in(desk, "x.csv", b"") == 422
    assert desk.post(PAGE).status_code == 422
    assert desk.post(PAGE, {"file": "not a file"}).status_code == 422
    assert not Job.objects.exists()


@override_settings(UPLOAD_MAX_BYTES=1000, FILE_UPLOAD_MAX_MEMORY_SIZE=1000)
def test_a_file_that_is_too_large_is_told_so_and_not_taken(desk: Client) -> None:
    answer = desk.post(PAGE, {"file": SimpleUploadedFile("x.csv", b"1" * 2000)})
    assert answer.status_code == 422
    assert "MB" in answer.content.decode()
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../etc/passwd.csv", "passwd.csv"),
        ("名单.csv", "名单.csv"),
        ("=HYPERLINK(1).csv", "=HYPERLINK(1).csv"),
        ("a" * 300 + ".xlsx", ".xlsx"),
        ("a\u202efdp.csv", "afdp.csv"),
    ],
)
def test_a_files_name_is_kept_on_one_line_without_its_path(desk: Client, name: str, kept: str) -> None:
    assert hand_in(desk, name) == 302
    stored = Job.objects.get().file.name
    assert stored.endswith(kept)
    assert len(stored) <= 200
    assert stored.isprintable()


def test_html_in_a_name_is_shown_as_text(desk: Client) -> None:
    hand_in(desk, "<img src=x onerror=alert(1)>.csv")
    assert "<img src=x" not in desk.get("/jobs/").content.decode()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("x.csv", b"\x00\xff\xfe\x00"),
        ("x.xlsx", b"not a zip"),
        ("x.exe", b"MZ\x90"),
        ("x", b"{}"),
        ("x.csv", b"\n\n"),
    ],
)
def test_a_file_of_another_kind_is_refused_by_the_worker_in_words(clerk: Staff, name: str, content: bytes) -> None:
    job = enqueue(kind="import_persons", by=clerk, file=(name, content))
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.REFUSED
    assert job.failure


def test_a_job_is_its_owners_and_nobody_elses(clerk: Staff) -> None:
    job = enqueue(kind="import_persons", by=clerk, file=("名单甲.csv", b"psn_no\n1"))
    assert "名单甲" in signed_in(clerk).get(f"/jobs/{job.pk}/").content.decode()
    for other in (make_staff("clerk"), make_staff("supervisor", "421000"), make_staff("clerk", "330100")):
        client = signed_in(other)
        assert client.get(f"/jobs/{job.pk}/").status_code == 404
        assert "名单甲" not in client.get("/jobs/").content.decode()
    assert (
        signed_in(make_staff("supervisor", "330100")).get(f"/admin/accounts/job/{job.pk}/change/").status_code == 404
    )


def test_the_list_of_jobs_leaves_the_contents_of_files_in_the_database(clerk: Staff) -> None:
    for number in range(3):
        enqueue(kind="import_persons", by=clerk, file=(f"{number}.csv", b"psn_no\n1"))
    with CaptureQueriesContext(connection) as queries:
        signed_in(clerk).get("/jobs/")
    assert [query["sql"] for query in queries if "content_sealed" in query["sql"]] == []


def test_a_job_of_somebody_who_left_meanwhile_is_refused(clerk: Staff) -> None:
    job = enqueue(kind="import_persons", by=clerk, file=("x.csv", b"psn_no\n1"))
    Staff.objects.filter(pk=clerk.pk).update(is_active=False)
    run_job(job.pk)
    job.refresh_from_db()
    assert job.state == JobState.REFUSED
