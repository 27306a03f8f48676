"""Our workbooks as LibreOffice opens them: numbers are numbers, texts are texts, with filters and wide columns.

Converting without a window, it keeps nothing of the view: that the heading stays in sight is looked at in the file
itself, by `tests/integration/test_export_files.py`.
"""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest

from accounts.models import Job, Staff
from accounts.services.jobs import run_job
from reports.exporting import ask_for_export
from reports.files import Form
from reports.lists import OFFERED
from tests.factories import make_group, make_settlement, make_staff

pytestmark = pytest.mark.usefixtures("committed_db")
OFFICE, TABLE = "urn:oasis:names:tc:opendocument:xmlns:office:1.0", "urn:oasis:names:tc:opendocument:xmlns:table:1.0"
STYLE = "urn:oasis:names:tc:opendocument:xmlns:style:1.0"
WIDE = {"since": "2000-01-01", "until": "2099-12-31"}
CENTIMETRES_OF_AN_INCH = 2.54
Cell = tuple[str, str]  # type and value


@pytest.fixture
def supervisor() -> Staff:
    clerk = make_staff("clerk", "421000")
    group = make_group("12*", by=clerk)
    patient = group.members.get(seat=2).person
    make_settlement(patient, "12.50", by=clerk, setl_id="202603160000000001")
    return make_staff("supervisor", "421000")


class Sheet:
    """The first sheet of a workbook, by way of LibreOffice's own flat format."""

    def __init__(self, content: bytes, place: Path) -> None:
        office = shutil.which("soffice")
        assert office, "LibreOffice is missing: on Debian, apt-get install libreoffice-calc-nogui"
        (place / "x.xlsx").write_bytes(content)
        profile = f"-env:UserInstallation={(place / 'profile').as_uri()}"
        convert = [
            office,
            profile,
            "--headless",
            "--convert-to",
            "fods",
            "--outdir",
            str(place),
            str(place / "x.xlsx"),
        ]
        subprocess.run(convert, check=True, capture_output=True, timeout=120)
        self.root = ElementTree.parse(place / "x.fods").getroot()  # noqa: S314 - LibreOffice wrote it
        table = self.root.find(f".//{{{TABLE}}}table")
        assert table is not None
        self.rows = [list(self._cells(row)) for row in table.iter(f"{{{TABLE}}}table-row")]

    @staticmethod
    def _cells(row: ElementTree.Element) -> Iterator[Cell]:
        for cell in row.iter(f"{{{TABLE}}}table-cell"):
            kind = cell.get(f"{{{OFFICE}}}value-type", "")
            text = "".join(cell.itertext()).strip()
            alike = int(cell.get(f"{{{TABLE}}}number-columns-repeated", "1")) if text else 1
            yield from [(kind, cell.get(f"{{{OFFICE}}}value", text) if kind == "float" else text)] * alike

    @property
    def headings(self) -> list[str]:
        return [text for _kind, text in self.rows[0] if text]

    def row(self, number: int) -> dict[str, Cell]:
        return dict(zip(self.headings, self.rows[number], strict=False))

    @property
    def has_filters(self) -> bool:
        ranges = self.root.iter(f"{{{TABLE}}}database-range")
        return any(one.get(f"{{{TABLE}}}display-filter-buttons") == "true" for one in ranges)

    @property
    def widest(self) -> float:
        """Of its columns, in centimetres."""
        columns = self.root.iter(f"{{{STYLE}}}table-column-properties")
        return max(_centimetres(column.get(f"{{{STYLE}}}column-width", "0cm")) for column in columns)


def _centimetres(length: str) -> float:
    if length.endswith("in"):
        return float(length[:-2]) * CENTIMETRES_OF_AN_INCH
    return float(length.removesuffix("cm"))


def exported(code: str, by: Staff, place: Path) -> Sheet:
    job = ask_for_export(report=OFFERED[code], asked=WIDE, form=Form.XLSX, by=by)
    run_job(job.pk)
    return Sheet(Job.objects.get(pk=job.pk).file.content, place)


def test_a_list_has_numbers_as_numbers_and_long_numbers_as_texts(supervisor: Staff, tmp_path: Path) -> None:
    sheet = exported("settlements", supervisor, tmp_path)
    row = sheet.row(1)
    assert row["结算编号"] == ("string", "202603160000000001")
    assert row["医疗费总额"] == ("float", "12.5")
    assert sheet.has_filters
    assert sheet.widest > 3


def test_a_report_has_its_figures_and_their_totals(supervisor: Staff, tmp_path: Path) -> None:
    sheet = exported("mutual-aid", supervisor, tmp_path)
    assert [row[:1] for row in sheet.rows[1:3]] == [[("string", "2026-03")], [("string", "合计")]]
    assert {sheet.row(number)["医疗费总额"] for number in (1, 2)} == {("float", "12.5")}
    assert sheet.has_filters
    assert sheet.widest > 3
