"""Papers handed in with a case (accounts/models/paper.py), and who acts for the family.

Invariant: the agent's number and phone are sealed like those of an insured person.
"""

from __future__ import annotations

import pghistory
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop, pgettext_lazy

from accounts import keys
from accounts.history import track
from accounts.models.paper import SealedPaper, paper_laws, paper_triggers
from accounts.rules.identity import mask_number, mask_phone
from accounts.scope import ScopedQuerySet
from families.models.case import OPEN


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


@track(pghistory.InsertEvent())
class CaseDocument(SealedPaper):
    """One paper of a case. `person`: whose it is; empty for one of the whole family."""

    region_lookup = "case__region"
    alike = ("kind", "person", "sha256")

    case = models.ForeignKey(
        "families.RegistrationCase", models.PROTECT, related_name="documents", verbose_name=_("case")
    )
    person = models.ForeignKey(
        "accounts.InsuredPerson", models.PROTECT, null=True, related_name="+", verbose_name=_("whose")
    )
    kind = models.CharField(_("kind of paper"), max_length=30, choices=DocumentKind.choices)

    objects = ScopedQuerySet["CaseDocument"].as_manager()

    class Meta:
        verbose_name = _("paper of a case")
        verbose_name_plural = _("papers of cases")
        ordering = ["case", "number"]
        permissions = [("check_casedocument", gettext_noop("May check that every stored paper can be opened"))]
        constraints = [
            *paper_laws("document", under="case", kinds=DocumentKind.values),
            models.UniqueConstraint(
                name="document_once_in_case",
                fields=["case", "kind", "person", "sha256"],
                nulls_distinct=False,
            ),
        ]
        triggers = paper_triggers(
            "document", "document_of_open_case", table="families_casedocument", of="families_registrationcase",
            under="case_id", states=OPEN,
            same="replaced.kind = NEW.kind AND replaced.person_id IS NOT DISTINCT FROM NEW.person_id",
        )  # fmt: skip

    def __str__(self) -> str:
        return f"{self.case_id}/{self.number}"

    def get_absolute_url(self) -> str:
        return reverse("document", args=[self.pk])

    @property
    def filed_under(self) -> str:
        return self.case.number


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
