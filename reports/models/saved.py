"""A report as a supervisor wants it again: which one, what it was narrowed to, and whether it comes by itself.

Invariants, held by the database: a name once for its owner (UNIQUE); what comes monthly has a day that every month
has, a form and the time since which it comes (CHECK); the file of a month is asked for once, or it is said why not
(UNIQUE, CHECK).
"""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.history import track
from accounts.scope import ScopedQuerySet

LAST_MONTHLY_DAY = 28


@track()
class SavedReport(models.Model):
    region_lookup = "owner__region"

    owner = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="saved_reports", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=60)
    report = models.CharField(_("report"), max_length=30)
    asked = models.JSONField(_("narrowed to"), default=dict, help_text=_("as the address of the page says it"))
    saved_at = models.DateTimeField(_("saved at"), auto_now_add=True)
    monthly_on = models.PositiveSmallIntegerField(
        _("every month on day"), null=True, help_text=_("at night, of the month before; empty: only when asked for")
    )
    monthly_form = models.CharField(_("form of the monthly file"), max_length=4, blank=True)
    monthly_since = models.DateTimeField(_("monthly since"), null=True)

    objects = ScopedQuerySet["SavedReport"].as_manager()

    class Meta:
        verbose_name = _("saved report")
        verbose_name_plural = _("saved reports")
        ordering = ["name"]
        permissions = [
            ("read_reports", gettext_noop("May read reports")),
            ("export_reports", gettext_noop("May export reports")),
        ]
        constraints = [
            models.UniqueConstraint(name="saved_report_name_once", fields=["owner", "name"]),
            models.CheckConstraint(
                name="saved_report_monthly_whole",
                condition=Q(monthly_on=None, monthly_form="", monthly_since=None)
                | Q(
                    Q(monthly_on__isnull=False, monthly_on__gte=1, monthly_on__lte=LAST_MONTHLY_DAY),
                    Q(monthly_since__isnull=False),
                    ~Q(monthly_form=""),
                ),
            ),
        ]

    def __str__(self) -> str:
        return self.name


class MonthlyExport(models.Model):
    """The file of one month of a saved report; in no scope of its own: it is reached through the report."""

    saved = models.ForeignKey(
        SavedReport, models.CASCADE, db_index=False, related_name="months", verbose_name=_("saved report")
    )
    month = models.DateField(_("month"), help_text=_("its first day"))
    job = models.OneToOneField("accounts.Job", models.PROTECT, null=True, related_name="monthly")
    failure = models.CharField(_("why there is no file"), max_length=300, blank=True)
    asked_at = models.DateTimeField(_("asked for at"), auto_now_add=True)

    class Meta:
        verbose_name = _("monthly export")
        verbose_name_plural = _("monthly exports")
        ordering = ["saved", "-month"]
        constraints = [
            models.UniqueConstraint(name="monthly_export_once", fields=["saved", "month"]),
            models.CheckConstraint(name="monthly_export_of_a_month", condition=Q(month__day=1)),
            models.CheckConstraint(
                name="monthly_export_or_its_reason",
                condition=Q(job__isnull=False, failure="") | (Q(job=None) & ~Q(failure="")),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.saved_id} {self.month:%Y-%m}"
