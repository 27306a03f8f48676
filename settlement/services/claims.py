"""A claim (零星报销) from the window to its decision.

Which day counts: the day of the invoice. A claimed bill is paid as it would have been had the institution been
networked: by the family, the grants and the policy of that day, and against the limits of its year (FORMATS.md,
"groups and grants count as of that day"; docs/adr/0020). Balances are those of the moment of the decision.

Invariants: what is approved was checked again and is what the reviewer was shown; the same submission key is the same
claim; nobody reviews what they handled (also in the database). Locks: the claim, then as `record_settlement`.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.acting import writes
from accounts.models import InsuredPerson, Staff
from accounts.services.persons import RecordMerged
from accounts.services.retrying import retried
from accounts.services.review import AlreadyDecided, NotYours, OwnWork
from families.services.cases import NotAsSeen
from settlement.models import Claim, SettlementKind
from settlement.models.claim import FILLED_IN, OPEN, ClaimState
from settlement.rules.amounts import AMOUNT_NAMES, Amounts, usage_of
from settlement.rules.bills import NewSettlement
from settlement.rules.facts import Bill
from settlement.services.claim_duplicates import Duplicate, duplicates_of
from settlement.services.claim_papers import require_papers
from settlement.services.refusals import AmountsDoNotAddUp, SettlementRefused, SystemBusy
from settlement.services.settling import record_settlement
from settlement.services.simulating import Simulation, digest_of, preview_of_settled, simulate

ONE_CLAIM = {"settlement_claim_submission_key_key", "claim_open_once_for_an_invoice"}


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimInput:
    """The form as the clerk filled it. `key`: made by the page once, so that a double click makes one claim;
    `version`: of the claim that the form was filled from, 0 for one that was not stored yet.

    `institution_id`: of a loaded institution; code and name otherwise. `amounts`: yuan, the fund's part as the bureau
    worked it out.
    """

    key: UUID
    version: int
    person_id: int
    invoice_number: str
    med_type: str
    starts_on: dt.date
    ends_on: dt.date
    settled_on: dt.date
    cause: str
    amounts: Amounts
    institution_id: str | None = None
    institution_code: str = ""
    institution_name: str = ""
    mdtrt_id: str = ""
    dise_codg: str = ""
    dise_name: str = ""
    dr_name: str = ""
    cause_note: str = ""
    filing_number: str = ""
    filed_on: dt.date | None = None
    acct_used: bool = True
    agent_name: str = ""
    agent_relation: str = ""

    @property
    def content(self) -> dict[str, Any]:
        """By the names of the columns."""
        plain = {name: getattr(self, name) for name in FILLED_IN if name not in ("institution", *AMOUNT_NAMES)}
        amounts = {name: getattr(self.amounts, name) for name in AMOUNT_NAMES}
        return plain | amounts | {"institution_id": self.institution_id}


class ClaimRefused(Exception):
    """What a claim asks for cannot be kept; the text says what to do."""


class NotBefore(ClaimRefused):
    def __init__(self) -> None:
        super().__init__(_("The day of the invoice lies in the future: correct it."))


class NeverCovered(ClaimRefused):
    def __init__(self) -> None:
        super().__init__(_("No account pays for this kind of care: choose another, or do not take the claim in."))


class ClaimChanged(ClaimRefused):
    """Somebody, maybe the same clerk, saved or sent it from another window; nothing was written now."""

    def __init__(self, claim: Claim) -> None:
        self.claim = claim
        super().__init__(
            _(
                "Claim {number} was changed in another window meanwhile. What you typed is kept: look and save again."
            ).format(number=claim.number)
        )


class ClaimedBefore(ClaimRefused):
    """The same invoice, or the same visit, is paid or on its way."""

    def __init__(self, duplicate: Duplicate) -> None:
        self.duplicate = duplicate
        super().__init__(str(duplicate))


def save_claim(*, form: ClaimInput, by: Staff) -> Claim:
    """Store the form as a draft, or correct the claim that it was stored as.

    Returns: the claim of `form.key`; one that holds the same already as it stands.
    Raises: AmountsDoNotAddUp, ClaimRefused, RecordMerged; AlreadyDecided, NotYours; nothing is written then.
    """
    _refuse_what_cannot_be_kept(form)
    try:
        return _store(form=form, by=by)
    except IntegrityError as error:
        if getattr(getattr(error.__cause__, "diag", None), "constraint_name", None) not in ONE_CLAIM:
            raise
    same = Claim.objects.for_staff(by).filter(submission_key=form.key).first()
    if same is not None and not form.version:
        return same  # a double click: the other one was first
    there = Claim.objects.get(person=form.person_id, invoice_number=form.invoice_number, state__in=OPEN)
    raise ClaimedBefore(Duplicate.of_claim(there, by))


def _refuse_what_cannot_be_kept(form: ClaimInput) -> None:
    if not form.amounts.add_up or form.amounts.medfee_sumamt <= 0:
        raise AmountsDoNotAddUp
    if usage_of(form.med_type) is None:
        raise NeverCovered
    if form.settled_on > timezone.localdate():
        raise NotBefore


@writes
def _store(*, form: ClaimInput, by: Staff) -> Claim:
    claim = Claim.objects.for_staff(by).select_for_update(of=("self",)).filter(submission_key=form.key).first()
    if claim is None:
        claim = _new_claim(form, by)
    else:
        _require_own(claim, by)
        if all(getattr(claim, name) == value for name, value in form.content.items()):
            return claim
        if form.version != claim.version:
            raise ClaimChanged(claim)
        claim.version += 1
    for name, value in form.content.items():
        setattr(claim, name, value)
    with transaction.atomic():
        claim.save()
    return claim


def _new_claim(form: ClaimInput, by: Staff) -> Claim:
    person = InsuredPerson.objects.for_staff(by).select_related("merged_into").get(pk=form.person_id)
    if person.merged_into is not None:
        raise RecordMerged(person)
    return Claim(
        number=_next_number(), person=person, region_id=person.region_id, handled_by=by, submission_key=form.key
    )


@writes
def submit_claim(*, claim_id: int, version: int, by: Staff) -> Claim:
    """Send a claim to the reviewers, with what would be paid as of now.

    Returns: the claim; one that was submitted before as it is (a second click).
    Raises: NotYours, AlreadyDecided, ClaimChanged, PapersMissing, ClaimedBefore, PersonUnknown; nothing is written
    then.
    """
    claim = _lock(claim_id, by)
    if claim.handled_by_id == by.pk and claim.state == ClaimState.SUBMITTED:
        return claim
    _require_own(claim, by)
    if claim.version != version:
        raise ClaimChanged(claim)
    require_papers(claim)
    _refuse_what_was_claimed(claim, by)
    claim.submitted_preview = simulation_of(claim, by=by).as_preview
    claim.state, claim.submitted_at = ClaimState.SUBMITTED, timezone.now()
    claim.reviewed_by = claim.decided_at = None
    claim.version += 1
    claim.save()
    return claim


@writes
def withdraw_claim(*, claim_id: int, reason: str, by: Staff) -> Claim:
    """Take back a claim that is not decided; its handler alone may. Raises: AlreadyDecided, NotYours."""
    claim = _lock(claim_id, by)
    _expect(claim, *OPEN)
    if claim.handled_by_id != by.pk:
        raise NotYours(who=str(claim.handled_by))
    claim.reviewed_by = None
    return _decided(claim, ClaimState.WITHDRAWN, reason)


@writes
def return_claim(*, claim_id: int, reason: str, by: Staff) -> Claim:
    """Send a claim back to be corrected, with the reason. Raises: OwnWork, AlreadyDecided."""
    claim = _lock_for_review(claim_id, by)
    claim.reviewed_by = by
    return _decided(claim, ClaimState.RETURNED, reason)


@writes
def reject_claim(*, claim_id: int, reason: str, by: Staff) -> Claim:
    """Refuse a claim for good, with the reason. Raises: OwnWork, AlreadyDecided."""
    claim = _lock_for_review(claim_id, by)
    claim.reviewed_by = by
    return _decided(claim, ClaimState.REJECTED, reason)


def approve_claim(*, claim_id: int, by: Staff, seen: str | None = None) -> Claim:
    """Settle a submitted claim, after checking everything again.

    `seen`: the digest of what the reviewer was shown (`seen_as`); None where a command shows it otherwise.
    Raises: OwnWork, AlreadyDecided, ClaimedBefore, NotAsSeen, a SettlementRefused; nothing is written then.
    """
    return retried(lambda: _approve(claim_id=claim_id, seen=seen, by=by), busy=SystemBusy)


@writes
def _approve(*, claim_id: int, seen: str | None, by: Staff) -> Claim:
    claim = _lock_for_review(claim_id, by)
    _refuse_what_was_claimed(claim, by)
    settlement = record_settlement(new=bill_of(claim), by=by)
    if seen is not None and seen != digest_of(preview_of_settled(settlement), claim.version):
        raise NotAsSeen
    claim.settlement, claim.reviewed_by = settlement, by
    return _decided(claim, ClaimState.APPROVED, "")


def bill_of(claim: Claim) -> NewSettlement:
    """What an approved claim is settled as; its number is that of the settlement."""
    return NewSettlement(
        setl_id=claim.number,
        person_id=claim.person.survivor.pk,
        psn_no=claim.person.psn_no,
        kind=SettlementKind.CLAIM,
        settled_at=timezone.make_aware(dt.datetime.combine(claim.settled_on, dt.time.min)),
        business_date=claim.settled_on,
        amounts=claim.amounts,
        usage=usage_of(claim.med_type) or "",
        med_type=claim.med_type,
        institution_id=claim.institution_id,
        mdtrt_id=claim.mdtrt_id,
        dise_codg=claim.dise_codg,
        dise_name=claim.dise_name,
        dr_name=claim.dr_name,
        acct_used=claim.acct_used,
    )


def simulation_of(claim: Claim, *, by: Staff) -> Simulation:
    """Who would pay the claim as of now. Raises: PersonUnknown."""
    bill = Bill(claim.psn_part_amt, usage_of(claim.med_type) or "", claim.acct_used, networked=False)
    return simulate(person=claim.person.survivor, bill=bill, day=claim.settled_on, by=by)


def seen_as(claim: Claim, simulation: Simulation) -> str:
    return digest_of(simulation.as_preview, claim.version)


def _decided(claim: Claim, state: ClaimState, reason: str) -> Claim:
    """A reason that a claim was sent back with stays until there is another."""
    claim.state, claim.decided_at, claim.reason = state, timezone.now(), reason or claim.reason
    claim.version += 1
    claim.save()
    return claim


def _refuse_what_was_claimed(claim: Claim, by: Staff) -> None:
    certain = next((one for one in duplicates_of(claim, by=by) if one.certain), None)
    if certain is not None:
        raise ClaimedBefore(certain)


def _lock(claim_id: int, by: Staff) -> Claim:
    claims = Claim.objects.for_staff(by).select_for_update(of=("self",))
    return claims.select_related("person", "region", "handled_by").get(pk=claim_id)


def _lock_for_review(claim_id: int, by: Staff) -> Claim:
    claim = _lock(claim_id, by)
    _expect(claim, ClaimState.SUBMITTED)
    if claim.handled_by_id == by.pk:
        raise OwnWork
    return claim


def _require_own(claim: Claim, by: Staff) -> None:
    if claim.handled_by_id != by.pk:
        raise NotYours(who=str(claim.handled_by))
    _expect(claim, ClaimState.DRAFT, ClaimState.RETURNED)


def _expect(claim: Claim, *states: ClaimState) -> None:
    if claim.state not in states:
        who = claim.reviewed_by or claim.handled_by
        raise AlreadyDecided(who=str(who), state=str(claim.get_state_display()))


def _next_number() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval('settlement_claim_number')")
        return f"LX{timezone.localdate():%Y%m%d}{cursor.fetchone()[0]:06d}"


REFUSALS = (AlreadyDecided, ClaimRefused, NotAsSeen, NotYours, OwnWork, RecordMerged, SettlementRefused)
