"""Papers of a claim: taken in, replaced, and asked for (accounts/services/papers.py)."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import Staff
from accounts.services.papers import Upload, file_paper, stored
from accounts.services.review import AlreadyDecided, NotYours
from settlement.models import Claim, ClaimDocument
from settlement.models.claim import FILED, ClaimPaper


class PapersMissing(Exception):
    def __init__(self, kinds: Sequence[ClaimPaper]) -> None:
        self.kinds = kinds
        words = _(", ").join(str(kind.label) for kind in kinds)
        super().__init__(_("Not submitted: scan first what is missing: {papers}.").format(papers=words))


def add_claim_document(*, claim_id: int, kind: str, upload: Upload, by: Staff) -> ClaimDocument:
    """Take a paper in for a claim that the clerk has in hand. Limits: `accounts.scans.limits`, `MOST_PAPERS`.

    Raises: ScanRefused; AlreadyDecided, NotYours, TooManyDocuments, SameDocument. No row is written then, and no file
    kept. Locks: the claim.
    """
    _claim_in_hand(claim_id, by)  # before the work of decoding
    with stored(upload) as columns:
        return _add(document=ClaimDocument(claim_id=claim_id, kind=kind, added_by=by, **columns), by=by)


def replace_claim_document(*, document_id: int, upload: Upload, reason: str, by: Staff) -> ClaimDocument:
    """Put another file in the place of a paper, which stays and is shown as replaced.

    Raises: as `add_claim_document`, and AlreadyReplaced. Locks: the claim.
    """
    old = ClaimDocument.objects.for_staff(by).get(pk=document_id)
    _claim_in_hand(old.claim_id, by)
    with stored(upload) as columns:
        document = ClaimDocument(
            claim_id=old.claim_id, kind=old.kind, added_by=by, replaces=old, reason=reason, **columns
        )
        return _add(document=document, by=by)


@writes
def _add(*, document: ClaimDocument, by: Staff) -> ClaimDocument:
    document.claim = _claim_in_hand(document.claim_id, by, lock=True)
    file_paper(document, beside=document.claim.documents.all())
    return document


def _claim_in_hand(claim_id: int, by: Staff, *, lock: bool = False) -> Claim:
    claims = Claim.objects.for_staff(by).select_related("handled_by")
    claim: Claim = (claims.select_for_update(of=("self",)) if lock else claims).get(pk=claim_id)
    if not claim.in_hand:
        raise AlreadyDecided(who=str(claim.reviewed_by or claim.handled_by), state=str(claim.get_state_display()))
    if claim.handled_by_id != by.pk:
        raise NotYours(who=str(claim.handled_by))
    return claim


def asked_papers(claim: Claim) -> list[ClaimPaper]:
    """Invoice and fee list of every claim; of a referral or resettlement what proves the filing."""
    return [ClaimPaper.INVOICE, ClaimPaper.FEE_LIST, *([ClaimPaper.FILING] if claim.cause in FILED else [])]


def given_papers(claim: Claim) -> set[str]:
    return set(claim.documents.filter(replaced_by=None).values_list("kind", flat=True))


def require_papers(claim: Claim) -> None:
    """Raises: PapersMissing."""
    given = given_papers(claim)
    missing = [kind for kind in asked_papers(claim) if kind not in given]
    if missing:
        raise PapersMissing(missing)
