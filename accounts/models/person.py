"""Insured persons (参保人). ID numbers and phones are sealed, bound to their row, and found by digest.

Invariants: one person per `psn_no`; one person per kind and number of certificate; a status other than
normal has its reason and its suspension (accounts/models/suspension.py), of which it is the copy that is true today;
every change raises `version`, so that of two editors the second is told. A record that was merged into another of
the same person is void, holds no money, and is never changed again.
"""

from __future__ import annotations

import datetime as dt
import logging

import pgtrigger
from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext, gettext_noop
from django.utils.translation import gettext_lazy as _

from accounts import keys
from accounts.history import track
from accounts.rules.identity import first_generation_number, mask_name, mask_number, mask_phone
from accounts.rules.sealing import SealBroken
from accounts.scope import ScopedQuerySet

logger = logging.getLogger(__name__)

RESIDENT_ID = "01"
EMPLOYEE = "310"
RESIDENT = "390"


class InsuranceStatus(models.TextChoices):
    """`psn_insu_stas` (DOMAIN.md section 2)."""

    NOT_INSURED = "0", _("not insured")
    NORMAL = "1", _("normal")
    SUSPENDED = "2", _("suspended")
    VOID = "3", _("void")
    ENDED = "4", _("ended")


class Gender(models.TextChoices):
    MALE = "1", _("male")
    FEMALE = "2", _("female")


def opened_number(psn_no: str, certno_sealed: bytes | memoryview) -> str:
    """The full certificate number of a row. Raises: SealBroken."""
    return keys.open_for(f"person:{psn_no}:certno", certno_sealed)


class PersonQuerySet(ScopedQuerySet["InsuredPerson"]):
    def with_number(self, number: str) -> PersonQuerySet:
        """Records whose certificate number or `psn_no` is exactly this, written as it is stored.

        One that was merged stands for its `survivor`.
        """
        return self.filter(Q(certno_digest=keys.number_digest(number)) | Q(psn_no=number))


