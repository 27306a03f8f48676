"""Days that a region has signed (日结): no posting carries their date any more.

Invariants, held by the database whoever writes:
- a region closes a day once at a time, and only a day that is over (UNIQUE, trigger);
- a closed day takes no entry of an account and no settlement of that region or one below it, whoever posts at the
  same moment (triggers `…_on_open_day`: a posting holds the day shared, closing holds it alone);
- a row is never changed or deleted; reopening is written into it once, with who and why (CHECK, triggers).
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.history import no_truncate, track
from accounts.scope import ScopedQuerySet

# The key of a day's advisory lock; `{day}` is an expression of type date.
DAY_LOCK = "hashtext('business_day'), {day} - DATE '2000-01-01'"


def on_open_day(name: str, region: str, *, joined: str = "") -> pgtrigger.Trigger:
    """Refuse rows whose `business_date` is a closed day of their region or of one above it.

    `region`: the code of a row's region, as an expression; `joined`: what it takes beside `written`, the rows.
    By statement, and one look at an index where no day of these is closed: 0.1 ms for 1 or 500 entries.
    """
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="written"),  # type: ignore[no-untyped-call]
        func=f"""
            PERFORM pg_advisory_xact_lock_shared({DAY_LOCK.format(day="days.day")})
               FROM (SELECT DISTINCT business_date AS day FROM written ORDER BY 1) AS days;
            IF NOT EXISTS (SELECT FROM accounts_closedday WHERE reopened_at IS NULL
                              AND business_date IN (SELECT business_date FROM written)) THEN
                RETURN NULL;
            END IF;
            IF EXISTS (SELECT FROM written {joined}
                         JOIN accounts_region AS region ON region.code = {region}
                         JOIN accounts_closedday AS closed
                              ON closed.business_date = written.business_date AND closed.reopened_at IS NULL
                         JOIN accounts_region AS above
                              ON above.code = closed.region_id AND starts_with(region.path, above.path)) THEN
                RAISE EXCEPTION 'the day is closed'
                    USING ERRCODE = 'check_violation', CONSTRAINT = '{name}';
            END IF;
            RETURN NULL;
        """,  # noqa: S608 - the model's own constants
    )


class ClosedDayQuerySet(ScopedQuerySet["ClosedDay"]):
    def standing(self) -> ClosedDayQuerySet:
        """Those that nobody reopened."""
        return self.filter(reopened_at=None)


@track()
class ClosedDay(models.Model):
    region_lookup = "region"

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    business_date = models.DateField(_("business date"))
    closed_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("signed by"))
    closed_at = models.DateTimeField(_("signed at"), auto_now_add=True)
    reopened_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("reopened by")
    )
    reopened_at = models.DateTimeField(_("reopened at"), null=True)
    reason = models.CharField(_("why it was reopened"), max_length=300, blank=True)

    objects = ClosedDayQuerySet.as_manager()

    class Meta:
        verbose_name = _("closed day")
        verbose_name_plural = _("closed days")
        ordering = ["-business_date", "region", "-id"]
        permissions = [
            ("close_day", gettext_noop("May sign a day")),
            ("reopen_day", gettext_noop("May reopen a signed day")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="closed_day_once", fields=["region", "business_date"], condition=Q(reopened_at=None)
            ),
            models.CheckConstraint(
                name="closed_day_reopened_with_reason",
                condition=Q(reopened_by=None, reopened_at=None, reason="")
                | Q(~Q(reason=""), reopened_by__isnull=False, reopened_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["business_date"], name="closed_day_standing", condition=Q(reopened_at=None))]
        triggers = [
            pgtrigger.Trigger(
                name="closed_day_is_over",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func=f"""
                    PERFORM pg_advisory_xact_lock({DAY_LOCK.format(day="NEW.business_date")});
                    IF NEW.business_date >= (now() AT TIME ZONE 'Asia/Shanghai')::date THEN
                        RAISE EXCEPTION 'the day % is not over', NEW.business_date
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'closed_day_is_over';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="closed_day_stays_itself",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("region", "business_date", "closed_by", "closed_at"),
            ),
            pgtrigger.Protect(
                name="closed_day_reopened_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__reopened_at__isnull=False),
            ),
            pgtrigger.Protect(name="closed_day_is_kept", operation=pgtrigger.Delete),
            no_truncate("closed_day_no_truncate"),
        ]

    def __str__(self) -> str:
        return f"{self.region_id} {self.business_date}"
