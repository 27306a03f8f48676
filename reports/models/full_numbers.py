"""Lists with full ID numbers: who asked for one, why, and who agreed.

Invariants, held by the database whoever writes:
- there is a reason (CHECK), and what was asked for stays as it was asked (trigger); a request is never deleted
  (trigger);
- above the rows that one person exports alone, another one decides (CHECK), once (trigger), of the same region or one
  above it (trigger); a refusal has its reason (CHECK);
- no job before that (CHECK).
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from accounts.history import track
from accounts.scope import ScopedQuerySet


class NumbersState(models.TextChoices):
    ALONE = "alone", _("needs nobody else")
    WAITING = "waiting", _("waits for a second person")
    AGREED = "agreed", pgettext_lazy("of full numbers", "agreed")
    REFUSED = "refused", _("refused")


ALLOWED = (NumbersState.ALONE, NumbersState.AGREED)
AS_ASKED = ("asked_by", "region", "report", "asked", "form", "language", "reason", "rows", "alone_up_to", "asked_at")


@track()
class FullNumbersRequest(models.Model):
    report = models.CharField(_("list"), max_length=30)
    asked = models.JSONField(_("narrowed to"), default=dict)
    form = models.CharField(_("form"), max_length=4)
    language = models.CharField(max_length=10)
    reason = models.CharField(_("reason"), max_length=200)
    rows = models.PositiveIntegerField(_("lines"), help_text=_("when it was asked for; counted up to a limit"))
    alone_up_to = models.PositiveIntegerField(_("lines that one person exports alone"))
    asked_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("asked for by"))
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    asked_at = models.DateTimeField(_("asked for at"), auto_now_add=True)
    state = models.CharField(_("state"), max_length=8, choices=NumbersState.choices)
    decided_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision = models.CharField(_("reason of the decision"), max_length=200, blank=True)
    job = models.OneToOneField(
        "accounts.Job", models.PROTECT, null=True, related_name="full_numbers", verbose_name=_("job")
    )

    objects = ScopedQuerySet["FullNumbersRequest"].as_manager()

    class Meta:
        verbose_name = _("request for full numbers")
        verbose_name_plural = _("requests for full numbers")
        ordering = ["-asked_at", "-id"]
        permissions = [("export_full_numbers", gettext_noop("May export lists with full ID numbers"))]
        indexes = [models.Index(fields=["region"], name="full_numbers_waiting", condition=Q(state="waiting"))]
        constraints = [
            models.CheckConstraint(name="full_numbers_have_reason", condition=~Q(reason="")),
            models.CheckConstraint(name="full_numbers_two_people", condition=~Q(asked_by=F("decided_by"))),
            models.CheckConstraint(
                name="full_numbers_decided_by_someone",
                condition=Q(state__in=["alone", "waiting"], decided_by=None, decided_at=None)
                | Q(state__in=["agreed", "refused"], decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="full_numbers_refused_with_reason", condition=~Q(state="refused") | ~Q(decision="")
            ),
            models.CheckConstraint(
                name="full_numbers_alone_are_few", condition=~Q(state="alone") | Q(rows__lte=F("alone_up_to"))
            ),
            models.CheckConstraint(
                name="full_numbers_job_when_allowed", condition=Q(job=None) | Q(state__in=["alone", "agreed"])
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="full_numbers_stay_as_asked",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*AS_ASKED),
            ),
            pgtrigger.Protect(
                name="full_numbers_decided_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'waiting' AND (OLD.state, OLD.decided_by_id, OLD.decided_at, OLD.decision)"
                    " IS DISTINCT FROM (NEW.state, NEW.decided_by_id, NEW.decided_at, NEW.decision)"
                ),
            ),
            pgtrigger.Protect(name="full_numbers_are_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="full_numbers_decided_from_above",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("decided_by_id"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__decided_by__isnull=False),
                func="""
                    IF NOT EXISTS (SELECT FROM accounts_staff AS staff
                                     JOIN accounts_region AS above ON above.code = staff.region_id
                                     JOIN accounts_region AS below ON below.code = NEW.region_id
                                    WHERE staff.id = NEW.decided_by_id AND starts_with(below.path, above.path)) THEN
                        RAISE EXCEPTION 'request % is decided from another region', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'full_numbers_decided_from_above';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return str(self.pk)
