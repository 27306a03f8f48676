"""Scans for tests: good ones, and those that must be refused, each with the reason expected."""

from __future__ import annotations

import io
import struct
import zlib
from collections.abc import Callable
from typing import NamedTuple

from PIL import Image

from accounts.scans.refusals import ScanReason
from tests.files.workbooks import packed


class HostileScan(NamedTuple):
    make: Callable[[], bytes]
    reason: ScanReason


def picture(kind: str = "JPEG", *, size: tuple[int, int] = (640, 400), shade: int = 200, **options: object) -> bytes:
    buffer = io.BytesIO()
    Image.new("RGB", size, (shade, 180, 160)).save(buffer, kind, **options)  # type: ignore[arg-type]
    return buffer.getvalue()


def photograph(*, size: tuple[int, int] = (4600, 3400), orientation: int = 1) -> bytes:
    """As noisy as a phone's: about 8 MB."""
    exif = Image.Exif()
    exif[0x0112] = orientation
    buffer = io.BytesIO()
    Image.effect_noise(size, 55).convert("RGB").save(buffer, "JPEG", quality=80, exif=exif)
    return buffer.getvalue()


def pdf(*, pages: int = 1, catalog: bytes = b"") -> bytes:
    """`catalog`: what is put into the catalog of the document."""
    sheets = [Image.new("RGB", (300, 420), "white") for _ in range(pages)]
    buffer = io.BytesIO()
    sheets[0].save(buffer, "PDF", save_all=True, append_images=sheets[1:])
    # The table of offsets no longer fits then; every reader mends that.
    return buffer.getvalue().replace(b"/Type /Catalog", b"/Type /Catalog " + catalog, 1)


def _png(width: int, height: int, data: bytes = b"") -> bytes:
    """A PNG that claims a size."""

    def chunk(name: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))

    head = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", data) + chunk(b"IEND", b"")


def _bomb() -> bytes:
    """40,000 × 40,000 black points in 200 KB, each of them there."""
    deflate = zlib.compressobj(9)
    row = bytes(5_001)
    return _png(40_000, 40_000, b"".join(deflate.compress(row) for _ in range(40_000)) + deflate.flush())


def _flicker() -> bytes:
    buffer = io.BytesIO()
    frames = [Image.new("RGB", (20, 20), shade) for shade in ("red", "green", "blue")]
    frames[0].save(buffer, "WEBP", save_all=True, append_images=frames[1:])
    return buffer.getvalue()


def _packed_program() -> bytes:
    """A PDF whose catalog and program lie packed in an object stream, so that its bytes name neither."""
    objects = b"<< /Type /Catalog /Pages 4 0 R /OpenAction 2 0 R >> << /S /JavaScript /JS (app.alert(1)) >>"
    heading = b"1 0 2 %d " % objects.index(b"<< /S")
    data = zlib.compress(heading + objects)
    out, offsets = b"%PDF-1.5\n", {}
    for number, body in {
        3: b"<< /Type /ObjStm /N 2 /First %d /Filter /FlateDecode /Length %d >>\nstream\n%b\nendstream"
        % (len(heading), len(data), data),
        4: b"<< /Type /Pages /Kids [5 0 R] /Count 1 >>",
        5: b"<< /Type /Page /Parent 4 0 R /MediaBox [0 0 100 100] >>",
    }.items():
        offsets[number] = len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, body)
    rows = [b"\0\0\0\0\0\xff", b"\x02\0\0\0\x03\0", b"\x02\0\0\0\x03\x01"]
    rows += [b"\x01" + at.to_bytes(4) + b"\0" for at in (*offsets.values(), len(out))]
    table = zlib.compress(b"".join(rows))
    out += (
        b"6 0 obj\n<< /Type /XRef /Size 7 /W [1 4 1] /Root 1 0 R /Filter /FlateDecode /Length %d >>\nstream\n"
        % len(table)
    )
    return out + table + b"\nendstream\nendobj\nstartxref\n%d\n%%%%EOF\n" % (out.rindex(b"6 0 obj"))


_OPENS = b"/OpenAction << /S /JavaScript /JS (app.alert\\(1\\)) >>"
_SVG = b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'

