"""The side of the product: one child process for one file.

Invariant: when `running` is left, for whatever reason, the child is dead and reaped. The file passes through pipes
only, so that no temporary file holds personal data, and the child inherits neither descriptors nor environment, so
that it knows no key and no database.
"""

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from enum import Enum
from pathlib import Path
from typing import IO, Any, cast

logger = logging.getLogger(__name__)

_ROOT = str(Path(__file__).resolve().parents[2])
_START = "import sys, importlib; sys.path.insert(0, sys.argv.pop()); importlib.import_module(sys.argv.pop()).main()"
_PIECE = 256 * 1024
# Without this one a Python that was built with shared libraries may not start.
_ENVIRONMENT = ("LD_LIBRARY_PATH",)
# The longest line is one row of 200 full cells; more without a line end is no answer.
_LONGEST_ANSWER = 64 * 1024 * 1024


class Failure(Enum):
    """How a child ended without an answer."""

    MEMORY = "memory"
    TIME = "time"
    CRASH = "crash"


# A parser without memory aborts; the system kills what starves the machine, and by SIGXCPU what runs long.
_BY_SIGNAL: dict[int, Failure] = {
    signal.SIGABRT: Failure.MEMORY,
    signal.SIGKILL: Failure.MEMORY,
    signal.SIGXCPU: Failure.TIME,
}


class ChildFailed(Exception):
    """The child gave no answer; its log line has the place in the code, never a value."""

    def __init__(self, failure: Failure) -> None:
        self.failure = failure
        super().__init__(failure.value)


class ChildRefused(Exception):
    """The child looked at the file and refuses it; `reason` and `details` in the words of its program."""

    def __init__(self, reason: str, details: Mapping[str, int | str]) -> None:
        self.reason, self.details = reason, details
        super().__init__(reason)


@contextmanager
def running(
    program: str, *, content: bytes, order: Mapping[str, Any], wait_seconds: float
) -> Iterator["ChildProcess"]:
    """Give a file to `program`, a module of ours with `main`; ask it with `answer`.

    `order`: what the program needs to know, as JSON; `wait_seconds`: for all waits together, the caller's own work
    in between not counted. Raises: ChildFailed, ChildRefused, on entering or from `answer`.
    """
    child = ChildProcess(program, wait_seconds)
    try:
        child.feed(json.dumps(order).encode() + b"\n", content)
        yield child
    finally:
        child.end()


@contextmanager
def one_ahead(program: str, files: int) -> Iterator[None]:
    """For files in a row: the child of the next one starts while the last one works, and waits for its order.

    Still a child for each file. Starting one takes 60 ms, as long as 20,000 lines of a statement.
    """
    ahead = _Ahead(program, files)
    token = _ahead.set(ahead)
    try:
        yield
    finally:
        _ahead.reset(token)
        ahead.end()


class _Ahead:
    """At most one child that has started and has no file yet; none once there are no files left."""

    def __init__(self, program: str, files: int) -> None:
        self.program = program
        self._left = files
        self._process = self._next()

    def take(self) -> "subprocess.Popen[bytes]":
        taken, self._process = self._process, self._next()
        return taken or _start(self.program)

    def end(self) -> None:
        if self._process:
            _end(self._process)

    def _next(self) -> "subprocess.Popen[bytes] | None":
        self._left -= 1
        return _start(self.program) if self._left >= 0 else None


_ahead: ContextVar[_Ahead | None] = ContextVar("one_ahead", default=None)


def _start(program: str) -> "subprocess.Popen[bytes]":
    return subprocess.Popen(  # noqa: S603 - our own program, no word of it from outside
        [sys.executable, "-I", "-B", "-X", "utf8", "-c", _START, program, _ROOT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        env={key: os.environ[key] for key in _ENVIRONMENT if key in os.environ},
        cwd="/",
        bufsize=0,
    )


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.kill()
    for pipe in (process.stdout, process.stdin):
        cast(IO[bytes], pipe).close()
    process.wait()


class ChildProcess:
    """The child and its two pipes, neither of which may block for longer than the limit allows."""

    def __init__(self, program: str, wait_seconds: float) -> None:
        self._left = wait_seconds
        self._received = _Received()
        ahead = _ahead.get()
        self._process = ahead.take() if ahead and ahead.program == program else _start(program)
        self._input = cast(IO[bytes], self._process.stdin)
        self._output = cast(IO[bytes], self._process.stdout)
        os.set_blocking(self._input.fileno(), False)

    def feed(self, order: bytes, content: bytes) -> None:
        """Hand the file over; a child that dies meanwhile is noticed by `answer`.

        The order goes through the pipe too and is no argument: a file's name may be a person's.
        """
        with suppress(BrokenPipeError):
            self._write(order)
            self._write(content)
        self._input.close()

    def _write(self, content: bytes) -> None:
        waiting = memoryview(content)
        while waiting:
            self._wait(self._input.fileno(), selectors.EVENT_WRITE)
            waiting = waiting[os.write(self._input.fileno(), waiting[:_PIECE]) :]

    def answer(self) -> Any:
        """The next line of the child, decoded. Raises: ChildRefused; ChildFailed for a child that died."""
        while (line := self._received.line()) is None:
            self._receive()
        answer = json.loads(line)
        if isinstance(answer, dict):
            _raise_what_it_says(answer)
        return answer

    def raw(self, length: int) -> bytes:
        """The next bytes as they are, which the last answer announced. Raises: ChildFailed."""
        while (content := self._received.take(length)) is None:
            self._receive()
        return content

    def end(self) -> None:
        """Leave no process and no descriptor behind."""
        _end(self._process)

    def _receive(self) -> None:
        self._wait(self._output.fileno(), selectors.EVENT_READ)
        piece = os.read(self._output.fileno(), _PIECE)
        if not piece:
            raise self._died()
        self._received.add(piece)

    def _wait(self, descriptor: int, event: int) -> None:
        began = time.monotonic()
        with selectors.DefaultSelector() as selector:
            selector.register(descriptor, event)
            ready = selector.select(max(self._left, 0))
        self._left -= time.monotonic() - began
        if not ready:
            raise ChildFailed(Failure.TIME)

    def _died(self) -> ChildFailed:
        status = self._process.wait()
        logger.warning("the process reading a file from outside ended with status %s", status)
        return ChildFailed(_BY_SIGNAL.get(-status, Failure.CRASH))


def _raise_what_it_says(answer: Mapping[str, Any]) -> None:
    if "refused" in answer:
        raise ChildRefused(answer["refused"], answer["details"])
    if "starved" in answer:
        raise ChildFailed(Failure.MEMORY)
    if "crashed" in answer:
        logger.error("reading a file from outside failed: %s", "".join(answer["crashed"]))
        raise ChildFailed(Failure.CRASH)


class _Received:
    """What came and was not taken yet; never more than the longest answer."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._without_end = 0  # so many bytes hold no line end

    def add(self, piece: bytes) -> None:
        self._held += piece
        if len(self._held) > _LONGEST_ANSWER + _PIECE:
            raise ChildFailed(Failure.MEMORY)

    def line(self) -> bytes | None:
        end = self._held.find(b"\n", self._without_end)
        if end < 0:
            self._without_end = len(self._held)
            return None
        return self._taken(end + 1)

    def take(self, length: int) -> bytes | None:
        if length > _LONGEST_ANSWER:
            raise ChildFailed(Failure.MEMORY)
        return self._taken(length) if len(self._held) >= length else None

    def _taken(self, length: int) -> bytes:
        content = bytes(self._held[:length])
        del self._held[:length]
        self._without_end = 0
        return content
