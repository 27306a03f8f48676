"""Registration cases (共济登记业务单): what a family asks for on paper, handled by one person, reviewed by another.

Invariants, held by the database: nobody who opened or handled a case reviews it; a decided case has its reviewer
and time, except where the policy's `review_mode` is immediate; a rejected or withdrawn case has its reason; an
effective case has its group; one open case per group, and one to create a group per owner; one case per submission
key (a double click makes no second); lines change in drafts only; a decided case is final, and none is deleted.
"""

from __future__ import annotations

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.history import by_statement, track
from accounts.models.account import yuan
from accounts.models.refused import refuse
from accounts.scope import ScopedQuerySet
from families.rules.policy import SEATS


class CaseKind(models.TextChoices):
    CREATE = "create", _("create a group")
    ADD = "add", _("add members")
    CHANGE = "change", _("change members")
    RELEASE = "release", _("release members")
    HAND_OVER = "hand_over", _("hand the group over")
    DISSOLVE = "dissolve", _("dissolve the group")


# What may be asked for a group that there is.
CHANGES = tuple(choice for choice in CaseKind.choices if choice[0] != CaseKind.CREATE)
ENDING = (CaseKind.RELEASE, CaseKind.HAND_OVER, CaseKind.DISSOLVE)


class Cause(models.TextChoices):
    """Why somebody leaves or hands over."""

    REQUESTED = "requested", _("the family asks for it")
    DEATH = "death", _("death")
    MOVED = "moved", _("moved to another region")
    INSURANCE_ENDED = "insurance_ended", _("insurance ended")
    CORRECTION = "correction", _("correction of a mistake")


class LineAction(models.TextChoices):
    JOIN = "join", _("joins")
    CHANGE = "change", _("changes")
    LEAVE = "leave", _("leaves")


# What a line may do in each kind of business: only newcomers may begin in the past.
ACTIONS = {
    CaseKind.CREATE: {LineAction.JOIN},
    CaseKind.ADD: {LineAction.JOIN},
    CaseKind.CHANGE: {LineAction.CHANGE},
    CaseKind.RELEASE: {LineAction.LEAVE},
    CaseKind.HAND_OVER: {LineAction.CHANGE, LineAction.LEAVE},
    CaseKind.DISSOLVE: {LineAction.LEAVE},
}


class CaseState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("waiting for review")
    EFFECTIVE = "effective", _("effective")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


OPEN = (CaseState.DRAFT, CaseState.SUBMITTED)
# Since when a case stands as it does: decided, submitted, opened. Indexed: every query has to say it alike.
STANDS_SINCE = Coalesce("decided_at", "submitted_at", "handled_at")


class Channel(models.TextChoices):
    COUNTER = "counter", _("counter")
    IMPORT = "import", _("import")


class ReviewMode(models.TextChoices):
    REVIEW = "review", _("second person reviews")
    IMMEDIATE = "immediate", _("effective at once")


