"""Manual reimbursement (零星报销): a bill that the patient paid elsewhere, claimed at the window with its papers.

draft → submitted → approved / returned / rejected; a returned claim is corrected and sent again; whoever handles it
may withdraw it until it is decided. Approved, it is a settlement like any other, under the claim's number.

Invariants, held by the database whoever writes:
- a claim begins as a draft, goes its way, stays with who opened it, is final once decided, never deleted (triggers);
- nobody reviews what they handled, and a decision has its reviewer and time, a refusal its reason (CHECK);
- the amounts add up, the days are in order, why it was not settled online is proved or explained (CHECK);
- what was submitted stays as the reviewer saw it (trigger);
- an approved claim is its settlement (CHECK, trigger), and the others have none;
- one open claim for a person's invoice (UNIQUE), and one that is paid and not reversed (trigger).
"""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from accounts.history import track
from accounts.models.account import amount, yuan
from accounts.models.paper import SealedPaper, paper_laws, paper_triggers
from accounts.scope import ScopedQuerySet
from settlement.models.settlement import LONGEST_ID, Settlement
from settlement.rules.amounts import AMOUNT_NAMES, Amounts


class ClaimState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("waiting for review")
    RETURNED = "returned", pgettext_lazy("of a claim", "sent back")
    APPROVED = "approved", pgettext_lazy("of a claim", "approved")
    REJECTED = "rejected", pgettext_lazy("of a claim", "refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


IN_HAND = (ClaimState.DRAFT, ClaimState.RETURNED)
OPEN = (*IN_HAND, ClaimState.SUBMITTED)
DECIDED = (ClaimState.APPROVED, ClaimState.REJECTED, ClaimState.WITHDRAWN)
WAY: list[tuple[str, str]] = [
    (ClaimState.DRAFT, ClaimState.SUBMITTED),
    (ClaimState.RETURNED, ClaimState.SUBMITTED),
    *((ClaimState.SUBMITTED, to) for to in (ClaimState.APPROVED, ClaimState.RETURNED, ClaimState.REJECTED)),
    *((at, ClaimState.WITHDRAWN) for at in OPEN),
]


class ClaimCause(models.TextChoices):
    """Why the bill was not settled online at the institution (DOMAIN.md section 3, S0)."""

    REFERRAL = "referral", _("referral on file")
    RESETTLEMENT = "resettlement", _("lives elsewhere, on file")
    CARD_AWAY = "card_away", _("card not at hand, or system away")
    OTHER = "other", pgettext_lazy("why not online", "other reason")


FILED = (ClaimCause.REFERRAL, ClaimCause.RESETTLEMENT)
# Since when a claim stands as it does. Indexed: every query has to say it alike.
STANDS_SINCE = Coalesce("decided_at", "submitted_at", "handled_at")
# What the clerk fills in, and what a reviewer has seen.
FILLED_IN = (
    "institution", "institution_code", "institution_name", "mdtrt_id", "invoice_number", "med_type", "starts_on",
    "ends_on", "settled_on", "dise_codg", "dise_name", "dr_name", "cause", "cause_note", "filing_number", "filed_on",
    "acct_used", "agent_name", "agent_relation", *AMOUNT_NAMES,
)  # fmt: skip


def _every_amount() -> Q:
    condition = Q(medfee_sumamt__gt=0)
    for name in AMOUNT_NAMES:
        condition &= amount(name)
    return condition


@track()
class Claim(models.Model):
    number = models.CharField(_("claim number"), max_length=LONGEST_ID, unique=True)
    state = models.CharField(_("state"), max_length=10, choices=ClaimState.choices, default=ClaimState.DRAFT)
    region = models.ForeignKey(
        "accounts.Region", models.PROTECT, related_name="+", verbose_name=_("insured in"),
        help_text=_("when it was claimed"),
    )  # fmt: skip
    person = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, related_name="claims", verbose_name=_("patient")
    )
    institution = models.ForeignKey(
        "settlement.Institution", models.PROTECT, null=True, related_name="+", verbose_name=_("institution")
    )
    institution_code = models.CharField(_("institution code"), max_length=30, blank=True, help_text="fixmedins_code")
    institution_name = models.CharField(_("name of the institution"), max_length=200, blank=True)
    mdtrt_id = models.CharField(_("visit number"), max_length=LONGEST_ID, blank=True, help_text="mdtrt_id")
    invoice_number = models.CharField(_("invoice number"), max_length=60)
    med_type = models.CharField(_("kind of care"), max_length=6, help_text="med_type")
    starts_on = models.DateField(_("visit from"))
    ends_on = models.DateField(_("visit to"))
    settled_on = models.DateField(_("day of the invoice"))
    dise_codg = models.CharField(_("disease code"), max_length=30, blank=True, help_text="dise_codg")
    dise_name = models.CharField(_("disease"), max_length=200, blank=True, help_text="dise_name")
    dr_name = models.CharField(_("doctor"), max_length=60, blank=True, help_text="dr_name")
    cause = models.CharField(_("why not online"), max_length=12, choices=ClaimCause.choices)
    cause_note = models.CharField(_("explanation"), max_length=200, blank=True)
    filing_number = models.CharField(_("filing number"), max_length=60, blank=True)
    filed_on = models.DateField(_("filed on"), null=True)
    agent_name = models.CharField(_("agent"), max_length=60, blank=True)
    agent_relation = models.CharField(_("what the agent is to the patient"), max_length=30, blank=True)
    acct_used = models.BooleanField(_("accounts used"), default=True, help_text="acct_used_flag")

    medfee_sumamt = yuan(_("total fee"), help_text="medfee_sumamt")
    fulamt_ownpay_amt = yuan(_("not covered"), help_text="fulamt_ownpay_amt")
    overlmt_selfpay = yuan(_("above the price limit"), help_text="overlmt_selfpay")
    preselfpay_amt = yuan(_("paid before cover"), help_text="preselfpay_amt")
    inscp_scp_amt = yuan(_("within cover"), help_text="inscp_scp_amt")
    fund_pay_sumamt = yuan(_("pooled fund"), help_text="fund_pay_sumamt")
    hosp_part_amt = yuan(_("institution's part"), help_text="hosp_part_amt")
    psn_part_amt = yuan(_("personal part"), help_text="psn_part_amt")

    handled_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("handled by"))
    handled_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    submitted_preview = models.JSONField(
        _("who would pay, at submission"), null=True, help_text=_("what the reviewer's preview is compared with")
    )
    reviewed_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    reason = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    settlement = models.OneToOneField(
        Settlement, models.PROTECT, null=True, related_name="claim", verbose_name=_("settlement")
    )
    submission_key = models.UUIDField(unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet["Claim"].as_manager()

    class Meta:
        verbose_name = _("claim")
        verbose_name_plural = _("claims")
        ordering = ["-id"]
        permissions = [("review_claim", gettext_noop("May review claims"))]
        constraints = [
            models.CheckConstraint(name="claim_two_people", condition=~Q(handled_by=F("reviewed_by"))),
            models.CheckConstraint(
                name="claim_decided_by_someone",
                condition=Q(state__in=[ClaimState.DRAFT, ClaimState.SUBMITTED], reviewed_by=None, decided_at=None)
                | Q(state=ClaimState.WITHDRAWN, reviewed_by=None, decided_at__isnull=False)
                | Q(
                    state__in=[ClaimState.RETURNED, ClaimState.APPROVED, ClaimState.REJECTED],
                    reviewed_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(
                name="claim_submitted_has_time",
                condition=Q(state__in=[ClaimState.DRAFT, ClaimState.WITHDRAWN])
                | Q(submitted_at__isnull=False, submitted_preview__isnull=False),
            ),
            models.CheckConstraint(
                name="claim_refusal_has_reason",
                condition=~Q(state__in=[ClaimState.RETURNED, ClaimState.REJECTED, ClaimState.WITHDRAWN])
                | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="claim_approved_is_settled",
                condition=Q(state=ClaimState.APPROVED, settlement__isnull=False)
                | ~Q(state=ClaimState.APPROVED) & Q(settlement=None),
            ),
            models.CheckConstraint(
                name="claim_fees_add_up",
                condition=Q(
                    medfee_sumamt=F("fulamt_ownpay_amt")
                    + F("overlmt_selfpay")
                    + F("preselfpay_amt")
                    + F("inscp_scp_amt")
                ),
            ),
            models.CheckConstraint(
                name="claim_payers_add_up",
                condition=Q(medfee_sumamt=F("fund_pay_sumamt") + F("psn_part_amt") + F("hosp_part_amt")),
            ),
            models.CheckConstraint(name="claim_amounts_not_negative", condition=_every_amount()),
            models.CheckConstraint(
                name="claim_days_in_order",
                condition=Q(starts_on__lte=F("ends_on")) & Q(settled_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(
                name="claim_institution_named",
                condition=Q(institution__isnull=False, institution_code="", institution_name="")
                | Q(institution=None) & ~Q(institution_name=""),
            ),
            models.CheckConstraint(
                name="claim_cause_is_proved",
                condition=Q(cause__in=FILED, filed_on__isnull=False) & ~Q(filing_number="")
                | Q(cause=ClaimCause.CARD_AWAY)
                | Q(cause=ClaimCause.OTHER) & ~Q(cause_note=""),
            ),
            models.CheckConstraint(name="claim_has_invoice", condition=~Q(invoice_number="")),
            models.UniqueConstraint(
                name="claim_open_once_for_an_invoice",
                fields=["person", "invoice_number"],
                condition=Q(state__in=OPEN),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="claim_begins_as_draft",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state=ClaimState.DRAFT),
            ),
            pgtrigger.FSM(name="claim_goes_its_way", field="state", transitions=WAY),
            pgtrigger.Protect(
                name="claim_decided_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=DECIDED),
            ),
            pgtrigger.Protect(name="claim_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="claim_stays_with_its_clerk",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("handled_by", "person", "region", "number"),
            ),
            pgtrigger.Trigger(
                name="claim_stays_as_submitted",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*FILLED_IN),
                func="""
                    IF OLD.state = 'submitted' THEN
                        RAISE EXCEPTION 'claim % is with the reviewer', NEW.number
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_stays_as_submitted';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="claim_invoice_paid_once",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__state=ClaimState.APPROVED),
                func="""
                    IF EXISTS (SELECT FROM settlement_claim AS other
                                WHERE other.id <> NEW.id AND other.person_id = NEW.person_id
                                  AND other.invoice_number = NEW.invoice_number AND other.state = 'approved'
                                  AND NOT EXISTS (SELECT FROM settlement_settlement AS reversal
                                                   WHERE reversal.reverses_id = other.settlement_id)) THEN
                        RAISE EXCEPTION 'the invoice of claim % is paid already', NEW.number
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_invoice_paid_once';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="claim_is_its_settlement",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__settlement__isnull=False),
                func="""
                    IF NOT EXISTS (SELECT FROM settlement_settlement AS settled
                                     JOIN accounts_insuredperson AS person ON person.id = NEW.person_id
                                    WHERE settled.id = NEW.settlement_id AND settled.setl_id = NEW.number
                                      AND settled.kind = 'claim' AND settled.reverses_id IS NULL
                                      AND settled.psn_no = person.psn_no
                                      AND settled.recorded_by_id = NEW.reviewed_by_id
                                      AND settled.medfee_sumamt = NEW.medfee_sumamt
                                      AND settled.psn_part_amt = NEW.psn_part_amt) THEN
                        RAISE EXCEPTION 'settlement % is not that of claim %', NEW.settlement_id, NEW.number
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'claim_is_its_settlement';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
        indexes = [
            models.Index(F("region"), F("state"), STANDS_SINCE, name="claim_region_state_since"),
            models.Index(F("handled_by"), STANDS_SINCE, name="claim_handled_by_since"),
            models.Index(fields=["invoice_number"], name="claim_invoice"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("claim", args=[self.pk])

    @property
    def amounts(self) -> Amounts:
        return Amounts(*(getattr(self, name) for name in AMOUNT_NAMES))

    @property
    def is_open(self) -> bool:
        return self.state in OPEN

    @property
    def in_hand(self) -> bool:
        """With the clerk: to be filled in, or corrected."""
        return self.state in IN_HAND

    @property
    def place(self) -> str:
        """The institution as a person calls it."""
        if self.institution is not None:
            return self.institution.name
        return f"{self.institution_name} {self.institution_code}".strip()


class ClaimPaper(models.TextChoices):
    INVOICE = "invoice", _("invoice")
    FEE_LIST = "fee_list", _("fee list")
    FILING = "filing", _("proof of the filing")
    RECORD = "record", _("medical record")
    ID_CARD = "id_card", _("ID card")
    OTHER = "other", pgettext_lazy("a paper", "other")


@track(pghistory.InsertEvent())
class ClaimDocument(SealedPaper):
    """Filed while the clerk has the claim in hand, so that the reviewer decides on what was submitted."""

    region_lookup = "claim__region"

    claim = models.ForeignKey(Claim, models.PROTECT, related_name="documents", verbose_name=_("claim"))
    kind = models.CharField(_("kind of paper"), max_length=30, choices=ClaimPaper.choices)

    objects = ScopedQuerySet["ClaimDocument"].as_manager()

    class Meta:
        verbose_name = _("paper of a claim")
        verbose_name_plural = _("papers of claims")
        ordering = ["claim", "number"]
        constraints = [
            *paper_laws("claim_document", under="claim", kinds=ClaimPaper.values),
            models.UniqueConstraint(name="claim_document_once", fields=["claim", "kind", "sha256"]),
        ]
        triggers = paper_triggers(
            "claim_document", "document_of_claim_in_hand", table="settlement_claimdocument", of="settlement_claim",
            under="claim_id", states=IN_HAND, same="replaced.kind = NEW.kind",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.claim_id}/{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("claim-document", args=[self.pk])

    @property
    def filed_under(self) -> str:
        return self.claim.number
