"""Where what an institution reports differs from what we settled (对账异常), and what is decided about it.

Model: a difference that holds is open until a decision about these very values stands; above an amount the decision
is a proposal until a second person confirms it. What a later comparison finds equal has ended, whatever was decided.

Invariants, held by the database whoever writes:
- a difference is named once for an institution, day, settlement and field (UNIQUE), and never deleted (trigger);
- each side that there is is named: the settlement, the line, or both (CHECK);
- a decision is about a difference that holds, with the values as they are (trigger), fits the result (CHECK), and is
  never changed or deleted: it is confirmed once, by another person, and ends once (CHECK, triggers);
- one decision of a difference stands at a time (UNIQUE); other values end it, and so does agreement (trigger);
- what is accepted lies within the limit that held, and has its reason (CHECK);
- comments are append-only (triggers).
"""

from __future__ import annotations

from decimal import Decimal
from typing import Self

import pgtrigger
from django.db import models
from django.db.models import Case, CharField, F, FilteredRelation, Q, Value, When
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from accounts.history import no_truncate, track
from accounts.models.account import amount, append_only, yuan
from accounts.rules.money import ZERO
from accounts.scope import ScopedQuerySet
from settlement.models.settlement import LONGEST_ID
from settlement.models.statement import StatementLine
from settlement.rules.differences import FITTING, Differing


class DifferenceCode(models.TextChoices):
    """`stmt_rslt`; 0 is balanced and no difference."""

    MISSING_FROM_INSTITUTION = "1", _("the centre has more")
    MISSING_FROM_CENTRE = "2", _("the institution has more")
    DIFFERS = "3", _("the data differ")


class DiscrepancyState(models.TextChoices):
    OPEN = "open", pgettext_lazy("of a difference", "open")
    PROPOSED = "proposed", _("waits for a second person")
    DECIDED = "decided", pgettext_lazy("of a difference", "decided")
    AGREES = "agrees", _("agrees now")


# A decision that needs nobody else: within the amount that one person decides, or confirmed.
FINAL = Q(standing__amount__lte=F("standing__alone_up_to")) | Q(standing__confirmed_by__isnull=False)
STATE = Case(
    When(closed_at__isnull=False, then=Value(DiscrepancyState.AGREES.value)),
    When(standing__isnull=True, then=Value(DiscrepancyState.OPEN.value)),
    When(FINAL, then=Value(DiscrepancyState.DECIDED.value)),
    default=Value(DiscrepancyState.PROPOSED.value),
    output_field=CharField(),
)
# What a decision is about.
VALUES = ("code", "centre", "institution_value")


def in_state(*states: str) -> Q:
    """Differences `with_state` in one of these; the index of those that hold serves all but the ones that agree."""
    wanted = Q(state__in=states)
    return wanted if DiscrepancyState.AGREES in states else wanted & Q(closed_at=None)


