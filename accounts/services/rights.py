"""What a staff member must be allowed to do before a service is called, on every surface alike."""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Staff
from accounts.models.staff import NIGHTLY

# Django's own four; the product's other rights have their words in the models' Meta.
VERBS = {
    "add": gettext_lazy("May add:"),
    "change": gettext_lazy("May change:"),
    "delete": gettext_lazy("May delete:"),
    "view": gettext_lazy("May view:"),
}


class RightMissing(Exception):
    """The staff member may not do this; names the right in words and as `app.codename`."""

    def __init__(self, *, staff: Staff, right: str) -> None:
        self.staff, self.right = staff, right
        super().__init__(
            _("{who} lacks the right “{words}” ({code}).").format(who=staff, words=_words(right), code=right)
        )


def require_right(staff: Staff, right: str) -> None:
    """`right`: `app.codename`. Raises: RightMissing; also for a staff member who may no longer sign in.

    The night needs none: nobody signs in as it, and it does what its chain names.
    """
    if staff.username == NIGHTLY:
        return
    if not staff.is_active or not staff.has_perm(right):
        raise RightMissing(staff=staff, right=right)


def _words(right: str) -> str:
    app_label, codename = right.split(".")
    permission = Permission.objects.filter(content_type__app_label=app_label, codename=codename).first()
    if permission is None:
        return codename
    verb, model = codename.partition("_")[0], permission.content_type.model_class()
    if model is not None and codename == f"{verb}_{model._meta.model_name}" and verb in VERBS:
        return f"{VERBS[verb]} {model._meta.verbose_name}"
    return _(permission.name)
