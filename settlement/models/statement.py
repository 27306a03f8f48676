"""What institutions report of a day (对账明细 3202), and where it differs from what we settled.

Invariants, held by the database whoever writes:
- one statement of an institution and day counts; one that a later file replaced stays readable (UNIQUE, trigger);
- a line stands in its statement once, and is never changed, deleted or truncated (UNIQUE, triggers);
- one reconciliation of a region, day and kind (UNIQUE);
- a difference is named once for an institution, day, settlement and field (UNIQUE); closed, it has its time (CHECK).
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.history import track
from accounts.models.account import append_only, yuan
from accounts.scope import ScopedQuerySet
from settlement.models.settlement import LONGEST_ID


class StatementQuerySet(ScopedQuerySet["Statement"]):
    def counting(self) -> StatementQuerySet:
        """Those that no later file replaced."""
        return self.filter(counts=True)


@track()
class Statement(models.Model):
    region_lookup = "institution__region"

    institution = models.ForeignKey(
        "settlement.Institution", models.PROTECT, related_name="statements", verbose_name=_("institution")
    )
    business_date = models.DateField(_("business date"))
    name = models.CharField(_("file"), max_length=200)
    sha256 = models.CharField("SHA-256", max_length=64)
    lines_count = models.PositiveIntegerField(_("lines"))
    loaded_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("loaded by"))
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)
    counts = models.BooleanField(_("counts"), default=True, help_text=_("no later file has taken its place"))

    objects = StatementQuerySet.as_manager()

    class Meta:
        verbose_name = _("statement")
        verbose_name_plural = _("statements")
        ordering = ["-business_date", "institution", "-id"]
        permissions = [("load_statement", gettext_noop("May load statements of institutions"))]
        constraints = [
            models.UniqueConstraint(
                name="statement_once_a_day",
                fields=["institution", "business_date"],
                condition=Q(counts=True),
            )
        ]
        indexes = [models.Index(fields=["business_date", "institution"], name="statement_day")]
        triggers = [
            pgtrigger.Protect(
                name="statement_stays_itself",
                operation=pgtrigger.UpdateOf("institution_id", "business_date", "sha256", "lines_count"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.AnyChange("institution", "business_date", "sha256", "lines_count"),
            ),
            pgtrigger.Protect(name="statement_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.business_date}"


class StatementLine(models.Model):
    region_lookup = "statement__institution__region"

    statement = models.ForeignKey(
        Statement, models.PROTECT, db_index=False, related_name="lines", verbose_name=_("statement")
    )
    number = models.PositiveIntegerField(_("line"))
    setl_id = models.CharField(_("settlement number"), max_length=LONGEST_ID, help_text="setl_id")
    mdtrt_id = models.CharField(_("visit number"), max_length=LONGEST_ID, blank=True, help_text="mdtrt_id")
    psn_no = models.CharField(_("person number"), max_length=30, blank=True, help_text="psn_no")
    medfee_sumamt = yuan(_("total fee"), help_text="medfee_sumamt")
    fund_pay_sumamt = yuan(_("pooled fund"), help_text="fund_pay_sumamt")
    acct_pay = yuan(_("personal account"), help_text="acct_pay")
    is_reversal = models.BooleanField(_("reversal"), help_text="refd_setl_flag")
    further = models.CharField(_("further column"), max_length=200, blank=True)

    objects = ScopedQuerySet["StatementLine"].as_manager()

    class Meta:
        verbose_name = _("line of a statement")
        verbose_name_plural = _("lines of statements")
        ordering = ["statement", "number"]
        constraints = [models.UniqueConstraint(name="line_once_in_statement", fields=["statement", "setl_id"])]
        indexes = [models.Index(fields=["setl_id"], name="line_settlement")]
        triggers = append_only("line")

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.number}"


class ReconciliationKind(models.TextChoices):
    DETAIL = "3202", _("detail, settlement by settlement")


class Reconciliation(models.Model):
    """What the last comparison of a day came to."""

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    business_date = models.DateField(_("business date"))
    kind = models.CharField(_("kind"), max_length=4, choices=ReconciliationKind.choices)
    compared = models.PositiveIntegerField(_("compared"))
    balanced = models.PositiveIntegerField(_("balanced"))
    run_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("run by"))
    run_at = models.DateTimeField(_("run at"))

    objects = ScopedQuerySet["Reconciliation"].as_manager()

    class Meta:
        verbose_name = _("reconciliation")
        verbose_name_plural = _("reconciliations")
        ordering = ["-business_date", "region"]
        permissions = [("reconcile", gettext_noop("May reconcile a day"))]
        constraints = [
            models.UniqueConstraint(name="reconciliation_once", fields=["region", "business_date", "kind"]),
            models.CheckConstraint(
                name="reconciliation_balanced_are_compared", condition=Q(balanced__lte=models.F("compared"))
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.business_date} {self.kind}"


class DiscrepancyQuerySet(ScopedQuerySet["Discrepancy"]):
    def open(self) -> DiscrepancyQuerySet:
        """Those that still need work."""
        return self.filter(closed_at=None)


class DifferenceCode(models.TextChoices):
    """`stmt_rslt`; 0 is balanced and no difference."""

    MISSING_FROM_INSTITUTION = "1", _("the centre has more")
    MISSING_FROM_CENTRE = "2", _("the institution has more")
    DIFFERS = "3", _("the data differ")


@track()
class Discrepancy(models.Model):
    region_lookup = "institution__region"

    institution = models.ForeignKey(
        "settlement.Institution", models.PROTECT, related_name="discrepancies", verbose_name=_("institution")
    )
    business_date = models.DateField(_("business date"))
    setl_id = models.CharField(_("settlement number"), max_length=LONGEST_ID)
    code = models.CharField(_("result"), max_length=1, choices=DifferenceCode.choices, help_text="stmt_rslt")
    field = models.CharField(_("field"), max_length=30)
    centre = models.CharField(_("at the centre"), max_length=40, null=True)  # noqa: DJ001 - null: not there at all
    institution_value = models.CharField(_("at the institution"), max_length=40, null=True)  # noqa: DJ001
    settlement = models.ForeignKey(
        "settlement.Settlement", models.PROTECT, null=True, related_name="discrepancies", verbose_name=_("settlement")
    )
    line = models.ForeignKey(
        StatementLine, models.PROTECT, null=True, related_name="discrepancies", verbose_name=_("line of a statement")
    )
    found_at = models.DateTimeField(_("found at"))
    closed_at = models.DateTimeField(_("agrees since"), null=True)

    objects = DiscrepancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["business_date", "institution", "setl_id", "field"]
        constraints = [
            models.UniqueConstraint(
                name="discrepancy_once", fields=["institution", "business_date", "setl_id", "field"]
            ),
            models.CheckConstraint(
                name="discrepancy_sides",
                condition=Q(code="1", settlement__isnull=False, line=None)
                | Q(code="2", settlement=None, line__isnull=False)
                | Q(code="3", settlement__isnull=False, line__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="discrepancy_is_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.setl_id} {self.field}"
