"""Medical-insurance regions (医保区划, `admdvs`): a loaded tree, never derived from the code.

Invariant: `path` is the codes from the root down to the region, each followed by `/`, so that
"everything under a region" is one prefix.
"""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Concat
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.history import track


class RegionQuerySet(models.QuerySet["Region"]):
    def under(self, region: "Region") -> "RegionQuerySet":
        """The region itself and all below it."""
        return self.filter(path__startswith=region.path)


@track()
class Region(models.Model):
    code = models.CharField(_("region code"), max_length=6, primary_key=True, help_text=_("admdvs, 6 digits"))
    name = models.CharField(pgettext_lazy("of a region", "name"), max_length=100)
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("belongs to")
    )
    path = models.CharField(max_length=80, unique=True, editable=False)

    objects = RegionQuerySet.as_manager()

    class Meta:
        verbose_name = _("region")
        verbose_name_plural = _("regions")
        ordering = ["path"]
        constraints = [
            models.CheckConstraint(name="region_code_six_digits", condition=Q(code__regex=r"^[0-9]{6}$")),
            models.CheckConstraint(
                name="region_path_ends_with_code",
                condition=Q(parent=None, path=Concat("code", models.Value("/")))
                | Q(
                    parent__isnull=False,
                    path__endswith=Concat(
                        models.Value("/"), "parent_id", models.Value("/"), "code", models.Value("/")
                    ),
                )
                | Q(parent__isnull=False, path=Concat("parent_id", models.Value("/"), "code", models.Value("/"))),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.code}"

    def ancestors(self) -> "RegionQuerySet":
        """From the root down to this region, itself included."""
        return Region.objects.filter(code__in=self.path.strip("/").split("/")).order_by("path")

    @property
    def province(self) -> str:
        """The code of the province this region lies in: the second step of its path."""
        return self._step(1)

    @property
    def city(self) -> str:
        return self._step(2)

    def _step(self, depth: int) -> str:
        codes = self.path.strip("/").split("/")
        return codes[depth] if len(codes) > depth else codes[-1]