HOSTILE_SCANS = {
    "nothing at all": HostileScan(lambda: b"", ScanReason.EMPTY),
    "NUL bytes only": HostileScan(lambda: bytes(4_000), ScanReason.EMPTY),
    "a sentence": HostileScan(lambda: "不是照片".encode(), ScanReason.OTHER_KIND),
    "a program": HostileScan(lambda: b"MZ\x90" + bytes(900), ScanReason.OTHER_KIND),
    "a web page called .jpg": HostileScan(
        lambda: b"\xef\xbb\xbf <html><script>alert(1)</script>", ScanReason.WEB_PAGE
    ),
    "a drawing with a script": HostileScan(lambda: _SVG, ScanReason.WEB_PAGE),
    "a workbook": HostileScan(lambda: packed({"xl/workbook.xml": "<a/>"}), ScanReason.OFFICE),
    "an old letter": HostileScan(lambda: b"\xd0\xcf\x11\xe0" + bytes(500), ScanReason.OFFICE),
    "a phone's HEIC": HostileScan(lambda: b"\0\0\0\x18ftypheic" + bytes(90), ScanReason.OTHER_PICTURE),
    "a GIF": HostileScan(lambda: picture("GIF"), ScanReason.OTHER_PICTURE),
    "a TIFF": HostileScan(lambda: picture("TIFF"), ScanReason.OTHER_PICTURE),
    "eleven megabytes": HostileScan(lambda: picture() + bytes(11 * 2**20), ScanReason.TOO_MANY_BYTES),
    "half a JPEG": HostileScan(lambda: (whole := photograph(size=(600, 400)))[: len(whole) // 2], ScanReason.DAMAGED),
    "a JPEG's first bytes alone": HostileScan(lambda: b"\xff\xd8\xff\xe0\x00\x10JFIF", ScanReason.DAMAGED),
    "half a PNG": HostileScan(lambda: (whole := picture("PNG"))[: len(whole) // 2], ScanReason.DAMAGED),
    "half a WebP": HostileScan(lambda: (whole := picture("WEBP"))[: len(whole) // 2], ScanReason.DAMAGED),
    "a PNG without its pixels": HostileScan(lambda: _png(900, 900), ScanReason.DAMAGED),
    "a bomb of a PNG": HostileScan(_bomb, ScanReason.TOO_MANY_PIXELS),
    "a PNG that claims four thousand million points": HostileScan(
        lambda: _png(2**31 - 1, 2), ScanReason.TOO_MANY_PIXELS
    ),
    "a WebP that moves": HostileScan(_flicker, ScanReason.MOVING),
    "a photograph with an archive behind it": HostileScan(
        lambda: picture() + packed({"a.txt": "x"}), ScanReason.TWO_KINDS
    ),
    "a photograph with a web page in it": HostileScan(
        lambda: picture(comment=b"<SCRIPT>alert(1)</SCRIPT>"), ScanReason.TWO_KINDS
    ),
    "a photograph with a PDF behind it": HostileScan(lambda: picture() + pdf(), ScanReason.TWO_KINDS),
    "a PDF that opens with a program": HostileScan(lambda: pdf(catalog=_OPENS), ScanReason.ACTIVE_PDF),
    "the same, written in hexadecimal": HostileScan(
        lambda: pdf(catalog=_OPENS.replace(b"/JavaScript", b"/J#61vaScript")), ScanReason.ACTIVE_PDF
    ),
    "the same, packed": HostileScan(_packed_program, ScanReason.ACTIVE_PDF),
    "a PDF that starts a program": HostileScan(
        lambda: pdf(catalog=b"/OpenAction << /S /Launch /F (cmd.exe) >>"), ScanReason.ACTIVE_PDF
    ),
    "a PDF that carries files": HostileScan(
        lambda: pdf(catalog=b"/Names << /EmbeddedFiles << /Names [] >> >>"), ScanReason.ACTIVE_PDF
    ),
    "a PDF of many pages": HostileScan(lambda: pdf(pages=21), ScanReason.TOO_MANY_PAGES),
    "half a PDF": HostileScan(lambda: (whole := pdf())[: len(whole) // 2], ScanReason.DAMAGED),
    "a PDF's frame around nothing": HostileScan(lambda: b"%PDF-1.4\nnothing\n%%EOF", ScanReason.DAMAGED),
}
