"""Room for a file that is being made: in a directory of its own, and without a name.

Invariant: what was written goes with the process that wrote it, however that ends, because the file never has a name
by which it could stay. Nothing has to be cleared up after a kill.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryFile
from typing import BinaryIO, cast

from django.conf import settings


@dataclass(frozen=True, slots=True)
class Unnamed:
    """`place`: what a writer opens that takes paths; `beside`: where it may put unnamed files of its own."""

    file: BinaryIO
    place: str
    beside: Path


@contextmanager
def unnamed_file() -> Iterator[Unnamed]:
    """Raises: OSError, also later, when the disk is full."""
    directory: Path = settings.EXPORTS_DIR
    directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    with TemporaryFile(dir=directory) as file:
        yield Unnamed(cast("BinaryIO", file), f"/dev/fd/{file.fileno()}", directory)
