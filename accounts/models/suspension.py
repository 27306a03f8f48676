"""Times during which a person takes no part in family payment (中止), and moves to another region (参保地变更).

The dated truth behind `InsuredPerson.status` and `region`, which are copies of what holds today. The own account can
still be spent meanwhile (DOMAIN.md section 3, S4). Invariants, held by the database whoever writes:
- one insurance suspension and one for a lent card on a day (EXCLUDE); each cause gives its status (CHECK);
- a row is never deleted and stays what it is; it ends, one recorded wrongly on its first day (triggers);
- a death ends in no other way (CHECK); whatever ends says why (CHECK);
- one planned move of a person at a time (UNIQUE).
"""

from __future__ import annotations

import datetime as dt
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.history import track
from accounts.models.dated import DatedQuerySet, no_overlap, period_in_order
from accounts.models.person import InsuranceStatus
from accounts.scope import ScopedQuerySet


class Cause(models.TextChoices):
    DEATH = "death", _("death")
    ENDED = "ended", _("insurance ended")
    SUSPENDED = "suspended", _("insurance suspended")
    VOID = "void", _("insurance void")
    NOT_INSURED = "not_insured", _("not insured")
    CARD_LENDING = "card_lending", _("card lent to another person")


# `psn_insu_stas` that a cause gives; a lent card leaves the insurance as it is.
STATUS_OF = {
    Cause.DEATH: InsuranceStatus.ENDED,
    Cause.ENDED: InsuranceStatus.ENDED,
    Cause.SUSPENDED: InsuranceStatus.SUSPENDED,
    Cause.VOID: InsuranceStatus.VOID,
    Cause.NOT_INSURED: InsuranceStatus.NOT_INSURED,
}
# The way back, for a roster that names the status alone.
CAUSE_OF = {status: cause for cause, status in STATUS_OF.items() if cause != Cause.DEATH}


class SuspensionQuerySet(DatedQuerySet["Suspension"]):
    def insurance(self) -> Self:
        return self.exclude(cause=Cause.CARD_LENDING)

    def card_lending(self) -> Self:
        return self.filter(cause=Cause.CARD_LENDING)

    def reaching(self, day: dt.date) -> Self:
        """Those that hold on a day or on a later one."""
        return self.filter(Q(ends_on=None) | Q(ends_on__gt=day) & Q(ends_on__gt=F("starts_on")))


@track()
class Suspension(models.Model):
    region_lookup = "person__region"
    period = ("starts_on", "ends_on")

    person = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, related_name="suspensions", verbose_name=_("insured person")
    )
    cause = models.CharField(_("cause"), max_length=12, choices=Cause.choices)
    status = models.CharField(
        _("insurance status"), max_length=1, choices=InsuranceStatus.choices, blank=True, help_text="psn_insu_stas"
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)
    note = models.CharField(_("note"), max_length=200)
    recorded_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("recorded by"),
        help_text=_("empty: taken over from the roster when suspensions became dated"),
    )  # fmt: skip
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    ended_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ended_note = models.CharField(_("why it ended"), max_length=200, blank=True)

    objects = SuspensionQuerySet.as_manager()

    class Meta:
        verbose_name = _("suspension")
        verbose_name_plural = _("suspensions")
        ordering = ["starts_on", "id"]
        permissions = [("correct_death", gettext_noop("May take back a recorded death"))]
        constraints = [
            models.CheckConstraint(
                name="suspension_cause_gives_status",
                condition=Q(cause=Cause.CARD_LENDING, status="")
                | Q(cause__in=[Cause.DEATH, Cause.ENDED], status=InsuranceStatus.ENDED)
                | Q(cause=Cause.SUSPENDED, status=InsuranceStatus.SUSPENDED)
                | Q(cause=Cause.VOID, status=InsuranceStatus.VOID)
                | Q(cause=Cause.NOT_INSURED, status=InsuranceStatus.NOT_INSURED),
            ),
            models.CheckConstraint(name="suspension_has_note", condition=~Q(note="")),
            models.CheckConstraint(
                name="suspension_end_has_note",
                condition=Q(ends_on=None) | ~Q(ended_note="") & Q(ended_by__isnull=False),
            ),
            models.CheckConstraint(
                name="suspension_death_is_final",
                condition=~Q(cause=Cause.DEATH) | Q(ends_on=None) | Q(ends_on=F("starts_on")),
            ),
            period_in_order("suspension_period_in_order", "starts_on", "ends_on"),
            no_overlap(
                "suspension_one_insurance", "person", start="starts_on", end="ends_on",
                condition=~Q(cause=Cause.CARD_LENDING),
            ),
            no_overlap(
                "suspension_one_card_lending", "person", start="starts_on", end="ends_on",
                condition=Q(cause=Cause.CARD_LENDING),
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Protect(
                name="suspension_stays_itself",
                operation=pgtrigger.UpdateOf("person_id", "cause", "starts_on"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.AnyChange("person", "cause", "starts_on"),
            ),
            pgtrigger.Protect(name="suspension_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.cause} {self.starts_on}"


def suspended(person: str, day: dt.date) -> Exists:
    """Whether the person at this path is suspended on a day, whatever for: a condition for any query.

    `.filter(~suspended("payer__person", day))` leaves those who take part.
    """
    return Exists(Suspension.objects.on(day).filter(person=OuterRef(person)))


@track()
class RegionMove(models.Model):
    """A person is insured in another region from a day on; applied when the day has come."""

    region_lookup = "person__region"

    person = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, related_name="moves", verbose_name=_("insured person")
    )
    from_region = models.ForeignKey(
        "accounts.Region", models.PROTECT, related_name="+", verbose_name=_("insured in before")
    )
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("insured in"))
    moves_on = models.DateField(_("from"))
    note = models.CharField(_("note"), max_length=200)
    recorded_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("recorded by"))
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)
    applied_at = models.DateTimeField(_("took effect at"), null=True)
    withdrawn_at = models.DateTimeField(_("taken back at"), null=True)

    objects = ScopedQuerySet["RegionMove"].as_manager()

    class Meta:
        verbose_name = _("move to another region")
        verbose_name_plural = _("moves to another region")
        ordering = ["moves_on", "id"]
        constraints = [
            models.UniqueConstraint(
                name="move_one_planned", fields=["person"], condition=Q(applied_at=None, withdrawn_at=None)
            ),
            models.CheckConstraint(
                name="move_applied_or_withdrawn", condition=Q(applied_at=None) | Q(withdrawn_at=None)
            ),
            models.CheckConstraint(name="move_elsewhere", condition=~Q(region=F("from_region"))),
            models.CheckConstraint(name="move_has_note", condition=~Q(note="")),
        ]
        triggers = [
            pgtrigger.Protect(
                name="move_stays_itself",
                operation=pgtrigger.UpdateOf("person_id", "region_id", "moves_on"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.AnyChange("person", "region", "moves_on"),
            ),
            pgtrigger.Protect(name="move_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.region_id} {self.moves_on}"
