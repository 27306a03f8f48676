"""What people did that changes no row: sign-in, refused access, reveal, print, check.

Changes of rows are recorded by pghistory's triggers. Invariants: events are append-only, and each carries
the hash of the one before it, computed by the database: a removed or altered event breaks the chain.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self

import pgtrigger
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from accounts.models.account import append_only
from accounts.scope import ScopedQuerySet

if TYPE_CHECKING:
    from accounts.models.staff import Staff


class AuditKind(models.TextChoices):
    SIGN_IN = "sign_in", _("signed in")
    SIGN_IN_REFUSED = "sign_in_refused", _("sign-in refused")
    SIGN_OUT = "sign_out", _("signed out")
    ACCESS_REFUSED = "access_refused", _("access refused")
    LOOK = "look", _("person looked at")
    VERIFY = "verify", _("person of another region verified")
    REVEAL = "reveal", _("full number revealed")
    PRINT = "print", _("printed")
    IMPORT = "import", _("file imported")
    EXPORT = "export", _("list exported")
    API = "api", _("read by another system")
    TOKEN_MADE = "token_made", _("token made")
    TOKEN_REVOKED = "token_revoked", _("token revoked")
    CHECK = "check", _("ledger checked")
    CLOSE_DAY = "close_day", _("day signed")
    REOPEN_DAY = "reopen_day", _("signed day reopened")
    CONFLICT = "conflict", _("business number sent again with other content")


# The text that is hashed. `at` is written in UTC so that no session's time zone changes the hash; an array keeps
# every field in its place, where concat_ws drops what is empty: a staff id could become a person's unnoticed.
EVENT_TEXT = """jsonb_build_array({row}.sequence, to_char({row}.at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US'),
    {row}.kind, {row}.staff_id, {row}.person_id, {row}.region_id, {row}.address, {row}.detail,
    encode({row}.previous_hash, 'hex'))::text"""
EVENT_HASH = f"sha256(convert_to({EVENT_TEXT}, 'UTF8'))"


class AuditQuerySet(ScopedQuerySet["AuditEvent"]):
    """Sign-ins refused to unknown names belong to no region: whoever sees the whole country sees them."""

    def for_staff(self, staff: Staff) -> Self:
        rows = super().for_staff(staff)
        nowhere = staff.region.parent_id is None and staff.has_perm("accounts.view_auditevent") and staff.is_active
        return rows | self.filter(region=None) if nowhere else rows


class AuditEvent(models.Model):
    region_lookup = "region"

    sequence = models.BigIntegerField(_("number"), unique=True, editable=False)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    kind = models.CharField(_("what"), max_length=20, choices=AuditKind.choices)
    staff = models.ForeignKey("accounts.Staff", models.PROTECT, null=True, related_name="+", verbose_name=_("who"))
    person = models.ForeignKey(
        "accounts.InsuredPerson",
        models.PROTECT,
        null=True,
        related_name="+",
        verbose_name=_("insured person"),
    )
    region = models.ForeignKey(
        "accounts.Region", models.PROTECT, null=True, related_name="+", verbose_name=_("region")
    )
    address = models.GenericIPAddressField(_("address"), null=True)
    detail = models.JSONField(_("detail"), default=dict)
    previous_hash = models.BinaryField(editable=False)
    hash = models.BinaryField(editable=False)

    objects = AuditQuerySet.as_manager()

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ["-sequence"]
        permissions = [("read_trail", gettext_noop("May read the whole trail of a person"))]
        indexes = [
            models.Index(fields=["person", "-sequence"], name="audit_person"),
            models.Index(fields=["staff", "kind", "-at"], name="audit_staff_kind"),
        ]
        triggers = [
            *append_only("audit_event"),
            pgtrigger.Trigger(
                name="audit_event_chain",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                declare=[("last", "record")],
                # The lock makes the chain a line: two transactions never follow the same event.
                func=f"""
                    PERFORM pg_advisory_xact_lock(hashtext('accounts_auditevent'));
                    SELECT sequence, hash INTO last FROM accounts_auditevent ORDER BY sequence DESC LIMIT 1;
                    NEW.sequence := COALESCE(last.sequence, 0) + 1;
                    NEW.previous_hash := COALESCE(last.hash, ''::bytea);
                    NEW.hash := {EVENT_HASH.format(row="NEW")};
                    RETURN NEW;
                """,  # noqa: S608 - the only thing filled in is the constant above
            ),
        ]

    def __str__(self) -> str:
        return f"{self.sequence} {self.kind}"
