"""Personal accounts (个人账户) and their ledger.

Model: an account has two buckets, prior years (往年) and current year (当年), in yuan. Every movement is an
`AccountEntry` that names the change of each bucket and the balance after it; entries are numbered without
gaps and never altered: what was wrong is reversed by another entry.

Invariants, held by the database whoever writes:
- no bucket below zero (CHECK);
- entry n starts where entry n−1 ended (trigger), so the balance is the sum of all entries;
- the account's balance is that of its last entry (deferred trigger, checked at commit);
- entries are neither changed, deleted nor truncated (triggers);
- one source (a monthly credit, a settlement …) moves an account once (UNIQUE);
- the account of a record that was merged takes no more entries (trigger);
- no entry carries the date of a day that its region has closed (trigger).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pghistory
import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.history import no_truncate, track
from accounts.models.closed_day import on_open_day
from accounts.rules.money import INTEGER_DIGITS
from accounts.scope import ScopedQuerySet

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise


class EntryKind(models.TextChoices):
    """`acct_incexpd_type` (DOMAIN.md section 6): the kinds that our own services post."""

    MONTHLY_CREDIT = "101", _("monthly credit")
    REFUND = "109", _("refund")
    ADJUSTMENT = "110", _("adjustment")
    CARRIED_OVER = "113", _("carried over (opening balance)")
    TRANSFER_IN = "107", _("transfer in")
    SPENDING = "201", _("spending")
    PREMIUM_FOR_ANOTHER = "205", _("premium for another")
    YEAR_END = "206", _("year-end carry-over")
    TRANSFER_OUT = "207", _("transfer out")


def yuan(label: StrOrPromise, **kwargs: Any) -> models.DecimalField:
    return models.DecimalField(label, max_digits=16, decimal_places=2, **kwargs)


def amount(field: str) -> Q:
    """Zero or more, and a number: PostgreSQL's NaN is in `numeric` and greater than everything."""
    return Q(**{f"{field}__gte": 0, f"{field}__lt": 10**INTEGER_DIGITS})


