"""A premium that a clerk pays from the family's accounts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.forms import AmountField
from accounts.rules.numbers import new_number
from settlement.models.premium import FIRST_YEAR, LAST_YEAR
from settlement.models.settlement import LONGEST_ID

PREFIX = "BF"  # 保费


class PremiumForm(forms.Form):
    """`payment_id`: of this form; sent twice, it is one payment. `seen`: who would pay, as it was shown."""

    payment_id = forms.CharField(
        max_length=LONGEST_ID,
        widget=forms.HiddenInput,
        validators=[RegexValidator(rf"^{PREFIX}[0-9]{{8}}-[A-Z0-9]+\Z", _("Open the form anew."))],
    )
    seen = forms.CharField(max_length=16, required=False, widget=forms.HiddenInput)
    year = forms.IntegerField(
        label=_("Premium year"),
        min_value=FIRST_YEAR,
        max_value=LAST_YEAR,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off", "size": 6}),
    )
    amount = AmountField(
        label=_("Amount, yuan"),
        widget=forms.TextInput(
            attrs={"inputmode": "decimal", "autocomplete": "off", "class": "gj-amount", "data-focus": ""}
        ),
    )
    confirmed = forms.BooleanField(
        label=_("The payers agree: form and cards were compared at the window."),
        required=False,
    )

    def __init__(self, data: Any = None) -> None:
        today = timezone.localdate()
        # Resident insurance is paid in autumn for the year to come.
        next_year = today.year + (today.month >= 9)
        super().__init__(data, initial={"payment_id": new_number(PREFIX, today), "year": next_year})

    def show(self, seen: str) -> None:
        """Goes out with what is shown now, to be agreed to anew."""
        self.data = {name: self.data.get(name) for name in self.fields} | {"seen": seen, "confirmed": ""}

    def clean_amount(self) -> Any:
        amount = self.cleaned_data["amount"]
        if not amount:
            raise forms.ValidationError(_("More than nothing."))
        return amount
