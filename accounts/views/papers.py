"""Papers sent in by a page and looked at: the same for every business. Who may is decided by the view that calls."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from accounts.models.paper import SealedPaper
from accounts.pages import StaffRequest
from accounts.papers_panel import Panel, Refusal
from accounts.scans.limits import MIB
from accounts.scans.refusals import ScanRefused
from accounts.sealed_files import FileGone
from accounts.services.papers import AlreadyReplaced, NotFiled, SameDocument, TooManyDocuments, Upload
from accounts.services.review import AlreadyDecided, NotYours

logger = logging.getLogger(__name__)

REFUSALS: tuple[type[Exception], ...] = (
    ScanRefused, AlreadyDecided, AlreadyReplaced, NotFiled, NotYours, SameDocument, TooManyDocuments,
)  # fmt: skip
# A page of its own that may do nothing: no script, no form, no frame, and no other site may take it in.
CLOSED = {
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
    "Cross-Origin-Resource-Policy": "same-origin",
}
PICTURE_POLICY = "default-src 'none'; frame-ancestors 'none'; sandbox"
# Browsers show no PDF in a sandbox; what would run in one was refused when it came (accounts/scans/pdf.py).
PDF_POLICY = "default-src 'none'; object-src 'self'; style-src 'unsafe-inline'; frame-ancestors 'none'"


def take_in(
    request: StaffRequest, file_one: Callable[[Upload], object], *, most: int | None = None
) -> tuple[int, list[Refusal]]:
    """Every file of the request for itself: what is refused is told beside its name, the others are taken.

    Returns: how many were taken, and the refusals.
    """
    files = request.FILES.getlist("files")[:most]
    refusals = []
    for file in files:
        try:
            file_one(Upload(name=file.name or "", content=file.read()))
        except REFUSALS as refusal:
            refusals.append(_refusal(file, refusal))
    return len(files) - len(refusals), refusals or _no_file(request, files)


def _refusal(file: UploadedFile, refusal: Exception) -> Refusal:
    return Refusal(file.name or "", refusal.message if isinstance(refusal, ScanRefused) else str(refusal))


def _no_file(request: StaffRequest, files: Sequence[UploadedFile]) -> list[Refusal]:
    """Of a request that is too large Django drops every file without a word."""
    if files:
        return []
    if int(request.META.get("CONTENT_LENGTH") or 0) > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // MIB
        return [Refusal("", _("The files are larger than {n} MB together: send fewer at once.").format(n=limit))]
    return [Refusal("", _("Choose at least one file."))]


def answer(
    request: StaffRequest,
    panel: Callable[[], Panel],
    back: HttpResponse,
    refusals: Sequence[Refusal],
    *,
    added: int = 0,
) -> HttpResponse:
    """The panel anew for the page's script; `back`, a redirect, with messages for a browser without it."""
    if request.headers.get("X-Requested-With") == "fetch":
        return render(request, "accounts/_papers.html", {"panel": panel()}, status=422 if refusals else 200)
    for refusal in refusals:
        messages.error(request, f"{refusal.name}: {refusal.why}" if refusal.name else refusal.why)
    if added:
        messages.success(request, ngettext("{n} paper added.", "{n} papers added.", added).format(n=added))
    return back


def show(paper: SealedPaper, look: Callable[[], object]) -> HttpResponse:
    """The paper itself. It shows numbers in full: `look` records that it was seen, once it is there to be seen."""
    try:
        content = paper.content
    except FileGone:
        return _gone(paper)
    look()
    return HttpResponse(
        content,
        content_type=paper.content_type,
        headers=CLOSED
        | {
            "Content-Security-Policy": PICTURE_POLICY if paper.is_picture else PDF_POLICY,
            "Content-Disposition": f'inline; filename="{paper.file_name}"',
        },
    )


def show_thumbnail(paper: SealedPaper) -> HttpResponse:
    """Too small to read a number on; the look at the page that it stands on is recorded already."""
    try:
        content = paper.thumbnail
    except FileGone:
        return _gone(paper)
    return HttpResponse(
        content,
        content_type="image/jpeg",
        headers=CLOSED | {"Content-Security-Policy": PICTURE_POLICY, "Content-Disposition": "inline"},
    )


def _gone(paper: SealedPaper) -> HttpResponse:
    logger.error("the file of a paper is not there", extra={"document": paper.pk, "table": paper._meta.db_table})
    words = _("The file of this paper is not where it was stored. Tell the administrator: it is in the backup.")
    return HttpResponse(words, status=410, content_type="text/plain; charset=utf-8")
