"""Anomalies (异常线索): what looks as if somebody used family payment for something else, shown to auditors.

A night finds them (settlement/services/anomalies.py) and never decides: an auditor looks into each, and says whether
it is founded. Invariants, held by the database whoever writes:
- one anomaly of a kind, its subject and a day (UNIQUE), about whom the kind says (CHECK);
- what it is about never changes, and its evidence only while nobody has looked into it (triggers);
- its state is that of its last note, which says why and by whom (deferred trigger, CHECK);
- nobody judges what is about themselves (CHECK);
- neither it nor a note is deleted, and a note is never changed (triggers).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from accounts.history import by_statement, track
from accounts.models.account import append_only
from accounts.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models import Staff


class AnomalyKind(models.TextChoices):
    PAYER_GROUPS = "payer_groups", _("pays for unusually many groups")
    BURST = "burst", _("bound, spent and released shortly after")
    CARDS = "cards", _("several cards of a family at one pharmacy")
    AFTER_END = "after_end", _("spending after death or suspension")
    CLERK_CASES = "clerk_cases", _("a clerk binds unusually often")


class AnomalyState(models.TextChoices):
    NEW = "new", pgettext_lazy("of an anomaly", "new")
    LOOKED_INTO = "looked_into", pgettext_lazy("of an anomaly", "being looked into")
    FOUNDED = "founded", pgettext_lazy("of an anomaly", "founded")
    UNFOUNDED = "unfounded", pgettext_lazy("of an anomaly", "unfounded")


# Both triggers call it at commit.
STATE_IS_LAST_NOTE = """
        SELECT id, state, judged_by_id INTO known FROM settlement_anomaly WHERE id = NEW.{key};
        SELECT state, by_id INTO last FROM settlement_anomalynote
         WHERE anomaly_id = known.id AND was <> state ORDER BY id DESC LIMIT 1;
        IF known.state <> COALESCE(last.state, 'new') OR known.judged_by_id IS DISTINCT FROM last.by_id THEN
            RAISE EXCEPTION 'the state of anomaly % is not that of its last note', known.id
                USING ERRCODE = 'check_violation', CONSTRAINT = 'anomaly_state_is_noted';
        END IF;
        RETURN NULL;
