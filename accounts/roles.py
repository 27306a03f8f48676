"""The five roles (DOMAIN.md section 1) as groups. Each app grants its own permissions in a migration of its own.

Permissions normally come into being after the last migration; `grant` makes those of the app first, so that
roles are whole as soon as `migrate` ends.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib.auth.management import create_permissions
from django.utils.translation import gettext_lazy as _

ROLE_LABELS = {
    "clerk": _("clerk"),
    "reviewer": _("reviewer"),
    "supervisor": _("supervisor"),
    "auditor": _("auditor"),
    "administrator": _("administrator"),
}
ROLES = tuple(ROLE_LABELS)


def grant(apps: Any, app_label: str, rights: Mapping[str, Sequence[str]]) -> None:
    """Give each role these permission codenames of an app. Raises: LookupError for a codename that is not there."""
    config = apps.get_app_config(app_label)
    config.models_module = True
    create_permissions(config, apps=apps, verbosity=0)
    permissions = apps.get_model("auth", "Permission").objects.filter(content_type__app_label=app_label)
    by_codename = {permission.codename: permission for permission in permissions}
    for role, codenames in rights.items():
        group, _created = apps.get_model("auth", "Group").objects.get_or_create(name=role)
        group.permissions.add(*[by_codename[codename] for codename in codenames])


def revoke(apps: Any, app_label: str) -> None:
    """Take every permission of an app from the roles: the way back of a migration that granted them."""
    for group in apps.get_model("auth", "Group").objects.filter(name__in=ROLES):
        group.permissions.remove(*group.permissions.filter(content_type__app_label=app_label))
