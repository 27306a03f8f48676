"""Two records that may be one person (疑似重复), and what two people of the bureau made of it.

proposed → merge requested → merged, or back to proposed; or different, and never proposed again. Invariants, held by
the database: a pair stands once, the older record first; whoever asks for a merge does not decide it; a decision has
its author and day, "different" its reason; what was merged stays as it was decided.
"""

from __future__ import annotations

from typing import Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.history import track
from accounts.models import Staff
from accounts.scope import ScopedQuerySet


class MatchState(models.TextChoices):
    PROPOSED = "proposed", _("possible duplicate")
    MERGE_REQUESTED = "merge_requested", _("merge requested")
    MERGED = "merged", _("merged")
    DIFFERENT = "different", _("different persons")


UNDECIDED = (MatchState.PROPOSED, MatchState.MERGE_REQUESTED)


class Certainty(models.TextChoices):
    CERTAIN = "certain", _("nearly certain")
    LIKELY = "likely", _("likely")
    POSSIBLE = "possible", _("possible")


class MatchQuerySet(ScopedQuerySet["PersonMatch"]):
    def for_staff(self, staff: Staff) -> Self:
        """Both records have to be in scope: the page shows both."""
        return super().for_staff(staff).filter(second__region__path__startswith=staff.region.path)

    def current(self) -> Self:
        """Without pairs that wait for nothing any more, because one of the two was merged with a third."""
        gone = Q(first__merged_into__isnull=False) | Q(second__merged_into__isnull=False)
        return self.exclude(gone, state__in=UNDECIDED)


@track()
class PersonMatch(models.Model):
    region_lookup = "first__region"

    first = models.ForeignKey("accounts.InsuredPerson", models.PROTECT, related_name="+", verbose_name=_("record"))
    second = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, related_name="+", verbose_name=_("other record")
    )
    found_on = models.DateField(_("found on"))
    certainty = models.CharField(_("certainty"), max_length=10, choices=Certainty.choices)
    evidence = models.JSONField(
        _("evidence"), default=dict, help_text=_("codes and values that speak for and against")
    )
    state = models.CharField(_("state"), max_length=20, choices=MatchState.choices, default=MatchState.PROPOSED)
    survivor = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, null=True, related_name="+", verbose_name=_("record that stays")
    )
    requested_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("merge requested by")
    )
    requested_at = models.DateTimeField(_("requested at"), null=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("decided by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    decision = models.CharField(_("reason of the decision"), max_length=300, blank=True)

    objects = MatchQuerySet.as_manager()

    class Meta:
        verbose_name = _("possible duplicate")
        verbose_name_plural = _("possible duplicates")
        ordering = ["-id"]
        permissions = [
            ("request_merge", gettext_noop("May look for duplicates, ask for a merge, mark as different")),
            ("decide_merge", gettext_noop("May decide about a merge that another asked for")),
        ]
        constraints = [
            models.UniqueConstraint(name="match_pair_once", fields=["first", "second"]),
            models.CheckConstraint(name="match_pair_in_order", condition=Q(first__lt=F("second"))),
            models.CheckConstraint(name="match_state_known", condition=Q(state__in=MatchState.values)),
            models.CheckConstraint(
                name="match_survivor_of_the_pair",
                condition=Q(survivor=None) | Q(survivor=F("first")) | Q(survivor=F("second")),
            ),
            models.CheckConstraint(
                name="match_requested_by_someone",
                condition=Q(state__in=["proposed", "different"], survivor=None, requested_by=None, requested_at=None)
                | (
                    Q(state__in=["merge_requested", "merged"], survivor__isnull=False)
                    & Q(requested_by__isnull=False, requested_at__isnull=False)
                    & ~Q(reason="")
                ),
            ),
            models.CheckConstraint(
                name="match_decided_by_someone",
                condition=~Q(state__in=["merged", "different"])
                | Q(decided_by__isnull=False, decided_at__isnull=False),
            ),
            models.CheckConstraint(
                name="match_two_people", condition=~Q(state="merged") | ~Q(requested_by=F("decided_by"))
            ),
            models.CheckConstraint(
                name="match_different_has_reason", condition=~Q(state="different") | ~Q(decision="")
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="match_merged_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state="merged"),
            ),
            pgtrigger.Protect(name="match_is_kept", operation=pgtrigger.Delete),
        ]
        indexes = [models.Index(fields=["state", "-id"], name="match_state")]

    def __str__(self) -> str:
        return str(self.pk)

    def get_absolute_url(self) -> str:
        return reverse("duplicate", args=[self.pk])

    @property
    def is_undecided(self) -> bool:
        return self.state in UNDECIDED
