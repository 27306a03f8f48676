"""Cases of reversal (冲正申请): one person asks why a settlement is wrong, another decides, the money goes back.

Invariants, held by the database whoever writes: a case begins as asked for and is decided once (triggers); nobody
decides what they asked for, a refusal has its reason, an approved case its reversal of that very settlement (CHECK,
trigger); one open case of a settlement (UNIQUE). That a settlement is reversed once is the settlement's own law.
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from accounts.history import track
from accounts.scope import ScopedQuerySet
from settlement.models.settlement import LONGEST_ID, Settlement


class ReversalState(models.TextChoices):
    SUBMITTED = "submitted", _("waiting for review")
    APPROVED = "approved", pgettext_lazy("of a reversal", "reversed")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


# Since when a case stands as it does. Indexed: every query has to say it alike.
STANDS_SINCE = Coalesce("decided_at", "handled_at")


@track()
class ReversalCase(models.Model):
    region_lookup = "settlement__region"

    number = models.CharField(_("case number"), max_length=LONGEST_ID, unique=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ReversalState.choices, default=ReversalState.SUBMITTED
    )
    settlement = models.ForeignKey(
        Settlement, models.PROTECT, related_name="reversal_cases", verbose_name=_("original settlement")
    )
    reason = models.CharField(_("why it is wrong"), max_length=300)
    handled_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("asked by"))
    handled_at = models.DateTimeField(_("asked at"), auto_now_add=True)
    reviewed_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    reversal = models.OneToOneField(
        Settlement, models.PROTECT, null=True, related_name="reversal_case", verbose_name=_("reversal")
    )

    objects = ScopedQuerySet["ReversalCase"].as_manager()

    class Meta:
        verbose_name = _("case of reversal")
        verbose_name_plural = _("cases of reversal")
        ordering = ["-id"]
        permissions = [("review_reversalcase", gettext_noop("May review cases of reversal"))]
        constraints = [
            models.CheckConstraint(name="reversal_two_people", condition=~Q(handled_by=F("reviewed_by"))),
            models.CheckConstraint(
                name="reversal_decided_by_someone",
                condition=Q(state=ReversalState.SUBMITTED, reviewed_by=None, decided_at=None)
                | Q(state=ReversalState.WITHDRAWN, reviewed_by=None, decided_at__isnull=False)
                | Q(
                    state__in=[ReversalState.APPROVED, ReversalState.REJECTED],
                    reviewed_by__isnull=False,
                    decided_at__isnull=False,
                ),
            ),
            models.CheckConstraint(name="reversal_has_reason", condition=~Q(reason="")),
            models.CheckConstraint(
                name="reversal_refusal_has_reason",
                condition=~Q(state__in=[ReversalState.REJECTED, ReversalState.WITHDRAWN]) | ~Q(decision=""),
            ),
            models.CheckConstraint(
                name="reversal_approved_is_booked",
                condition=Q(state=ReversalState.APPROVED, reversal__isnull=False)
                | ~Q(state=ReversalState.APPROVED) & Q(reversal=None),
            ),
            models.UniqueConstraint(
                name="reversal_one_open_of_a_settlement",
                fields=["settlement"],
                condition=Q(state=ReversalState.SUBMITTED),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="reversal_begins_as_asked",
                operation=pgtrigger.Insert,
                condition=~pgtrigger.Q(new__state=ReversalState.SUBMITTED),
            ),
            pgtrigger.Protect(
                name="reversal_decided_is_final",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state=ReversalState.SUBMITTED),
            ),
            pgtrigger.Protect(name="reversal_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="reversal_stays_as_asked",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("number", "settlement", "reason", "handled_by"),
            ),
            pgtrigger.Trigger(
                name="reversal_is_of_its_original",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(new__reversal__isnull=False),
                func="""
                    IF NOT EXISTS (SELECT FROM settlement_settlement AS booked
                                    WHERE booked.id = NEW.reversal_id AND booked.reverses_id = NEW.settlement_id
                                      AND booked.setl_id = NEW.number
                                      AND booked.recorded_by_id = NEW.reviewed_by_id) THEN
                        RAISE EXCEPTION 'settlement % is not the reversal of case %', NEW.reversal_id, NEW.number
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'reversal_is_of_its_original';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]
        indexes = [
            models.Index(F("state"), STANDS_SINCE, name="reversal_state_since"),
            models.Index(F("handled_by"), STANDS_SINCE, name="reversal_handled_by_since"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("reversal", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == ReversalState.SUBMITTED
