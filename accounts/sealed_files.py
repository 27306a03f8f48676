"""Files kept sealed under DOCUMENTS_DIR, outside everything that a web server hands out (docs/adr/0012).

Invariant: a name is written once and whole or not at all: the content lies under another name until it is on the
disk. A file opens only under its own name. Nothing here deletes but what `forget` is told, which no row names yet.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from uuid import UUID, uuid4

from django.conf import settings

from accounts import keys
from accounts.rules import sealing

_UNFINISHED = ".part"


class FileGone(Exception):
    """A row names a file that is not there: a backup without it, or a directory that is not shared."""


def keep(name: UUID, part: str, content: bytes) -> None:
    """Write one sealed file, so that it survives a loss of power from here on.

    `part`: which file of this name (`original`, `thumbnail`). Raises: OSError; FileExistsError for a name in use.
    """
    place = _place(name, part)
    for directory in (place.parent.parent, place.parent):
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
    unfinished = place.with_name(f"{uuid4().hex}{_UNFINISHED}")
    try:
        _write(unfinished, sealing.seal_bytes(content, bound_to=_bound_to(name, part), keyring=keys.keyring()))
        os.link(unfinished, place)  # unlike a rename, it replaces nothing
    finally:
        unfinished.unlink(missing_ok=True)
    for directory in (place.parent, place.parent.parent):
        _sync(directory)


def read(name: UUID, part: str) -> bytes:
    """The content of a file. Raises: FileGone; SealBroken when it was altered, or stands under another name."""
    try:
        sealed = _place(name, part).read_bytes()
    except FileNotFoundError:
        raise FileGone(f"{name}.{part}") from None
    return sealing.open_bytes(sealed, bound_to=_bound_to(name, part), keyring=keys.keyring())


def forget(name: UUID) -> None:
    """Remove what was kept for a row that was refused."""
    for place in _place(name, "").parent.glob(f"{name}.*"):
        with suppress(FileNotFoundError):
            place.unlink()


def names() -> Iterator[tuple[UUID, float]]:
    """The name of every original that lies there, and when it was written (seconds since 1970)."""
    for place in settings.DOCUMENTS_DIR.glob("*/*.original"):
        with suppress(ValueError, FileNotFoundError):
            yield UUID(place.stem), place.stat().st_mtime


def _place(name: UUID, part: str) -> Path:
    directory: Path = settings.DOCUMENTS_DIR
    return directory / name.hex[:2] / f"{name}.{part}"


def _bound_to(name: UUID, part: str) -> str:
    return f"document:{name}:{part}"


def _write(place: Path, content: bytes) -> None:
    with os.fdopen(os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def _sync(directory: Path) -> None:
    """A name is on the disk when its directory is."""
    descriptor = os.open(directory, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
