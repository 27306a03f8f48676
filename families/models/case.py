"""Registration cases (共济登记业务单): what a family asks for on paper, handled by one person, reviewed by another.

Invariants, held by the database: handled by ≠ reviewed by; a decided case has its reviewer and time, except
where the policy's `review_mode` is immediate; a rejected or withdrawn case has its reason; an effective case has
its group; one open case to create a group per owner; one case per submission key (a double click makes no second).
"""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.history import track
from accounts.models.account import yuan
from accounts.scope import ScopedQuerySet
from families.rules.policy import SEATS


class CaseKind(models.TextChoices):
    CREATE = "create", _("create a group")


class CaseState(models.TextChoices):
    DRAFT = "draft", _("draft")
    SUBMITTED = "submitted", _("waiting for review")
    EFFECTIVE = "effective", _("effective")
    REJECTED = "rejected", _("rejected")
    WITHDRAWN = "withdrawn", _("withdrawn")


OPEN = (CaseState.DRAFT, CaseState.SUBMITTED)


class Channel(models.TextChoices):
    COUNTER = "counter", _("counter")
    IMPORT = "import", _("import")


class ReviewMode(models.TextChoices):
    REVIEW = "review", _("second person reviews")
    IMMEDIATE = "immediate", _("effective at once")


@track()
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
    handled_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("handled by"))
    handled_at = models.DateTimeField(_("opened at"), auto_now_add=True)
    submitted_at = models.DateTimeField(_("submitted at"), null=True)
    reviewed_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    reason = models.CharField(_("reason of the decision"), max_length=300, blank=True)
    declared_pairs = models.JSONField(
        _("declared relations"), default=list, help_text=_("positions: payer, beneficiary")
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
        permissions = [("review_registrationcase", gettext_noop("May review registration cases"))]
        constraints = [
            models.CheckConstraint(name="case_two_people", condition=~Q(handled_by=F("reviewed_by"))),
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
        ]
        indexes = [
            models.Index(fields=["region", "state", "-id"], name="case_region_state"),
            models.Index(fields=["handled_by", "state", "-id"], name="case_handled_by"),
        ]

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("case", args=[self.pk])

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


@track()
class CaseLine(models.Model):
    """One person on the form; position 1 is the owner."""

    region_lookup = "case__region"

    case = models.ForeignKey(RegistrationCase, models.CASCADE, related_name="lines", verbose_name=_("case"))
    position = models.PositiveSmallIntegerField(_("position"))
    person = models.ForeignKey("accounts.InsuredPerson", models.PROTECT, related_name="+", verbose_name=_("member"))
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
                condition=Q(position=1, relation="01", shares=True, rank__isnull=False, rank=1)
                | (Q(position__gt=1) & ~Q(relation="01")),
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

    def __str__(self) -> str:
        return f"{self.case_id}/{self.position}"
