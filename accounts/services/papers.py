"""Papers taken in: decoded, sealed on the disk, then filed under a business.

Invariant: the file lies on the disk, whole, before its row is written; whatever happens in between leaves a file
without a row, which `check_documents` counts, and never a row without a file.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _

from accounts import sealed_files
from accounts.models.paper import MOST_PAPERS, ORIGINAL, THUMBNAIL, SealedPaper
from accounts.scans.reader import read_scan

LONGEST_NAME = 200


@dataclass(frozen=True, slots=True)
class Upload:
    """A file as it was handed in. `name`: as the person's computer called it, without its path."""

    name: str
    content: bytes = field(repr=False)


class TooManyDocuments(Exception):
    def __init__(self) -> None:
        super().__init__(
            _("A case holds {n} papers at most, replaced ones counted: put several pages into one PDF.").format(
                n=MOST_PAPERS
            )
        )


class SameDocument(Exception):
    """The same file is there already, for the same person and kind: chosen twice, or sent twice."""

    def __init__(self, document: SealedPaper) -> None:
        self.document = document
        super().__init__(_("The same file is there already, as no. {n}.").format(n=document.number))


class AlreadyReplaced(Exception):
    def __init__(self) -> None:
        super().__init__(_("This paper was replaced already: replace the newer one."))


class NotFiled(Exception):
    """A business does not take this paper; each says why."""


@contextmanager
def stored(upload: Upload) -> Iterator[dict[str, Any]]:
    """The columns of a paper whose file is on the disk; forgotten when the row is refused. Raises: ScanRefused."""
    scan = read_scan(upload.content)
    stored_as = uuid4()
    try:
        sealed_files.keep(stored_as, ORIGINAL, upload.content)
        sealed_files.keep(stored_as, THUMBNAIL, scan.thumbnail)
        yield {
            "name": upload.name[-LONGEST_NAME:],
            "content_type": scan.content_type,
            "size": len(upload.content),
            "sha256": hashlib.sha256(upload.content).hexdigest(),
            "pages": scan.pages,
            "width": scan.width,
            "height": scan.height,
            "stored_as": stored_as,
        }
    except BaseException:
        sealed_files.forget(stored_as)
        raise


def file_paper(paper: SealedPaper, *, beside: QuerySet[Any]) -> None:
    """Number and write a paper. `beside`: those of the same business, which is locked.

    Raises: TooManyDocuments, AlreadyReplaced, SameDocument; nothing is written then.
    """
    last: int = beside.aggregate(last=Max("number"))["last"] or 0
    if last >= MOST_PAPERS:
        raise TooManyDocuments
    if paper.replaces and beside.filter(replaces=paper.replaces).exists():
        raise AlreadyReplaced
    same = beside.filter(**{name: getattr(paper, name) for name in paper.alike}).first()
    if same is not None:
        raise SameDocument(same)
    paper.number = last + 1
    paper.save(force_insert=True)
