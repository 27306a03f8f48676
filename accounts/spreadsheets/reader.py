"""Rows of a file from outside, parsed in a child process (`accounts.isolated`).

Invariant: the caller gets rows, or `FileRefused`; when it leaves `read_table`, for whatever reason, the child is
dead and reaped.
"""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import asdict, dataclass

from accounts.isolated.caller import ChildFailed, ChildProcess, ChildRefused, Failure, one_ahead, running
from accounts.spreadsheets.cells import Merge, Row, row_from_wire
from accounts.spreadsheets.guard import Kind
from accounts.spreadsheets.limits import LIMITS, Limits
from accounts.spreadsheets.refusals import FileRefused, Reason

_PROGRAM = "accounts.spreadsheets.child"
_TEXT_PROGRAM = "accounts.spreadsheets.text_child"
_BY_FAILURE = {
    Failure.MEMORY: Reason.TOO_MUCH_MEMORY,
    Failure.TIME: Reason.TOO_SLOW,
    Failure.CRASH: Reason.FAILED,
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

    `content`: the whole file; `name`: as the person's computer called it. Memory of the caller stays flat, whatever
    the number of rows. Raises: FileRefused on entering or while iterating `rows`; rows already taken must not be used
    then. Whatever the caller raises passes through.
    """
    order = {"name": name, "limits": asdict(limits)}
    with _told(), running(_PROGRAM, content=content, order=order, wait_seconds=limits.wait_seconds) as child:
        head = child.answer()
        merged = [Merge(*merge) for merge in head["merged"]]
        yield Sheet(head["kind"], head["title"], merged, _rows(child))


@dataclass(frozen=True)
class ZippedText:
    """`pieces`: whole lines, blank ones too, in UTF-8, each with its end, to be iterated once inside the `with`
    block; `filled`: how many lines are not blank, known before the first is read.
    """

    filled: int
    pieces: Iterator[bytes]


@contextmanager
def read_zipped_text(content: bytes, *, limits: Limits = LIMITS) -> Iterator[ZippedText]:
    """An archive with one text file (UTF-8, else GB18030). As `read_table`; raises: FileRefused."""
    order = {"limits": asdict(limits)}
    with _told(), running(_TEXT_PROGRAM, content=content, order=order, wait_seconds=limits.wait_seconds) as child:
        yield ZippedText(child.answer()["filled"], _pieces(child))


def reading_zipped_texts(files: int) -> AbstractContextManager[None]:
    """Around the reading of several, to be quicker; `files`: how many."""
    return one_ahead(_TEXT_PROGRAM, files)


def _pieces(child: ChildProcess) -> Iterator[bytes]:
    with _told():
        while "bytes" in (answer := child.answer()):
            yield child.raw(answer["bytes"])


def _rows(child: ChildProcess) -> Iterator[Row]:
    with _told():
        while isinstance(answer := child.answer(), list):
            for number, cells in answer:
                yield row_from_wire(number, cells)


@contextmanager
def _told() -> Iterator[None]:
    """What befalls the child, in the words of this package."""
    try:
        yield
    except ChildRefused as refused:
        raise FileRefused(Reason(refused.reason), **refused.details) from None
    except ChildFailed as failed:
        raise FileRefused(_BY_FAILURE[failed.failure]) from None
