"""Spreadsheets of registration forms (批量登记): a batch for a file, a family for the rows that belong together.

Invariants, held by the database: the same file is one live batch of a region; nobody who loaded or confirmed a batch
reviews it; what was confirmed says by whom; a family that went in has its group and its case, and is never changed
afterwards but by undoing the batch. What the file says lies sealed: names, numbers and phones of people who may not
be insured here at all.
"""

from __future__ import annotations

import json
from typing import Any

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts import keys
from accounts.history import track
from accounts.rules import sealing
from accounts.scope import ScopedQuerySet


class BatchState(models.TextChoices):
    READING = "reading", _("being read")
    REFUSED = "refused", _("cannot be read")
    UNMAPPED = "unmapped", _("headings to be assigned")
    CHECKED = "checked", _("checked")
    SUBMITTED = "submitted", _("waiting for review")
    APPLYING = "applying", _("being entered")
    APPLIED = "applied", _("entered")
    UNDOING = "undoing", _("being undone")
    UNDONE = "undone", _("undone")
    DISCARDED = "discarded", _("discarded")


# In the first two a family may be corrected and the batch confirmed; the last three leave the file free again.
WORKBENCH = (BatchState.CHECKED, BatchState.APPLIED)
OVER = (BatchState.REFUSED, BatchState.UNDONE, BatchState.DISCARDED)
CONFIRMED = (BatchState.SUBMITTED, BatchState.APPLYING)


class FamilyState(models.TextChoices):
    FAULTY = "faulty", _("to correct")
    READY = "ready", _("ready")
    KNOWN = "known", _("known already")
    LEFT_OUT = "left_out", _("taken out")
    APPLIED = "applied", _("entered")
    UNDONE = "undone", _("undone")


@track()
class ImportBatch(models.Model):
    """One file. `layout`: where the heading lies and what each column means; `sender`: who filled the form in."""

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    owner = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("loaded by"))
    sender = models.CharField(_("sender"), max_length=120, blank=True)
    name = models.CharField(_("file name"), max_length=200)
    sha256 = models.CharField(max_length=64)
    state = models.CharField(_("state"), max_length=10, choices=BatchState.choices, default=BatchState.READING)
    layout = models.JSONField(default=dict)
    above_sealed = models.BinaryField(default=bytes)
    rows = models.PositiveIntegerField(_("rows"), default=0)
    job = models.ForeignKey("accounts.Job", models.PROTECT, null=True, related_name="+", verbose_name=_("job"))
    correction = models.ForeignKey(
        "accounts.Job", models.PROTECT, null=True, related_name="+", verbose_name=_("last corrected workbook")
    )
    failure = models.CharField(_("reason of the failure"), max_length=300, blank=True)
    loaded_at = models.DateTimeField(_("loaded at"), auto_now_add=True)
    needs_review = models.BooleanField(_("second person reviews"), default=True)
    only_valid = models.BooleanField(default=False, help_text=_("families with a fault stay behind"))
    confirmed_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("confirmed by")
    )
    confirmed_at = models.DateTimeField(_("confirmed at"), null=True)
    sample = ArrayField(models.BigIntegerField(), default=list, help_text=_("families that the reviewer inspects"))
    reviewed_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("reviewed by")
    )
    decided_at = models.DateTimeField(_("decided at"), null=True)
    reason = models.CharField(_("reason of the decision"), max_length=300, blank=True)

    objects = ScopedQuerySet["ImportBatch"].as_manager()

    class Meta:
        verbose_name = _("batch of registration forms")
        verbose_name_plural = _("batches of registration forms")
        ordering = ["-id"]
        permissions = [
            ("confirm_importbatch", gettext_noop("May confirm and undo batches that others loaded")),
        ]
        constraints = [
            models.UniqueConstraint(
                name="batch_once_per_file",
                fields=["region", "sha256"],
                condition=~Q(state__in=["refused", "undone", "discarded"]),
            ),
            models.CheckConstraint(
                name="batch_reviewed_by_another",
                condition=Q(reviewed_by=None) | (~Q(reviewed_by=F("owner")) & ~Q(reviewed_by=F("confirmed_by"))),
            ),
            models.CheckConstraint(
                name="batch_confirmed_by_somebody",
                condition=~Q(state__in=["submitted", "applying", "applied"])
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="batch_applied_was_reviewed",
                condition=~Q(state__in=["applying", "applied"])
                | Q(needs_review=False)
                | Q(reviewed_by__isnull=False, decided_at__isnull=False),
            ),
        ]
        triggers = [pgtrigger.Protect(name="batch_is_kept", operation=pgtrigger.Delete)]
        indexes = [models.Index(fields=["region", "-id"], name="batch_region")]

    def __str__(self) -> str:
        return f"{self.pk}"

    def get_absolute_url(self) -> str:
        return reverse("import-batch", args=[self.pk])

    @property
    def above(self) -> list[list[Any]]:
        """The rows above the heading, as the file has them: [number, cells]."""
        return _opened(self.above_sealed, f"batch:{self.sha256}") if self.above_sealed else []

    @above.setter
    def above(self, rows: list[list[Any]]) -> None:
        self.above_sealed = _sealed(rows, f"batch:{self.sha256}")

    @property
    def is_open(self) -> bool:
        """Whether its families may be corrected and confirmed."""
        return self.state in WORKBENCH


