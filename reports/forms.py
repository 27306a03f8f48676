"""What the pages of reports take."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.files import Form
from reports.models.saved import LAST_MONTHLY_DAY


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
