"""Files that must be refused: the name each arrives under, how it is made, and the reason expected."""

import io
import struct
import warnings
import zipfile
import zlib
from collections.abc import Callable
from typing import NamedTuple

from accounts.spreadsheets.refusals import Reason
from tests.files.workbooks import bent, packed, parts, sheet_xml, text, workbook

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504)
_SHEET = "xl/worksheets/sheet1.xml"
_STRINGS = "xl/sharedStrings.xml"
_TYPES = "[Content_Types].xml"
_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
    '<!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;">]>'
)


class Hostile(NamedTuple):
    name: str
    make: Callable[[], bytes]
    reason: Reason


def _good() -> bytes:
    return workbook("".join(f'<row r="{n}">{text(f"A{n}", f"成员{n}")}</row>' for n in range(1, 400)))


def _swollen(*, claimed: int | None) -> bytes:
    """A sheet of 300 MiB in 300 KiB; the directory may claim another size."""
    deflate = zlib.compressobj(9, zlib.DEFLATED, -15)
    rows = b'<row r="1"/>    ' * 2**16
    data, checksum = b"", 0
    for _ in range(300):
        data += deflate.compress(rows)
        checksum = zlib.crc32(rows, checksum)
    data += deflate.flush()
    return _with_raw_sheet(data, claimed or 300 * 2**20, checksum)


def _with_raw_sheet(data: bytes, size: int, checksum: int) -> bytes:
    """A workbook to which a packed sheet is added, under headers that say whatever they like."""
    name = b"xl/worksheets/sheet9.xml"
    good = bent({})
    end = good.rfind(b"PK\x05\x06")
    count, length, at = struct.unpack("<HII", good[end + 10 : end + 20])
    common = struct.pack("<HHHHHIIIHH", 20, 0, 8, 0, 33, checksum, len(data), size, len(name), 0)
    local = b"PK\x03\x04" + common + name + data
    central = b"PK\x01\x02" + struct.pack("<H", 20) + common + struct.pack("<HHHII", 0, 0, 0, 0, at) + name
    directory = good[at : at + length] + central
    tail = struct.pack("<HHHHIIH", 0, 0, count + 1, count + 1, len(directory), at + len(local), 0)
    return good[:at] + local + directory + b"PK\x05\x06" + tail


def _many_parts() -> bytes:
    return bent({f"xl/media/picture{number}.png": b"" for number in range(2_500)})


def _twice() -> bytes:
    buffer = io.BytesIO(_good())
    with warnings.catch_warnings(), zipfile.ZipFile(buffer, "a") as archive:
        warnings.simplefilter("ignore")
        archive.writestr(_SHEET, sheet_xml(""))
    return buffer.getvalue()


def _flagged_encrypted() -> bytes:
    content = bytearray(_good())
    content[content.find(b"PK\x01\x02") + 8] |= 1
    return bytes(content)


def _flipped() -> bytes:
    content = bytearray(_good())
    at = content.find(_SHEET.encode()) + len(_SHEET) + 40
    content[at : at + 8] = bytes(8)
    return bytes(content)


def _two_cells(first: str, last: str) -> bytes:
    row = "".join(letter for letter in last if letter.isdigit())
    return workbook(f'<row r="1">{text(first, "甲")}</row><row r="{row}">{text(last, "乙")}</row>')


def _unreferenced(columns: int, *, row: int = 2) -> bytes:
    cells = '<c t="inlineStr"><is><t>甲</t></is></c>' * columns
    return workbook(f'<row r="1">{text("A1", "甲")}</row><row r="{row}">{cells}</row>')


def _ten_thousand_columns() -> bytes:
    letters = [chr(65 + a) + chr(65 + b) + chr(65 + c) for a in range(15) for b in range(26) for c in range(26)]
    return workbook('<row r="1">' + "".join(text(f"{name}1", "甲") for name in letters[:10_000]) + "</row>")


def _written_otherwise() -> bytes:
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    near = "<x:row r='1'><x:c r='A1'><x:v>1</x:v></x:c></x:row>"
    far = "<x:row r='1048576'><x:c t='n' s='0'\n r='XFD1048576'><x:v>1</x:v></x:c></x:row>"
    sheet = f'<x:worksheet xmlns:x="{main}"><x:sheetData>{near}{far}</x:sheetData></x:worksheet>'
    return bent({_SHEET: sheet})


