"""Papers handed in with a case: scans and photographs, and who acts for the family.

Invariants, held by the database: a paper is neither changed nor deleted; it is replaced once at most, with a reason,
by a paper of the same case and kind; a case has at most thirty, replaced ones counted; a decided case takes none.
The content lies sealed outside the database (`accounts.sealed_files`), written before the row: a row without its
file does not come into being. The agent's number and phone are sealed like those of an insured person.
"""

from __future__ import annotations

from uuid import uuid4

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from accounts import keys, sealed_files
from accounts.history import track
from accounts.models.account import append_only
from accounts.rules.identity import mask_number, mask_phone
from accounts.scope import ScopedQuerySet
from families.models.case import OPEN

DOCUMENTS_PER_CASE = 30
ORIGINAL, THUMBNAIL = "original", "thumbnail"


class DocumentKind(models.TextChoices):
    ID_CARD = "id_card", _("ID card")
    HOUSEHOLD_REGISTER = "household_register", _("household register")
    MARRIAGE_CERTIFICATE = "marriage_certificate", _("marriage certificate")
    BIRTH_CERTIFICATE = "birth_certificate", _("birth certificate")
    KINSHIP_PROOF = "kinship_proof", _("proof of kinship")
    COMMITMENT = "commitment", _("commitment letter")
    REGISTRATION_FORM_SIGNED = "registration_form_signed", _("registration form, signed")
    POWER_OF_ATTORNEY = "power_of_attorney", pgettext_lazy("a paper", "power of attorney")
    AGENT_ID = "agent_id", _("agent's ID card")
    DEATH_CERTIFICATE = "death_certificate", _("death certificate")
    OTHER = "other", pgettext_lazy("a paper", "other")


class ContentType(models.TextChoices):
    """Found from the content (`accounts.scans`), never from the name."""

    JPEG = "image/jpeg", "JPEG"
    PNG = "image/png", "PNG"
    WEBP = "image/webp", "WebP"
    PDF = "application/pdf", "PDF"


SUFFIXES = {"image/jpeg": "jpg", "image/png": "png", "image/webp": "webp", "application/pdf": "pdf"}


@track(pghistory.InsertEvent())
class CaseDocument(models.Model):
    """One paper of a case. `person`: whose it is; empty for one of the whole family."""

    region_lookup = "case__region"

    case = models.ForeignKey(
        "families.RegistrationCase", models.PROTECT, related_name="documents", verbose_name=_("case")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    person = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, null=True, related_name="+", verbose_name=_("whose")
    )
    kind = models.CharField(_("kind of paper"), max_length=30, choices=DocumentKind.choices)
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

    objects = ScopedQuerySet["CaseDocument"].as_manager()

    class Meta:
        verbose_name = _("paper of a case")
        verbose_name_plural = _("papers of cases")
        ordering = ["case", "number"]
        permissions = [("check_casedocument", gettext_noop("May check that every stored paper can be opened"))]
        constraints = [
            models.CheckConstraint(
                name="document_one_to_thirty", condition=Q(number__gte=1, number__lte=DOCUMENTS_PER_CASE)
            ),
            models.UniqueConstraint(name="document_number_once", fields=["case", "number"]),
            models.UniqueConstraint(
                name="document_once_in_case",
                fields=["case", "kind", "person", "sha256"],
                nulls_distinct=False,
            ),
            models.CheckConstraint(name="document_kind_known", condition=Q(kind__in=DocumentKind.values)),
            models.CheckConstraint(
                name="document_content_known", condition=Q(content_type__in=ContentType.values, size__gte=1)
            ),
            models.CheckConstraint(
                name="document_replaced_with_reason",
                condition=Q(replaces=None, reason="") | (Q(replaces__isnull=False) & ~Q(reason="")),
            ),
        ]
        triggers = [
            *append_only("document"),
            pgtrigger.Trigger(
                name="document_of_open_case",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                # FOR SHARE: whoever decides the case meanwhile waits, or is waited for.
                func=f"""
                    PERFORM 1 FROM families_registrationcase
                      WHERE id = NEW.case_id AND state IN {tuple(map(str, OPEN))} FOR SHARE;
                    IF NOT FOUND THEN
                        RAISE check_violation USING CONSTRAINT = 'document_of_open_case',
                            MESSAGE = 'a case that is decided takes no papers';
                    END IF;
                    IF NEW.replaces_id IS NOT NULL AND NOT EXISTS (
                        SELECT 1 FROM families_casedocument AS replaced
                         WHERE replaced.id = NEW.replaces_id AND replaced.case_id = NEW.case_id
                           AND replaced.kind = NEW.kind AND replaced.person_id IS NOT DISTINCT FROM NEW.person_id
                    ) THEN
                        RAISE check_violation USING CONSTRAINT = 'document_of_open_case',
                            MESSAGE = 'a paper is replaced by one of the same case, kind and person';
                    END IF;
                    RETURN NEW;
                """,  # noqa: S608 - the only thing filled in are the states of the model
            ),
        ]

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("document", args=[self.pk])

    @property
    def is_picture(self) -> bool:
        return self.content_type != ContentType.PDF

    @property
    def content(self) -> bytes:
        """Raises: FileGone, SealBroken."""
        return sealed_files.read(self.stored_as, ORIGINAL)

    @property
    def thumbnail(self) -> bytes:
        """A JPEG. Raises: FileGone, SealBroken."""
        return sealed_files.read(self.stored_as, THUMBNAIL)


@track()
class CaseAgent(models.Model):
    """The certificate of whoever acts for the family; the power of attorney stands on the case.

    `name`: as the case had it when the certificate was noted. A case that names somebody else since has no
    certificate noted: nobody's number is printed beside another name.
    """

    region_lookup = "case__region"

    case = models.OneToOneField(
        "families.RegistrationCase", models.CASCADE, related_name="agent", verbose_name=_("case")
    )
    name = models.CharField(_("agent"), max_length=60)
    cert_type = models.CharField(_("certificate"), max_length=2, help_text="psn_cert_type")
    certno_sealed = models.BinaryField(editable=False)
    mobile_sealed = models.BinaryField(editable=False, default=bytes)

    objects = ScopedQuerySet["CaseAgent"].as_manager()

    class Meta:
        verbose_name = _("agent of a case")
        verbose_name_plural = _("agents of cases")
        constraints = [
            models.CheckConstraint(name="agent_named_with_number", condition=~Q(name="") & ~Q(certno_sealed=b""))
        ]

    def __str__(self) -> str:
        return str(self.case_id)

    @property
    def certno(self) -> str:
        """The full number: on the form that the family signs; pages show `masked_number`."""
        return keys.open_for(f"case:{self.case_id}:agent:certno", self.certno_sealed)

    @certno.setter
    def certno(self, number: str) -> None:
        self.certno_sealed = keys.seal_for(f"case:{self.case_id}:agent:certno", number)

    @property
    def mobile(self) -> str:
        return keys.open_for(f"case:{self.case_id}:agent:mobile", self.mobile_sealed) if self.mobile_sealed else ""

    @mobile.setter
    def mobile(self, number: str) -> None:
        self.mobile_sealed = keys.seal_for(f"case:{self.case_id}:agent:mobile", number) if number else b""

    @property
    def masked_number(self) -> str:
        return mask_number(self.certno)

    @property
    def masked_mobile(self) -> str:
        return mask_phone(self.mobile) if self.mobile else ""
