"""The child process that parses one file from outside: content on stdin, JSON lines on stdout.

In comes a line of JSON, {"name", "limits"}, then the file. Out comes first {"kind", "title", "merged"}, then
lists of [row number, cells], last {"end": rows}, so that a cut-off answer is never taken for a short file.
Instead of any of these may come {"refused", "details"}, or {"crashed"} with the place in the code, never
with a value. It opens no file and writes none.
"""

import json
import resource
import sys
import traceback
from collections.abc import Iterable, Iterator
from dataclasses import astuple, fields
from typing import Any

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
    order = json.loads(sys.stdin.buffer.readline())
    limits = Limits(**{field.name: order["limits"][field.name] for field in fields(Limits)})
    _restrict(limits)
    try:
        for line in _answer(sys.stdin.buffer.read(), order["name"], limits):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except MemoryError:
        _say({"refused": Reason.TOO_MUCH_MEMORY, "details": {}})
    except FileRefused as refused:
        _say({"refused": refused.reason, "details": refused.details})
    except BaseException as error:
        # A parser's panic is no Exception. Type and place go to the caller's log; the message may hold data.
        _say({"crashed": [type(error).__name__, *traceback.format_tb(error.__traceback__)]})
        raise SystemExit(1) from None


def _restrict(limits: Limits) -> None:
    """Give this process its limits before it reads a byte; no core dump or file may hold personal data."""
    _limit(resource.RLIMIT_AS, limits.memory_bytes)
    _limit(resource.RLIMIT_CPU, limits.cpu_seconds)
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)


def _limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _answer(content: bytes, name: str, limits: Limits) -> Iterator[bytes]:
    kind = check_file(content, name=name, limits=limits)
    table = _table(content, kind, limits)
    yield _line({"kind": kind, "title": table.title, "merged": [astuple(merge) for merge in table.merged]})
    count = delivered = 0
    for batch in _batches(table.rows):
        line = _line([[row.number, [to_wire(cell) for cell in row.cells]] for row in batch])
        count += len(batch)
        delivered += len(line)
        if delivered > limits.delivered_bytes:
            raise FileRefused(Reason.UNPACKS_TOO_LARGE)
        yield line
    if not count:
        raise FileRefused(Reason.NO_DATA if kind == "xlsx" else Reason.EMPTY)
    yield _line({"end": count})


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


def _line(answer: Any) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _say(answer: Any) -> None:
    sys.stdout.buffer.write(_line(answer))
    sys.stdout.buffer.flush()
