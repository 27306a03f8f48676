"""What the pages of wallet transfers may send: the order, the answer, and what a list is narrowed to."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from accounts.forms import WITHOUT_NUMBERS, AmountField, DayField
from families.models import GroupMember
from settlement.models.transfer import ID_SHAPE, Purpose, ReturnCause, TransferState

PREFIX = "ZZ"  # 转账


class TransferForm(forms.Form):
    """Who gets how much for what. `family`: whom the payer may choose from; the only one is chosen already."""

    transfer_id = forms.CharField(
        max_length=40, widget=forms.HiddenInput, validators=[RegexValidator(ID_SHAPE, _("Open the form anew."))]
    )
    amount = AmountField(label=_("Amount, yuan"))
    purpose = forms.ChoiceField(label=_("Purpose"), choices=Purpose.choices, widget=forms.RadioSelect)
    confirmed = forms.BooleanField(
        label=_("The payer is at the window, was identified by the own card, and agrees to payee and amount."),
        error_messages={"required": _("Ask the payer, and confirm it here.")},
    )

    def __init__(self, *args: Any, family: Sequence[GroupMember], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.family = {member.person_id: member for member in family}
        self.initial["purpose"] = Purpose.CARE
        if len(self.family) == 1:
            self.initial["payee"] = next(iter(self.family))
        self.fields["payee"] = forms.TypedChoiceField(
            label=_("Payee"),
            coerce=int,
            choices=[(str(key), member.person.name) for key, member in self.family.items()],
            widget=forms.RadioSelect,
        )

    @property
    def goes_on_at(self) -> str:
        """The field to begin with: the first that is wrong, else the first that is empty."""
        for name in ("payee", "amount", "purpose", "confirmed"):
            if name in self.errors or not (self.is_bound or self.initial.get(name)):
                return name
        return "amount"

    @property
    def order(self) -> dict[str, Any]:
        """What is filled in rightly so far, as the check takes it. Expects that the form was validated."""
        data = getattr(self, "cleaned_data", {})
        member = self.family.get(data.get("payee", 0))
        return {
            "payee": member.person if member else None,
            "amount": data.get("amount") or None,
            "purpose": data.get("purpose", ""),
        }


ASK_FIRST = {"required": _("Ask who is at the window, and confirm it here.")}


class AcceptForm(forms.Form):
    present = forms.BooleanField(
        label=_("The payee is at the window, was identified by the own card, and accepts."), error_messages=ASK_FIRST
    )


class ReturnForm(forms.Form):
    """For the payee who refuses, and for the payer who takes it back."""

    SPOKEN = {
        ReturnCause.REFUSED: _("The payee is at the window, was identified by the own card, and refuses."),
        ReturnCause.WITHDRAWN: _("The payer is at the window, was identified by the own card, and takes it back."),
    }

    present = forms.BooleanField(error_messages=ASK_FIRST)
    reason = forms.CharField(
        label=_("Reason"),
        min_length=2,
        max_length=200,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: Any = None, *, cause: ReturnCause) -> None:
        super().__init__(data, auto_id=f"{cause.value}_%s")
        self.cause = cause
        self.fields["present"].label = self.SPOKEN[cause]


class TransferQuery(forms.Form):
    """What a list of transfers is narrowed to, as its address says."""

    day = DayField(label=_("Day"), required=False)
    state = forms.ChoiceField(label=_("State"), choices=[("", _("all")), *TransferState.choices], required=False)
    person = forms.IntegerField(required=False, min_value=1, widget=forms.HiddenInput)

    def wanted(self) -> dict[str, Any]:
        """Conditions on transfers. Expects a valid form."""
        fields = {"day": "business_date", "state": "state"}
        return {name: self.cleaned_data[field] for field, name in fields.items() if self.cleaned_data[field]}


class PersonQuery(forms.Form):
    """Whose transfers; sent in the body, because neither number nor name stands in an address."""

    text = forms.CharField(
        label=_("Payer or payee: ID number, person number or name"),
        max_length=60,
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false", "class": "wide"}),
    )