def _one_text_everywhere() -> bytes:
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 100_001))
    return workbook(rows, strings=f"<si><t>{'长' * 32_000}</t></si>")


def _long_text() -> bytes:
    return workbook('<row r="4"><c r="A4" t="s"><v>0</v></c></row>', strings=f"<si><t>{'长' * 40_000}</t></si>")


def _all_hidden() -> bytes:
    sheet = sheet_xml(f'<row r="1">{text("A1", "甲")}</row>')
    return packed(parts({"一": sheet, "二": sheet_xml("")}, states={"一": "veryHidden"}))


def _junk() -> bytes:
    return b"".join(zlib.compress(bytes([number]) * 50) for number in range(200))


def _definition(part: str) -> bytes:
    return bent({part: _LAUGHS + (sheet_xml("") if part == _SHEET else "<sst>&c;</sst>")})


_TEXT_FILES = {
    "nothing at all": Hostile("a.csv", lambda: b"", Reason.EMPTY),
    "a byte order mark and blank lines": Hostile("a.csv", lambda: b"\xef\xbb\xbf\r\n\r\n", Reason.EMPTY),
    "NUL bytes only": Hostile("a.xlsx", lambda: bytes(5_000), Reason.EMPTY),
    "separators only": Hostile("a.csv", lambda: b",,,\r\n,,,\r\n", Reason.EMPTY),
    "binary junk": Hostile("a.csv", _junk, Reason.OTHER_KIND),
    "a PDF as CSV": Hostile("a.csv", lambda: b"%PDF-1.7\n1 0 obj, 2\n", Reason.OTHER_KIND),
    "a PNG as CSV": Hostile("a.csv", lambda: b"\x89PNG\r\n\x1a\n" + bytes(40), Reason.OTHER_KIND),
    "a JPEG as workbook": Hostile("a.xlsx", lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF", Reason.OTHER_KIND),
    "a sentence as picture": Hostile("a.jpg", lambda: b"nothing to see", Reason.OTHER_KIND),
    "a web page as .xls": Hostile("a.xls", lambda: b"\r\n<HTML><table><tr><td>1,2", Reason.WEB_PAGE),
    "Unicode text": Hostile("a.csv", lambda: "姓名,证件号码".encode("utf-16"), Reason.UTF_16),
    "CSV with NUL bytes": Hostile("a.csv", lambda: "姓名,号码\n张\0三,1\n".encode(), Reason.OTHER_KIND),
    "CSV in neither encoding": Hostile("a.csv", lambda: b"a,b\r\n\x81\x20,\xff\r\n", Reason.UNDECODABLE),
    "CSV in damaged UTF-8": Hostile(
        "a.csv", lambda: "户主姓名,证件号码\n张三,1\n".encode() + b"\xe5\xbc,2\n", Reason.UNDECODABLE
    ),
    "CSV with an open quotation mark": Hostile("a.csv", lambda: b'a,b\r\n"1,2\r\n3,4\r\n', Reason.QUOTES),
    "CSV with one endless cell": Hostile("a.csv", lambda: b"a,b\r\n" + b"1" * 40_000, Reason.CELL_TOO_LONG),
    "CSV with 10,000 columns": Hostile("a.csv", lambda: b"a," * 9_999 + b"a\r\n", Reason.TOO_MANY_COLUMNS),
}

_OTHER_PROGRAMS = {
    "an old workbook": Hostile("a.xls", lambda: _OLE, Reason.OLD_EXCEL),
    "an old workbook renamed": Hostile("a.xlsx", lambda: _OLE, Reason.OLD_EXCEL),
    "a very old workbook": Hostile("a.csv", lambda: b"\x09\x08\x10\x00\x00\x06", Reason.OLD_EXCEL),
    "a workbook with a password": Hostile(
        "a.xlsx", lambda: _OLE + "EncryptedPackage".encode("utf-16-le") + bytes(90), Reason.PASSWORD
    ),
    "an encrypted part": Hostile("a.xlsx", _flagged_encrypted, Reason.PASSWORD),
    "an OpenDocument table": Hostile(
        "a.ods",
        lambda: packed({"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": "<a/>"}),
        Reason.OPEN_DOCUMENT,
    ),
    "a binary workbook": Hostile(
        "a.xlsb", lambda: packed({_TYPES: "<a/>", "xl/workbook.bin": "x"}), Reason.BINARY_WORKBOOK
    ),
    "a letter": Hostile(
        "a.xlsx", lambda: packed({_TYPES: "<a/>", "word/document.xml": "<a/>"}), Reason.OTHER_ARCHIVE
    ),
    "an archive of workbooks": Hostile("a.zip", lambda: packed({"a.xlsx": _good()}), Reason.OTHER_ARCHIVE),
    "macros": Hostile("a.xlsm", lambda: bent({"xl/vbaProject.bin": b"x"}), Reason.MACROS),
    "macros, told by the content type": Hostile(
        "a.xlsx",
        lambda: bent({_TYPES: "<a b='application/vnd.ms-excel.sheet.macroEnabled.main+xml'/>"}),
        Reason.MACROS,
    ),
}

_BROKEN = {
    "half a workbook": Hostile("a.xlsx", lambda: _good()[: len(_good()) // 2], Reason.DAMAGED),
    "a workbook without its last bytes": Hostile("a.xlsx", lambda: _good()[:-30], Reason.DAMAGED),
    "flipped bytes": Hostile("a.xlsx", _flipped, Reason.DAMAGED),
    "one part twice": Hostile("a.xlsx", _twice, Reason.DAMAGED),
    "a wrong checksum": Hostile(
        "a.xlsx", lambda: _with_raw_sheet(zlib.compress(b"<a/>", wbits=-15), 4, 1), Reason.DAMAGED
    ),
    "a table of contents cut off": Hostile(
        "a.xlsx", lambda: bent({"xl/workbook.xml": "<workbook><sheets><sheet name='a"}), Reason.DAMAGED
    ),
    "a zip bomb": Hostile("a.xlsx", lambda: _swollen(claimed=None), Reason.UNPACKS_TOO_LARGE),
    "a zip bomb that denies it": Hostile("a.xlsx", lambda: _swollen(claimed=900), Reason.UNPACKS_TOO_LARGE),
    "thousands of parts": Hostile("a.xlsx", _many_parts, Reason.TOO_MANY_ENTRIES),
    "a billion laughs in the sheet": Hostile("a.xlsx", lambda: _definition(_SHEET), Reason.FOREIGN_XML),
    "a billion laughs in the strings": Hostile("a.xlsx", lambda: _definition(_STRINGS), Reason.FOREIGN_XML),
    "a billion laughs in UTF-16": Hostile(
        "a.xlsx", lambda: bent({_SHEET: (_LAUGHS + sheet_xml("")).encode("utf-16")}), Reason.FOREIGN_XML
    ),
    "strings in UTF-7": Hostile(
        "a.xlsx",
        lambda: bent({_STRINGS: '<?xml version="1.0" encoding="UTF-7"?>+ADwAIQ-'}),
        Reason.FOREIGN_XML,
    ),
}

_TOO_FAR = {
    "cells in both far corners": Hostile("a.xlsx", lambda: _two_cells("A1", "XFD1048576"), Reason.TOO_MANY_COLUMNS),
    "the same, written otherwise": Hostile("a.xlsx", _written_otherwise, Reason.TOO_MANY_COLUMNS),
    "a stray cell far below": Hostile("a.xlsx", lambda: _two_cells("A1", "T1048576"), Reason.STRAY_CELL),
    "a row that Excel does not have": Hostile("a.xlsx", lambda: _two_cells("A1", "A9999999"), Reason.TOO_MANY_ROWS),
    "10,000 columns": Hostile("a.xlsx", _ten_thousand_columns, Reason.TOO_MANY_COLUMNS),
    "10,000 columns unnumbered": Hostile("a.xlsx", lambda: _unreferenced(10_000), Reason.TOO_MANY_COLUMNS),
    "a stray row unnumbered": Hostile("a.xlsx", lambda: _unreferenced(190, row=1_048_576), Reason.TOO_MUCH_MEMORY),
    "one long text in 100,000 cells": Hostile("a.xlsx", _one_text_everywhere, Reason.TOO_MUCH_MEMORY),
    "a text longer than Excel's": Hostile("a.xlsx", _long_text, Reason.CELL_TOO_LONG),
    "hidden sheets only": Hostile("a.xlsx", _all_hidden, Reason.NO_DATA),
    "a sheet without cells": Hostile("a.xlsx", lambda: workbook(""), Reason.NO_DATA),
}

HOSTILE = {**_TEXT_FILES, **_OTHER_PROGRAMS, **_BROKEN, **_TOO_FAR}
