"""What lists of settlements can be narrowed to, as their address says; no name and no number of a person is in it."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.db.models import Q
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django_filters import CharFilter, ChoiceFilter, DateFilter, Filter, FilterSet

from accounts.forms import AmountField, DayField
from accounts.models import InsuredPerson, Region, Staff
from accounts.selectors import code_labels
from settlement.listing import IN_STATE, Place, Settlements, State
from settlement.models import Institution, Settlement, SettlementKind
from settlement.statements import records_of

FEW_INSTITUTIONS = 20
FIRST_DAY, LAST_DAY = pgettext_lazy("of a period", "first day"), pgettext_lazy("of a period", "last day")


class DoctorQuery(forms.Form):
    """The beginning of a doctor's name; sent in the body, because no name stands in an address."""

    doctor = forms.CharField(
        label=gettext_lazy("Doctor"),
        max_length=60,
        validators=[RegexValidator(r"^\D*$", gettext_lazy("Type a name here; a number is looked up at «Find»."))],
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "placeholder": gettext_lazy("Doctor"),
                "aria-label": gettext_lazy("Doctor"),
            }
        ),
    )


class Period(forms.Form):
    """From a day to a day, both included; either may be left open."""

    since = DayField(label=FIRST_DAY, required=False)
    until = DayField(label=LAST_DAY, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["since"].widget.attrs["data-focus"] = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        since, until = data.get("since"), data.get("until")
        if since and until and until < since:
            self.add_error("until", _("The last day lies before the first."))
        return data


class DayFilter(DateFilter):
    field_class = DayField


class _AmountFilter(Filter):
    field_class = AmountField


class _KeyFilter(Filter):
    field_class = forms.IntegerField


class _PlaceField(forms.CharField):
    def clean(self, value: Any) -> Place | None:
        text = super().clean(value)
        try:
            return Place.parse(text) if text else None
        except ValueError:
            raise forms.ValidationError(_("No place in this list.")) from None


class _PlaceFilter(Filter):
    """Where a page begins: read by the view, and no narrowing of the list."""

    field_class = _PlaceField

    def filter(self, qs: Any, value: Any) -> Any:
        return qs


class Narrowing(FilterSet):
    """No labels beside the fields: nothing chosen reads as what could be. Those of `HIDDEN` come by links alone."""

    HIDDEN = ("person", "before", "after")

    def __init__(self, data: Any, settlements: Settlements, *, request: HttpRequest | None) -> None:
        super().__init__(data, settlements, request=request)
        for name, one in self.filters.items():
            attrs = {"aria-label": one.label, "placeholder": one.label, "autocomplete": "off"}
            if name in self.HIDDEN:
                one.extra["widget"] = forms.HiddenInput()
            elif isinstance(one, ChoiceFilter):
                one.extra |= {"empty_label": one.label, "widget": forms.Select(attrs={"aria-label": one.label})}
            else:
                one.extra["widget"] = forms.TextInput(attrs=attrs)

    def narrowed(self) -> Settlements:
        """By everything that was chosen; nothing where something was chosen that is not offered."""
        return self.qs if self.form.is_valid() else self.queryset.none()

    @property
    def asked(self) -> dict[str, Any]:
        """What was chosen, by filter."""
        if not self.form.is_valid():
            return {}
        return {name: value for name, value in self.form.cleaned_data.items() if value not in (None, "")}

    def in_words(self, name: str, value: Any) -> str:
        """A value that was chosen, as a person reads it."""
        choices = dict(self.filters[name].extra.get("choices", []))
        return str(choices.get(value, value))


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


class CareFilter(Narrowing):
    """One person's settlements."""

    since = DayFilter(label=FIRST_DAY, method="narrow_from")
    until = DayFilter(label=LAST_DAY, method="narrow_until")
    med_type = ChoiceFilter(label=gettext_lazy("kind of care"))
    kind = ChoiceFilter(label=gettext_lazy("came as"), choices=SettlementKind.choices)
    state = ChoiceFilter(label=gettext_lazy("state"), choices=State.choices, method="narrow_to_state")
    institution = CharFilter(label=gettext_lazy("institution: name or code"), method="narrow_to_institution")

    def __init__(self, data: Any, settlements: Settlements, *, request: HttpRequest | None) -> None:
        super().__init__(data, settlements, request=request)
        self.filters["med_type"].extra["choices"] = list(code_labels("med_type").items())

    def narrow_from(self, settlements: Settlements, _name: str, day: dt.date) -> Settlements:
        return settlements.filter(settled_at__gte=_midnight(day))

    def narrow_until(self, settlements: Settlements, _name: str, day: dt.date) -> Settlements:
        return settlements.filter(settled_at__lt=_midnight(day + dt.timedelta(days=1)))

    def narrow_to_state(self, settlements: Settlements, _name: str, state: str) -> Settlements:
        return settlements.filter(IN_STATE[State(state)])

    def narrow_to_institution(self, settlements: Settlements, _name: str, text: str) -> Settlements:
        found = Institution.objects.filter(Q(pk=text.strip().upper()) | Q(name__icontains=text.strip()))
        return settlements.filter(institution__in=list(found.values_list("pk", flat=True)[:FEW_INSTITUTIONS]))


class SettlementFilter(CareFilter):
    """Settlements that a staff member sees."""

    region = ChoiceFilter(label=gettext_lazy("region"), method="narrow_to_region")
    disease = CharFilter(label=gettext_lazy("disease code"), field_name="dise_codg", max_length=30)
    over = _AmountFilter(label=gettext_lazy("yuan or more"), method="narrow_to_amount")
    number = CharFilter(label=gettext_lazy("settlement number"), field_name="setl_id", max_length=30)
    person = _KeyFilter(label=gettext_lazy("patient"), method="narrow_to_person", max_value=2**62)
    before = _PlaceFilter(label=gettext_lazy("before"))
    after = _PlaceFilter(label=gettext_lazy("after"))

    def __init__(self, data: Any, *, request: HttpRequest | None, staff: Staff) -> None:
        self.staff = staff
        super().__init__(data, Settlement.objects.for_staff(staff), request=request)
        regions = Region.objects.under(staff.region)
        self.filters["region"].extra["choices"] = [(region.code, region.name) for region in regions]

    def narrow_to_region(self, settlements: Settlements, _name: str, code: str) -> Settlements:
        return settlements.filter(region__in=Region.objects.under(Region.objects.get(pk=code)))

    def narrow_to_amount(self, settlements: Settlements, _name: str, amount: Decimal) -> Settlements:
        return settlements.filter(Q(medfee_sumamt__gte=amount) | Q(medfee_sumamt__lte=-amount))

    def narrow_to_person(self, settlements: Settlements, _name: str, _pk: int) -> Settlements:
        return settlements.filter(person__in=records_of(self.patient, staff=self.staff) if self.patient else [])

    @cached_property
    def patient(self) -> InsuredPerson | None:
        """The patient that is asked for, when in scope."""
        pk = self.form.cleaned_data.get("person")
        return InsuredPerson.objects.for_staff(self.staff).filter(pk=pk).first() if pk else None

    @property
    def few(self) -> bool:
        """Narrowed to what has an index of its own."""
        return bool(self.asked.keys() & {"person", "number", "institution"})

    @property
    def places(self) -> dict[str, Place | None]:
        return {name: self.asked.get(name) for name in ("before", "after")}
