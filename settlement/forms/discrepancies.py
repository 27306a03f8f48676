"""What the pages of differences and of days take."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.forms import WITHOUT_NUMBERS, DayField
from accounts.models import Staff
from families.worklists import Age, of_age
from settlement.differences import FIELDS
from settlement.models import DifferenceCode, Discrepancy
from settlement.models.discrepancy import DecisionReason, DiscrepancyState, in_state
from settlement.rules.differences import FITTING

Differences = QuerySet[Any]  # of differences, with `state` and `since`
TO_DO = "todo"
STATES = [
    (TO_DO, pgettext_lazy("of differences", "to be worked off")),
    *DiscrepancyState.choices,
]
NARROWS = {"code": "code", "field": "field", "institution": "institution", "day": "business_date"}


class DifferenceFilter(forms.Form):
    """What the list can be narrowed to, as the address says; without a choice, what is to be worked off."""

    state = forms.ChoiceField(label=_("state"), required=False, choices=[("", _("any state")), *STATES])
    code = forms.ChoiceField(
        label=_("result"), required=False, choices=[("", _("any result")), *DifferenceCode.choices]
    )
    field = forms.ChoiceField(label=_("field"), required=False)
    institution = forms.ChoiceField(label=_("institution"), required=False)
    day = DayField(label=_("business date"), required=False)
    whose = forms.ChoiceField(
        label=_("whose"),
        required=False,
        choices=[("", _("everybody's")), ("own", _("my own")), ("nobody", _("nobody's"))],
    )
    age = forms.ChoiceField(label=_("waits"), required=False, choices=[("", _("any age")), *Age.choices])

    def __init__(self, data: Mapping[str, Any], *, differences: Differences, staff: Staff) -> None:
        super().__init__(data if any(name in data for name in self.base_fields) else {"state": TO_DO})
        self.differences, self.staff = differences, staff
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = field.label
        self.fields["day"].widget.attrs |= {"placeholder": _("business date"), "size": 10}
        of_all = differences.order_by()
        fields = of_all.values_list("field", flat=True).distinct().order_by("field")
        self._offer("field", _("any field"), [(one, FIELDS.get(one, one)) for one in fields])
        institutions = of_all.values_list("institution", "institution__name").distinct().order_by("institution")
        self._offer("institution", _("any institution"), list(institutions))

    def _offer(self, name: str, everything: Any, choices: list[tuple[str, Any]]) -> None:
        field = self.fields[name]
        if isinstance(field, forms.ChoiceField):
            field.choices = [("", everything), *choices]

    def narrowed(self, *, but: str = "") -> Differences:
        """What is asked for; nothing where something is asked for that is not offered."""
        if not self.is_valid():
            return self.differences.none()
        chosen = {name: value for name, value in self.cleaned_data.items() if value and name != but}
        rows = self.differences.filter(**{NARROWS[name]: chosen[name] for name in NARROWS if name in chosen})
        if "state" in chosen:
            rows = rows.filter(in_state(*states_of(chosen["state"])))
        if "whose" in chosen:
            rows = rows.filter(owner=self.staff if chosen["whose"] == "own" else None)
        return of_age(rows, chosen["age"]) if "age" in chosen else rows


def states_of(chosen: str) -> list[str]:
    return [DiscrepancyState.OPEN, DiscrepancyState.PROPOSED] if chosen == TO_DO else [chosen]


class NoteForm(forms.Form):
    """Something that is said about a difference."""

    text = forms.CharField(
        label=_("Comment"),
        min_length=2,
        max_length=500,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off", "aria-keyshortcuts": "c"}),
    )


class DecideForm(forms.Form):
    """A reason and, where a difference is accepted, why."""

    reason = forms.ChoiceField(
        label=pgettext_lazy("of a difference", "Decision"), choices=[("", "—"), *DecisionReason.choices]
    )
    note = forms.CharField(
        label=_("Why"),
        required=False,
        max_length=300,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean() or self.cleaned_data
        if data.get("reason") == DecisionReason.ACCEPTED and len(data.get("note", "")) < 2:
            self.add_error("note", _("Say why the difference is accepted."))
        return data


class DecideOneForm(DecideForm):
    """Only what fits the result is offered. `version`: of the difference that was looked at."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, discrepancy: Discrepancy) -> None:
        super().__init__(data, initial={"version": discrepancy.version})
        reason = self.fields["reason"]
        reason.widget.attrs["aria-keyshortcuts"] = "d"
        if isinstance(reason, forms.ChoiceField):
            labels = dict(DecisionReason.choices)
            reason.choices = [("", "—"), *((one, labels[one]) for one in FITTING[discrepancy.code])]


class HandOverForm(forms.Form):
    """Who goes on with a difference: anybody who may, and sees it."""

    to = forms.ModelChoiceField(Staff.objects.none(), label=_("Goes on with it"), required=False)
    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: Mapping[str, Any] | None = None, *, discrepancy: Discrepancy) -> None:
        super().__init__(data, initial={"version": discrepancy.version, "to": discrepancy.owner_id})
        to, region = self.fields["to"], discrepancy.institution.region
        if isinstance(to, forms.ModelChoiceField):
            above = region.ancestors() if region else []
            to.queryset = Staff.objects.filter(is_active=True, groups__name="supervisor", region__in=above)
            to.empty_label = _("nobody")


class DayForm(forms.Form):
    day = DayField(label=_("business date"))
