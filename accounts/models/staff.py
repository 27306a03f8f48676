"""The staff of the bureau: each belongs to a region and sees what lies under it.

Invariants: nobody stands above the rules: the database refuses a superuser; `NIGHTLY`, in whose name the nightly step
writes, never signs in.
"""

from __future__ import annotations

from typing import Any

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.history import track
from accounts.scope import ScopedQuerySet

NIGHTLY = "nightly"


class StaffManager(BaseUserManager.from_queryset(ScopedQuerySet)):  # type: ignore[misc]
    def create_superuser(self, *args: Any, **kwargs: Any) -> Staff:
        raise TypeError("There are no superusers: use manage.py create_staff --role administrator")


@track(exclude=["password", "last_login"])
class Staff(AbstractBaseUser, PermissionsMixin):
    username = models.CharField(_("user name"), max_length=60, unique=True, validators=[UnicodeUsernameValidator()])
    full_name = models.CharField(_("name"), max_length=60)
    region = models.ForeignKey("accounts.Region", models.PROTECT, related_name="staff", verbose_name=_("region"))
    office = models.CharField(_("office"), max_length=100, blank=True, help_text=_("printed on forms and receipts"))
    is_active = models.BooleanField(_("may sign in"), default=True)
    joined_at = models.DateTimeField(_("created"), default=timezone.now, editable=False)

    objects = StaffManager()

    USERNAME_FIELD = "username"
    REQUIRED_FIELDS = ["full_name", "region"]

    class Meta:
        verbose_name = _("staff member")
        verbose_name_plural = _("staff")
        ordering = ["username"]
        constraints = [
            models.CheckConstraint(name="staff_no_superuser", condition=Q(is_superuser=False)),
            models.CheckConstraint(
                name="staff_nightly_never_signs_in", condition=~Q(username=NIGHTLY) | Q(is_active=False)
            ),
        ]

    def __str__(self) -> str:
        return self.full_name or self.username

    def get_full_name(self) -> str:
        """Read by the frame of every page, which shows it beside the menu."""
        return str(self)

    @property
    def is_staff(self) -> bool:
        """Read by the admin: whoever has an account here is staff."""
        return self.is_active

    def role_names(self) -> set[str]:
        return set(self.groups.values_list("name", flat=True))