class DiscrepancyQuerySet(ScopedQuerySet["Discrepancy"]):
    def with_state(self) -> Self:
        """Each with `state`, a `DiscrepancyState`, and `standing`, the decision that stands."""
        standing = FilteredRelation("decisions", condition=Q(decisions__ended_at=None))
        return self.annotate(standing=standing).annotate(state=STATE)

    def open(self) -> Self:
        """Those that still need work: not agreeing, not decided, or not yet confirmed."""
        return self.with_state().filter(in_state(DiscrepancyState.OPEN, DiscrepancyState.PROPOSED))


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
    owner = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("worked off by")
    )
    version = models.PositiveIntegerField(default=1, db_default=1, editable=False)

    objects = DiscrepancyQuerySet.as_manager()

    class Meta:
        verbose_name = _("difference")
        verbose_name_plural = _("differences")
        ordering = ["business_date", "institution", "setl_id", "field"]
        permissions = [("decide_discrepancy", gettext_noop("May work off differences"))]
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
        indexes = [
            models.Index(fields=["found_at", "id"], name="discrepancy_holding", condition=Q(closed_at=None)),
            models.Index(fields=["business_date", "institution"], name="discrepancy_day"),
        ]
        triggers = [
            pgtrigger.Protect(name="discrepancy_is_kept", operation=pgtrigger.Delete),
            # Whoever looked at the old values is told that they changed (`version`).
            pgtrigger.Trigger(
                name="discrepancy_counts_versions",
                when=pgtrigger.Before,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*VALUES, "closed_at"),
                func="NEW.version := OLD.version + 1; RETURN NEW;",
            ),
            pgtrigger.Trigger(
                name="discrepancy_ends_decision",
                when=pgtrigger.After,
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(*VALUES, "closed_at"),
                func="""
                    UPDATE settlement_discrepancydecision
                       SET ended_at = clock_timestamp(),
                           ending = CASE WHEN NEW.closed_at IS NULL THEN 'other_values' ELSE 'agrees' END
                     WHERE discrepancy_id = NEW.id AND ended_at IS NULL;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.setl_id} {self.field}"

    def get_absolute_url(self) -> str:
        return reverse("discrepancy", args=[self.pk])

    @property
    def differing(self) -> Differing:
        """As the rules see it. Expects `settlement`, `line`."""
        side = self.settlement or self.line
        fee: Decimal = side.medfee_sumamt if side else ZERO
        return Differing(self.code, self.field, self.institution_id, self.centre, self.institution_value, fee)


class DecisionReason(models.TextChoices):
    INSTITUTION_CORRECTS = "institution_corrects", _("institution corrects")
    CENTRE_REVERSES = "centre_reverses", _("we reverse")
    CENTRE_ENTERS = "centre_enters", _("we enter")
    ACCEPTED = "accepted", _("accepted difference")


class Ending(models.TextChoices):
    """Why a decision stands no more."""

    OTHER_VALUES = "other_values", _("a later comparison found other values")
    AGREES = "agrees", _("a later comparison found both sides equal")
    REFUSED = "refused", _("not confirmed by the second person")
    WITHDRAWN = "withdrawn", _("taken back")


@track()
class DiscrepancyDecision(models.Model):
    """`amount`: what was at stake; `alone_up_to`, `accepted_up_to`: the limits that held, all in yuan."""

    region_lookup = "discrepancy__institution__region"

    discrepancy = models.ForeignKey(
        Discrepancy, models.PROTECT, related_name="decisions", verbose_name=_("difference")
    )
    reason = models.CharField(_("decision"), max_length=24, choices=DecisionReason.choices)
    note = models.CharField(_("why"), max_length=300, blank=True)
    code = models.CharField(_("result"), max_length=1, choices=DifferenceCode.choices)
    centre = models.CharField(_("at the centre"), max_length=40, null=True)  # noqa: DJ001 - as the difference
    institution_value = models.CharField(_("at the institution"), max_length=40, null=True)  # noqa: DJ001
    amount = yuan(_("amount"))
    alone_up_to = yuan(_("decided by one person up to"))
    accepted_up_to = yuan(_("accepted up to"))
    decided_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("decided by"))
    decided_at = models.DateTimeField(_("decided at"), auto_now_add=True)
    confirmed_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    ended_at = models.DateTimeField(_("ended at"), null=True)
    ending = models.CharField(_("why it ended"), max_length=12, choices=Ending.choices, blank=True)
    ended_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("ended by")
    )
    ending_note = models.CharField(_("reason"), max_length=300, blank=True)

    objects = ScopedQuerySet["DiscrepancyDecision"].as_manager()

    class Meta:
        verbose_name = _("decision about a difference")
        verbose_name_plural = _("decisions about differences")
        ordering = ["discrepancy", "id"]
        constraints = [
            models.UniqueConstraint(
                name="decision_one_stands", fields=["discrepancy"], condition=Q(ended_at=None)
            ),
            models.CheckConstraint(name="decision_two_people", condition=~Q(decided_by=F("confirmed_by"))),
            models.CheckConstraint(
                name="decision_confirmed_has_time",
                condition=Q(confirmed_by=None, confirmed_at=None)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="decision_fits_the_result",
                condition=Q(code="1", reason__in=FITTING["1"])
                | Q(code="2", reason__in=FITTING["2"])
                | Q(code="3", reason__in=FITTING["3"]),
            ),
            models.CheckConstraint(
                name="decision_amounts_are_numbers",
                condition=amount("amount") & amount("alone_up_to") & amount("accepted_up_to"),
            ),
            models.CheckConstraint(
                name="decision_accepted_within_limit",
                condition=~Q(reason="accepted") | Q(~Q(note=""), amount__lte=F("accepted_up_to")),
            ),
            models.CheckConstraint(
                name="decision_end_is_told",
                condition=Q(ended_at=None, ending="", ended_by=None, ending_note="")
                | Q(ended_at__isnull=False, ending__in=["other_values", "agrees"], ended_by=None, ending_note="")
                | Q(~Q(ending_note=""), ended_at__isnull=False, ending__in=["refused", "withdrawn"],
                    ended_by__isnull=False),
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Trigger(
                name="decision_on_these_values",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    PERFORM FROM settlement_discrepancy AS known
                      WHERE known.id = NEW.discrepancy_id AND known.closed_at IS NULL
                        AND (known.code, known.centre, known.institution_value)
                            IS NOT DISTINCT FROM (NEW.code, NEW.centre, NEW.institution_value)
                        FOR NO KEY UPDATE;
                    IF NOT FOUND THEN
                        RAISE EXCEPTION 'difference % does not have these values', NEW.discrepancy_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'decision_on_these_values';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Protect(
                name="decision_begins_unconfirmed",
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__confirmed_by__isnull=False) | pgtrigger.Q(new__ended_at__isnull=False),
            ),
            pgtrigger.Protect(
                name="decision_stays_itself",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "discrepancy", "reason", "note", *VALUES, "amount", "alone_up_to", "accepted_up_to", "decided_by",
                    "decided_at",
                ),
            ),
            pgtrigger.Protect(
                name="decision_ended_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__ended_at__isnull=False),
            ),
            pgtrigger.Protect(
                name="decision_confirmed_once",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__confirmed_by__isnull=False)
                & (
                    pgtrigger.Q(old__confirmed_by__df=pgtrigger.F("new__confirmed_by"))
                    | pgtrigger.Q(old__confirmed_at__df=pgtrigger.F("new__confirmed_at"))
                ),
            ),
            pgtrigger.Protect(name="decision_is_kept", operation=pgtrigger.Delete),
            no_truncate("decision_no_truncate"),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.discrepancy_id} {self.reason}"

    @property
    def needs_second(self) -> bool:
        return bool(self.amount > self.alone_up_to)

    @property
    def is_final(self) -> bool:
        return self.confirmed_by_id is not None or not self.needs_second


class DiscrepancyComment(models.Model):
    region_lookup = "discrepancy__institution__region"

    discrepancy = models.ForeignKey(
        Discrepancy, models.PROTECT, related_name="comments", verbose_name=_("difference")
    )
    text = models.CharField(_("comment"), max_length=500)
    by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    objects = ScopedQuerySet["DiscrepancyComment"].as_manager()

    class Meta:
        verbose_name = _("comment on a difference")
        verbose_name_plural = _("comments on differences")
        ordering = ["discrepancy", "id"]
        constraints = [models.CheckConstraint(name="comment_says_something", condition=~Q(text=""))]
        triggers = append_only("comment")

    def __str__(self) -> str:
        return str(self.pk)
