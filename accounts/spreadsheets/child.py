"""The program of the child process that parses one table from outside (`accounts.isolated`).

Its order is {"name", "limits"}. Out comes first {"kind", "title", "merged"}, then lists of [row number,
cells], last {"end": rows}, so that a cut-off answer is never taken for a short file.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import astuple, fields
from typing import Any

from accounts.isolated.program import as_line, serve
from accounts.spreadsheets.cells import Row, to_wire
from accounts.spreadsheets.guard import Kind, check_file
from accounts.spreadsheets.limits import Limits
from accounts.spreadsheets.plain_text import read_text
from accounts.spreadsheets.refusals import FileRefused, Reason
from accounts.spreadsheets.workbook import Table, read_workbook

_BATCH = 250
_BATCH_CHARACTERS = 500_000


def main() -> None:
    """Serve one file."""
    serve(_answer)


def _answer(content: bytes, order: Mapping[str, Any]) -> Iterator[bytes]:
    limits = Limits(**{field.name: order["limits"][field.name] for field in fields(Limits)})
    kind = check_file(content, name=order["name"], limits=limits)
    table = _table(content, kind, limits)
    yield as_line({"kind": kind, "title": table.title, "merged": [astuple(merge) for merge in table.merged]})
    count = delivered = 0
    for batch in _batches(table.rows):
        line = as_line([[row.number, [to_wire(cell) for cell in row.cells]] for row in batch])
        count += len(batch)
        delivered += len(line)
        if delivered > limits.delivered_bytes:
            raise FileRefused(Reason.UNPACKS_TOO_LARGE)
        yield line
    if not count:
        raise FileRefused(Reason.NO_DATA if kind == "xlsx" else Reason.EMPTY)
    yield as_line({"end": count})


def _table(content: bytes, kind: Kind, limits: Limits) -> Table:
    if kind == "xlsx":
        return read_workbook(content, limits)
    return Table(None, [], read_text(content, limits))


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    """Rows for one line: enough to make lines cheap, few enough to keep the caller's memory flat."""
    batch: list[Row] = []
    characters = 0
    for row in rows:
        batch.append(row)
        characters += sum(len(cell) for cell in row.cells if type(cell) is str)
        if len(batch) == _BATCH or characters > _BATCH_CHARACTERS:
            yield batch
            batch, characters = [], 0
    if batch:
        yield batch
