"""What a staff member must be allowed to do before a service is called, on every surface alike."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.utils.translation import gettext as _

from accounts.models import Staff


class RightMissing(Exception):
    """The staff member may not do this; names the right in words and as `app.codename`."""

    def __init__(self, *, staff: Staff, right: str) -> None:
        self.staff, self.right = staff, right
        super().__init__(
            _("{who} lacks the right “{words}” ({code}).").format(who=staff, words=_words(right), code=right)
        )


def require_right(staff: Staff, right: str) -> None:
    """`right`: `app.codename`. Raises: RightMissing; also for a staff member who may no longer sign in."""
    if not staff.is_active or not staff.has_perm(right):
        raise RightMissing(staff=staff, right=right)


def _words(right: str) -> str:
    app_label, codename = right.split(".")
    permission = Permission.objects.filter(content_type__app_label=app_label, codename=codename).first()
    return _(permission.name) if permission else codename
