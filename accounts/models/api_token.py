"""Tokens by which other systems read in the name of a staff member: what the member may see, they may see.

Invariants, held by the database whoever writes:
- the token itself is never stored, only its SHA-256 (CHECK), and no two have the same (UNIQUE);
- it ends at most a year after it was made (CHECK), and is made by another person than it stands for (CHECK);
- whom it stands for and until when is never changed, what was revoked stays as it is, and none is deleted (triggers).
"""

from __future__ import annotations

import datetime as dt

import pgtrigger
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from accounts.history import track
from accounts.scope import ScopedQuerySet

LONGEST = dt.timedelta(days=365)


@track(exclude=["digest", "last_used_at"])
class ApiToken(models.Model):
    region_lookup = "staff__region"

    staff = models.ForeignKey(
        "accounts.Staff", models.PROTECT, related_name="api_tokens", verbose_name=_("in the name of")
    )
    name = models.CharField(_("other system"), max_length=60)
    digest = models.CharField("SHA-256", max_length=64, unique=True, editable=False)
    created_at = models.DateTimeField(_("made at"))
    created_by = models.ForeignKey("accounts.Staff", models.PROTECT, related_name="+", verbose_name=_("made by"))
    expires_at = models.DateTimeField(_("ends at"))
    revoked_at = models.DateTimeField(_("revoked at"), null=True)
    revoked_by = models.ForeignKey(
        "accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("revoked by")
    )
    last_used_at = models.DateTimeField(_("last used at"), null=True, help_text=_("to the minute"))

    objects = ScopedQuerySet["ApiToken"].as_manager()

    class Meta:
        verbose_name = _("token")
        verbose_name_plural = _("tokens")
        ordering = ["-created_at", "-id"]
        constraints = [
            models.CheckConstraint(name="token_kept_as_digest", condition=Q(digest__regex=r"^[0-9a-f]{64}$")),
            models.CheckConstraint(
                name="token_lives_a_year",
                condition=Q(expires_at__gt=F("created_at"), expires_at__lte=F("created_at") + LONGEST),
            ),
            models.CheckConstraint(name="token_two_people", condition=~Q(created_by=F("staff"))),
            models.CheckConstraint(
                name="token_revoked_by_somebody",
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
            ),
            models.UniqueConstraint(name="token_name_once", fields=["staff", "name"], condition=Q(revoked_at=None)),
        ]
        triggers = [
            pgtrigger.Protect(
                name="token_stays_itself",
                operation=pgtrigger.Update,
                condition=pgtrigger.AnyChange("staff", "name", "digest", "created_at", "created_by", "expires_at"),
            ),
            pgtrigger.Protect(
                name="token_revoked_stays",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__revoked_at__isnull=False),
            ),
            pgtrigger.Protect(name="token_is_kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return self.name
