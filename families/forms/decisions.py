"""What is asked of whoever decides: a reason, who goes on with it, which record stays, which day is looked at."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import WITHOUT_NUMBERS, DayField
from accounts.models import Staff
from families.models import PersonMatch, RegistrationCase


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


class MergeForm(ReasonForm):
    """A merge asked for: which of the two records stays, and why they are one person."""

    survivor = forms.TypedChoiceField(
        label=_("Record that stays"), coerce=int, widget=forms.RadioSelect(attrs={"data-focus": True})
    )
    field_order = ("survivor", "reason")

    def __init__(self, *args: Any, match: PersonMatch, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        survivor = self.fields["survivor"]
        if isinstance(survivor, forms.ChoiceField):
            survivor.choices = [(person.pk, person.psn_no) for person in (match.first, match.second)]


class ConfirmForm(forms.Form):
    """What the page showed as the record that stays."""

    survivor = forms.IntegerField(widget=forms.HiddenInput)
