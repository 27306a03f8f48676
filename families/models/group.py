"""Mutual-aid groups (家庭共济组), their members, what each payer shares, and who may draw on whom.

Everything is dated, as half-open periods [from, to): every question can be asked for any day. Invariants, held by
the database whoever writes:
- a seat from 1 to 8, and no seat taken twice on the same day, so never more than eight members (CHECK, EXCLUDE);
- the owner, and only the owner, has seat 1 and relation 01 (CHECK);
- a person is in one group at a time where the policy says so (EXCLUDE on exclusive memberships);
- a payer has one rank and one limit on a day, and no two payers of a group have the same rank (EXCLUDE);
- a pair is granted once at a time, within one group, and nobody grants to themselves (EXCLUDE, triggers, CHECK);
- a membership is never moved to another group, person or seat: it ends, and another begins (trigger);
- a record that was merged begins no membership (trigger).
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.history import by_statement, track
from accounts.models.account import yuan
from accounts.models.dated import DatedQuerySet, no_overlap, period_in_order
from accounts.models.refused import refuse
from families.rules.policy import SEATS


@track(*by_statement())
class MutualAidGroup(models.Model):
    period = ("opened_on", "dissolved_on")

    number = models.CharField(_("group number"), max_length=20, unique=True)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    opened_on = models.DateField(_("opened on"))
    dissolved_on = models.DateField(_("dissolved on"), null=True, blank=True)
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    objects = DatedQuerySet["MutualAidGroup"].as_manager()

    class Meta:
        verbose_name = _("mutual-aid group")
        verbose_name_plural = _("mutual-aid groups")
        ordering = ["-id"]
        permissions = [("show_group", gettext_noop("May show a group on the command line"))]
        constraints = [period_in_order("group_period_in_order", "opened_on", "dissolved_on")]
        indexes = [models.Index(fields=["region", "-id"], name="group_region")]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("group", args=[self.pk])


@track(*by_statement())
class GroupMember(models.Model):
    region_lookup = "group__region"
    period = ("joined_on", "left_on")

    group = models.ForeignKey(MutualAidGroup, models.PROTECT, related_name="members", verbose_name=_("group"))
    person = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, related_name="memberships", verbose_name=_("member")
    )
    seat = models.PositiveSmallIntegerField(_("seat"))
    relation = models.CharField(_("relation to the owner"), max_length=2, help_text="GB/T 4761")
    exclusive = models.BooleanField(_("no other group meanwhile"))
    joined_on = models.DateField(_("member from"))
    left_on = models.DateField(_("member until"), null=True, blank=True)
    left_reason = models.CharField(_("reason of leaving"), max_length=200, blank=True)

    objects = DatedQuerySet["GroupMember"].as_manager()

    class Meta:
        verbose_name = _("group member")
        verbose_name_plural = _("group members")
        ordering = ["group", "seat"]
        constraints = [
            models.CheckConstraint(name="member_seat_one_to_eight", condition=Q(seat__gte=1, seat__lte=SEATS)),
            models.CheckConstraint(
                name="member_owner_has_seat_one",
                condition=Q(seat=1, relation="01") | (Q(seat__gt=1) & ~Q(relation="01")),
            ),
            period_in_order("member_period_in_order", "joined_on", "left_on"),
            no_overlap("member_seat_once", "group", "seat", start="joined_on", end="left_on"),
            no_overlap("member_once_in_group", "group", "person", start="joined_on", end="left_on"),
            no_overlap("member_one_group", "person", start="joined_on", end="left_on", condition=Q(exclusive=True)),
        ]
        triggers = [
            pgtrigger.Protect(
                name="member_stays_itself",
                operation=pgtrigger.UpdateOf("group_id", "person_id", "seat", "joined_on"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.AnyChange("group", "person", "seat", "joined_on"),
            ),
            pgtrigger.Protect(name="member_is_kept", operation=pgtrigger.Delete),
            refuse(
                "member_of_open_record",
                "(SELECT merged_into_id FROM accounts_insuredperson WHERE id = written.person_id) IS NOT NULL",
                says="the record was merged",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.group_id}/{self.seat}"


OF_ANOTHER_GROUP = "payer and beneficiary have to be members of this group"
PAYER_ELSEWHERE = "(SELECT group_id FROM families_groupmember WHERE id = written.payer_id) <> written.group_id"
BENEFICIARY_ELSEWHERE = PAYER_ELSEWHERE.replace("payer", "beneficiary")
EITHER_ELSEWHERE = f"{PAYER_ELSEWHERE} OR {BENEFICIARY_ELSEWHERE}"


@track(*by_statement())
class Sharing(models.Model):
    """What a member agreed to share: the rank among the group's payers, and the most in a calendar year."""

    region_lookup = "group__region"
    period = ("starts_on", "ends_on")

    group = models.ForeignKey(MutualAidGroup, models.PROTECT, related_name="sharings", verbose_name=_("group"))
    payer = models.ForeignKey(GroupMember, models.PROTECT, related_name="sharings", verbose_name=_("payer"))
    rank = models.PositiveSmallIntegerField(_("order"))
    share_limit = yuan(_("limit per year"), null=True, blank=True, help_text=_("yuan; empty: without limit"))
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = DatedQuerySet["Sharing"].as_manager()

    class Meta:
        verbose_name = _("sharing")
        verbose_name_plural = _("sharings")
        ordering = ["group", "rank"]
        constraints = [
            models.CheckConstraint(name="sharing_rank_from_one", condition=Q(rank__gte=1)),
            models.CheckConstraint(
                name="sharing_limit_not_negative", condition=Q(share_limit=None) | Q(share_limit__gte=0)
            ),
            period_in_order("sharing_period_in_order", "starts_on", "ends_on"),
            no_overlap("sharing_once", "payer", start="starts_on", end="ends_on"),
            no_overlap("sharing_rank_once", "group", "rank", start="starts_on", end="ends_on"),
        ]
        triggers = [
            refuse("sharing_within_group", PAYER_ELSEWHERE, says=OF_ANOTHER_GROUP),
            refuse(
                "sharing_still_within_group",
                PAYER_ELSEWHERE,
                says=OF_ANOTHER_GROUP,
                on=pgtrigger.Update,
                law="sharing_within_group",
            ),
            pgtrigger.Protect(name="sharing_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.payer_id}#{self.rank}"


class GrantBasis(models.TextChoices):
    """What establishes the pair's relation (DOMAIN.md section 5)."""

    TABLE = "pass", _("follows from both relations")
    PRESUMED = "presumed", _("presumed, confirmed on the form")
    DECLARED = "declare", _("declared by the family")
    IN_LAW = "in_law", _("in-law, admitted by the policy")


@track(*by_statement())
class Grant(models.Model):
    """This payer lets this beneficiary draw (授权)."""

    region_lookup = "group__region"
    period = ("starts_on", "ends_on")

    group = models.ForeignKey(MutualAidGroup, models.PROTECT, related_name="grants", verbose_name=_("group"))
    payer = models.ForeignKey(GroupMember, models.PROTECT, related_name="grants_given", verbose_name=_("payer"))
    beneficiary = models.ForeignKey(
        GroupMember, models.PROTECT, related_name="grants_received", verbose_name=_("beneficiary")
    )
    basis = models.CharField(_("basis"), max_length=10, choices=GrantBasis.choices)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("until"), null=True, blank=True)

    objects = DatedQuerySet["Grant"].as_manager()

    class Meta:
        verbose_name = _("grant")
        verbose_name_plural = _("grants")
        ordering = ["group", "id"]
        constraints = [
            models.CheckConstraint(name="grant_to_another", condition=~Q(payer=F("beneficiary"))),
            period_in_order("grant_period_in_order", "starts_on", "ends_on"),
            no_overlap("grant_once", "payer", "beneficiary", start="starts_on", end="ends_on"),
        ]
        triggers = [
            refuse("grant_within_group", EITHER_ELSEWHERE, says=OF_ANOTHER_GROUP),
            refuse(
                "grant_still_within_group",
                EITHER_ELSEWHERE,
                says=OF_ANOTHER_GROUP,
                on=pgtrigger.Update,
                law="grant_within_group",
            ),
            pgtrigger.Protect(name="grant_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.payer_id}>{self.beneficiary_id}"
