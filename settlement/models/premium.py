"""Resident-insurance premiums paid from the family's accounts (代缴城乡居民医保费).

A premium is a settlement of kind `premium`, without institution: the same shares, the same reversal. Beside it stands
for which year it was paid. Invariants, held by the database whoever writes:
- one premium of a person and year, unless it was paid back (UNIQUE);
- it names a settlement of kind premium of that person, and is paid back by that one's reversal (triggers);
- it changes in no other way and is never deleted (triggers).
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.scope import ScopedQuerySet
from settlement.models.settlement import Settlement

FIRST_YEAR, LAST_YEAR = 2000, 2100


class PremiumPayment(models.Model):
    region_lookup = "settlement__region"

    settlement = models.OneToOneField(
        Settlement, models.PROTECT, primary_key=True, related_name="premium", verbose_name=_("settlement")
    )
    person = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, related_name="premiums", verbose_name=_("insured person")
    )
    year = models.PositiveSmallIntegerField(_("premium year"))
    paid_back_by = models.OneToOneField(
        Settlement, models.PROTECT, null=True, related_name="+", verbose_name=_("paid back by")
    )

    objects = ScopedQuerySet["PremiumPayment"].as_manager()

    class Meta:
        verbose_name = _("premium paid from accounts")
        verbose_name_plural = _("premiums paid from accounts")
        ordering = ["-settlement"]
        permissions = [("pay_premium", gettext_noop("May pay a premium from the family's accounts"))]
        constraints = [
            models.UniqueConstraint(
                name="premium_once_a_year", fields=["person", "year"], condition=Q(paid_back_by=None)
            ),
            models.CheckConstraint(
                name="premium_year_possible", condition=Q(year__gte=FIRST_YEAR, year__lte=LAST_YEAR)
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="premium_of_its_settlement",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                func="""
                    IF NOT EXISTS (SELECT FROM settlement_settlement
                                    WHERE id = NEW.settlement_id AND kind = 'premium' AND reverses_id IS NULL
                                      AND person_id = NEW.person_id)
                       OR (NEW.paid_back_by_id IS NOT NULL
                           AND NOT EXISTS (SELECT FROM settlement_settlement
                                            WHERE id = NEW.paid_back_by_id AND reverses_id = NEW.settlement_id)) THEN
                        RAISE EXCEPTION 'settlement % is no premium of this person', NEW.settlement_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'premium_of_its_settlement';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="premium_stays_itself",
                operation=pgtrigger.UpdateOf("settlement_id", "person_id", "year"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.AnyChange("settlement", "person", "year"),
            ),
            pgtrigger.Protect(name="premium_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.person_id} {self.year}"