@track(*by_statement())
class RegistrationCase(models.Model):
    number = models.CharField(_("case number"), max_length=20, unique=True)
    kind = models.CharField(_("kind of business"), max_length=10, choices=CaseKind.choices)
    state = models.CharField(_("state"), max_length=10, choices=CaseState.choices, default=CaseState.DRAFT)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    owner = models.ForeignKey(
        "accounts.InsuredPerson",
        models.PROTECT,
        related_name="cases_as_owner",
        verbose_name=_("owner of the group"),
    )
    group = models.ForeignKey(
        "families.MutualAidGroup", models.PROTECT, null=True, related_name="cases", verbose_name=_("group")
    )
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices, default=Channel.COUNTER)
    review_mode = models.CharField(_("review"), max_length=10, choices=ReviewMode.choices, default=ReviewMode.REVIEW)
    cause = models.CharField(_("cause"), max_length=15, choices=Cause.choices, blank=True)
    corrects = models.ForeignKey(
        "self", models.PROTECT, null=True, related_name="corrections", verbose_name=_("corrects the case")
    )
    opened_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("opened by"))
    handled_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("handled by"))
    handled_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    reviewed_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    reason = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    effective_on = models.DateField(_("effective from"), null=True, help_text=_("set by the decision"))
    declared_pairs = models.JSONField(
        _("declared relations"), default=list, help_text=_("persons: payer, beneficiary")
    )
    submitted_check = models.JSONField(
        _("check at submission"), null=True, help_text=_("what the reviewer's check is compared with")
    )
    agent_name = models.CharField(_("agent"), max_length=60, blank=True)
    power_of_attorney = models.CharField(_("power of attorney"), max_length=60, blank=True)
    submission_key = models.UUIDField(unique=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet["RegistrationCase"].as_manager()

    class Meta:
        verbose_name = _("registration case")
        verbose_name_plural = _("registration cases")
        ordering = ["-id"]
        permissions = [
            ("review_registrationcase", gettext_noop("May review registration cases")),
            ("take_over_registrationcase", gettext_noop("May take over a case from another desk")),
        ]
        constraints = [
            models.CheckConstraint(
                name="case_two_people",
                condition=~Q(handled_by=F("reviewed_by")) & ~Q(opened_by=F("reviewed_by")),
            ),
            models.CheckConstraint(
                name="case_cause_where_something_ends",
                condition=Q(kind__in=ENDING) & ~Q(cause="") | ~Q(kind__in=ENDING) & Q(cause=""),
            ),
            models.CheckConstraint(name="case_of_a_group", condition=Q(kind="create") | Q(group__isnull=False)),
            models.CheckConstraint(
                name="case_decided_by_someone",
                condition=Q(state__in=["draft", "submitted", "withdrawn"], reviewed_by=None)
                | Q(state__in=["effective", "rejected"], reviewed_by__isnull=False, decided_at__isnull=False)
                | Q(state="effective", review_mode="immediate", decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="case_submitted_has_time",
                condition=Q(state__in=["draft", "withdrawn"]) | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="case_refusal_has_reason",
                condition=~Q(state__in=["rejected", "withdrawn"]) | ~Q(reason=""),
            ),
            models.CheckConstraint(
                name="case_effective_has_group", condition=~Q(state="effective") | Q(group__isnull=False)
            ),
            models.UniqueConstraint(
                name="case_one_open_creation_per_owner",
                fields=["owner"],
                condition=Q(kind="create", state__in=["draft", "submitted"]),
            ),
            models.UniqueConstraint(
                name="case_one_open_per_group",
                fields=["group"],
                condition=Q(group__isnull=False, state__in=["draft", "submitted"]),
            ),
            models.UniqueConstraint(name="case_corrected_once", fields=["corrects"], condition=~Q(state="withdrawn")),
            models.CheckConstraint(
                name="case_effective_has_day", condition=~Q(state="effective") | Q(effective_on__isnull=False)
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="case_decided_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["effective", "rejected", "withdrawn"]),
            ),
            pgtrigger.Protect(name="case_is_kept", operation=pgtrigger.Delete),
        ]
        indexes = [
            models.Index(fields=["region", "state", "-id"], name="case_region_state"),
            models.Index(fields=["handled_by", "state", "-id"], name="case_handled_by"),
            models.Index(F("handled_by"), STANDS_SINCE, name="case_handled_by_since"),
            models.Index(F("state"), STANDS_SINCE, name="case_state_since"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("case", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@track(*by_statement())
class CaseLine(models.Model):
    """One person on the form and what the case does; position 1 is whoever owns the group afterwards."""

    region_lookup = "case__region"

    case = models.ForeignKey(RegistrationCase, models.CASCADE, related_name="lines", verbose_name=_("case"))
    position = models.PositiveSmallIntegerField(_("position"))
    person = models.ForeignKey("accounts.InsuredPerson", models.PROTECT, related_name="+", verbose_name=_("member"))
    action = models.CharField(_("what happens"), max_length=6, choices=LineAction.choices, default=LineAction.JOIN)
    relation = models.CharField(_("relation to the owner"), max_length=2, help_text="GB/T 4761")
    shares = models.BooleanField(_("shares"), default=False)
    rank = models.PositiveSmallIntegerField(_("order"), null=True, blank=True)
    share_limit = yuan(_("limit per year"), null=True, blank=True)
    starts_on = models.DateField(_("from"))
    last_on = models.DateField(_("last day"), null=True, blank=True, help_text=_("empty: until released"))

    objects = ScopedQuerySet["CaseLine"].as_manager()

    class Meta:
        # rank__isnull: without a rank a comparison is unknown, and CHECK accepts what is unknown.
        verbose_name = _("case line")
        verbose_name_plural = _("case lines")
        ordering = ["case", "position"]
        constraints = [
            models.UniqueConstraint(name="line_position_once", fields=["case", "position"]),
            models.UniqueConstraint(name="line_person_once", fields=["case", "person"]),
            models.CheckConstraint(
                name="line_position_one_to_eight", condition=Q(position__gte=1, position__lte=SEATS)
            ),
            models.CheckConstraint(
                name="line_owner_shares_first",
                condition=Q(action="leave")
                | Q(position=1, relation="01", shares=True, rank__isnull=False, rank=1)
                | (Q(position__gt=1) & ~Q(relation="01")),
            ),
            models.CheckConstraint(
                name="line_leaver_shares_nothing", condition=~Q(action="leave") | Q(shares=False, last_on=None)
            ),
            models.CheckConstraint(
                name="line_rank_when_sharing",
                condition=Q(shares=True, rank__isnull=False, rank__gte=1)
                | Q(shares=False, rank=None, share_limit=None),
            ),
            models.CheckConstraint(
                name="line_limit_not_negative", condition=Q(share_limit=None) | Q(share_limit__gte=0)
            ),
        ]
        triggers = [
            refuse(
                "line_of_a_draft",
                "(SELECT state FROM families_registrationcase WHERE id = written.case_id) <> 'draft'",
                says="lines are added in drafts only",
            ),
            pgtrigger.Trigger(
                name="line_changed_in_a_draft",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                func="""
                    IF (SELECT state FROM families_registrationcase WHERE id = OLD.case_id) <> 'draft' THEN
                        RAISE EXCEPTION 'lines are changed in drafts only'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'line_of_a_draft';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.position}"
