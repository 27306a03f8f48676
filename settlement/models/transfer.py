"""Transfers between insurance wallets (医保钱包转账): from one account of a family to another's.

The money leaves the payer's account at once (207) and is held until it arrives (107) or goes back (109): a transfer
that waits is the money under way. Both bureaus see it, the payer's and the payee's. Invariants, held by the database
whoever writes:
- one transfer for a business id; both of one family on that day, and two persons (UNIQUE, trigger);
- the parts that were taken add up to an amount above zero (CHECK);
- it begins as waiting, is answered once, and stays what it is (triggers, CHECK); it is never deleted nor truncated;
- what is held arrives or goes back to the fen: each entry is of its account, kind and amount (trigger), and of one
  transfer (UNIQUE).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from accounts.history import no_truncate, track
from accounts.models.account import EntryKind, amount, yuan
from accounts.scope import ScopedQuerySet
from settlement.rules.facts import Buckets

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from accounts.models import Staff

# What the answer adds; everything else stays as it was asked for.
ANSWER = ("state", "answered_at", "answered_by", "return_cause", "reason", "in_entry", "back_entry")
ID_SHAPE = r"^[0-9A-Za-z][0-9A-Za-z_-]{0,39}$"


class Purpose(models.TextChoices):
    """Of `settlement.rules.transfers.PURPOSES`."""

    CARE = "care", _("care")
    PREMIUM = "premium", _("premium of the insurance")


class TransferState(models.TextChoices):
    WAITING = "waiting", pgettext_lazy("of a transfer", "waiting for the payee")
    ACCEPTED = "accepted", pgettext_lazy("of a transfer", "accepted")
    RETURNED = "returned", pgettext_lazy("of a transfer", "returned")


class ReturnCause(models.TextChoices):
    REFUSED = "refused", _("refused by the payee")
    WITHDRAWN = "withdrawn", _("taken back by the payer")
    UNANSWERED = "unanswered", _("not accepted by the next morning")


class TransferQuerySet(ScopedQuerySet["WalletTransfer"]):
    def for_staff(self, staff: Staff) -> Self:
        """The payee's bureau too: the payee answers where the payee is insured."""
        if not staff.is_active or not staff.has_perm("settlement.view_wallettransfer"):
            return self.none()
        under = staff.region.path
        return self.filter(
            Q(payer__person__region__path__startswith=under) | Q(payee__region__path__startswith=under)
        )

    def waiting(self) -> Self:
        return self.filter(state=TransferState.WAITING)


def _entry(label: StrOrPromise, *, null: bool = False) -> models.OneToOneField[Any, Any]:
    return models.OneToOneField(
        "accounts.AccountEntry", models.PROTECT, null=null, related_name="+", verbose_name=label
    )


