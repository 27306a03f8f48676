"""What a file from outside really is, found from its content and never from its name alone.

Invariant: a file that passes is either a workbook whose parts are whole, free of macros and foreign
definitions and within `Limits`, or bytes that can be text. Whether the text decodes, the reader says.
"""

from typing import Literal

from accounts.spreadsheets.archive import Archive
from accounts.spreadsheets.limits import LIMITS, MIB, Limits
from accounts.spreadsheets.refusals import FileRefused, Reason
from accounts.spreadsheets.sheet_xml import check_xml, whole_tags

Kind = Literal["xlsx", "csv"]

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_PACKAGE = "EncryptedPackage".encode("utf-16-le")
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_BIFF = (b"\x09\x08", b"\x09\x04", b"\x09\x02", b"\x09\x00")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
_OTHER_KINDS = (b"%PDF", b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"Rar!", b"7z\xbc\xaf", b"\x1f\x8b", b"{\\rtf")
_MARKUP = (b"<!doctype", b"<html", b"<?xml", b"<table", b"<head", b"<meta", b"mime-version:")
# Control characters that no text file holds; tab, line ends, vertical tab and form feed may occur.
_NOT_TEXT = bytes(code for code in range(32) if code not in b"\t\n\v\f\r") + b"\x7f"
_CONTENT_TYPES = "[Content_Types].xml"
_WORKBOOK = "xl/workbook.xml"


def check_file(content: bytes, *, name: str, limits: Limits = LIMITS) -> Kind:
    """Tell a workbook from a CSV file, and refuse everything else (DESIGN.md, "Files from outside").

    `name` as the person's computer called it; it decides one thing: text without any separator is a table
    of one column if the name says .csv, .tsv or .txt, and a wrong choice otherwise.
    Takes about 0.7 s for a workbook of 100,000 × 15, and at most one copy of `content`.
    Raises: FileRefused. It never parses: `read_table` does, in a child process, and calls this there first.
    """
    if len(content) > limits.file_bytes:
        raise FileRefused(Reason.TOO_MANY_BYTES, limit=limits.file_bytes // MIB)
    if not content.strip(b"\0 \t\r\n\xef\xbb\xbf"):
        raise FileRefused(Reason.EMPTY)
    if content.startswith(_ZIP):
        _check_workbook(Archive(content, limits), limits)
        return "xlsx"
    _check_text(content)
    if not name.lower().endswith((".csv", ".tsv", ".txt")) and not any(
        mark in content for mark in (b",", b";", b"\t")
    ):
        raise FileRefused(Reason.OTHER_KIND)
    return "csv"


def _check_text(content: bytes) -> None:
    if content.startswith(_OLE):
        raise FileRefused(Reason.PASSWORD if _ENCRYPTED_PACKAGE in content else Reason.OLD_EXCEL)
    if content.startswith(_UTF_16):
        raise FileRefused(Reason.UTF_16)
    if content[:200].removeprefix(b"\xef\xbb\xbf").lstrip().lower().startswith(_MARKUP):
        raise FileRefused(Reason.WEB_PAGE)
    binary = len(content.translate(None, delete=_NOT_TEXT)) < len(content)
    if binary and content.startswith(_BIFF):
        raise FileRefused(Reason.OLD_EXCEL)
    if binary or content.startswith(_OTHER_KINDS):
        raise FileRefused(Reason.OTHER_KIND)


def _check_workbook(archive: Archive, limits: Limits) -> None:
    names = archive.names
    if _CONTENT_TYPES not in names or _WORKBOOK not in names:
        raise FileRefused(_other_archive(archive))
    if any(name.lower().endswith("vbaproject.bin") or "xl/macrosheets/" in name.lower() for name in names):
        raise FileRefused(Reason.MACROS)
    if any(b"macroenabled" in text.lower() for text in whole_tags(archive.pieces(_CONTENT_TYPES))):
        raise FileRefused(Reason.MACROS)
    for name in names:
        _check_part(archive, name, limits)


def _other_archive(archive: Archive) -> Reason:
    names = archive.names
    if "xl/workbook.bin" in names:
        return Reason.BINARY_WORKBOOK
    if "mimetype" in names and archive.head("mimetype").startswith(b"application/vnd.oasis.opendocument"):
        return Reason.OPEN_DOCUMENT
    return Reason.OTHER_ARCHIVE


def _check_part(archive: Archive, name: str, limits: Limits) -> None:
    """Unpack a part to its end, so that its size and checksum hold; pictures are not searched."""
    pieces = archive.pieces(name)
    if name.startswith("xl/media/") or not _is_xml(archive, name):
        for _piece in pieces:
            pass
        return
    check_xml(pieces, limits)


def _is_xml(archive: Archive, name: str) -> bool:
    if name.lower().endswith((".xml", ".rels", ".vml")):
        return True
    return archive.head(name).removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"<")
