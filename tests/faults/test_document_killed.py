"""A web process killed while it takes a paper in: a file may be left, a row without its file never."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import textwrap
from pathlib import Path
from uuid import uuid4

import pytest
from django.conf import settings
from django.test import override_settings

from accounts.models import Staff
from families.models import CaseDocument, RegistrationCase
from families.services.case_forms import CaseInput, LineInput
from families.services.document_check import check_documents
from families.services.drafts import save_case
from tests.factories import START, make_document, make_person, make_staff
from tests.faults.test_import_killed import ROOT, database_url

pytestmark = pytest.mark.usefixtures("committed_db")

# Where the process ends itself, as a machine that loses its power: {at} names a function of ours.
PROGRAM = """
    import os, signal, sys
    import django
    django.setup()
    from accounts import sealed_files
    from accounts.models import Staff
    from families.services import documents
    from accounts.services.papers import Upload
    from tests.files.scans import picture

    def end(*args, **kwargs):
        os.kill(os.getpid(), signal.SIGKILL)

    {at} = end
    documents.add_document(
        case_id=int(sys.argv[1]), kind="other", person_id=None,
        upload=Upload("x.jpg", picture()), by=Staff.objects.get(pk=int(sys.argv[2])),
    )
"""


@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "documents"


@pytest.fixture
def clerk(committed_db: None) -> Staff:
    return make_staff()


@pytest.fixture
def case(clerk: Staff) -> RegistrationCase:
    owner = make_person(current="1.00", by=clerk)
    line = LineInput(owner.pk, "01", True, START, rank=1)
    return save_case(form=CaseInput(key=uuid4(), owner_id=owner.pk, lines=[line]), by=clerk)


def add_and_die(at: str, case: RegistrationCase, clerk: Staff, place: Path) -> None:
    keys = ",".join(f"{number}:{key.hex()}" for number, key in settings.SEALING_KEYS.items())
    given = {
        "DATABASE_URL": database_url(), "REDIS_URL": settings.REDIS_URL, "SECRET_KEY": settings.SECRET_KEY,
        "SEALING_KEYS": keys, "DIGEST_KEY": settings.DIGEST_KEY.hex(), "DOCUMENTS_DIR": str(place),
        "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONPATH": str(ROOT),
    }  # fmt: skip
    program = textwrap.dedent(PROGRAM).replace("{at}", at)
    ended = subprocess.run(
        [sys.executable, "-c", program, str(case.pk), str(clerk.pk)], cwd=ROOT, env=os.environ | given, check=False
    )
    assert ended.returncode == -signal.SIGKILL


@pytest.mark.parametrize(
    ("at", "left"),
    [
        ("sealed_files._write", 0),
        ("sealed_files.os.link", 0),
        ("sealed_files._sync", 1),
        ("documents._add", 1),
        ("documents.CaseDocument.save", 1),
    ],
)
def test_wherever_it_dies_there_is_no_row_without_its_file(
    at: str, left: int, case: RegistrationCase, clerk: Staff, place: Path
) -> None:
    add_and_die(at, case, clerk, place)
    assert not CaseDocument.objects.exists()
    assert len(list(place.rglob("*.original"))) == left
    with override_settings(DOCUMENTS_DIR=place):
        document = make_document(case, by=clerk)
        assert document.number == 1
        assert check_documents(by=make_staff("auditor")).broken == []
        for path in place.rglob("*"):
            os.utime(path, (0, 0))
        assert len(check_documents(by=make_staff("auditor")).orphans) == left