@track()
class WalletTransfer(models.Model):
    """`answered_by`: who recorded what the payee, or the payer, said; for `UNANSWERED` the night."""

    region_lookup = "payer__person__region"

    transfer_id = models.CharField(_("transfer number"), max_length=40, unique=True)
    payer = models.ForeignKey(
        "accounts.PersonalAccount",
        models.PROTECT,
        related_name="transfers",
        verbose_name=pgettext_lazy("of a transfer", "payer"),
    )
    payee = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, related_name="transfers_received", verbose_name=_("payee")
    )
    group = models.ForeignKey(
        "families.MutualAidGroup", models.PROTECT, related_name="+", verbose_name=_("group"),
        help_text=_("of which both are members on that day"),
    )  # fmt: skip
    amount = yuan(_("amount"))
    prior_part = yuan(_("taken from prior years"))
    current_part = yuan(_("taken from the current year"))
    purpose = models.CharField(_("purpose"), max_length=7, choices=Purpose.choices)
    business_date = models.DateField(_("business date"))
    asked_at = models.DateTimeField(_("asked for at"))
    handled_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("handled by"))
    state = models.CharField(_("state"), max_length=8, choices=TransferState.choices, default=TransferState.WAITING)
    answered_at = models.DateTimeField(_("answered at"), null=True)
    answered_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("answer recorded by")
    )
    return_cause = models.CharField(_("why it went back"), max_length=10, choices=ReturnCause.choices, blank=True)
    reason = models.CharField(_("reason"), max_length=200, blank=True)
    out_entry = _entry(_("entry of the transfer out"))
    in_entry = _entry(_("entry of the transfer in"), null=True)
    back_entry = _entry(_("entry of the return"), null=True)

    objects = TransferQuerySet.as_manager()

    class Meta:
        verbose_name = _("wallet transfer")
        verbose_name_plural = _("wallet transfers")
        ordering = ["-asked_at", "-id"]
        permissions = [("answer_wallettransfer", gettext_noop("May record the answer to a wallet transfer"))]
        constraints = [
            models.CheckConstraint(name="transfer_id_shape", condition=Q(transfer_id__regex=ID_SHAPE)),
            models.CheckConstraint(
                name="transfer_parts_add_up",
                condition=amount("prior_part")
                & amount("current_part")
                & Q(amount__gt=0, amount=F("prior_part") + F("current_part")),
            ),
            models.CheckConstraint(name="transfer_purpose_known", condition=Q(purpose__in=Purpose.values)),
            models.CheckConstraint(
                name="transfer_answer_fits_state",
                condition=Q(
                    state=TransferState.WAITING, answered_at=None, answered_by=None, in_entry=None, back_entry=None,
                    return_cause="", reason="",
                )
                | Q(
                    state=TransferState.ACCEPTED, answered_at__gte=F("asked_at"), answered_by__isnull=False,
                    in_entry__isnull=False, back_entry=None, return_cause="", reason="",
                )
                | Q(
                    state=TransferState.RETURNED, answered_at__gte=F("asked_at"), answered_by__isnull=False,
                    in_entry=None, back_entry__isnull=False, return_cause__in=ReturnCause.values,
                ),
            ),
            models.CheckConstraint(
                name="transfer_return_has_reason",
                condition=~Q(return_cause__in=[ReturnCause.REFUSED, ReturnCause.WITHDRAWN]) | ~Q(reason=""),
            ),
        ]  # fmt: skip
        triggers = [
            pgtrigger.Protect(name="transfer_is_kept", operation=pgtrigger.Delete),
            no_truncate("transfer_no_truncate"),
            pgtrigger.Protect(
                name="transfer_stays_itself",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(exclude=list(ANSWER)),
            ),
            pgtrigger.Protect(
                name="transfer_answered_once",
                operation=pgtrigger.Update,
                condition=~pgtrigger.Q(old__state=TransferState.WAITING),
            ),
            pgtrigger.Trigger(
                name="transfer_in_the_family",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("payer", "bigint")],
                func=f"""
                    SELECT person_id INTO payer FROM accounts_personalaccount WHERE id = NEW.payer_id;
                    IF NEW.state <> '{TransferState.WAITING}' OR payer = NEW.payee_id
                       OR NEW.business_date <> (NEW.asked_at AT TIME ZONE 'Asia/Shanghai')::date
                       OR 2 > (SELECT count(DISTINCT person_id) FROM families_groupmember
                                WHERE group_id = NEW.group_id AND person_id IN (payer, NEW.payee_id)
                                  AND daterange(joined_on, left_on) @> NEW.business_date) THEN
                        RAISE EXCEPTION 'transfer % is not one between two of a family, or does not begin as one',
                            NEW.transfer_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_in_the_family';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - the only thing filled in is a constant
            ),
            pgtrigger.Trigger(
                name="transfer_to_the_fen",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update,
                declare=[("leaves", "record"), ("arrives", "record"), ("returns", "record"), ("turned", "boolean")],
                # What comes back in another year is of prior years, whichever part it was (`coming_back`).
                func=f"""
                    SELECT * INTO leaves FROM accounts_accountentry WHERE id = NEW.out_entry_id;
                    SELECT entry.*, person_id INTO arrives FROM accounts_accountentry AS entry
                      JOIN accounts_personalaccount AS account ON account.id = account_id
                     WHERE entry.id = NEW.in_entry_id;
                    SELECT * INTO returns FROM accounts_accountentry WHERE id = NEW.back_entry_id;
                    turned := extract(year FROM returns.business_date) > extract(year FROM NEW.business_date);
                    IF (leaves.account_id, leaves.kind, leaves.business_date, leaves.prior_change,
                        leaves.current_change)
                       IS DISTINCT FROM (NEW.payer_id, '{EntryKind.TRANSFER_OUT}', NEW.business_date, -NEW.prior_part,
                        -NEW.current_part)
                       OR NEW.in_entry_id IS NOT NULL
                       AND (arrives.person_id, arrives.kind, arrives.prior_change, arrives.current_change)
                       IS DISTINCT FROM (NEW.payee_id, '{EntryKind.TRANSFER_IN}', 0::numeric, NEW.amount)
                       OR NEW.back_entry_id IS NOT NULL
                       AND (returns.account_id, returns.kind, returns.prior_change, returns.current_change)
                       IS DISTINCT FROM (NEW.payer_id, '{EntryKind.REFUND}',
                        CASE WHEN turned THEN NEW.amount ELSE NEW.prior_part END,
                        CASE WHEN turned THEN 0 ELSE NEW.current_part END) THEN
                        RAISE EXCEPTION 'an entry is not that of transfer %', NEW.transfer_id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'transfer_to_the_fen';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - the only things filled in are constants
            ),
        ]
        indexes = [
            models.Index(fields=["payer", "business_date"], name="transfer_payer_day"),
            models.Index(fields=["-asked_at", "-id"], name="transfer_newest"),
            models.Index(fields=["business_date"], name="transfer_under_way", condition=Q(state="waiting")),
        ]

    def __str__(self) -> str:
        return self.transfer_id

    def get_absolute_url(self) -> str:
        return reverse("transfer", args=[self.pk])

    @property
    def parts(self) -> Buckets:
        """What was taken from each bucket."""
        return Buckets(self.prior_part, self.current_part)
