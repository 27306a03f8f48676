"""Policy versions: per region, from a day on, each value with its citation (DOMAIN.md section 4).

A version sets some parameters; what it leaves out is inherited from the regions above. It is drafted by one person
and published by another, before its first day. Invariants, held by the database whoever writes:
- one published version per region and day, one open draft per region and day (UNIQUE);
- whoever drafted a version, or changed the draft last, does not publish it (CHECK);
- a published version has both people and its time, or, where it came with the installation, none of them; its first
  day lies after the day of publishing: no day ever has two policies (CHECK);
- a version that is published or discarded is changed no more, and neither are its values; nothing is deleted
  (triggers);
- one value per parameter, each cited; `max_members` never above the product's eight seats (UNIQUE, CHECK).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from accounts.history import track
from families.rules.policy import PolicyFault, parse_value

if TYPE_CHECKING:
    from accounts.models import Staff


class PolicyState(models.TextChoices):
    DRAFT = "draft", pgettext_lazy("of a policy", "draft")
    PUBLISHED = "published", _("published")
    DISCARDED = "discarded", _("discarded")


class BusinessDay(Func):
    """The day of Asia/Shanghai on which something happened; unlike Django's own, the same whoever asks."""

    template = "((%(expressions)s) AT TIME ZONE 'Asia/Shanghai')::date"
    output_field = models.DateField()


class PolicyQuerySet(models.QuerySet["RegionPolicy"]):
    def for_staff(self, staff: Staff) -> Self:
        """Versions of the own region and below, and what is published above, which holds here as well."""
        if not staff.is_active or not staff.has_perm("families.view_regionpolicy"):
            return self.none()
        above = staff.region.path.strip("/").split("/")
        return self.filter(
            Q(region__path__startswith=staff.region.path) | Q(region__in=above, state=PolicyState.PUBLISHED)
        )

    def published(self) -> Self:
        return self.filter(state=PolicyState.PUBLISHED)


@track()
class RegionPolicy(models.Model):
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="policies", verbose_name=_("region"))
    effective_on = models.DateField(_("effective from"))
    title = models.CharField(_("title"), max_length=200)
    state = models.CharField(_("state"), max_length=10, choices=PolicyState.choices, default=PolicyState.DRAFT)
    drafted_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("drafted by")
    )
    changed_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("last changed by")
    )
    published_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("published by")
    )
    published_at = models.DateTimeField(_("published at"), null=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = PolicyQuerySet.as_manager()

    class Meta:
        verbose_name = _("region policy")
        verbose_name_plural = _("region policies")
        ordering = ["region", "-effective_on"]
        permissions = [("publish_regionpolicy", gettext_noop("May publish policy versions"))]
        constraints = [
            models.UniqueConstraint(
                name="policy_one_version_per_day", fields=["region", "effective_on"], condition=Q(state="published")
            ),
            models.UniqueConstraint(
                name="policy_one_draft_per_day", fields=["region", "effective_on"], condition=Q(state="draft")
            ),
            models.CheckConstraint(
                name="policy_two_people",
                condition=~Q(drafted_by=F("published_by")) & ~Q(changed_by=F("published_by")),
            ),
            models.CheckConstraint(
                name="policy_published_by_someone",
                condition=Q(
                    state="published",
                    drafted_by__isnull=False,
                    published_by__isnull=False,
                    published_at__isnull=False,
                )
                | Q(state="published", drafted_by=None, published_by=None, published_at=None)
                | (~Q(state="published") & Q(published_by=None, published_at=None)),
            ),
            models.CheckConstraint(
                name="policy_published_before_its_day",
                condition=Q(published_at=None) | Q(effective_on__gt=BusinessDay("published_at")),
            ),
        ]
        triggers = [
            pgtrigger.Protect(name="policy_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Protect(
                name="policy_decided_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition("OLD.state <> 'draft'"),
            ),
            pgtrigger.Protect(
                name="policy_stays_its_drafters",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("region", "drafted_by"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.effective_on}"

    def get_absolute_url(self) -> str:
        return reverse("policy", args=[self.pk])

    @property
    def is_draft(self) -> bool:
        return self.state == PolicyState.DRAFT


@track()
class PolicySetting(models.Model):
    policy = models.ForeignKey(RegionPolicy, models.PROTECT, related_name="settings", verbose_name=_("policy"))
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
        triggers = [
            pgtrigger.Trigger(
                name="policy_value_of_a_draft",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                # The lock makes publishing wait: no value slips in after the version was looked at.
                declare=[("decided", "boolean")],
                func="""
                    SELECT bool_or(state <> 'draft') INTO decided
                      FROM (SELECT state FROM families_regionpolicy
                             WHERE id IN (OLD.policy_id, NEW.policy_id) FOR SHARE) AS versions;
                    IF decided THEN
                        RAISE EXCEPTION 'the values of a version that is decided stay as they are'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'policy_value_of_a_draft';
                    END IF;
                    RETURN COALESCE(NEW, OLD);
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.parameter

    def clean(self) -> None:
        try:
            parse_value(self.parameter, self.value)
        except PolicyFault as fault:
            raise ValidationError({"value": str(fault)}) from fault
