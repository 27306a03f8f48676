"""Where what an institution reports differs from what we settled (对账异常).

Invariants, held by the database whoever writes:
- a difference is named once for an institution, day, settlement and field (UNIQUE), and never deleted (trigger);
- each side that there is is named: the settlement, the line, or both (CHECK).
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.history import track
from accounts.scope import ScopedQuerySet
from settlement.models.settlement import LONGEST_ID
from settlement.models.statement import StatementLine


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

    objects = ScopedQuerySet["Discrepancy"].as_manager()

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
