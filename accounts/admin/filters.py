"""Filters of the lists that need more than a column."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import Region


class RegionFilter(admin.SimpleListFilter):
    """A region of the staff member's own tree, with everything under it."""

    title = _("region")
    parameter_name = "region"
    region_lookup = "region"

    def lookups(self, request: HttpRequest, model_admin: Any) -> Iterable[tuple[str, str]]:
        self.region_lookup = getattr(model_admin.model, "region_lookup", "region")
        regions = Region.objects.under(request.user.region)  # type: ignore[union-attr]
        return [(region.code, region.name) for region in regions]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        region = Region.objects.filter(pk=self.value() or "").first()
        return queryset.filter(**{f"{self.region_lookup}__path__startswith": region.path}) if region else queryset
