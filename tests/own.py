"""The apps of the product and their models, for guards that look at all of them."""

from __future__ import annotations

from django.apps import apps
from django.db.models import Model

APPS = ("accounts", "families", "settlement", "reports")


def own_models() -> list[type[Model]]:
    """Histories included."""
    return [model for label in APPS for model in apps.get_app_config(label).get_models()]
