"""The panel of papers on the page of a claim."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.models import Staff
from accounts.papers_panel import Asked, Panel, Refusal, filed
from settlement.forms.claims import ClaimPaperForm
from settlement.models import Claim
from settlement.models.claim import ClaimPaper
from settlement.services.claim_papers import asked_papers, given_papers


def panel_of(
    claim: Claim, *, staff: Staff, data: Mapping[str, Any] | None = None, refusals: Sequence[Refusal] = ()
) -> Panel:
    """Everything the panel shows. `data`: of an upload that was just sent, so that the kind stays chosen."""
    given = given_papers(claim)
    asked = [_asked(kind, given=kind in given) for kind in asked_papers(claim)]
    missing = next((one.kind for one in asked if not one.given), "")
    own = claim.in_hand and claim.handled_by_id == staff.pk
    return Panel(
        filed=filed(claim.documents.select_related("added_by").order_by("number")),
        asked=asked,
        may_add=own and staff.has_perm("settlement.add_claimdocument"),
        upload_form=ClaimPaperForm(data, kind=missing),
        add_url=reverse("add-claim-documents", args=[claim.pk]),
        thumbnail="claim-document-thumbnail",
        replace="replace-claim-document",
        refusals=refusals,
    )


def _asked(kind: ClaimPaper, *, given: bool) -> Asked:
    paper = str(kind.label)
    return Asked(what=paper, whose="", papers=[_("scan or photograph")], given=given, kind=kind)
