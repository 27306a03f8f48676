"""Code tables (insutype, med_type, psn_cert_type …) as loaded data, with region and version.

The official specification was not available (DOMAIN.md, Sources): every table is data that a customer
replaces with `manage.py load_reference --codes`.
"""

from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.history import track


@track()
class Code(models.Model):
    table = models.CharField(_("code table"), max_length=40)
    code = models.CharField(_("code"), max_length=10)
    name_zh = models.CharField(_("Chinese name"), max_length=100)
    name_en = models.CharField(_("English name"), max_length=100)
    region = models.ForeignKey(
        "accounts.Region",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("region"),
        help_text=_("empty: all"),
    )
    version = models.CharField(_("version"), max_length=20)

    class Meta:
        verbose_name = _("code")
        verbose_name_plural = _("code tables")
        ordering = ["table", "code"]
        constraints = [
            models.UniqueConstraint(
                name="code_once_per_table_and_region",
                fields=["table", "code", "region"],
                nulls_distinct=False,
            )
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.label}"

    @property
    def label(self) -> str:
        return self.name_en if (get_language() or "zh").startswith("en") else self.name_zh
