"""Long work (作业). The row is the truth; Redis only wakes a worker.

Invariants: a running job has a lease; whoever takes it raises `fence`, and only the holder of the present
fence may report progress or finish: a worker that was thought dead and comes back changes nothing. One job of a kind
for a business date; asked for again, it is the same row, and its history keeps what came of it before. A file that
was checked is imported once at most, by whoever had it checked.
"""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts import keys
from accounts.history import track
from accounts.rules import sealing
from accounts.scope import ScopedQuerySet

CHECK_FILE = "check_file"  # kind of the jobs that say what a file would do


class JobState(models.TextChoices):
    QUEUED = "queued", _("waiting")
    RUNNING = "running", _("running")
    DONE = "done", _("done")
    REFUSED = "refused", _("refused")
    FAILED = "failed", _("failed")


OVER = (JobState.DONE, JobState.REFUSED, JobState.FAILED)


@track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange("state")),
    pghistory.DeleteEvent(),
)
class Job(models.Model):
    kind = models.CharField(_("kind"), max_length=40)
    state = models.CharField(_("state"), max_length=10, choices=JobState.choices, default=JobState.QUEUED)
    owner = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="jobs", verbose_name=_("asked for by"))
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    business_date = models.DateField(_("business date"), null=True, help_text=_("of work that is done once a day"))
    confirms = models.OneToOneField(
        "self",
        models.PROTECT,
        null=True,
        related_name="confirmed_by",
        verbose_name=_("confirms"),
        help_text=_("the check of the file that this job imports"),
    )
    params = models.JSONField(default=dict, help_text="ids and dates only")
    done = models.PositiveBigIntegerField(default=0)
    total = models.PositiveBigIntegerField(default=0)
    result = models.JSONField(null=True)
    failure = models.CharField(_("reason of the failure"), max_length=300, blank=True)
    attempts = models.PositiveSmallIntegerField(default=0)
    fence = models.PositiveIntegerField(default=0)
    lease_until = models.DateTimeField(null=True)
    not_before = models.DateTimeField(
        _("tried again at"),
        null=True,
        help_text=_("after a breakdown; each pause is twice as long as the one before"),
    )
    created_at = models.DateTimeField(_("asked for at"), auto_now_add=True)
    started_at = models.DateTimeField(_("begun at"), null=True)
    finished_at = models.DateTimeField(_("finished at"), null=True)

    objects = ScopedQuerySet["Job"].as_manager()

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ["-created_at"]
        permissions = [
            ("view_nights", gettext_noop("May look at the nights and their morning reports")),
            ("run_night", gettext_noop("May have a night done again")),
        ]
        indexes = [
            models.Index(fields=["lease_until"], name="job_unfinished", condition=Q(state__in=["queued", "running"])),
            models.Index(fields=["owner", "-created_at"], name="job_owner"),
        ]
        constraints = [
            models.UniqueConstraint(name="job_once_a_day", fields=["kind", "business_date"]),
            models.CheckConstraint(
                name="job_running_has_lease", condition=~Q(state="running") | Q(lease_until__isnull=False)
            ),
            models.CheckConstraint(
                name="job_ended_has_time",
                condition=Q(state__in=["queued", "running"]) | Q(finished_at__isnull=False),
            ),
        ]

        triggers = [
            pgtrigger.Trigger(
                name="job_confirms_own_check",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("confirms_id", "owner_id"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__confirms__isnull=False),
                func=f"""
                    IF NOT EXISTS (SELECT FROM accounts_job AS checked
                                    WHERE checked.id = NEW.confirms_id AND checked.owner_id = NEW.owner_id
                                      AND checked.kind = '{CHECK_FILE}' AND checked.state = '{JobState.DONE}') THEN
                        RAISE EXCEPTION 'job % confirms no finished check of its owner', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_confirms_own_check';
                    END IF;
                    RETURN NEW;
                """,
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"

    @property
    def upload(self) -> JobFile:
        """The file it works on: its own, or that of the check which it confirms."""
        return (self.confirms or self).file

    @property
    def percent(self) -> int:
        if self.state == JobState.DONE:
            return 100
        return min(99, self.done * 100 // self.total) if self.total else 0

    @property
    def is_over(self) -> bool:
        return self.state in OVER


class JobFile(models.Model):
    """The file a job works on or makes, sealed: it carries personal data and every host must reach it."""

    region_lookup = "job__region"

    job = models.OneToOneField(Job, models.CASCADE, related_name="file")
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    content_sealed = models.BinaryField()

    objects = ScopedQuerySet["JobFile"].as_manager()

    class Meta:
        verbose_name = _("job file")
        verbose_name_plural = _("job files")

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def content(self) -> bytes:
        return sealing.open_bytes(bytes(self.content_sealed), bound_to=f"file:{self.sha256}", keyring=keys.keyring())

    @content.setter
    def content(self, content: bytes) -> None:
        self.content_sealed = sealing.seal_bytes(content, bound_to=f"file:{self.sha256}", keyring=keys.keyring())
