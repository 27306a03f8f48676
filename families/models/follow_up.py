"""Follow-ups (跟进事项): what became true of a family that a clerk has to settle with them.

Opened and closed by the facts (families/services/follow_ups.py); a clerk may close one sooner, with a reason.
Invariants, held by the database: one open follow-up per group, person and kind; whatever a clerk closed has a
reason; neither a follow-up nor a note is deleted, and a note is never changed.
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from accounts.history import track
from accounts.models.account import append_only
from accounts.scope import ScopedQuerySet


class FollowUpKind(models.TextChoices):
    OWNER_DIED = "owner_died", _("owner died")
    MEMBER_DIED = "member_died", _("member died")
    OWNER_SUSPENDED = "owner_suspended", _("owner suspended")
    PAYER_SUSPENDED = "payer_suspended", _("payer suspended")
    MEMBER_SUSPENDED = "member_suspended", _("member suspended")
    CARD_LENDING = "card_lending", _("card lent")
    MOVED_AWAY = "moved_away", _("moved away")
    POLICY_EXCESS = "policy_excess", _("no longer admitted by the policy")


class FollowUpState(models.TextChoices):
    OPEN = "open", _("open")
    CLOSED = "closed", _("closed")


@track()
class FollowUp(models.Model):
    region_lookup = "group__region"

    group = models.ForeignKey(
        "families.MutualAidGroup", models.PROTECT, related_name="follow_ups", verbose_name=_("group")
    )
    person = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, null=True, related_name="follow_ups", verbose_name=_("member")
    )
    kind = models.CharField(_("what to settle"), max_length=20, choices=FollowUpKind.choices)
    parameter = models.CharField(
        _("parameter"), max_length=40, blank=True, help_text=_("the policy parameter that no longer admits it")
    )
    since = models.DateField(_("since"))
    state = models.CharField(_("state"), max_length=6, choices=FollowUpState.choices, default=FollowUpState.OPEN)
    opened_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed at"), null=True)
    closed_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("closed by"),
        help_text=_("empty: closed because it was no longer true"),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=300, blank=True)

    objects = ScopedQuerySet["FollowUp"].as_manager()

    class Meta:
        verbose_name = _("follow-up")
        verbose_name_plural = _("follow-ups")
        ordering = ["since", "id"]
        constraints = [
            models.UniqueConstraint(
                name="follow_up_one_open", fields=["group", "person", "kind"], condition=Q(state="open"),
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="follow_up_closed_with_reason",
                condition=Q(state="open", closed_at=None, closed_by=None, reason="")
                | Q(state="closed", closed_at__isnull=False, closed_by=None, reason="")
                | Q(state="closed", closed_at__isnull=False, closed_by__isnull=False) & ~Q(reason=""),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=["state", "since", "id"], name="follow_up_worklist")]
        triggers = [
            pgtrigger.Protect(
                name="follow_up_stays_itself",
                operation=pgtrigger.UpdateOf("group_id", "person_id", "kind", "since"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.AnyChange("group", "person", "kind", "since"),
            ),
            pgtrigger.Protect(name="follow_up_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.group_id} {self.kind}"

    def get_absolute_url(self) -> str:
        return reverse("follow-up", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state == FollowUpState.OPEN


class FollowUpNote(models.Model):
    """What was done about it: a call, an appointment. `again_on`: the day to look at it again."""

    region_lookup = "follow_up__group__region"

    follow_up = models.ForeignKey(FollowUp, models.PROTECT, related_name="notes", verbose_name=_("follow-up"))
    text = models.CharField(_("note"), max_length=300)
    again_on = models.DateField(_("look again on"), null=True, blank=True)
    by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"), auto_now_add=True)

    objects = ScopedQuerySet["FollowUpNote"].as_manager()

    class Meta:
        verbose_name = _("note on a follow-up")
        verbose_name_plural = _("notes on follow-ups")
        ordering = ["-id"]
        constraints = [models.CheckConstraint(name="follow_up_note_says_something", condition=~Q(text=""))]
        triggers = append_only("follow_up_note")

    def __str__(self) -> str:
        return f"{self.follow_up_id}/{self.pk}"
