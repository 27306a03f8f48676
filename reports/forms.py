"""What the pages of reports take."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from reports.files import Form


class ExportForm(forms.Form):
    form = forms.ChoiceField(choices=[(form.value, form.value) for form in Form])


class SaveForm(forms.Form):
    name = forms.CharField(label=_("Name"), max_length=60)
