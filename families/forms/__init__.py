"""What a page may send to the services of this floor."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import WITHOUT_NUMBERS, DayField
from accounts.models import Staff
from families.forms.family import FamilyForm, FormHead
from families.forms.group import GroupForm
from families.forms.rows import RowForm
from families.models import RegistrationCase

__all__ = ["DayQuery", "FamilyForm", "FormHead", "GroupForm", "ReasonForm", "RowForm", "TakeOverForm"]


class ReasonForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        min_length=2,
        max_length=300,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class DayQuery(forms.Form):
    """The "as of" day in an address."""

    day = DayField(required=False)


class TakeOverForm(forms.Form):
    """Who goes on with a case: a clerk whose scope it is in and whom the supervisor sees."""

    to = forms.ModelChoiceField(Staff.objects.none(), label=_("Goes on with it"))

    def __init__(self, *args: Any, case: RegistrationCase, staff: Staff, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        above = case.region.path.strip("/").split("/")
        colleagues = Staff.objects.filter(is_active=True, groups__name="clerk", region__in=above)
        to = self.fields["to"]
        if isinstance(to, forms.ModelChoiceField):
            to.queryset = colleagues.filter(region__path__startswith=staff.region.path).exclude(pk=case.handled_by_id)
