"""What a page may send to the services of this floor."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.validators import RegexValidator
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Staff
from accounts.models.api_token import LONGEST
from accounts.rules.money import AmountFault, parse_amount
from accounts.services.status_events import EventKind, StatusEvent

AMOUNT_MESSAGES = {
    "too_many_decimals": _("At most two decimals."),
    "too_large": _("The amount is too large."),
    "negative": _("The amount cannot be negative."),
    "zero": _("The amount cannot be zero."),
}
NOT_AN_AMOUNT = _("Write the amount in yuan with digits, for example 2000.00.")


EARLIEST, LATEST = dt.date(1900, 1, 1), dt.date(2199, 12, 31)
# A certificate number in a reason would stand in histories, in the audit trail and on papers.
WITHOUT_NUMBERS = RegexValidator(
    r"[0-9]{15}", _("Leave numbers of persons out: the reason is kept and shown as it is."), inverse_match=True
)


class AmountField(forms.CharField):
    """Yuan with two decimals, through the one function that reads amounts (accounts/rules/money.py)."""

    def __init__(self, *, allow_negative: bool = False, **kwargs: Any) -> None:
        self.allow_negative = allow_negative
        kwargs.setdefault(
            "widget", forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "gj-amount"})
        )
        super().__init__(**kwargs)

    def clean(self, value: Any) -> Decimal | None:
        text = super().clean(value)
        if not text:
            return None
        try:
            return parse_amount(text, allow_negative=self.allow_negative)
        except AmountFault as fault:
            raise forms.ValidationError(AMOUNT_MESSAGES.get(fault.reason, NOT_AN_AMOUNT)) from fault


class DayField(forms.DateField):
    """A day, typed as 2026-01-23, 2026.1.23, 2026/1/23 or 20260123.

    Text instead of the browser's calendar, which takes four stops of the Tab key.
    """

    def __init__(self, **kwargs: Any) -> None:
        attrs = {"placeholder": "2026-01-23", "inputmode": "numeric", "autocomplete": "off", "maxlength": 10}
        kwargs.setdefault("widget", forms.DateInput(attrs=attrs, format="%Y-%m-%d"))
        kwargs.setdefault("input_formats", ["%Y-%m-%d", "%Y.%m.%d", "%Y/%m/%d", "%Y%m%d"])
        super().__init__(**kwargs)

    def clean(self, value: Any) -> dt.date | None:
        """Within reach of the rules, which count days and years from it: 9999-12-31 has no next day."""
        day: dt.date | None = super().clean(value)
        if day is not None and not EARLIEST <= day <= LATEST:
            raise forms.ValidationError(self.error_messages["invalid"], code="invalid")
        return day


class FindForm(forms.Form):
    text = forms.CharField(max_length=60)


class RevealForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        min_length=2,
        max_length=100,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )


class VersionedForm(forms.Form):
    """A form that knows which version of the person it was filled from."""

    version = forms.IntegerField(widget=forms.HiddenInput)


class EventForm(VersionedForm):
    """What happened to a person. `kind` first: it is what the clerk is told."""

    kind = forms.ChoiceField(
        label=_("What happened"),
        choices=[("", "—"), *EventKind.choices],
        widget=forms.Select(attrs={"data-focus": ""}),
    )
    happened_on = DayField(
        label=_("On which day"),
        initial=timezone.localdate,
        help_text=_("It counts from this day. Contributions stopped: a day of the last month paid for."),
    )
    region = forms.CharField(
        label=_("Code of the new region"),
        required=False,
        max_length=6,
        widget=forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
        help_text=_("6 digits; the present one takes a planned move back"),
    )
    note = forms.CharField(
        label=_("Proof or reason"),
        max_length=200,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == EventKind.MOVED and not data.get("region"):
            self.add_error("region", _("Give the code of the region the person is insured in from then on."))
        return data

    def event(self) -> StatusEvent:
        """Expects a valid form."""
        data = self.cleaned_data
        return StatusEvent(EventKind(data["kind"]), data["happened_on"], data["note"], data["region"])


class TakeBackForm(VersionedForm):
    reason = forms.CharField(label=_("Reason"), min_length=2, max_length=200, validators=[WITHOUT_NUMBERS])


class ContactForm(VersionedForm):
    mobile = forms.CharField(
        label=_("New phone"),
        required=False,
        validators=[RegexValidator(r"^[0-9+][0-9 -]{5,19}$", _("A phone has 6 to 20 digits."))],
        help_text=_("Leave empty when the stored one is still right."),
    )


class AdjustmentForm(forms.Form):
    key = forms.UUIDField(widget=forms.HiddenInput)
    prior_change = AmountField(
        label=_("Prior years, change"), required=False, allow_negative=True, help_text=_("yuan; minus takes away")
    )
    current_change = AmountField(
        label=_("Current year, change"), required=False, allow_negative=True, help_text=_("yuan; minus takes away")
    )
    reason = forms.CharField(label=_("Reason"), max_length=200, validators=[WITHOUT_NUMBERS])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for bucket in ("prior_change", "current_change"):
            data[bucket] = data.get(bucket) or Decimal("0.00")
        if not self.errors and not data["prior_change"] and not data["current_change"]:
            raise forms.ValidationError(_("Give the change of at least one of the two."))
        return data


class DecisionForm(forms.Form):
    approve = forms.TypedChoiceField(choices=[("yes", "yes"), ("no", "no")], coerce=lambda answer: answer == "yes")
    decision = forms.CharField(label=_("Reason"), max_length=200, required=False, validators=[WITHOUT_NUMBERS])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("approve") is False and not data.get("decision"):
            self.add_error("decision", _("Give the reason for sending it back."))
        return data


class StaffChoice(forms.ModelChoiceField):
    """Told by name, user name and region: two people of one name work in many bureaus."""

    def label_from_instance(self, staff: Any) -> str:
        return f"{staff} · {staff.username} · {staff.region.name}"


class TokenForm(forms.Form):
    """Whom another system reads as, which system, and for how long."""

    staff = StaffChoice(
        label=_("in the name of"), queryset=None, empty_label="—", widget=forms.Select(attrs={"data-focus": ""})
    )
    name = forms.CharField(
        label=_("other system"), max_length=60, validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )  # fmt: skip
    days = forms.IntegerField(label=_("days it holds"), min_value=1, max_value=LONGEST.days, initial=90)

    def __init__(self, *args: Any, staff: Staff, **kwargs: Any) -> None:
        """`staff`: who makes the token."""
        super().__init__(*args, **kwargs)
        others = Staff.objects.for_staff(staff).filter(is_active=True).exclude(pk=staff.pk)
        self.fields["staff"].queryset = others.select_related("region")  # type: ignore[attr-defined]


class UploadForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        widget=forms.ClearableFileInput(attrs={"accept": ".csv,.xlsx", "data-focus": ""}),
        help_text=_(".xlsx or .csv"),
    )

    def __init__(self, *args: Any, request_bytes: int = 0, **kwargs: Any) -> None:
        """`request_bytes`: of the whole request; of one that is too large Django drops the file without a word."""
        super().__init__(*args, **kwargs)
        if request_bytes > settings.UPLOAD_MAX_BYTES:
            self.fields["file"].error_messages |= {"required": self._too_large(), "missing": self._too_large()}

    def clean_file(self) -> Any:
        upload = self.cleaned_data["file"]
        if upload.size > settings.UPLOAD_MAX_BYTES:
            raise forms.ValidationError(self._too_large())
        return upload

    def _too_large(self) -> str:
        return _("The file is larger than {n} MB: split it.").format(n=settings.UPLOAD_MAX_BYTES // 1024 // 1024)
