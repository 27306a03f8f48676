"""Policy versions: per region, from a day on, each value with its citation (DOMAIN.md section 4).

A version sets some parameters; what it leaves out is inherited from the regions above. Invariants: one version
per region and day; one value per parameter; `max_members` never above the product's eight seats.
"""

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.history import track
from families.rules.policy import PolicyFault, parse_value


@track()
class RegionPolicy(models.Model):
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="policies", verbose_name=_("region"))
    effective_on = models.DateField(_("effective from"))
    title = models.CharField(_("title"), max_length=200)

    class Meta:
        verbose_name = _("region policy")
        verbose_name_plural = _("region policies")
        ordering = ["region", "-effective_on"]
        constraints = [models.UniqueConstraint(name="policy_one_version_per_day", fields=["region", "effective_on"])]

    def __str__(self) -> str:
        return f"{self.region_id} {self.effective_on}"


@track()
class PolicySetting(models.Model):
    policy = models.ForeignKey(RegionPolicy, models.CASCADE, related_name="settings", verbose_name=_("policy"))
    parameter = models.CharField(_("parameter"), max_length=40)
    value = models.JSONField(_("value"), null=True)
    citation = models.CharField(_("citation"), max_length=300)

    class Meta:
        verbose_name = _("policy setting")
        verbose_name_plural = _("policy settings")
        ordering = ["parameter"]
        constraints = [
            models.UniqueConstraint(name="policy_parameter_once", fields=["policy", "parameter"]),
            models.CheckConstraint(name="policy_setting_cited", condition=~Q(citation="")),
            models.CheckConstraint(
                name="policy_seats_at_most_eight",
                condition=~Q(parameter="max_members") | Q(value__isnull=False, value__gte=2, value__lte=8),
            ),
        ]

    def __str__(self) -> str:
        return self.parameter

    def clean(self) -> None:
        try:
            parse_value(self.parameter, self.value)
        except PolicyFault as fault:
            raise ValidationError({"value": str(fault)}) from fault
