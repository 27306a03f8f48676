"""A report as a supervisor wants it again: which one, and what it was narrowed to."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.history import track
from accounts.scope import ScopedQuerySet


@track()
class SavedReport(models.Model):
    region_lookup = "owner__region"

    owner = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="saved_reports", verbose_name=_("owner"))
    name = models.CharField(_("name"), max_length=60)
    report = models.CharField(_("report"), max_length=30)
    asked = models.JSONField(_("narrowed to"), default=dict, help_text=_("as the address of the page says it"))
    saved_at = models.DateTimeField(_("saved at"), auto_now_add=True)

    objects = ScopedQuerySet["SavedReport"].as_manager()

    class Meta:
        verbose_name = _("saved report")
        verbose_name_plural = _("saved reports")
        ordering = ["name"]
        permissions = [
            ("read_reports", gettext_noop("May read reports")),
            ("export_reports", gettext_noop("May export reports")),
        ]
        constraints = [models.UniqueConstraint(name="saved_report_name_once", fields=["owner", "name"])]

    def __str__(self) -> str:
        return self.name