# Both triggers call it at commit: the stored balance must be the one after the last entry.
BALANCE_IS_LAST_ENTRY = """
        SELECT id, prior_years, current_year, entry_count INTO account
          FROM accounts_personalaccount WHERE id = NEW.{key};
        SELECT prior_after, current_after, sequence INTO last
          FROM accounts_accountentry WHERE account_id = account.id ORDER BY sequence DESC LIMIT 1;
        IF account.prior_years <> COALESCE(last.prior_after, 0)
           OR account.current_year <> COALESCE(last.current_after, 0)
           OR account.entry_count <> COALESCE(last.sequence, 0) THEN
            RAISE EXCEPTION 'account % does not match its last entry', account.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'account_matches_ledger';
        END IF;
        RETURN NULL;
"""


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse UPDATE, DELETE and TRUNCATE: row triggers alone let TRUNCATE pass."""
    return [
        pgtrigger.Protect(name=f"{name}_append_only", operation=pgtrigger.Update | pgtrigger.Delete),
        no_truncate(f"{name}_no_truncate"),
    ]


# Balances are left out of the history: their history is the ledger, and it cannot be bypassed.
@track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["prior_years", "current_year", "entry_count"])),
    pghistory.DeleteEvent(),
)
class PersonalAccount(models.Model):
    region_lookup = "person__region"

    person = models.OneToOneField("accounts.InsuredPerson", models.PROTECT, related_name="account")
    prior_years = yuan(_("prior years"), default=0)
    current_year = yuan(_("current year"), default=0)
    entry_count = models.PositiveIntegerField(_("entries"), default=0)
    opened_on = models.DateField(_("opened on"))

    objects = ScopedQuerySet["PersonalAccount"].as_manager()

    class Meta:
        verbose_name = _("personal account")
        verbose_name_plural = _("personal accounts")
        ordering = ["id"]
        permissions = [
            ("post_credit", gettext_noop("May post monthly credits and the year-end carry-over")),
            ("check_ledger", gettext_noop("May check the ledger")),
        ]
        constraints = [
            models.CheckConstraint(name="account_prior_years_not_negative", condition=amount("prior_years")),
            models.CheckConstraint(name="account_current_year_not_negative", condition=amount("current_year")),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="account_matches_ledger",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.Update,
                timing=pgtrigger.Deferred,
                declare=[("account", "record"), ("last", "record")],
                func=BALANCE_IS_LAST_ENTRY.format(key="id"),
            ),
        ]

    def __str__(self) -> str:
        return str(self.person_id)

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.person_id])


class AccountEntry(models.Model):
    region_lookup = "account__person__region"

    account = models.ForeignKey(
        PersonalAccount, models.PROTECT, db_index=False, related_name="entries", verbose_name=_("account")
    )
    sequence = models.PositiveIntegerField(_("number"))
    kind = models.CharField(_("kind"), max_length=3, choices=EntryKind.choices, help_text="acct_incexpd_type")
    prior_change = yuan(_("change of prior years"))
    current_change = yuan(_("change of current year"))
    prior_after = yuan(_("prior years after"))
    current_after = yuan(_("current year after"))
    business_date = models.DateField(_("business date"))
    posted_at = models.DateTimeField(_("posted at"), auto_now_add=True)
    source = models.CharField(_("source"), max_length=80, help_text=_("what moved the account; once per account"))
    note = models.CharField(_("note"), max_length=200, blank=True)
    posted_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, db_index=False, related_name="+", verbose_name=_("posted by")
    )

    objects = ScopedQuerySet["AccountEntry"].as_manager()

    class Meta:
        verbose_name = _("account entry")
        verbose_name_plural = _("account entries")
        ordering = ["account", "sequence"]
        constraints = [
            models.UniqueConstraint(name="entry_sequence_once", fields=["account", "sequence"]),
            models.UniqueConstraint(name="entry_source_once", fields=["account", "source"]),
            models.CheckConstraint(name="entry_sequence_from_one", condition=Q(sequence__gte=1)),
            models.CheckConstraint(
                name="entry_changes_something", condition=~Q(prior_change=0) | ~Q(current_change=0)
            ),
            models.CheckConstraint(
                name="entry_after_not_negative", condition=amount("prior_after") & amount("current_after")
            ),
            models.CheckConstraint(name="entry_has_source", condition=~Q(source="")),
        ]
        triggers = [
            *append_only("entry"),
            on_open_day(
                "entry_on_open_day",
                "person.region_id",
                joined="""JOIN accounts_personalaccount AS account ON account.id = written.account_id
                         JOIN accounts_insuredperson AS person ON person.id = account.person_id""",
            ),
            pgtrigger.Trigger(
                name="entry_follows_the_last",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                declare=[("before", "record")],
                func="""
                    SELECT prior_after, current_after INTO before FROM accounts_accountentry
                     WHERE account_id = NEW.account_id AND sequence = NEW.sequence - 1;
                    IF (NEW.sequence > 1 AND before IS NULL)
                       OR NEW.prior_after <> COALESCE(before.prior_after, 0) + NEW.prior_change
                       OR NEW.current_after <> COALESCE(before.current_after, 0) + NEW.current_change THEN
                        RAISE EXCEPTION 'entry % of account % does not follow the one before',
                            NEW.sequence, NEW.account_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_follows_the_last';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="entry_on_open_account",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF EXISTS (SELECT FROM accounts_personalaccount AS account
                                 JOIN accounts_insuredperson AS person ON person.id = account.person_id
                                WHERE account.id = NEW.account_id AND person.merged_into_id IS NOT NULL) THEN
                        RAISE EXCEPTION 'the record of account % was merged', NEW.account_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'entry_on_open_account';
                    END IF;
                    RETURN NEW;
                """,
            ),
            pgtrigger.Trigger(
                name="entry_is_in_the_balance",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("account", "record"), ("last", "record")],
                func=BALANCE_IS_LAST_ENTRY.format(key="account_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.account_id}/{self.sequence}"


class AdjustmentState(models.TextChoices):
    SUBMITTED = "submitted", _("waiting for review")
    POSTED = "posted", _("posted")
    REJECTED = "rejected", _("rejected")


@track()
class AccountAdjustment(models.Model):
    """A correction of a balance (110): asked for by one person, decided by another."""

    region_lookup = "account__person__region"

    account = models.ForeignKey(
        PersonalAccount, models.PROTECT, related_name="adjustments", verbose_name=_("account")
    )
    prior_change = yuan(_("change of prior years"), default=0)
    current_change = yuan(_("change of current year"), default=0)
    reason = models.CharField(_("reason"), max_length=200)
    state = models.CharField(
        _("state"), max_length=10, choices=AdjustmentState.choices, default=AdjustmentState.SUBMITTED
    )
    handled_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("handled by"))
    handled_at = models.DateTimeField(_("handled at"), auto_now_add=True)
    reviewed_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by")
    )
    reviewed_at = models.DateTimeField(_("reviewed at"), null=True)
    decision = models.CharField(_("reason of the decision"), max_length=200, blank=True)
    request_key = models.UUIDField(unique=True, editable=False)

    objects = ScopedQuerySet["AccountAdjustment"].as_manager()

    class Meta:
        verbose_name = _("account adjustment")
        verbose_name_plural = _("account adjustments")
        ordering = ["-handled_at"]
        permissions = [("review_accountadjustment", gettext_noop("May review account adjustments"))]
        constraints = [
            models.CheckConstraint(name="adjustment_two_people", condition=~Q(handled_by=F("reviewed_by"))),
            models.CheckConstraint(
                name="adjustment_decided_by_someone",
                condition=Q(state="submitted", reviewed_by=None, reviewed_at=None)
                | Q(state__in=["posted", "rejected"], reviewed_by__isnull=False, reviewed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="adjustment_changes_something", condition=~Q(prior_change=0) | ~Q(current_change=0)
            ),
            models.CheckConstraint(name="adjustment_has_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return str(self.pk)
