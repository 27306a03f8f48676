"""Which month of clearing is asked for, and between which two regions, as the address says."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Region, Staff
from settlement.listing import Place

MONTH = re.compile(r"(20[0-9]{2})-(0[1-9]|1[0-2])", re.ASCII)


class MonthField(forms.CharField):
    """Its first day; nothing given is the month of today."""

    def clean(self, value: object) -> dt.date:
        text = str(super().clean(value)).strip()
        if not text:
            return timezone.localdate().replace(day=1)
        found = MONTH.fullmatch(text)
        if not found:
            raise forms.ValidationError(_("A month is written 2026-03."))
        return dt.date(int(found[1]), int(found[2]), 1)


class ClearingForm(forms.Form):
    month = MonthField(label=_("month"), required=False)


class PairForm(ClearingForm):
    """Valid for two regions of which one is in scope."""

    owing = forms.ModelChoiceField(Region.objects.all())
    owed = forms.ModelChoiceField(Region.objects.all())
    before = forms.CharField(required=False, max_length=40)

    def __init__(self, data: Mapping[str, Any], *, staff: Staff) -> None:
        super().__init__(data)
        self.staff = staff

    def clean_before(self) -> Place | None:
        text = self.cleaned_data["before"]
        try:
            return Place.parse(text) if text else None
        except ValueError:
            raise forms.ValidationError(_("No place in this list.")) from None

    def clean(self) -> dict[str, object]:
        data: dict[str, object] = super().clean() or self.cleaned_data
        paths = [region.path for region in (data.get("owing"), data.get("owed")) if isinstance(region, Region)]
        if not any(path.startswith(self.staff.region.path) for path in paths):
            raise forms.ValidationError(_("Neither of the two regions is yours."))
        return data
