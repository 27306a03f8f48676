"""Workbooks written by hand, part by part, so that a test can bend any of them."""

import io
import zipfile
from collections.abc import Mapping

_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml"

Parts = dict[str, str | bytes]


def sheet_xml(rows: str, *, after: str = "") -> str:
    """A sheet of these `<row>` elements; `after` holds what follows them, such as merged cells."""
    return f'<worksheet xmlns="{_MAIN}"><sheetData>{rows}</sheetData>{after}</worksheet>'


def text(reference: str, value: str) -> str:
    """A text cell."""
    return f'<c r="{reference}" t="inlineStr"><is><t xml:space="preserve">{value}</t></is></c>'


def parts(sheets: Mapping[str, str], *, states: Mapping[str, str] | None = None, strings: str = "") -> Parts:
    """The parts of a workbook: sheet name → XML of the sheet; `states`: sheet name → "hidden"."""
    numbered = list(enumerate(sheets, start=1))
    entries = "".join(
        f'<sheet name="{name}" sheetId="{number}" r:id="rId{number}" state="{state}"/>'
        for number, name in numbered
        for state in [(states or {}).get(name, "visible")]
    )
    relations = "".join(
        f'<Relationship Id="rId{number}" Type="{_OFFICE}/worksheet" Target="worksheets/sheet{number}.xml"/>'
        for number, _ in numbered
    )
    made: Parts = {
        "[Content_Types].xml": (
            f'<Types xmlns="{_PACKAGE}/content-types">'
            '<Default Extension="xml" ContentType="application/xml"/>'
            f'<Override PartName="/xl/workbook.xml" ContentType="{_TYPE}.sheet.main+xml"/></Types>'
        ),
        "_rels/.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships"><Relationship Id="rId1" '
            f'Type="{_OFFICE}/officeDocument" Target="xl/workbook.xml"/></Relationships>'
        ),
        "xl/workbook.xml": (f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}"><sheets>{entries}</sheets></workbook>'),
        "xl/_rels/workbook.xml.rels": (
            f'<Relationships xmlns="{_PACKAGE}/relationships">{relations}'
            f'<Relationship Id="rId901" Type="{_OFFICE}/styles" Target="styles.xml"/>'
            f'<Relationship Id="rId902" Type="{_OFFICE}/sharedStrings" Target="sharedStrings.xml"/>'
            "</Relationships>"
        ),
        # Style 1 is a date, 2 a date with a time, 3 a time of day.
        "xl/styles.xml": (
            f'<styleSheet xmlns="{_MAIN}"><cellXfs count="4"><xf numFmtId="0"/><xf numFmtId="14"/>'
            '<xf numFmtId="22"/><xf numFmtId="21"/></cellXfs></styleSheet>'
        ),
        "xl/sharedStrings.xml": f'<sst xmlns="{_MAIN}">{strings}</sst>',
    }
    return made | {f"xl/worksheets/sheet{number}.xml": sheets[name] for number, name in numbered}


def packed(contents: Mapping[str, str | bytes]) -> bytes:
    """A zip archive of these parts."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            archive.writestr(name, content)
    return buffer.getvalue()


def workbook(rows: str, *, after: str = "", strings: str = "") -> bytes:
    """A workbook with one sheet of these rows."""
    return packed(parts({"登记表": sheet_xml(rows, after=after)}, strings=strings))


def bent(changes: Mapping[str, str | bytes]) -> bytes:
    """A good small workbook in which some parts are replaced or added."""
    good = parts({"登记表": sheet_xml(f'<row r="1">{text("A1", "姓名")}</row>')})
    return packed(good | dict(changes))
