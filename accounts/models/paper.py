"""Papers handed in at the window: scans and photographs, whatever business they belong to.

Invariants, held by the database: a paper is neither changed nor deleted; it is replaced once at most, with a reason,
by a paper of the same business and kind; a business has at most thirty, replaced ones counted; one that is decided
takes none. The content lies sealed outside the database (`accounts.sealed_files`), written before the row: a row
without its file does not come into being.
"""

from __future__ import annotations

from collections.abc import Sequence
from uuid import uuid4

import pgtrigger
from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts import sealed_files
from accounts.models.account import append_only

MOST_PAPERS = 30
ORIGINAL, THUMBNAIL = "original", "thumbnail"


class ContentType(models.TextChoices):
    """Found from the content (`accounts.scans`), never from the name."""

    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"
    WEBP = "image/webp", "WebP"
    PDF = "application/pdf", "PDF"


SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}


class SealedPaper(models.Model):
    """A model of this kind has a `kind` and a business that it is filed under; `alike`: what makes two the same."""

    region_lookup: str
    alike: Sequence[str] = ("kind", "sha256")
    kind: models.CharField[str, str]

    number = models.PositiveSmallIntegerField(_("number"))
    name = models.CharField(_("file name"), max_length=200)
    content_type = models.CharField(_("file type"), max_length=20, choices=ContentType.choices)
    size = models.PositiveIntegerField(_("size"), help_text=_("bytes"))
    sha256 = models.CharField(max_length=64)
    pages = models.PositiveSmallIntegerField(_("pages"))
    width = models.PositiveIntegerField(_("width"), null=True, help_text=_("pixels; empty for a PDF"))
    height = models.PositiveIntegerField(_("height"), null=True, help_text=_("pixels; empty for a PDF"))
    stored_as = models.UUIDField(unique=True, editable=False, default=uuid4)
    added_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("added by"))
    added_at = models.DateTimeField(_("added at"), auto_now_add=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, related_name="replaced_by", verbose_name=_("replaces")
    )
    reason = models.CharField(_("reason of the replacement"), max_length=200, blank=True)

    class Meta:
        abstract = True

    @property
    def filed_under(self) -> str:
        """The number of the business that it belongs to."""
        raise NotImplementedError

    @property
    def is_picture(self) -> bool:
        return self.content_type != ContentType.PDF

    @property
    def file_name(self) -> str:
        """What a browser calls it; the name on the sender's computer may be anything."""
        return f"{self.filed_under}-{self.number}.{SUFFIXES[self.content_type]}"

    @property
    def content(self) -> bytes:
        """Raises: FileGone, SealBroken."""
        return sealed_files.read(self.stored_as, ORIGINAL)

    @property
    def thumbnail(self) -> bytes:
        """A JPEG. Raises: FileGone, SealBroken."""
        return sealed_files.read(self.stored_as, THUMBNAIL)


def papers_everywhere() -> list[type[SealedPaper]]:
    """Every model of papers: whatever lies in the directory belongs to a row of one of them."""
    return [model for model in apps.get_models() if issubclass(model, SealedPaper)]


def paper_laws(
    name: str, *, under: str, kinds: Sequence[str]
) -> list[models.CheckConstraint | models.UniqueConstraint]:
    """`under`: the field that leads to the business."""
    return [
        models.CheckConstraint(name=f"{name}_one_to_thirty", condition=Q(number__gte=1, number__lte=MOST_PAPERS)),
        models.UniqueConstraint(name=f"{name}_number_once", fields=[under, "number"]),
        models.CheckConstraint(name=f"{name}_kind_known", condition=Q(kind__in=kinds)),
        models.CheckConstraint(
            name=f"{name}_content_known", condition=Q(content_type__in=ContentType.values, size__gte=1)
        ),
        models.CheckConstraint(
            name=f"{name}_replaced_with_reason",
            condition=Q(replaces=None, reason="") | (Q(replaces__isnull=False) & ~Q(reason="")),
        ),
    ]


def paper_triggers(
    name: str, law: str, *, table: str, of: str, under: str, states: Sequence[str], same: str
) -> list[pgtrigger.Trigger]:
    """Nothing of a paper changes, and `law`: the business (`of`, by the column `under`) is in one of `states`.

    `same`: what a NEW paper shares with the one `replaced`. FOR SHARE: whoever decides the business meanwhile waits,
    or is waited for.
    """
    return [
        *append_only(name),
        pgtrigger.Trigger(
            name=law,
            when=pgtrigger.Before,
            operation=pgtrigger.Insert,
            func=f"""
                    PERFORM 1 FROM {of}
                      WHERE id = NEW.{under} AND state IN {tuple(map(str, states))} FOR SHARE;
                    IF NOT FOUND THEN
                        RAISE check_violation USING CONSTRAINT = '{law}',
                            MESSAGE = 'a case that is decided takes no papers';
                    END IF;
                    IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM {table} AS replaced
                         WHERE replaced.id = NEW.replaces_id AND replaced.{under} = NEW.{under}
                           AND {same}
                    ) THEN
                        RAISE check_violation USING CONSTRAINT = '{law}',
                            MESSAGE = 'a paper is replaced by one of the same case, kind and person';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - filled in are names and states of the models
        ),
    ]
