"""The program of the child process that decodes one scan (`accounts.isolated`).

Its order is {"limits"}; its one line is {"content_type", "pages", "width", "height", "thumbnail"}, the thumbnail as
a JPEG in base64.
"""

import base64
from collections.abc import Iterator, Mapping
from dataclasses import fields
from typing import Any

from accounts.isolated.program import as_line, serve
from accounts.scans.kinds import content_type_of
from accounts.scans.limits import ScanLimits
from accounts.scans.pictures import as_jpeg
from accounts.scans.pictures import decode as decode_picture


def main() -> None:
    """Serve one file."""
    serve(_answer)


def _answer(content: bytes, order: Mapping[str, Any]) -> Iterator[bytes]:
    limits = ScanLimits(**{field.name: order["limits"][field.name] for field in fields(ScanLimits)})
    content_type = content_type_of(content)
    if content_type == "application/pdf":
        from accounts.scans import pdf  # PDFium is loaded for a PDF alone: half the time of starting

        picture, pages = pdf.decode(content, limits)
        width = height = None
    else:
        picture, (width, height) = decode_picture(content, content_type, limits)
        pages = 1
    yield as_line(
        {
            "content_type": content_type,
            "pages": pages,
            "width": width,
            "height": height,
            "thumbnail": base64.b64encode(as_jpeg(picture)).decode(),
        }
    )
