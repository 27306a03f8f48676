"""What the pages of nights may send: which night is done again, and the morning report of whom and which day."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField
from accounts.models import Region
from settlement.night_steps import CHAIN


class AgainForm(forms.Form):
    """`kind`: the step; empty: the whole night."""

    day = forms.DateField()
    kind = forms.ChoiceField(required=False, choices=[("", ""), *((step.kind, label) for step, label in CHAIN)])


class UntilForm(forms.Form):
    """The last night that is listed."""

    until = DayField(label=_("nights until"))


class ReportForm(forms.Form):
    """`region`: the own one, or one under it; `last`: the last day that is over."""

    day = DayField(label=_("business day"))

    def __init__(self, *args: Any, region: Region, last: dt.date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.last = last
        self.fields["day"].widget.attrs["data-focus"] = ""
        self.fields["region"] = forms.ModelChoiceField(
            label=_("region"), queryset=Region.objects.filter(path__startswith=region.path), to_field_name="code",
            empty_label=None,
        )  # fmt: skip
        self.fields["region"].choices = [  # type: ignore[attr-defined]
            (one.code, one.name) for one in [region, *Region.objects.filter(parent=region).order_by("code")]
        ]

    def clean_day(self) -> dt.date:
        day: dt.date = self.cleaned_data["day"]
        if day > self.last:
            raise forms.ValidationError(_("This day is not over yet."))
        return day
