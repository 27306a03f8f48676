"""What the pages of reports take."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import DayField
from accounts.models import Region
from reports.files import Form
from reports.models.saved import LAST_MONTHLY_DAY
from reports.models.summary import Period


class ExportForm(forms.Form):
    form = forms.ChoiceField(choices=[(form.value, form.value) for form in Form])


class FullNumbersForm(ExportForm):
    reason = forms.CharField(label=_("Reason"), max_length=200)


class DecisionForm(forms.Form):
    agree = forms.BooleanField(required=False)
    reason = forms.CharField(label=_("Reason"), max_length=200, required=False)


class MonthlyForm(ExportForm):
    """Every month on this day."""

    day = forms.IntegerField(label=_("day of the month"), min_value=1, max_value=LAST_MONTHLY_DAY)


class SaveForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)


class DashboardForm(forms.Form):
    """Which period up to which day, of which region in scope."""

    of = forms.ChoiceField(label=_("period"), choices=Period.choices)
    day = DayField(label=_("up to the day"))
    region = forms.CharField(label=_("region"), max_length=6, widget=forms.HiddenInput)

    def __init__(self, data: Any, *, own: Region) -> None:
        super().__init__(data)
        self.own = own
        self.fields["day"].widget.attrs["data-focus"] = True

    def clean_region(self) -> Region:
        found = Region.objects.under(self.own).filter(pk=self.cleaned_data["region"]).first()
        if found is None:
            raise forms.ValidationError(_("No region of yours."))
        return found
