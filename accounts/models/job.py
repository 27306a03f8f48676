"""Long work (作业). The row is the truth; Redis only wakes a worker.

Invariants: a running job has a lease; whoever takes it raises `fence`, and only the holder of the present
fence may report progress or finish: a worker that was thought dead and comes back changes nothing. One job of a kind
for a business date; asked for again, it is the same row, and its history keeps what came of it before. A file that
was checked is imported once at most, by whoever had it checked.
"""

from __future__ import annotations

from collections.abc import Iterator

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
    CANCELLED = "cancelled", _("cancelled")


OVER = (JobState.DONE, JobState.REFUSED, JobState.FAILED, JobState.CANCELLED)
PIECE = 1 << 20  # bytes of a file that is kept in pieces


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
    """The file a job works on or makes, sealed: it carries personal data and every host must reach it.

    Invariant: it is there whole or not at all. What came from outside is one value; what a job made is in pieces, as
    many as `piece_count` says when the transaction ends (trigger).
    """

    region_lookup = "job__region"

    job = models.OneToOneField(Job, models.CASCADE, related_name="file")
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveBigIntegerField()
    content_sealed = models.BinaryField(null=True)
    piece_count = models.PositiveIntegerField(default=0)
    expires_at = models.DateTimeField(_("kept until"), null=True, help_text=_("of what was made to be fetched"))

    objects = ScopedQuerySet["JobFile"].as_manager()

    class Meta:
        verbose_name = _("job file")
        verbose_name_plural = _("job files")
        indexes = [
            models.Index(fields=["expires_at"], name="job_file_expires", condition=Q(expires_at__isnull=False))
        ]
        constraints = [
            models.CheckConstraint(
                name="job_file_whole_or_in_pieces",
                condition=Q(content_sealed__isnull=False, piece_count=0)
                | Q(content_sealed__isnull=True, piece_count__gt=0),
            ),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="job_file_has_its_pieces",
                when=pgtrigger.After,
                operation=pgtrigger.Insert,
                timing=pgtrigger.Deferred,
                condition=pgtrigger.Q(new__piece_count__gt=0),
                func="""
                    IF EXISTS (SELECT FROM accounts_jobfile WHERE id = NEW.id)
                       AND (SELECT count(*) FROM accounts_jobfilepiece WHERE file_id = NEW.id)
                           <> NEW.piece_count THEN
                        RAISE EXCEPTION 'file % has not all its pieces', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'job_file_has_its_pieces';
                    END IF;
                    RETURN NULL;
                """,
            ),
        ]

    def __str__(self) -> str:
        return self.sha256[:12]

    @property
    def content(self) -> bytes:
        """The whole of it, in memory. Raises: SealBroken."""
        return b"".join(self.opened())

    @content.setter
    def content(self, content: bytes) -> None:
        self.content_sealed = sealing.seal_bytes(content, bound_to=f"file:{self.sha256}", keyring=keys.keyring())

    def opened(self) -> Iterator[bytes]:
        """The file, a piece at a time, each asked for when it is wanted.

        Raises: SealBroken, also for a piece that is missing or stands in another's place.
        """
        if self.content_sealed is not None:
            sealed = bytes(self.content_sealed)
            yield sealing.open_bytes(sealed, bound_to=f"file:{self.sha256}", keyring=keys.keyring())
        for number in range(1, self.piece_count + 1):
            piece = self.pieces.filter(number=number).first()
            if piece is None:
                raise sealing.SealBroken(f"piece {number} of {self.piece_count} is missing")
            yield piece.opened_for(self)


class JobFilePiece(models.Model):
    """A part of a file, sealed for its file, its place and the number of all parts: none can be left out or moved.

    In no scope of its own: it is reached through its file.
    """

    file = models.ForeignKey(JobFile, models.CASCADE, db_index=False, related_name="pieces")
    number = models.PositiveIntegerField()
    content_sealed = models.BinaryField()

    class Meta:
        verbose_name = _("piece of a job file")
        verbose_name_plural = _("pieces of job files")
        ordering = ["file", "number"]
        constraints = [
            models.UniqueConstraint(name="job_file_piece_once", fields=["file", "number"]),
            models.CheckConstraint(name="job_file_piece_from_one", condition=Q(number__gte=1)),
        ]

    def __str__(self) -> str:
        return f"{self.file_id}/{self.number}"

    @classmethod
    def sealed(cls, file: JobFile, number: int, content: bytes) -> JobFilePiece:
        bound_to = cls._bound_to(file, number)
        content_sealed = sealing.seal_bytes(content, bound_to=bound_to, keyring=keys.keyring())
        return cls(file=file, number=number, content_sealed=content_sealed)

    def opened_for(self, file: JobFile) -> bytes:
        """Raises: SealBroken."""
        bound_to = self._bound_to(file, self.number)
        return sealing.open_bytes(bytes(self.content_sealed), bound_to=bound_to, keyring=keys.keyring())

    @staticmethod
    def _bound_to(file: JobFile, number: int) -> str:
        return f"file:{file.sha256}:{number}/{file.piece_count}"
