"""Settlements (结算) and who paid them (个账支付明细).

Model: a settlement is one bill of one patient, paid once: from the own account, from the family's accounts in their
order, the rest in cash. The national message gives totals; a `SettlementShare` is what one account paid, beside the
ledger entry that took it. What was wrong is reversed by another settlement with every amount negated.

Invariants, held by the database whoever writes:
- the amounts add up, and the personal part is own + family + cash (CHECK);
- amounts are zero or more, of a reversal zero or less (CHECK);
- the shares add up to own and family amount and are all of one sign, so that none can be added later (deferred
  triggers), and each is what its ledger entry took (trigger);
- a settlement is stored once, and reversed once, by a reversal that mirrors it share by share (UNIQUE, trigger);
- neither is ever changed, deleted or truncated (triggers).
"""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

import pgtrigger
from django.db import models
from django.db.models import F, Func, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models.account import append_only, yuan
from accounts.models.closed_day import on_open_day
from accounts.rules.money import INTEGER_DIGITS
from accounts.scope import ScopedQuerySet
from settlement.rules.amounts import AMOUNT_NAMES, Amounts

if TYPE_CHECKING:
    from decimal import Decimal

LONGEST_ID = 30
PAID_BY = ("acct_pay", "acct_mulaid_pay", "psn_cash_pay")
EVERY_AMOUNT = (*AMOUNT_NAMES, *PAID_BY)


# The day on which the institution settled, which its statements report: the business date is later where that day was
# signed (docs/adr/0022). In SQL of a table `settlement`, and for the ORM.
OWN_DAY = "(settlement.settled_at AT TIME ZONE 'Asia/Shanghai')::date"
SERVICE_DAY = Func(
    "settled_at", template="(%(expressions)s AT TIME ZONE 'Asia/Shanghai')::date", output_field=models.DateField()
)


def settled_on(day: str) -> str:
    """SQL: what institutions settled on a day, in whichever day's books. `day`: its place, a date."""
    begins, ends = (f"({day}::date + {n})::timestamp AT TIME ZONE 'Asia/Shanghai'" for n in (0, 1))
    return (
        f"settlement.kind = 'networked' AND settlement.settled_at >= {begins} AND settlement.settled_at < {ends}"
        f" AND (settlement.business_date = {day} OR settlement.business_date <> {OWN_DAY})"
    )


class SettlementKind(models.TextChoices):
    """How the bill came to us."""

    NETWORKED = "networked", _("networked settlement")
    CLAIM = "claim", _("manual reimbursement")
    PREMIUM = "premium", _("premium")


def _every_amount(lookup: str) -> Q:
    condition = Q()
    for name in EVERY_AMOUNT:
        condition &= Q(**{f"{name}__{lookup}": 0})
    return condition


class SettlementQuerySet(ScopedQuerySet["Settlement"]):
    def settled_on(self, day: dt.date) -> SettlementQuerySet:
        """What institutions settled on a day, as `settled_on` in SQL."""
        books = Q(business_date=day) | ~Q(business_date=SERVICE_DAY)
        return self.filter(books, kind=SettlementKind.NETWORKED, settled_at__date=day)


