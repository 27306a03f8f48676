"""What the lists of the workbench can be narrowed to, as their address says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from django_filters import CharFilter, ChoiceFilter, DateFilter, FilterSet

from accounts.forms import WITHOUT_NUMBERS, DayField
from accounts.models import Staff
from families.import_desk import ORDER, Families, batches_for, narrowed
from families.import_messages import name_of
from families.models import ImportBatch
from families.models.batch import BatchState


class _DayFilter(DateFilter):
    field_class = DayField


class BatchFilter(FilterSet):
    """Batches that a staff member sees. A value that is not offered shows nothing, and says so."""

    state = ChoiceFilter(label=_("state"), choices=BatchState.choices)
    whose = ChoiceFilter(label=_("mine or all"), choices=[("mine", _("loaded by me"))], method="narrow_to_own")
    sender = CharFilter(label=_("Sender"), lookup_expr="icontains")
    day = _DayFilter(label=_("loaded on"), field_name="loaded_at", lookup_expr="date")

    def __init__(self, data: Any, *, request: HttpRequest, staff: Staff) -> None:
        super().__init__(data, batches_for(staff), request=request)
        self.staff = staff
        for name in ("state", "whose"):
            one = self.filters[name]
            one.extra["empty_label"] = one.label
            one.extra["widget"] = forms.Select(attrs={"aria-label": one.label})
        for name in ("sender", "day"):
            label = self.filters[name].label
            attrs = {"aria-label": label, "placeholder": label, "autocomplete": "off"}
            self.filters[name].extra["widget"] = forms.TextInput(attrs=attrs)

    def narrow_to_own(self, batches: QuerySet[ImportBatch], _name: str, _whose: str) -> QuerySet[ImportBatch]:
        return batches.filter(owner=self.staff)

    def narrowed(self) -> QuerySet[ImportBatch]:
        return self.qs if self.form.is_valid() else self.queryset.none()


class FamilyQuery(forms.Form):
    """Which families of a batch are listed. `codes`: those that stand in it, with how often."""

    state = forms.ChoiceField(required=False, widget=forms.Select(attrs={"aria-label": _("state")}))
    code = forms.ChoiceField(required=False, widget=forms.Select(attrs={"aria-label": _("what is wrong")}))
    text = forms.CharField(
        required=False,
        max_length=60,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(
            attrs={
                "autocomplete": "off",
                "placeholder": _("family or row number"),
                "aria-label": _("family or row number"),
                "pattern": r"(?!.*[0-9]{15}).*",
            }
        ),
    )

    def __init__(self, data: Any, *, codes: list[tuple[str, int]]) -> None:
        super().__init__(data)
        states = [("", _("state")), *((state.value, state.label) for state in ORDER)]
        wrong = [("", _("what is wrong")), *((code, f"{name_of(code)} ({count})") for code, count in codes)]
        for name, choices in (("state", states), ("code", wrong)):
            field = self.fields[name]
            if isinstance(field, forms.ChoiceField):
                field.choices = choices

    def narrow(self, families: Families) -> Families:
        if not self.is_valid():
            return families.none()
        return narrowed(families, **{name: self.cleaned_data[name] for name in ("state", "code", "text")})
