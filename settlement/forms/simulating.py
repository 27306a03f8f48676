"""A bill that somebody asks about at the window."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import AmountField, DayField
from accounts.models import InsuredPerson
from families.policy_words import CHOICES
from settlement.rules.facts import Bill


class BillForm(forms.Form):
    """In the address, so that it can be sent on: it holds no personal data."""

    person = forms.TypedChoiceField(label=_("Patient"), coerce=int)
    amount = AmountField(
        label=_("Personal part, yuan"),
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "class": "gj-amount", "data-focus": ""}
        ),
    )
    usage = forms.ChoiceField(label=_("For"), choices=list(CHOICES["usages"].items()))
    day = DayField(label=_("Day"))
    claimed = forms.BooleanField(label=_("Claimed at the window, not settled online"), required=False)

    def __init__(self, data: Mapping[str, Any] | None, *, persons: Sequence[InsuredPerson]) -> None:
        super().__init__(data, initial={"day": timezone.localdate(), "usage": "outpatient"})
        self.persons = {person.pk: person for person in persons}
        person = self.fields["person"]
        if isinstance(person, forms.ChoiceField):
            person.choices = [(one.pk, one.name) for one in persons]

    @property
    def patient(self) -> InsuredPerson:
        """Expects a valid form."""
        return self.persons[self.cleaned_data["person"]]

    @property
    def bill(self) -> Bill:
        data = self.cleaned_data
        return Bill(data["amount"], data["usage"], networked=not data["claimed"])
