"""Making staff accounts: one role, one region, a password that the validators accept; and the one nobody has."""

from __future__ import annotations

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from accounts.models import Region, Staff
from accounts.models.staff import NIGHTLY


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


def nightly_staff() -> Staff | None:
    """In whose name the nightly step writes: of the whole country, never able to sign in; made when first needed.

    None on a database without a region. Holds no right: for whoever may not sign in, every scope is empty.
    """
    root = Region.objects.filter(parent=None).order_by("code").first()
    if root is None:
        return None
    fields = {"full_name": "系统夜间处理", "region": root, "is_active": False, "password": make_password(None)}
    staff: Staff = Staff.objects.get_or_create(username=NIGHTLY, defaults=fields)[0]
    return staff
