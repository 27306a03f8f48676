"""Proves that every stored paper can still be opened, and finds files that no row names."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from accounts import sealed_files
from accounts.models import Staff
from accounts.models.paper import SealedPaper, papers_everywhere
from accounts.rules.sealing import SealBroken
from accounts.sealed_files import FileGone
from accounts.services.rights import require_right

Fault = Literal["gone", "does_not_open", "other_content"]
# A file whose row is being written at this moment is no orphan.
YOUNG_SECONDS = 3600


@dataclass(frozen=True, slots=True)
class BrokenDocument:
    document_id: int
    case_number: str
    number: int
    fault: Fault


@dataclass(frozen=True, slots=True)
class DocumentCheck:
    """`orphans`: files older than an hour that no row names, in every region: what a crash left, to be removed."""

    documents: int
    broken: list[BrokenDocument]
    orphans: list[str]


def check_documents(*, by: Staff) -> DocumentCheck:
    """Open every paper in scope, original and thumbnail, and compare its digest. Reads only. Raises: RightMissing."""
    require_right(by, "families.check_casedocument")
    broken, count = [], 0
    for document in _papers(by):
        count += 1
        if (fault := _fault_of(document)) is not None:
            broken.append(BrokenDocument(document.pk, document.filed_under, document.number, fault))
    return DocumentCheck(documents=count, broken=broken, orphans=sorted(_orphans()))


def _papers(by: Staff) -> Iterator[SealedPaper]:
    """Of every business; for whoever may check them, whether or not they see each kind on a page."""
    for model in papers_everywhere():
        papers = model._default_manager.filter(**{f"{model.region_lookup}__path__startswith": by.region.path})
        yield from papers.order_by("pk").iterator(chunk_size=500)


def _fault_of(document: SealedPaper) -> Fault | None:
    try:
        same = hashlib.sha256(document.content).hexdigest() == document.sha256
        return None if same and document.thumbnail else "other_content"
    except FileGone:
        return "gone"
    except SealBroken:
        return "does_not_open"


def _orphans() -> Iterator[str]:
    """Of every region: a file says nothing of whose it is."""
    old = [name for name, written_at in sealed_files.names() if time.time() - written_at > YOUNG_SECONDS]
    named = {
        name
        for model in papers_everywhere()
        for name in model._default_manager.filter(stored_as__in=old).values_list("stored_as", flat=True)
    }
    return (str(name) for name in old if name not in named)
