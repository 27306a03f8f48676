"""A watched folder of statements (STATEMENTS_DIR): other programs put files there; every minute they are taken in.

Invariants: what is taken in goes to `done`, after the database has it, what is refused to `refused`, after the
reasons lie there in Chinese; then the page of statements shows it. So a kill loses nothing, and the next look takes
what it left: the same file twice changes nothing. A file is left alone until size and time rest from one look to the
next: it may still be written.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.cache import cache
from django.db import DatabaseError, transaction
from django.utils import translation

from accounts.acting import acting
from accounts.models import Staff
from accounts.services.import_result import SHOWN_ERRORS, ImportResult, RowError, sha256_of
from accounts.services.jobs import keep_outcome
from accounts.services.staff import nightly_staff
from accounts.spreadsheets.limits import LIMITS
from accounts.spreadsheets.reader import reading_zipped_texts
from settlement.services.statements import LOAD, StatementResult, institution_named, take_in

logger = logging.getLogger(__name__)
SEEN = "statements-dir"
REMEMBERED_SECONDS = 24 * 3600
PAPERS_LANGUAGE = "zh-hans"


@dataclass
class Taken:
    """How many files one look moved, and how many it left to rest."""

    done: int = 0
    refused: int = 0
    resting: int = 0


def take_in_folder() -> Taken:
    """Take in every file of STATEMENTS_DIR that rests, as the nightly staff member. Locks: as `load_statement`."""
    taken, by = Taken(), nightly_staff()
    if not settings.STATEMENTS_DIR or by is None:
        return taken
    folder = Path(settings.STATEMENTS_DIR)
    known, now = cache.get(SEEN, {}), dict(_looks(folder))
    cache.set(SEEN, now, REMEMBERED_SECONDS)
    rested = [name for name, look in now.items() if known.get(name) == look]
    taken.resting = len(now) - len(rested)
    with reading_zipped_texts(len(rested)):
        for name in rested:
            _take(folder / name, by, taken)
    return taken


def _looks(folder: Path) -> Iterator[tuple[str, tuple[int, int]]]:
    """Each file with its size and time, in the order of names. Hidden ones are other programs' own."""
    try:
        for path in sorted(folder.iterdir()):
            if path.is_file() and not path.is_symlink() and not path.name.startswith("."):
                state = path.stat()
                yield path.name, (state.st_size, state.st_mtime_ns)
    except OSError as fault:
        logger.error("STATEMENTS_DIR cannot be read: %s", fault.strerror)


def _take(path: Path, by: Staff, taken: Taken) -> None:
    """One file. One that another worker took meanwhile, or that may not be read or moved, is passed over."""
    try:
        with path.open("rb") as file:
            content = file.read(LIMITS.file_bytes + 1)
        with acting(by, channel="folder"), translation.override(PAPERS_LANGUAGE):
            result = take_in(content=content, name=path.name, by=by)
            _put_away(path, result)
            if result.errors:
                _show(path.name, content, result, by)
    except (OSError, DatabaseError) as fault:
        logger.error("a statement could not be taken in or moved: %s", type(fault).__name__)
        return
    if result.errors:
        taken.refused += 1
    else:
        taken.done += 1


def _put_away(path: Path, result: ImportResult) -> None:
    """Under its own name, or with the beginning of its SHA-256 where another file has that name. Raises: OSError."""
    target = path.parent / ("refused" if result.errors else "done") / path.name
    target.parent.mkdir(exist_ok=True)
    if target.exists() and sha256_of(target.read_bytes()) != result.sha256:
        target = target.with_stem(f"{path.stem}-{result.sha256[:12]}")
    if result.errors:
        target.with_name(target.name + ".txt").write_text(_reasons(result), encoding="utf-8")
    path.rename(target)


def _show(name: str, content: bytes, result: StatementResult, by: Staff) -> None:
    """On the page of statements, among the files handed over, to the region whose institution the name tells."""
    institution = institution_named(name, by)
    told: dict[str, Any] = {"result": result.as_json(most_errors=SHOWN_ERRORS)}
    if result.unreadable:
        told = {"result": None, "failure": result.unreadable.message}
    region_id = (institution and institution.region_id) or by.region_id
    with transaction.atomic():
        keep_outcome(kind=LOAD, by=by, region_id=region_id, file=(name, content), **told)


def _reasons(result: ImportResult) -> str:
    return "".join(f"{_place(error)}{error.message} ({error.code})\n" for error in result.errors)


def _place(error: RowError) -> str:
    return f"第 {error.row} 行 {error.column}: " if error.row else ""
