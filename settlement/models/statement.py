"""What institutions report of a day (对账明细 3202, 对账总额 3201), and what comparing it with ours came to.

Invariants, held by the database whoever writes:
- of an institution, period, insurance and clearing type one total counts; it is never changed, and covers at least
  a day (UNIQUE, CHECK, triggers);
- one statement of an institution and day counts; one that a later file replaced stays readable (UNIQUE, trigger);
- a line stands in its statement once, and is never changed, deleted or truncated (UNIQUE, triggers);
- one reconciliation of a region, day and kind (UNIQUE).
"""

from __future__ import annotations

import datetime as dt

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.history import no_truncate, track
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
                operation=pgtrigger.UpdateOf("id", "institution_id", "business_date", "sha256", "lines_count"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.AnyChange("id", "institution", "business_date", "sha256", "lines_count"),
            ),
            pgtrigger.Protect(name="statement_is_kept", operation=pgtrigger.Delete),
            no_truncate("statement_no_truncate"),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.business_date}"


class StatementLine(models.Model):
    region_lookup = "statement__institution__region"

    # No constraint of the column: it would look once for each line, which is as long as storing them all. Statements
    # are never deleted, and `line_has_its_statement` looks once for all that are stored together.
    statement = models.ForeignKey(
        Statement,
        models.PROTECT,
        db_constraint=False,
        db_index=False,
        related_name="lines",
        verbose_name=_("statement"),
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
        triggers = [
            *append_only("line"),
            pgtrigger.Trigger(
                name="line_has_its_statement",
                level=pgtrigger.Statement,
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                referencing=pgtrigger.Referencing(new="stored"),  # type: ignore[no-untyped-call]
                func="""
                    IF EXISTS (SELECT FROM (SELECT DISTINCT statement_id FROM stored) AS named
                                WHERE NOT EXISTS (SELECT FROM settlement_statement AS statement
                                                   WHERE statement.id = named.statement_id)) THEN
                        RAISE EXCEPTION 'a line names no statement'
                            USING ERRCODE = 'foreign_key_violation', CONSTRAINT = 'line_has_its_statement';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.statement_id}/{self.number}"


class StatementTotalQuerySet(ScopedQuerySet["StatementTotal"]):
    def counting(self) -> StatementTotalQuerySet:
        """Those that no later total replaced."""
        return self.filter(counts=True)


@track()
class StatementTotal(models.Model):
    """What an institution reports of a period in one sum (3201), by insurance and clearing type, reversals netted."""

    region_lookup = "institution__region"

    institution = models.ForeignKey(
        "settlement.Institution", models.PROTECT, related_name="totals", verbose_name=_("institution")
    )
    starts_on = models.DateField(_("first day"), help_text="stmt_begndate")
    ends_on = models.DateField(_("no longer from"), help_text=_("the day after stmt_enddate"))
    insutype = models.CharField(_("insurance type"), max_length=6, help_text="insutype")
    clr_type = models.CharField(_("clearing type"), max_length=6, help_text="clr_type")
    medfee_sumamt = yuan(_("total fee"), help_text="medfee_sumamt")
    fund_pay_sumamt = yuan(_("pooled fund"), help_text="fund_pay_sumamt")
    acct_pay = yuan(_("personal account"), help_text="acct_pay")
    setl_count = models.IntegerField(_("settlements"), help_text=_("fixmedins_setl_cnt; a reversal takes one away"))
    loaded_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("loaded by"))
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)
    counts = models.BooleanField(_("counts"), default=True, help_text=_("no later total has taken its place"))

    objects = StatementTotalQuerySet.as_manager()

    class Meta:
        verbose_name = _("total of an institution")
        verbose_name_plural = _("totals of institutions")
        ordering = ["-starts_on", "institution", "insutype", "clr_type", "-id"]
        constraints = [
            models.UniqueConstraint(
                name="statement_total_once",
                fields=["institution", "starts_on", "ends_on", "insutype", "clr_type"],
                condition=Q(counts=True),
            ),
            models.CheckConstraint(
                name="statement_total_covers_a_day", condition=Q(starts_on__lt=models.F("ends_on"))
            ),
        ]
        indexes = [models.Index(fields=["ends_on", "starts_on"], name="statement_total_days")]
        triggers = [
            pgtrigger.Protect(
                name="statement_total_stays_itself",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=["counts"]),
            ),
            pgtrigger.Protect(name="statement_total_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.institution_id} {self.starts_on} {self.insutype} {self.clr_type}"

    @property
    def last_day(self) -> dt.date:
        return self.ends_on - dt.timedelta(days=1)


class ReconciliationKind(models.TextChoices):
    TOTALS = "3201", _("totals")
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
