"""The side of the child: one file on stdin, JSON lines on stdout, then the end.

In comes a line of JSON, the order, then the file. Out come the lines of the program, or in place of any of them
{"refused", "details"}, {"starved"}, or {"crashed"} with the place in the code, never with a value. The process opens
no file and writes none.
"""

import json
import resource
import sys
import traceback
from collections.abc import Callable, Iterator, Mapping
from typing import Any

Program = Callable[[bytes, Mapping[str, Any]], Iterator[bytes]]


class Refused(Exception):
    """The program's word for a file that it will not take. `details`: figures, never a content."""

    reason: str
    details: dict[str, int | str]


def serve(program: Program) -> None:
    """Read the order and the file, and answer with the lines of `program(content, order)`.

    `order["limits"]` has at least `memory_bytes` and `cpu_seconds`; they bind before a byte of the file is read.
    """
    order = json.loads(sys.stdin.buffer.readline())
    _restrict(order["limits"])
    try:
        for line in program(sys.stdin.buffer.read(), order):
            sys.stdout.buffer.write(line)
        sys.stdout.buffer.flush()
    except MemoryError:
        _say({"starved": True})
    except Refused as refused:
        _say({"refused": refused.reason, "details": refused.details})
    except BaseException as error:
        # A parser's panic is no Exception. Type and place go to the caller's log; the message may hold data.
        _say({"crashed": [type(error).__name__, *traceback.format_tb(error.__traceback__)]})
        raise SystemExit(1) from None


def as_line(answer: Any) -> bytes:
    return json.dumps(answer, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def _restrict(limits: Mapping[str, int]) -> None:
    """Give this process its limits; no core dump or file may hold personal data."""
    _limit(resource.RLIMIT_AS, limits["memory_bytes"])
    _limit(resource.RLIMIT_CPU, limits["cpu_seconds"])
    _limit(resource.RLIMIT_CORE, 0)
    _limit(resource.RLIMIT_FSIZE, 0)


def _limit(kind: int, value: int) -> None:
    hard = resource.getrlimit(kind)[1]
    value = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(kind, (value, value))


def _say(answer: Any) -> None:
    sys.stdout.buffer.write(as_line(answer))
    sys.stdout.buffer.flush()