# What a digest is computed from has its history already.
@track(exclude=["certno15_digest"])
class InsuredPerson(models.Model):
    psn_no = models.CharField(_("person number"), max_length=30, unique=True, help_text="psn_no")
    name = models.CharField(_("name"), max_length=60)
    name_key = models.CharField(max_length=200, editable=False)
    cert_type = models.CharField(_("certificate"), max_length=2, default=RESIDENT_ID, help_text="psn_cert_type")
    certno_sealed = models.BinaryField(editable=False)
    certno_digest = models.BinaryField(editable=False, max_length=32)
    # Of the 15 digits that the holder had before 18: equal to the `certno_digest` of a record under the old number.
    certno15_digest = models.BinaryField(editable=False, max_length=32, null=True)
    gender = models.CharField(_("gender"), max_length=1, choices=Gender.choices)
    born_on = models.DateField(_("born on"))
    mobile_sealed = models.BinaryField(editable=False, default=bytes)
    contact_confirmed_on = models.DateField(_("contact data confirmed on"))
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="+", verbose_name=_("insured in"))
    insutype = models.CharField(_("insurance type"), max_length=6)
    psn_type = models.CharField(_("person type"), max_length=6, blank=True)
    status = models.CharField(_("insurance status"), max_length=1, choices=InsuranceStatus.choices)
    status_since = models.DateField(_("status since"))
    status_reason = models.CharField(_("reason of the status"), max_length=200, blank=True)
    merged_into = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        editable=False,
        related_name="merged_records",
        verbose_name=_("merged into"),
    )
    version = models.PositiveIntegerField(default=1, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)

    objects = PersonQuerySet.as_manager()

    class Meta:
        verbose_name = _("insured person")
        verbose_name_plural = _("insured persons")
        ordering = ["name_key", "id"]
        permissions = [
            ("reveal_insuredperson", gettext_noop("May reveal a full ID number or phone, with a reason")),
            ("import_insuredperson", gettext_noop("May import persons")),
            ("export_insuredperson", gettext_noop("May export lists of persons, numbers masked")),
        ]
        constraints = [
            models.UniqueConstraint(name="person_once_per_certificate", fields=["cert_type", "certno_digest"]),
            models.CheckConstraint(name="person_status_known", condition=Q(status__in=InsuranceStatus.values)),
            models.CheckConstraint(name="person_gender_known", condition=Q(gender__in=Gender.values)),
            models.CheckConstraint(
                name="person_status_has_reason",
                condition=Q(status=InsuranceStatus.NORMAL) | ~Q(status_reason=""),
            ),
            models.CheckConstraint(name="person_named", condition=~Q(name="")),
            models.CheckConstraint(name="person_merged_into_another", condition=~Q(merged_into=F("id"))),
            models.CheckConstraint(
                name="person_merged_is_void", condition=Q(merged_into=None) | Q(status=InsuranceStatus.VOID)
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="person_merged_stays",
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__merged_into__isnull=False),
            ),
            pgtrigger.Trigger(
                name="person_merged_whole",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("merged_into_id"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Q(new__merged_into__isnull=False),
                # FOR SHARE: whoever merges the other record at the same moment waits, or is waited for.
                func="""
                    PERFORM FROM accounts_insuredperson WHERE id = NEW.merged_into_id FOR SHARE;
                    IF EXISTS (SELECT FROM accounts_insuredperson
                                WHERE id = NEW.merged_into_id AND merged_into_id IS NOT NULL)
                       OR EXISTS (SELECT FROM accounts_personalaccount
                                   WHERE person_id = NEW.id AND (prior_years <> 0 OR current_year <> 0)) THEN
                        RAISE EXCEPTION 'the other record is merged itself, or money is left on this one'
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_merged_whole';
                    END IF;
                    RETURN NEW;
                """,
            ),
            # At commit, because the suspension may come after the person; it reads the row as it is by then.
            pgtrigger.Trigger(
                name="person_status_has_suspension",
                when=pgtrigger.After,
                operation=pgtrigger.Insert | pgtrigger.UpdateOf("status", "status_since"),  # type: ignore[no-untyped-call]
                condition=pgtrigger.Condition(f"NEW.status <> '{InsuranceStatus.NORMAL}'"),
                timing=pgtrigger.Deferred,
                func=f"""
                    IF EXISTS (SELECT FROM accounts_insuredperson AS person
                                WHERE person.id = NEW.id AND person.status <> '{InsuranceStatus.NORMAL}'
                                  AND NOT EXISTS (
                                      SELECT FROM accounts_suspension AS held
                                       WHERE held.person_id = person.id AND held.status = person.status
                                         AND held.starts_on = person.status_since
                                         AND held.ends_on IS DISTINCT FROM held.starts_on)) THEN
                        RAISE EXCEPTION 'the status of person % has no suspension', NEW.id
                            USING ERRCODE = 'check_violation', CONSTRAINT = 'person_status_has_suspension';
                    END IF;
                    RETURN NULL;
                """,  # noqa: S608 - the only thing filled in is a constant
            ),
        ]
        indexes = [
            models.Index(F("certno_digest"), name="person_certno_digest"),
            models.Index(OpClass(F("name_key"), "text_pattern_ops"), name="person_name_key"),
            models.Index(OpClass(F("name"), "text_pattern_ops"), name="person_name"),
            models.Index(fields=["region", "name_key"], name="person_region_name"),
        ]

    def __str__(self) -> str:
        return self.psn_no

    def get_absolute_url(self) -> str:
        return reverse("person", args=[self.pk])

    @property
    def certno(self) -> str:
        """The full number. Show `masked_number` unless the reveal was audited."""
        return opened_number(self.psn_no, self.certno_sealed)

    @certno.setter
    def certno(self, number: str) -> None:
        self.certno_sealed = keys.seal_for(f"person:{self.psn_no}:certno", number)
        self.certno_digest = keys.number_digest(number)
        before = first_generation_number(number)
        self.certno15_digest = keys.number_digest(before) if before else None

    @property
    def mobile(self) -> str:
        return keys.open_for(f"person:{self.psn_no}:mobile", self.mobile_sealed) if self.mobile_sealed else ""

    @mobile.setter
    def mobile(self, number: str) -> None:
        self.mobile_sealed = keys.seal_for(f"person:{self.psn_no}:mobile", number) if number else b""

    @property
    def masked_number(self) -> str:
        try:
            return mask_number(self.certno)
        except SealBroken as broken:
            return self._said_broken("certno", broken)

    @property
    def masked_name(self) -> str:
        return mask_name(self.name)

    @property
    def masked_mobile(self) -> str:
        try:
            return mask_phone(self.mobile) if self.mobile else ""
        except SealBroken as broken:
            return self._said_broken("mobile", broken)

    def _said_broken(self, column: str, broken: SealBroken) -> str:
        """One value that does not open must not hide the whole list: it is shown as such, and logged."""
        logger.error("a sealed value does not open: %s", broken, extra={"person": self.pk, "column": column})
        return gettext("⚠ does not open")

    @property
    def survivor(self) -> InsuredPerson:
        """The record that stands for this person now: itself, or the end of what it was merged into."""
        person = self
        while person.merged_into is not None:
            person = person.merged_into
        return person

    @property
    def is_employee(self) -> bool:
        """Only employee insurance has a personal account (DOMAIN.md section 2)."""
        return self.insutype == EMPLOYEE

    def age_on(self, day: dt.date) -> int:
        return day.year - self.born_on.year - ((day.month, day.day) < (self.born_on.month, self.born_on.day))
