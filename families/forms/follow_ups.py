"""The worklist: what it shows, and what was done about one follow-up."""

from __future__ import annotations

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.forms import WITHOUT_NUMBERS, DayField
from families.models.follow_up import FollowUpKind, FollowUpState


class FollowUpFilter(forms.Form):
    """What the worklist shows; what an address says wrongly is left out."""

    kind = forms.ChoiceField(
        label=_("What to settle"), choices=[("", _("all")), *FollowUpKind.choices], required=False
    )
    state = forms.ChoiceField(label=_("State"), choices=FollowUpState.choices, required=False)
    page = forms.IntegerField(min_value=1, required=False)

    def wanted(self) -> dict[str, str]:
        data = self.cleaned_data if self.is_valid() else {}
        kind = {"kind": data["kind"]} if data.get("kind") else {}
        return {"state": data.get("state") or FollowUpState.OPEN.value, **kind}

    def page_number(self) -> int:
        return self.cleaned_data.get("page") or 1


class NoteForm(forms.Form):
    text = forms.CharField(
        label=_("What was done"),
        max_length=300,
        validators=[WITHOUT_NUMBERS],
        widget=forms.TextInput(attrs={"autocomplete": "off", "data-focus": ""}),
    )
    again_on = DayField(label=_("Look again on"), required=False, help_text=_("empty: no day"))
