"""Whatever is loaded as a registration workbook, the batch ends with a sentence that a clerk understands."""

from __future__ import annotations

import re
from contextlib import suppress

import pytest
from django.conf import settings
from django.utils.module_loading import import_string

from accounts.models import Job, Staff
from accounts.services.jobs import JobRefused, Unwatched, run_job
from families.models import ImportBatch
from families.services.imports.batches import load_file
from families.services.imports.columns import COLUMNS
from tests.factories import make_person, make_staff
from tests.files.hostile import HOSTILE
from tests.files.workbooks import text, workbook
from tests.registrations import as_csv, faults, line, states

CHINESE = re.compile(r"[\u4e00-\u9fff]{4,}.*[。！]$")
HEADINGS = [names[0] for names in COLUMNS.values()]
COLUMN = dict(zip(COLUMNS, "ABCDEFGHIJKLMNOP", strict=True))


@pytest.fixture
def clerk(regions: None) -> Staff:
    return make_staff("clerk", "421000")


def check(content: bytes, name: str, by: Staff) -> ImportBatch:
    """The batch after the function that a worker calls."""
    batch, _new = load_file(content=content, name=name, by=by)
    job = Job.objects.get(pk=batch.job_id)
    with suppress(JobRefused):
        import_string(settings.JOB_KINDS[job.kind])(job, Unwatched())
    batch.refresh_from_db()
    return batch


def sheet(rows: str = "") -> bytes:
    """A workbook with the headings in row 1, and these rows."""
    headings = "".join(text(f"{letter}1", name) for letter, name in zip(COLUMN.values(), HEADINGS, strict=True))
    return workbook(f'<row r="1">{headings}</row>{rows}')


def row_xml(number: int, cells: dict[str, str], **otherwise: str) -> str:
    """`otherwise`: cells by column, as XML, `{}` for the reference."""
    filled = {column: text(f"{COLUMN[column]}{number}", str(value)) for column, value in cells.items()}
    filled |= {column: xml.format(f"{COLUMN[column]}{number}") for column, xml in otherwise.items()}
    return f'<row r="{number}">{"".join(filled[column] for column in COLUMN if column in filled)}</row>'


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_file_ends_as_a_refused_batch_with_a_sentence(clerk: Staff, case: str) -> None:
    name, make, _reason = HOSTILE[case]
    content = make()

    batch = check(content, name, clerk)

    assert (batch.state, batch.families.count(), batch.rows) == ("refused", 0, 0)
    assert CHINESE.search(batch.failure), batch.failure


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"a,b,c\n1,2,3\n", "a.csv"),
        ("姓名,电话\n张三,1\n".encode("gb18030"), "a.csv"),
        (workbook(f'<row r="1">{text("A1", "=1+1")}</row>'), "a.xlsx"),
        (workbook('<row r="1"><c r="A1"><v>1</v></c></row>' * 20), "a.xlsx"),
        (as_csv([], ["owner_name", "owner_number", "member_name", "member_number", "relation", "relation"]), "a.csv"),
    ],
    ids=["other columns", "two columns in GB18030", "one formula as text", "one number", "a heading twice"],
)  # fmt: skip
def test_a_table_of_something_else_waits_for_its_headings_with_a_sentence(
    clerk: Staff, content: bytes, name: str
) -> None:
    batch = check(content, name, clerk)

    assert (batch.state, batch.families.count()) == ("unmapped", 0)
    assert CHINESE.search(batch.failure), batch.failure


def test_a_million_styled_blank_rows_below_the_families_are_read_as_if_they_were_not_there(clerk: Staff) -> None:
    family = line(make_person("周正"), make_person("周小小", insutype="390", gender="2"), "女")
    blank = "".join(f'<row r="{n}" s="1"><c r="A{n}" s="1"/></row>' for n in range(3, 1_000_003))

    batch = check(sheet(row_xml(2, family) + blank), "a.xlsx", clerk)

    assert (batch.state, batch.rows, states(batch)) == ("checked", 1, ["ready"])


@pytest.mark.parametrize(
    ("column", "code"),
    [
        ("owner_name", "name_missing"), ("owner_number", "id_format"), ("owner_cert_type", "id_format"),
        ("member_name", "name_missing"), ("member_number", "id_format"), ("relation", "relation_unknown"),
        ("region", "other_region"), ("shares", "yes_no_unknown"), ("rank", "rank_invalid"),
        ("share_limit", "amount_invalid"), ("starts_on", "date_invalid"), ("last_on", "date_invalid"),
    ],
)  # fmt: skip
def test_a_formula_that_nobody_has_computed_is_a_fault_and_never_a_blank(
    clerk: Staff, column: str, code: str
) -> None:
    family = line(make_person("周正"), make_person("周小小", insutype="390", gender="2"), "女")

    batch = check(sheet(row_xml(2, family, **{column: '<c r="{}"><f>Z9</f></c>'})), "a.xlsx", clerk)

    assert states(batch) == ["faulty"]
    assert (2, column, code) in faults(batch)


@pytest.mark.usefixtures("committed_db")
def test_after_the_worst_files_the_worker_goes_on_with_the_next() -> None:
    clerk = make_staff("clerk", "421000")
    family = line(make_person("周正"), make_person("周小小", insutype="390", gender="2"), "女")
    files = [(HOSTILE[case].make(), HOSTILE[case].name) for case in (
        "cells in both far corners", "a zip bomb that denies it", "a stray row unnumbered",
        "one long text in 100,000 cells", "a billion laughs in the sheet",
    )]  # fmt: skip

    batches = [load_file(content=content, name=name, by=clerk)[0] for content, name in files]
    batches.append(load_file(content=as_csv([family]), name="a.csv", by=clerk)[0])
    for batch in batches:
        run_job(batch.job_id or 0)

    jobs = [Job.objects.get(pk=batch.job_id) for batch in batches]
    assert [job.state for job in jobs] == ["refused"] * 5 + ["done"]
    assert all(CHINESE.search(job.failure) for job in jobs[:-1])
    assert list(ImportBatch.objects.order_by("pk").values_list("state", flat=True)) == ["refused"] * 5 + ["checked"]
