"""What the list of work in hand can be narrowed to, as its address says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_filters import ChoiceFilter, FilterSet, ModelChoiceFilter

from accounts.models import Region, Staff
from families.models.case import CaseKind, Channel
from families.worklists import IN_HAND, Age, Cases, holders, in_hand, of_age, offices_of


class OwnerQuery(forms.Form):
    """The beginning of an owner's name; sent in the body, because no name stands in an address."""

    owner = forms.CharField(
        label=_("Name of the owner"),
        max_length=60,
        validators=[RegexValidator(r"^\D*$", _("Type a name here; a number is looked up at «Find»."))],
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "pattern": r"\D*",
                "placeholder": _("Name of the owner"),
                "aria-label": _("Name of the owner"),
            }
        ),
    )


class _RegionField(forms.ModelChoiceField):
    """By its name alone."""

    def label_from_instance(self, region: Region) -> str:
        return region.name


class _RegionFilter(ModelChoiceFilter):
    field_class = _RegionField


class InHandFilter(FilterSet):
    """Work in hand that a staff member sees. A value that is not offered shows nothing, and says so."""

    state = ChoiceFilter(label=_("state"), choices=[(state.value, state.label) for state in IN_HAND])
    age = ChoiceFilter(label=_("waits"), choices=Age.choices, method="narrow_to_age")
    kind = ChoiceFilter(label=_("kind of business"), choices=CaseKind.choices)
    region = _RegionFilter(label=_("region"), queryset=Region.objects.none(), method="narrow_to_region")
    office = ChoiceFilter(label=_("office"), field_name="handled_by__office")
    who = ChoiceFilter(label=_("handled by"), field_name="handled_by")
    channel = ChoiceFilter(label=_("channel"), choices=Channel.choices)

    def __init__(self, data: Any, *, request: HttpRequest, staff: Staff, owner: str = "") -> None:
        cases = in_hand(staff)
        super().__init__(data, cases.filter(owner__name__startswith=owner) if owner else cases, request=request)
        people = holders(staff)
        self.filters["region"].queryset = Region.objects.under(staff.region)
        self.filters["office"].extra["choices"] = [(office, office) for office in offices_of(people)]
        self.filters["who"].extra["choices"] = [(str(one.pk), str(one)) for one in people]
        for one in self.filters.values():  # no labels beside them: nothing chosen reads as what could be
            one.extra["empty_label"] = one.label
            one.extra["widget"] = forms.Select(attrs={"aria-label": one.label})

    def narrow_to_age(self, cases: Cases, _name: str, age: str) -> Cases:
        return of_age(cases, age)

    def narrow_to_region(self, cases: Cases, _name: str, region: Region) -> Cases:
        return cases.filter(region__path__startswith=region.path)

    def narrowed(self, *, but: tuple[str, ...] = ()) -> Cases:
        """By everything that was chosen, except by the filters named."""
        cases: Cases = self.queryset
        if not self.form.is_valid():
            return cases.none()
        for name, value in self.form.cleaned_data.items():
            if name not in but:
                cases = self.filters[name].filter(cases, value)
        return cases
