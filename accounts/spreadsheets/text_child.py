"""The program of the child process that unpacks an archive with one text file (`accounts.isolated`).

Its order is {"limits"}. Out comes first {"filled": lines that are not blank}, then the text, UTF-8, in pieces of
whole lines, each as {"bytes": its length} and itself, last {"end": lines}, so that a cut-off answer is never taken
for a short file.
"""

import io
from collections.abc import Iterator, Mapping
from dataclasses import fields, replace
from typing import Any

from accounts.isolated.program import as_line, serve
from accounts.spreadsheets.archive import only_text
from accounts.spreadsheets.guard import check_file
from accounts.spreadsheets.limits import Limits
from accounts.spreadsheets.plain_text import encoding_of
from accounts.spreadsheets.refusals import FileRefused, Reason

_PIECE_CHARACTERS = 256 * 1024


def main() -> None:
    """Serve one file."""
    serve(_answer)


def _answer(content: bytes, order: Mapping[str, Any]) -> Iterator[bytes]:
    """Line ends are made one kind, the last line has one too. Raises: FileRefused."""
    limits = Limits(**{field.name: order["limits"][field.name] for field in fields(Limits)})
    name, content = only_text(content, limits)
    if check_file(content, name=name, limits=replace(limits, file_bytes=limits.unpacked_bytes)) != "csv":
        raise FileRefused(Reason.OTHER_ARCHIVE)
    encoding = encoding_of(content)
    filled = sum(not line.isspace() for line in io.TextIOWrapper(io.BytesIO(content), encoding))
    if filled > limits.rows:
        raise FileRefused(Reason.TOO_MANY_ROWS, limit=limits.rows)
    yield as_line({"filled": filled})
    text = io.TextIOWrapper(io.BytesIO(content), encoding)
    while piece := text.read(_PIECE_CHARACTERS):
        whole = (piece + text.readline()).encode()
        whole += b"" if whole.endswith(b"\n") else b"\n"
        yield as_line({"bytes": len(whole)}) + whole
    yield as_line({"end": filled})
