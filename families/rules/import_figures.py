"""What became of the rows and families of a batch of registration forms, in numbers."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class BatchFigures:
    """`rows` of the file; families in all and by state; `by_code`: how often each error code stands, most first."""

    rows: int
    families: int
    ready: int
    faulty: int
    known: int
    left_out: int
    applied: int
    undone: int
    by_code: Sequence[tuple[str, int]]
