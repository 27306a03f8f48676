"""Who sees which rows: one queryset method, on every model that carries personal data.

Deny by default: without the view permission of the model, or outside the region tree below the staff
member's own region, a row does not exist for them. Every surface (list, detail, history, search,
autocomplete, action, export, job, PDF) starts from `for_staff`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Self, TypeVar

from django.db import models

if TYPE_CHECKING:
    from accounts.models import Staff

M = TypeVar("M", bound=models.Model)


class ScopedQuerySet(models.QuerySet[M]):
    """Rows of a model whose `region_lookup` leads to the region that owns them."""

    def for_staff(self, staff: Staff) -> Self:
        meta = self.model._meta
        if not staff.is_active or not staff.has_perm(f"{meta.app_label}.view_{meta.model_name}"):
            return self.none()
        lookup = getattr(self.model, "region_lookup", "region")
        return self.filter(**{f"{lookup}__path__startswith": staff.region.path})