"""


def _about(*fields: str) -> Q:
    named = {f"{field}__isnull": field not in fields for field in ("person", "group", "institution", "subject_staff")}
    return Q(**named)


class AnomalyQuerySet(ScopedQuerySet["Anomaly"]):
    def for_staff(self, staff: Staff) -> Self:
        """Never to whom it is about."""
        return super().for_staff(staff).exclude(subject_staff=staff)


@track(*by_statement())
class Anomaly(models.Model):
    kind = models.CharField(_("kind"), max_length=12, choices=AnomalyKind.choices)
    day = models.DateField(_("day"), help_text=_("on which the last of what it rests on happened"))
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    person = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, null=True, related_name="anomalies",
        verbose_name=_("insured person"),
    )  # fmt: skip
    group = models.ForeignKey(
        "families.MutualAidGroup", models.PROTECT, null=True, related_name="anomalies", verbose_name=_("group")
    )
    institution = models.ForeignKey(
        "settlement.Institution", models.PROTECT, null=True, related_name="anomalies", verbose_name=_("institution")
    )
    subject_staff = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="anomalies", verbose_name=_("staff member")
    )
    found = models.PositiveIntegerField(_("found"), help_text=_("the figure that reached the threshold"))
    limits = models.JSONField(_("thresholds"), help_text=_("policy parameters of the region on that day"))
    evidence = models.JSONField(_("evidence"), help_text=_("the rows it rests on: what, id, time, amount"))
    found_at = models.DateTimeField(_("found at"))
    state = models.CharField(_("state"), max_length=11, choices=AnomalyState.choices, default=AnomalyState.NEW)
    judged_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("state set by")
    )
    judged_at = models.DateTimeField(_("state set at"), null=True)

    objects = AnomalyQuerySet.as_manager()

    class Meta:
        verbose_name = _("anomaly")
        verbose_name_plural = _("anomalies")
        ordering = ["-day", "-id"]
        permissions = [("judge_anomaly", gettext_noop("May look into anomalies and judge them"))]
        constraints = [
            models.UniqueConstraint(
                name="anomaly_once", fields=["kind", "day", "person", "group", "institution", "subject_staff"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(
                name="anomaly_about_whom_its_kind_says",
                condition=Q(_about("person"), kind__in=[AnomalyKind.PAYER_GROUPS, AnomalyKind.AFTER_END])
                | Q(_about("group"), kind=AnomalyKind.BURST)
                | Q(_about("group", "institution"), kind=AnomalyKind.CARDS)
                | Q(_about("subject_staff"), kind=AnomalyKind.CLERK_CASES),
            ),
            models.CheckConstraint(
                name="anomaly_judged_by_someone",
                condition=Q(state=AnomalyState.NEW, judged_by=None, judged_at=None)
                | Q(~Q(state=AnomalyState.NEW), judged_by__isnull=False, judged_at__isnull=False),
            ),
            models.CheckConstraint(
                name="anomaly_not_judged_by_its_subject",
                condition=Q(judged_by=None) | Q(subject_staff=None) | ~Q(judged_by=F("subject_staff")),
            ),
        ]  # fmt: skip
        indexes = [
            models.Index(fields=["region", "state", "-day", "-id"], name="anomaly_region_state"),
            models.Index(fields=["state", "-day", "-id"], name="anomaly_state_day"),
        ]
        triggers = [
            pgtrigger.Protect(
                name="anomaly_stays_itself",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange(
                    "kind", "day", "region", "person", "group", "institution", "subject_staff", "found_at"
                ),
            ),
            pgtrigger.Protect(
                name="anomaly_evidence_stays_once_looked_into",
                operation=pgtrigger.Update,
                condition=pgtrigger.Condition(
                    "OLD.state <> 'new' AND (OLD.found, OLD.limits, OLD.evidence)"
                    " IS DISTINCT FROM (NEW.found, NEW.limits, NEW.evidence)"
                ),
            ),
            pgtrigger.Protect(name="anomaly_is_kept", operation=pgtrigger.Delete),
            pgtrigger.Trigger(
                name="anomaly_state_is_noted",
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("known", "record"), ("last", "record")],
                func=STATE_IS_LAST_NOTE.format(key="id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.day} {self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("anomaly", args=[self.pk])


class AnomalyNote(models.Model):
    """What somebody found out, and the state that it gave the anomaly. `was`: the state before."""

    region_lookup = "anomaly__region"

    anomaly = models.ForeignKey(Anomaly, models.PROTECT, related_name="notes", verbose_name=_("anomaly"))
    was = models.CharField(_("state before"), max_length=11, choices=AnomalyState.choices)
    state = models.CharField(_("state"), max_length=11, choices=AnomalyState.choices)
    text = models.CharField(_("comment"), max_length=500)
    by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("at"))

    objects = ScopedQuerySet["AnomalyNote"].as_manager()

    class Meta:
        verbose_name = _("note on an anomaly")
        verbose_name_plural = _("notes on anomalies")
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(name="anomaly_note_says_something", condition=~Q(text="")),
            models.CheckConstraint(
                name="anomaly_note_never_back_to_new",
                condition=~Q(state=AnomalyState.NEW) | Q(was=AnomalyState.NEW),
            ),
        ]
        triggers = [
            *append_only("anomaly_note"),
            pgtrigger.Trigger(
                name="anomaly_note_gives_its_state",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                declare=[("known", "record"), ("last", "record")],
                func=STATE_IS_LAST_NOTE.format(key="anomaly_id"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.anomaly_id}/{self.pk}"
