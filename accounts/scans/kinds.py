"""What a file is by its first bytes, and whether another kind of file hides in it.

A file can be two things at once (a photograph whose end is an archive, a PDF whose beginning is a web page). Each
reader takes what it knows and skips the rest, so that what one program checked another one would run.
"""

import re
from typing import Literal

from accounts.scans.refusals import ScanReason, ScanRefused

ContentType = Literal["image/jpeg", "image/png", "image/webp", "application/pdf"]

_KINDS: tuple[tuple[re.Pattern[bytes], ContentType], ...] = (
    (re.compile(rb"\xff\xd8\xff"), "image/jpeg"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "image/png"),
    (re.compile(rb"RIFF.{4}WEBP", re.DOTALL), "image/webp"),
    (re.compile(rb"%PDF-[12]\.[0-9]"), "application/pdf"),
)
_REFUSED = (
    (re.compile(rb"GIF8|BM|II\*\0|MM\0\*|.{4}ftyp(?:hei|hev|mif|msf|avi)", re.DOTALL), ScanReason.OTHER_PICTURE),
    (re.compile(rb"(?:\xef\xbb\xbf)?\s*<", re.DOTALL), ScanReason.WEB_PAGE),
    (re.compile(rb"PK|\xd0\xcf\x11\xe0|Rar!|7z\xbc\xaf|\x1f\x8b|\{\\rtf"), ScanReason.OFFICE),
)
# Long enough not to stand by chance in ten megabytes of noise, which a photograph is.
_HIDDEN = re.compile(rb"<html|<script|<svg[\s>]|<\?php|%PDF-[12]\.[0-9]", re.IGNORECASE)
_ARCHIVE_END = b"PK\x05\x06"
_ARCHIVE_END_BYTES = 22


def content_type_of(content: bytes) -> ContentType:
    """The kind by the first bytes. Raises: ScanRefused for every other kind, and for two kinds in one."""
    if not content.strip(b"\0 \t\r\n"):
        raise ScanRefused(ScanReason.EMPTY)
    found = next((kind for signature, kind in _KINDS if signature.match(content)), None)
    if found is None:
        reasons = (reason for signature, reason in _REFUSED if signature.match(content))
        raise ScanRefused(next(reasons, ScanReason.OTHER_KIND))
    # From 1: a PDF's own first line is no second kind.
    if _HIDDEN.search(content, 1) or _ends_as_archive(content):
        raise ScanRefused(ScanReason.TWO_KINDS)
    return found


def _ends_as_archive(content: bytes) -> bool:
    """Whether the bytes end in the directory of a ZIP, whose last field is the length of what follows it."""
    at = content.rfind(_ARCHIVE_END)
    if at < 0 or at + _ARCHIVE_END_BYTES > len(content):
        return False
    return at + _ARCHIVE_END_BYTES + int.from_bytes(content[at + 20 : at + 22], "little") <= len(content)
