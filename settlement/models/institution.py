"""Designated medical institutions (定点医药机构): hospitals and pharmacies, as the bureaus publish them.

They are public, and patients are treated in other regions: whoever may see institutions sees all of them. Invariants,
held by the database whoever writes:
- a code is `H` or `P`, the 6 digits of a region and 5 to 23 more characters; the prefix is the kind (CHECK);
- `region` is the loaded region that the digits name, or none (CHECK): a later load fills it in;
- what is suspended or ended says since when (CHECK);
- an institution is never deleted: settlements name it (trigger).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Substr
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.history import track

if TYPE_CHECKING:
    from accounts.models import Staff


class InstitutionKind(models.TextChoices):
    HOSPITAL = "hospital", _("hospital")
    PHARMACY = "pharmacy", _("pharmacy")


class InstitutionStatus(models.TextChoices):
    ACTIVE = "active", pgettext_lazy("of an institution", "active")
    SUSPENDED = "suspended", pgettext_lazy("of an institution", "suspended")
    ENDED = "ended", pgettext_lazy("of an institution", "ended")


PREFIXES = {"H": InstitutionKind.HOSPITAL, "P": InstitutionKind.PHARMACY}
CODE_SHAPE = r"^[HP][0-9]{6}[0-9A-Z]{5,23}$"


class InstitutionQuerySet(models.QuerySet["Institution"]):
    def for_staff(self, staff: Staff) -> Self:
        """All of them, whatever the region: a settlement of one's own people may name any."""
        may = staff.is_active and staff.has_perm("settlement.view_institution")
        return self.all() if may else self.none()


@track()
class Institution(models.Model):
    fixmedins_code = models.CharField(
        _("institution code"), max_length=30, primary_key=True, help_text="fixmedins_code"
    )
    name = models.CharField(pgettext_lazy("of a region", "name"), max_length=200, help_text="fixmedins_name")
    hosp_lv = models.CharField(_("level"), max_length=3, blank=True, help_text="hosp_lv")
    kind = models.CharField(_("kind"), max_length=8, choices=InstitutionKind.choices)
    region = models.ForeignKey(
        "accounts.Region", models.PROTECT, null=True, related_name="+", verbose_name=_("region")
    )
    status = models.CharField(
        _("contract"), max_length=9, choices=InstitutionStatus.choices, default=InstitutionStatus.ACTIVE
    )
    status_since = models.DateField(_("since"), null=True)

    objects = InstitutionQuerySet.as_manager()

    class Meta:
        verbose_name = _("institution")
        verbose_name_plural = _("institutions")
        ordering = ["fixmedins_code"]
        constraints = [
            models.CheckConstraint(name="institution_code_shape", condition=Q(fixmedins_code__regex=CODE_SHAPE)),
            models.CheckConstraint(name="institution_has_name", condition=~Q(name="")),
            models.CheckConstraint(
                name="institution_kind_of_code",
                condition=Q(kind=InstitutionKind.HOSPITAL, fixmedins_code__startswith="H")
                | Q(kind=InstitutionKind.PHARMACY, fixmedins_code__startswith="P"),
            ),
            models.CheckConstraint(
                name="institution_region_of_code",
                condition=Q(region=None) | Q(region=Substr(F("fixmedins_code"), 2, 6)),
            ),
            models.CheckConstraint(
                name="institution_status_has_day",
                condition=Q(status=InstitutionStatus.ACTIVE)
                | Q(status__in=["suspended", "ended"], status_since__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="institution_is_kept", operation=pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.name} {self.fixmedins_code}"