class Settlement(models.Model):
    setl_id = models.CharField(_("settlement number"), max_length=LONGEST_ID, help_text="setl_id")
    kind = models.CharField(_("kind"), max_length=9, choices=SettlementKind.choices)
    reverses = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="reversed_by", verbose_name=_("reverses"),
        help_text="init_setl_id",
    )  # fmt: skip
    mdtrt_id = models.CharField(_("visit number"), max_length=LONGEST_ID, blank=True, help_text="mdtrt_id")
    person = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, db_index=False, related_name="settlements",
        verbose_name=_("patient"),
    )  # fmt: skip
    psn_no = models.CharField(
        _("person number"), max_length=30, help_text=_("as the institution sent it, also of a merged record")
    )
    insutype = models.CharField(_("insurance type"), max_length=6, help_text="insutype")
    region = models.ForeignKey(
        "accounts.Region", models.PROTECT, db_index=False, related_name="+", verbose_name=_("insured in"),
        help_text=_("when it was settled"),
    )  # fmt: skip
    group = models.ForeignKey(
        "families.MutualAidGroup", models.PROTECT, null=True, related_name="settlements", verbose_name=_("group")
    )
    institution = models.ForeignKey(
        "settlement.Institution", models.PROTECT, null=True, db_index=False, related_name="settlements",
        verbose_name=_("institution"),
    )  # fmt: skip
    med_type = models.CharField(_("kind of care"), max_length=6, blank=True, help_text="med_type")
    usage = models.CharField(_("usage"), max_length=24)
    settled_at = models.DateTimeField(_("settled at"), help_text="setl_time")
    business_date = models.DateField(
        _("business date"), help_text=_("the day of the service, or the next that was not closed")
    )
    dise_codg = models.CharField(_("disease code"), max_length=30, blank=True, help_text="dise_codg")
    dise_name = models.CharField(_("disease"), max_length=200, blank=True, help_text="dise_name")
    dr_name = models.CharField(_("doctor"), max_length=60, blank=True, help_text="dr_name")
    acct_used = models.BooleanField(_("accounts used"), default=True, help_text="acct_used_flag")

    medfee_sumamt = yuan(_("total fee"), help_text="medfee_sumamt")
    fulamt_ownpay_amt = yuan(_("not covered"), help_text="fulamt_ownpay_amt")
    overlmt_selfpay = yuan(_("above the price limit"), help_text="overlmt_selfpay")
    preselfpay_amt = yuan(_("paid before cover"), help_text="preselfpay_amt")
    inscp_scp_amt = yuan(_("within cover"), help_text="inscp_scp_amt")
    fund_pay_sumamt = yuan(_("pooled fund"), help_text="fund_pay_sumamt")
    hosp_part_amt = yuan(_("institution's part"), help_text="hosp_part_amt")
    psn_part_amt = yuan(_("personal part"), help_text="psn_part_amt")
    acct_pay = yuan(_("own account"), help_text="acct_pay")
    acct_mulaid_pay = yuan(_("mutual aid"), help_text="acct_mulaid_pay")
    psn_cash_pay = yuan(_("cash"), help_text="psn_cash_pay")

    considerations = models.JSONField(
        _("why"), default=list, help_text=_("every account that was looked at, and why it paid that much")
    )
    recorded_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, db_index=False, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    objects = SettlementQuerySet.as_manager()

    class Meta:
        verbose_name = _("settlement")
        verbose_name_plural = _("settlements")
        ordering = ["-settled_at", "-id"]
        permissions = [
            ("load_settlements", gettext_noop("May load settlements")),
            ("reverse_settlement", gettext_noop("May have a settlement reversed")),
            ("view_clearing", gettext_noop("May see what regions owe one another")),
        ]
        constraints = [
            models.UniqueConstraint(name="settlement_once", fields=["setl_id"]),
            models.CheckConstraint(name="settlement_has_id", condition=~Q(setl_id="")),
            models.CheckConstraint(
                name="settlement_fees_add_up",
                condition=Q(
                    medfee_sumamt=F("fulamt_ownpay_amt")
                    + F("overlmt_selfpay")
                    + F("preselfpay_amt")
                    + F("inscp_scp_amt")
                ),
            ),
            models.CheckConstraint(
                name="settlement_payers_add_up",
                condition=Q(medfee_sumamt=F("fund_pay_sumamt") + F("psn_part_amt") + F("hosp_part_amt")),
            ),
            models.CheckConstraint(
                name="settlement_personal_part_adds_up",
                condition=Q(psn_part_amt=F("acct_pay") + F("acct_mulaid_pay") + F("psn_cash_pay")),
            ),
            # PostgreSQL's NaN equals itself and is greater than everything; in any part, it is in the total.
            models.CheckConstraint(
                name="settlement_total_is_a_number", condition=Q(medfee_sumamt__lt=10**INTEGER_DIGITS)
            ),
            models.CheckConstraint(
                name="settlement_sign_of_kind",
                condition=Q(_every_amount("gte"), reverses=None) | Q(_every_amount("lte"), reverses__isnull=False),
            ),
            models.CheckConstraint(
                name="settlement_kind_has_its_place",
                condition=Q(kind=SettlementKind.PREMIUM, institution=None, med_type="")
                | Q(Q(kind=SettlementKind.CLAIM), ~Q(med_type=""))
                | Q(Q(kind=SettlementKind.NETWORKED, institution__isnull=False), ~Q(med_type="")),
            ),
        ]
        # These serve the foreign keys of the same columns too: every index is written at every settlement.
        indexes = [
            models.Index(fields=["region", "-settled_at", "-id"], name="settlement_region_time"),
            models.Index(
                fields=["region", "-settled_at", "-id"], name="settlement_reversal_time",
                condition=Q(reverses__isnull=False),
            ),
            models.Index(
                fields=["region", "-settled_at", "-id"], name="settlement_by_hand_time",
                condition=Q(kind__in=[SettlementKind.CLAIM, SettlementKind.PREMIUM]),
            ),
            models.Index(fields=["person", "-settled_at"], name="settlement_person_time"),
            models.Index(fields=["institution", "business_date"], name="settlement_institution_day"),
            models.Index(fields=["business_date", "id"], name="settlement_day"),
            models.Index(
                fields=["settled_at"], name="settlement_booked_later", condition=~Q(business_date=SERVICE_DAY)
            ),
        ]  # fmt: skip
        triggers = [
            *append_only("settlement"),
            on_open_day("settlement_on_open_day", "written.region_id"),
            pgtrigger.Trigger(
                name="settlement_shares_add_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("own", "numeric"), ("family", "numeric")],
                func="""
                    SELECT COALESCE(sum(prior_years + current_year) FILTER (WHERE position = 0), 0),
                           COALESCE(sum(prior_years + current_year) FILTER (WHERE position > 0), 0)
                      INTO own, family FROM settlement_settlementshare WHERE settlement_id = NEW.id;
                    IF own <> NEW.acct_pay OR family <> NEW.acct_mulaid_pay THEN
                        RAISE EXCEPTION 'the shares of settlement % are % and %', NEW.setl_id, own, family
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_shares_add_up';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="settlement_pays_premium_back",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                condition=pgtrigger.Q(new__reverses__isnull=False, new__kind=SettlementKind.PREMIUM),
                func="""
                    UPDATE settlement_premiumpayment SET paid_back_by_id = NEW.id
                     WHERE settlement_id = NEW.reverses_id;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="settlement_mirrors_the_original",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__reverses__isnull=False),
                func="""
                    IF NOT EXISTS (SELECT FROM settlement_settlement AS original
                                    WHERE original.id = NEW.reverses_id AND original.reverses_id IS NULL
                                      AND original.person_id = NEW.person_id AND original.kind = NEW.kind
                                      AND (original.fulamt_ownpay_amt, original.overlmt_selfpay,
                                           original.preselfpay_amt, original.inscp_scp_amt,
                                           original.fund_pay_sumamt, original.hosp_part_amt, original.psn_part_amt)
                                        = (-NEW.fulamt_ownpay_amt, -NEW.overlmt_selfpay,
                                           -NEW.preselfpay_amt, -NEW.inscp_scp_amt,
                                           -NEW.fund_pay_sumamt, -NEW.hosp_part_amt, -NEW.psn_part_amt))
                       OR EXISTS (SELECT FROM (SELECT * FROM settlement_settlementshare
                                                WHERE settlement_id = NEW.reverses_id) AS taken
                                    FULL JOIN (SELECT * FROM settlement_settlementshare
                                                WHERE settlement_id = NEW.id) AS given USING (position)
                                   WHERE taken.prior_years IS DISTINCT FROM -given.prior_years
                                      OR taken.current_year IS DISTINCT FROM -given.current_year) THEN
                        RAISE EXCEPTION 'settlement % is not the mirror of what it reverses', NEW.setl_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_mirrors_the_original';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.setl_id

    def get_absolute_url(self) -> str:
        return reverse("settlement", args=[self.pk])

    @property
    def amounts(self) -> Amounts:
        return Amounts(*(getattr(self, name) for name in AMOUNT_NAMES))

    @property
    def day_of_service(self) -> dt.date:
        """As of which groups, grants, limits and policy counted; the business date is later where it was closed."""
        return timezone.localdate(self.settled_at)


class SettlementShare(models.Model):
    """What one account paid of one settlement. `position`: 0 for the own account, then the place in the order."""

    region_lookup = "account__person__region"

    settlement = models.ForeignKey(
        Settlement, models.PROTECT, db_index=False, related_name="shares", verbose_name=_("settlement")
    )
    position = models.PositiveSmallIntegerField(_("place"))
    account = models.ForeignKey(
        "accounts.PersonalAccount", models.PROTECT, db_index=False, related_name="shares", verbose_name=_("account")
    )
    prior_years = yuan(_("of prior years"))
    current_year = yuan(_("of the current year"))
    year = models.PositiveSmallIntegerField(
        _("counts in"), help_text=_("the year whose limits it uses up; of a reversal that of the original")
    )
    entry = models.OneToOneField(
        "accounts.AccountEntry", models.PROTECT, related_name="share", verbose_name=_("account entry")
    )

    objects = ScopedQuerySet["SettlementShare"].as_manager()

    class Meta:
        verbose_name = _("share of a settlement")
        verbose_name_plural = _("shares of settlements")
        ordering = ["settlement", "position"]
        constraints = [
            models.UniqueConstraint(name="share_place_once", fields=["settlement", "position"]),
        ]
        indexes = [
            models.Index(
                fields=["account", "year"], include=["prior_years", "current_year"], condition=Q(position__gt=0),
                name="share_drawn",
            )
        ]  # fmt: skip
        triggers = [
            *append_only("share"),
            pgtrigger.Trigger(
                name="share_is_its_entry",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (SELECT FROM accounts_accountentry AS entry
                                    WHERE entry.id = NEW.entry_id AND entry.account_id = NEW.account_id
                                      AND entry.prior_change = -NEW.prior_years
                                      AND entry.current_change = -NEW.current_year) THEN
                        RAISE EXCEPTION 'share % of settlement % is not what its entry took',
                            NEW.position, NEW.settlement_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'share_is_its_entry';
                    END IF;
                    RETURN NULL;
                """,
            ),
            pgtrigger.Trigger(
                name="share_adds_up",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                func="""
                    IF (SELECT abs(acct_pay + acct_mulaid_pay) FROM settlement_settlement
                         WHERE id = NEW.settlement_id)
                       <> (SELECT sum(abs(prior_years) + abs(current_year)) FROM settlement_settlementshare
                            WHERE settlement_id = NEW.settlement_id) THEN
                        RAISE EXCEPTION 'the shares of settlement % do not add up', NEW.settlement_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'settlement_shares_add_up';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.settlement_id}/{self.position}"

    @property
    def amount(self) -> Decimal:
        amount: Decimal = self.prior_years + self.current_year
        return amount
