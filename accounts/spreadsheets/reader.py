"""Rows of a file from outside, parsed in a child process that may crash, starve or hang alone.

Invariant: the caller gets rows, or `FileRefused`; when it leaves `read_table`, for whatever reason, the
child is dead and reaped. The file passes through pipes only, so that no temporary file holds personal data,
and the child inherits neither descriptors nor environment, so that it knows no key and no database.
"""

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, cast

from accounts.spreadsheets.cells import Merge, Row, row_from_wire
from accounts.spreadsheets.guard import Kind
from accounts.spreadsheets.limits import LIMITS, Limits
from accounts.spreadsheets.refusals import FileRefused, Reason

logger = logging.getLogger(__name__)

_ROOT = str(Path(__file__).resolve().parents[2])
_START = "import sys; sys.path.insert(0, sys.argv.pop()); from accounts.spreadsheets.child import main; main()"
_PIECE = 256 * 1024
# Without this one a Python that was built with shared libraries may not start.
_ENVIRONMENT = ("LD_LIBRARY_PATH",)
# The longest line is one row of 200 full cells; more without a line end is no answer.
_LONGEST_LINE = 64 * 1024 * 1024
# A parser without memory aborts; the system kills what starves the machine, and by SIGXCPU what runs long.
_BY_SIGNAL: dict[int, Reason] = {
    signal.SIGABRT: Reason.TOO_MUCH_MEMORY,
    signal.SIGKILL: Reason.TOO_MUCH_MEMORY,
    signal.SIGXCPU: Reason.TOO_SLOW,
}


@dataclass(frozen=True)
class Sheet:
    """A file being read: a CSV file, or the first visible sheet with data of a workbook.

    `title` is the sheet's name, None for CSV. `merged` holds the merged ranges: only the top-left cell of
    each has a value (see `fill_merged`). `rows` can be iterated once, inside the `with` block; wholly blank
    rows are left out.
    """

    kind: Kind
    title: str | None
    merged: list[Merge]
    rows: Iterator[Row]


@contextmanager
def read_table(content: bytes, *, name: str, limits: Limits = LIMITS) -> Iterator[Sheet]:
    """Check and parse a workbook or CSV file; rule: DESIGN.md, "Files from outside".

    `content`: the whole file; `name`: as the person's computer called it. Memory of the caller stays flat,
    whatever the number of rows. Raises: FileRefused on entering or while iterating `rows`; rows already
    taken must not be used then. Whatever the caller raises passes through.
    """
    child = _Child(name, limits)
    try:
        child.feed(content)
        head = child.answer()
        merged = [Merge(*merge) for merge in head["merged"]]
        yield Sheet(head["kind"], head["title"], merged, _rows(child))
    finally:
        child.end()


def _rows(child: "_Child") -> Iterator[Row]:
    while isinstance(answer := child.answer(), list):
        for number, cells in answer:
            yield row_from_wire(number, cells)


class _Child:
    """The child process and its two pipes, neither of which may block for longer than the limit allows."""

    def __init__(self, name: str, limits: Limits) -> None:
        self._left = limits.wait_seconds
        self._lines = _Lines()
        # Through the pipe and not as an argument: a file's name may be a person's, and arguments are public.
        self._order = json.dumps({"name": name, "limits": asdict(limits)}).encode() + b"\n"
        self._process = subprocess.Popen(  # noqa: S603 - our own program, no word of it from outside
            [sys.executable, "-I", "-B", "-X", "utf8", "-c", _START, _ROOT],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={key: os.environ[key] for key in _ENVIRONMENT if key in os.environ},
            cwd="/",
            bufsize=0,
        )
        self._input = cast(IO[bytes], self._process.stdin)
        self._output = cast(IO[bytes], self._process.stdout)
        os.set_blocking(self._input.fileno(), False)

    def feed(self, content: bytes) -> None:
        """Hand the file over; a child that dies meanwhile is noticed by `answer`."""
        with suppress(BrokenPipeError):
            self._write(self._order)
            self._write(content)
        self._input.close()

    def _write(self, content: bytes) -> None:
        waiting = memoryview(content)
        while waiting:
            self._wait(self._input.fileno(), selectors.EVENT_WRITE)
            waiting = waiting[os.write(self._input.fileno(), waiting[:_PIECE]) :]

    def answer(self) -> Any:
        """The next line of the child, decoded. Raises: FileRefused for a refusal or a child that died."""
        while (line := self._lines.next()) is None:
            self._wait(self._output.fileno(), selectors.EVENT_READ)
            piece = os.read(self._output.fileno(), _PIECE)
            if not piece:
                raise self._died()
            self._lines.add(piece)
        answer = json.loads(line)
        if isinstance(answer, dict) and "refused" in answer:
            raise FileRefused(Reason(answer["refused"]), **answer["details"])
        if isinstance(answer, dict) and "crashed" in answer:
            logger.error("reading a file from outside failed: %s", "".join(answer["crashed"]))
            raise FileRefused(Reason.FAILED)
        return answer

    def end(self) -> None:
        """Leave no process and no descriptor behind."""
        self._process.kill()
        self._output.close()
        self._input.close()
        self._process.wait()

    def _wait(self, descriptor: int, event: int) -> None:
        began = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, event)
            ready = selector.select(max(self._left, 0))
        self._left -= time.monotonic() - began
        if not ready:
            raise FileRefused(Reason.TOO_SLOW)

    def _died(self) -> FileRefused:
        status = self._process.wait()
        logger.warning("the process reading a file from outside ended with status %s", status)
        return FileRefused(_BY_SIGNAL.get(-status, Reason.FAILED))


class _Lines:
    """Whole lines out of pieces."""

    def __init__(self) -> None:
        self._pieces: list[bytes] = []
        self._length = 0
        self._ready: list[bytes] = []

    def add(self, piece: bytes) -> None:
        *lines, rest = piece.split(b"\n")
        if lines:
            lines[0] = b"".join([*self._pieces, lines[0]])
            self._pieces = []
            self._ready += lines
            self._ready.reverse()
        self._pieces.append(rest)
        self._length = len(rest) if lines else self._length + len(rest)
        if self._length > _LONGEST_LINE:
            raise FileRefused(Reason.TOO_MUCH_MEMORY)

    def next(self) -> bytes | None:
        return self._ready.pop() if self._ready else None