@track(
    pghistory.InsertEvent(condition=pgtrigger.Q(new__corrected_by__isnull=False)),
    pghistory.UpdateEvent(condition=pghistory.AnyChange("content_sealed", "state")),
)
class ImportFamily(models.Model):
    """The rows of one family. `content`: [row number, cells] each; `errors`, `warnings`: what the last check found.

    `group`: the one that the family was bound to or will be added to; `persons`: whom its rows name.
    """

    region_lookup = "batch__region"

    batch = models.ForeignKey(ImportBatch, models.PROTECT, related_name="families", verbose_name=_("batch"))
    position = models.PositiveIntegerField(_("position"))
    number = models.CharField(_("family number"), max_length=60, blank=True)
    first_row = models.PositiveIntegerField(_("first row"))
    size = models.PositiveIntegerField(_("rows"))
    state = models.CharField(_("state"), max_length=10, choices=FamilyState.choices)
    content_sealed = models.BinaryField()
    persons = ArrayField(models.BigIntegerField(), default=list)
    errors = models.JSONField(default=list)
    warnings = models.JSONField(default=list)
    group = models.ForeignKey(
        "families.MutualAidGroup", models.PROTECT, null=True, related_name="+", verbose_name=_("group")
    )
    case = models.OneToOneField(
        "families.RegistrationCase", models.PROTECT, null=True, related_name="import_family", verbose_name=_("case")
    )
    corrected_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("corrected by")
    )
    stays = models.CharField(_("why it was not undone"), max_length=40, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects = ScopedQuerySet["ImportFamily"].as_manager()

    class Meta:
        verbose_name = _("family of a batch")
        verbose_name_plural = _("families of a batch")
        ordering = ["batch", "position"]
        constraints = [
            models.UniqueConstraint(name="import_family_position_once", fields=["batch", "position"]),
            models.CheckConstraint(
                name="import_family_applied_has_case",
                condition=~Q(state__in=["applied", "undone"]) | Q(group__isnull=False, case__isnull=False),
            ),
            models.CheckConstraint(
                name="import_family_faulty_has_errors",
                condition=Q(state="faulty") & ~Q(errors=[]) | ~Q(state="faulty") & Q(errors=[]),
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="import_family_applied_is_kept",
                operation=pgtrigger.Delete,
                condition=pgtrigger.Q(old__state__in=["applied", "undone"]),
            ),
            pgtrigger.Protect(
                name="import_family_applied_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__state__in=["applied", "undone"])
                & ~pgtrigger.Q(
                    old__content_sealed=pgtrigger.F("new__content_sealed"),
                    old__group=pgtrigger.F("new__group"),
                    old__case=pgtrigger.F("new__case"),
                    new__state__in=["applied", "undone"],
                ),
            ),
        ]
        indexes = [models.Index(fields=["batch", "state", "position"], name="import_family_state")]

    def __str__(self) -> str:
        return f"{self.batch_id}/{self.position}"

    @property
    def content(self) -> list[list[Any]]:
        return _opened(self.content_sealed, f"import_family:{self.batch_id}:{self.position}")

    @content.setter
    def content(self, rows: list[list[Any]]) -> None:
        self.content_sealed = _sealed(rows, f"import_family:{self.batch_id}:{self.position}")


@track()
class SenderHeading(models.Model):
    """What a sender means by a heading of its own, as a clerk said once."""

    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("region"))
    sender = models.CharField(_("sender"), max_length=120)
    heading = models.CharField(_("heading"), max_length=200)
    column = models.CharField(_("column"), max_length=20)

    objects = ScopedQuerySet["SenderHeading"].as_manager()

    class Meta:
        verbose_name = _("heading of a sender")
        verbose_name_plural = _("headings of senders")
        constraints = [
            models.UniqueConstraint(name="sender_heading_once", fields=["region", "sender", "heading"]),
        ]

    def __str__(self) -> str:
        return f"{self.heading}"


def _sealed(rows: list[list[Any]], bound_to: str) -> bytes:
    return sealing.seal(json.dumps(rows, ensure_ascii=False), bound_to=bound_to, keyring=keys.keyring())


def _opened(blob: bytes | memoryview, bound_to: str) -> list[list[Any]]:
    rows: list[list[Any]] = json.loads(sealing.open_sealed(bytes(blob), bound_to=bound_to, keyring=keys.keyring()))
    return rows
