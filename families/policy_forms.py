"""What the pages of policies may send: the head of a version, and for each parameter inherited or a value of its own.

A value is turned into what is stored (JSON) and read back by `parse_value`, the one reader of values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.forms import WITHOUT_NUMBERS, AmountField, DayField
from families.models import RegionPolicy
from families.policy_examples import MEANINGS, SECTIONS
from families.policy_words import CHOICES, name_in_words, value_in_words
from families.rules.policy import HOURS, PARAMETERS, Parameter, Policy, PolicyFault, parse_value
from families.services.policies import SettingInput

YES_NO = (("yes", _("yes")), ("no", _("no")))
REFUSED = _("This value is not one that the parameter can take.")


class HeadForm(forms.Form):
    title = forms.CharField(
        label=_("Title"),
        max_length=200,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-focus": True}),
        help_text=_("as the notice is called"),
    )
    effective_on = DayField(label=_("Effective from"), help_text=_("a day after the day of publishing"))


class DraftHeadForm(HeadForm):
    """`version`: as of which the page was filled."""

    version = forms.IntegerField(widget=forms.HiddenInput, min_value=1)


class SettingForm(forms.Form):
    """One parameter. `own`: the version sets it; otherwise the value of the regions above holds."""

    own = forms.BooleanField(required=False, widget=forms.CheckboxInput(attrs={"class": "own-box"}))
    citation = forms.CharField(
        max_length=300,
        required=False,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def __init__(self, data: QueryDict | None, *, parameter: Parameter, initial: dict[str, Any]) -> None:
        super().__init__(data, prefix=parameter.name, initial=initial)
        self.parameter = parameter
        name = name_in_words(parameter.name)
        self.fields["value"] = _field_of(parameter)
        for field, words in (("own", _("Own value")), ("value", _("Value")), ("citation", _("Citation"))):
            self.fields[field].label = words
            self.fields[field].widget.attrs["aria-label"] = f"{name}: {words}"

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("own") and "value" not in self.errors:
            self._check_value(data)
        if data.get("own") and not data.get("citation") and "citation" not in self.errors:
            self.add_error("citation", _("Say what the value rests on."))
        return data

    def _check_value(self, data: dict[str, Any]) -> None:
        data["stored"] = _stored(self.parameter, data.get("value"))
        try:
            parse_value(self.parameter.name, data["stored"])
        except PolicyFault:
            empty = data["stored"] in (None, [])
            self.add_error("value", forms.Field.default_error_messages["required"] if empty else REFUSED)


def _field_of(parameter: Parameter) -> forms.Field:
    return FIELDS[parameter.shape](parameter)


def _integer(parameter: Parameter) -> forms.Field:
    least, most = int(parameter.minimum), int(parameter.maximum) if parameter.maximum is not None else None
    attrs = {"inputmode": "numeric", "autocomplete": "off"}
    return forms.IntegerField(min_value=least, max_value=most, required=False, widget=forms.TextInput(attrs=attrs))


def _choices(parameter: Parameter) -> list[tuple[str, Any]]:
    return [(choice, CHOICES[parameter.name][choice]) for choice in parameter.choices]


FIELDS = {
    "integer": _integer,
    "yes_no": lambda parameter: forms.ChoiceField(choices=YES_NO, required=False),
    "choice": lambda parameter: forms.ChoiceField(choices=_choices(parameter), required=False),
    "choices": lambda parameter: forms.MultipleChoiceField(
        choices=_choices(parameter), required=False, widget=forms.CheckboxSelectMultiple
    ),
    "yuan": lambda parameter: AmountField(required=False),
    "ratio": lambda parameter: AmountField(required=False, help_text=_("0.50 is a half")),
    "hours": lambda parameter: forms.RegexField(
        HOURS, required=False, error_messages={"invalid": _("Write hours as 22:00-06:00.")}
    ),
}


def _stored(parameter: Parameter, value: Any) -> Any:
    """The cleaned value as a version stores it; empty is None."""
    if value in (None, "", []):
        return [] if parameter.shape == "choices" else None
    if parameter.shape == "yes_no":
        return value == "yes"
    return str(value) if parameter.shape in ("yuan", "ratio") else value


def _shown(parameter: Parameter, value: Any) -> Any:
    """A value as its field shows it: the other way round."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return sorted(value, key=parameter.choices.index) if isinstance(value, frozenset) else value


@dataclass(frozen=True, slots=True)
class EditorRow:
    """One parameter in the editor, with what holds where the version leaves it out, and where that comes from."""

    name: str
    form: SettingForm
    label: str
    meaning: str
    inherited: str
    origin: str


class DraftForm:
    """A whole version: its head and every parameter, with all errors at once."""

    def __init__(self, policy: RegionPolicy, *, inherited: Policy, data: QueryDict | None = None) -> None:
        """`inherited`: the policy that would hold in the region without the version."""
        self.inherited = inherited
        own = {one.parameter: one for one in policy.settings.all()}
        self.head = DraftHeadForm(
            data,
            initial={"title": policy.title, "effective_on": policy.effective_on, "version": policy.version},
        )
        self.settings = {
            name: SettingForm(data, parameter=parameter, initial=_initial(parameter, own.get(name), inherited))
            for name, parameter in PARAMETERS.items()
        }

    def is_valid(self) -> bool:
        return all(form.is_valid() for form in (self.head, *self.settings.values()))

    def take_version(self, version: int) -> None:
        """Go on from the stored version, for an editor who was told and saves again."""
        self.head.data = {name: self.head.data[name] for name in self.head.data} | {"version": str(version)}

    @property
    def faults(self) -> int:
        return sum(bool(form.errors) for form in (self.head, *self.settings.values()))

    def setting_inputs(self) -> Mapping[str, SettingInput]:
        """What the version sets. Expects a valid form."""
        return {
            name: SettingInput(form.cleaned_data["stored"], form.cleaned_data["citation"])
            for name, form in self.settings.items()
            if form.cleaned_data.get("own")
        }

    def sections(self) -> list[tuple[str, list[EditorRow]]]:
        return [(str(heading), [self._row(name) for name in names]) for heading, names in SECTIONS]

    def _row(self, name: str) -> EditorRow:
        origin = self.inherited.origins.get(name)
        return EditorRow(
            name=name,
            form=self.settings[name],
            label=name_in_words(name),
            meaning=str(MEANINGS[name]),
            inherited=value_in_words(name, getattr(self.inherited, name)),
            origin=origin.region_name if origin else gettext("product default"),
        )


def _initial(parameter: Parameter, own: Any, inherited: Policy) -> dict[str, Any]:
    value = parse_value(parameter.name, own.value) if own else getattr(inherited, parameter.name)
    return {"own": own is not None, "value": _shown(parameter, value), "citation": own.citation if own else ""}
