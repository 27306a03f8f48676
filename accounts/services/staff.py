"""Making staff accounts: one role, one region, a password that the validators accept."""

from __future__ import annotations

from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts.models import Region, Staff


@transaction.atomic
def create_staff(
    *, username: str, role: str, region: Region, password: str, full_name: str, office: str = ""
) -> Staff:
    """Raises: ValidationError when the password is too weak; IntegrityError when the name is taken."""
    staff = Staff(username=username, region=region, full_name=full_name or username, office=office)
    validate_password(password, staff)
    staff.set_password(password)
    staff.save()
    staff.groups.add(Group.objects.get(name=role))
    return staff
