"""The panel of papers on the page of a business: what is asked, what is there, and a way to add."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import WITHOUT_NUMBERS
from accounts.models.paper import MOST_PAPERS, SealedPaper
from accounts.scans.limits import MIB, SCAN_LIMITS

ACCEPTED = ".jpg,.jpeg,.png,.webp,.pdf,image/jpeg,image/png,image/webp,application/pdf"


class ReplacePaperForm(forms.Form):
    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=200, validators=[WITHOUT_NUMBERS])


@dataclass(frozen=True, slots=True)
class Refusal:
    """A file that was not taken, and why, in words."""

    name: str
    why: str


@dataclass(frozen=True, slots=True)
class Filed:
    """A paper that counts, and those it replaced, the newest first. `whose`: empty where one person is enough."""

    document: Any
    older: Sequence[Any]
    whose: str = ""


@dataclass(frozen=True, slots=True)
class Asked:
    """One line of what has to be handed in: what, whose, by which papers, and whether it is there."""

    what: str
    whose: str
    papers: Sequence[str]
    given: bool
    kind: str
    person: int | None = None


@dataclass(frozen=True, slots=True)
class Panel:
    """`add_url`: where a paper is sent to; `thumbnail`, `replace`: the names of the addresses of one paper."""

    filed: Sequence[Filed]
    asked: Sequence[Asked]
    may_add: bool
    upload_form: forms.Form
    add_url: str
    thumbnail: str
    replace: str
    refusals: Sequence[Refusal] = ()
    accept: str = ACCEPTED
    most: int = MOST_PAPERS
    most_bytes: int = SCAN_LIMITS.file_bytes
    most_megabytes: int = SCAN_LIMITS.file_bytes // MIB

    @property
    def missing(self) -> int:
        return sum(not one.given for one in self.asked)

    @property
    def count(self) -> int:
        return sum(1 + len(one.older) for one in self.filed)


def filed(papers: Iterable[Any], whose: Mapping[int, str] | None = None) -> list[Filed]:
    """Papers that count with those they replaced. `papers`: of one business, by number; `whose`: by key."""
    by_id = {paper.pk: paper for paper in papers}
    replaced = {paper.replaces_id for paper in by_id.values()}
    return [
        Filed(paper, _older(paper, by_id), (whose or {}).get(key, ""))
        for key, paper in by_id.items()
        if key not in replaced
    ]


def _older(paper: SealedPaper, by_id: Mapping[int, Any]) -> list[Any]:
    older: list[Any] = []
    while paper.replaces_id is not None:  # type: ignore[attr-defined]
        paper = by_id[paper.replaces_id]  # type: ignore[attr-defined]
        older.append(paper)
    return older
