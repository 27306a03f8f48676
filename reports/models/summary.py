"""Figures worked out once a night, so that a dashboard never reads settlements.

Every row stands for a region and everything under it: a page reads the rows of one region, however many lie below.
Invariants: a figure is the sum over the settlements (`reports.services.proving`), those of months and years the sum
of their days; nothing but `reports.services.summaries` writes them. They name no person, and are worked out again
from what they sum up: no history is kept of them.
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models.account import yuan
from settlement.models.settlement import LONGEST_ID

AMOUNTS = (
    "medfee_sumamt",
    "fund_pay_sumamt",
    "hosp_part_amt",
    "psn_part_amt",
    "acct_pay",
    "acct_mulaid_pay",
    "psn_cash_pay",
)
FIGURES = ("visits", *AMOUNTS)


class Period(models.TextChoices):
    DAY = "day", pgettext_lazy("period", "day")
    MONTH = "month", pgettext_lazy("period", "month")
    YEAR = "year", pgettext_lazy("period", "year")


class By(models.TextChoices):
    """What the settlements of a region and period are told apart by. Of a relation the visits are shares."""

    ALL = "", _("together")
    INSTITUTION = "institution", _("institution")
    DISEASE = "disease", _("disease")
    MED_TYPE = "med_type", _("kind of care")
    INSUTYPE = "insutype", _("insurance type")
    KIND = "kind", _("came as")
    AGE = "age", _("age")
    RELATION = "relation", _("relation of the payer")


# Told by what may be corrected afterwards: a birthday, a family's relations.
CORRECTED_LATER = (By.AGE, By.RELATION)


def _region() -> models.ForeignKey:
    """Worked out from the regions themselves; looked up again for each row at COMMIT, millions take minutes."""
    return models.ForeignKey(
        "accounts.Region", models.DO_NOTHING, db_constraint=False, db_index=False, related_name="+",
        verbose_name=_("region"),
    )  # fmt: skip


class SettlementSummary(models.Model):
    """What the settlements of a region, a period and a value came to; a reversal counts -1, on its own day."""

    pk = models.CompositePrimaryKey("region", "by", "period", "begins", "value")
    region = _region()
    by = models.CharField(_("by"), max_length=11, choices=By.choices, blank=True)
    period = models.CharField(_("period"), max_length=5, choices=Period.choices)
    begins = models.DateField(_("begins"))
    value = models.CharField(_("value"), max_length=LONGEST_ID, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True, help_text=_("of a disease, as it was sent"))
    visits = models.IntegerField(_("visits"))
    medfee_sumamt = yuan(_("total fee"))
    fund_pay_sumamt = yuan(_("pooled fund"))
    hosp_part_amt = yuan(_("institution's part"))
    psn_part_amt = yuan(_("personal part"))
    acct_pay = yuan(_("own account"))
    acct_mulaid_pay = yuan(_("mutual aid"))
    psn_cash_pay = yuan(_("cash"))

    class Meta:
        verbose_name = _("summary of settlements")
        verbose_name_plural = _("summaries of settlements")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="summary_begins_its_period",
                condition=Q(period=Period.DAY)
                | Q(period=Period.MONTH, begins__day=1)
                | Q(period=Period.YEAR, begins__day=1, begins__month=1),
            ),
            models.CheckConstraint(name="summary_of_all_is_one", condition=~Q(by=By.ALL) | Q(value="")),
            models.CheckConstraint(
                name="summary_adds_up",
                condition=Q(psn_part_amt=F("acct_pay") + F("acct_mulaid_pay") + F("psn_cash_pay")),
            ),
        ]
        indexes = [models.Index(fields=["period", "begins"], name="summary_period")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.begins} {self.by} {self.value}"


class PersonsToDate(models.Model):
    """How many persons have a settlement that stands: on a day, and from the first of its month and year to it.

    Persons do not add up, neither over days nor over regions. A day on which nobody settled has no row.
    """

    pk = models.CompositePrimaryKey("region", "day")
    region = _region()
    day = models.DateField(_("day"))
    of_day = models.PositiveIntegerField(_("on the day"))
    of_month = models.PositiveIntegerField(_("of the month so far"))
    of_year = models.PositiveIntegerField(_("of the year so far"))

    class Meta:
        verbose_name = _("persons to date")
        verbose_name_plural = _("persons to date")
        default_permissions = ()
        constraints = [
            models.CheckConstraint(
                name="persons_of_longer_are_more",
                condition=Q(of_day__lte=F("of_month"), of_month__lte=F("of_year")),
            )
        ]
        indexes = [models.Index(fields=["day"], name="persons_day")]

    def __str__(self) -> str:
        return f"{self.region_id} {self.day}"


class FamilySummary(models.Model):
    """Groups and members that stand on a day, and what changed on it; a day without a change has no row."""

    pk = models.CompositePrimaryKey("region", "day")
    region = _region()
    day = models.DateField(_("day"))
    groups = models.IntegerField(_("groups"))
    members = models.IntegerField(_("members"))
    opened = models.PositiveIntegerField(_("new groups"))
    dissolved = models.PositiveIntegerField(_("dissolved groups"))
    joined = models.PositiveIntegerField(_("new members"))
    released = models.PositiveIntegerField(_("released members"))

    class Meta:
        verbose_name = _("summary of families")
        verbose_name_plural = _("summaries of families")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.region_id} {self.day}"


class CounterSummary(models.Model):
    """Cases that an office opened, by kind."""

    pk = models.CompositePrimaryKey("region", "period", "begins", "office", "kind")
    region = _region()
    period = models.CharField(_("period"), max_length=5, choices=Period.choices)
    begins = models.DateField(_("begins"))
    office = models.CharField(_("office"), max_length=100, blank=True)
    kind = models.CharField(_("kind of business"), max_length=10)
    cases = models.PositiveIntegerField(_("cases"))

    class Meta:
        verbose_name = _("summary of counter work")
        verbose_name_plural = _("summaries of counter work")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.region_id} {self.begins} {self.office}"


class SummarizedDay(models.Model):
    """A business day that was worked out, and upon what.

    Settlements are written once: their number, and of how many a reversal exists, tells whether a day is as it was.
    `tree`: a digest of the regions' tree, or "" where the day has to be worked out again.
    """

    day = models.DateField(_("day"), primary_key=True)
    settlements = models.PositiveIntegerField(_("settlements"))
    reversed = models.PositiveIntegerField(_("of them reversed"))
    tree = models.CharField(_("tree of regions"), max_length=32, blank=True)
    refreshed_at = models.DateTimeField(_("worked out at"))
    proved_at = models.DateTimeField(_("proved at"), null=True)

    class Meta:
        verbose_name = _("summarized day")
        verbose_name_plural = _("summarized days")
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.day}"
